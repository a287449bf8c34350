//! How many threads a command may start.

use secateur::threads::available;

use super::arguments::Command;

/// Where polars reads the size of its pools, once.
const POLARS: &str = "POLARS_MAX_THREADS";

impl Command {
    /// The most threads of a pool, of a command that analyses trials.
    fn threads(&self) -> Option<usize> {
        match self {
            Self::Study(arguments) => Some(arguments.selection.threads()),
            Self::Fit(_) | Self::Plot(_) | Self::Report(_) | Self::Compare(_) => Some(available()),
            _ => None,
        }
    }
}

/// Limits the pools of polars to the threads of `command`.
///
/// A process must not change its environment while it runs: where that says otherwise, the
/// program starts anew in its place with one that does not.
pub(crate) fn limit(command: &Command) {
    let Some(threads) = command.threads() else { return };
    let said = std::env::var(POLARS).ok();
    let fits = match &said {
        None => threads >= available(),
        Some(said) => (1..=threads).any(|fine| *said == fine.to_string()),
    };
    if !fits {
        restart(threads);
    }
}

#[cfg(unix)]
fn restart(threads: usize) {
    use std::os::unix::process::CommandExt;
    let mut words = std::env::args_os();
    let (Ok(program), Some(name)) = (std::env::current_exe(), words.next()) else { return };
    let mut anew = std::process::Command::new(program);
    // This returns only where it fails: then polars has as many threads as it likes.
    let _ = anew.arg0(name).args(words).env(POLARS, threads.to_string()).exec();
}

#[cfg(not(unix))]
fn restart(_threads: usize) {}
