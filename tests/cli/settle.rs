//! `explain` says why a verdict is what it is, `study --settle` runs what would settle it.

use std::collections::HashSet;

use crate::place::{MINI, Place, Ran, rows};

/// A study of these learners in these dimensions.
fn study(trials: u32, learners: &str, d: &str) -> String {
    format!(
        r#"claim = "open"
trials = {trials}

[model]
link = "He2"

[samples]
n_max = 65536
test = 256

[[sweep]]
learner = {learners}
alpha = 0.5
d = {d}
"#
    )
}

/// Its one verdict is open until its oracle has larger dimensions.
fn open() -> String {
    study(16, r#""oracle""#, "[16, 81, 256, 625, 1296]")
}

/// The last of the rounds that it takes until nothing is left to run.
fn last_round(place: &Place, name: &str) -> Ran {
    let rounds = (0..6).map(|_| place.say(&format!("study {name} --settle")));
    let last = rounds.into_iter().find(|ran| ran.out.is_empty());
    let last = last.expect("it is settled after some rounds");
    assert_eq!(last.code, Some(0));
    last
}

#[test]
fn what_is_open_is_settled_by_what_the_advice_says() {
    let place = Place::new();
    place.write("studies/open.toml", open());
    place.say("study open --settle").said("no results of this study to settle");
    assert_eq!(place.say("study open").code, Some(0));
    let before = rows(&place, "results/open/trials.csv");
    let why = place.say("explain open oracle alpha=0.5");
    why.printed("verdict    open: b = 1 lies outside [L, H], but p = ");
    why.printed("           secateur study open --profile standard --settle");
    assert!(why.out.lines().all(|line| line.chars().count() <= 100), "{}", why.out);

    let dry = place.say("study open --settle --dry-run");
    dry.said("also d = [");
    dry.printed("5 done: nothing to run");
    assert!(rows(&place, "results/open/trials.csv") == before, "a dry run runs nothing");

    let settled = place.say("study open --settle");
    assert_eq!(settled.code, Some(0), "{}", settled.err);
    settled.said("5 of 7 cells done, running 2");
    let after = rows(&place, "results/open/trials.csv");
    assert!(before.iter().all(|row| after.contains(row)) && after.len() > before.len());
    // What was settled is part of what was run.
    let fitted = place.say("fit open").out;
    assert_eq!(settled.out, fitted);
    // One more dimension may show more scatter; each round goes on from the one before.
    let last = last_round(&place, "open");
    // The slope is below the bound by less than a logarithm is worth: trials do not tell them apart.
    last.said("on the CSQ bound stays open: d = ");
    last.said("raise samples.n_max");
    assert!(!last.err.contains("gaussian stays open"), "the rate is settled: {}", last.err);
}

/// Its rates have too few dimensions for a verdict: the ratio alone is open, of two learners of three.
fn ratio() -> String {
    study(4, r#"["oracle", "pruned", "unpruned"]"#, "[16, 64]")
        + r#"
[[expect]]
claim = "pruning saves samples"
ratio = ["unpruned", "pruned"]
predicted = 1.2
"#
}

#[test]
fn an_open_expectation_gets_its_trials_and_nothing_else_does() {
    let place = Place::new();
    place.write("studies/ratio.toml", ratio());
    let ran = place.say("study ratio");
    ran.printed("n*(unpruned) / n*(pruned) = 1.2: open; 4 times the trials (about ");
    let why = place.say("explain ratio pruned");
    why.printed("expected   n*(unpruned) / n*(pruned) = 1.2, is ");
    why.printed("settle     4 times the trials (about ");
    why.printed("           secateur study ratio --profile standard --settle");
    assert!(!place.say("explain ratio oracle").out.contains("settle"), "it has no part in it");
    let json = place.say("explain ratio pruned --format json").out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json[0]["expectations"][0]["resolution"]["trials"]["factor"], 4);

    let before = rows(&place, "results/ratio/trials.csv");
    let settled = place.say("study ratio --settle");
    assert_eq!(settled.code, Some(0), "{}", settled.err);
    settled.said("settling n*(unpruned) / n*(pruned) = 1.2: 4 times the trials of 4 cells");
    settled.said("2 of 6 cells done, running 4");
    let after = rows(&place, "results/ratio/trials.csv");
    assert!(before.iter().all(|row| after.contains(row)));
    let cells = |rows: &[String]| -> HashSet<String> {
        rows.iter().filter_map(|row| Some(row.split('\t').nth(1)?.to_owned())).collect()
    };
    assert_eq!(cells(&before), cells(&after), "no cell is new");
    let new: Vec<&String> = after.iter().filter(|row| !before.contains(row)).collect();
    let is_of = |row: &&String, name: &str| row.split('\t').nth(2) == Some(name);
    let sides = |name| new.iter().filter(|row| is_of(row, name)).count();
    assert!(sides("pruned") > 0 && sides("unpruned") > 0);
    assert_eq!(sides("pruned") + sides("unpruned"), new.len());

    let last = last_round(&place, "ratio");
    last.said("nothing to settle: no verdict is open");
}

#[test]
fn dimensions_beyond_n_max_are_no_way_to_settle() {
    let place = Place::new();
    place.write("studies/open.toml", open().replace("65536", "8192"));
    place.say("study open");
    let ran = place.say("study open --settle");
    assert_eq!(ran.code, Some(0));
    ran.said("stays open");
    ran.said("where n* is beyond n_max = 8192: raise samples.n_max");
}

#[test]
fn explanations_are_chosen_and_go_to_programs() {
    let place = Place::new();
    place.say("study mini");
    let all: serde_json::Value =
        serde_json::from_str(&place.say("explain mini --format json").out).expect("JSON");
    assert_eq!(all.as_array().expect("a list").len(), 2);
    let one = place.say("explain mini pruned link=He2 r=1 --format json");
    let one: serde_json::Value = serde_json::from_str(&one.out).expect("JSON");
    assert_eq!(
        (&one[0]["series"]["learner"], one.as_array().map(Vec::len)),
        (&"pruned".into(), Some(1))
    );
    let cell = &one[0]["cells"][0];
    let [n, law, over] = ["n_star", "law", "over_law"].map(|k| cell[k].as_f64().expect("known"));
    assert!((n / law / over - 1.0).abs() < 1e-12);
    for (series, message) in
        [("alpha=0.7", "no series of mini is alpha=0.7"), ("beta=1", "`beta=1` says nothing")]
    {
        let ran = place.run(&["explain", "mini", series]);
        assert_eq!(ran.code, Some(2));
        ran.said(message);
    }
}

#[test]
fn a_rate_of_ones_own_is_judged_and_changes_no_trial() {
    let place = Place::new();
    let rate = |rest: &str| {
        let json = place.say(&format!("fit mini --format json{rest}")).out;
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        json["exponents"][0]["predicted"].clone()
    };
    place.say("study mini");
    let before = rows(&place, "results/mini/trials.csv");
    assert_eq!(rate(""), serde_json::json!({ "exponent": 1.0, "log_power": 1.0, "kind": "upper" }));
    assert_eq!(rate(" --log-power 0.5")["log_power"], 0.5);
    let own = "[learner.pruned]\npredicted = { exponent = \"k_star - alpha\", log_power = 2 }\n";
    place.write("studies/mini.toml", format!("{MINI}{own}"));
    place.say("study mini").said("8 of 8 cells done, nothing to run");
    assert!(rows(&place, "results/mini/trials.csv").len() == before.len());
    let own = serde_json::json!({ "exponent": 1.5, "log_power": 2.0, "kind": "heuristic" });
    assert_eq!(rate(""), own);
    let refused = place.say("fit mini --log-power -1");
    assert_eq!(refused.code, Some(2));
    refused.said("the power of ln d is not a number of at least 0");
}
