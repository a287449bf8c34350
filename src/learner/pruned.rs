//! The pruned network: the paper's `PruneNetwork`.

use super::network::Network;
use super::options::{Keep, Options};
use super::prune::GradientComparison;
use super::ranking::Selected;
use super::split::Split;
use super::train_kept::TrainKept;
use super::{Learner, Task};
use crate::error::Result;
use crate::sample::{CentredLabels, Stage};

/// Gradient comparison, pruning, re-initialisation, gradient step, readout.
#[derive(Clone, Debug)]
pub struct Pruned {
    comparison: GradientComparison,
    keep: Keep,
    later: TrainKept,
    split: Split,
}

impl Pruned {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        Ok(Self {
            comparison: GradientComparison::new(&options.prune, options.activation, k_star)?,
            keep: options.prune.keep,
            later: TrainKept::new(options, k_star),
            split: Split::new(3, options.split.as_deref(), options.data)?,
        })
    }
}

impl Learner for Pruned {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let labels = CentredLabels::new(self.split.samples(task, Stage::Prune, sizes[0]));
        let Selected { kept, ranking } =
            self.comparison.select(&labels, self.keep, task.target.directions());
        let network = self.later.train(task, kept, &self.split, [sizes[1], sizes[2]])?;
        Ok(network.ranked(ranking))
    }
}
