//! Tables of shards, or of other folders, into one.

use std::fs;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::tables::{Gathered, tables};
use super::{TRIALS, unwritable};
use crate::error::{Error, Result};
use crate::replace::replace_file;
use crate::results::{self, Record};
use crate::study::manifest::{MANIFEST, MANIFESTS, Manifest, manifests};

/// Folder that merged tables of shards are moved to.
const MERGED: &str = "merged";

/// What was merged.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Tables that were read.
    pub tables: usize,
    /// Trials of all of them together.
    pub trials: usize,
    /// Rows that another table had as well, equal to the bit.
    pub duplicates: usize,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Writes the trials of all tables in `folder` and in the folders `sources` into
/// `folder/trials.csv`, whole or not at all. The manifests of the runs come along; the tables
/// of shards in `folder` are moved to `folder/merged`. The sources stay as they are.
///
/// # Errors
/// When a source has no trials, a table is damaged, two contradict each other, or `folder`
/// cannot be written. Nothing is changed then.
pub fn merge(folder: &Path, sources: &[PathBuf]) -> Result<Merged> {
    fs::create_dir_all(folder).map_err(|e| unwritable(folder, &e))?;
    let _held = Lock::take(folder, None)?;
    let mut read = tables(folder);
    for source in sources {
        let found = tables(source);
        if found.is_empty() {
            return Err(Error::usage(format!("{} has no table of trials", source.display()))
                .hint("give a folder of results, which has a trials.csv or tables of shards"));
        }
        read.extend(found);
    }
    let (gathered, notes) = Gathered::read(&read)?;
    let duplicates = gathered.duplicates();
    let trials = gathered.trials()?;
    write(folder, trials.records())?;
    collect_manifests(folder, sources)?;
    put_away(folder)?;
    let trials = trials.records().len();
    Ok(Merged { tables: read.len(), trials, duplicates, notes })
}

fn write(folder: &Path, records: &[Record]) -> Result<()> {
    let path = folder.join(TRIALS);
    let mut table = results::header().into_bytes();
    for record in records {
        table.extend(results::line(record));
    }
    replace_file(&path, &table).map_err(|e| unwritable(&path, &e))
}

/// Brings the manifests of the sources here, and makes the latest of all `manifest.json`.
fn collect_manifests(folder: &Path, sources: &[PathBuf]) -> Result<()> {
    let all = folder.join(MANIFESTS);
    fs::create_dir_all(&all).map_err(|e| unwritable(&all, &e))?;
    for source in sources {
        for entry in fs::read_dir(source.join(MANIFESTS)).into_iter().flatten().flatten() {
            let to = all.join(entry.file_name());
            if !to.exists() {
                fs::copy(entry.path(), &to).map_err(|e| unwritable(&to, &e))?;
            }
        }
    }
    let here = std::iter::once(folder).chain(sources.iter().map(PathBuf::as_path));
    let latest = here.filter_map(Manifest::read).max_by_key(|m| m.started);
    latest.map_or(Ok(()), |manifest| Manifest { shard: None, ..manifest }.write(folder))
}

/// Moves what `trials.csv` now holds out of the way.
fn put_away(folder: &Path) -> Result<()> {
    let merged = folder.join(MERGED);
    let done = tables(folder).into_iter().chain(manifests(folder));
    for path in done.filter(|p| !p.ends_with(TRIALS) && !p.ends_with(MANIFEST)) {
        fs::create_dir_all(&merged).map_err(|e| unwritable(&merged, &e))?;
        let to = free(&merged.join(path.file_name().unwrap_or_default()));
        fs::rename(&path, &to).map_err(|e| unwritable(&to, &e))?;
    }
    Ok(())
}

/// `path`, or the first of `path.1`, `path.2`, … that does not exist yet.
fn free(path: &Path) -> PathBuf {
    let numbered = |i: u32| PathBuf::from(format!("{}.{i}", path.display()));
    let mut candidates = std::iter::once(path.to_owned()).chain((1..).map(numbered));
    candidates.find(|p| !p.exists()).unwrap_or_else(|| path.to_owned())
}
