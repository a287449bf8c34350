//! Tables of shards, or of other folders, into one.

use std::path::{Path, PathBuf};

use super::gathered::{Gathered, TRIALS, tables};
use super::growing::{dropped, keep};
use super::lock::Lock;
use super::manifest::{MANIFEST, manifests};
use super::record::Record;
use super::row::{header, line};
use super::strict::Found;
use super::{disk, provenance};
use crate::error::{Error, Result};

/// Folder that merged tables of shards are moved to.
const MERGED: &str = "merged";

/// What was merged.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Tables that were read.
    pub tables: usize,
    /// Trials of all of them together.
    pub trials: usize,
    /// Rows that another table had as well.
    pub duplicates: usize,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Writes the trials of all tables in `folder` and in the folders `sources` into
/// `folder/trials.csv`, whole or not at all. The manifests of the runs come along; the tables
/// of shards in `folder` are moved to `folder/merged`. The sources stay as they are.
///
/// # Errors
/// When a source has no trials, a table is not one that this version wrote, is damaged or
/// contradicts another, or `folder` cannot be read and written. Nothing is changed then.
pub fn merge(folder: &Path, sources: &[PathBuf]) -> Result<Merged> {
    disk::make_folders(folder)?;
    let held = Lock::take(folder, None)?;
    disk::sweep(folder);
    let own = tables(folder)?;
    let mut paths = own.clone();
    for source in sources {
        let found = tables(source)?;
        if found.is_empty() {
            return Err(Error::usage(format!("{} has no table of trials", source.display()))
                .hint("give a folder of results, which has a trials.csv or tables of shards"));
        }
        paths.extend(found);
    }
    let (mut gathered, mut torn) = (Gathered::default(), None);
    for path in &paths {
        let found = Found::parse(path, &disk::read(path)?)?;
        gathered.add(path, found.records)?;
        // The other tables stay whole, here or in the folder of merged ones.
        if path.ends_with(TRIALS) && own.contains(path) && found.whole > 0 {
            torn = Some((path, found.torn)).filter(|(_, torn)| !torn.is_empty());
        }
    }
    let duplicates = gathered.duplicates();
    let mut notes = held.notes.clone();
    notes.extend(gathered.note());
    let trials = gathered.trials()?;
    if let Some((path, torn)) = torn {
        notes.push(dropped(path, &keep(path, &torn)?));
    }
    disk::replace(&folder.join(TRIALS), &table_of(trials.records()))?;
    let of_shards = manifests(folder)?;
    notes.extend(provenance::collect(folder, sources, trials.records())?);
    put_away(folder, [own, of_shards].concat())?;
    Ok(Merged { tables: paths.len(), trials: trials.records().len(), duplicates, notes })
}

fn table_of(records: &[Record]) -> Vec<u8> {
    let mut table = header().into_bytes();
    for record in records {
        table.extend(line(record));
    }
    table
}

/// Moves `done`, the files whose content is now in `trials.csv` and `manifest.json`, out of the
/// way.
fn put_away(folder: &Path, mut done: Vec<PathBuf>) -> Result<()> {
    let merged = folder.join(MERGED);
    done.retain(|path| !path.ends_with(TRIALS) && !path.ends_with(MANIFEST));
    if done.is_empty() {
        return Ok(());
    }
    disk::make_folder(&merged)?;
    for path in &done {
        let to = merged.join(path.file_name().unwrap_or_default());
        disk::rename_free(path, std::iter::once(to.clone()).chain(disk::numbered(&to, ".")))?;
    }
    disk::sync_name(&merged.join(TRIALS))?;
    disk::sync_name(&merged)
}
