//! The network that is told the relevant coordinates: what pruning could gain at most.

use super::network::Network;
use super::options::Options;
use super::split::Split;
use super::train_kept::TrainKept;
use super::{Learner, Task};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` on exactly the s relevant coordinates.
///
/// The target's support is granted, not learned, and no samples are spent on it. The gradient
/// step on s coordinates needs n ≍ s^{k*} = d^{αk*} samples (docs/mathematics.md, section 7), so
/// the exponent is that of `pruned`, without the logarithm of the comparison.
#[derive(Clone, Debug)]
pub struct Oracle {
    train: TrainKept,
    split: Split,
}

impl Oracle {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        Ok(Self {
            train: TrainKept::new(options, k_star),
            split: Split::new(2, options.split.as_deref(), options.data)?,
        })
    }
}

impl Learner for Oracle {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let kept = task.target.directions().relevant();
        self.train.train(task, kept, &self.split, [sizes[0], sizes[1]])
    }
}
