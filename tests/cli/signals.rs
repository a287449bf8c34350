//! Ctrl-C and SIGTERM: the exit code, what is said, and that the same command goes on.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::place::{Place, rows};
use crate::voice::events;

const TRIALS: &str = "results/mini/trials.csv";

/// Waits until some trials are written.
fn wait_for_trials(place: &Place, child: &mut Child) {
    let written = || std::fs::read(place.path(TRIALS)).map_or(0, |bytes| bytes.len());
    while written() < 5_000 && child.try_wait().expect("a child").is_none() {
        sleep(Duration::from_millis(2));
    }
}

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().expect("kill is there");
    assert!(sent.success(), "the study ended before the signal");
}

#[test]
fn a_signal_ends_a_study_that_the_same_command_completes() {
    let arguments = ["study", "mini", "--trials", "400", "--set", "samples.precision=0"];
    let whole = Place::new();
    assert_eq!(whole.run(&arguments).code, Some(0));
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let place = Place::new();
        let mut child = place.command(&arguments);
        let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the program starts");
        wait_for_trials(&place, &mut child);
        send(signal, &child);
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!(ended.status.code(), Some(code));
        let said = String::from_utf8(ended.stderr).expect("text");
        let last = said.lines().last().unwrap_or_default();
        assert_eq!(
            last,
            "interrupted: every finished trial is in results/mini; the same command goes on from \
             there, `secateur fit results/mini` shows what is there"
        );
        assert!(ended.stdout.is_empty(), "nothing was fitted");
        assert!(
            rows(&place, TRIALS).len() < rows(&whole, TRIALS).len(),
            "the signal came too late"
        );
        assert_eq!(place.run(&arguments).code, Some(0));
        assert_eq!(rows(&place, TRIALS), rows(&whole, TRIALS));
    }
}

#[test]
fn trials_in_flight_are_abandoned_rather_than_waited_for() {
    let place = Place::new();
    // One trial of this takes far longer than the test may.
    let slow = crate::place::MINI
        .replace("n_max = 1024", "n_min = 1073741824\nn_max = 1073741824\nsearch = \"grid\"");
    place.write("studies/mini.toml", slow);
    let mut child = place.command(&["study", "mini", "--yes", "--format", "json"]);
    let child = child.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    while !place.path(TRIALS).exists() {
        sleep(Duration::from_millis(2));
    }
    sleep(Duration::from_millis(200));
    send("-TERM", &child);
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(143));
    // Programs hear of it as of everything else.
    let said = events(&String::from_utf8(ended.stderr).expect("text"));
    let last = serde_json::json!({"event": "interrupted", "folder": "results/mini", "code": 143});
    assert_eq!(said.last(), Some(&last));
}
