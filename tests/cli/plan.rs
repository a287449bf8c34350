//! The plan: what is there, why the rest runs, what it costs; and what is refused before it.

use std::fs;
use std::process::Stdio;

use crate::place::{MINI, Place, flat};
use serde_json::Value as Json;

const TRIALS: &str = "results/mini/trials.csv";

fn plan(place: &Place, more: &[&str]) -> Json {
    let ran = place.run(&[&["plan", "mini", "--format", "json"], more].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    serde_json::from_str(&ran.out).expect("JSON")
}

/// The state of every cell, in order.
fn states(plan: &Json) -> Vec<&str> {
    let cells = plan["plan"].as_array().expect("cells").iter();
    cells.map(|c| c["state"].as_str().expect("a state")).collect()
}

#[test]
fn every_cell_says_why_it_runs() {
    let place = Place::new();
    let new = plan(&place, &[]);
    assert_eq!(states(&new), ["new"; 8]);
    assert!(!place.path("results").exists());
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let done = plan(&place, &[]);
    assert_eq!(states(&done), ["done"; 8]);
    assert_eq!((&done["trials"], &done["cells_to_run"]), (&0.into(), &0.into()));
    for (old, new, state) in [
        ("test = 64", "test = 128", "changed"),
        ("trials = 3", "trials = 3\nseed = 9", "changed"),
        ("link = \"He2\"", "link = \"He2\"\nnoise = 0.2", "new"),
    ] {
        place.write("studies/mini.toml", MINI.replace(old, new));
        assert_eq!(states(&plan(&place, &[])), [state; 8], "{new}");
    }
    place.write("studies/mini.toml", MINI);
    assert_eq!(states(&plan(&place, &["--seed", "9"])), ["new"; 8], "a folder of its own");
    assert_eq!(
        states(&plan(&place, &["--set", "sweep=[{learner=\"pruned\", alpha=0.25, d=[16, 81]}]"])),
        ["new"; 2]
    );
    let more = plan(&place, &["--trials", "40"]);
    assert_eq!(states(&more), ["begun"; 8]);
    assert!(more["trials"].as_u64() < plan(&Place::new(), &["--trials", "40"])["trials"].as_u64());

    // Half a cell is lost.
    let text = fs::read_to_string(place.path(TRIALS)).expect("a table");
    let cell = done["plan"][3]["cell"].as_str().expect("a key").to_owned();
    let mut left = 2;
    let kept = text.lines().filter(|line| {
        let ours = line.contains(&cell);
        left -= i32::from(ours && left > 0);
        !ours || left > 0
    });
    place.write(TRIALS, kept.collect::<Vec<_>>().join("\n") + "\n");
    let mut expected = vec!["done"; 8];
    expected[3] = "begun";
    let begun = plan(&place, &[]);
    assert_eq!(states(&begun), expected);
    assert_eq!(begun["plan"][3]["trials_there"], 1);
    let shown = place.run(&["plan", "mini"]);
    shown.printed("     7 done: nothing to run\n     1 begun: ");
    let ran = place.run(&["study", "mini"]);
    ran.said("\n7 of 8 cells done, running 1\n");
    assert_eq!(states(&plan(&place, &[])), ["done"; 8]);
}

#[test]
fn what_cannot_fit_in_memory_is_refused_before_anything_is_written() {
    let place = Place::new();
    let huge = MINI.replace("[8, 16, 25, 32]", "[1073741824]");
    place.write("studies/mini.toml", huge);
    let arguments = ["--set", "samples.simulation=explicit", "--threads", "4096"];
    let ran = place.run(&[&["study", "mini"][..], &arguments].concat());
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    let flat = flat(&ran.err);
    assert!(flat.starts_with("× mini: needs about "), "{flat}");
    assert!(flat.contains(" of memory on 4096 threads, and "), "{flat}");
    assert!(
        flat.ends_with("use fewer --threads, smaller d or width, or a machine with more memory"),
        "{flat}"
    );
    assert!(!place.path("results").exists());
    let plan = place.run(&[&["plan", "mini"][..], &arguments].concat());
    assert_eq!(plan.code, Some(0));
    plan.said("warning: needs about ");
}

#[test]
fn more_than_an_hour_is_not_begun_unasked() {
    let place = Place::new();
    let long = [
        "study",
        "mini",
        "--trials",
        "100000",
        "--set",
        "samples.n_min=1048576",
        "--set",
        "samples.n_max=2097152",
        "--set",
        "samples.search=grid",
    ];
    let mut command = place.command(&long);
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    let said = String::from_utf8(output.stderr).expect("text");
    let flat = flat(&said);
    assert_eq!(output.status.code(), Some(2), "{flat}");
    assert!(flat.starts_with("× mini is expected to take "), "{flat}");
    assert!(flat.contains("--yes runs it all the same; --profile standard is shorter"), "{flat}");
    assert!(!place.path("results").exists());
    // Nor is anything moved out of its way.
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let before = place.files();
    let ran = place.command(&[&long[..], &["--fresh"]].concat()).stdin(Stdio::null()).output();
    assert_eq!(ran.expect("it starts").status.code(), Some(2));
    assert!(place.files() == before);
}

#[test]
fn progress_can_be_lines_events_or_nothing() {
    let place = Place::new();
    let events = place.run(&["study", "mini", "--format", "json"]);
    assert_eq!(events.code, Some(0));
    let events: Vec<Json> = events
        .err
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let named = |name: &str| events.iter().filter(|e| e["event"] == name).count();
    assert_eq!((named("plan"), named("cell"), named("ran")), (1, 8, 1));
    let ran: u64 =
        events.iter().filter(|e| e["event"] == "cell").filter_map(|e| e["ran"].as_u64()).sum();
    assert_eq!(events.iter().find(|e| e["event"] == "ran").expect("it ran")["ran"], ran);
    for style in ["auto", "lines", "none", "bar"] {
        let ran = place.run(&["study", "mini", "--fresh", "--progress", style]);
        assert_eq!(ran.code, Some(0));
        assert!(!ran.err.contains('\u{1b}'), "{style}: {:?}", ran.err);
    }
    let silent = place.run(&["study", "mini", "--quiet", "--format", "json"]);
    assert_eq!((silent.code, silent.err.as_str()), (Some(0), ""));
}

#[test]
fn shells_and_manuals_are_told_every_command() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = place.run(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        assert!(
            ran.out.contains("alpha") || ran.out.contains("--shard") || ran.out.contains("shard")
        );
    }
    let page = place.run(&["man"]);
    assert!(page.out.starts_with(".ie") || page.out.contains(".TH"), "{}", page.out);
    assert_eq!(place.run(&["man", "--out", "pages"]).code, Some(0));
    for name in ["secateur.1", "secateur-study.1", "secateur-merge.1", "secateur-rerun.1"] {
        assert!(place.path("pages").join(name).is_file(), "{name}");
    }
}
