//! Pruning by magnitude with rewinding (Frankle and Carbin 2019).

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{Keep, NETWORK, Options};
use super::stage::network::scale_to_unit;
use super::stage::{Budget, Case, Cost, Layer, TrainKept, Trained, survivors};
use crate::error::Result;
use crate::sample::Stage;

/// One gradient step on all d coordinates, prune the input coordinates with the smallest
/// weights, rewind the others to their initial values, then parts 5 and 6 of `PruneNetwork`.
///
/// ```text
/// t_i = √(Σ_j w_ij²)  after the step,     keep the M largest
/// ```
///
/// The dense step has unit neurons, so t_i² is the sum over neurons of the squared share of
/// coordinate i. Initial weights on the kept coordinates are the dense network's own, scaled to
/// unit norm again. Stages: dense step, feature, readout; only the magnitudes of the first layer
/// are looked at, so the dense network gets no second layer.
///
/// By (2) of docs/mathematics.md a relevant coordinate gains v_i² ⟨v, w⟩^{2(k*−1)} ≍ d^{−(k*−1)}/s
/// in t_i², against noise of order 1/n₁: n₁ ≍ s d^{k*−1} up to logarithms is expected, an exponent
/// of k* − 1 + α between those of `pruned` and `unpruned`. No theorem is known to us, so no
/// prediction is made. The noise of the gradient is itself larger at relevant coordinates, and knows
/// y² (`iterative_magnitude_pruning`): the bound for correlational queries is not about it.
#[derive(Clone, Debug)]
pub struct MagnitudePruning {
    keep: Keep,
    train: TrainKept,
}

impl Recipe for MagnitudePruning {
    const KEYS: Keys = &[NETWORK, &["data", "keep", "feature"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let keep = options.prune.keep_without_null("magnitude_pruning", "null law")?;
        Ok(Self { keep, train: TrainKept::new(options, granted.k_star()) })
    }
}

/// Norm of each row of the weights: what a coordinate weighs over all neurons.
pub(super) fn magnitudes(layer: &Layer) -> Vec<f64> {
    let mut squares = vec![0.0; layer.coordinates.len()];
    for j in 0..layer.width() {
        for (square, &w) in squares.iter_mut().zip(layer.weights.col_as_slice(j)) {
            *square += f64::from(w).powi(2);
        }
    }
    squares.into_iter().map(f64::sqrt).collect()
}

/// `initial` on the coordinates `kept` alone, its neurons scaled to unit norm.
pub(super) fn rewound(initial: &Layer, kept: Vec<u32>) -> Layer {
    let (width, rows) = (initial.width(), &kept);
    let mut weights =
        faer::Mat::from_fn(rows.len(), width, |i, j| initial.weights[(rows[i] as usize, j)]);
    for j in 0..width {
        scale_to_unit(weights.col_as_slice_mut(j));
    }
    Layer { coordinates: kept, weights, activation: initial.activation }
}

impl Learner for MagnitudePruning {
    fn stages(&self) -> usize {
        3
    }

    fn blindness(&self) -> Vec<String> {
        self.train.blindness()
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let cost = Cost::of_step(case, case.kept());
        let slowest = case.s as f64 * (case.d as f64).powf(f64::from(case.k_star) - 1.0);
        // The first step is on every coordinate.
        let (stages, fixed) = (case.step(case.d), case.steps_fixed(case.d));
        Cost { slowest, stages: stages + cost.stages, fixed: fixed + cost.fixed, ..cost }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let initial = self.train.initial(budget, budget.all());
        let mut dense = initial.clone();
        let keys = ["dense complement", "dense signs"].map(|name| budget.key(name));
        self.train.step(&mut dense, &budget.take(Stage::Prune)?, keys)?;
        let scores = magnitudes(&dense);
        let layer = rewound(&initial, survivors(&scores, self.keep, budget.s(), f64::INFINITY));
        Ok(self.train.train_layer(budget, layer)?.by(scores))
    }
}
