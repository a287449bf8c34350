//! `trials.csv`: one row a finished trial, appended whole as the trial finishes.

mod lock;
mod merge;
mod table;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub use merge::{Merged, merge};
pub use tables::{Gathered, tables};

use super::shard::Shard;
use crate::error::{Error, Result};
use crate::results::{self, Record, Trials};
use lock::Lock;
use table::Table;

/// Name of the file of records in a results folder.
pub const TRIALS: &str = "trials.csv";

/// The results folder of one study, held by this process alone, or a shard of it.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    table: Mutex<Table>,
    done: Trials,
    notes: Vec<String>,
    /// Holds the lock until the store is dropped.
    _lock: Lock,
}

impl Store {
    /// Opens or creates the results folder `folder` and reads what is already there, in
    /// `trials.csv` and in the tables of shards. New trials go to the table of `shard`, or to
    /// `trials.csv`.
    ///
    /// A last line without its end, left by a crash, is cut off and noted.
    ///
    /// # Errors
    /// When the folder cannot be written, another process holds it, or one of its tables is
    /// not one of ours, is damaged, or contradicts another. Nothing is changed then.
    pub fn open(folder: &Path, shard: Option<Shard>) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| unwritable(folder, &e))?;
        let lock = Lock::take(folder, shard)?;
        let own = folder.join(shard.map_or(TRIALS.to_owned(), |s| s.file("trials", ".csv")));
        let mut notes = lock.notes.clone();
        let mut done = Gathered::default();
        let mut whole = 0;
        for path in tables(folder) {
            let mut found = Found::read(&path)?;
            if path == own {
                whole = found.whole;
                notes.append(&mut found.notes);
            }
            done.add(&path, found.records)?;
        }
        let table = Mutex::new(Table::open(own, whole)?);
        Ok(Self { folder: folder.to_owned(), table, done: done.trials()?, notes, _lock: lock })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the user should know about the records that were found.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The records that earlier runs finished.
    #[must_use]
    pub fn done(&self) -> &Trials {
        &self.done
    }

    /// Writes a finished trial: one row, in one write.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn append(&self, record: &Record) -> Result<()> {
        self.with_table(|table| table.append(record))
    }

    /// Makes the disk keep all rows.
    ///
    /// # Errors
    /// When it cannot, or they are no longer where they were written.
    pub fn finish(&self) -> Result<()> {
        self.with_table(Table::finish)
    }

    fn with_table<R>(&self, work: impl FnOnce(&mut Table) -> R) -> R {
        work(&mut self.table.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// The whole rows of a table.
struct Found {
    records: Vec<Record>,
    /// Bytes of whole rows.
    whole: u64,
    notes: Vec<String>,
}

impl Found {
    fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(|e| unwritable(path, &e))?;
        let shown = path.display().to_string();
        let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let mut found = Self { records: Vec::new(), whole: whole as u64, notes: Vec::new() };
        if bytes.is_empty() {
            return Ok(found);
        }
        check_header(&shown, &bytes)?;
        if whole < bytes.len() {
            found.notes.push(format!("{shown}: dropped an unfinished last line"));
        }
        if whole > 0 {
            found.records = results::parse(&shown, &bytes[..whole])?.records;
        }
        Ok(found)
    }
}

/// Moves an existing results folder aside, once nobody else holds it and `agree` does; returns
/// its new name.
///
/// # Errors
/// When it cannot be renamed, another process holds it, or `agree` fails.
pub fn move_aside(folder: &Path, agree: impl FnOnce() -> Result<()>) -> Result<Option<PathBuf>> {
    if !folder.exists() {
        return agree().map(|()| None);
    }
    let _held = Lock::take(folder, None)?;
    agree()?;
    for i in 1.. {
        let mut name = folder.as_os_str().to_owned();
        name.push(format!(".old-{i}"));
        let aside = PathBuf::from(name);
        if !aside.exists() {
            fs::rename(folder, &aside).map_err(|e| unwritable(folder, &e))?;
            return Ok(Some(aside));
        }
    }
    Ok(None)
}

/// Refuses a header that is not the one this version writes, or the beginning of it.
fn check_header(shown: &str, text: &[u8]) -> Result<()> {
    let first = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let found = String::from_utf8_lossy(first).trim_end().to_owned();
    let ours = results::columns().join(",");
    let torn = !text.contains(&b'\n') && ours.starts_with(&found);
    if found == ours || torn {
        return Ok(());
    }
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

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::runtime(format!("cannot write {}: {error}", path.display()))
        .hint("check that the folder exists and may be written, or choose another with --out")
}
