//! A folder a setting: no run overwrites what another setting found, and every command takes the
//! name of one.

use std::collections::BTreeSet;

use crate::place::{MINI, Place, flat};
use serde_json::Value as Json;

const PROFILES: &str = "[profiles.quick]\nmodel.noise = 0.3\n[profiles.full]\ntrials = 5\n";

/// A folder where the tiny study was run as it is written, and with three other settings.
fn several() -> Place {
    let place = Place::new();
    place.write("studies/mini.toml", format!("{MINI}{PROFILES}"));
    for more in ["", " --profile quick", " --seed 2", " --set model.noise=0.5 --seed 2"] {
        let ran = place.say(&format!("study mini --quiet{more}"));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    }
    place
}

const NAMES: [&str; 4] = ["mini", "mini@model.noise=0.5,seed=2", "mini@quick", "mini@seed=2"];

#[test]
fn every_setting_has_its_own_table_figures_and_page() {
    let place = several();
    let mut cells = BTreeSet::new();
    for name in NAMES {
        let trials = place.path(&format!("results/{name}/trials.csv"));
        let records = secateur::results::read(&trials).expect("a table").records;
        let own: BTreeSet<String> = records.iter().map(|r| r.cell.to_string()).collect();
        assert_eq!(own.len(), 8, "{name}");
        assert!(own.is_disjoint(&cells), "{name}");
        cells.extend(own);
        assert!(place.length(&format!("results/{name}/report.html")) > 0);
    }
    // How much is run is no setting: it goes on from what is there, and changes nothing else.
    let before = place.files();
    let ran = place.say("study mini --profile full --trials 4");
    ran.said("results in results/mini\n");
    let after = place.files();
    let outside = |path: &std::path::Path| !path.starts_with(place.path("results/mini"));
    assert!(before.iter().filter(|(p, _)| outside(p)).eq(after.iter().filter(|(p, _)| outside(p))));
}

#[test]
fn every_command_about_results_takes_the_name_of_a_setting() {
    let place = several();
    let name = "mini@model.noise=0.5,seed=2";
    for command in ["fit", "plot", "report", "explain", "runs", "merge"] {
        let ran = place.run(&[command, name]);
        assert_eq!(ran.code, Some(0), "{command}: {}", ran.err);
    }
    let compared = place.run(&["compare", "mini@seed=2", name, "--format", "json"]);
    assert!(matches!(compared.code, Some(0 | 1 | 4)), "{}", compared.err);
    let fit = place.run(&["fit", name, "--format", "json"]);
    assert_eq!(serde_json::from_str::<Json>(&fit.out).expect("JSON")["study"], "mini");
    let ran = place.run(&["explain", name, "pruned"]);
    if ran.out.contains("--settle") {
        ran.printed("study mini --profile standard --set model.noise=0.5 --set seed=2 --settle");
    }
    // What `settle` says is that of the same folder.
    let settled = place.say("study mini --set model.noise=0.5 --seed 2 --settle --dry-run");
    assert_eq!(settled.code, Some(0), "{}", settled.err);

    let ran = place.say("study mini@quick");
    assert_eq!(ran.code, Some(2));
    assert!(
        flat(&ran.err).contains("the study is `mini`, its setting what --profile"),
        "{}",
        ran.err
    );
    std::fs::rename(place.path("results/mini"), place.path("elsewhere")).expect("it was there");
    let ran = place.say("fit mini");
    assert_eq!(ran.code, Some(2));
    let said = flat(&ran.err);
    assert!(said.contains("3 of it with other settings, such as `mini@model.noise"), "{said}");
}

#[test]
fn runs_lists_what_is_there() {
    let place = several();
    place.write("studies/other.toml", MINI);
    place.say("study other --quiet --shard 1/1");
    let names = |ran: &str| -> Vec<String> {
        ran.lines()
            .filter(|l| !l.starts_with(' '))
            .map(|l| l.split("  ").next().unwrap_or_default().to_owned())
            .collect()
    };
    let all = place.say("runs");
    assert_eq!(names(&all.out), [&NAMES[..], &["other"]].concat());
    assert!(all.out.lines().all(|line| line.chars().count() <= 80), "{}", all.out);
    let other = place.say("runs other");
    other.printed("other  8 of 8 cells, ");
    other.printed("\n    not fitted yet\n");
    assert_eq!(names(&place.say("runs mini").out), NAMES);
    assert_eq!(names(&place.say("runs mini@quick").out), ["mini@quick"]);

    let json = place.say("runs --format json").out;
    let json: Json = serde_json::from_str(&json).expect("JSON");
    let one = &json[1];
    assert_eq!(one["name"], NAMES[1]);
    assert_eq!(one["study"], "mini");
    assert_eq!(one["seed"], 2);
    assert_eq!(one["changes"], serde_json::json!(["model.noise=0.5", "seed=2"]));
    let path = place.path(&format!("results/{}/trials.csv", NAMES[1]));
    let trials = secateur::results::read(&path).expect("a table").records.len();
    assert_eq!(one["trials"], trials);
    assert_eq!(json[2]["profile"], "quick");

    let listed = place.say("list");
    listed.printed("; 3 other settings\n    a tiny study\n");
    place.write("results/mini@quick/trials.csv", "nonsense");
    let broken = place.say("runs");
    assert_eq!(broken.code, Some(0));
    broken.printed("mini@quick  (cannot be read: ");
    let ran = place.say("runs nothing");
    assert_eq!(ran.code, Some(2));
    let ran = place.say("runs --out nowhere");
    assert_eq!(ran.code, Some(2));
}
