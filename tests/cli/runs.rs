//! Whole runs of a tiny study: resuming, threads, crashes, changed parameters, failures.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use crate::place::{MINI, Place, Ran, rows};
use serde_json::Value as Json;

const TRIALS: &str = "results/mini/trials.csv";

fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn json(ran: &Ran) -> Json {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.out))
}

/// A folder where the tiny study has been run once.
fn finished() -> Place {
    let place = Place::new();
    let ran = place.run(&["study", "mini", "--quiet"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    place
}

#[test]
fn a_second_run_reuses_everything_and_changes_nothing() {
    let place = finished();
    let before = read(&place, TRIALS);
    let count = before.lines().count() - 1;
    let ran = place.run(&["study", "mini"]);
    assert_eq!(ran.code, Some(0));
    ran.said("mini: 0 trials run in ");
    ran.said(&format!(" {count} reused, 0 failed"));
    assert_eq!(read(&place, TRIALS), before);
}

#[test]
fn any_number_of_threads_gives_the_same_rows() {
    let place = Place::new();
    for threads in ["1", "2", "4"] {
        let ran = place.run(&["study", "mini", "--quiet", "--threads", threads, "--out", threads]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    }
    let one = rows(&place, "1/mini/trials.csv");
    assert!(one.len() > 50);
    assert_eq!(one, rows(&place, "2/mini/trials.csv"));
    assert_eq!(one, rows(&place, "4/mini/trials.csv"));
}

#[test]
fn a_torn_last_line_is_dropped_with_a_note_and_run_again() {
    let place = finished();
    let (whole, expected) = (read(&place, TRIALS), rows(&place, TRIALS));
    place.write(TRIALS, &whole[..whole.len() - 30]);
    let ran = place.run(&["study", "mini"]);
    assert_eq!(ran.code, Some(0));
    ran.said(
        "note: results/mini/trials.csv: dropped an unfinished last line, kept in trials.csv.torn-1\n",
    );
    let torn = whole[..whole.len() - 30].rsplit('\n').next();
    assert_eq!(Some(read(&place, "results/mini/trials.csv.torn-1").as_str()), torn);
    ran.said("mini: 1 trials run in ");
    assert_eq!(rows(&place, TRIALS), expected);
}

#[test]
fn a_changed_parameter_runs_anew_and_is_not_mixed() {
    let place = finished();
    let old = read(&place, TRIALS).lines().count() - 1;
    let noisier = MINI.replace("link = \"He2\"", "link = \"He2\"\nnoise = 0.2");
    place.write("studies/mini.toml", &noisier);
    let ran = place.say("study mini");
    assert_eq!(ran.code, Some(0));
    ran.said(" 0 reused, 0 failed");
    let all = read(&place, TRIALS).lines().count() - 1;
    let fit = place.run(&["fit", "mini"]);
    let note = format!(
        "note: {old} of {all} trials belong to an earlier version of the study and are left out\n"
    );
    assert_eq!((fit.code, fit.err), (Some(0), note));
    // The same estimates as in a folder that never saw the old noise.
    let clean = Place::new();
    clean.write("studies/mini.toml", &noisier);
    let apart = clean.say("study mini");
    assert_eq!((fit.out.as_str(), ran.out.as_str()), (apart.out.as_str(), apart.out.as_str()));
    // Back to the first noise: all of it is still there.
    place.write("studies/mini.toml", MINI);
    let back = place.run(&["study", "mini"]);
    back.said(&format!(" {old} reused, 0 failed"));
}

#[test]
fn fresh_moves_results_aside_and_deletes_nothing() {
    let place = finished();
    let before = read(&place, TRIALS);
    for aside in ["results/mini.old-1", "results/mini.old-2"] {
        let ran = place.run(&["study", "mini", "--fresh"]);
        assert_eq!(ran.code, Some(0));
        assert!(
            ran.err.starts_with(&format!("earlier results are now in {aside}\n")),
            "{}",
            ran.err
        );
    }
    assert_eq!(read(&place, "results/mini.old-1/trials.csv"), before);
    assert_eq!(rows(&place, TRIALS), rows(&place, "results/mini.old-1/trials.csv"));
}

#[test]
fn a_folder_in_use_is_refused() {
    let place = finished();
    let lock = File::create(place.path("results/mini/.lock")).expect("a lock file");
    lock.lock().expect("nobody else holds it");
    let before = place.files();
    for more in [&[][..], &["--fresh"]] {
        let ran = place.run(&[&["study", "mini", "--quiet"], more].concat());
        let message = "× another process is running a study in results/mini
  help: wait for it, stop it, or choose another --out";
        assert_eq!((ran.code, ran.err.trim(), ran.out.as_str()), (Some(1), message, ""));
        assert!(place.files() == before);
    }
}

#[test]
fn failed_trials_are_recorded_and_give_exit_code_3() {
    let place = Place::new();
    // Without a penalty, 64 neurons cannot be fitted to a handful of samples.
    let ran = place.say("study mini --quiet --set learner.pruned.lambda=0 --set samples.search=grid --set samples.n_max=64 --set model.noise=0");
    let csv = read(&place, "results/mini@learner.pruned.lambda=0,model.noise=0/trials.csv");
    assert_eq!(ran.code, Some(3), "{}\n{csv}", ran.err);
    assert!(csv.lines().any(|l| l.contains(",pruned,") && !l.contains(",ok,")), "{csv}");
    let again = place.say("study mini --set learner.pruned.lambda=0 --set samples.search=grid --set samples.n_max=64 --set model.noise=0");
    assert_eq!(again.code, Some(3));
    again.said("mini: 0 trials run");
    again.said("\nfailed: pruned, He2, ");
    again.said(", d = 8, n = 64, trial 0: ");
}

#[test]
fn a_profile_changes_what_is_run() {
    let place = Place::new();
    let profiles =
        "[profiles.quick]\ntrials = 2\n[profiles.full]\ntrials = 50\nsamples.n_max = 4096\n";
    place.write("studies/three.toml", format!("{MINI}{profiles}"));
    let trials = |more: &[&str]| {
        let ran = place.run(&[&["plan", "three", "--format", "json"], more].concat());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        let plan = json(&ran);
        (plan["profile"].as_str().map(str::to_owned), plan["trials"].as_u64())
    };
    let (quick, standard, full) =
        (trials(&["--profile", "quick"]), trials(&[]), trials(&["--profile", "full"]));
    assert_eq!(standard.0.as_deref(), Some("standard"));
    assert_eq!((quick.0.as_deref(), full.0.as_deref()), (Some("quick"), Some("full")));
    assert!(quick.1 < standard.1 && standard.1 < full.1);
    assert_eq!(trials(&["--trials", "2"]).1, quick.1, "--trials beats the profile");
}

#[test]
fn a_dry_run_and_a_plan_write_nothing() {
    let place = Place::new();
    let before = place.files();
    let dry = place.run(&["study", "mini", "--dry-run", "--threads", "1"]);
    let plan = place.run(&["plan", "mini", "--threads", "1"]);
    assert_eq!((dry.code, &dry.out, dry.err.as_str()), (Some(0), &plan.out, ""));
    assert!(plan.out.starts_with("mini (standard): a tiny study\n"), "{}", plan.out);
    plan.printed("\n8 cells, about ");
    let plan = json(&place.run(&["plan", "mini", "--format", "json"]));
    assert_eq!(plan["series"][1]["learner"], "unpruned");
    assert_eq!(plan["series"][0]["s"], serde_json::json!([3, 4, 5, 6]));
    assert!(place.files() == before);
}

#[test]
fn r_above_the_rounded_sparsity_raises_s() {
    let place = Place::new();
    let plan = place.say("plan mini --format json --set model.link=sum(He2) --set model.r=5");
    assert_eq!(json(&plan)["series"][0]["s"], serde_json::json!([5, 5, 5, 6]));
}

#[test]
fn the_same_cell_twice_is_run_once() {
    let place = Place::new();
    let sweep = &MINI[MINI.find("[[sweep]]").expect("a sweep")..];
    place.write("studies/twice.toml", format!("{MINI}{sweep}").replace("[8,", "[8, 8,"));
    assert_eq!(json(&place.run(&["plan", "twice", "--format", "json"]))["cells"], 8);
}

/// The entry of `name` in `list --format json`.
fn listed(place: &Place, name: &str) -> serde_json::Value {
    let list = json(&place.run(&["list", "--format", "json"]));
    let mut entries = list.as_array().expect("a list").iter();
    entries.find(|entry| entry["study"] == name).unwrap_or_else(|| panic!("{name}")).clone()
}

#[test]
fn list_shows_claims_prices_results_and_what_is_broken() {
    let place = Place::new();
    place.write("studies/bad.toml", "claim = 3\n");
    place.write("studies/folder.toml/x", "");
    place.write("studies/steer.toml", MINI.replace("a tiny study", "\\u001b[31m<b>"));
    assert_eq!(listed(&place, "mini")["results"], serde_json::Value::Null);
    place.run(&["study", "mini", "--quiet"]);
    let ran = place.run(&["list"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for lines in [
        "bad  (cannot be read: `model` is missing in the study)\n",
        "mini  0 s; results/mini: ",
        "steer  0 s\n    \u{fffd}[31m<b>\n",
        "\nalpha_sweep  ",
    ] {
        assert!(ran.out.contains(lines), "{lines} in {}", ran.out);
    }
    let mini = listed(&place, "mini");
    assert_eq!(
        (&mini["claim"], &mini["source"]),
        (&"a tiny study".into(), &"studies/mini.toml".into())
    );
    assert_eq!(mini["results"]["folder"], "results/mini");
}

#[test]
fn studies_are_in_the_program_and_those_of_folders_come_first() {
    let place = Place::new();
    std::fs::remove_dir_all(place.path("studies")).expect("it was there");
    assert_eq!(listed(&place, "noise")["source"], "noise.toml of this program");
    let cells = |arguments: &[&str]| json(&place.run(arguments))["cells"].clone();
    assert_eq!(cells(&["plan", "alpha_sweep", "--profile", "quick", "--format", "json"]), 25);
    place.write("studies/noise.toml", MINI.replace("a tiny study", "mine"));
    assert_eq!(listed(&place, "noise")["claim"], "mine");
    place.write("other/noise.toml", MINI.replace("[8,", "[7, 8,"));
    let here = cells(&["plan", "noise", "--format", "json"]);
    assert_eq!(here, 8);
    assert_eq!(cells(&["plan", "noise", "--format", "json", "--studies", "other"]), 10);
    let ran = place.run(&["plan", "noise", "--studies", "nowhere"]);
    let message = "× there is no folder nowhere of studies
  help: --studies names a folder of .toml files, which come before all others";
    assert_eq!((ran.code, ran.err.trim()), (Some(2), message));
    let ran = place.run(&["study", "noize"]);
    let message = "× unknown study `noize`
  help: did you mean `noise`? `secateur list` shows all";
    assert_eq!((ran.code, ran.err.trim(), ran.out.as_str()), (Some(2), message, ""));
}

#[test]
fn a_new_study_runs_as_it_is() {
    let place = Place::new();
    std::fs::remove_dir_all(place.path("studies")).expect("it was there");
    let ran = place.run(&["new", "mine"]);
    assert!(ran.out.starts_with("studies/mine.toml\n\nsecateur plan mine "), "{}", ran.out);
    let ran = place.run(&["study", "mine", "--profile", "quick", "--trials", "2", "--quiet"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let ran = place.run(&["new", "mine"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("studies/mine.toml is there already"), "{}", ran.err);
    place.run(&["new", "second", "--from", "noise", "--studies", "other"]);
    assert_eq!(place.run(&["plan", "second", "--studies", "other"]).code, Some(0));
    assert_eq!(place.run(&["new", "../x"]).code, Some(2));
}

#[test]
fn fit_and_study_print_one_json_document() {
    let place = Place::new();
    let study = place.run(&["study", "mini", "--format", "json"]);
    let fit = place.run(&["fit", "results/mini", "--format", "json"]);
    assert_eq!((study.code, fit.code, fit.err.as_str()), (Some(0), Some(0), ""));
    assert!(json(&study).is_object());
    assert_eq!(json(&study), json(&fit));
}

#[test]
fn link_and_predict_answer_in_json() {
    let place = Place::new();
    let link = json(&place.run(&["link", "t^2 + t^4", "--format", "json"]));
    assert_eq!((&link["link"], &link["r"]), (&Json::from("t^2 + t^4"), &Json::from(1)));
    assert_eq!((&link["k_star"], &link["s_star"]), (&Json::from(2), &Json::from(2)));
    assert!(link["coefficients"].is_array() && link["blind"].is_array());
    for (alpha, csq) in [("0.1", 0.2), ("0.5", 1.0), ("0.9", 1.0)] {
        let ran = place.run(&["predict", "--k-star", "2", "--alpha", alpha, "--format", "json"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        assert_eq!(json(&ran)["csq"].as_f64(), Some(csq));
    }
}

#[test]
fn a_reader_that_hangs_up_is_no_error() {
    let place = Place::new();
    for arguments in [&["list"][..], &["--help"], &["link", "He2"]] {
        let mut child = place
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    }
    // Nor is input that nobody asked for.
    let mut child = place
        .command(&["list"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let _ = child.stdin.take().expect("a pipe").write_all(b"noise\n");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_number_of_trials_on_the_command_line_holds_for_every_sweep() {
    let place = Place::new();
    let text = crate::place::MINI.replace("d = [8, 16, 25, 32]", "d = [8, 16]\ntrials = 4");
    place.write("studies/mini.toml", text);
    let trials = |arguments: &[&str]| {
        let plan = json(&place.run(&[&["plan", "mini", "--format", "json"], arguments].concat()));
        let search = plan["trials"].as_u64().expect("a number");
        let cells = plan["cells"].as_u64().expect("a number");
        (search, cells)
    };
    let (own, _) = trials(&[]);
    let (given, _) = trials(&["--trials", "2"]);
    assert_eq!(own * 2, given * 4);
}

#[test]
fn a_study_without_a_successful_trial_says_so_and_exits_with_3() {
    let place = Place::new();
    let ran = place.say("study mini --set learner.pruned.feature.shift=-10 --set learner.unpruned.feature.shift=-10");
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    ran.said("no trial succeeded: there is nothing to fit or to draw");
    assert_eq!(ran.out, "");
}

#[test]
fn a_prediction_may_be_of_a_link() {
    let place = Place::new();
    let json = |words: &str| {
        json(&place.say(&format!("predict {words} --alpha 0.5 --d 4096 --format json")))
    };
    // He2 by itself is what k* = 2 stands for; a fourth order makes the score of k* weaker.
    let (plain, own) = (json("--k-star 2"), json("--link He2"));
    assert_eq!(plain, own);
    let n = |json: &Json| json["sharp"]["n_star"].as_f64().expect("a number");
    let mixed = json("--link He2+He4");
    assert_eq!((mixed["pruned"].as_f64(), mixed["sharp"]["s"].as_u64()), (Some(1.0), Some(64)));
    assert!(n(&mixed) > 1.2 * n(&own), "{} {}", n(&mixed), n(&own));
    for words in ["predict", "predict --k-star 2 --link He2", "predict --link nonsense("] {
        assert_eq!(place.say(words).code, Some(2), "{words}");
    }
}
