//! A table of trials as this version writes it, read strictly.

use std::path::Path;

use crate::error::{Error, Result};
use crate::results::{self, Record};

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
        let whole = last_end(bytes);
        let records =
            if whole == 0 { Vec::new() } else { results::parse(&shown, &bytes[..whole])?.records };
        Ok(Self { records, whole: whole as u64, torn: bytes[whole..].to_vec() })
    }
}

/// Where the last whole row ends.
fn last_end(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1)
}

/// Refuses a header that is not the one this version writes, or the beginning of it.
fn check_header(shown: &str, text: &[u8]) -> Result<()> {
    let ours = results::header();
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
