//! Spectral estimators of the relevant subspace, without knowledge of its sparsity.

use faer::Mat;

use super::moment::{first_moment, second_moment};
use super::network::Network;
use super::options::Options;
use super::second_layer::SecondLayer;
use super::split::Split;
use super::subspace::{leading_eigenvectors, spread};
use super::width::Width;
use super::{Learner, Task};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::sample::{CentredLabels, Stage};

/// Largest dimension whose d × d matrix is formed: 20 d² bytes, 0.34 GB a thread.
pub const MAX_DIMENSION: usize = 4096;

/// Largest information exponent that has an estimator here.
pub const MAX_ORDER: u32 = 4;

/// Iterations of the tensor power method after the partial trace. Above the threshold the
/// overlap grows quadratically, so few are needed.
const POWER_ITERATIONS: u32 = 10;

/// Estimates span V from a moment of the labels, spreads the first layer over it, fits the
/// second layer on fresh samples.
///
/// With ỹ the centred labels, the Hermite tensor of order k* of the link contracted to a matrix
/// (k* even) or a vector (k* odd) has its signal in span V:
///
/// | k* | statistic, times 1/n | estimate |
/// |---|---|---|
/// | 1 | Σ ỹ_i x_i | itself |
/// | 2 | Σ ỹ_i (x_i x_iᵀ − I) | top r eigenvectors by absolute value |
/// | 3 | Σ ỹ_i (‖x_i‖² − d − 2) x_i | itself, then power iterations u ← Σ ỹ_i [(⟨u, x_i⟩² − 1) x_i − 2⟨u, x_i⟩ u] |
/// | 4 | Σ ỹ_i [(‖x_i‖² − d − 4) x_i x_iᵀ − (‖x_i‖² − d − 2) I] | top r eigenvectors |
///
/// These are the partial traces of Σ ỹ_i He_k(x_i), with n ≍ d^{max(1, k*/2)}: k* = 2 is the
/// classical spectral method (Lu and Li 2020; Mondelli and Montanari 2019), 3 and 4 are the
/// partial-trace estimators of tensor PCA (Hopkins, Schramm, Shi and Steurer 2016) in the form of
/// Damian, Pillaud-Vivien, Lee and Bruna 2024. At k* = 3 half of the stage's samples serve the
/// start, half the power iterations, which all read the same ones. Odd k* gives one direction, so
/// r = 1; larger k* is refused.
#[derive(Clone, Debug)]
pub struct Spectral {
    k_star: u32,
    width: Width,
    activation: Activation,
    split: Split,
    second: SecondLayer,
}

impl Spectral {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When there is no estimator for `k_star`, or the split does not fit.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        if k_star > MAX_ORDER {
            return Err(Error::usage(format!(
                "`spectral` has no estimator for information exponent {k_star}"
            ))
            .hint("moments of the labels up to order 4 are implemented: use a link with k* ≤ 4"));
        }
        Ok(Self {
            k_star,
            width: options.width,
            activation: options.activation,
            split: Split::new(2, options.split.as_deref(), options.data)?,
            second: SecondLayer::new(options),
        })
    }

    /// Orthonormal basis of the estimated subspace, d × r, from `n` samples.
    fn estimate(&self, task: &Task<'_>, n: u64) -> Result<Mat<f64>> {
        let directions = task.target.directions();
        let all: Vec<u32> = (0..directions.d() as u32).collect();
        let labels = |stage, n| CentredLabels::new(self.split.samples(task, stage, n));
        let (d, key) = (directions.d() as f64, task.key.named("subspace"));
        let stage = Stage::Feature(0);
        match self.k_star {
            1 => {
                let sum = first_moment(&labels(stage, n), &vec![0.0; all.len()], |_, _| 1.0).0;
                unit(sum).map(|u| column(&u))
            }
            2 => leading_eigenvectors(
                &second_moment(&labels(stage, n), &all, |_| 1.0),
                directions.r(),
                key,
            ),
            3 => self.third_order(task, n).map(|u| column(&u)),
            _ => {
                let labels = labels(stage, n);
                let matrix = second_moment(&labels, &all, |q| q - d - 4.0);
                // Σ ỹ_i (‖x_i‖² − d − 2) = Σ ỹ_i ‖x_i‖² is the trace of Σ ỹ_i x_i x_iᵀ.
                let trace: f64 = super::moment::diagonal(&labels, all.len()).iter().sum();
                let shifted =
                    matrix - faer::Scale(trace) * Mat::<f64>::identity(all.len(), all.len());
                leading_eigenvectors(&shifted, directions.r(), key)
            }
        }
    }

    /// Partial trace, then the tensor power method.
    fn third_order(&self, task: &Task<'_>, n: u64) -> Result<Vec<f64>> {
        let d = task.target.directions().d();
        let samples = |step| {
            let n = self.split.step_size(n, step, 2);
            CentredLabels::new(self.split.samples(task, Stage::Feature(step), n))
        };
        let start = first_moment(&samples(0), &vec![0.0; d], |q, _| q - d as f64 - 2.0).0;
        let mut u = unit(start)?;
        let labels = samples(1);
        for _ in 0..POWER_ITERATIONS {
            let (mut sum, inside) = first_moment(&labels, &u, |_, u| u * u - 1.0);
            for (s, u) in sum.iter_mut().zip(&u) {
                *s -= 2.0 * inside * u;
            }
            u = unit(sum)?;
        }
        Ok(u)
    }
}

fn column(u: &[f64]) -> Mat<f64> {
    Mat::from_fn(u.len(), 1, |i, _| u[i])
}

/// `v` scaled to norm 1.
fn unit(mut v: Vec<f64>) -> Result<Vec<f64>> {
    let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
    if !(norm.is_finite() && norm > 0.0) {
        return Err(Error::runtime(format!("the moment of the labels has norm {norm}"))
            .hint("labels are constant or overflow: check the link"));
    }
    for v in &mut v {
        *v /= norm;
    }
    Ok(v)
}

impl Learner for Spectral {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn check(&self, d: usize, r: usize) -> Result<()> {
        if self.k_star.is_multiple_of(2) && d > MAX_DIMENSION {
            return Err(Error::usage(format!(
                "`spectral` forms a {d} × {d} matrix, and {MAX_DIMENSION} is its largest dimension"
            ))
            .hint("choose smaller dimensions; `diagonal_thresholding` needs no such matrix"));
        }
        if !self.k_star.is_multiple_of(2) && r > 1 {
            return Err(Error::usage(format!(
                "`spectral` finds one direction at odd k* = {}, but r = {r}",
                self.k_star
            ))
            .hint("the contracted tensor of odd order is a vector: use r = 1 or even k*"));
        }
        Ok(())
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let directions = task.target.directions();
        let d = directions.d();
        self.check(d, directions.r())?;
        let basis = self.estimate(task, sizes[0])?;
        let all = (0..d as u32).collect();
        let key = task.key.named("weights");
        let layer = spread(&basis, all, self.width.at(d), self.activation, key);
        self.second.fit(layer, task, &self.split, sizes[1])
    }
}
