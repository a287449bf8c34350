//! One trial again.

use std::fs;

use crate::place::{MINI, Place, flat, forge};
use secateur::results::{self, Record};
use serde_json::Value as Json;

const TRIALS: &str = "results/mini/trials.csv";

fn records(place: &Place, name: &str) -> Vec<Record> {
    let path = place.path(&format!("results/{name}/trials.csv"));
    results::read(&path).expect("a table").records
}

fn name(record: &Record) -> String {
    format!("{}/{}/{}", record.cell, record.n, record.trial)
}

#[test]
fn any_trial_can_be_repeated_to_the_bit_wherever_its_row_came_from() {
    let place = Place::new();
    // Two versions of the study in one folder, and a seed beyond i64 in another.
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    place.write("studies/mini.toml", format!("{MINI}[learner.pruned]\nwidth = 16\n"));
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let seed = ["--seed", "18446744073709551615", "--set", "learner.pruned.width=32"];
    assert_eq!(place.run(&[&["study", "mini", "--quiet"], &seed[..]].concat()).code, Some(0));
    fs::remove_dir_all(place.path("studies")).expect("the study file is not needed");
    let two = records(&place, "mini");
    let other = "mini@learner.pruned.width=32,seed=18446744073709551615";
    let one = records(&place, other);
    for (results, record) in [
        ("mini", &two[0]),
        ("mini", &two[7]),
        ("mini", &two[two.len() - 1]),
        (other, &one[0]),
        (other, &one[one.len() - 1]),
    ] {
        let ran = place.run(&["rerun", results, "--trial", &name(record), "--threads", "2"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert!(ran.out.ends_with(&format!("\ntrial {} matches to the bit\n", name(record))));
        let path = format!("results/{results}");
        let json = place.run(&["rerun", &path, "--trial", &name(record), "--format", "json"]);
        let json: Json = serde_json::from_str(&json.out).expect("JSON");
        assert_eq!(json["matches"], true);
        assert_eq!(json["again"]["risk"], json["recorded"]["risk"]);
    }
}

#[test]
fn a_row_that_is_wrong_is_shown_to_be() {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let wrong = forge(&place, TRIALS, |risk| risk + 1e-15);
    let ran = place.run(&["rerun", "mini", "--trial", &name(&wrong)]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.out.matches("<- differs").count(), 1, "{}", ran.out);
    assert!(ran.out.ends_with(" does not match\n"), "{}", ran.out);
    ran.said("differs in risk");
}

#[test]
fn what_cannot_be_repeated_is_said() {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let first = name(&records(&place, "mini")[0]);
    let ran = place.run(&["rerun", "mini", "--trial", "0/64/0"]);
    assert_eq!(ran.code, Some(2));
    ran.said("results/mini has no trial 0/64/0");
    let said = flat(&ran.err);
    let named = said.split_once("the first is ").expect("a hint").1;
    assert!(records(&place, "mini").iter().any(|record| name(record) == named), "{said}");
    let ran = place.run(&["rerun", "mini", "--trial", "7"]);
    assert_eq!(ran.code, Some(2));
    ran.said("`7` does not name a trial: write CELL/N/TRIAL");
    fs::remove_dir_all(place.path("results/mini/manifests")).expect("they were there");
    fs::remove_file(place.path("results/mini/manifest.json")).expect("it was there");
    let ran = place.run(&["rerun", "mini", "--trial", &first]);
    assert_eq!(ran.code, Some(1));
    ran.said("results/mini has no manifest ");
}
