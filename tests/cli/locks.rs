//! Who holds a results folder, and what a dead process leaves behind.

use std::process::{Child, Stdio};

use crate::place::{MINI, Place, endless, flat, wait_until};

/// A study that is busy for hours.
fn busy(place: &Place, more: &[&str]) -> Child {
    place.write("studies/mini.toml", endless());
    let mut command = place.command(&[&["study", "mini", "--yes"], more].concat());
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    wait_until("a manifest", || place.path("results/mini/manifests").exists());
    child
}

#[test]
fn a_second_process_is_told_who_is_there_and_a_dead_one_is_no_obstacle() {
    let place = Place::new();
    let mut child = busy(&place, &[]);
    let holder = format!("× process {} on ", child.id());
    for second in [&["study", "mini"][..], &["study", "mini", "--shard", "1/2"], &["merge", "mini"]]
    {
        let ran = place.run(second);
        assert_eq!(ran.code, Some(1), "{second:?}");
        let flat = flat(&ran.err);
        assert!(flat.starts_with(&holder), "{second:?}: {flat}");
        assert!(flat.contains("is running a study in results/mini, for"), "{flat}");
        assert!(flat.ends_with("help: wait for it, stop it, or choose another --out"), "{flat}");
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    place.write("studies/mini.toml", MINI);
    let ran = place.run(&["study", "mini"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let note = format!("note: process {} on ", child.id());
    let first = ran.err.lines().next().unwrap_or_default();
    assert!(first.starts_with(&note), "{first}");
    assert!(
        first.ends_with(
            "ended without finishing its run in results/mini; its lock no longer counts"
        ),
        "{first}"
    );
    let again = place.run(&["study", "mini"]);
    assert!(!again.err.contains("no longer counts"), "it is said once: {}", again.err);
}

#[test]
fn shards_run_beside_each_other_but_not_beside_the_whole() {
    let place = Place::new();
    // Both series of the study are in one of the two.
    let mut child = busy(&place, &["--shard", "1/1"]);
    let other = place.say(
        "study mini --shard 2/2 --trials 1 --quiet --set samples.n_min=64 --set samples.n_max=128",
    );
    assert_eq!(other.code, Some(0), "{}", other.err);
    let holder = format!("process {} on ", child.id());
    for second in [
        &["study", "mini"][..],
        &["study", "mini", "--shard", "1/1"],
        &["study", "mini", "--fresh"],
    ] {
        let ran = place.run(second);
        assert_eq!(ran.code, Some(1), "{second:?}: {}", ran.err);
        assert!(ran.err.contains(&holder), "{second:?}: {}", ran.err);
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}
