//! The unpruned network: one gradient step on all d coordinates, then the readout
//! (Damian, Lee & Soltanolkotabi 2022, with fresh samples in each stage).

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{COMPARISON, NETWORK, Options};
use super::stage::{Budget, Case, Cost, TrainKept, Trained};
use crate::error::Result;

/// Parts 4 to 6 of `PruneNetwork` with M = d.
#[derive(Clone, Debug)]
pub struct Unpruned(TrainKept);

impl Recipe for Unpruned {
    /// Those of the comparison have no effect: so that a table can be copied from `pruned`.
    const KEYS: Keys = &[NETWORK, COMPARISON];
    const LIMIT: bool = true;

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        Ok(Self(TrainKept::new(options, granted.k_star())))
    }
}

impl Learner for Unpruned {
    fn stages(&self) -> usize {
        2
    }

    fn blindness(&self) -> Vec<String> {
        self.0.blindness()
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        Cost::of_step(case, case.d)
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        self.0.train_all(budget)
    }
}
