//! What the analysis may vary.

use crate::{Error, Result, threads};

/// Replicates below which a 2.5 % percentile has no observation beyond it.
const FEWEST_REPLICATES: usize = 40;

/// What the analysis may vary; the records stay as they are.
///
/// | field | range | default |
/// |---|---|---|
/// | `threshold` | τ > 0, finite | 0.5 |
/// | `bootstrap` | B ≥ 40 replicates | 1000 |
/// | `seed` | any | 0 |
/// | `threads` | any; changes no number | all |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The risk τ that the median has to reach.
    pub threshold: f64,
    /// Bootstrap replicates B.
    pub bootstrap: usize,
    /// Seed of the bootstrap; each trial mixes in its own.
    pub seed: u64,
    /// Threads that resample.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { threshold: 0.5, bootstrap: 1000, seed: 0, threads: threads::available() }
    }
}

impl Options {
    /// Refuses options that no estimate can be made with.
    ///
    /// # Errors
    /// A usage error if τ is not positive and finite, or if B < 40.
    pub fn validate(&self) -> Result<()> {
        if !(self.threshold.is_finite() && self.threshold > 0.0) {
            let message = format!("the threshold is {}, not a positive number", self.threshold);
            let hint = "the risk is a share of the target's variance: 0.5 is usual, 0.3 stricter";
            return Err(Error::usage(message).hint(hint));
        }
        if self.bootstrap < FEWEST_REPLICATES {
            let message = format!("{} bootstrap replicates are too few", self.bootstrap);
            let hint =
                format!("a 95 % interval needs at least {FEWEST_REPLICATES}; 1000 is the default");
            return Err(Error::usage(message).hint(hint));
        }
        Ok(())
    }
}
