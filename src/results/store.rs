//! `trials.csv`: one row a finished trial, appended whole as the trial finishes.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::disk;
use super::gathered::{Gathered, TRIALS, tables};
use super::growing::{Table, dropped};
use super::lock::Lock;
use super::record::Record;
use super::shard::Shard;
use super::strict::Found;
use super::trials::Trials;
use crate::error::Result;

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
    /// A last line without its end, left by a crash, is cut off, kept in a file beside the table,
    /// and noted.
    ///
    /// # Errors
    /// When the folder cannot be read and written, another process holds it, or one of its
    /// tables is not one of ours, is damaged, or contradicts another. Nothing is changed then.
    pub fn open(folder: &Path, shard: Option<Shard>) -> Result<Self> {
        disk::make_folders(folder)?;
        let lock = Lock::take(folder, shard)?;
        disk::sweep(folder);
        let own = folder.join(shard.map_or(TRIALS.to_owned(), |s| s.file("trials", ".csv")));
        let mut notes = lock.notes.clone();
        let mut done = Gathered::default();
        let mut resumed = None;
        for path in tables(folder)? {
            let records = if path == own {
                let (table, found) = Table::resume(path.clone())?;
                resumed = Some((table, found.torn));
                found.records
            } else {
                Found::parse(&path, &disk::read(&path)?)?.records
            };
            done.add(&path, records)?;
        }
        notes.extend(done.note());
        let done = done.trials()?;
        let table = match resumed {
            Some((mut table, torn)) => {
                notes.extend(table.cut(&torn)?.map(|kept| dropped(&own, &kept)));
                table
            }
            None => Table::create(own)?,
        };
        let (folder, table) = (folder.to_owned(), Mutex::new(table));
        Ok(Self { folder, table, done, notes, _lock: lock })
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

/// Moves an existing results folder aside, once nobody else holds it and `agree` does; returns
/// its new name.
///
/// # Errors
/// When it cannot be renamed, another process holds it, or `agree` fails.
pub fn move_aside(folder: &Path, agree: impl FnOnce() -> Result<()>) -> Result<Option<PathBuf>> {
    if disk::kind(folder)?.is_none() {
        return agree().map(|()| None);
    }
    let _held = Lock::take(folder, None)?;
    agree()?;
    let mut old = folder.as_os_str().to_owned();
    old.push(".old");
    let aside = disk::rename_free(folder, disk::numbered(Path::new(&old), "-"))?;
    disk::sync_name(&aside).map(|()| Some(aside))
}
