//! The unpruned network: one gradient step on all d coordinates, then the readout
//! (Damian, Lee & Soltanolkotabi 2022, with fresh samples in each stage).

use super::network::Network;
use super::options::Options;
use super::split::Split;
use super::train_kept::TrainKept;
use super::{Learner, Task};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` with M = d.
#[derive(Clone, Debug)]
pub struct Unpruned {
    train: TrainKept,
    split: Split,
}

impl Unpruned {
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

impl Learner for Unpruned {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let kept = (0..task.target.directions().d() as u32).collect();
        self.train.train(task, kept, &self.split, [sizes[0], sizes[1]])
    }
}
