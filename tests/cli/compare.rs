//! `compare`: what it prints, how it ends, and the whole message of what cannot be compared.

use crate::place::Place;

const OWN: &str = include_str!("../fixtures/own_experiment.csv");
const MARKS: &str = "+ significantly larger in B, - significantly smaller in B, ~ no significant change, ? undecided";

/// The table of the fixture with all sample sizes multiplied.
fn stretched(factor: u64) -> String {
    OWN.lines()
        .map(|row| {
            let mut fields: Vec<String> = row.split(',').map(str::to_owned).collect();
            if let Ok(n) = fields[2].parse::<u64>() {
                fields[2] = (n * factor).to_string();
            }
            fields.join(",") + "\n"
        })
        .collect()
}

/// Results `a` and `b`, each fitted into tables.
fn fitted(a: &str, b: &str) -> Place {
    let place = Place::new();
    for (name, table) in [("a", a), ("b", b)] {
        place.write(&format!("{name}.csv"), table);
        let ran = place.run(&["fit", &format!("{name}.csv"), "--out", "results"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    place
}

fn refused(place: &Place, arguments: &[&str], code: i32, message: &str) {
    let ran = place.run(arguments);
    assert_eq!(ran.err.trim(), message.trim(), "{arguments:?}");
    assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{arguments:?}");
}

#[test]
fn a_result_is_no_change_of_itself() {
    let place = fitted(OWN, OWN);
    let ran = place.run(&["compare", "a", "results/b"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.starts_with("A: results/a\n\nB: results/b\n"), "{}", ran.out);
    let end = format!(
        "no significant change in 2 exponents and 10 thresholds (level 0.01 for all together)\n\n{MARKS}\n"
    );
    assert!(ran.out.ends_with(&end), "{}", ran.out);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("~  ")).count(), 12);
}

#[test]
fn ten_times_the_samples_are_a_change_of_thresholds_alone() {
    let place = fitted(OWN, &stretched(10));
    let ran = place.run(&["compare", "a", "b"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(4), ""));
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("~  ")).count(), 2, "{}", ran.out);
    let marked: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("+  ")).collect();
    assert_eq!(marked.len(), 10, "{}", ran.out);
    assert!(marked.iter().all(|line| line.contains("  10.000  <0.001")), "{}", ran.out);
    let moved = place.run(&["compare", "a", "b", "--changed"]);
    assert_eq!(moved.code, Some(4));
    let part = |out: &str, start: &str| out.lines().filter(|l| l.starts_with(start)).count();
    assert_eq!((part(&moved.out, "+  "), part(&moved.out, "~  ")), (10, 0), "{}", moved.out);
    assert_eq!(moved.out.lines().last(), ran.out.lines().last());
    moved.printed("10 significant changes in 2 exponents and 10 thresholds");
    let back = place.run(&["compare", "b", "a"]);
    assert_eq!(back.code, Some(4));
    assert_eq!(back.out.lines().filter(|line| line.starts_with("-  ")).count(), 10, "{}", back.out);
}

#[test]
fn markdown_and_json_say_the_same() {
    let place = fitted(OWN, &stretched(10));
    let markdown = place.run(&["compare", "a", "b", "--format", "markdown"]);
    assert_eq!(markdown.code, Some(4));
    assert_eq!(markdown.out.lines().filter(|line| line.starts_with("| + | ")).count(), 10);
    let json = place.run(&["compare", "a", "b", "--format", "json"]);
    assert_eq!((json.code, json.err.as_str()), (Some(4), ""));
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("one JSON document");
    assert_eq!((&json["changes"], &json["level"]), (&10.into(), &0.01.into()));
    let cell = &json["thresholds"][0];
    assert_eq!(
        (&cell["change"], &cell["a"]["series"]["alpha"]),
        (&"larger".into(), &serde_json::Value::Null)
    );
    assert!((cell["ratio"].as_f64().expect("a ratio") - 10.0).abs() < 1e-9);
    let fit = &json["exponents"][1];
    assert_eq!((&fit["change"], &fit["a"]["verdict"]), (&"none".into(), &serde_json::Value::Null));
    assert!(fit["difference"]["value"].as_f64().expect("a difference").abs() < 1e-9);
}

#[test]
fn what_one_side_lacks_is_listed() {
    let fewer: String = OWN
        .lines()
        .filter(|row| !row.starts_with("slow") && !row.starts_with("fast,16,"))
        .map(|row| row.to_owned() + "\n")
        .collect();
    let place = fitted(OWN, &fewer);
    let ran = place.run(&["compare", "a", "b"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let alone: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("only")).collect();
    assert_eq!(
        alone,
        [
            "only in A: exponent of slow, –, α not given, τ = 0.5",
            "only in A: threshold of fast, –, α not given, τ = 0.5, d = 16",
            "only in A: threshold of slow, –, α not given, τ = 0.5, d = 16, 32, 64, 128, 256",
        ]
    );
}

#[test]
fn trials_without_tables_are_fitted_and_nothing_is_written() {
    let place = fitted(OWN, OWN);
    place.write("results/raw/trials.csv", OWN);
    let before = place.files();
    let ran = place.run(&["compare", "a", "raw"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran.printed("no significant change in 2 exponents and 10 thresholds");
    // The same estimates, hence p = 1 everywhere.
    assert_eq!(ran.out.matches(" 1.000").count(), 2 + 2 * 10, "{}", ran.out);
    assert!(place.files() == before);
}

#[test]
fn a_study_compares_with_itself_after_a_run() {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let ran = place.run(&["compare", "mini", "results/mini"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let place = fitted(OWN, &OWN.replace("fast", "quick").replace("slow", "lame"));
    refused(
        &place,
        &["compare", "a", "c"],
        2,
        r"
× there are no results of `c`
  help: run `secateur study c` first, or give a folder with a trials.csv",
    );
    refused(
        &place,
        &["compare", "a", "studies"],
        1,
        r"
× studies has neither thresholds.csv and exponents.csv nor trials.csv
  help: give a folder of results: `secateur study` and `secateur fit` write these tables",
    );
    refused(
        &place,
        &["compare", "a", "b"],
        1,
        r"
× results/a and results/b have no cell and no series in common
  help: cells agree in learner, link, k_star, r, alpha, q, d and threshold",
    );
    let strict = place.run(&["fit", "b.csv", "--out", "strict", "--threshold", "0.4"]);
    assert_eq!(strict.code, Some(0), "{}", strict.err);
    refused(
        &place,
        &["compare", "a", "strict/b"],
        1,
        r"
× results/a and strict/b have no cell and no series in common
  help: A holds thresholds at the risk 0.5, B at 0.4: `secateur fit B --threshold 0.5` computes
        those of B again",
    );
    let table = std::fs::read_to_string(place.path("results/a/thresholds.csv")).expect("a table");
    let changed = table.replacen(",none,", ",below,", 1);
    place.write("results/b/thresholds.csv", changed);
    refused(
        &place,
        &["compare", "a", "b"],
        1,
        r"
× results/b/thresholds.csv, line 2: not as it was written: the row, the header or the number of
  │ rows has changed
  help: `secateur fit` writes both tables again from trials.csv; if the table was changed on
        purpose, remove its column `check`",
    );
    // Changed on purpose: without its last column.
    let unchecked = |line: &str| line.rsplit_once(',').map_or("", |(rest, _)| rest).to_owned();
    let table: String = table.lines().map(|line| unchecked(line) + "\n").collect();
    let bad = |text: &str, message: &str| {
        place.write("results/b/thresholds.csv", text);
        let message =
            format!("{message}\n  help: `secateur fit` writes both tables again from trials.csv");
        refused(&place, &["compare", "a", "b"], 1, &message);
    };
    bad(
        &table.replacen(",none,", ",sometimes,", 1),
        "× results/b/thresholds.csv, line 2: unknown variant `sometimes`, expected one of `none`,\n  │ `below`, `above`",
    );
    bad(
        &table.replacen(",none,", ",,none,", 1),
        "× results/b/thresholds.csv, line 2: 23 fields, but the header has 22",
    );
    bad(
        &table.replacen("n_star", "n", 1),
        "× results/b/thresholds.csv, line 2: missing field `n_star`",
    );
    bad(
        &table.replacen("fast,,,,,,,,16,", "fast,,,,,,,,many,", 1),
        "× results/b/thresholds.csv, line 2: column `d` is `many`: invalid digit found in string",
    );
    bad("", "× results/b/thresholds.csv has no rows");
}
