//! The end of a program that is killed: a process beside it that outlives it, ends its workers with
//! all that they have started, and removes the folders that they were given.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::exchange;
use crate::results::machine;

/// A variable in the environment of workers, and so of what they start: the process that they are
/// of. Who has left the group of its worker is known by it.
pub(super) const MARK: &str = "SECATEUR_HARNESS";

/// The program and the argument that make the process; the number of this one follows.
static PROGRAM: OnceLock<(PathBuf, OsString)> = OnceLock::new();

/// What the watching process reads: the group of a worker that has started, with a minus of one that
/// has ended. It reads the end when this process ends, however that comes.
static WATCHER: Mutex<Option<ChildStdin>> = Mutex::new(None);

/// Workers are watched over by `program argument PID` from now on; see [`watch`].
pub fn watched_by(program: PathBuf, argument: OsString) {
    let _ = PROGRAM.set((program, argument));
}

fn watcher() -> MutexGuard<'static, Option<ChildStdin>> {
    WATCHER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells the watching process, a new one if there is none or it is gone.
fn tell(line: &str) -> io::Result<()> {
    let Some((program, argument)) = PROGRAM.get() else { return Ok(()) };
    let mut watcher = watcher();
    for last in [false, true] {
        if watcher.is_none() {
            let mut process = Command::new(program);
            process.arg(argument).arg(std::process::id().to_string()).process_group(0);
            process.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            *watcher = process.spawn()?.stdin;
        }
        match watcher.as_mut().map(|pipe| pipe.write_all(line.as_bytes())) {
            Some(Err(error)) if last => return Err(error),
            Some(Err(_)) => *watcher = None,
            _ => break,
        }
    }
    Ok(())
}

/// Starts a worker that is watched over.
///
/// # Errors
/// When one of the two processes cannot be started.
pub(super) fn start(command: &mut Command) -> io::Result<Child> {
    // Before the worker, so that there is no moment in which nobody watches.
    tell("")?;
    let mut child = command.env(MARK, std::process::id().to_string()).spawn()?;
    if let Err(error) = tell(&format!("{}\n", child.id())) {
        // Nobody watches over it, so it does not run on; it may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    Ok(child)
}

/// A group is no more.
pub(super) fn ended(group: Pid) {
    // Without a watcher there is nobody to tell.
    let _ = tell(&format!("-{}\n", group.as_raw_nonzero()));
}

/// Waits for the end of `harness`, which writes to the standard input of this process, and ends its
/// workers.
pub fn watch(harness: u32) {
    let mut groups = BTreeSet::new();
    for line in io::stdin().lines().map_while(Result::ok) {
        match line.parse::<i32>() {
            Ok(group) if group > 0 => groups.insert(group),
            Ok(group) => groups.remove(&-group),
            Err(_) => continue,
        };
    }
    for group in groups.into_iter().filter_map(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    // One that is looked at may have started another in the meantime.
    for _ in 0..100 {
        if !kill_marked(harness) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    exchange::remove_of(harness);
}

/// Kills every process with the mark of `harness`, and says whether there was one. Where there is no
/// /proc, groups are all that is known.
fn kill_marked(harness: u32) -> bool {
    let found = machine::processes_with(&format!("{MARK}={harness}"));
    for process in found.iter().filter_map(|&process| Pid::from_raw(process)) {
        let _ = kill_process(process, Signal::KILL);
    }
    !found.is_empty()
}
