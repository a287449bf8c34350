//! From the words of a command to an exit code, whatever happens in between.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use secateur::sample::simd;
use secateur::worker::pool;
use secateur::{Error, Result};

use super::arguments::{Arguments, Command, Format};
use super::ending::{self, Ending};
use super::print;
use super::threads;
use super::voice::Voice;

/// Parses the arguments, runs the command, tells of errors, and chooses the exit code.
pub(crate) fn answer(run: impl FnOnce(Command, Voice) -> Result<Ending>) -> ExitCode {
    match Arguments::try_parse() {
        Ok(Arguments { command }) => {
            threads::limit(&command);
            let voice = command.voice();
            let code = ended(guarded(|| simd::check().and_then(|()| run(command, voice))), voice);
            pool::end();
            code
        }
        Err(refusal) => refused(&refusal),
    }
}

fn ended(result: Result<Ending>, voice: Voice) -> ExitCode {
    result.map_or_else(
        |error| {
            voice.error(&error);
            ExitCode::from(ending::failure(error.kind()))
        },
        ExitCode::from,
    )
}

/// The format that the arguments ask for, where they are not understood.
fn asked() -> Format {
    let words: Vec<_> = std::env::args_os().collect();
    let pair = words.windows(2).any(|w| w[0] == "--format" && w[1] == "json");
    if pair || words.iter().any(|word| word == "--format=json") {
        Format::Json
    } else {
        Format::Text
    }
}

/// What to do where no command is run: help and version are what was asked for.
fn refused(refusal: &clap::Error) -> ExitCode {
    let voice = Voice { format: asked(), quiet: false };
    if !refusal.use_stderr() {
        return ended(print::help(refusal).map(|()| Ending::Done), voice);
    }
    let text = refusal.to_string();
    let (message, hint) = text.trim().split_once("\n\n").unwrap_or((text.trim(), ""));
    let error = Error::usage(message.trim_start_matches("error: ")).hint(hint);
    match voice.format {
        Format::Text => print::note(text.trim()),
        Format::Json => voice.error(&error),
    }
    ExitCode::from(ending::failure(error.kind()))
}

/// Runs a command; a panic is an error like others, and none is printed.
fn guarded(run: impl FnOnce() -> Result<Ending>) -> Result<Ending> {
    static FIRST: Mutex<Option<String>> = Mutex::new(None);
    let first = || FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    set_hook(Box::new(move |panic| {
        let place = panic.location().map_or(String::new(), |place| format!(" ({place})"));
        let what = panic.payload_as_str().unwrap_or("something that should not have");
        first().get_or_insert_with(|| format!("{what}{place}"));
    }));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let what = first().take().unwrap_or_default();
        Err(Error::runtime(format!("secateur broke: {what}")).hint(
            "this is a defect: please report it with the command and the study file; every \
             finished trial is on disk",
        ))
    })
}

#[cfg(test)]
mod tests {
    use secateur::ErrorKind;

    use super::*;

    #[test]
    fn a_panic_is_an_error_that_asks_to_be_reported() {
        let broken = guarded(|| {
            let threads =
                std::thread::scope(|scope| scope.spawn(|| panic!("nothing {}", 1)).join());
            threads.map_or_else(|panic| std::panic::resume_unwind(panic), |()| Ok(Ending::Done))
        });
        drop(std::panic::take_hook());
        let error = broken.unwrap_err();
        let here = format!("secateur broke: nothing 1 ({}:", file!());
        assert!(error.message().starts_with(&here), "{error}");
        assert_eq!(error.kind(), ErrorKind::Runtime);
        assert!(error.hint_text().unwrap().contains("report it"));
    }
}
