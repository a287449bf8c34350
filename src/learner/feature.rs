//! The gradient step on the first layer: part 5 of `PruneNetwork`.
//!
//! g_j = (1/n) Σ_i ỹ_i φ'(⟨w_j, x_i⟩ + c₂) x_i. The step is large and decays the old weight,
//! so `w_j` becomes ± g_j scaled to unit norm, with a random sign (Damian, Lee &
//! Soltanolkotabi 2022).

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};

use super::network::{Layer, scale_to_unit};
use super::options::{FeatureOptions, Normalize, Shift};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::model::statistic::best_feature_shift;
use crate::sample::key::mix;
use crate::sample::{CentredLabels, Key, reduce};

/// A gradient step with its shift resolved.
#[derive(Clone, Debug)]
pub struct FeatureStep {
    shift: f64,
    steps: u32,
    normalize: Normalize,
}

impl FeatureStep {
    /// Resolves `auto` for links of information exponent `k_star`.
    #[must_use]
    pub fn new(options: &FeatureOptions, activation: Activation, k_star: u32) -> Self {
        let shift = match options.shift {
            Shift::Auto => best_feature_shift(activation, k_star),
            Shift::Fixed(c) => c,
        };
        Self { shift, steps: options.steps, normalize: options.normalize }
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

    /// Replaces the weights of `layer` by their scaled gradients.
    ///
    /// # Errors
    /// When every gradient is zero or one is not finite.
    pub fn apply(&self, layer: &mut Layer, labels: &CentredLabels<'_>, key: Key) -> Result<()> {
        let gradient = first_layer_gradient(layer, self.shift as f32, labels);
        let n = labels.samples().n() as f64;
        let (rows, width) = (layer.coordinates.len(), layer.width());
        for j in 0..width {
            let column = layer.weights.col_as_slice_mut(j);
            let sign = if mix(key.child(j as u64).bits()) & 1 == 0 { 1.0 } else { -1.0 };
            for (w, g) in column.iter_mut().zip(&gradient[j * rows..(j + 1) * rows]) {
                *w = (sign * g / n) as f32;
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

/// Σ_i ỹ_i φ'(⟨`w_j`, x_i⟩ + c) x_i for every neuron: M × m, column-major.
#[must_use]
pub fn first_layer_gradient(layer: &Layer, shift: f32, labels: &CentredLabels<'_>) -> Vec<f64> {
    let (m, width) = (layer.coordinates.len(), layer.width());
    let samples = labels.samples();
    let (mut x, mut c, mut y) = (Vec::new(), Vec::new(), Vec::new());
    let mut part = Mat::<f32>::zeros(m, width);
    reduce::sum_blocks(
        samples.blocks(),
        || vec![0.0; m * width],
        |total: &mut Vec<f64>, block| {
            let rows = samples.block_len(block);
            x.resize(rows * m, 0.0);
            c.resize(rows * width, 0.0);
            y.resize(rows, 0.0);
            samples.columns(block, &layer.coordinates, &mut x);
            labels.block(block, &mut y);
            layer.preactivations(&x, rows, &mut c);
            coefficients(layer.activation, shift, &y, &mut c);
            let x = MatRef::from_column_major_slice(&x, rows, m);
            let c = MatRef::from_column_major_slice(&c, rows, width);
            matmul(part.as_mut(), Accum::Replace, x.transpose(), c, 1.0, Par::Seq);
            for (j, total) in total.chunks_exact_mut(m).enumerate() {
                for (total, &g) in total.iter_mut().zip(part.col_as_slice(j)) {
                    *total += f64::from(g);
                }
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
