//! The unpruned network: one gradient step on all d coordinates, then the readout
//! (Damian, Lee & Soltanolkotabi 2022, with fresh samples in each stage).

use super::network::Network;
use super::options::Options;
use super::train_kept::TwoStages;
use super::{Learner, Task};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` with M = d.
#[derive(Clone, Debug)]
pub struct Unpruned(TwoStages);

impl Unpruned {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        TwoStages::new(options, k_star).map(Self)
    }
}

impl Learner for Unpruned {
    fn stages(&self) -> usize {
        self.0.count()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        self.0.train(task, (0..task.target.directions().d() as u32).collect())
    }
}
