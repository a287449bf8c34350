//! `limit.csv`: n\* of cells in the limit simulation, so that it is computed once.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk;
use super::table::{signed_rows, signed_table};
use crate::error::Result;
use crate::model::LimitPoint;
use crate::model::problem::Series;

/// Its name.
pub const LIMITS: &str = "limit.csv";

/// n\* of a cell at a risk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Key of all that can change it but the risk.
    pub cell: String,
    /// Input dimension d.
    pub d: usize,
    /// The risk τ.
    pub threshold: f64,
    /// n\*, if the mean risk ever falls to τ.
    pub n_star: Option<f64>,
    /// Standard error of ln n\*.
    pub se_ln: Option<f64>,
}

impl Row {
    /// What it says.
    #[must_use]
    pub fn point(&self) -> Option<LimitPoint> {
        let (n_star, error) = self.n_star.zip(self.se_ln)?;
        Some(LimitPoint { n_star, error })
    }
}

/// The rows in `folder`, none if there is no table.
///
/// # Errors
/// When the table cannot be read or is damaged.
pub fn read(folder: &Path) -> Result<Vec<(Series, Row)>> {
    let path = folder.join(LIMITS);
    if disk::kind(&path)?.is_none() {
        return Ok(Vec::new());
    }
    signed_rows(&path, "delete it: it is computed again")
}

/// Writes the table, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, rows: &[(Series, Row)]) -> Result<()> {
    let table = signed_table(rows.iter().map(|(series, row)| (series, row)), None);
    disk::replace(&folder.join(LIMITS), &table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_as_it_was_written_and_not_once_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
        let row = |n_star: Option<f64>| Row {
            cell: "00ff".to_owned(),
            d: 64,
            threshold: 0.5,
            n_star,
            se_ln: n_star.map(|_| 0.01),
        };
        let series = Series { learner: "unpruned".to_owned(), ..Series::default() };
        let rows = [(series.clone(), row(Some(1.0 / 3.0))), (series, row(None))];
        write(folder.path(), &rows).unwrap();
        assert_eq!(read(folder.path()).unwrap(), rows);
        let path = folder.path().join(LIMITS);
        let text = String::from_utf8(disk::read(&path).unwrap()).unwrap();
        disk::replace(&path, text.replace("0.33", "0.34").as_bytes()).unwrap();
        let error = read(folder.path()).unwrap_err();
        assert!(error.message().contains("limit.csv, line 2"), "{}", error.message());
    }
}
