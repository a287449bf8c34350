//! The workers that wait for a request, by their command; as many as there are threads that ask.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::exchange;
use super::process::Worker;
use super::protocol::Request;
use crate::error::Result;

#[derive(Default)]
struct Pool {
    waiting: HashMap<Vec<String>, Vec<Worker>>,
    /// Groups of the workers that are busy.
    busy: Vec<Pid>,
}

static POOL: Mutex<Option<Pool>> = Mutex::new(None);

fn pool() -> MutexGuard<'static, Option<Pool>> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks a worker of `command`, a waiting one or a new one, and has `read` read what it wrote. A
/// worker that failed in either is ended.
///
/// # Errors
/// As [`Worker::start`], [`Worker::ask`] and `read`.
pub fn ask<T>(
    command: &[String],
    request: &Request,
    timeout: Duration,
    read: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let waiting = pool().get_or_insert_default().waiting.get_mut(command).and_then(Vec::pop);
    let mut worker = waiting.map_or_else(|| Worker::start(command), Ok)?;
    let group = worker.group();
    pool().get_or_insert_default().busy.push(group);
    let asked = worker.ask(request, timeout).and_then(|()| read());
    let mut pool = pool();
    let pool = pool.get_or_insert_default();
    pool.busy.retain(|&busy| busy != group);
    if asked.is_ok() {
        pool.waiting.entry(command.to_vec()).or_default().push(worker);
    }
    asked
}

/// Ends the workers that wait, with all that they have started.
pub fn end() {
    let waiting = pool().as_mut().map(|pool| std::mem::take(&mut pool.waiting));
    drop(waiting);
}

/// Ends all workers at once, busy ones too, and removes what they were given: for a program that
/// leaves while trials are in flight. None of these comes to an end after that: a worker that was
/// killed so is no failed trial.
pub fn leave() {
    exchange::close(|| {
        if let Some(Pool { busy, waiting }) = pool().as_ref() {
            let waiting = waiting.values().flatten().map(Worker::group);
            for group in busy.iter().copied().chain(waiting) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    });
}
