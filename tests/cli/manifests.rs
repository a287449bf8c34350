//! Where results come from: a manifest that is damaged, missing or edited is never replaced by
//! a guess, and which of several counts is decided by what they say, not by clocks.

#![expect(clippy::print_stdout, reason = "says what could not be tried here")]

use std::fs;
use std::path::Path;
use std::process::Command;

use secateur::results::manifest::Look;
use serde_json::Value as Json;

use crate::place::{MINI, Place, Ran, flat, rows};

const MANIFEST: &str = "results/mini/manifest.json";

fn finished() -> Place {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    place
}

fn text(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The one copy among the manifests of `folder`.
fn copy(place: &Place, folder: &str) -> String {
    let all = fs::read_dir(place.path(folder).join("manifests")).expect("there");
    let names: Vec<_> = all.map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    format!("{folder}/manifests/{}", names[0].to_string_lossy())
}

fn threshold(place: &Place) -> f64 {
    let ran = place.run(&["fit", "mini", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let fit: Json = serde_json::from_str(&ran.out).expect("JSON");
    fit["threshold"].as_f64().expect("a number")
}

fn assert_refused(ran: &Ran, message: &str) {
    let said = flat(&ran.err);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{said}");
    assert!(said.contains(message), "{said}");
}

#[test]
fn a_manifest_that_is_not_as_it_was_written_decides_nothing() {
    let place = finished();
    let (whole, copy) = (text(&place, MANIFEST), copy(&place, "results/mini"));
    let edited = whole.replace("\"threshold\": 0.5", "\"threshold\": 0.25");
    let cell = whole.replacen("    \"", "    \"f", 1);
    assert!(edited != whole && cell != whole);
    fs::remove_file(place.path("results/mini/thresholds.csv")).expect("compare has to fit");
    let commands = [&["fit", "mini"][..], &["plot", "mini"], &["compare", "mini", "mini"]];
    for (damage, why) in [
        (None, "it is missing"),
        (Some(""), "it is empty"),
        (Some(&whole[..whole.len() / 2]), "EOF while parsing"),
        (Some(&edited), "its content is not that of its id"),
        (Some(&cell), "its content is not that of its id"),
    ] {
        match damage {
            Some(text) => place.write(MANIFEST, text),
            None => fs::remove_file(place.path(MANIFEST)).expect("there"),
        }
        let before = place.files();
        for command in commands {
            let ran = place.run(command);
            assert_refused(&ran, &format!("× {MANIFEST} cannot be used: {why}"));
            let remedy = copy.replace("results/mini/", "copy ");
            assert!(flat(&ran.err).contains(&remedy), "{}", ran.err);
            assert!(place.files() == before, "{command:?} touched files");
        }
        let chosen = place.run(&["fit", "mini", "--threshold", "0.3"]);
        assert_eq!(chosen.code, Some(0), "{}", chosen.err);
        assert!(chosen.err.contains("every trial counts"), "{}", chosen.err);
        fs::remove_file(place.path("results/mini/thresholds.csv")).expect("it was written");
    }
    // The copy that the message names, or another run.
    fs::copy(place.path(&copy), place.path(MANIFEST)).expect("it can be copied");
    assert_eq!(threshold(&place), 0.5);
    place.write(MANIFEST, "");
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    assert_eq!(threshold(&place), 0.5);
    fs::remove_file(place.path(MANIFEST)).expect("there");
    fs::create_dir(place.path(MANIFEST)).expect("a folder");
    assert_refused(
        &place.run(&["fit", "mini"]),
        "cannot read results/mini/manifest.json: it is a folder",
    );
}

#[test]
fn results_that_never_had_a_manifest_need_none() {
    let place = Place::new();
    place.write("results/own/trials.csv", include_str!("../fixtures/own_experiment.csv"));
    let ran = place.run(&["fit", "own"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let note = "note: results/own has no manifest.json: thresholds are at 0.5\n";
    assert!(ran.err.contains(note), "{}", ran.err);
    let chosen = place.run(&["fit", "own", "--threshold", "0.3"]);
    assert!(!chosen.err.contains("manifest"), "{}", chosen.err);
}

/// Sets the time that a run began, which is no part of what its id stands for.
fn set_clock(place: &Place, name: &str, started: u64) {
    let old = text(place, name);
    let line = |line: &str| {
        let (key, _) = line.split_once(':').unwrap_or_default();
        if key.trim() == "\"started\"" {
            format!("{key}: {started},\n")
        } else {
            format!("{line}\n")
        }
    };
    let new: String = old.lines().map(line).collect();
    assert_ne!(new, old);
    place.write(name, new);
}

#[test]
fn the_latest_run_counts_whatever_the_clocks_say() {
    let place = Place::new();
    let run = |tau: &str, more: &[&str]| {
        place.write("studies/mini.toml", MINI.replace("test = 64", &format!("test = 64\n{tau}")));
        let ran = place.run(&[&["study", "mini", "--quiet"], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    };
    let of_shard = "results/mini/manifest-1-of-1.json";
    run("threshold = 0.9", &["--shard", "1/1"]);
    set_clock(&place, of_shard, 4_102_444_800);
    assert_eq!(threshold(&place), 0.9);
    run("", &[]);
    assert_eq!(threshold(&place), 0.5, "a clock ran ahead");
    run("threshold = 0.8", &["--shard", "1/1"]);
    set_clock(&place, of_shard, 1);
    assert_eq!(threshold(&place), 0.8, "a clock stood still");
    assert_eq!(place.run(&["merge", "mini"]).code, Some(0));
    assert_eq!(threshold(&place), 0.8);
}

#[test]
fn manifests_of_earlier_versions_are_whole() {
    let mut seen = 0;
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/reference");
    for study in fs::read_dir(reference).expect("there") {
        let path = study.expect("an entry").path().join("manifest.json");
        let look = Look::at(&path).expect("it can be read");
        assert!(matches!(look, Look::Whole(_)), "{}: {look:?}", path.display());
        seen += 1;
    }
    assert!(seen > 15, "{seen}");
}

/// The name of the first trial.
fn first_trial(place: &Place) -> String {
    let path = place.path("results/mini/trials.csv");
    let record = &secateur::results::read(&path).expect("a table").records[0];
    format!("{}/{}/{}", record.cell, record.n, record.trial)
}

#[test]
fn a_copy_that_is_damaged_is_mended_and_no_other_stands_for_it() {
    let place = finished();
    let (old, whole) = (copy(&place, "results/mini"), text(&place, MANIFEST));
    let trial = first_trial(&place);
    let rerun = ["rerun", "mini", "--trial", &trial];
    // The latest run has another id, and is another study.
    place.write("studies/mini.toml", MINI.replace("test = 64", "test = 65"));
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let whole_copy = text(&place, &old);
    for damage in
        ["", &whole_copy[..whole_copy.len() / 2], &whole_copy.replace("\"seed\": 1", "\"seed\": 2")]
    {
        place.write(&old, damage);
        assert_refused(&place.run(&rerun), "results/mini has no manifest");
        // A folder from elsewhere that has it.
        place.write("elsewhere/manifest.json", &whole);
        fs::copy(place.path("results/mini/trials.csv"), place.path("elsewhere/trials.csv"))
            .expect("a table");
        let merged = place.run(&["merge", "mini", "elsewhere"]);
        assert_eq!(merged.code, Some(0), "{}", merged.err);
        let note = format!("note: {old} is not used: ");
        assert!(merged.err.contains(&note), "{}", merged.err);
        let again = place.run(&rerun);
        assert_eq!(again.code, Some(0), "{}", again.err);
    }
    fs::remove_file(place.path(&old)).expect("there");
    assert_refused(&place.run(&rerun), "results/mini has no manifest");
}

#[cfg(unix)]
#[test]
fn a_merge_that_is_killed_leaves_no_manifest_in_pieces() {
    let place = Place::new();
    for (shard, out) in [("1/2", "one"), ("2/2", "two")] {
        let study = ["study", "mini", "--quiet", "--shard", shard, "--out", out];
        assert_eq!(place.run(&study).code, Some(0));
    }
    let whole = finished();
    let merge = ["merge", "mini", "one/mini", "two/mini"];
    let mut killed = 0;
    for (call, most) in [("write", 8), ("fsync", 6), ("rename", 4), ("openat", 12)] {
        for when in 1..=most {
            let _ = fs::remove_dir_all(place.path("results"));
            let when = if call == "openat" { 12 + 3 * when } else { when };
            let mut strace = Command::new("strace");
            strace.args(["-f", "-o/dev/null", &format!("-einject={call}:signal=KILL:when={when}")]);
            strace.arg(env!("CARGO_BIN_EXE_secateur")).args(merge).current_dir(place.path(""));
            let Ok(ran) = strace.output() else { return println!("skipped: no strace here") };
            killed += usize::from(!ran.status.success());
            for (path, content) in place.files() {
                let name = path.to_string_lossy();
                let json =
                    !name.ends_with(".json") || matches!(Look::at(&path), Ok(Look::Whole(_)));
                assert!(json, "{call} {when}: {name} is {} bytes", content.len());
            }
            let again = place.run(&merge);
            assert_eq!(again.code, Some(0), "{call} {when}: {}", again.err);
            let table = "results/mini/trials.csv";
            assert_eq!(rows(&place, table), rows(&whole, table), "{call} {when}");
            let litter =
                place.files().into_keys().filter(|p| p.to_string_lossy().ends_with(".part"));
            assert_eq!(litter.count(), 0, "{call} {when}");
        }
    }
    println!("{killed} kills or failures of a traced merge");
}
