//! Who listens on standard error: a person at a terminal, a program that reads JSON lines, or
//! nobody.

use secateur::Error;
use serde::Serialize;

use super::arguments::{
    Command, CompareArguments, ExplainArguments, FitArguments, Format, LinkArguments,
    ListArguments, PlanArguments, PredictArguments, RerunArguments, RunsArguments, StudyArguments,
    TableFormat,
};
use super::event::Event;
use super::print;

impl Command {
    /// How the command speaks: to programs, where its result is for them.
    pub(crate) fn voice(&self) -> Voice {
        let format = match self {
            Self::Study(StudyArguments { format, .. })
            | Self::Plan(PlanArguments { format, .. })
            | Self::Explain(ExplainArguments { format, .. })
            | Self::Rerun(RerunArguments { format, .. })
            | Self::Predict(PredictArguments { format, .. })
            | Self::Link(LinkArguments { format, .. })
            | Self::List(ListArguments { format, .. })
            | Self::Runs(RunsArguments { format, .. }) => *format,
            Self::Fit(FitArguments { format: TableFormat::Json, .. })
            | Self::Compare(CompareArguments { format: TableFormat::Json, .. }) => Format::Json,
            _ => Format::Text,
        };
        let quiet = matches!(self, Self::Study(StudyArguments { quiet: true, .. }));
        Voice { format, quiet }
    }
}

/// How a command speaks of what happens while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Voice {
    /// In words, or as JSON lines.
    pub(crate) format: Format,
    /// Only of what [matters](Event::matters).
    pub(crate) quiet: bool,
}

impl Voice {
    /// Says what happened.
    pub(crate) fn tell(self, event: &Event<'_>) {
        if self.quiet && !event.matters() {
            return;
        }
        match self.format {
            Format::Text => event.words().iter().for_each(|words| print::note(words)),
            Format::Json => json_line(event),
        }
    }

    /// Says what a reader should know.
    pub(crate) fn note(self, text: &str) {
        self.tell(&Event::Note { text });
    }

    /// Says what may not be what was meant.
    pub(crate) fn warn(self, text: &str) {
        self.tell(&Event::Warning { text });
    }

    /// Says why the command failed.
    pub(crate) fn error(self, error: &Error) {
        match self.format {
            Format::Text => print::error(error),
            Format::Json => json_line(&Event::error(error)),
        }
    }
}

fn json_line(event: &impl Serialize) {
    // Its keys are names and its numbers finite or null: it cannot fail.
    let line = serde_json::to_string(event).unwrap_or_default();
    print::note(&print::escaped(&line));
}
