//! Damaged and unwritable results: an error that says so, nothing lost, nothing wrong reused.

#![expect(clippy::print_stdout, reason = "says how many damages there were of which kind")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::place::{MINI, Place, flat, rows};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use secateur::results::{self, Record, Store, same_result};
use secateur::study::{Profile, Study};

const TRIALS: &str = "results/mini/trials.csv";

fn finished() -> (Place, Vec<u8>) {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let bytes = fs::read(place.path(TRIALS)).expect("a table");
    (place, bytes)
}

/// Cuts the text short, or flips a bit of up to three bytes.
fn damage(bytes: &[u8], rng: &mut Xoshiro256PlusPlus) -> Vec<u8> {
    let length = bytes.len() as u64;
    let at = |rng: &mut Xoshiro256PlusPlus| (rng.next_u64() % length) as usize;
    let mut bytes = bytes.to_vec();
    if rng.next_u64().is_multiple_of(2) {
        let end = at(rng);
        bytes.truncate(end);
        return bytes;
    }
    for _ in 0..=rng.next_u64() % 3 {
        let (at, bit) = (at(rng), rng.next_u64() % 8);
        bytes[at] ^= 1 << bit;
    }
    bytes
}

/// What a store made of a folder takes over from it, if it opens it at all.
fn reused(folder: &Path) -> Option<Vec<Record>> {
    let store = Store::open(folder, None).ok()?;
    Some(store.done().records().to_vec())
}

#[test]
fn a_damaged_table_is_refused_or_what_is_whole_in_it_is_reused() {
    let (place, whole) = finished();
    let folder = place.path("results/mini");
    let originals = reused(&folder).expect("sound");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
    let (mut refused, mut partly) = (0, 0);
    for case in 0..1000 {
        let bytes = damage(&whole, &mut rng);
        place.write(TRIALS, &bytes);
        let Some(records) = reused(&folder) else {
            refused += 1;
            assert!(fs::read(place.path(TRIALS)).expect("there") == bytes, "{case}: changed");
            continue;
        };
        partly += usize::from(records.len() < originals.len());
        for record in &records {
            let same =
                |o: &&Record| (&o.cell, o.n, o.trial) == (&record.cell, record.n, record.trial);
            let original =
                originals.iter().find(same).unwrap_or_else(|| panic!("{case}: invented"));
            assert!(same_result(original, record), "{case}: {record:?}");
        }
    }
    assert!(refused > 300 && partly > 300, "{refused} refused, {partly} partly reused");
    println!(
        "1000 damages of a table of {} rows: {refused} refused, {partly} partly reused",
        originals.len()
    );
}

#[test]
fn a_damaged_study_never_reuses_what_it_does_not_ask_for() {
    let text =
        format!("{MINI}[learner.pruned]\nkeep = {{ ratio = 1.5 }}\n[profiles.quick]\ntrials = 2\n");
    let parse = |text: &str| Study::parse("mini", "mini.toml", text, Profile::Standard, &[]);
    let settings = |study: &Study| -> Vec<(String, String)> {
        let of = |s: &secateur::study::Series| {
            let setting = format!("{:?} {}", s.setting.options, s.setting.noise);
            s.cells
                .iter()
                .map(|c| (c.name(), format!("{setting} {} {}", s.setting.alpha, c.d)))
                .collect::<Vec<_>>()
        };
        study.series.iter().flat_map(of).collect()
    };
    let whole = settings(&parse(&text).expect("sound"));
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(12);
    let (mut refused, mut changed) = (0, 0);
    for case in 0..1000 {
        let bytes = damage(text.as_bytes(), &mut rng);
        let Ok(study) =
            String::from_utf8(bytes).map_err(|_| ()).and_then(|t| parse(&t).map_err(|_| ()))
        else {
            refused += 1;
            continue;
        };
        let found = settings(&study);
        changed += usize::from(found != whole);
        for (name, setting) in &found {
            let same = whole.iter().find(|(n, _)| n == name);
            assert!(same.is_none_or(|(_, s)| s == setting), "{case}: one key, two settings");
        }
    }
    assert!(refused > 300, "{refused} refused, {changed} changed");
    println!("1000 damages of a study: {refused} refused, {changed} with other cells");
}

#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_study_and_the_next_run_goes_on() {
    let (whole, full) = (Place::new(), Place::new());
    assert_eq!(whole.run(&["study", "mini", "--quiet"]).code, Some(0));
    // No file may grow beyond 8 blocks of 1024 bytes: writing fails as on a full disk.
    let limited = "trap '' XFSZ; ulimit -f 8; exec \"$0\" study mini";
    let mut shell = std::process::Command::new("bash");
    let program = full.command(&[]).get_program().to_owned();
    shell.args(["-c", limited]).arg(program).current_dir(full.path(""));
    let output = shell.output().expect("a shell");
    let said = String::from_utf8(output.stderr).expect("text");
    let flat = flat(&said);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(flat.contains("× cannot write results/mini/trials.csv: File too large"), "{flat}");
    assert!(
        flat.ends_with(
            "the trials written before are safe: free some space, then run the same command again"
        ),
        "{flat}"
    );
    let written = fs::read(full.path(TRIALS)).expect("a table");
    assert!(written.ends_with(b"\n") && written.len() <= 8192, "whole rows only");
    assert_eq!(full.run(&["study", "mini", "--quiet"]).code, Some(0));
    assert!(fs::read(full.path(TRIALS)).expect("a table").starts_with(&written));
    assert_eq!(rows(&full, TRIALS), rows(&whole, TRIALS));
}

#[cfg(unix)]
#[test]
fn results_that_vanish_under_a_study_are_noticed() {
    let place = Place::new();
    let arguments = ["study", "mini", "--trials", "20000", "--set", "samples.precision=0"];
    let mut child = place.start(&arguments);
    // Until it runs: before that, what is missing is the manifest.
    assert!(place.grows(TRIALS, 2000, &mut child), "it was done before");
    fs::rename(place.path("results"), place.path("elsewhere")).expect("it can be moved");
    let ended = child.wait_with_output().expect("it ends");
    let said = String::from_utf8(ended.stderr).expect("text");
    let flat = flat(&said);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(
        flat.contains("× results/mini/trials.csv has vanished while the study was running"),
        "{flat}"
    );
    let mini = ["study", "mini", "--quiet"];
    assert_eq!(place.run(&mini).code, Some(0), "it starts anew");
}

#[test]
fn a_row_with_line_ends_that_is_torn_anywhere_is_run_again() {
    let (place, whole) = finished();
    let mut rows = results::parse(TRIALS, &whole).expect("sound").records;
    rows.truncate(3);
    // Threads decide which rows come first: some may be of one n and one number.
    rows.iter_mut().zip(0..).for_each(|(row, trial)| row.trial = trial);
    let mut series = (*rows[0].series).clone();
    series.problem.link = Some("He2 +\n\n\"He3\",\n".to_owned());
    let series = Arc::new(series);
    let line = |record: &Record| {
        results::line(&Record { series: series.clone(), cell: "c".into(), d: 8, ..record.clone() })
    };
    let folder = place.path("results/mini");
    let (before, last) = ([line(&rows[0]), line(&rows[1])].concat(), line(&rows[2]));
    let before = [results::header().as_bytes(), &before].concat();
    for cut in 1..last.len() {
        place.write(TRIALS, [&before, &last[..cut]].concat());
        let store = Store::open(&folder, None).unwrap_or_else(|e| panic!("cut at {cut}: {e}"));
        assert_eq!(store.done().records().len(), 2, "cut at {cut}");
        assert_eq!(fs::read(place.path(TRIALS)).expect("there"), before, "cut at {cut}");
        let kept = folder.join("trials.csv.torn-1");
        assert_eq!(fs::read(&kept).expect("there"), last[..cut], "cut at {cut}");
        fs::remove_file(kept).expect("there");
    }
    // A quotation mark too many takes no whole row with it.
    let text = String::from_utf8([before, last].concat()).expect("text");
    let second = text.match_indices(&*rows[0].study).nth(2).expect("a row").0;
    for damaged in [
        text[..second].to_owned() + "\"" + &text[second..],
        String::from_utf8(whole).expect("text").replacen(",pruned,", ",\"pruned,", 1),
    ] {
        place.write(TRIALS, &damaged);
        assert!(Store::open(&folder, None).is_err(), "{damaged}");
        assert_eq!(fs::read_to_string(place.path(TRIALS)).expect("there"), damaged);
    }
}
