//! A record as a row of `trials.csv`.

use csv::{ByteRecord, ReaderBuilder, WriterBuilder};

use super::Record;
use super::check::check;

/// Fields before the check.
const FIELDS: usize = Record::COLUMNS.len() - 1;
/// The field that the check leaves out: wall time differs from run to run.
const SECONDS: usize = FIELDS - 2;

/// The line of `trials.csv` that holds `record`, with its check and its end.
///
/// # Errors
/// When a field cannot be written as CSV.
pub fn line(record: &Record) -> csv::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.serialize(record)?;
    let mut line = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    let mut fields = ByteRecord::new();
    ReaderBuilder::new().has_headers(false).from_reader(&*line).read_byte_record(&mut fields)?;
    debug_assert_eq!(fields.len(), FIELDS);
    let checked = fields.iter().enumerate().filter(|&(i, _)| i != SECONDS).map(|(_, field)| field);
    line.pop();
    line.push(b',');
    line.extend(check(checked).bytes());
    line.push(b'\n');
    Ok(line)
}
