//! One dimension of a series with the bootstrap behind it.

use super::place::Place;
use super::resample::bootstrap_shortfall;
use super::slope::Dimension;
use super::stats::variance;
use super::threshold::Crossing;

/// One dimension of a series: what is fitted, and its bootstrap.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Dimension d.
    pub d: usize,
    /// What the law is a power of: d, or another size.
    pub size: f64,
    /// ln n*, the logarithm of a ratio of two n*, or a bound on it.
    pub place: Place,
    /// The same in each replicate; absent where a replicate says nothing.
    pub replicates: Vec<Option<Place>>,
    /// Trials per sample size.
    pub trials: usize,
}

impl Point {
    /// The point of a cell; none if it has no trial.
    #[must_use]
    pub fn of(crossing: &Crossing) -> Option<Self> {
        Some(Self {
            d: crossing.threshold.d,
            size: crossing.threshold.d as f64,
            place: crossing.place?,
            replicates: crossing.replicates.iter().copied().map(Some).collect(),
            trials: crossing.threshold.trials,
        })
    }

    /// Whether it is a value, not only a bound.
    #[must_use]
    pub fn is_value(&self) -> bool {
        matches!(self.place, Place::Inside(_))
    }

    /// Variance of ln n* by the trials, (T + 1)/(T − 1) times that of the bootstrap
    /// ([`bootstrap_shortfall`]); 0 without replicates.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let values: Vec<f64> = self.replicates.iter().flatten().map(|p| p.ln_n()).collect();
        bootstrap_shortfall(self.trials) * variance(&values)
    }

    /// What a fit sees of it.
    #[must_use]
    pub fn dimension(&self) -> Dimension {
        Dimension {
            ln_d: self.size.ln(),
            ln_n: self.place,
            variance: self.variance(),
            trials: self.trials,
        }
    }
}

/// What a fit sees of `points`.
#[must_use]
pub fn dimensions(points: &[Point]) -> Vec<Dimension> {
    points.iter().map(Point::dimension).collect()
}
