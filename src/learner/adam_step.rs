//! The unpruned network with Adam's first step in place of the gradient.

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{NETWORK, Options};
use super::stage::{Budget, Case, Cost, TrainKept, Trained};
use crate::error::Result;

/// ε of Kingma and Ba 2015, added to the root of the second moment.
pub const EPSILON: f64 = 1e-8;

/// Parts 4 to 6 of `PruneNetwork` with M = d and Adam's first step (Kingma and Ba 2015), whose
/// corrected moments are m̂ = g and v̂ = g²:
///
/// ```text
/// w_ij ← ± g_ij/(|g_ij| + ε), scaled to unit neurons,     ε = 10⁻⁸
/// ```
///
/// g is the mean gradient of labels of variance 1. The map is linear below ε and a sign above it;
/// it shrinks large entries and never small ones, so for no ε does it tell relevant coordinates
/// from others better than the gradient. A null entry is of order n^{−1/2}, above ε up to n = 10¹⁶:
/// until then this is `sign_step`. Steps after the first begin anew, without the moments of the
/// ones before them.
#[derive(Clone, Debug)]
pub struct AdamStep(TrainKept);

impl Recipe for AdamStep {
    const KEYS: Keys = &[NETWORK, &["data", "feature"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let step = |g: f64| g / (g.abs() + EPSILON);
        Ok(Self(TrainKept::new(options, granted.k_star()).with_entries(step)))
    }
}

impl Learner for AdamStep {
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
