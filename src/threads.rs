//! Threads: how many there are, and a pool of them that was started or refused.

use std::num::NonZero;
use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Result};

/// Threads that this process may run at a time.
#[must_use]
pub fn available() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// A pool of `threads` threads.
///
/// # Errors
/// When they cannot be started.
pub fn pool(threads: usize) -> Result<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(threads.max(1)).build().map_err(|e| {
        Error::runtime(format!("cannot start {threads} threads: {e}"))
            .hint("use fewer --threads, or allow more processes (`ulimit -u`)")
    })
}
