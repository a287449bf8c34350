//! What the analysis may vary.

use crate::{Error, Result, threads};

/// Replicates below which a 2.5 % percentile has no observation beyond it.
const FEWEST_REPLICATES: usize = 40;

/// What the analysis may vary; the records stay as they are.
///
/// | field | range | default |
/// |---|---|---|
/// | `threshold` | 0 < τ < 1 | 0.5 |
/// | `bootstrap` | B ≥ 40 replicates | 1000 |
/// | `seed` | any | 0 |
/// | `log_power` | γmax ≥ 0, finite | that of each prediction |
/// | `threads` | any; changes no number | all |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The risk τ that the mean of min(risk, 1) has to reach.
    pub threshold: f64,
    /// Bootstrap replicates B.
    pub bootstrap: usize,
    /// Seed of the bootstrap; each trial mixes in its own.
    pub seed: u64,
    /// Largest power of ln d of every prediction, in place of its own.
    pub log_power: Option<f64>,
    /// Threads that resample.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        let threads = threads::available();
        Self { threshold: 0.5, bootstrap: 1000, seed: 0, log_power: None, threads }
    }
}

impl Options {
    /// Refuses options that no estimate can be made with.
    ///
    /// # Errors
    /// A usage error if τ is not between 0 and 1, if B < 40, or if γmax is negative.
    pub fn validate(&self) -> Result<()> {
        if !(self.threshold > 0.0 && self.threshold < 1.0) {
            let message = format!("the threshold is {}, not between 0 and 1", self.threshold);
            let hint = "the risk is a share of the target's variance: 0.5 is usual, 0.3 stricter";
            return Err(Error::usage(message).hint(hint));
        }
        if self.bootstrap < FEWEST_REPLICATES {
            let message = format!("{} bootstrap replicates are too few", self.bootstrap);
            let hint =
                format!("a 95 % interval needs at least {FEWEST_REPLICATES}; 1000 is the default");
            return Err(Error::usage(message).hint(hint));
        }
        if self.log_power.is_some_and(|power| !(power.is_finite() && power >= 0.0)) {
            return Err(Error::usage("the power of ln d is not a number of at least 0")
                .hint("0 for a plain power of d, 1 for d^b ln d"));
        }
        Ok(())
    }
}
