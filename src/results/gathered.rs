//! All tables of trials in a folder, as one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk;
use super::name::TrialName;
use super::read::{Loaded, read};
use super::record::Record;
use super::row::same_result;
use super::shard::Shard;
use super::strict::Found;
use super::trials::Trials;
use crate::error::{Error, Result};

/// Name of the file of records in a results folder.
pub const TRIALS: &str = "trials.csv";

/// The tables of trials in `folder`: `trials.csv`, then those of shards by name.
///
/// # Errors
/// When the folder is there and cannot be listed.
pub fn tables(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_table = |name: &str| name == TRIALS || Shard::of_file(name, "trials", ".csv").is_some();
    let mut names = disk::list(folder)?;
    names.retain(|name| is_table(name));
    names.sort_by_key(|name| (name != TRIALS, name.len(), name.clone()));
    Ok(names.iter().map(|name| folder.join(name)).collect())
}

/// Number of a record, and of the table that it is from.
type Spot = (usize, usize);

/// Trials of several tables, each once.
#[derive(Debug, Default)]
pub struct Gathered {
    records: Vec<Record>,
    tables: Vec<PathBuf>,
    duplicates: usize,
    /// Where the trial of a cell, n and index is: its number in the records, and its table.
    found: HashMap<Arc<str>, HashMap<(u64, u32), Spot>>,
}

impl Gathered {
    /// Reads the tables of trials at `paths`; a trial that several hold counts once. Beside
    /// them what the reader should know.
    ///
    /// # Errors
    /// Those of [`read`], and when two tables disagree about a trial.
    pub fn read(paths: &[PathBuf]) -> Result<(Self, Vec<String>)> {
        let mut gathered = Self::default();
        let mut notes = Vec::new();
        for path in paths {
            let loaded = read(path).or_else(|error| unfinished(path).ok_or(error))?;
            notes.extend(loaded.notes);
            gathered.add(path, loaded.records)?;
        }
        Ok((gathered, notes))
    }

    /// Rows that an earlier table had as well.
    #[must_use]
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// The trials.
    ///
    /// # Errors
    /// Those of [`Trials::new`].
    pub fn trials(self) -> Result<Trials> {
        Trials::new(self.records)
    }

    /// Adds the records of the table at `path`.
    ///
    /// # Errors
    /// When one of them disagrees with what another table says of the same trial.
    pub(super) fn add(&mut self, path: &Path, records: Vec<Record>) -> Result<()> {
        self.tables.push(path.to_owned());
        for record in records {
            let place = (self.records.len(), self.tables.len() - 1);
            let cell = self.found.entry(record.cell.clone()).or_default();
            let (first, table) = *cell.entry((record.n, record.trial)).or_insert(place);
            if first == place.0 {
                self.records.push(record);
            } else if !same_result(&self.records[first], &record) {
                return Err(disagreement(&self.tables[table], path, &self.records[first], &record));
            } else {
                self.duplicates += 1;
            }
        }
        Ok(())
    }
}

/// The whole rows of a table of this version whose last row is not finished, whatever line ends
/// that row has.
fn unfinished(path: &Path) -> Option<Loaded> {
    let found = Found::parse(path, &disk::read(path).ok()?).ok()?;
    let note = format!("{}: an unfinished last line is left out", path.display());
    (!found.torn.is_empty()).then(|| Loaded { records: found.records, notes: vec![note] })
}

fn disagreement(first: &Path, second: &Path, a: &Record, b: &Record) -> Error {
    Error::runtime(format!(
        "{} and {} disagree about cell {}, n = {}, trial {}: risk {} and {}",
        first.display(),
        second.display(),
        a.cell,
        a.n,
        a.trial,
        or_failed(a),
        or_failed(b)
    ))
    .hint(format!(
        "a trial has the same bits on every machine: `secateur rerun FOLDER --trial {}` shows \
         which table is wrong; delete its rows",
        TrialName::of(a)
    ))
}

fn or_failed(record: &Record) -> String {
    record.risk().map_or_else(|| "failed".to_owned(), |risk| risk.to_string())
}
