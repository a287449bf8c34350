//! A table of trials → records, with errors that say where.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use csv::{ByteRecord, StringRecord, Terminator};

use super::check::check;
use super::disk;
use super::header::{Layout, is_column, shown};
use super::record::{Fault, Record};
use super::row::{Interned, Row, fault_of};
use crate::{Error, Result};

/// The records of a file, and what was left out of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The records, in the order of the file.
    pub records: Vec<Record>,
    /// What the reader should know, one sentence each.
    pub notes: Vec<String>,
}

/// Reads the table of trials at `path`; see [`parse`].
///
/// # Errors
/// A run-time error if the file cannot be read, and those of [`parse`].
pub fn read(path: &Path) -> Result<Loaded> {
    let name = path.display().to_string();
    let file = disk::open(path)?;
    let study = path.file_stem().unwrap_or_default().to_string_lossy();
    load(&name, &study, file)
}

/// Parses the text of a table of trials that errors shall call `name`.
///
/// Columns are found by name. Those of [`super::REQUIRED`] must be there; where another one
/// is absent the record holds what its field says of that. Further columns are ignored and
/// noted. An empty field is not known. In a table with
/// all columns of `trials.csv`, a last line that the writer never finished (no newline at its
/// end, and fields missing or unreadable) is left out and noted. Where a row has a check, it
/// must match.
///
/// # Errors
/// A run-time error with file, line and column if a column is missing or doubled, a row
/// has too few or too many fields, a number is not one, a successful trial has no finite risk,
/// or a trial (cell, n, trial) is there twice.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Loaded> {
    let study = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
    load(name, &study, bytes)
}

fn load(name: &str, study: &str, source: impl Read) -> Result<Loaded> {
    let mut lines = Lines::new(name, source);
    let mut row = ByteRecord::new();
    lines.next(&mut row)?;
    let header = text(row).map_err(|complaint| complaint.at(name, 1))?;
    let mut reader = RowReader::new(name, study, header)?;
    let mut loaded = Loaded { records: Vec::new(), notes: reader.layout.notes.clone() };
    let mut trials = Trials::default();
    let mut row = ByteRecord::new();
    while let Some(line) = lines.next(&mut row)? {
        let one_line = line_feeds(&row) == 0;
        let complete = reader.layout.complete;
        match text(row).and_then(|fields| reader.record(fields)) {
            Ok((record, fields)) => {
                trials.add(name, line, &record, complete)?;
                loaded.records.push(record);
                row = fields.into_byte_record();
            }
            Err(_) if complete && one_line && lines.end_torn() => {
                loaded.notes.push(format!(
                    "{name}, line {line}: cut off while it was written; this trial is left out"
                ));
                break;
            }
            Err(_) if !one_line && lines.reader.get_ref().ended => {
                let complaint = Complaint {
                    message: "a quotation mark that opens in this row is never closed".to_owned(),
                    hint: Some("remove it, or close it; within quotes it is written twice"),
                };
                return Err(complaint.at(name, line));
            }
            Err(mut complaint) => {
                complaint.hint.get_or_insert_with(|| row_hint(complete));
                return Err(complaint.at(name, line));
            }
        }
    }
    Ok(loaded)
}

/// What is wrong with a row.
struct Complaint {
    message: String,
    hint: Option<&'static str>,
}

impl Complaint {
    fn at(self, name: &str, line: u64) -> Error {
        let error = Error::runtime(format!("{name}, line {line}: {}", self.message));
        self.hint.into_iter().fold(error, Error::hint)
    }
}

fn text(row: ByteRecord) -> Result<StringRecord, Complaint> {
    StringRecord::from_byte_record(row).map_err(|_| Complaint {
        message: "not text in UTF-8".to_owned(),
        hint: Some("save it again as CSV with the encoding UTF-8"),
    })
}

/// Reads one row after the other.
struct RowReader<'a> {
    study: &'a str,
    header: StringRecord,
    layout: Layout,
    interned: Interned,
}

impl<'a> RowReader<'a> {
    fn new(name: &str, study: &'a str, mut header: StringRecord) -> Result<Self> {
        let layout = Layout::new(name, &header)?;
        header.trim();
        Ok(Self { study, header, layout, interned: Interned::default() })
    }

    /// The record of a row, and the row itself, whose memory is used again.
    fn record(&mut self, mut fields: StringRecord) -> Result<(Record, StringRecord), Complaint> {
        if fields.len() != self.layout.width {
            let (found, wanted) = (fields.len(), self.layout.width);
            let message = format!("{found} fields, but the header has {wanted}");
            return Err(complaint(&fields, message));
        }
        if self.is_damaged(&fields) {
            let hint = "delete the line: running the study again repeats the trial that it stood \
                        for; if the table was changed on purpose, remove its column `check`";
            let message = "not as it was written: its check does not match".to_owned();
            return Err(Complaint { message, hint: Some(hint) });
        }
        fields.trim();
        let row =
            fields.deserialize::<Row<'_>>(Some(&self.header)).map_err(|error| {
                match fault_of(&self.header, &fields) {
                    Some([column, found, wanted]) => wrong(&column, &found, &wanted),
                    None => error.to_string(),
                }
            });
        let record = row.and_then(|row| {
            row.record(&mut self.interned, self.study)
                .map_err(|Fault { column, found, wanted }| wrong(column, &found, wanted))
        });
        match record {
            Ok(record) => Ok((record, fields)),
            Err(message) => Err(complaint(&fields, message)),
        }
    }

    /// Whether the row differs from what was written; tables without a check cannot tell.
    fn is_damaged(&self, fields: &StringRecord) -> bool {
        let field = |i: usize| fields.get(i).unwrap_or_default();
        let Some(checked) = self.layout.checked() else { return false };
        let found = self.layout.check().map_or("", field);
        check(checked.map(|at| at.map_or("", field).as_bytes())) != found.trim()
    }
}

/// Complains of a row, unless it is a header.
fn complaint(fields: &StringRecord, message: String) -> Complaint {
    // Learners may have any name, but hardly two fields of a trial are names of columns.
    if fields.iter().filter(|field| is_column(field.trim())).count() < 2 {
        return Complaint { message, hint: None };
    }
    Complaint {
        message: "a second header".to_owned(),
        hint: Some(
            "the file was put together from several: delete the line if its columns are \
             those of line 1, in their order; otherwise fit each part by itself",
        ),
    }
}

fn wrong(column: &str, found: &str, wanted: &str) -> String {
    if wanted == "a name" {
        return format!("column `{column}` is empty");
    }
    format!("column `{column}` is `{}`, not {wanted}", shown(found))
}

/// What to do about a row that cannot be read.
fn row_hint(complete: bool) -> &'static str {
    if complete {
        "delete the line: running the study again repeats the trial that it stood for"
    } else {
        "correct or delete the line; a trial without a risk stays with a column `status` that \
         says why (and `ok` for the others)"
    }
}

/// Which trials there are, and in which line each.
#[derive(Default)]
struct Trials {
    cells: HashMap<Arc<str>, u32>,
    lines: HashMap<(u32, u64, u32), u64>,
}

impl Trials {
    fn add(&mut self, name: &str, line: u64, record: &Record, complete: bool) -> Result<()> {
        let Record { cell, n, trial, .. } = record;
        let next = self.cells.len() as u32;
        let number = match self.cells.get(cell) {
            Some(&number) => number,
            None => *self.cells.entry(cell.clone()).or_insert(next),
        };
        let first = match self.lines.entry((number, *n, *trial)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                entry.insert(line);
                return Ok(());
            }
        };
        let message = format!(
            "{name}, lines {first} and {line}: both are cell {}, n = {n}, trial {trial}",
            shown(cell)
        );
        Err(Error::runtime(message).hint(if complete {
            "each trial counts once; delete one of the two lines"
        } else {
            "each trial counts once; rows that differ in a setting without a column of its own \
             need different names of learners"
        }))
    }
}

/// The rows of a file with their line numbers.
struct Lines<'a, R> {
    name: &'a str,
    reader: csv::Reader<End<R>>,
}

impl<'a, R: Read> Lines<'a, R> {
    fn new(name: &'a str, source: R) -> Self {
        let mut builder = csv::ReaderBuilder::new();
        // A carriage return before the line feed is a blank at the end of the last field.
        builder.has_headers(false).flexible(true).terminator(Terminator::Any(b'\n'));
        Self { name, reader: builder.from_reader(End { source, last: b'\n', ended: false }) }
    }

    /// Reads the next row that is not blank; the line it begins in, or none at the end.
    fn next(&mut self, row: &mut ByteRecord) -> Result<Option<u64>> {
        loop {
            match self.reader.read_byte_record(row) {
                Ok(false) => return Ok(None),
                Ok(true) if row.len() == 1 && row.as_slice().trim_ascii().is_empty() => {}
                Ok(true) => break,
                Err(error) => {
                    return Err(Error::runtime(format!("cannot read {}: {error}", self.name))
                        .hint("it has to be a file that may be read"));
                }
            }
        }
        // The reader stands behind the line feed that ended the row, unless the file did.
        let last = self.reader.position().line() - u64::from(!self.reader.get_ref().ended);
        Ok(Some(last - line_feeds(row)))
    }

    /// Whether the row just read is the last and its line has no end.
    fn end_torn(&mut self) -> bool {
        let last = matches!(self.next(&mut ByteRecord::new()), Ok(None));
        last && self.reader.get_ref().last != b'\n'
    }
}

/// Line feeds within quoted fields.
fn line_feeds(row: &ByteRecord) -> u64 {
    row.as_slice().iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Remembers the last byte that was read, and whether there are no more.
struct End<R> {
    source: R,
    last: u8,
    ended: bool,
}

impl<R: Read> Read for End<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        match buffer[..count].last() {
            Some(&last) => self.last = last,
            None => self.ended = true,
        }
        Ok(count)
    }
}
