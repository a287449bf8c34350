//! How a command ended.

use std::process::ExitCode;

use secateur::ErrorKind;

/// How a command ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything was done: exit code 0.
    Done,
    /// Done, but some trials have no metrics: exit code 3.
    FailedTrials,
    /// Done, and a comparison found a significant change: exit code 4.
    Changed,
    /// Stopped by a signal: exit code 128 + its number.
    Interrupted(u8),
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Done => 0,
            Ending::FailedTrials => 3,
            Ending::Changed => 4,
            Ending::Interrupted(code) => code,
        })
    }
}

/// The exit code of a command that failed.
pub(crate) fn failure(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Usage => 2,
        ErrorKind::Runtime => 1,
    }
}
