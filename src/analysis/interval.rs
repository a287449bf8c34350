//! Values with their uncertainty.

use serde::{Deserialize, Serialize};

/// Whether, and on which side, the crossing lies outside the sample sizes that were run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Censoring {
    /// The mean risk crosses the threshold inside the range.
    None,
    /// Already below the threshold at the smallest n: n* ≤ `n_star`.
    Below,
    /// Never below the threshold: n* > `n_star`.
    Above,
}

/// An estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Point estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}
