//! Pruning by magnitude with rewinding (Frankle and Carbin 2019).

use super::network::{Layer, Network, scale_to_unit};
use super::options::{Keep, Options};
use super::ranking::Selected;
use super::split::Split;
use super::train_kept::TrainKept;
use super::{Learner, Task};
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
/// prediction is made.
#[derive(Clone, Debug)]
pub struct MagnitudePruning {
    keep: Keep,
    train: TrainKept,
    split: Split,
}

impl MagnitudePruning {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        Ok(Self {
            keep: options.prune.keep_without_null("magnitude_pruning", "null law")?,
            train: TrainKept::new(options, k_star),
            split: Split::new(3, options.split.as_deref(), options.data)?,
        })
    }
}

/// Norm of each row of the weights: what a coordinate weighs over all neurons.
fn magnitudes(layer: &Layer) -> Vec<f64> {
    let mut squares = vec![0.0; layer.coordinates.len()];
    for j in 0..layer.width() {
        for (square, &w) in squares.iter_mut().zip(layer.weights.col_as_slice(j)) {
            *square += f64::from(w).powi(2);
        }
    }
    squares.into_iter().map(f64::sqrt).collect()
}

/// `initial` on the coordinates `kept` alone, its neurons scaled to unit norm.
fn rewound(initial: &Layer, kept: Vec<u32>) -> Layer {
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
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let directions = task.target.directions();
        let initial = self.train.initial(task, (0..directions.d() as u32).collect());
        let mut dense = initial.clone();
        let keys = ["dense complement", "dense signs"].map(|name| task.key.named(name));
        self.train.step(task, &mut dense, &self.split, (Stage::Prune, sizes[0]), keys)?;
        let Selected { kept, ranking } =
            Selected::by(&magnitudes(&dense), self.keep, directions, 1);
        let layer = rewound(&initial, kept);
        let network = self.train.train_layer(task, layer, &self.split, [sizes[1], sizes[2]])?;
        Ok(network.ranked(ranking))
    }
}
