//! Shards: parts of a study in one folder or several, and their merging.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use crate::place::{MINI, Place, flat, forge, rows};
use secateur::results::{self, Manifest, Record};
use serde_json::Value as Json;

const TRIALS: &str = "results/mini/trials.csv";

/// More series than `mini`, so that seven shards have something to do.
fn wide() -> Place {
    let place = Place::new();
    place.write(
        "studies/mini.toml",
        MINI.replace("alpha = 0.5", "alpha = [0.1, 0.3, 0.5, 0.7, 0.9]"),
    );
    place
}

fn shard(place: &Place, k: u32, of: u32, more: &[&str]) {
    let name = format!("{k}/{of}");
    let ran = place.run(&[&["study", "mini", "--quiet", "--shard", &name], more].concat());
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
}

fn fitted(place: &Place) -> Json {
    let ran = place.run(&["fit", "mini", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut fit: Json = serde_json::from_str(&ran.out).expect("JSON");
    fit["manifest"].take();
    fit
}

#[test]
fn seven_shards_make_the_whole_study_together() {
    for search in [&[][..], &["--set", "samples.search=grid"]] {
        let (whole, parts) = (wide(), wide());
        assert_eq!(whole.run(&[&["study", "mini", "--quiet"], search].concat()).code, Some(0));
        // At the same time, in one folder.
        let children: Vec<_> = (1..=7)
            .map(|k| {
                let name = format!("{k}/7");
                let arguments = [&["study", "mini", "--quiet", "--shard", &name], search].concat();
                parts.command(&arguments).stdout(Stdio::null()).spawn().expect("it starts")
            })
            .collect();
        for mut child in children {
            assert!(child.wait().expect("it ends").success());
        }
        assert!(!parts.path(TRIALS).exists(), "a shard has a table of its own");
        assert_eq!(fitted(&parts), fitted(&whole));
        let merged = parts.run(&["merge", "mini"]);
        assert_eq!(merged.code, Some(0), "{}", merged.err);
        merged.printed(" 0 rows were in more than one");
        assert_eq!(rows(&parts, TRIALS), rows(&whole, TRIALS));
        assert_eq!(fitted(&parts), fitted(&whole));
        let again = parts.run(&[&["study", "mini"], search].concat());
        again.said("40 of 40 cells done, nothing to run");
        again.said("mini: 0 trials run in ");
    }
}

#[test]
fn the_whole_study_runs_what_no_shard_has() {
    let (whole, parts) = (wide(), wide());
    assert_eq!(whole.run(&["study", "mini", "--quiet"]).code, Some(0));
    shard(&parts, 2, 3, &[]);
    let before = fs::read(parts.path("results/mini/trials-2-of-3.csv")).expect("its table");
    assert_eq!(parts.run(&["study", "mini", "--quiet"]).code, Some(0));
    // Resharding is no loss either: what is there counts, whoever ran it.
    for k in 1..=2 {
        shard(&parts, k, 2, &[]);
    }
    assert_eq!(fs::read(parts.path("results/mini/trials-2-of-3.csv")).expect("there"), before);
    assert_eq!(parts.run(&["merge", "mini"]).code, Some(0));
    assert_eq!(rows(&parts, TRIALS), rows(&whole, TRIALS));
}

#[test]
fn folders_from_elsewhere_are_merged_and_doubles_must_agree() {
    let (whole, here) = (wide(), wide());
    assert_eq!(whole.run(&["study", "mini", "--quiet"]).code, Some(0));
    for k in 1..=2 {
        shard(&here, k, 2, &["--out", &format!("machine{k}")]);
    }
    shard(&here, 1, 1, &["--out", "machine1"]);
    let merge = ["merge", "mini", "machine1/mini", "machine2/mini"];
    let ran = here.run(&merge);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(rows(&here, TRIALS), rows(&whole, TRIALS));
    assert_eq!(fitted(&here), fitted(&whole));

    // One digit of one risk, with a check that fits: only the other table tells.
    let path = "machine2/mini/trials-2-of-2.csv";
    let wrong = forge(&here, path, |_| 0.123);
    let risk = wrong.risk().expect("it succeeded");
    let before = here.files();
    let ran = here.run(&merge);
    let name = format!("cell {}, n = {}, trial {}", wrong.cell, wrong.n, wrong.trial);
    let message = format!("disagree about {name}: risk {risk} and 0.123");
    let flat = flat(&ran.err);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(flat.contains(&message), "{}", ran.err);
    assert!(here.files() == before);
}

#[test]
fn a_series_stays_in_its_shard_when_the_study_grows() {
    let (small, large) = (Place::new(), wide());
    let grown = fs::read_to_string(large.path("studies/mini.toml")).expect("a study");
    large.write("studies/mini.toml", grown.replace("[8, 16, 25, 32]", "[8, 12, 16, 25, 32, 48]"));
    let series = |place: &Place, k: u32| -> BTreeSet<(String, String)> {
        let name = format!("{k}/5");
        let ran = place.run(&["plan", "mini", "--shard", &name, "--format", "json"]);
        let plan: Json = serde_json::from_str(&ran.out).expect("JSON");
        let cells = plan["plan"].as_array().expect("cells").iter();
        cells.map(|c| (c["learner"].to_string(), c["alpha"].to_string())).collect()
    };
    let all = |place: &Place| (1..=5).map(|k| series(place, k)).collect::<Vec<_>>();
    let (small, large) = (all(&small), all(&large));
    assert_eq!(large.iter().map(BTreeSet::len).sum::<usize>(), 10);
    assert!(small.iter().zip(&large).all(|(s, l)| s.is_subset(l)), "{small:?}\n{large:?}");
}

/// Makes the table of `place` one of a processor with NEON, and its first trial another `risk`.
fn measured_elsewhere(place: &Place, risk: impl Fn(f64) -> f64) {
    forge(place, TRIALS, risk);
    let folder = place.path("results/mini");
    let text = fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: Manifest = serde_json::from_slice(&text).expect("JSON");
    let manifest = Manifest { simd: "NEON".to_owned(), ..manifest }.identified();
    manifest.write(&folder).expect("written");
    let mut table = results::header();
    for record in results::read(&place.path(TRIALS)).expect("a table").records {
        let record = Record { manifest: Some(manifest.id.as_str().into()), ..record };
        table += &String::from_utf8(results::line(&record)).expect("text");
    }
    place.write(TRIALS, table);
}

#[test]
fn processors_of_two_kinds_do_not_accuse_each_other() {
    for (factor, rounded) in [(1.0 + 1e-13, true), (1.01, false)] {
        let (here, there) = (Place::new(), Place::new());
        for place in [&here, &there] {
            assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
        }
        measured_elsewhere(&there, |risk| risk * factor);
        let before = rows(&here, TRIALS);
        let elsewhere = there.path("results/mini");
        let merged = here.run(&["merge", "mini", elsewhere.to_str().expect("a path")]);
        assert_eq!(merged.code, Some(0), "{}", merged.err);
        merged.said("1 trials were measured on processors of two kinds");
        assert_eq!(rows(&here, TRIALS), before, "the first row counts");
        let first = results::read(&there.path(TRIALS)).expect("a table").records.remove(0);
        let name = format!("{}/{}/{}", first.cell, first.n, first.trial);
        let ran = there.run(&["rerun", "mini", "--trial", &name]);
        assert_eq!(ran.code, Some(i32::from(!rounded)), "{}", ran.err);
        if rounded {
            ran.printed("matches but for the rounding of another kind of processor");
        } else {
            let said = flat(&ran.err);
            assert!(said.contains("only one of its kind can tell whether the row is"), "{said}");
        }
    }
}
