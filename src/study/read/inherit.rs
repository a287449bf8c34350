//! `inherit` of `[learner.NAME]`: a learner that is another one but for the keys that it gives.

use super::document::Node;
use crate::error::{Result, nearest};

/// The key of a table that takes over those of another.
pub(super) const INHERIT: &str = "inherit";

/// Lays every table `[learner.NAME]` that inherits over the table that it names, so that no reader
/// after this has to know.
///
/// # Errors
/// Where there is no such table, or tables inherit from each other in a circle.
pub(super) fn inherit(root: &mut Node) -> Result<()> {
    let Some(learners) = root.get_mut("learner") else { return Ok(()) };
    let entries = learners.entries("learner")?;
    let names: Vec<String> = entries.map(|(name, _)| name.to_owned()).collect();
    for name in &names {
        let whole = resolved(learners, name, names.len())?;
        if let Some(table) = learners.get_mut(name) {
            *table = whole;
        }
    }
    Ok(())
}

/// The table `name` with all that it inherits; `left` is how long a chain may still be.
fn resolved(learners: &Node, name: &str, left: usize) -> Result<Node> {
    let tables: Vec<(&str, &Node)> = learners.entries("learner")?.collect();
    let find = |name: &str| tables.iter().find(|(other, _)| *other == name).map(|(_, node)| *node);
    let mut own = find(name).unwrap_or(learners).clone();
    let Some(from) = own.take(INHERIT) else { return Ok(own) };
    let base = from.text(INHERIT)?;
    if find(base).is_none() {
        let error = from.error(format!("there is no table [learner.\"{base}\"]"), "nothing there");
        let others = tables.iter().map(|(other, _)| *other).filter(|other| *other != name);
        return Err(match nearest(base, others) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("a table without `inherit` starts from the defaults of its learner"),
        });
    }
    if left == 0 || base == name {
        return Err(from
            .error(format!("`{name}` inherits from itself"), "in a circle")
            .hint("one of the tables has to stand alone"));
    }
    let mut whole = resolved(learners, base, left - 1)?;
    // A ratio and a count exclude each other: one takes the place of the other.
    if own.get_mut("keep").is_some() {
        whole.take("keep");
    }
    whole.overlay(own);
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use crate::study::{Cell, Profile, Study};

    fn widths(tables: &str, sets: &[String]) -> Vec<(String, String)> {
        let text = format!(
            "claim = 'c'\n[model]\nlink = 'He2'\n[[sweep]]\nlearner = ['pruned/a', 'pruned/b']\n\
             alpha = 0.5\nd = [16]\n{tables}"
        );
        let study = Study::parse("s", "s.toml", &text, Profile::Standard, sets).expect("sound");
        let again =
            Study::of_resolved("s", "s", study.resolved.clone(), study.seed).expect("sound");
        let cells = |study: &Study| study.cells().map(Cell::name).collect::<Vec<_>>();
        assert_eq!(cells(&study), cells(&again));
        let all = study.series.iter().map(|series| {
            let options = &series.setting.options;
            (format!("{:?} {:?}", options.width, options.prune.keep), series.cells[0].name())
        });
        all.collect()
    }

    #[test]
    fn what_is_inherited_is_as_if_it_were_written() {
        let base = "[learner.pruned]\nwidth = 16\nkeep = { ratio = 2.0 }\n";
        let written = widths(
            "[learner.'pruned/a']\nwidth = 16\nkeep = { count = 3 }\n\
             [learner.'pruned/b']\nwidth = 8\nkeep = { count = 3 }\n",
            &[],
        );
        let inherited = widths(
            &format!(
                "{base}[learner.'pruned/b']\ninherit = 'pruned/a'\nwidth = 8\n\
                 [learner.'pruned/a']\ninherit = 'pruned'\nkeep = {{ count = 3 }}\n"
            ),
            &[],
        );
        assert_eq!(written, inherited);
        // A table that says nothing of it has the defaults, as ever.
        let alone = widths(&format!("{base}[learner.'pruned/a']\n"), &[]);
        assert_ne!(alone[0].0, written[0].0);
        let set = widths(
            &format!("{base}[learner.'pruned/a']\ninherit = 'pruned'\n"),
            &["learner.pruned.width=4".to_owned()],
        );
        assert!(set[0].0.starts_with("Fixed(4)"), "{set:?}");
    }
}
