//! Who may write into a results folder.
//!
//! `.lock` is held alone by a process that runs the whole study, and shared by those that run
//! shards of it, each of which also holds the lock of its shard alone. A lock belongs to an
//! open file and goes with its process, however that ends: a lock file is never in the way.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::unwritable;
use crate::error::{Error, Result};
use crate::study::machine;
use crate::study::shard::Shard;
use crate::words::duration;

/// Stem of the names of lock files.
const LOCK: &str = ".lock";

/// A results folder that is ours until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    /// The file that says who holds it.
    own: File,
    /// For a shard, the lock that it shares with others.
    _shared: Option<File>,
    /// What the user should know.
    pub(super) notes: Vec<String>,
}

impl Lock {
    /// Takes `folder` for the whole study, or for one shard of it.
    ///
    /// # Errors
    /// When another process holds it, or it cannot be written.
    pub(super) fn take(folder: &Path, shard: Option<Shard>) -> Result<Self> {
        let mut notes = Vec::new();
        let path = folder.join(LOCK);
        let mut own = open(&path).map_err(|e| unwritable(folder, &e))?;
        let mut shared = None;
        if let Some(shard) = shard {
            lock(own.try_lock_shared(), folder, &path, &mut notes)?;
            // A name in a lock that shards share is that of a process that has died.
            succeed(&mut own, "", folder, &mut notes)?;
            let path = folder.join(shard.file(LOCK, ""));
            let of_shard = open(&path).map_err(|e| unwritable(folder, &e))?;
            shared = Some(std::mem::replace(&mut own, of_shard));
            lock(own.try_lock(), folder, &path, &mut notes)?;
        } else {
            lock(own.try_lock(), folder, &path, &mut notes)?;
        }
        succeed(&mut own, &Holder::this().line(), folder, &mut notes)?;
        Ok(Self { own, _shared: shared, notes })
    }
}

/// Writes the name of the new holder into a lock; a name found there is that of a process
/// that died with it.
fn succeed(lock: &mut File, name: &str, folder: &Path, notes: &mut Vec<String>) -> Result<()> {
    if let Some(dead) = Holder::read(lock) {
        notes.push(format!(
            "{dead} ended without finishing its run in {}; its lock no longer counts",
            folder.display()
        ));
    }
    sign(lock, name).map_err(|e| unwritable(folder, &e))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A name that stays behind is one note too many, no more.
        let _ = sign(&mut self.own, "");
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)
}

/// Writes who holds the lock; an empty text once nobody does.
fn sign(file: &mut File, text: &str) -> io::Result<()> {
    file.set_len(0)?;
    io::Seek::rewind(file)?;
    file.write_all(text.as_bytes())
}

fn lock(
    tried: std::result::Result<(), TryLockError>,
    folder: &Path,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<()> {
    match tried {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(taken(folder, path)),
        Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => {
            notes.push(format!(
                "the file system of {} has no locks: see to it that no other process runs the \
                 same study there",
                folder.display()
            ));
            Ok(())
        }
        Err(TryLockError::Error(e)) => Err(unwritable(folder, &e)),
    }
}

fn taken(folder: &Path, path: &Path) -> Error {
    let held = |path: &PathBuf| {
        let lock = open(path).ok()?;
        matches!(lock.try_lock(), Err(TryLockError::WouldBlock)).then_some(lock)
    };
    let holder = |path: &PathBuf| Holder::read(&mut held(path)?);
    let who = holder(&path.to_owned()).or_else(|| shard_locks(folder).iter().find_map(holder));
    let shown = folder.display();
    let message = match who {
        Some(who) => {
            let since = machine::now().saturating_sub(who.since);
            format!("{who} is running a study in {shown}, for {} by now", duration(since as f64))
        }
        None => format!("another process is running a study in {shown}"),
    };
    Error::runtime(message).hint("wait for it, stop it, or choose another --out")
}

/// The lock files of shards in `folder`.
fn shard_locks(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = |name: &str| Shard::of_file(name, LOCK, "").is_some();
    entries.filter(|e| e.file_name().to_str().is_some_and(ours)).map(|e| e.path()).collect()
}

/// The process that holds a lock.
struct Holder {
    process: u32,
    host: String,
    /// Seconds since 1970 UTC.
    since: u64,
}

impl Holder {
    fn this() -> Self {
        Self { process: std::process::id(), host: machine::host(), since: machine::now() }
    }

    fn line(&self) -> String {
        format!("{} {} {}\n", self.process, self.since, self.host)
    }

    fn read(file: &mut File) -> Option<Self> {
        let mut text = String::new();
        file.take(1000).read_to_string(&mut text).ok()?;
        let mut words = text.split_whitespace();
        let (process, since) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(Self { process, since, host: words.next().unwrap_or_default().to_owned() })
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {}", self.process)?;
        if self.host.is_empty() { Ok(()) } else { write!(f, " on {}", self.host) }
    }
}
