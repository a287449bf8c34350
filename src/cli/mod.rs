//! The command line: arguments, exit codes, and the one place that prints.

mod arguments;
mod compare;
mod folder;
mod generate;
mod interrupt;
mod list;
mod merge;
mod plan;
mod print;
mod progress;
mod rerun;
mod selection;
mod slurm;
mod study;
mod theory;
mod voice;

use std::process::ExitCode;

use clap::Parser;
use secateur::{ErrorKind, Result};

use arguments::{Arguments, Command};

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

/// Parses the arguments, runs the command, prints errors, and chooses the exit code.
pub(crate) fn main() -> ExitCode {
    // Clap exits with 2 on bad usage by itself.
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::FailedTrials) => ExitCode::from(3),
        Ok(Ending::Changed) => ExitCode::from(4),
        Ok(Ending::Interrupted(code)) => ExitCode::from(code),
        Err(error) => {
            print::error(&error);
            ExitCode::from(match error.kind() {
                ErrorKind::Usage => 2,
                ErrorKind::Runtime => 1,
            })
        }
    }
}

fn run(command: Command) -> Result<Ending> {
    match command {
        Command::Study(arguments) => study::run(&arguments),
        Command::Slurm(arguments) => slurm::run(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Fit(arguments) => folder::fit(&arguments),
        Command::Plot(arguments) => folder::plot(&arguments),
        Command::Merge(arguments) => merge::merge(&arguments),
        Command::Rerun(arguments) => rerun::rerun(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Predict(arguments) => theory::predict(&arguments),
        Command::Link(arguments) => theory::link(&arguments),
        Command::Completions(arguments) => Ok(generate::completions(&arguments)),
        Command::Man(arguments) => generate::man(&arguments),
    }
}
