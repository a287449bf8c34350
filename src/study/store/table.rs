//! One growing table of trials, written by this process alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::unwritable;
use crate::error::{Error, Result};
use crate::results::{self, Record};

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
    failed: bool,
    looked: Instant,
    synced: Instant,
}

impl Table {
    /// Opens the table at `path`, whose first `whole` bytes are whole rows, and cuts off the
    /// rest. A table without any gets its header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn open(path: PathBuf, whole: u64) -> Result<Self> {
        let now = Instant::now();
        let opened = || {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.set_len(whole)?;
            if whole == 0 {
                let header = results::header();
                file.write_all(header.as_bytes())?;
                return Ok((file, header.len() as u64));
            }
            Ok((file, whole))
        };
        let (file, whole) = opened().map_err(|e| unwritable(&path, &e))?;
        Ok(Self { path, file, whole, failed: false, looked: now, synced: now })
    }

    /// Adds a row: whole, or not at all.
    ///
    /// # Errors
    /// When it cannot be written, or the table is no longer where it was.
    pub(super) fn append(&mut self, record: &Record) -> Result<()> {
        if self.failed {
            return Err(self.unwritten(&io::Error::other("an earlier row could not be written")));
        }
        let line = results::line(record);
        if let Err(error) = self.file.write_all(&line) {
            self.failed = true;
            // Should this fail as well, the next run cuts the torn row off.
            let _ = self.file.set_len(self.whole);
            return Err(self.unwritten(&error));
        }
        self.whole += line.len() as u64;
        if self.looked.elapsed() >= LOOK_EVERY {
            self.looked = Instant::now();
            self.look()?;
        }
        if self.synced.elapsed() >= SYNC_EVERY {
            self.finish()?;
        }
        Ok(())
    }

    /// Makes the disk keep all rows.
    ///
    /// # Errors
    /// When it cannot, or the table is no longer where it was.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.synced = Instant::now();
        self.look()?;
        self.file.sync_data().map_err(|e| self.unwritten(&e))
    }

    /// Whether the table's name still stands for the file that is written.
    fn look(&mut self) -> Result<()> {
        if is_same(&self.file, &self.path).unwrap_or(false) {
            return Ok(());
        }
        self.failed = true;
        Err(Error::runtime(format!("{} has vanished while the study was running", self.path.display()))
            .hint("it was removed, renamed or replaced: what was written since is not in it; bring it back, or run the same command again to start anew"))
    }

    fn unwritten(&self, error: &dyn std::fmt::Display) -> Error {
        Error::runtime(format!("cannot write {}: {error}", self.path.display())).hint(
            "the trials written before are safe: free some space, then run the same command again",
        )
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (ours, there) = (file.metadata()?, std::fs::metadata(path)?);
    Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_same(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}
