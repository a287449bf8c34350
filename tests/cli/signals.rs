//! Ctrl-C and SIGTERM: the exit code, what is said, and that the same command goes on.

use std::process::{Child, Command, Output};

use crate::place::{Place, endless, rows, wait_until};
use crate::voice::events;

const TRIALS: &str = "results/mini/trials.csv";

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().expect("kill is there").success());
}

/// What a study said that `signal` ended when some of its trials were written; none if it was
/// done before.
fn interrupted(place: &Place, arguments: &[&str], signal: &str) -> Option<Output> {
    let mut child = place.start(arguments);
    if !place.grows(TRIALS, 5000, &mut child) {
        return None;
    }
    send(signal, &child);
    let output = child.wait_with_output().expect("it ends");
    (output.status.code() != Some(0)).then_some(output)
}

#[test]
fn a_signal_ends_a_study_that_the_same_command_completes() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        // More trials if the machine was so busy that the signal came when all was done.
        let (place, arguments, output) = ["400", "1600", "6400", "25600"]
            .into_iter()
            .find_map(|trials| {
                let place = Place::new();
                let arguments =
                    ["study", "mini", "--trials", trials, "--set", "samples.precision=0"];
                interrupted(&place, &arguments, signal).map(|output| (place, arguments, output))
            })
            .expect("the signal came too late each time");
        assert_eq!(output.status.code(), Some(code));
        let said = String::from_utf8(output.stderr).expect("text");
        let last = said.lines().last().unwrap_or_default();
        assert_eq!(
            last,
            "interrupted: every finished trial is in results/mini; the same command goes on from \
             there, `secateur fit results/mini` shows what is there"
        );
        assert!(output.stdout.is_empty(), "nothing was fitted");
        let before = rows(&place, TRIALS);
        assert_eq!(place.run(&arguments).code, Some(0));
        let whole = Place::new();
        assert_eq!(whole.run(&arguments).code, Some(0));
        assert!(before.len() < rows(&whole, TRIALS).len(), "all was done");
        assert_eq!(rows(&place, TRIALS), rows(&whole, TRIALS));
    }
}

#[test]
fn trials_in_flight_are_abandoned_rather_than_waited_for() {
    let place = Place::new();
    place.write("studies/mini.toml", endless());
    let child = place.start(&["study", "mini", "--yes", "--format", "json"]);
    // It prices itself in a fraction of a second: after two it has been at a trial.
    let id = child.id().to_string();
    wait_until("two seconds of computing", || {
        let ps = Command::new("ps").args(["-o", "time=", "-p", &id]).output().expect("ps is there");
        let time = String::from_utf8(ps.stdout).expect("text");
        time.trim().rsplit(':').next().is_some_and(|s| s.parse::<f64>().is_ok_and(|s| s >= 2.0))
    });
    send("-TERM", &child);
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(143));
    // Programs hear of it as of everything else.
    let said = events(&String::from_utf8(ended.stderr).expect("text"));
    let last = serde_json::json!({"event": "interrupted", "folder": "results/mini", "code": 143});
    assert_eq!(said.last(), Some(&last));
}
