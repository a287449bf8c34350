//! A network whose neurons each see a few random coordinates: pruning by luck.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{Keep, NETWORK, Options};
use super::stage::{Budget, Case, Cost, TrainKept, Trained, kept_count, random_subset};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` with every neuron on M coordinates of its own, drawn uniformly:
/// sparse initialisation (Edelman, Goel, Kakade, Malach and Zhang 2023).
///
/// Neuron j sees the part v_S of v on its subset S, of mass ‖v_S‖² ≈ M/d. Its gradient has the
/// signal ‖v_S‖² M^{−1/2} at k\* = 2 against noise of norm (M/n)^{1/2},
///
/// ```text
/// n ≍ M²/‖v_S‖⁴ ≈ d²      whatever M is,      M² only if ‖v_S‖² ≍ 1
/// ```
///
/// so that a typical neuron gains nothing, and holds a share M/d of v only. Neurons whose subset
/// holds most of v are those of luck: their share falls like (M/d)^s, so a width that is
/// exponential in s makes up for samples. At a fixed width the risk is expected to stay near 1 for
/// M = s and α ≤ ½. For M = d this is `unpruned`. That is a calculation and no rate is stated; M is
/// granted, as for `random_mask`.
#[derive(Clone, Debug)]
pub struct SparseInit {
    keep: Keep,
    later: TrainKept,
}

impl Recipe for SparseInit {
    const KEYS: Keys = &[NETWORK, &["data", "keep", "feature"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let keep = options.prune.keep_without_null("sparse_init", "scores")?;
        Ok(Self { keep, later: TrainKept::new(options, granted.k_star()) })
    }
}

impl Learner for SparseInit {
    fn stages(&self) -> usize {
        2
    }

    fn blindness(&self) -> Vec<String> {
        self.later.blindness()
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        Cost::of_step(case, case.d)
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (d, count) = (budget.d(), kept_count(self.keep, budget.s(), budget.d()));
        let mut rng = ChaCha8Rng::seed_from_u64(budget.key("mask").bits());
        let layer = self.later.initial(budget, budget.all());
        let subsets: Vec<Vec<u32>> =
            (0..layer.width()).map(|_| random_subset(&mut rng, d, count)).collect();
        self.later.train_within(budget, layer, |layer| {
            for (j, subset) in subsets.iter().enumerate() {
                layer.restrict(j, subset);
            }
        })
    }
}
