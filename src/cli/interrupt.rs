//! Ctrl-C and SIGTERM: no new trial is started, those in flight get a moment, and what is
//! written stays. A second signal ends at once.

#![expect(clippy::disallowed_methods, reason = "trials in flight get a moment")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use secateur::worker::pool;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::event::Event;
use super::voice::Voice;

/// What trials in flight have to finish in. They are run again if they do not.
const GRACE: Duration = Duration::from_secs(1);

/// What a signal does to a study.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    stop: Arc<AtomicBool>,
    signal: Arc<AtomicI32>,
    voice: Voice,
    /// Where the finished trials are.
    folder: PathBuf,
}

impl Interrupt {
    /// Watches for signals from now on. Where they cannot be watched, they end the process, as
    /// they do anyway: every finished trial is on disk.
    pub(crate) fn watch(voice: Voice, folder: PathBuf) -> Self {
        let interrupt = Self { stop: Arc::default(), signal: Arc::default(), voice, folder };
        let watcher = interrupt.clone();
        let _ = thread::Builder::new().spawn(move || watcher.wait());
        interrupt
    }

    fn wait(&self) {
        // Only a thread that is there takes the signals from the process.
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
        let Some(signal) = signals.forever().next() else { return };
        self.signal.store(signal, Ordering::SeqCst);
        self.stop.store(true, Ordering::SeqCst);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && signals.pending().next().is_none() {
            thread::sleep(Duration::from_millis(20));
        }
        self.leave();
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
    fn leave(&self) -> ! {
        let code = self.code().unwrap_or(1);
        pool::leave();
        self.voice.tell(&Event::interrupted(&self.folder, code));
        std::process::exit(code.into())
    }
}
