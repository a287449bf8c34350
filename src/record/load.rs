//! `trials.csv` → records, with errors that say where.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;

use super::{Fault, Record, fault};
use crate::error::nearest;
use crate::{Error, Result};

/// Columns that a failed trial may leave empty.
const METRICS: [&str; 6] = ["risk", "alignment", "subspace", "recall", "precision", "mass"];

/// Columns that hold text; all others hold numbers.
const TEXTS: [&str; 6] = ["study", "cell", "learner", "link", "status", "simulation"];

/// Columns that hold numbers with a fraction, besides the metrics.
const REALS: [&str; 3] = ["alpha", "q", "seconds"];

/// What to do about a row that cannot be read.
const ROW_HINT: &str =
    "delete the line: running the study again repeats the trial that it stood for";

/// The records of a file, and what was left out of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The records, in the order of the file.
    pub records: Vec<Record>,
    /// What the reader should know, one sentence each.
    pub notes: Vec<String>,
}

/// Reads `trials.csv` at `path`; see [`parse`].
///
/// # Errors
/// A run-time error if the file cannot be read, and those of [`parse`].
pub fn read(path: &Path) -> Result<Loaded> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        Error::runtime(format!("cannot read {name}: {error}"))
            .hint("run the study first: it writes a trials.csv into its results folder")
    })?;
    parse(&name, &bytes)
}

/// Parses the text of a `trials.csv` that errors shall call `name`.
///
/// Columns are found by name, further ones are ignored, and an empty metric is
/// not-a-number. A last line that the writer never finished (no newline at its end, and
/// fields missing or unreadable) is left out and noted.
///
/// # Errors
/// A run-time error with file, line and column if a column is missing or doubled, a row
/// has too few or too many fields, a number is not one, a successful trial has no finite risk,
/// or a trial (cell, n, trial) is there twice.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Loaded> {
    let text = whole_text(name, bytes)?;
    let (header, rows) = split(name, text)?;
    check_header(name, &header)?;
    let torn_end = !bytes.ends_with(b"\n");
    let mut loaded = Loaded::default();
    let mut lines = HashMap::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let line = row.position().map_or(0, csv::Position::line);
        let record = match record(name, &header, row, line) {
            Ok(record) => record,
            Err(_) if torn_end && i + 1 == rows.len() => {
                loaded.notes.push(format!(
                    "{name}, line {line}: cut off while it was written; this trial is left out"
                ));
                break;
            }
            Err(error) => return Err(error),
        };
        check_values(name, line, &record)?;
        let key = (record.cell.clone(), record.n, record.trial);
        if let Some(first) = lines.insert(key, line) {
            return Err(doubled(name, first, line, &record));
        }
        loaded.records.push(record);
    }
    Ok(loaded)
}

/// The text, less a character cut in half at the very end.
fn whole_text<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str> {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        Err(error) => {
            let line = bytes[..error.valid_up_to()].split(|&b| b == b'\n').count();
            return Err(Error::runtime(format!("{name}, line {line}: not text in UTF-8"))
                .hint("is this a trials.csv of another tool, or was it saved by a spreadsheet?"));
        }
    };
    Ok(std::str::from_utf8(valid).unwrap_or_default())
}

/// Header and rows, of whatever length they are.
fn split(name: &str, text: &str) -> Result<(StringRecord, Vec<StringRecord>)> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let read = |reader: &mut csv::Reader<&[u8]>| {
        let header = reader.headers()?.clone();
        let rows = reader.records().collect::<csv::Result<Vec<_>>>()?;
        Ok((header, rows))
    };
    read(&mut reader).map_err(|error: csv::Error| Error::runtime(format!("{name}: {error}")))
}

fn check_header(name: &str, header: &StringRecord) -> Result<()> {
    let found: Vec<&str> = header.iter().filter(|column| !column.is_empty()).collect();
    if found.is_empty() {
        return Err(Error::runtime(format!("{name} is empty: it has not even a header"))
            .hint("delete it and run the study again"));
    }
    for column in Record::COLUMNS {
        if found.iter().filter(|f| **f == column).count() > 1 {
            return Err(Error::runtime(format!(
                "{name}, line 1: column `{column}` is there twice"
            )));
        }
    }
    let missing: Vec<&str> =
        Record::COLUMNS.into_iter().filter(|column| !found.contains(column)).collect();
    if missing.is_empty() { Ok(()) } else { Err(bad_header(name, &found, &missing)) }
}

/// Says which columns are missing, and which of the others may stand for them.
fn bad_header(name: &str, found: &[&str], missing: &[&str]) -> Error {
    let strangers = found.iter().filter(|column| !Record::COLUMNS.contains(column));
    let mut hints: Vec<String> = strangers
        .filter_map(|stranger| {
            let meant = nearest(stranger, missing.iter().copied())?;
            Some(format!("is `{stranger}` meant to be `{meant}`?"))
        })
        .collect();
    let message = if missing.len() > Record::COLUMNS.len() / 2 {
        hints.push("is this a trials.csv of another tool?".to_owned());
        format!("{name}, line 1: these are not the columns of a trials.csv: {}", list(found))
    } else {
        if hints.is_empty() {
            hints.push(format!("the file has {}", list(found)));
        }
        let plural = if missing.len() == 1 { "column is" } else { "columns are" };
        format!("{name}, line 1: {plural} missing: {}", list(missing))
    };
    Error::runtime(message).hint(hints.join(" "))
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// One row as a record.
fn record(name: &str, header: &StringRecord, row: &StringRecord, line: u64) -> Result<Record> {
    if row.len() != header.len() {
        let message = format!(
            "{name}, line {line}: {} fields, but the header has {}",
            row.len(),
            header.len()
        );
        return Err(Error::runtime(message).hint(ROW_HINT));
    }
    let filled: StringRecord =
        header.iter().zip(row).map(|(column, field)| fill(column, field)).collect();
    filled.deserialize(Some(header)).map_err(|error| {
        let bad = header.iter().zip(&filled).find_map(|(column, field)| unreadable(column, field));
        let what = bad.unwrap_or_else(|| error.to_string());
        Error::runtime(format!("{name}, line {line}: {what}")).hint(ROW_HINT)
    })
}

/// An absent metric is not-a-number.
fn fill<'a>(column: &str, field: &'a str) -> &'a str {
    if field.is_empty() && METRICS.contains(&column) { "NaN" } else { field }
}

/// Column, field and what it should be, if the field is not of its column's kind.
fn unreadable(column: &str, field: &str) -> Option<String> {
    if !Record::COLUMNS.contains(&column) || TEXTS.contains(&column) {
        return None;
    }
    let real = METRICS.contains(&column) || REALS.contains(&column);
    let (readable, wanted) = match column {
        _ if real => (field.parse::<f64>().is_ok(), "a number"),
        "k_star" | "trial" => (field.parse::<u32>().is_ok(), "a whole number below 2^32"),
        _ => (field.parse::<u64>().is_ok(), "a whole number"),
    };
    (!readable).then(|| format!("column `{column}` is `{field}`, not {wanted}"))
}

fn check_values(name: &str, line: u64, record: &Record) -> Result<()> {
    fault(record).map_or(Ok(()), |Fault { column, found, wanted }| {
        let message = format!("{name}, line {line}: column `{column}` is `{found}`, not {wanted}");
        Err(Error::runtime(message).hint(ROW_HINT))
    })
}

fn doubled(name: &str, first: u64, second: u64, record: &Record) -> Error {
    let Record { cell, n, trial, .. } = record;
    let message =
        format!("{name}, lines {first} and {second}: both are cell {cell}, n = {n}, trial {trial}");
    Error::runtime(message).hint("each trial counts once; delete one of the two lines")
}
