//! Kill drill: a study is killed at random moments, again and again, and the same command
//! always goes on. `scripts/kill_drill.sh` runs it at full size.

#![expect(clippy::print_stdout, reason = "the drill says what it met")]

use std::collections::HashSet;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use crate::place::{Place, rows};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const TRIALS: &str = "results/many/trials.csv";
const ARGUMENTS: [&str; 5] = ["study", "many", "--quiet", "--threads", "2"];

/// A number from the environment, so that one test serves CI and the full drill.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a whole number"))
}

/// A study of `cells` cells, in ten series.
fn study(cells: u64) -> String {
    let dimensions: Vec<String> = (0..cells / 10).map(|i| (8 + i).to_string()).collect();
    format!(
        "claim = \"many cells\"\ntrials = 8\n[model]\nlink = \"He2\"\n[samples]\nn_max = 1024\n\
         test = 64\n[[sweep]]\nlearner = [\"pruned\", \"unpruned\"]\nalpha = [0.2, 0.4, 0.6, 0.8, 1]\n\
         d = [{}]\n",
        dimensions.join(", ")
    )
}

/// The whole lines of the table.
fn whole_lines(place: &Place) -> Vec<u8> {
    let mut bytes = std::fs::read(place.path(TRIALS)).unwrap_or_default();
    bytes.truncate(bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1));
    bytes
}

#[test]
fn a_study_killed_at_random_moments_loses_and_repeats_nothing() {
    let (kills, cells) = (setting("SECATEUR_KILLS", 12), setting("SECATEUR_CELLS", 40));
    let new = || {
        let place = Place::new();
        place.write("studies/many.toml", study(cells));
        place
    };
    let (whole, mut killed) = (new(), new());
    assert_eq!(whole.run(&ARGUMENTS).code, Some(0));
    let expected = rows(&whole, TRIALS);
    // Kills are spread over the whole of the study, some of them before it has begun to run.
    let share = 8 * whole.length(TRIALS) / (5 * kills);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(6);
    let (mut struck, mut torn, mut again, mut written) = (0, 0, 0, Vec::new());
    while struck < kills {
        let child = killed.command(&ARGUMENTS).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the program starts");
        sleep(Duration::from_micros(rng.next_u64() % 4000));
        let until = written.len() as u64 + rng.next_u64() % share;
        let runs = killed.grows(TRIALS, until, &mut child);
        sleep(Duration::from_micros(rng.next_u64() % 2000));
        child.kill().expect("it can be killed");
        let finished = child.wait().expect("it ends").success();
        // What was there is there still, in place: nothing was lost, redone or rewritten.
        let now = whole_lines(&killed);
        assert!(now.starts_with(&written), "rows that were written have changed");
        torn += u64::from(killed.length(TRIALS) > now.len() as u64);
        written = now;
        if runs && !finished {
            struck += 1;
            continue;
        }
        // It was done before the kill: all of it has to be right, and another one begins.
        again += 1;
        assert!(again < 20 * kills, "kills always come too late: {struck} of {kills}");
        assert_eq!(rows(&killed, TRIALS), expected);
        (killed, written) = (new(), Vec::new());
    }
    assert_eq!(killed.run(&ARGUMENTS).code, Some(0));
    let found = rows(&killed, TRIALS);
    assert_eq!(found.len(), found.iter().collect::<HashSet<_>>().len(), "a trial is there twice");
    assert_eq!(found, expected);
    assert!(whole_lines(&killed).starts_with(&written));
    println!(
        "{cells} cells, {} trials: {kills} kills while it ran, {torn} torn lines, begun again \
         {again} times; all rows equal",
        found.len(),
    );
}
