//! All tables of trials in a folder, as one.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::TRIALS;
use crate::error::{Error, Result};
use crate::record::{self, Record, TrialName};
use crate::study::shard::Shard;

/// The tables of trials in `folder`: `trials.csv`, then those of shards by name.
#[must_use]
pub fn tables(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_table = |name: &str| name == TRIALS || Shard::of_file(name, "trials", ".csv").is_some();
    let names = entries.filter_map(|e| e.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|n| is_table(n)).collect();
    names.sort_by_key(|name| (name != TRIALS, name.len(), name.clone()));
    names.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect()
}

/// Where a trial is: its number in the records, and that of its table.
type Place = (usize, usize);

/// Trials of several tables, each once.
#[derive(Debug, Default)]
pub struct Trials {
    records: Vec<Record>,
    tables: Vec<PathBuf>,
    duplicates: usize,
    /// Where the trial of a cell, n and index is.
    found: HashMap<String, HashMap<(u64, u32), Place>>,
}

impl Trials {
    /// Reads the tables of trials at `paths`; a trial that several hold counts once. Beside
    /// them what the reader should know.
    ///
    /// # Errors
    /// Those of [`record::read`], and when two tables disagree about a trial.
    pub fn read(paths: &[PathBuf]) -> Result<(Self, Vec<String>)> {
        let mut trials = Self::default();
        let mut notes = Vec::new();
        for path in paths {
            let loaded = record::read(path)?;
            notes.extend(loaded.notes);
            trials.add(path, loaded.records)?;
        }
        Ok((trials, notes))
    }

    /// Rows that an earlier table had as well.
    #[must_use]
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// All records, without the way to find them.
    #[must_use]
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// Adds the records of the table at `path`.
    ///
    /// # Errors
    /// When one of them disagrees with what another table says of the same trial.
    pub(super) fn add(&mut self, path: &Path, records: Vec<Record>) -> Result<()> {
        self.tables.push(path.to_owned());
        for record in records {
            let place = (self.records.len(), self.tables.len() - 1);
            let cell = match self.found.get_mut(&record.cell) {
                Some(cell) => cell,
                None => self.found.entry(record.cell.clone()).or_default(),
            };
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

    /// The record of a trial.
    #[must_use]
    pub fn find(&self, cell: &str, n: u64, trial: u32) -> Option<&Record> {
        self.found.get(cell)?.get(&(n, trial)).map(|&(i, _)| &self.records[i])
    }

    /// All of them.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Trials of a cell, at all sample sizes.
    #[must_use]
    pub fn count(&self, cell: &str) -> usize {
        self.found.get(cell).map_or(0, HashMap::len)
    }
}

/// Whether two records say the same, bit by bit; wall time and provenance aside.
#[must_use]
pub fn same_result(a: &Record, b: &Record) -> bool {
    let bare = |r: &Record| {
        let lasting = Record { seconds: 0.0, manifest: String::new(), ..r.clone() };
        record::fields(&lasting)
    };
    bare(a) == bare(b)
}

fn disagreement(first: &Path, second: &Path, a: &Record, b: &Record) -> Error {
    Error::runtime(format!(
        "{} and {} disagree about cell {}, n = {}, trial {}: risk {} and {}",
        first.display(),
        second.display(),
        a.cell,
        a.n,
        a.trial,
        a.risk,
        b.risk
    ))
    .hint(format!(
        "a trial has the same bits on every machine: `secateur rerun FOLDER --trial {}` shows \
         which table is wrong; delete its rows",
        TrialName::of(a)
    ))
}
