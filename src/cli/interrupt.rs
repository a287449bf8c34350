//! Ctrl-C and SIGTERM: no new trial is started, those in flight get a moment, and what is
//! written stays. A second signal ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::print;

/// What trials in flight have to finish in. They are run again if they do not.
const GRACE: Duration = Duration::from_millis(1500);

/// What a signal does to a study.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    stop: Arc<AtomicBool>,
    signal: Arc<AtomicI32>,
}

impl Interrupt {
    /// Watches for signals from now on; `notice` is said when trials in flight are abandoned.
    /// Where they cannot be watched, they end the process, as
    /// they do anyway: every finished trial is on disk.
    pub(crate) fn watch(notice: String) -> Self {
        let interrupt = Self { stop: Arc::default(), signal: Arc::default() };
        if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
            let watcher = interrupt.clone();
            thread::spawn(move || {
                if let Some(signal) = signals.forever().next() {
                    watcher.signal.store(signal, Ordering::SeqCst);
                    watcher.stop.store(true, Ordering::SeqCst);
                    let deadline = Instant::now() + GRACE;
                    while Instant::now() < deadline && signals.pending().next().is_none() {
                        thread::sleep(Duration::from_millis(20));
                    }
                    watcher.leave(&notice);
                }
            });
        }
        interrupt
    }

    /// Set once a signal has come.
    pub(crate) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    /// The exit code that a shell gives the signal, 128 + its number, if one has come.
    pub(crate) fn code(&self) -> Option<u8> {
        let signal = self.signal.load(Ordering::SeqCst);
        (signal != 0).then_some(128 + signal as u8)
    }

    /// Ends the process without waiting for trials in flight.
    fn leave(&self, notice: &str) -> ! {
        print::note(notice);
        std::process::exit(i32::from(self.code().unwrap_or(1)))
    }
}
