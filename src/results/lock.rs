//! Who may write into a results folder.
//!
//! `.lock` is held alone by a process that runs the whole study, and shared by those that run
//! shards of it, each of which also holds the lock of its shard alone. A lock belongs to an
//! open file and goes with its process, however that ends: a lock file is never in the way.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use super::disk::{self, unwritable};
use super::machine;
use super::shard::Shard;
use crate::error::{Error, Result};
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
        let mut own = acquire(&path, shard.is_some(), folder, &mut notes)?;
        let mut shared = None;
        if let Some(shard) = shard {
            // A name in a lock that shards share is that of a process that has died.
            succeed(&mut own, "", &path, &mut notes)?;
            let path = folder.join(shard.file(LOCK, ""));
            let of_shard = acquire(&path, false, folder, &mut notes)?;
            shared = Some(std::mem::replace(&mut own, of_shard));
        }
        let path = folder.join(shard.map_or(LOCK.to_owned(), |s| s.file(LOCK, "")));
        succeed(&mut own, &Holder::this().line(), &path, &mut notes)?;
        Ok(Self { own, _shared: shared, notes })
    }
}

/// Writes the name of the new holder into the lock at `path`; a name found there is that of a
/// process that died with it.
fn succeed(lock: &mut File, name: &str, path: &Path, notes: &mut Vec<String>) -> Result<()> {
    let text = read(lock).map_err(|e| disk::failed("read", path, &e))?;
    // Whatever else has the name of a lock, or is a second name of something, stays whole.
    let is_name = text.starts_with(|c: char| c.is_ascii_digit()) && text.lines().count() == 1;
    if !text.is_empty() && !is_name {
        return Err(Error::runtime(format!("{} is not a lock of secateur", path.display()))
            .hint("it holds something else: look at it, and move it away"));
    }
    if let Some(dead) = Holder::parse(&text) {
        notes.push(format!(
            "{dead} ended without finishing its run in {}; its lock no longer counts",
            path.parent().unwrap_or(path).display()
        ));
    }
    sign(lock, name).map_err(|e| unwritable(path, &e))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A name that stays behind is one note too many, no more.
        let _ = sign(&mut self.own, "");
    }
}

/// Takes the lock at `path`, alone or shared, and makes its file where there is none.
fn acquire(path: &Path, shared: bool, folder: &Path, notes: &mut Vec<String>) -> Result<File> {
    const TRIES: usize = 10;
    for _ in 0..TRIES {
        let there = disk::open_own(path)?;
        let Some(file) = there.map_or_else(|| disk::create_new(path), |file| Ok(Some(file)))?
        else {
            continue;
        };
        let tried = if shared { file.try_lock_shared() } else { file.try_lock() };
        judge(tried, folder, path, notes)?;
        // In between the folder may have been moved aside, and the lock with it.
        if disk::is_at(&file, path).unwrap_or(false) {
            return Ok(file);
        }
    }
    Err(unwritable(path, &"it comes and goes"))
}

/// Writes who holds the lock; an empty text once nobody does.
fn sign(file: &mut File, text: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(text.as_bytes())
}

/// The beginning of what a lock holds.
fn read(file: &mut File) -> io::Result<String> {
    let mut text = Vec::new();
    file.take(1000).read_to_end(&mut text)?;
    // Zeros are what a crash of the machine may leave.
    Ok(String::from_utf8_lossy(&text).trim_matches('\0').to_owned())
}

fn judge(
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
    // Who it is may remain unknown: that somebody is there is certain.
    let holder = |path: &Path| {
        let mut lock = disk::open_own(path).ok()??;
        let held = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
        held.then(|| Holder::parse(&read(&mut lock).ok()?)).flatten()
    };
    let names = || disk::list(folder).unwrap_or_default();
    let mut shards = names().into_iter().filter(|name| Shard::of_file(name, LOCK, "").is_some());
    let who = holder(path).or_else(|| shards.find_map(|name| holder(&folder.join(name))));
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

    fn parse(text: &str) -> Option<Self> {
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
