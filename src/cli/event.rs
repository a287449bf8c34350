//! What a command has to say besides its result; docs/events.schema.json says it to programs.

use std::path::Path;

use secateur::Error;
use secateur::error::Spot;
use serde::Serialize;
use serde_json::Value as Json;

use super::ending;

/// Something that happens while a command runs.
///
/// A terminal hears it in [words](Self::words); a program reads it as one JSON object a line,
/// with the name of the variant under the key `event`.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "event", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// Earlier results of the study were moved to `folder`.
    Moved { folder: String },
    /// Something that a reader should know.
    Note { text: &'a str },
    /// Something that may not be what was meant.
    Warning { text: &'a str },
    /// What is about to run: what `plan --format json` prints, in words here.
    Plan {
        #[serde(skip)]
        words: String,
        #[serde(flatten)]
        facts: Json,
    },
    /// How far the study is.
    Progress {
        cells: usize,
        cells_done: usize,
        trials: usize,
        share: f64,
        elapsed_seconds: f64,
        left_seconds: f64,
    },
    /// A cell is complete.
    Cell { cell: String, ran: usize, reused: usize },
    /// All trials are there, or the study was interrupted.
    Ran {
        /// The study, and the shard of it.
        study: String,
        ran: usize,
        reused: usize,
        failed: usize,
        seconds: f64,
        folder: String,
    },
    /// Trials have no metrics.
    Failed { trials: usize, first: Vec<Failure<'a>> },
    /// What a search read, and as a share of what a fixed grid would.
    Search { samples: f64, share_of_grid: f64 },
    /// No trial succeeded.
    Nothing,
    /// What the study expects, in the words of its file.
    Expected { text: &'a str },
    /// The page of the results is written.
    Page { file: String },
    /// A shard is done: what to do next with the results in `folder`.
    Next { folder: String },
    /// A signal came; every finished trial is in `folder`.
    Interrupted { folder: String, code: u8 },
    /// The command failed.
    Error { message: &'a str, hint: Option<&'a str>, place: Option<Spot>, code: u8 },
}

/// A trial without metrics, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Failure<'a> {
    pub(crate) series: String,
    pub(crate) d: usize,
    pub(crate) n: u64,
    pub(crate) trial: u32,
    pub(crate) reason: &'a str,
}

impl<'a> Event<'a> {
    /// The event that ends a command which failed.
    pub(crate) fn error(error: &'a Error) -> Self {
        Self::Error {
            message: error.message(),
            hint: error.hint_text(),
            place: error.spot(),
            code: ending::failure(error.kind()),
        }
    }

    /// That a signal came to a study with results in `folder`.
    pub(crate) fn interrupted(folder: &Path, code: u8) -> Self {
        Self::Interrupted { folder: folder.display().to_string(), code }
    }

    /// Whether it is said even to those who want to hear of errors only.
    pub(crate) fn matters(&self) -> bool {
        matches!(self, Self::Interrupted { .. } | Self::Error { .. })
    }

    /// What people are told, if anything.
    pub(crate) fn words(&self) -> Option<String> {
        Some(match self {
            // The bar counts cells; errors are drawn with their place.
            Self::Cell { .. } | Self::Error { .. } => return None,
            Self::Moved { folder } => format!("earlier results are now in {folder}"),
            Self::Note { text } => format!("note: {text}"),
            Self::Warning { text } => format!("warning: {text}"),
            Self::Plan { words, .. } => words.clone(),
            Self::Progress { cells, cells_done, trials, share, elapsed_seconds, left_seconds } => {
                let percent = 100.0 * share;
                format!(
                    "{elapsed_seconds:>5.0} s  {cells_done} of {cells} cells, {trials} trials run, \
                     {percent:.0} %, {left_seconds:.0} s left"
                )
            }
            Self::Ran { study, ran, reused, failed, seconds, folder } => format!(
                "{study}: {ran} trials run in {seconds:.1} s, {reused} reused, {failed} failed; \
                 results in {folder}"
            ),
            Self::Failed { trials, first } => failures(*trials, first),
            Self::Search { samples, share_of_grid } => format!(
                "the search read {samples:.1e} samples, {:.0} % of a fixed grid over the same sizes",
                100.0 * share_of_grid
            ),
            Self::Nothing => "no trial succeeded: there is nothing to fit or to draw".to_owned(),
            Self::Expected { text } => format!("expected: {text}"),
            Self::Page { file } => format!("the page: {file}"),
            Self::Next { folder } => format!(
                "once all shards are done, the same command without --shard fits and draws; \
                 `secateur fit {folder}` shows what is there"
            ),
            Self::Interrupted { folder, .. } => format!(
                "interrupted: every finished trial is in {folder}; the same command goes on from \
                 there, `secateur fit {folder}` shows what is there"
            ),
        })
    }
}

fn failures(trials: usize, first: &[Failure<'_>]) -> String {
    let line = |f: &Failure<'_>| {
        let Failure { series, d, n, trial, reason } = f;
        format!("failed: {series}, d = {d}, n = {n}, trial {trial}: {reason}")
    };
    let mut lines: Vec<String> = first.iter().map(line).collect();
    if trials > first.len() {
        lines.push(format!("… and {} more: see the column status", trials - first.len()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::VariantNames;

    use super::*;

    #[test]
    fn the_schema_names_every_event() {
        let schema: Json =
            serde_json::from_str(include_str!("../../docs/events.schema.json")).unwrap();
        let named = schema["oneOf"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["properties"]["event"]["const"].as_str().unwrap().to_owned());
        let events = Event::VARIANTS.iter().map(|&name| name.to_owned());
        assert_eq!(named.collect::<BTreeSet<_>>(), events.collect::<BTreeSet<_>>());
    }
}
