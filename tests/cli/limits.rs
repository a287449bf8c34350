//! Few threads, processes or files: a clear message or a result, never a panic, never a hang.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::place::{Place, flat};

/// Exit code and message of a command, or none if it hangs.
fn ended(mut command: Command) -> Option<(Option<i32>, String)> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("it starts");
    let start = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if start.elapsed() > Duration::from_mins(2) {
            child.kill().expect("a child");
            return None;
        }
        sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("a child");
    Some((output.status.code(), flat(&String::from_utf8(output.stderr).expect("text"))))
}

/// `command` as a user who has no other processes, below a limit of `prlimit`.
fn limited(command: &Command, limit: &str) -> Command {
    let mut limited = Command::new("prlimit");
    limited.arg(limit);
    if limit.contains("nproc") {
        limited.args(["setpriv", "--reuid=65534", "--clear-groups"]);
    }
    limited.arg(command.get_program()).args(command.get_args());
    limited.current_dir(command.get_current_dir().expect("a folder")).env("NO_COLOR", "1");
    limited
}

/// Whether this is root, and the tools of util-linux are there: others have processes already.
fn can_limit() -> bool {
    let id = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    id && ["prlimit", "setpriv"]
        .iter()
        .all(|tool| Command::new(tool).arg("--version").output().is_ok())
}

#[test]
#[cfg(target_os = "linux")]
fn few_processes_or_files_are_said_so() {
    use std::os::unix::fs::PermissionsExt;
    if !can_limit() {
        println!("skipped: needs root, prlimit and setpriv");
        return;
    }
    let place = Place::new();
    std::fs::set_permissions(place.path(""), PermissionsExt::from_mode(0o777)).expect("a mode");
    let mut refused = 0;
    for limit in
        (1..=9).map(|n| format!("--nproc={n}")).chain((4..=16).map(|n| format!("--nofile={n}")))
    {
        for arguments in [&["study", "mini", "--threads", "2"][..], &["fit", "mini"]] {
            let (code, said) = ended(limited(&place.command(arguments), &limit))
                .unwrap_or_else(|| panic!("{limit} {arguments:?} hangs"));
            // Without results, or with those of another limit, there is something to say.
            assert!(matches!(code, Some(0..=2)), "{limit} {arguments:?}: {code:?} {said}");
            assert!(!said.contains("panicked"), "{limit} {arguments:?}: {said}");
            assert!(code == Some(0) || said.contains("help: "), "{limit} {arguments:?}: {said}");
            assert!(!said.contains("secateur broke"), "{limit} {arguments:?}: {said}");
            refused += usize::from(code == Some(1));
        }
    }
    assert!(refused > 5, "{refused} were refused: nothing is limited");
    assert_eq!(place.run(&["study", "mini"]).code, Some(0));
}

/// The most threads that a command has at a time.
#[cfg(target_os = "linux")]
fn most_threads(mut command: Command) -> usize {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let tasks = format!("/proc/{}/task", child.id());
    let mut most = 0;
    while child.try_wait().expect("a child").is_none() {
        most = most.max(std::fs::read_dir(&tasks).map_or(0, Iterator::count));
    }
    assert_eq!(child.wait().expect("a child").code(), Some(0));
    most
}

#[test]
#[cfg(target_os = "linux")]
fn threads_limits_every_pool() {
    let place = Place::new();
    let study = |polars: &str, threads: &str| {
        let mut command = place.command(&["study", "mini", "--fresh", "--threads", threads]);
        command.env("POLARS_MAX_THREADS", polars).env("RAYON_NUM_THREADS", "64");
        most_threads(command)
    };
    for polars in ["0", "64", "many", "-1"] {
        let most = study(polars, "1");
        // Itself, one that waits for signals, and one of each of four pools.
        assert!((2..=6).contains(&most), "POLARS_MAX_THREADS={polars}: {most} threads");
    }
    assert!(study("64", "3") <= 14);
}
