//! The negative control: as many coordinates as pruning keeps, chosen without looking.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::index;

use super::network::Network;
use super::options::{Keep, Options};
use super::prune::kept_count;
use super::split::Split;
use super::train_kept::TrainKept;
use super::{Learner, Task};
use crate::error::{Error, Result};

/// Parts 4 to 6 of `PruneNetwork` on M coordinates drawn uniformly from the d.
///
/// On average a share M/d of ‖V‖² is kept, so with M = s < d the risk stays near 1 however many
/// samples there are. With `keep = { count = d }` it is `unpruned`.
#[derive(Clone, Debug)]
pub struct RandomMask {
    keep: Keep,
    train: TrainKept,
    split: Split,
}

impl RandomMask {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together, or M is to be found from scores.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        if options.prune.keep == Keep::Auto {
            return Err(Error::usage(
                "`random_mask` has no scores that keep = \"auto\" could read",
            )
            .hint("write keep = { ratio = 1.0 } or keep = { count = 64 }"));
        }
        Ok(Self {
            keep: options.prune.keep,
            train: TrainKept::new(options, k_star),
            split: Split::new(2, options.split.as_deref(), options.data)?,
        })
    }
}

impl Learner for RandomMask {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let directions = task.target.directions();
        let count = kept_count(self.keep, directions.s(), directions.d());
        let mut rng = ChaCha8Rng::seed_from_u64(task.key.named("mask").bits());
        let mut kept: Vec<u32> =
            index::sample(&mut rng, directions.d(), count).into_iter().map(|j| j as u32).collect();
        kept.sort_unstable();
        self.train.train(task, kept, &self.split, [sizes[0], sizes[1]])
    }
}
