//! Trials that belong together: checked once, grouped once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::name::TrialName;
use super::record::{Fault, Record};
use crate::model::problem::Series;
use crate::{Error, Result};

/// Trials by cell, in order of series, d, cell, n and trial, whatever order they came in.
#[derive(Clone, Debug, Default)]
pub struct Trials {
    records: Vec<Record>,
    cells: Vec<CellTrials>,
    /// Where a cell is among `cells`.
    found: HashMap<Arc<str>, usize>,
}

/// A cell of which there are trials.
#[derive(Clone, Debug, PartialEq)]
pub struct CellTrials {
    /// Key of the cell.
    pub key: Arc<str>,
    /// Its series.
    pub series: Arc<Series>,
    /// Its dimension d.
    pub d: usize,
    /// Its number of relevant rows s.
    pub s: Option<usize>,
    /// Where its records are.
    range: Range<usize>,
}

impl Trials {
    /// Groups and checks `records`.
    ///
    /// # Errors
    /// When a record is impossible ([`Record::fault`]) or doubled, or a cell stands for two
    /// things.
    pub fn new(mut records: Vec<Record>) -> Result<Self> {
        if let Some((record, fault)) = records.iter().find_map(|r| Some((r, r.fault()?))) {
            let Fault { column, found, wanted } = fault;
            let message = format!("{}: `{column}` is {found}, not {wanted}", in_words(record));
            return Err(Error::runtime(message));
        }
        let mut cells = cells(&records)?;
        cells.sort_by(|a, b| (&a.series, a.d, &a.key).cmp(&(&b.series, b.d, &b.key)));
        let found: HashMap<Arc<str>, usize> =
            cells.iter().enumerate().map(|(i, cell)| (cell.key.clone(), i)).collect();
        records.sort_by_cached_key(|r| (found[&r.cell], r.n, r.trial));
        let same = |a: &Record, b: &Record| (&a.cell, a.n, a.trial) == (&b.cell, b.n, b.trial);
        if let Some([twin, ..]) = records.windows(2).find(|pair| same(&pair[0], &pair[1])) {
            return Err(Error::runtime(format!("{} is recorded twice", in_words(twin)))
                .hint("each trial counts once; remove one of the two rows"));
        }
        let mut start = 0;
        for (cell, of_cell) in cells.iter_mut().zip(records.chunk_by(|a, b| a.cell == b.cell)) {
            cell.range = start..start + of_cell.len();
            start = cell.range.end;
        }
        Ok(Self { records, cells, found })
    }

    /// All records.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The cells, in order of series and d.
    #[must_use]
    pub fn cells(&self) -> &[CellTrials] {
        &self.cells
    }

    /// The records of a cell, in order of n and trial.
    #[must_use]
    pub fn of(&self, cell: &CellTrials) -> &[Record] {
        self.records.get(cell.range.clone()).unwrap_or_default()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The cell with the key `key`.
    #[must_use]
    pub fn cell(&self, key: &str) -> Option<&CellTrials> {
        self.found.get(key).map(|&at| &self.cells[at])
    }

    /// The record of a trial.
    #[must_use]
    pub fn find(&self, cell: &str, n: u64, trial: u32) -> Option<&Record> {
        let records = self.of(self.cell(cell)?);
        let at = records.binary_search_by_key(&(n, trial), |r| (r.n, r.trial)).ok()?;
        records.get(at)
    }

    /// Trials of a cell, at all sample sizes.
    #[must_use]
    pub fn count(&self, cell: &str) -> usize {
        self.cell(cell).map_or(0, |cell| cell.range.len())
    }

    /// Those of the cells that `keep` names.
    ///
    /// # Errors
    /// None: what was checked stays right.
    pub fn retain(self, keep: impl Fn(&str) -> bool) -> Result<Self> {
        Self::new(self.records.into_iter().filter(|r| keep(&r.cell)).collect())
    }
}

/// A trial in words.
fn in_words(record: &Record) -> String {
    let TrialName { cell, n, trial } = TrialName::of(record);
    format!("cell {cell}, n = {n}, trial {trial}")
}

/// The cells of `records`, each of which has to stand for one thing.
fn cells(records: &[Record]) -> Result<Vec<CellTrials>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut cells: Vec<CellTrials> = Vec::new();
    for record in records {
        let at = *places.entry(&record.cell).or_insert_with(|| {
            cells.push(CellTrials {
                key: record.cell.clone(),
                series: record.series.clone(),
                d: record.d,
                s: record.s,
                range: 0..0,
            });
            cells.len() - 1
        });
        let CellTrials { series, d, s, .. } = &cells[at];
        if (series, *d, *s) != (&record.series, record.d, record.s) {
            return Err(Error::runtime(format!(
                "cell {} stands for two things: {series} at d = {d} and {} at d = {}",
                record.cell, record.series, record.d,
            ))
            .hint(
                "a cell key hashes everything that can change its numbers; were rows edited by \
                 hand?",
            ));
        }
    }
    Ok(cells)
}
