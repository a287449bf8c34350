//! The tables of the analysis, each written whole or not at all.

use std::path::Path;

use serde::Serialize;

use super::estimate::{
    Advantage, Analysis, Censoring, Exponent, Interval, Judged, JudgedCell, Preference, Ratio,
    SeriesKey, Threshold, Verdict,
};
use crate::record::{known, known_count};
use crate::replace::replace_file;
use crate::{Error, Result};

/// The first columns of every table: what names a series.
const SERIES_COLUMNS: [&str; 6] = ["learner", "link", "k_star", "r", "alpha", "q"];

/// The last columns of every table: what else names a series, and the manifest of the run whose
/// trials were analysed.
const LAST_COLUMNS: [&str; 3] = ["noise", "input", "manifest"];

/// Further columns of `thresholds.csv`, one row per cell.
const THRESHOLD_COLUMNS: [&str; 12] = [
    "d",
    "s",
    "threshold",
    "n_star",
    "ci_low",
    "ci_high",
    "censored",
    "trials",
    "se_ln",
    "n_logistic",
    "n_logistic_low",
    "n_logistic_high",
];

/// Further columns of `exponents.csv`, one row per series.
const EXPONENT_COLUMNS: [&str; 14] = [
    "d_min",
    "d_max",
    "points",
    "threshold",
    "exponent",
    "ci_low",
    "ci_high",
    "log_corrected",
    "log_corrected_low",
    "log_corrected_high",
    "predicted",
    "csq",
    "verdict",
    "verdict_csq",
];

/// Further columns of `diagnostics.csv`, one row per series.
const DIAGNOSTIC_COLUMNS: [&str; 22] = [
    "threshold",
    "points",
    "censored",
    "scatter",
    "delta_aicc",
    "preferred",
    "exponent_03",
    "exponent_03_low",
    "exponent_03_high",
    "exponent_07",
    "exponent_07_low",
    "exponent_07_high",
    "leave_one_out_low",
    "leave_one_out_high",
    "extrapolated",
    "extrapolated_low",
    "extrapolated_high",
    "local_slopes",
    "resolve_trials",
    "resolve_trials_samples",
    "resolve_dimensions",
    "resolve_dimensions_samples",
];

/// Further columns of `ratios.csv`, one row per series and dimension that the unpruned one shares.
const RATIO_COLUMNS: [&str; 7] =
    ["d", "threshold", "ratio", "ci_low", "ci_high", "censored", "shared"];

/// Further columns of `advantages.csv`, one row per series with an unpruned twin.
const ADVANTAGE_COLUMNS: [&str; 10] = [
    "d_min",
    "d_max",
    "points",
    "censored",
    "threshold",
    "exponent",
    "ci_low",
    "ci_high",
    "predicted",
    "verdict",
];

/// Further columns of `expectations.csv`: one row per value that was judged, before it those of
/// its cells, which have a d and no verdict. A value of several series names none.
const EXPECTATION_COLUMNS: [&str; 13] = [
    "d",
    "threshold",
    "quantity",
    "value",
    "ci_low",
    "ci_high",
    "points",
    "censored",
    "bound",
    "relation",
    "predicted",
    "verdict",
    "claim",
];

/// The fields of [`SERIES_COLUMNS`].
type Series<'a> = (&'a str, &'a str, Option<u32>, Option<usize>, Option<f64>, Option<f64>);
/// Three numbers, absent ones empty.
type Triple = [Option<f64>; 3];
type ThresholdRow<'a> =
    (Series<'a>, usize, Option<usize>, f64, Triple, Censoring, usize, Option<f64>, Triple);
type ExponentRow<'a> =
    (Series<'a>, [usize; 3], f64, Triple, Triple, Option<f64>, Option<f64>, Verdict, Verdict);
type DiagnosticRow<'a> = (
    Series<'a>,
    f64,
    [usize; 2],
    [Option<f64>; 2],
    Option<Preference>,
    [Triple; 2],
    [Option<f64>; 2],
    Triple,
    String,
    (Option<usize>, Option<f64>),
    (String, Option<f64>),
);
type RatioRow<'a> = (Series<'a>, usize, f64, Triple, Censoring, usize);
type AdvantageRow<'a> = (Series<'a>, [usize; 4], f64, Triple, Option<f64>, Verdict);

type ExpectationRow<'a> = (
    Series<'a>,
    Option<usize>,
    f64,
    &'a str,
    Triple,
    [usize; 2],
    Option<Censoring>,
    (&'a str, f64),
    Option<Verdict>,
    &'a str,
);

/// Writes `thresholds.csv`, `exponents.csv`, `diagnostics.csv`, `ratios.csv`,
/// `advantages.csv` and `expectations.csv` into the folder `dir`.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write(dir: &Path, analysis: &Analysis) -> Result<()> {
    write_thresholds(&dir.join("thresholds.csv"), analysis)?;
    write_exponents(&dir.join("exponents.csv"), analysis)?;
    write_diagnostics(&dir.join("diagnostics.csv"), analysis)?;
    write_ratios(&dir.join("ratios.csv"), analysis)?;
    write_advantages(&dir.join("advantages.csv"), analysis)?;
    write_expectations(&dir.join("expectations.csv"), analysis)
}

/// Writes `thresholds.csv` at `path`.
///
/// Numbers that are not finite (the open end of a censored cell) and unknown settings of the
/// target are empty fields;
/// `censored` is `none`, `below` or `above`. The file appears under its name only when
/// complete.
///
/// # Errors
/// A run-time error if the file cannot be written.
pub fn write_thresholds(path: &Path, analysis: &Analysis) -> Result<()> {
    let rows = analysis.thresholds.iter().map(|t| (threshold_row(t), law(&t.series)));
    write_table(path, analysis, &THRESHOLD_COLUMNS, rows)
}

/// Writes `exponents.csv` at `path`; estimates that could not be made are empty fields.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write_exponents(path: &Path, analysis: &Analysis) -> Result<()> {
    let rows = analysis.exponents.iter().map(|e| (exponent_row(e), law(&e.series)));
    write_table(path, analysis, &EXPONENT_COLUMNS, rows)
}

/// Writes `diagnostics.csv` at `path`. Local slopes are `d1-d2:slope`, further dimensions `d`,
/// separated by spaces.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write_diagnostics(path: &Path, analysis: &Analysis) -> Result<()> {
    let rows = analysis.exponents.iter().map(|e| (diagnostic_row(e), law(&e.series)));
    write_table(path, analysis, &DIAGNOSTIC_COLUMNS, rows)
}

/// Writes `ratios.csv` at `path`.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write_ratios(path: &Path, analysis: &Analysis) -> Result<()> {
    let rows = analysis
        .advantages
        .iter()
        .flat_map(|a| a.ratios.iter().map(|r| (ratio_row(a, r), law(&a.series))));
    write_table(path, analysis, &RATIO_COLUMNS, rows)
}

/// Writes `advantages.csv` at `path`.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write_advantages(path: &Path, analysis: &Analysis) -> Result<()> {
    let rows = analysis.advantages.iter().map(|a| (advantage_row(a), law(&a.series)));
    write_table(path, analysis, &ADVANTAGE_COLUMNS, rows)
}

/// Writes `expectations.csv` at `path`.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write_expectations(path: &Path, analysis: &Analysis) -> Result<()> {
    let rows = analysis.expectations.iter().flat_map(|judged| {
        let cells = judged
            .cells
            .iter()
            .map(|cell| (expectation_cell(analysis, judged, cell), law(&cell.series)));
        let whole = judged.series.as_ref().map_or((None, ""), law);
        cells.chain([(expectation_row(analysis, judged), whole)])
    });
    write_table(path, analysis, &EXPECTATION_COLUMNS, rows)
}

fn expectation_row<'a>(analysis: &Analysis, judged: &'a Judged) -> ExpectationRow<'a> {
    (
        judged.series.as_ref().map_or(("", "", None, None, None, None), series),
        None,
        analysis.threshold,
        &judged.quantity,
        fields(judged.value),
        [judged.points, judged.censored],
        None,
        (judged.predicted.sign(), judged.predicted.number()),
        Some(judged.verdict),
        &judged.claim,
    )
}

fn expectation_cell<'a>(
    analysis: &Analysis,
    judged: &'a Judged,
    cell: &'a JudgedCell,
) -> ExpectationRow<'a> {
    let mut row = expectation_row(analysis, judged);
    row.0 = series(&cell.series);
    row.1 = Some(cell.d);
    row.4 = fields(Some(cell.value));
    row.5 = [1, usize::from(cell.censored != Censoring::None)];
    row.6 = Some(cell.censored);
    row.8 = None;
    row
}

fn threshold_row(t: &Threshold) -> ThresholdRow<'_> {
    let numbers = [t.n_star, t.ci_low, t.ci_high].map(finite);
    let (key, se) = (series(&t.series), t.se_ln.and_then(finite));
    (key, t.d, known_count(t.s), t.threshold, numbers, t.censored, t.trials, se, fields(t.logistic))
}

fn exponent_row(e: &Exponent) -> ExponentRow<'_> {
    (
        series(&e.series),
        [e.d_min, e.d_max, e.points],
        e.threshold,
        fields(e.exponent),
        fields(e.log_corrected),
        e.predicted.and_then(finite),
        finite(e.csq),
        e.verdict,
        e.verdict_csq,
    )
}

fn diagnostic_row(e: &Exponent) -> DiagnosticRow<'_> {
    let d = &e.diagnostics;
    let trials = e.resolution.as_ref().and_then(|r| r.trials.as_ref());
    let dimensions = e.resolution.as_ref().and_then(|r| r.dimensions.as_ref());
    let slopes = e.local_slopes.iter().map(|(a, b, slope)| format!("{a}-{b}:{slope}"));
    let further = dimensions.iter().flat_map(|m| &m.dimensions).map(ToString::to_string);
    (
        series(&e.series),
        e.threshold,
        [e.points, e.censored],
        [d.scatter, d.delta_aicc],
        d.preferred,
        [d.at_03, d.at_07].map(fields),
        [d.leave_one_out_low, d.leave_one_out_high],
        fields(d.extrapolated),
        slopes.collect::<Vec<_>>().join(" "),
        (trials.map(|t| t.factor), trials.map(|t| t.samples)),
        (further.collect::<Vec<_>>().join(" "), dimensions.map(|m| m.samples)),
    )
}

fn ratio_row<'a>(a: &'a Advantage, r: &Ratio) -> RatioRow<'a> {
    let numbers = [r.ratio, r.ci_low, r.ci_high].map(finite);
    (series(&a.series), r.d, a.threshold, numbers, r.censored, r.shared)
}

fn advantage_row(a: &Advantage) -> AdvantageRow<'_> {
    let ds = || a.ratios.iter().map(|r| r.d);
    let span = [ds().min().unwrap_or(0), ds().max().unwrap_or(0), a.points, a.censored];
    (series(&a.series), span, a.threshold, fields(a.exponent), a.predicted, a.verdict)
}

fn series(key: &SeriesKey) -> Series<'_> {
    let (k_star, r) = (known_count(key.k_star), known_count(key.r));
    (&key.learner, &key.link, k_star, r, known(key.alpha), known(key.q))
}

/// The first of [`LAST_COLUMNS`].
fn law(key: &SeriesKey) -> (Option<f64>, &str) {
    (known(key.noise), &key.input)
}

fn fields(interval: Option<Interval>) -> [Option<f64>; 3] {
    interval.map_or([None; 3], |i| [i.value, i.low, i.high].map(finite))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Writes beside `path`, then renames: a reader sees the old table or the new one.
fn write_table(
    path: &Path,
    analysis: &Analysis,
    columns: &[&str],
    rows: impl Iterator<Item = impl Serialize>,
) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::runtime(format!("cannot write {}: {error}", path.display()))
            .hint("is the folder there, writable, and the disk not full?")
    };
    let bytes = table_bytes(&analysis.manifest, columns, rows).map_err(|error| failed(&error))?;
    replace_file(path, &bytes).map_err(|error| failed(&error))
}

fn table_bytes(
    manifest: &str,
    columns: &[&str],
    rows: impl Iterator<Item = impl Serialize>,
) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(SERIES_COLUMNS.iter().chain(columns).chain(&LAST_COLUMNS))?;
    for row in rows {
        writer.serialize((row, manifest))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
