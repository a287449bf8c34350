//! Online stochastic gradient descent of single neurons (Ben Arous, Gheissari and Jagannath 2021).

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{NETWORK, Neuron, Options};
use super::stage::sphere_sgd::{Gate, descend, escape_cost, opposite_starts, repeated, step_size};
use super::stage::{Budget, Case, Cost, SecondLayer, Trained};
use crate::error::Result;
use crate::sample::Stage;

/// One pass of spherical gradient descent on −y φ(⟨w, x⟩) from each of a few random starts, then
/// a second layer on fresh samples.
///
/// ```text
/// w ← w + η y φ'(⟨w, x⟩) (x − ⟨w, x⟩ w),   w ← w/‖w‖,      η = δ d^{−max(1, k*/2)}
/// ```
///
/// with φ = He_{k*}/√k*!, whose correlation with the label is c_{k*} ⟨w, v⟩^{k*}, or the
/// network's own activation (`neuron`). From ⟨w, v⟩ ≍ d^{−1/2}, n ≍ d^{k*−1} samples find v for
/// k* ≥ 3, d log d for k* = 2 and d for k* = 1: exponent max(1, k* − 1). The step size is that of
/// the paper, δ_N/N with δ_N ≍ N^{−(k*−2)/2} for k* ≥ 3; it depends on d alone, not on n.
///
/// The paper's theorem starts on the half of the sphere where ⟨w, v⟩ > 0. Here starts come in
/// opposite pairs (`starts`, default 2), so one of each has the right sign and nothing about V is
/// granted. All read the same samples. Labels are used as they are, not centred: a mean would
/// need all samples first.
#[derive(Clone, Debug)]
pub struct OnlineSgd {
    k_star: u32,
    width: usize,
    options: Options,
    second: SecondLayer,
}

impl Recipe for OnlineSgd {
    /// One pass over fresh samples is what it is.
    const KEYS: Keys = &[NETWORK, &["starts", "step", "neuron"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        Ok(Self {
            k_star: granted.k_star(),
            width: options.width_for_starts("online_sgd")?,
            options: options.clone(),
            second: SecondLayer::new(options),
        })
    }
}

impl Learner for OnlineSgd {
    fn stages(&self) -> usize {
        2
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        escape_cost(case, f64::from(case.k_star) - 1.0, 1.0)
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (d, sgd) = (budget.d(), &self.options.sgd);
        let gate = match sgd.neuron {
            Neuron::Hermite => Gate::hermite(self.k_star, 0.0, d),
            Neuron::Activation => Gate::Activation(self.options.activation),
        };
        let mut starts = opposite_starts(d, sgd.starts, budget.key("weights"));
        let eta = step_size(sgd.step, self.k_star, 0.0, d);
        descend(&mut starts, &budget.take(Stage::Feature(0))?.samples(), &gate, eta)?;
        let signs = budget.key("signs");
        let layer = repeated(&starts, self.width, self.options.activation, signs);
        self.second.fit(layer, budget)
    }
}
