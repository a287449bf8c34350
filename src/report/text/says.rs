//! What the verdicts come to in sentences, one a learner and target: no more than the table says.

use crate::analysis::estimate::Exponent;
use crate::analysis::judge::Verdict;
use crate::report::format;
use crate::report::group::{self, Setting};

/// What the verdicts on `exponents` say, a sentence a learner and target, in the order of tables.
///
/// ```text
/// pruned: matches theory at 4 of 6 α, up to ln d at 3 of them, within 0.11; open at α = 0.75, 1
/// ```
///
/// What theory calls one number over several α (`pooled`) is a sentence of its own. `within` is the largest of the series that match. A series without a prediction is counted as
/// such, and one that contradicts a theorem is named.
#[must_use]
pub(crate) fn says(exponents: &[Exponent], pooled: &[Exponent]) -> Vec<String> {
    let exponents = group::sorted(exponents);
    let several = group::settings(exponents.iter().map(|e| &e.series)).len() > 1;
    let alike = |a: &&Exponent, b: &&Exponent| {
        a.series.learner == b.series.learner && Setting::of(&a.series) == Setting::of(&b.series)
    };
    let series = exponents.chunk_by(alike).map(|group| sentence(group, several));
    let pooled = group::sorted(pooled);
    let together =
        pooled.chunks(1).map(|one| sentence(one, several).replacen(": ", ", all α as one: ", 1));
    series.chain(together).collect()
}

fn sentence(group: &[&Exponent], several: bool) -> String {
    let first = &group[0].series;
    let mut name = format::learner(&first.learner);
    if several {
        name += &format!(" on {}", Setting::of(first).words());
    }
    let with = |verdicts: &[Option<Verdict>]| -> Vec<&Exponent> {
        group.iter().copied().filter(|e| verdicts.contains(&e.verdict)).collect()
    };
    let mut parts = Vec::new();
    let fits = with(&[Some(Verdict::Matches), Some(Verdict::MatchesUpToLog)]);
    if !fits.is_empty() {
        parts.push(matching(&fits, group.len()));
    }
    for (verdicts, what) in [
        (&[Some(Verdict::Above)][..], "grows faster than theory"),
        (&[Some(Verdict::Below)], "grows more slowly than theory"),
        (&[Some(Verdict::Open)], "open"),
        (&[Some(Verdict::Censored)], "only bounds"),
        (&[Some(Verdict::TooFewDimensions)], "too few dimensions"),
        (&[None], "no prediction"),
    ] {
        let these = with(verdicts);
        if !these.is_empty() {
            parts.push(format!("{what}{}", place(&these, group.len())));
        }
    }
    let against: Vec<&Exponent> = group.iter().copied().filter(|e| e.contradiction).collect();
    if !against.is_empty() {
        parts.push(format!("contradicts a theorem{}", place(&against, group.len())));
    }
    format!("{name}: {}", parts.join("; "))
}

/// `matches theory at 4 of 6 α, up to ln d at 3 of them, within 0.11`.
fn matching(fits: &[&Exponent], all: usize) -> String {
    let logs = fits.iter().filter(|e| e.verdict == Some(Verdict::MatchesUpToLog)).count();
    let up_to = match logs {
        0 => String::new(),
        count if count == fits.len() => " up to ln d".to_owned(),
        count => format!(" (at {count} of them up to ln d)"),
    };
    let within = fits.iter().filter_map(|e| e.within).fold(0.0, f64::max);
    // Rounded as in the table.
    let within = format::exponent(within);
    let at = match (fits.len(), all) {
        (1, 1) => String::new(),
        (count, all) if count == all => format!(" at all {all} α"),
        (count, all) => format!(" at {count} of {all} α"),
    };
    format!("matches theory{at}{up_to}, within {within}")
}

/// ` at α = 0.75, 1`; empty where it is all there is.
fn place(these: &[&Exponent], all: usize) -> String {
    match these.len() {
        _ if all == 1 => return String::new(),
        count if count == all => return format!(" at all {all} α"),
        _ => {}
    }
    let alphas = these.iter().map(|e| e.series.problem.alpha());
    let alphas: Vec<String> = alphas.map(|a| format::or_dash(a, format::short)).collect();
    format!(" at α = {}", alphas.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::realistic;

    #[test]
    fn a_sentence_says_no_more_than_the_table() {
        let mut exponents = realistic().exponents;
        let verdicts = [
            Some(Verdict::Matches),
            Some(Verdict::MatchesUpToLog),
            Some(Verdict::Above),
            Some(Verdict::Below),
            Some(Verdict::Open),
            Some(Verdict::Censored),
            Some(Verdict::TooFewDimensions),
            None,
        ];
        for round in 0..verdicts.len() {
            for (i, e) in exponents.iter_mut().enumerate() {
                e.verdict = verdicts[(i * (1 + round) + round) % verdicts.len()];
                e.within = Some(0.01 + 0.0104 * i as f64);
                e.contradiction = i == round;
            }
            for sentence in says(&exponents, &[]) {
                let (name, parts) = sentence.split_once(": ").unwrap();
                let mine =
                    || exponents.iter().filter(|e| format::learner(&e.series.learner) == name);
                let count = |v: Option<Verdict>| mine().filter(|e| e.verdict == v).count();
                let listed = |what: &str| {
                    let part = parts.split("; ").find_map(|p| p.strip_prefix(what));
                    part.map_or(0, |p| if p == " at all 6 α" { 6 } else { p.split(", ").count() })
                };
                for (verdict, what) in [
                    (Some(Verdict::Above), "grows faster than theory"),
                    (Some(Verdict::Below), "grows more slowly than theory"),
                    (Some(Verdict::Open), "open"),
                    (Some(Verdict::Censored), "only bounds"),
                    (Some(Verdict::TooFewDimensions), "too few dimensions"),
                    (None, "no prediction"),
                ] {
                    assert_eq!(listed(what), count(verdict), "{what} in {sentence}");
                }
                assert_eq!(
                    listed("contradicts a theorem"),
                    mine().filter(|e| e.contradiction).count()
                );
                let [plain, log] =
                    [Verdict::Matches, Verdict::MatchesUpToLog].map(|v| count(Some(v)));
                let said = match plain + log {
                    0 => !parts.contains("matches"),
                    n => parts.contains(&format!("matches theory at {n} of 6 α")),
                };
                assert!(said, "{sentence}");
                assert_eq!(parts.contains("up to ln d"), log > 0, "{sentence}");
                let fits = mine().filter(|e| {
                    matches!(e.verdict, Some(Verdict::Matches | Verdict::MatchesUpToLog))
                });
                if let Some(most) = fits.filter_map(|e| e.within).reduce(f64::max) {
                    let (_, within) = parts.split_once("within ").unwrap();
                    let within = within.split(';').next().unwrap();
                    assert_eq!(within, format::exponent(most), "{sentence}");
                }
            }
        }
    }
}
