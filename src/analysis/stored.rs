//! `thresholds.csv` and `exponents.csv` read again, for comparisons.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::estimate::{Analysis, Censoring, Exponent, Interval, Threshold};
use crate::Result;
use crate::model::problem::Series;
use crate::results::signed_rows;

/// What brings a damaged table back.
const WRITE: &str = "`secateur fit` writes both tables again from trials.csv";

/// n*(d) of one cell: what a comparison needs of a row of `thresholds.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// The series it belongs to.
    pub series: Series,
    /// Input dimension d.
    pub d: usize,
    /// The risk τ.
    pub threshold: f64,
    /// n*, or its bound.
    pub n_star: f64,
    /// Lower end of the 95 % interval.
    pub ci_low: f64,
    /// Upper end of the 95 % interval; infinite if open.
    pub ci_high: f64,
    /// Whether `n_star` is only a bound.
    pub censored: Censoring,
    /// Trials per sample size.
    pub trials: usize,
}

/// β of one series: what a comparison needs of a row of `exponents.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The series.
    pub series: Series,
    /// Uncensored dimensions.
    pub points: usize,
    /// The risk τ.
    pub threshold: f64,
    /// β, if it could be fitted.
    pub exponent: Option<Interval>,
    /// Its verdict, in the word of the table, if there is a prediction.
    pub verdict: Option<String>,
}

/// Both tables of one folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables {
    /// What to call them.
    pub name: String,
    /// The rows of `thresholds.csv`.
    pub cells: Vec<Cell>,
    /// The rows of `exponents.csv`.
    pub fits: Vec<Fit>,
}

impl Tables {
    /// Reads both tables of the folder `dir`. Columns are found by name, further ones ignored.
    ///
    /// # Errors
    /// A run-time error with file, line and column if a table cannot be read.
    pub fn read(dir: &Path) -> Result<Self> {
        let cells = signed_rows::<CellRow>(&dir.join("thresholds.csv"), WRITE)?;
        let fits = signed_rows::<FitRow>(&dir.join("exponents.csv"), WRITE)?;
        Ok(Self {
            name: dir.display().to_string(),
            cells: cells.into_iter().map(Cell::from).collect(),
            fits: fits.into_iter().map(Fit::from).collect(),
        })
    }

    /// The tables that would be written of `analysis`.
    #[must_use]
    pub fn of(name: &str, analysis: &Analysis) -> Self {
        Self {
            name: name.to_owned(),
            cells: analysis.thresholds.iter().map(Cell::from).collect(),
            fits: analysis.exponents.iter().chain(&analysis.pooled).map(Fit::from).collect(),
        }
    }
}

impl From<&Threshold> for Cell {
    fn from(t: &Threshold) -> Self {
        Self {
            series: t.series.clone(),
            d: t.d,
            threshold: t.threshold,
            n_star: t.n_star,
            ci_low: t.ci_low,
            ci_high: t.ci_high,
            censored: t.censored,
            trials: t.trials,
        }
    }
}

impl From<&Exponent> for Fit {
    fn from(e: &Exponent) -> Self {
        Self {
            series: e.series.clone(),
            points: e.points,
            threshold: e.threshold,
            exponent: e.exponent,
            verdict: e.verdict.map(|verdict| verdict.word().to_owned()),
        }
    }
}

#[derive(Deserialize)]
struct CellRow {
    d: usize,
    threshold: f64,
    n_star: f64,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    censored: Censoring,
    trials: usize,
}

impl From<(Series, CellRow)> for Cell {
    fn from((series, row): (Series, CellRow)) -> Self {
        Self {
            series,
            d: row.d,
            threshold: row.threshold,
            n_star: row.n_star,
            ci_low: row.ci_low.unwrap_or(0.0),
            ci_high: row.ci_high.unwrap_or(f64::INFINITY),
            censored: row.censored,
            trials: row.trials,
        }
    }
}

#[derive(Deserialize)]
struct FitRow {
    points: usize,
    threshold: f64,
    exponent: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    verdict: Option<String>,
}

impl From<(Series, FitRow)> for Fit {
    fn from((series, row): (Series, FitRow)) -> Self {
        let ends = row.ci_low.zip(row.ci_high);
        let exponent =
            row.exponent.zip(ends).map(|(value, (low, high))| Interval { value, low, high });
        Self {
            series,
            points: row.points,
            threshold: row.threshold,
            exponent,
            verdict: row.verdict,
        }
    }
}
