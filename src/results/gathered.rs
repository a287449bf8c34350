//! All tables of trials in a folder, as one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk;
use super::name::TrialName;
use super::provenance;
use super::read::{Loaded, read};
use super::record::Record;
use super::row::{difference, same_result};
use super::shard::Shard;
use super::strict::Found;
use super::trials::Trials;
use crate::error::{Error, Result};
use crate::sample::simd::arithmetic;

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
    /// Of those, the ones that two kinds of processors rounded differently, and how far apart.
    rounded: usize,
    apart: f64,
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
        notes.extend(gathered.note());
        Ok((gathered, notes))
    }

    /// Rows that an earlier table had as well.
    #[must_use]
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// What the reader should know of trials that more than one table has.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        (self.rounded > 0).then(|| {
            format!(
                "{} trials were measured on processors of two kinds, which round differently, by up \
                 to {:.1e}: the first row of each counts",
                self.rounded, self.apart
            )
        })
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
            } else {
                if !same_result(&self.records[first], &record) {
                    self.excuse(first, table, path, &record)?;
                }
                self.duplicates += 1;
            }
        }
        Ok(())
    }

    /// Lets a trial pass that `record` and the row `first` of another table say differently, if
    /// two kinds of processors measured it.
    fn excuse(&mut self, first: usize, table: usize, path: &Path, record: &Record) -> Result<()> {
        let (known, other) = (&self.records[first], &self.tables[table]);
        let kinds = (kind(other, known), kind(path, record));
        let two = matches!(&kinds, (Some(a), Some(b)) if a != b);
        let apart = difference(known, record).filter(|_| two);
        let apart = apart.ok_or_else(|| disagreement(other, path, known, record))?;
        self.rounded += 1;
        self.apart = self.apart.max(apart);
        Ok(())
    }
}

/// The kind of processor that measured `record`, a row of `table`, if its manifest says.
fn kind(table: &Path, record: &Record) -> Option<String> {
    let manifest = provenance::of_row(table.parent()?, record).ok()?;
    (!manifest.simd.is_empty()).then(|| arithmetic(&manifest.simd).to_owned())
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
        "a trial has the same bits on all processors of one kind: `secateur rerun FOLDER --trial {}` \
         shows which table is wrong; delete its rows",
        TrialName::of(a)
    ))
}

fn or_failed(record: &Record) -> String {
    record.risk().map_or_else(|| "failed".to_owned(), |risk| risk.to_string())
}
