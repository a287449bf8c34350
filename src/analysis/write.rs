//! `thresholds.csv` and `exponents.csv`: the columns of the design, written whole or not at all.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::estimate::{Analysis, Censoring, Exponent, Interval, Threshold, Verdict};
use crate::record::{known, known_count};
use crate::{Error, Result};

/// The columns of `thresholds.csv`, one row per cell.
pub const THRESHOLD_COLUMNS: [&str; 14] = [
    "learner",
    "link",
    "k_star",
    "r",
    "alpha",
    "q",
    "d",
    "s",
    "threshold",
    "n_star",
    "ci_low",
    "ci_high",
    "censored",
    "trials",
];

/// The columns of `exponents.csv`, one row per series.
pub const EXPONENT_COLUMNS: [&str; 20] = [
    "learner",
    "link",
    "k_star",
    "r",
    "alpha",
    "q",
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

/// The start that both tables share.
type Series<'a> = (&'a str, &'a str, Option<u32>, Option<usize>, Option<f64>, Option<f64>);
type ThresholdRow<'a> = (Series<'a>, usize, Option<usize>, f64, [Option<f64>; 3], Censoring, usize);
type ExponentRow<'a> = (
    Series<'a>,
    [usize; 3],
    f64,
    [Option<f64>; 3],
    [Option<f64>; 3],
    Option<f64>,
    Option<f64>,
    Verdict,
    Verdict,
);

/// Writes both tables into the folder `dir`.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write(dir: &Path, analysis: &Analysis) -> Result<()> {
    write_thresholds(&dir.join("thresholds.csv"), analysis)?;
    write_exponents(&dir.join("exponents.csv"), analysis)
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
    write_table(path, &THRESHOLD_COLUMNS, analysis.thresholds.iter().map(threshold_row))
}

/// Writes `exponents.csv` at `path`; estimates that could not be made are empty fields.
///
/// # Errors
/// As [`write_thresholds`].
pub fn write_exponents(path: &Path, analysis: &Analysis) -> Result<()> {
    write_table(path, &EXPONENT_COLUMNS, analysis.exponents.iter().map(exponent_row))
}

fn threshold_row(t: &Threshold) -> ThresholdRow<'_> {
    let numbers = [t.n_star, t.ci_low, t.ci_high].map(finite);
    (series(&t.series), t.d, known_count(t.s), t.threshold, numbers, t.censored, t.trials)
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

fn series(key: &super::estimate::SeriesKey) -> Series<'_> {
    let (k_star, r) = (known_count(key.k_star), known_count(key.r));
    (&key.learner, &key.link, k_star, r, known(key.alpha), known(key.q))
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
    columns: &[&str],
    rows: impl Iterator<Item = impl Serialize>,
) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::runtime(format!("cannot write {}: {error}", path.display()))
            .hint("is the folder there, writable, and the disk not full?")
    };
    let bytes = table_bytes(columns, rows).map_err(|error| failed(&error))?;
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".part");
    fs::write(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .map_err(|error| failed(&error))
}

fn table_bytes(
    columns: &[&str],
    rows: impl Iterator<Item = impl Serialize>,
) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.serialize(row)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
