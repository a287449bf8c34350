//! What a command changes in a study, and the folder that the results of that go to.

use serde_json::{Value as Json, json};

use super::document::Node;
use crate::sample::Key;

/// Keys that say how much is run of a setting, not what: its trials go into one table whatever
/// these are, and more of them add to what is there.
const AMOUNTS: [&str; 5] =
    ["trials", "samples.precision", "samples.n_min", "samples.n_max", "samples.search"];

/// The seed of a study that names none.
pub(super) const SEED: u64 = 1;

/// Between the name of a study and what was changed in it.
const AT: char = '@';

/// Longest text of one value, and of all of them, in the name of a folder.
const SHORT: usize = 24;
const LONG: usize = 120;

/// A profile and assignments, next to the study as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The assignments `key=value` that the command makes, by key; of several of a key the last.
    pub assignments: Vec<String>,
    /// The profile if it changes what is run, and each assignment that does: `quick`,
    /// `model.noise=0.2`. Short, and made of letters that any file system and shell takes as they
    /// are.
    parts: Vec<String>,
}

impl Change {
    /// What `profile` made of the study as it is `written`, and `sets` of that: `profiled`, then
    /// `resolved`.
    pub(super) fn of(
        [written, profiled, resolved]: [&Node; 3],
        profile: &str,
        sets: &[String],
    ) -> Self {
        let [written, profiled, resolved] = [written, profiled, resolved].map(what);
        let own = (written != profiled).then(|| profile.to_owned());
        let mut assignments: Vec<(Vec<&str>, &str)> = Vec::new();
        for set in sets.iter().rev() {
            let path = keys(set);
            if assignments.iter().all(|(other, _)| *other != path) {
                assignments.push((path, set));
            }
        }
        assignments.sort();
        let differs = |path: &[&str]| {
            let [old, new] = [&profiled, &resolved].map(|document| value(document, path));
            new.filter(|new| old.as_ref() != Some(new))
        };
        let part = |(path, _): &(Vec<&str>, &str)| {
            Some(format!("{}={}", safe(&path.join(".")), safe(&differs(path)?)))
        };
        let parts = own.into_iter().chain(assignments.iter().filter_map(part)).collect();
        let assignments = assignments.iter().map(|(_, set)| (*set).to_owned()).collect();
        Self { assignments, parts }
    }

    /// The folder of the results of the study `name`, changed like this: `alpha_sweep`,
    /// `alpha_sweep@quick,model.noise=0.2`.
    #[must_use]
    pub fn folder(&self, name: &str) -> String {
        if self.parts.is_empty() {
            return name.to_owned();
        }
        let parts = self.parts.join(",");
        format!("{name}{AT}{}", if parts.len() > LONG { cut(&parts, LONG, &parts) } else { parts })
    }
}

/// Whether a folder called `folder` is that of the study `name` with something changed.
#[must_use]
pub fn is_setting(folder: &str, name: &str) -> bool {
    folder.split_once(AT).is_some_and(|(study, _)| study == name)
}

/// A document without what says how much of it is run.
fn what(document: &Node) -> Json {
    let mut json = document.to_json();
    for amount in AMOUNTS {
        let mut path = amount.split('.').rev();
        let last = path.next().unwrap_or_default();
        let table = path.rev().try_fold(&mut json, |table, key| table.get_mut(key));
        table.and_then(|table| table.as_object_mut()?.remove(last));
    }
    // A table of amounts alone is none.
    if let Some(tables) = json.as_object_mut() {
        tables.retain(|_, value| *value != json!({}));
    }
    json
}

/// The path that an assignment names.
fn keys(set: &str) -> Vec<&str> {
    set.split('=').next().unwrap_or_default().split('.').map(str::trim).collect()
}

/// What stands at `path`, in one way for equal values.
fn value(document: &Json, path: &[&str]) -> Option<String> {
    let seed = (path == ["seed"]).then(|| json!(SEED));
    let found = path.iter().try_fold(document, |table, key| table.get(*key));
    found.or(seed.as_ref()).map(canonical)
}

fn canonical(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => match number.as_f64() {
            Some(x) if number.is_f64() => x.to_string(),
            _ => number.to_string(),
        },
        Json::Array(items) => items.iter().map(canonical).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// `text` as a part of the name of a folder: as it is, or what can stand there of it with a hash
/// that tells it from others.
fn safe(text: &str) -> String {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    if text.len() <= SHORT && !text.is_empty() && text.chars().all(fine) {
        return text.to_owned();
    }
    cut(&text.chars().filter(|c| fine(*c)).collect::<String>(), SHORT, text)
}

/// The beginning of `shown`, and a hash of `text`.
fn cut(shown: &str, length: usize, text: &str) -> String {
    let hash = Key::root(0).named(text).bits() >> 32;
    format!("{}~{hash:08x}", &shown[..shown.len().min(length)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Profile, Study};

    const STUDY: &str = "claim = 'c'\nseed = 5\n[model]\nlink = 'He2'\nnoise = 0.1\n\
        [[sweep]]\nlearner = ['pruned', 'unpruned']\nalpha = 0.5\nd = [16, 25, 36]\n\
        [profiles.quick]\nmodel.noise = 0.2\n[profiles.full]\ntrials = 100\nsamples.n_max = 4096\n";

    fn folder(profile: Profile, sets: &[&str]) -> String {
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        Study::parse("s", "s.toml", STUDY, profile, &sets).expect("sound").folder()
    }

    #[test]
    fn what_changes_nothing_or_only_how_much_stays_in_the_folder_of_the_study() {
        assert_eq!(folder(Profile::Standard, &[]), "s");
        assert_eq!(folder(Profile::Full, &[]), "s", "more trials of the same cells");
        for same in
            ["seed=5", "model.noise=0.10", "trials=9", "samples.n_max=1024", "model.noise=1e-1"]
        {
            assert_eq!(folder(Profile::Standard, &[same]), "s", "{same}");
        }
        assert_eq!(folder(Profile::Quick, &["model.noise=0.2"]), "s@quick");
    }

    #[test]
    fn a_setting_has_one_name_however_it_is_typed() {
        let name = "s@model.noise=0.3,seed=7";
        for sets in [
            &["seed=7", "model.noise=0.3"][..],
            &["model . noise = 0.30", "seed = 7"],
            &["model.noise=9", "seed=1", "model.noise=3e-1", "trials=4", "seed=7"],
        ] {
            assert_eq!(folder(Profile::Standard, sets), name, "{sets:?}");
        }
        assert_eq!(folder(Profile::Quick, &["model.noise=1.0"]), "s@quick,model.noise=1");
        assert_eq!(folder(Profile::Quick, &["model.noise=1"]), "s@quick,model.noise=1");
        assert_eq!(folder(Profile::Quick, &["model.noise=0.1"]), "s@quick,model.noise=0.1");
        assert_eq!(folder(Profile::Standard, &["seed=1"]), "s@seed=1");
    }

    #[test]
    fn what_a_file_cannot_be_called_is_told_apart_by_a_hash() {
        let mut names = std::collections::BTreeSet::new();
        let links = ["He2 + He4", "He2+ He4", "He2+0.5*He4", "He2+0.5*He6", "relu", "0.5*He4+He2"];
        for link in links {
            let name = folder(Profile::Standard, &[&format!("model.link={link}")]);
            let rest = name.strip_prefix("s@model.link=").expect("its key");
            assert!(rest.chars().all(|c| c.is_ascii_alphanumeric() || "+.~".contains(c)), "{name}");
            names.insert(name);
        }
        assert_eq!(names.len(), links.len());
        assert!(names.contains("s@model.link=relu"));
        let sweep = r#"sweep=[{learner="pruned", alpha=0.25, d=[16, 81, 256, 625, 1296, 2401]}]"#;
        let long = folder(Profile::Standard, &[sweep]);
        assert!(long.len() < 60, "{long}");
        let many: Vec<String> =
            (0..20).map(|i| format!("learner.pruned/v{i}.width={}", 10 + i)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let change = |sets: &[&str]| {
            let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
            let text = Node::parse("s", STUDY).expect("TOML");
            let mut changed = text.clone();
            for set in &sets {
                changed.set(set).expect("an assignment");
            }
            Change::of([&text, &text, &changed], "standard", &sets).folder("s")
        };
        assert!(change(&many).len() < 140, "{}", change(&many));
        assert_ne!(change(&many), change(&many[1..]));
    }
}
