//! Tables of estimates: rows that belong to a series, and a check of each.

use std::path::Path;

use csv::{Reader, StringRecord, Writer};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::check::check;
use super::disk;
use super::header::shown;
use crate::error::{Error, Result};
use crate::model::problem::Series;

/// The last column.
const CHECK: &str = "check";

/// The column before it, the last one of tables that are older than checks.
const MANIFEST: &str = "manifest";

/// The last column before the check.
#[derive(Serialize)]
struct Last<'a> {
    manifest: Option<&'a str>,
}

/// A table with a header: the columns of the series, those of `R`, `manifest` and `check`.
/// Nothing at all without a row.
#[must_use]
pub fn signed_table<'a, R: Serialize>(
    rows: impl Iterator<Item = (&'a Series, R)>,
    manifest: Option<&str>,
) -> Vec<u8> {
    let mut table = Writer::from_writer(Vec::new());
    for (series, row) in rows {
        // The rows are flat, and memory takes every byte.
        let _ = table.serialize((series, row, Last { manifest }));
    }
    signed(&table.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn signed(table: &[u8]) -> csv::Result<Vec<u8>> {
    let mut reader = Reader::from_reader(table);
    let mut header = reader.headers()?.clone();
    let rows: Vec<StringRecord> = reader.into_records().collect::<csv::Result<_>>()?;
    let checks: Vec<String> = rows.iter().map(|row| check_of(&header, rows.len(), row)).collect();
    let mut signed = Writer::from_writer(Vec::new());
    if !rows.is_empty() {
        header.push_field(CHECK);
        signed.write_record(&header)?;
    }
    for (row, check) in rows.iter().zip(&checks) {
        signed.write_record(row.iter().chain([check.as_str()]))?;
    }
    signed.into_inner().map_err(|error| error.into_error().into())
}

/// CRC-32, as in `trials.csv`, of the names of the columns, the number of rows, and the fields
/// of one row: a lost row is found as well as a changed one.
fn check_of(header: &StringRecord, rows: usize, row: &StringRecord) -> String {
    let checked = header.iter().take_while(|name| *name != CHECK).count();
    let fields = |row: &StringRecord| -> Vec<String> {
        row.iter().take(checked).map(str::to_owned).collect()
    };
    let all = [fields(header), vec![rows.to_string()], fields(row)].concat();
    check(all.iter().map(String::as_bytes))
}

/// The number, from 0, of the first of the `rows` of a table of estimates that is not as it was
/// written. A table without checks cannot tell.
#[must_use]
fn broken_row(header: &StringRecord, rows: &[StringRecord]) -> Option<usize> {
    let last = header.iter().next_back().unwrap_or_default();
    if last != CHECK {
        // Nothing but the check stands behind the manifest.
        let renamed = header.iter().any(|name| name == MANIFEST || name == CHECK);
        return (renamed && last != MANIFEST).then_some(0);
    }
    rows.iter()
        .position(|row| row.iter().next_back() != Some(check_of(header, rows.len(), row).as_str()))
}

/// The rows of a table that [`signed_table`] made, or an older one without checks. Columns are found
/// by name, further ones ignored.
///
/// # Errors
/// A run-time error with file, line and column if the table cannot be read, is not as it was
/// written or has no rows; its hint is `hint`.
pub fn signed_rows<T: DeserializeOwned>(path: &Path, hint: &str) -> Result<Vec<(Series, T)>> {
    let name = path.display().to_string();
    let bytes = disk::read(path)?;
    let bad =
        |line: u64, what: &str| Error::runtime(format!("{name}, line {line}: {what}")).hint(hint);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
    let header = reader.headers().map_err(|_| bad(1, "not text in UTF-8"))?.clone();
    let mut rows = Vec::new();
    for (index, row) in reader.records().enumerate() {
        let row = row.map_err(|_| bad(index as u64 + 2, "not text in UTF-8"))?;
        if row.len() != header.len() {
            let what = format!("{} fields, but the header has {}", row.len(), header.len());
            return Err(bad(line(&row), &what));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Error::runtime(format!("{name} has no rows")).hint(hint));
    }
    if let Some(broken) = broken_row(&header, &rows) {
        let what = "not as it was written: the row, the header or the number of rows has changed";
        return Err(bad(line(&rows[broken]), what).hint(format!(
            "{hint}; if the table was changed on purpose, remove its column `check`"
        )));
    }
    let read = |row: &StringRecord| {
        let failed = |e| bad(line(row), &what(&e, &header, row));
        let series = row.deserialize(Some(&header)).map_err(failed)?;
        Ok((series, row.deserialize(Some(&header)).map_err(failed)?))
    };
    rows.iter().map(read).collect()
}

/// The line that a row begins in.
fn line(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

/// Column, field and complaint of a row that cannot be read.
fn what(error: &csv::Error, header: &StringRecord, row: &StringRecord) -> String {
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return error.to_string() };
    let Some(index) = err.field().map(|index| index as usize) else { return err.to_string() };
    let (column, field) = (header.get(index), row.get(index));
    format!(
        "column `{}` is `{}`: {}",
        shown(column.unwrap_or_default()),
        shown(field.unwrap_or_default()),
        err.kind()
    )
}
