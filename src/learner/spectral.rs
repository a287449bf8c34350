//! Spectral estimators of the relevant subspace, without knowledge of its sparsity.

use faer::Mat;

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{NETWORK, Options, Width};
use super::stage::moment::{diagonal, first_moment, second_moment};
use super::stage::subspace::{MAX_DIMENSION, leading_eigenvectors, spread};
use super::stage::{Budget, Case, Cost, SecondLayer, Trained, Work};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::sample::{LabelMap, Stage};

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
///
/// `clip = c` puts max(−c, min(y, c)), centred, in place of y in all of them; the second layer fits y
/// itself. Labels of a polynomial link have heavy tails, and the power iterations of k* = 3 end on
/// one sample as soon as its z y outweighs the signal of n/4 of them (docs/mathematics.md, section
/// 10.7); a bounded label cannot. Bounded preprocessing is what the spectral methods of phase
/// retrieval have (Chen and Candès 2015; Mondelli and Montanari 2019). The optimal one needs the
/// link; a cut needs the scale of the label, which the user gives.
#[derive(Clone, Debug)]
pub struct Spectral {
    k_star: u32,
    labels: LabelMap,
    width: Width,
    activation: Activation,
    second: SecondLayer,
}

impl Recipe for Spectral {
    const KEYS: Keys = &[NETWORK, &["data", "clip"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let k_star = granted.k_star();
        if k_star > MAX_ORDER {
            return Err(Error::usage(format!(
                "`spectral` has no estimator for information exponent {k_star}"
            ))
            .hint("moments of the labels up to order 4 are implemented: use a link with k* ≤ 4"));
        }
        Ok(Self {
            k_star,
            labels: LabelMap::clipped(options.clip),
            width: options.width,
            activation: options.activation,
            second: SecondLayer::new(options),
        })
    }
}

impl Spectral {
    /// Orthonormal basis of the estimated subspace, d × r.
    fn estimate(&self, budget: &mut Budget<'_>) -> Result<Mat<f64>> {
        if self.k_star == 3 {
            return self.third_order(budget).map(|u| column(&u));
        }
        let (all, r, key) = (budget.all(), budget.r(), budget.key("subspace"));
        let labels = budget.take(Stage::Feature(0))?.transformed(self.labels);
        match self.k_star {
            1 => {
                let sum = first_moment(&labels, &vec![0.0; all.len()], |_, _| 1.0).0;
                unit(sum).map(|u| column(&u))
            }
            2 => leading_eigenvectors(&second_moment(&labels, &all, |_| 1.0), r, key),
            _ => {
                let d = all.len();
                let matrix = second_moment(&labels, &all, |q| q - d as f64 - 4.0);
                // Σ ỹ_i (‖x_i‖² − d − 2) = Σ ỹ_i ‖x_i‖² is the trace of Σ ỹ_i x_i x_iᵀ.
                let trace: f64 = diagonal(&labels, d).iter().sum();
                let shifted = matrix - faer::Scale(trace) * Mat::<f64>::identity(d, d);
                leading_eigenvectors(&shifted, r, key)
            }
        }
    }

    /// Partial trace, then the tensor power method.
    fn third_order(&self, budget: &mut Budget<'_>) -> Result<Vec<f64>> {
        let d = budget.d();
        let (mut u, mut halves) = (vec![0.0; d], budget.take_steps(2)?);
        if let Some(half) = halves.next() {
            u = unit(
                first_moment(&half.transformed(self.labels), &u, |q, _| q - d as f64 - 2.0).0,
            )?;
        }
        for half in halves {
            let labels = half.transformed(self.labels);
            for _ in 0..POWER_ITERATIONS {
                let (mut sum, inside) = first_moment(&labels, &u, |_, u| u * u - 1.0);
                for (s, u) in sum.iter_mut().zip(&u) {
                    *s -= 2.0 * inside * u;
                }
                u = unit(sum)?;
            }
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
        2
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

    fn cost(&self, case: &Case<'_>) -> Cost {
        let d = case.d as f64;
        let slowest = 3.0 * d.powf((0.5 * f64::from(case.k_star)).max(1.0));
        if !self.k_star.is_multiple_of(2) {
            return Cost { slowest, ..Cost::of(case.d, Work::new(24.0 * d, 0.0)) };
        }
        Cost {
            slowest,
            // About a hundred products with r + 8 vectors, in double precision.
            fixed: Work::new(0.0, 2e3 * d * d),
            bytes: 40.0 * d * d,
            ..Cost::of(case.d, Work::new(d, d * d))
        }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let basis = self.estimate(budget)?;
        let (width, key) = (self.width.at(budget.d()), budget.key("weights"));
        let layer = spread(&basis, budget.all(), width, self.activation, key);
        self.second.fit(layer, budget)
    }
}
