//! The network that is told the relevant coordinates: what pruning could gain at most.

use super::contract::{Coordinates, Granted, Keys, Learner, Recipe};
use super::options::{NETWORK, Options};
use super::stage::{Budget, Case, Cost, TrainKept, Trained};
use crate::error::Result;
use crate::model::input::Input;

/// Parts 4 to 6 of `PruneNetwork` on exactly the s relevant coordinates.
///
/// The target's support is granted, not learned, and no samples are spent on it. The gradient
/// step on s coordinates needs n ≍ s^{k*} = d^{αk*} samples (docs/mathematics.md, section 7), so
/// the exponent is that of `pruned`, without the logarithm of the comparison.
#[derive(Clone, Debug)]
pub struct Oracle(TrainKept);

impl Recipe for Oracle {
    const KEYS: Keys = &[NETWORK, &["data", "feature"]];
    const LIMIT: bool = true;

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        Ok(Self(TrainKept::new(options, granted.k_star())))
    }
}

impl Learner for Oracle {
    fn stages(&self) -> usize {
        2
    }

    fn blindness(&self) -> Vec<String> {
        self.0.blindness()
    }

    fn coordinates(&self, _: Input) -> Coordinates {
        Coordinates::Told
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        Cost::of_step(case, case.s.min(case.d))
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        self.0.train(budget, budget.relevant())
    }
}
