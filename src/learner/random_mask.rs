//! The negative control: as many coordinates as pruning keeps, chosen without looking.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::index;

use super::network::Network;
use super::options::{Keep, Options};
use super::prune::kept_count;
use super::train_kept::TwoStages;
use super::{Learner, Task};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` on M coordinates drawn uniformly from the d.
///
/// On average a share M/d of ‖V‖² is kept, so with M = s < d the risk stays near 1 however many
/// samples there are. With `keep = { count = d }` it is `unpruned`.
#[derive(Clone, Debug)]
pub struct RandomMask {
    keep: Keep,
    stages: TwoStages,
}

impl RandomMask {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together, or M is to be found from scores.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        let keep = options.prune.keep_without_null("random_mask", "scores")?;
        Ok(Self { keep, stages: TwoStages::new(options, k_star)? })
    }
}

impl Learner for RandomMask {
    fn stages(&self) -> usize {
        self.stages.count()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let directions = task.target.directions();
        let count = kept_count(self.keep, directions.s(), directions.d());
        let mut rng = ChaCha8Rng::seed_from_u64(task.key.named("mask").bits());
        let mut kept: Vec<u32> =
            index::sample(&mut rng, directions.d(), count).into_iter().map(|j| j as u32).collect();
        kept.sort_unstable();
        self.stages.train(task, kept)
    }
}
