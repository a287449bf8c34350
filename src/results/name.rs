//! What a trial is called.

use std::fmt;
use std::str::FromStr;

use super::header::shown;
use super::record::Record;
use crate::{Error, Result};

/// The name CELL/N/TRIAL of a trial: its cell, sample size and index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialName {
    /// Key of the cell.
    pub cell: String,
    /// Total number of samples.
    pub n: u64,
    /// Trial index.
    pub trial: u32,
}

impl TrialName {
    /// The name of the trial that `record` is of.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        Self { cell: record.cell.to_string(), n: record.n, trial: record.trial }
    }
}

impl fmt::Display for TrialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.cell, self.n, self.trial)
    }
}

impl FromStr for TrialName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parts = text.split('/');
        let mut next = || parts.next().unwrap_or_default();
        let (cell, n, trial) = (next().to_owned(), next().parse(), next().parse());
        match (n, trial, parts.next()) {
            (Ok(n), Ok(trial), None) if !cell.is_empty() => Ok(Self { cell, n, trial }),
            _ => Err(Error::usage(format!(
                "`{}` does not name a trial: write CELL/N/TRIAL, the columns cell, n and trial of \
                 its row",
                shown(text)
            ))),
        }
    }
}
