//! Threads that have no trial of their own and help with another's sums.
//!
//! A study runs one trial a thread. When fewer trials than threads are left, the idle
//! threads work on spans of the sums of those that run. Who adds a span never changes a bit
//! of the sum (see [`super::reduce`]), so helpers may come and go at any time.

use std::sync::atomic::{AtomicIsize, Ordering};

/// Counts the threads that nobody uses.
#[derive(Debug)]
pub struct Crew {
    idle: AtomicIsize,
}

/// A place on a thread; given back when dropped.
#[derive(Debug)]
pub struct Seat<'a> {
    crew: &'a Crew,
}

impl Crew {
    /// A crew of `threads`, all idle.
    #[must_use]
    pub const fn new(threads: usize) -> Self {
        Self { idle: AtomicIsize::new(threads as isize) }
    }

    /// The crew without idle threads: whoever works for it works alone.
    #[must_use]
    pub fn alone() -> &'static Self {
        static ALONE: Crew = Crew::new(0);
        &ALONE
    }

    /// Takes a thread for a trial, whether one is idle or not: trials come first, and helpers
    /// make room for them.
    pub fn enter(&self) -> Seat<'_> {
        self.idle.fetch_sub(1, Ordering::Relaxed);
        Seat { crew: self }
    }

    /// Takes an idle thread as a helper, if there is one.
    #[must_use]
    pub fn helper(&self) -> Option<Seat<'_>> {
        let take = |idle: isize| (idle > 0).then(|| idle - 1);
        let taken = self.idle.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok().then(|| Seat { crew: self })
    }
}

impl Seat<'_> {
    /// Whether more threads are in use than there are, so that a helper should leave.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.crew.idle.load(Ordering::Relaxed) < 0
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.crew.idle.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helpers_are_idle_threads_and_make_room_for_trials() {
        let crew = Crew::new(2);
        let trial = crew.enter();
        let helper = crew.helper().unwrap();
        assert!(crew.helper().is_none());
        assert!(!helper.is_needed());
        let second = crew.enter();
        assert!(helper.is_needed());
        drop(helper);
        assert!(crew.helper().is_none());
        drop((trial, second));
        assert!(crew.helper().is_some());
        assert!(Crew::alone().helper().is_none());
    }
}
