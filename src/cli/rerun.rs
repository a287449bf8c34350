//! `rerun`: one trial again, and whether it matches to the bit.

use std::path::Path;

use secateur::results::{
    self, Gathered, Manifest, Record, TrialName, Trials, difference, provenance, same_result,
    tables,
};
use secateur::sample::{Crew, simd};
use secateur::study::manifest::study as recorded_study;
use secateur::study::trial::Conditions;
use secateur::study::{Cell, Series, Study};
use secateur::{Error, Result};
use serde_json::json;

use super::arguments::{Format, RerunArguments};
use super::ending::Ending;
use super::{folder, print};

/// Columns that are not results: wall time, and where the row comes from.
const ASIDE: [&str; 2] = ["seconds", "manifest"];

/// By how much the metrics of a trial may differ where two kinds of processors round differently.
const ROUNDING: f64 = 1e-9;

/// `secateur rerun`.
pub(crate) fn rerun(arguments: &RerunArguments) -> Result<Ending> {
    let RerunArguments { results, trial, out, threads, format } = arguments;
    let Recorded { record, manifest, study } = recorded(results, out, trial)?;
    let record = &record;
    let (series, cell) = cell(&study, record, &manifest)?;
    let crew = Crew::new(threads.map_or(1, usize::from));
    let conditions = conditions(&study, series, cell, record, &crew);
    let again = conditions.run(record.n, record.trial);
    let columns = compare(record, &again);
    let differing: Vec<&str> =
        columns.iter().filter(|c| c.recorded != c.again).map(|c| c.name).collect();
    let verdict = Verdict::of(record, &again, &manifest);
    match format {
        Format::Json => print::json(&json!({
            "trial": trial.to_string(),
            "matches": differing.is_empty(),
            "agrees": verdict != Verdict::Other,
            "differing": differing,
            "recorded": record,
            "again": again,
        })),
        Format::Text => print::text(&text(trial, &columns, verdict)),
    }?;
    if verdict != Verdict::Other {
        return Ok(Ending::Done);
    }
    Err(Error::runtime(format!("trial {trial} differs in {}", differing.join(", ")))
        .hint(why(&manifest)))
}

/// A trial on disk, and what made it.
pub(super) struct Recorded {
    pub(super) record: Record,
    pub(super) manifest: Manifest,
    pub(super) study: Study,
}

/// The trial called `trial` among `results`.
pub(super) fn recorded(results: &str, out: &Path, trial: &TrialName) -> Result<Recorded> {
    let folder = folder::find(results, out, folder::has_trials)?
        .ok_or_else(|| folder::absent(results, out))?;
    let trials = Gathered::read(&tables(&folder)?)?.0.trials()?;
    let record = trials.find(&trial.cell, trial.n, trial.trial);
    let record = record.ok_or_else(|| unknown(trial, &trials, &folder))?;
    let (manifest, study) = study(record, &folder)?;
    Ok(Recorded { record: record.clone(), manifest, study })
}

fn unknown(name: &TrialName, trials: &Trials, folder: &Path) -> Error {
    let error = Error::usage(format!("{} has no trial {name}", folder.display()));
    match trials.records().first() {
        Some(first) => error.hint(format!(
            "CELL/N/TRIAL are the columns cell, n and trial of a row; the first is {}",
            TrialName::of(first)
        )),
        None => error.hint("it has no trials at all"),
    }
}

/// The manifest that the record names, and the study as it was then.
fn study(record: &Record, folder: &Path) -> Result<(Manifest, Study)> {
    let manifest = provenance::of_row(folder, record)?;
    let study = recorded_study(&manifest)?;
    Ok((manifest, study))
}

pub(super) fn cell<'a>(
    study: &'a Study,
    record: &Record,
    manifest: &Manifest,
) -> Result<(&'a Series, &'a Cell)> {
    let cells = study.series.iter().flat_map(|s| s.cells.iter().map(move |c| (s, c)));
    let mut named = cells.filter(|(_, c)| *c.name() == *record.cell);
    named.next().ok_or_else(|| {
        let commit = manifest.commit.as_deref().unwrap_or("an unknown commit");
        Error::runtime(format!(
            "this version computes other numbers: it has no cell {} in the study {}",
            record.cell, study.name
        ))
        .hint(format!(
            "the trial was made by version {}, {commit}: rerun it with that",
            manifest.version
        ))
    })
}

/// Under which `record` was made.
pub(super) fn conditions<'a>(
    study: &'a Study,
    series: &'a Series,
    cell: &'a Cell,
    record: &'a Record,
    crew: &'a Crew,
) -> Conditions<'a> {
    Conditions {
        study: &record.study,
        manifest: record.manifest.as_deref().unwrap_or_default(),
        setting: &series.setting,
        cell,
        test: study.samples.test,
        crew,
    }
}

struct Column {
    name: &'static str,
    recorded: String,
    again: String,
}

/// Results column by column, as `trials.csv` writes them.
fn compare(recorded: &Record, again: &Record) -> Vec<Column> {
    let pairs = results::fields(recorded).into_iter().zip(results::fields(again));
    let columns = pairs.map(|((name, recorded), (_, again))| Column { name, recorded, again });
    columns.filter(|column| !ASIDE.contains(&column.name)).collect()
}

/// How a trial that was run again compares with its row.
#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    /// To the bit.
    Same,
    /// But for the rounding of another kind of processor.
    Rounded,
    Other,
}

impl Verdict {
    fn of(record: &Record, again: &Record, manifest: &Manifest) -> Self {
        match difference(record, again) {
            _ if same_result(record, again) => Self::Same,
            Some(apart) if apart <= ROUNDING && is_foreign(manifest) => Self::Rounded,
            _ => Self::Other,
        }
    }
}

/// Whether the run of `manifest` was on another kind of processor than this one.
fn is_foreign(manifest: &Manifest) -> bool {
    simd::arithmetic(&manifest.simd) != simd::arithmetic(simd::name())
}

/// Why a trial of the run of `manifest` may be another now.
fn why(manifest: &Manifest) -> String {
    let made = manifest.commit.as_deref().map_or(String::new(), |c| format!(" by commit {c}"));
    if is_foreign(manifest) {
        return format!(
            "it was recorded{made} on a processor with {}, which rounds in another order than one \
             with {}; that may decide a branch: only one of its kind can tell whether the row is \
             right",
            manifest.simd,
            simd::name()
        );
    }
    format!(
        "it was recorded{made}: a change of the numbers since should have changed the key of its \
         cell; please report it"
    )
}

fn text(name: &TrialName, columns: &[Column], verdict: Verdict) -> String {
    let mut text = format!("{:<11} {:<24} again\n", "column", "recorded");
    for Column { name, recorded, again } in columns {
        let mark = if recorded == again { "" } else { "  <- differs" };
        text += &format!("{name:<11} {recorded:<24} {again}{mark}\n");
    }
    let verdict = match verdict {
        Verdict::Same => "matches to the bit",
        Verdict::Rounded => "matches but for the rounding of another kind of processor",
        Verdict::Other => "does not match",
    };
    text + &format!("\ntrial {name} {verdict}\n")
}
