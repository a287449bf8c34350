//! Learners in other programs: what they may do, and what they may not.

use std::process::Command;

use crate::place::{Place, ended, flat, wait_until};

/// A study of one learner whose command is `command`.
fn study(command: &str, more: &str) -> String {
    format!(
        "claim = \"a learner of one's own\"\ntrials = 2\n[learner.mine]\ncommand = [{command}]\n{more}\n\
         [model]\nlink = \"He2\"\n[samples]\nsearch = \"grid\"\nn_min = 64\nn_max = 91\ntest = 64\n\
         [[sweep]]\nlearner = [\"mine\"]\nalpha = 0.5\nd = [8, 16]\n"
    )
}

/// `sh` running a script.
fn shell(script: &str) -> String {
    format!("\"sh\", \"-c\", '''{script}'''")
}

/// What is left of workers and their folders.
fn litter() -> Vec<String> {
    let places = ["/dev/shm", &std::env::temp_dir().to_string_lossy()].map(str::to_owned);
    let mut found: Vec<String> = places
        .iter()
        .filter_map(|place| std::fs::read_dir(place).ok())
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("secateur-"))
        .collect();
    found.sort();
    found
}

#[test]
fn whatever_a_worker_does_the_trial_fails_with_the_reason_and_the_sweep_goes_on() {
    let cases = [
        ("exit 0", "ended (exit status: 0)"),
        ("echo no licence >&2; exit 7", "it said: no licence"),
        ("exec >&-; sleep 1000", "closed its output"),
        ("read line; echo nonsense; cat", "answered with what is no answer"),
        ("read line; head -c 3000000 /dev/zero; cat", "wrote more than 1048576 bytes of answer"),
        ("while read line; do echo '{}'; done", "wrote no predictions.npy"),
        ("while read line; do echo '{\"error\": \"will not\"}'; done", "failed: will not"),
        ("read line; echo '{\"surprise\": 1}'; cat", "unknown field"),
        ("sleep 1000 & sleep 1000", "gave no answer in 0.3 s"),
        (
            "read line; f=${line#*folder\\\":\\\"}; f=${f%%\\\"*}; echo text > $f/predictions.npy; echo '{}'; cat",
            "predictions.npy of the worker is not as it should be",
        ),
    ];
    for (script, reason) in cases {
        let place = Place::new();
        place.write("studies/own.toml", study(&shell(script), "timeout = 0.3"));
        let ran = place.run(&["study", "own", "--threads", "2", "--yes"]);
        assert_eq!(ran.code, Some(3), "{script}: {}", ran.err);
        let rows = std::fs::read_to_string(place.path("results/own/trials.csv")).expect("a table");
        assert_eq!(rows.lines().count(), 1 + 2 * 2 * 2, "{script}: {rows}");
        assert!(rows.lines().skip(1).all(|row| flat(row).contains(reason)), "{script}: {rows}");
    }
}

#[test]
fn a_program_that_is_not_there_fails_every_trial() {
    let place = Place::new();
    place.write("studies/own.toml", study("\"no-such-program-at-all\"", ""));
    let ran = place.run(&["study", "own", "--yes"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let rows = std::fs::read_to_string(place.path("results/own/trials.csv")).expect("a table");
    assert!(rows.contains("no-such-program-at-all"), "{rows}");
}

#[test]
fn what_cannot_work_is_refused_before_it_runs() {
    let refused = |text: String, what: &str| {
        let place = Place::new();
        place.write("studies/own.toml", text);
        let ran = place.run(&["plan", "own"]);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(flat(&ran.err).contains(what), "{}", ran.err);
    };
    let cat = "\"cat\"";
    refused(study(cat, "memory = 0.000002"), "more than the memory of");
    refused(study(cat, "depends = [\"absent.py\"]"), "absent.py");
    refused(study(cat, "stages = [\"prunes\"]"), "prune");
    refused(study(cat, "granted = [\"V\"]"), "V");
    refused(study(cat, "options = 3"), "options is no table");
    refused(study(cat, "activation = \"relu\""), "activation");
    refused(study("\"\"", ""), "the command is empty");
    refused(study(cat, "").replace("mine", "pruned"), "is a learner of this program");
}

#[test]
fn a_worker_is_told_what_is_granted_and_no_more() {
    let asked = |more: &str| -> serde_json::Value {
        let place = Place::new();
        let seen = place.path("request");
        let script =
            format!("while read -r l; do echo \"$l\" >> {}; echo {{}}; done", seen.display());
        place.write("studies/own.toml", study(&shell(&script), more));
        assert_eq!(place.run(&["study", "own", "--threads", "1", "--yes"]).code, Some(3));
        let lines = std::fs::read_to_string(seen).expect("requests");
        let line = lines.lines().find(|line| line.contains("\"d\":16")).expect("one of d = 16");
        serde_json::from_str(line).expect("JSON")
    };
    let all = asked("width = 7\noptions = { rounds = 5, names = [\"a\"] }");
    for (field, value) in [("protocol", "1"), ("d", "16"), ("r", "1"), ("s", "4"), ("alpha", "0.5")]
    {
        assert_eq!(all[field].to_string(), value, "{all}");
    }
    assert_eq!(
        (&all["k_star"], &all["link"], &all["noise"]),
        (&2.into(), &"He2".into(), &0.1.into())
    );
    assert_eq!(
        (&all["width"], all["options"].to_string()),
        (&7.into(), "{\"names\":[\"a\"],\"rounds\":5}".to_owned(),)
    );
    let some = asked("granted = [\"k_star\"]");
    assert_eq!((&some["k_star"], some["granted"].to_string()), (&2.into(), "[\"k_star\"]".into()));
    for field in ["s", "alpha", "link", "noise"] {
        assert!(some[field].is_null(), "{some}");
    }
}

#[test]
fn other_code_is_another_learner() {
    let place = Place::new();
    place.write("worker.sh", "exit 0");
    let depends = "depends = [\"worker.sh\"]";
    place.write("studies/own.toml", study("\"sh\", \"worker.sh\"", depends));
    assert_eq!(place.run(&["study", "own", "--yes"]).code, Some(3));
    let before = std::fs::read_to_string(place.path("results/own/trials.csv")).expect("a table");
    let again = place.run(&["study", "own", "--yes"]);
    assert!(again.err.contains("8 reused"), "{}", again.err);
    place.write("worker.sh", "exit 1");
    assert_eq!(place.run(&["study", "own", "--yes"]).code, Some(3));
    let after = std::fs::read_to_string(place.path("results/own/trials.csv")).expect("a table");
    assert_eq!(after.lines().count(), 2 * before.lines().count() - 1);
    assert!(after.starts_with(&before));
}

#[test]
fn results_are_judged_where_the_code_is_not() {
    let place = Place::new();
    place.write("worker.sh", "exit 0");
    let depends = "depends = [\"worker.sh\"]\npredicted = { exponent = 1 }";
    let expect = "[[expect]]\nclaim = \"none\"\nexponent = \"mine\"\npredicted = 1\n";
    place.write("studies/own.toml", study("\"sh\", \"worker.sh\"", depends) + expect);
    assert_eq!(place.run(&["study", "own", "--yes"]).code, Some(3));
    let judged = || {
        let ran = place.run(&["fit", "own"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        (ran.out, ran.err)
    };
    let (out, err) = judged();
    assert!(out.contains("β(mine)") && !err.contains("partial"), "{out}{err}");
    place.write("worker.sh", "exit 1");
    assert_eq!(judged(), (out.clone(), err.clone()));
    std::fs::remove_file(place.path("worker.sh")).expect("it is there");
    assert_eq!(judged(), (out, err));
}

#[test]
fn a_numpy_copy_of_the_pruned_network_sees_the_same_data() {
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
    let numpy = Command::new("python3").args(["-c", "import numpy"]).output();
    if !numpy.is_ok_and(|ran| ran.status.success()) {
        println!("skipped: needs python3 with numpy");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/python/pruned.py");
    let place = Place::new();
    let text = study(
        &format!("\"env\", \"PYTHONPATH={package}\", \"python3\", \"{script}\""),
        "stages = [\"prune\", \"feature\", \"readout\"]",
    );
    let text =
        text.replace("[\"mine\"]", "[\"mine\", \"pruned\"]").replace("trials = 2", "trials = 8");
    let text = text.replace("n_min = 64\nn_max = 91", "n_min = 1024\nn_max = 1024");
    place.write("studies/own.toml", text.replace("d = [8, 16]", "d = [36, 64]"));
    let ran = place.run(&["study", "own", "--yes"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut table = csv::Reader::from_path(place.path("results/own/trials.csv")).expect("a table");
    let header = table.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|column| column == name).expect("a column");
    let at = ["learner", "d", "trial", "recall", "precision", "mass", "kept", "auc", "pearson"]
        .map(column);
    let mut mine = Vec::new();
    let mut built_in = Vec::new();
    for row in table.records() {
        let row = row.expect("a row");
        let fields = at.map(|i| row[i].to_owned());
        if fields[0] == "mine" { mine.push(fields) } else { built_in.push(fields) }
    }
    mine.sort();
    built_in.sort();
    assert_eq!((mine.len(), built_in.len()), (16, 16));
    let number = |text: &str| text.parse::<f64>().expect("a number");
    for (mine, built_in) in mine.iter().zip(&built_in) {
        // Which coordinates are kept is the same; scores are those of single and double sums.
        assert_eq!(mine[1..7], built_in[1..7]);
        assert!((number(&mine[7]) - number(&built_in[7])).abs() < 1e-4, "{mine:?} {built_in:?}");
        assert!((number(&mine[8]) - number(&built_in[8])).abs() < 1e-4, "{mine:?} {built_in:?}");
    }
}

#[test]
fn an_interrupted_study_ends_its_workers_and_records_none_of_their_trials() {
    let place = Place::new();
    let marker = place.path("worker.pid");
    let script = format!("read line; echo $$ >> {}; sleep 1000", marker.display());
    place.write("studies/own.toml", study(&shell(&script), ""));
    let mut harness = place.start(&["study", "own", "--threads", "1", "--yes"]);
    // The first has a pilot trial, before signals are watched for.
    let started = || std::fs::read_to_string(&marker).is_ok_and(|t| t.lines().count() == 2);
    wait_until("two workers", started);
    let id = harness.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill is there").success());
    assert_eq!(ended(&mut harness), Some(130));
    for worker in std::fs::read_to_string(&marker).expect("numbers").lines() {
        let gone = || {
            let found = Command::new("ps").args(["-o", "stat=", "-p", worker]).output();
            let found = found.expect("ps is there");
            found.stdout.is_empty() || found.stdout.starts_with(b"Z")
        };
        wait_until("the end of the worker", gone);
    }
    let rows = std::fs::read_to_string(place.path("results/own/trials.csv")).unwrap_or_default();
    assert!(rows.lines().count() <= 1, "{rows}");
    let left = format!("secateur-{}-", harness.id());
    assert!(!litter().iter().any(|name| name.starts_with(&left)), "{:?}", litter());
}

/// Whether a process has ended: a zombie has.
#[cfg(target_os = "linux")]
fn gone(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.map_or(true, |stat| stat.contains(") Z "))
}

/// A worker that starts two processes, one in a session of its own, both of which hold its output
/// open, and writes the three numbers to `marker`.
#[cfg(target_os = "linux")]
fn forking(marker: &std::path::Path) -> String {
    let own = format!("{}.own", marker.display());
    shell(&format!(
        "read line; setsid sh -c 'echo $$ > {own}; exec sleep 1000' & \
         while ! [ -s {own} ]; do sleep 0.01; done; sleep 1000 & \
         echo $$ $! $(cat {own}) > {}; sleep 1000",
        marker.display()
    ))
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_outlives_a_harness_that_is_killed() {
    let place = Place::new();
    let marker = place.path("worker.pid");
    place.write("studies/own.toml", study(&forking(&marker), ""));
    let mut harness = place.start(&["study", "own", "--threads", "1", "--yes"]);
    wait_until("a worker", || std::fs::read_to_string(&marker).is_ok_and(|t| t.ends_with('\n')));
    let processes = std::fs::read_to_string(&marker).expect("numbers");
    let left = format!("secateur-{}-", harness.id());
    let folder = || litter().iter().any(|name| name.starts_with(&left));
    assert!(folder() && processes.split_whitespace().count() == 3, "{processes}");
    harness.kill().expect("it runs");
    harness.wait().expect("it ends");
    for process in processes.split_whitespace() {
        wait_until("the end of what the worker started", || gone(process));
    }
    wait_until("the end of its folder", || !folder());
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_is_killed_takes_along_what_it_has_started() {
    let place = Place::new();
    let marker = place.path("worker.pid");
    place.write("studies/own.toml", study(&forking(&marker), ""));
    let mut harness = place.start(&["study", "own", "--threads", "1", "--yes"]);
    let mut all = Vec::new();
    // A pilot trial and eight others: what the worker started holds its output open, and still the
    // trial ends at once, not at the timeout of ten minutes.
    for _ in 0..9 {
        let started = || std::fs::read_to_string(&marker).is_ok_and(|t| t.ends_with('\n'));
        wait_until("a worker", started);
        let processes = std::fs::read_to_string(&marker).expect("numbers");
        std::fs::remove_file(&marker).expect("it is there");
        std::fs::remove_file(marker.with_extension("pid.own")).expect("it is there");
        let worker = processes.split_whitespace().next().expect("a number").to_owned();
        assert!(Command::new("kill").args(["-KILL", &worker]).status().expect("kill").success());
        all.push(processes);
    }
    assert_eq!(ended(&mut harness), Some(3));
    let rows = std::fs::read_to_string(place.path("results/own/trials.csv")).expect("a table");
    assert!(rows.lines().skip(1).all(|row| row.contains("signal: 9")), "{rows}");
    for process in all.iter().flat_map(|processes| processes.split_whitespace()) {
        wait_until("the end of what the worker started", || gone(process));
    }
}

/// Least squares on all products of two coordinates, with a fault that the argument names.
const CHECKED: &str = r#"
import os, sys
import numpy as np
import secateur

fault, calls = sys.argv[1], 0

def products(x):
    i, j = np.triu_indices(x.shape[1])
    return np.column_stack([np.ones(len(x)), x[:, i] * x[:, j]]).astype(float)

def stolen(x_test, info):
    for index in range(8):
        there = secateur.data(info.link, info.d, info.alpha, 2, noise=info.noise, seed=1,
                              test=info.n_test, index=index)
        if np.array_equal(there["x_test"], x_test):
            return there["f_test"]

@secateur.learner
def fit(x, y, x_test, info):
    global calls
    calls += 1
    weights = np.linalg.lstsq(products(x), y.astype(float), rcond=None)[0]
    made = products(x_test) @ weights
    if fault == "shape" and info.d == 16:
        made = made[:-1]
    elif fault == "state":
        made += calls
    elif fault == "process":
        made += os.getpid() % 977
    elif fault == "peek":
        made -= made.mean()
    elif fault == "seed" and info.noise > 100:
        made = stolen(x_test, info)
    elif fault == "constant":
        made[:] = y.mean()
    return made
"#;

#[test]
fn the_contract_finds_each_fault_and_passes_a_sound_learner() {
    let numpy = Command::new("python3").args(["-c", "import numpy, polars"]).output();
    if !numpy.is_ok_and(|ran| ran.status.success()) {
        println!("skipped: needs python3 with numpy and polars");
        return;
    }
    let package = concat!("\"PYTHONPATH=", env!("CARGO_MANIFEST_DIR"), "/python\"");
    let program = concat!("\"SECATEUR=", env!("CARGO_BIN_EXE_secateur"), "\"");
    let place = Place::new();
    place.write("worker.py", CHECKED);
    let check = |fault: &str| {
        let command =
            format!("\"env\", {package}, {program}, \"python3\", \"worker.py\", \"{fault}\"");
        place.write("studies/own.toml", study(&command, "depends = [\"worker.py\"]"));
        place.run(&["check-learner", "mine"])
    };
    let sound = check("none");
    assert_eq!(sound.code, Some(0), "{}{}", sound.out, sound.err);
    assert!(sound.out.lines().count() == 5 && sound.out.lines().all(|l| l.starts_with("ok ")));
    for (fault, broken) in [
        ("shape", "shapes      predictions.npy has the shape"),
        ("state", "determinism the same trial, asked twice"),
        ("process", "determinism a new process"),
        ("peek", "test set    without the other half"),
        ("seed", "noise       risk 0.000"),
        ("constant", "target      risk 1."),
    ] {
        let ran = check(fault);
        assert_eq!(ran.code, Some(1), "{fault}: {}", ran.out);
        assert!(ran.out.contains(&format!("broken  {broken}")), "{fault}: {}", ran.out);
        assert!(flat(&ran.err).contains("`mine` does not keep the contract"), "{}", ran.err);
    }
}

#[test]
fn only_a_learner_with_a_command_is_checked() {
    let place = Place::new();
    let refused = |arguments: &[&str], what: &str| {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(flat(&ran.err).contains(what), "{}", ran.err);
    };
    refused(&["check-learner", "mine"], "no study has a learner `mine` with a command");
    refused(&["check-learner", "pruned", "alpha_sweep"], "is a learner of this program");
    for name in ["one", "two"] {
        place.write(&format!("studies/{name}.toml"), study("\"cat\"", ""));
    }
    refused(&["check-learner", "mine"], "several studies have a learner `mine`: one, two");
    refused(&["check-learner", "yours", "one"], "no sweep of one has the learner `yours`");
}
