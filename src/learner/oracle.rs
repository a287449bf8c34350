//! The network that is told the relevant coordinates: what pruning could gain at most.

use super::network::Network;
use super::options::Options;
use super::train_kept::TwoStages;
use super::{Learner, Task};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` on exactly the s relevant coordinates.
///
/// The target's support is granted, not learned, and no samples are spent on it. The gradient
/// step on s coordinates needs n ≍ s^{k*} = d^{αk*} samples (docs/mathematics.md, section 7), so
/// the exponent is that of `pruned`, without the logarithm of the comparison.
#[derive(Clone, Debug)]
pub struct Oracle(TwoStages);

impl Oracle {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        TwoStages::new(options, k_star).map(Self)
    }
}

impl Learner for Oracle {
    fn stages(&self) -> usize {
        self.0.count()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        self.0.train(task, task.target.directions().relevant())
    }
}
