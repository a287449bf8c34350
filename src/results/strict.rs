//! A table of trials as this version writes it, read strictly.

use std::path::Path;

use super::read::parse;
use super::record::Record;
use super::row::header;
use crate::error::{Error, Result};

/// The whole rows of a table, and what follows them.
pub(super) struct Found {
    pub(super) records: Vec<Record>,
    /// Bytes of whole rows, with the header; 0 if not even that is whole.
    pub(super) whole: u64,
    /// The unfinished line at the end, left by a crash or being written right now.
    pub(super) torn: Vec<u8>,
}

impl Found {
    /// The rows of the table at `path`, which holds `bytes`.
    ///
    /// # Errors
    /// When its header is not the one that this version writes, or a whole row is damaged.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        let shown = path.display().to_string();
        check_header(&shown, bytes)?;
        let whole = last_end(&shown, bytes);
        let records = if whole == 0 { Vec::new() } else { parse(&shown, &bytes[..whole])?.records };
        Ok(Self { records, whole: whole as u64, torn: bytes[whole..].to_vec() })
    }
}

/// Where the last whole row ends. Texts of a row may hold line ends, within quotes.
fn last_end(shown: &str, bytes: &[u8]) -> usize {
    let (mut end, mut quoted, mut before) = (0, false, b'\n');
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if quoted => quoted = false,
            // A field may begin with it; within quotes it is written twice.
            b'"' => quoted = matches!(before, b',' | b'\n' | b'"'),
            b'\n' if !quoted => end = at + 1,
            _ => {}
        }
        before = byte;
    }
    // A quotation mark that damage has made would take whole rows for the unfinished one.
    let mut lines = bytes[end..].split_inclusive(|&b| b == b'\n').filter(|l| l.ends_with(b"\n"));
    if lines.any(|line| is_row(shown, line)) {
        return bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    }
    end
}

fn is_row(shown: &str, line: &[u8]) -> bool {
    let table = [header().as_bytes(), line].concat();
    parse(shown, &table).is_ok_and(|found| !found.records.is_empty())
}

/// Refuses a header that is not the one this version writes, or the beginning of it.
fn check_header(shown: &str, text: &[u8]) -> Result<()> {
    let ours = header();
    let first = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let whole = first.len() < text.len() && first.trim_ascii_end() == ours.trim_end().as_bytes();
    if whole || ours.as_bytes().starts_with(text) {
        return Ok(());
    }
    let found = String::from_utf8_lossy(first).trim_end().to_owned();
    let mut shown_header: String = found.chars().take(60).collect();
    if shown_header.len() < found.len() {
        shown_header.push('…');
    }
    Err(Error::runtime(format!("{shown} was not written by this version: its header differs"))
        .hint(format!(
            "found `{}`; use --fresh to move the old results aside, or another --out",
            shown_header.escape_debug()
        )))
}
