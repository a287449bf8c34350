//! Tables of estimates: rows that belong to a series, and a check of each.

use csv::{Reader, StringRecord, Writer};
use serde::Serialize;

use super::check::check;
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
pub fn broken_row(header: &StringRecord, rows: &[StringRecord]) -> Option<usize> {
    let last = header.iter().next_back().unwrap_or_default();
    if last != CHECK {
        // Nothing but the check stands behind the manifest.
        let renamed = header.iter().any(|name| name == MANIFEST || name == CHECK);
        return (renamed && last != MANIFEST).then_some(0);
    }
    rows.iter()
        .position(|row| row.iter().next_back() != Some(check_of(header, rows.len(), row).as_str()))
}
