//! The gradient step on the first layer: part 5 of `PruneNetwork`.
//!
//! g_j = (1/n) Σ_i ỹ_i φ'(⟨w_j, x_i⟩ + c₂) x_i. The step is large and decays the old weight,
//! so `w_j` becomes ± g_j scaled to unit norm, with a random sign (Damian, Lee &
//! Soltanolkotabi 2022).

use faer::{Mat, MatRef};

use super::block::{Block, add, add_symmetric};
use super::network::{Layer, scale_to_unit};
use crate::error::{Error, Result};
use crate::learner::options::{FeatureOptions, Normalize};
use crate::model::activation::Activation;
use crate::model::statistic::{best_feature_shift, feature_gain};
use crate::sample::key::mix;
use crate::sample::product::transposed_product;
use crate::sample::reduce::{self, Merge};
use crate::sample::{CentredLabels, Key, Lines};

/// Signals below this share count as none.
const INVISIBLE: f64 = 1e-9;

/// A gradient step with its shift resolved.
#[derive(Clone, Debug)]
pub struct FeatureStep {
    activation: Activation,
    k_star: u32,
    shift: f64,
    steps: u32,
    normalize: Normalize,
}

impl FeatureStep {
    /// Resolves `auto` for links of information exponent `k_star`.
    #[must_use]
    pub fn new(options: &FeatureOptions, activation: Activation, k_star: u32) -> Self {
        let shift = options.shift.or_else(|| best_feature_shift(activation, k_star));
        Self { activation, k_star, shift, steps: options.steps, normalize: options.normalize }
    }

    /// The shift c₂ in use.
    #[must_use]
    pub fn shift(&self) -> f64 {
        self.shift
    }

    /// Number of steps.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Why it cannot learn a feature.
    #[must_use]
    pub fn blindness(&self) -> Option<String> {
        let (activation, k, shift) = (self.activation, self.k_star, self.shift);
        (feature_gain(activation, k, shift) < INVISIBLE).then(|| {
            format!(
                "the gradient step has no signal of order {k} with {} at feature.shift {shift:.3}",
                activation.name()
            )
        })
    }

    /// Replaces the weights of `layer` by ± `gradient` (M × m, column-major), scaled.
    ///
    /// # Errors
    /// When every gradient is zero or one is not finite.
    pub fn apply(&self, layer: &mut Layer, gradient: &[f64], key: Key) -> Result<()> {
        let rows = layer.coordinates.len();
        // Scaled before the rounding to f32, which sums over many samples could overflow.
        let largest = gradient.iter().fold(0.0_f64, |a, g| a.max(g.abs()));
        let scale = if largest > 0.0 { 1.0 / largest } else { 1.0 };
        for (j, gradient) in gradient.chunks_exact(rows).enumerate() {
            let sign = if mix(key.child(j as u64).bits()) & 1 == 0 { scale } else { -scale };
            for (w, g) in layer.weights.col_as_slice_mut(j).iter_mut().zip(gradient) {
                *w = (sign * g) as f32;
            }
        }
        self.normalize(layer)
    }

    fn normalize(&self, layer: &mut Layer) -> Result<()> {
        let width = layer.width();
        let squared: f64 = (0..width)
            .flat_map(|j| layer.weights.col_as_slice(j))
            .map(|&w| f64::from(w).powi(2))
            .sum();
        if !(squared.is_finite() && squared > 0.0) {
            return Err(Error::runtime(format!(
                "the gradient of the first layer is zero or not finite (squared norm {squared})"
            ))
            .hint("the feature shift may be blind to this link; try feature.shift = \"auto\""));
        }
        match self.normalize {
            Normalize::Neuron => {
                for j in 0..width {
                    scale_to_unit(layer.weights.col_as_slice_mut(j));
                }
            }
            Normalize::Global => {
                let scale = (squared / width as f64).sqrt();
                for j in 0..width {
                    for w in layer.weights.col_as_slice_mut(j) {
                        *w = (f64::from(*w) / scale) as f32;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Sums over the samples of a stage.
#[derive(Clone, Debug, Default)]
pub struct GradientSums {
    /// XᵀC, M × m, column-major.
    pub gradient: Vec<f64>,
    /// The upper triangle of CᵀC, m × m, column-major; empty unless asked for.
    pub second_moment: Vec<f64>,
}

impl Merge for GradientSums {
    fn merge(&mut self, other: Self) {
        self.gradient.merge(other.gradient);
        self.second_moment.merge(other.second_moment);
    }
}

/// Σ_i ỹ_i φ'(⟨`w_j`, x_i⟩ + c) x_i for every neuron: M × m, column-major.
#[must_use]
pub fn first_layer_gradient(layer: &Layer, shift: f32, labels: &CentredLabels<'_>) -> Vec<f64> {
    gradient_sums(layer, shift, labels, false).gradient
}

/// XᵀC and, if asked for, CᵀC with `C_ij` = ỹ_i φ'(⟨`w_j`, x_i⟩ + c).
#[must_use]
pub fn gradient_sums(
    layer: &Layer,
    shift: f32,
    labels: &CentredLabels<'_>,
    second_moment: bool,
) -> GradientSums {
    let (m, width) = (layer.coordinates.len(), layer.width());
    let square = if second_moment { width * width } else { 0 };
    let samples = labels.samples();
    let matrix = |rows| Mat::<f32>::zeros(rows, width);
    reduce::sum_blocks(
        samples.crew(),
        samples.blocks(),
        || GradientSums { gradient: vec![0.0; m * width], second_moment: vec![0.0; square] },
        || (Block::default(), Lines::default(), matrix(m), matrix(width)),
        |total: &mut GradientSums, (tile, c, part, gram), block| {
            let rows = tile.fill(labels, &layer.coordinates, block);
            c.resize(rows * width);
            layer.preactivations(&tile.x, rows, c);
            coefficients(layer.activation, shift, &tile.y, c);
            let x = MatRef::from_column_major_slice(&tile.x, rows, m);
            let c = MatRef::from_column_major_slice(c, rows, width);
            transposed_product(part.as_mut(), x, c);
            add(&mut total.gradient, part);
            if second_moment {
                add_symmetric(&mut total.second_moment, c, c, gram);
            }
        },
    )
}

/// Turns pre-activations u into C = ỹ φ'(u + c), column by column.
fn coefficients(activation: Activation, shift: f32, y: &[f32], u: &mut [f32]) {
    for column in u.chunks_exact_mut(y.len()) {
        if activation == Activation::Relu {
            for (u, &y) in column.iter_mut().zip(y) {
                *u = if *u + shift > 0.0 { y } else { 0.0 };
            }
        } else {
            for (u, &y) in column.iter_mut().zip(y) {
                *u = y * activation.derivative_f32(*u + shift);
            }
        }
    }
}
