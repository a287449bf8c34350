//! Where results are printed: what cannot be written is an error, a reader who leaves is none.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::place::{Place, flat};

/// Exit code and message of a command that writes to `to`.
fn written(mut command: Command, to: Stdio) -> (Option<i32>, String) {
    let output = command.stdout(to).stderr(Stdio::piped()).output().expect("it starts");
    (output.status.code(), flat(&String::from_utf8(output.stderr).expect("text")))
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_below_standard_output_is_an_error_of_every_command() {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let record = place.run(&["rerun", "mini", "--trial", "x/1/0"]).err;
    let first =
        record.split_whitespace().find(|word| word.matches('/').count() == 2 && word.len() > 16);
    let trial = first.expect("the first trial").to_owned();
    let commands: [&[&str]; 16] = [
        &["study", "mini", "--quiet"],
        &["study", "mini", "--dry-run"],
        &["list"],
        &["list", "--format", "json"],
        &["plan", "mini"],
        &["fit", "mini"],
        &["fit", "mini", "--format", "json"],
        &["plot", "mini"],
        &["merge", "mini"],
        &["rerun", "mini", "--trial", &trial],
        &["predict", "--k-star", "2"],
        &["link", "He2"],
        &["completions", "bash"],
        &["man"],
        &["study", "--help"],
        &["--version"],
    ];
    for arguments in commands {
        let full = File::options().write(true).open("/dev/full").expect("/dev/full");
        let (code, said) = written(place.command(arguments), full.into());
        assert_eq!(code, Some(1), "{arguments:?}: {said}");
        assert!(said.contains("cannot write to standard output"), "{arguments:?}: {said}");
    }
}

#[test]
#[cfg(unix)]
fn a_reader_who_leaves_is_no_error() {
    let place = Place::new();
    for arguments in [&["man"][..], &["list"], &["study", "mini", "--quiet"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let (code, said) = written(place.command(arguments), writer.into());
        assert_eq!((code, said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}
