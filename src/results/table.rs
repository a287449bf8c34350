//! Tables of estimates: rows that belong to a series, each with a check of its own.

use csv::{QuoteStyle, WriterBuilder};
use serde::Serialize;

use super::check::check;
use crate::model::problem::Series;

/// Separates the fields that a check is made of: no text holds it.
const SEPARATOR: u8 = 0x1f;

/// The last columns of every table.
#[derive(Serialize)]
struct Last<'a> {
    manifest: Option<&'a str>,
    /// CRC-32 of the fields before it.
    check: &'a str,
}

/// A table with a header: the columns of the series, those of `R`, `manifest` and `check`.
#[must_use]
pub fn signed_table<'a, R: Serialize>(
    rows: impl Iterator<Item = (&'a Series, R)>,
    manifest: Option<&str>,
) -> Vec<u8> {
    let mut table = WriterBuilder::new().from_writer(Vec::new());
    for (series, row) in rows {
        let unsigned = separated(&(series, &row, manifest));
        let check = check(unsigned.split(|&b| b == SEPARATOR));
        // The rows are flat, and memory takes every byte.
        let _ = table.serialize((series, &row, Last { manifest, check: &check }));
    }
    table.into_inner().unwrap_or_default()
}

fn separated(row: &impl Serialize) -> Vec<u8> {
    let mut builder = WriterBuilder::new();
    builder.has_headers(false).delimiter(SEPARATOR).quote_style(QuoteStyle::Never);
    let mut writer = builder.from_writer(Vec::new());
    let _ = writer.serialize(row);
    let mut bytes = writer.into_inner().unwrap_or_default();
    bytes.truncate(bytes.len().saturating_sub(1));
    bytes
}
