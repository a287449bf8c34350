//! The negative control: as many coordinates as pruning keeps, chosen without looking.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{Keep, NETWORK, Options};
use super::stage::{Budget, Case, Cost, TrainKept, Trained, kept_count, random_subset};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` on M coordinates drawn uniformly from the d.
///
/// On average a share M/d of ‖V‖² is kept, so with M = s < d the risk stays near 1 however many
/// samples there are. With `keep = { count = d }` it is `unpruned`.
#[derive(Clone, Debug)]
pub struct RandomMask {
    keep: Keep,
    later: TrainKept,
}

impl Recipe for RandomMask {
    const KEYS: Keys = &[NETWORK, &["data", "keep", "feature"]];
    const LIMIT: bool = true;

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let keep = options.prune.keep_without_null("random_mask", "scores")?;
        Ok(Self { keep, later: TrainKept::new(options, granted.k_star()) })
    }
}

impl Learner for RandomMask {
    fn stages(&self) -> usize {
        2
    }

    fn blindness(&self) -> Vec<String> {
        self.later.blindness()
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        Cost::of_step(case, case.kept())
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let count = kept_count(self.keep, budget.s(), budget.d());
        let mut rng = ChaCha8Rng::seed_from_u64(budget.key("mask").bits());
        let kept = random_subset(&mut rng, budget.d(), count);
        self.later.train(budget, kept)
    }
}
