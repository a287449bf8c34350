//! `trials.csv`: one row a finished trial, appended whole as the trial finishes.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::error::{Error, Result};
use crate::record::{self, Record};

/// Name of the file of records in a results folder.
pub const TRIALS: &str = "trials.csv";

/// Name of the file whose lock marks a folder as in use.
const LOCK: &str = ".lock";

type TrialKey = (String, u64, u32);

/// The results folder of one study, held by this process alone.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    file: Mutex<File>,
    done: HashMap<TrialKey, Record>,
    notes: Vec<String>,
    /// Holds the lock until the store is dropped.
    _lock: File,
}

impl Store {
    /// Opens or creates the results folder `folder` and reads what is already there.
    ///
    /// A last line without its end, left by a crash, is cut off and noted.
    ///
    /// # Errors
    /// When the folder cannot be written, another process holds it, or its `trials.csv` is
    /// not one of ours. Nothing is changed then.
    pub fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| unwritable(folder, &e))?;
        let lock = lock(folder)?;
        let path = folder.join(TRIALS);
        let mut notes = Vec::new();
        let mut done = HashMap::new();
        let old = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(unwritable(&path, &e)),
        };
        let whole = old.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        if !old.is_empty() {
            let shown = path.display().to_string();
            let header = check_header(&shown, &old)?;
            if whole < old.len() {
                notes.push(format!("{shown}: dropped an unfinished last line"));
            }
            let rows = if whole == 0 { header.as_bytes() } else { &old[..whole] };
            for record in record::parse(&shown, rows)?.records {
                done.insert((record.cell.clone(), record.n, record.trial), record);
            }
        }
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).open(&path);
        let mut file = file.map_err(|e| unwritable(&path, &e))?;
        file.set_len(whole as u64).map_err(|e| unwritable(&path, &e))?;
        if whole == 0 {
            let header = Record::COLUMNS.join(",") + "\n";
            file.write_all(header.as_bytes()).map_err(|e| unwritable(&path, &e))?;
        }
        Ok(Self { folder: folder.to_owned(), file: Mutex::new(file), done, notes, _lock: lock })
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

    /// The record of a trial that an earlier run finished.
    #[must_use]
    pub fn find(&self, cell: &str, n: u64, trial: u32) -> Option<&Record> {
        self.done.get(&(cell.to_owned(), n, trial))
    }

    /// Writes a finished trial: one row, in one write.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn append(&self, record: &Record) -> Result<()> {
        let path = self.folder.join(TRIALS);
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        let failed = |e: &dyn std::fmt::Display| {
            Error::runtime(format!("cannot write {}: {e}", path.display())).hint(
                "the trials written before are safe: free some space, then run the same command again",
            )
        };
        writer.serialize(record).map_err(|e| failed(&e))?;
        let row = writer.into_inner().map_err(|e| failed(&e.error()))?;
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(&row).map_err(|e| failed(&e))
    }
}

/// Moves an existing results folder aside; returns its new name.
///
/// # Errors
/// When it cannot be renamed, or another process holds it.
pub fn move_aside(folder: &Path) -> Result<Option<PathBuf>> {
    if !folder.exists() {
        return Ok(None);
    }
    let _held = lock(folder)?;
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

/// The header line, if it is the one this version writes.
fn check_header(shown: &str, text: &[u8]) -> Result<String> {
    let first = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let found = String::from_utf8_lossy(first).trim_end().to_owned();
    let ours = Record::COLUMNS.join(",");
    let torn = !text.contains(&b'\n') && ours.starts_with(&found);
    if found == ours || torn {
        return Ok(ours + "\n");
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

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let options = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = options.map_err(|e| unwritable(folder, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::runtime(format!(
            "another process is running a study in {}",
            folder.display()
        ))
        .hint("wait for it, stop it, or choose another --out")),
        Err(TryLockError::Error(e)) => Err(unwritable(folder, &e)),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::runtime(format!("cannot write {}: {error}", path.display()))
        .hint("check that the folder exists and may be written, or choose another with --out")
}
