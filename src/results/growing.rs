//! One growing table of trials, written by this process alone.

#![expect(clippy::disallowed_methods, reason = "rows are synced, and looked after, now and then")]

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::disk::{self, unwritable};
use super::record::Record;
use super::row::{header, line};
use super::strict::Found;
use crate::error::{Error, Result};

/// Time between two looks at whether the rows are still where they belong.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Time between two orders to the disk to keep what it has.
const SYNC_EVERY: Duration = Duration::from_secs(5);

/// A table of trials that rows are added to.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    file: File,
    /// Bytes of whole rows.
    whole: u64,
    /// After one that failed no row is written: it might join what is left of the other.
    failed: Option<Error>,
    looked: Instant,
    synced: Instant,
}

impl Table {
    /// Makes the table at `path`, where nothing is yet.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn create(path: PathBuf) -> Result<Self> {
        let Some(file) = disk::create_new(&path)? else { return Err(changed(&path)) };
        let mut table = Self::new(path, file, 0);
        table.write(header().as_bytes()).map_err(|e| unwritable(&table.path, &e))?;
        disk::sync_name(&table.path)?;
        Ok(table)
    }

    /// Opens the table at `path` and reads it. Nothing is changed before [`Table::cut`].
    ///
    /// # Errors
    /// When it is not one of ours, is damaged, or cannot be read and written.
    pub(super) fn resume(path: PathBuf) -> Result<(Self, Found)> {
        let Some(mut file) = disk::open_own(&path)? else { return Err(changed(&path)) };
        let found = Found::parse(&path, &disk::read_all(&mut file, &path)?)?;
        let whole = found.whole;
        Ok((Self::new(path, file, whole), found))
    }

    fn new(path: PathBuf, file: File, whole: u64) -> Self {
        let now = Instant::now();
        Self { path, file, whole, failed: None, looked: now, synced: now }
    }

    /// Cuts off the unfinished end `torn` of the table that was read, and keeps it in a file
    /// beside it; returns the name of that. A header that is not whole is completed.
    ///
    /// # Errors
    /// When the table is no longer what was read, or cannot be written.
    pub(super) fn cut(&mut self, torn: &[u8]) -> Result<Option<PathBuf>> {
        let same =
            self.end().and_then(|end| Ok(end == torn && disk::is_at(&self.file, &self.path)?));
        if !same.map_err(|e| disk::failed("read", &self.path, &e))? {
            return Err(changed(&self.path));
        }
        if self.whole == 0 {
            self.whole = torn.len() as u64;
            let rest = &header().into_bytes()[torn.len()..];
            return self.write(rest).map(|()| None).map_err(|e| unwritable(&self.path, &e));
        }
        if torn.is_empty() {
            return Ok(None);
        }
        let kept = keep(&self.path, torn)?;
        self.file.set_len(self.whole).map_err(|e| unwritable(&self.path, &e))?;
        Ok(Some(kept))
    }

    /// What follows the whole rows now.
    fn end(&mut self) -> io::Result<Vec<u8>> {
        let mut end = Vec::new();
        self.file.seek(SeekFrom::Start(self.whole))?;
        self.file.read_to_end(&mut end)?;
        Ok(end)
    }

    /// Adds a row: whole, or not at all.
    ///
    /// # Errors
    /// When it cannot be written, or the table is no longer as it was left.
    pub(super) fn append(&mut self, record: &Record) -> Result<()> {
        // Of several threads the first to fail knows why, and any may be the first to say it.
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.add(record).inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn add(&mut self, record: &Record) -> Result<()> {
        if self.looked.elapsed() >= LOOK_EVERY {
            self.look()?;
        }
        self.write(&line(record)).map_err(|e| self.unwritten(&e))?;
        if self.synced.elapsed() >= SYNC_EVERY {
            self.finish()?;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // A part of the line, and nothing else, is taken back. Should this fail as well, the
            // next run cuts it off.
            if self.end().is_ok_and(|end| !end.is_empty() && bytes.starts_with(&end)) {
                let _ = self.file.set_len(self.whole);
            }
            return Err(error);
        }
        self.whole += bytes.len() as u64;
        Ok(())
    }

    /// Makes the disk keep all rows.
    ///
    /// # Errors
    /// When it cannot, or the table is no longer as it was left.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.synced = Instant::now();
        self.look()?;
        self.file.sync_data().map_err(|e| self.unwritten(&e))
    }

    /// Whether the table's name still stands for the file that is written, and this holds what
    /// was written and no more.
    fn look(&mut self) -> Result<()> {
        self.looked = Instant::now();
        let there = disk::is_at(&self.file, &self.path).unwrap_or(false);
        let length =
            self.file.metadata().map_err(|e| disk::failed("look at", &self.path, &e))?.len();
        if there && length == self.whole {
            return Ok(());
        }
        let shown = self.path.display();
        Err(if there {
            Error::runtime(format!("{shown} was changed while the study was running: it has {length} bytes, not {}", self.whole))
                .hint("something else has written to it or cut it short; bring it back from a copy, or run the same command again: what is missing runs anew")
        } else {
            Error::runtime(format!("{shown} has vanished while the study was running"))
                .hint("it was removed, renamed or replaced: what was written since is not in it; bring it back, or run the same command again to start anew")
        })
    }

    fn unwritten(&self, error: &dyn std::fmt::Display) -> Error {
        Error::runtime(format!("cannot write {}: {error}", self.path.display())).hint(
            "the trials written before are safe: free some space, then run the same command again",
        )
    }
}

/// Keeps the unfinished end of the table at `path` in the first free of `NAME.torn-1`, ….
///
/// # Errors
/// When it cannot be written.
pub(super) fn keep(path: &Path, torn: &[u8]) -> Result<PathBuf> {
    for kept in disk::numbered(path, ".torn-") {
        if let Some(mut file) = disk::create_new(&kept)? {
            file.write_all(torn)
                .and_then(|()| file.sync_all())
                .map_err(|e| unwritable(&kept, &e))?;
            return disk::sync_name(&kept).map(|()| kept);
        }
    }
    Err(changed(path))
}

/// That the unfinished end of the table at `path` is now in the file `kept`.
pub(super) fn dropped(path: &Path, kept: &Path) -> String {
    let name = kept.file_name().unwrap_or_default().to_string_lossy();
    format!("{}: dropped an unfinished last line, kept in {name}", path.display())
}

fn changed(path: &Path) -> Error {
    Error::runtime(format!("{} has changed while it was read", path.display()))
        .hint("something else writes to it: nothing was changed here; run the same command again")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A table that ends in `torn`, read and not yet cut.
    fn resumed(folder: &Path, torn: &str) -> (PathBuf, Table) {
        let path = folder.join("trials.csv");
        fs::write(&path, header() + torn).expect("it can be written");
        let (table, found) = Table::resume(path.clone()).expect("it can be read");
        assert_eq!(found.torn, torn.as_bytes());
        (path, table)
    }

    #[test]
    fn what_has_changed_since_it_was_read_is_not_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let later = [header() + "torn and more", header() + "other", header(), String::new()];
        for text in later {
            let (path, mut table) = resumed(folder.path(), "torn");
            fs::write(&path, &text).expect("it can be written");
            assert!(table.cut(b"torn").is_err());
            assert_eq!(fs::read_to_string(&path).expect("there"), text);
        }
        let (path, mut table) = resumed(folder.path(), "torn");
        fs::rename(&path, folder.path().join("moved")).expect("it can be moved");
        assert!(table.cut(b"torn").is_err());
        fs::write(&path, "a new one").expect("it can be written");
        assert!(table.cut(b"torn").is_err());
        assert_eq!(fs::read_to_string(&path).expect("there"), "a new one");
        assert!(!folder.path().join("trials.csv.torn-1").exists());
    }

    #[test]
    fn a_table_that_is_cut_short_or_grows_meanwhile_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        for text in [header() + "more", header()[..10].to_owned()] {
            let (path, mut table) = resumed(folder.path(), "");
            table.cut(b"").expect("nothing to cut");
            table.finish().expect("as it was left");
            fs::write(&path, &text).expect("it can be written");
            let error = table.finish().expect_err("it has changed");
            assert!(error.message().contains("was changed while the study was running"), "{error}");
            assert_eq!(fs::read_to_string(&path).expect("there"), text, "nothing is cut or filled");
        }
    }

    #[test]
    fn a_header_that_is_not_whole_is_completed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("trials.csv");
        for length in 0..header().len() {
            fs::write(&path, &header()[..length]).expect("it can be written");
            let (mut table, found) = Table::resume(path.clone()).expect("it can be read");
            assert_eq!(table.cut(&found.torn).expect("it can be completed"), None);
            table.finish().expect("as it was left");
            assert_eq!(fs::read_to_string(&path).expect("there"), header());
        }
    }
}
