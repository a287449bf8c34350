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

/// Ends all workers at once, busy ones too, and removes what they were given: for a program that
/// leaves.
pub fn end() {
    if let Some(Pool { busy, waiting }) = pool().take() {
        for group in busy {
            let _ = kill_process_group(group, Signal::KILL);
        }
        drop(waiting);
    }
    exchange::clear();
}
