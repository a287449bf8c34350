//! Spherical stochastic gradient descent on the correlation loss, one sample at a time.
//!
//! For each sample, with u = ⟨w, x⟩:
//!
//! ```text
//! w ← w + η y ψ(u, ‖x‖²) (x − u w),     w ← w/‖w‖
//! ```
//!
//! ψ = φ' is the gradient of −y φ(⟨w, x⟩) on the sphere (Ben Arous, Gheissari and Jagannath 2021);
//! another ψ is that of the smoothed loss ([`Gate`]).

use super::network::{Layer, scale_to_unit};
use super::price::{Case, Cost, Work};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::model::hermite::{binomial, factorial, monomials};
use crate::sample::key::mix;
use crate::sample::{BLOCK, Key, LabelScratch, Samples, Tile, simd};

/// Scalar weight ψ(u, ‖x‖²) of a sample in the gradient.
#[derive(Clone, Debug)]
pub enum Gate {
    /// φ'(u).
    Activation(Activation),
    /// That of a smoothed Hermite polynomial: Σ_{jp} c_jp τ^j u^p, τ = (‖x‖² − u²)/(d − 1).
    Hermite {
        /// c_jp, a polynomial in u for each power of τ.
        coefficients: Vec<Vec<f64>>,
        /// d − 1.
        complement: f64,
    },
}

impl Gate {
    /// The gate of φ = He_k/√k! smoothed with parameter λ ≥ 0 in dimension d ≥ 2, times
    /// (1 + λ²)^{k/2}.
    ///
    /// Smoothing averages the loss over (w + λz)/√(1 + λ²) with z uniform on the unit sphere
    /// orthogonal to w (Damian, Nichani, Ge and Lee 2023). With ρ² = ‖x‖² − u² and t the first
    /// coordinate of a uniform point on that sphere,
    ///
    /// ```text
    /// f(u, ρ²) = E_t φ((u + λ ρ t)/√(1 + λ²)),      ψ = ∂f/∂u − 2u ∂f/∂ρ²
    /// ```
    ///
    /// since a tangent step h changes u by ⟨h, x⟩ and ρ² by −2u⟨h, x⟩. The factor in front keeps ψ
    /// of order 1; it belongs to the step size.
    #[must_use]
    pub fn hermite(k: u32, lambda: f64, d: usize) -> Self {
        let complement = (d.max(2) - 1) as f64;
        let scale = 1.0 + lambda * lambda;
        let size = k as usize;
        let mut coefficients = vec![vec![0.0; size + 2]; size / 2 + 1];
        for (i, a) in monomials(k).into_iter().enumerate() {
            let a = a / factorial(k).sqrt() * scale.powf(0.5 * (f64::from(k) - i as f64));
            for j in 0..=i / 2 {
                // E t^{2j} (d − 1)^j.
                let moment: f64 = (0..j)
                    .map(|l| (2 * l + 1) as f64 * complement / (complement + (2 * l) as f64))
                    .product();
                let c = a * binomial(i as u32, 2 * j as u32) * lambda.powi(2 * j as i32) * moment;
                let power = i - 2 * j;
                if power > 0 {
                    coefficients[j][power - 1] += c * power as f64;
                }
                if j > 0 {
                    coefficients[j - 1][power + 1] -= 2.0 * c * j as f64 / complement;
                }
            }
        }
        Self::Hermite { coefficients, complement }
    }

    /// ψ(u, q), q = ‖x‖².
    #[must_use]
    pub fn value(&self, u: f64, q: f64) -> f64 {
        match self {
            Self::Activation(activation) => activation.derivative(u),
            Self::Hermite { coefficients, complement } => {
                let tau = (q - u * u) / complement;
                let horner = |row: &Vec<f64>| row.iter().rev().fold(0.0, |sum, c| sum * u + c);
                coefficients.iter().rev().fold(0.0, |sum, row| sum * tau + horner(row))
            }
        }
    }
}

/// Step size η = δ min(1/d, d^{−k/2} max(1, λ)^{k−2}).
///
/// Near the equator an overlap of d^{−1/2} has to outgrow the noise: with λ = 0 the drift of
/// order k gives η ≍ d^{−max(1, k/2)}, where n ≍ d^{max(1, k−1)} steps escape; smoothing allows
/// λ^{k−2} more, and at λ = d^{1/4} n ≍ d^{max(1, k/2)} steps escape.
#[must_use]
pub fn step_size(delta: f64, k: u32, lambda: f64, d: usize) -> f64 {
    let (d, k) = (d as f64, f64::from(k));
    delta * (1.0 / d).min(d.powf(-0.5 * k) * lambda.max(1.0).powf(k - 2.0))
}

/// Multiply–adds of a matrix product that one of a vector update costs, being bound by memory.
const UPDATE: f64 = 4.0;

/// Cost of `passes` passes of descent, of which the slowest needs d^max(1, `exponent`) samples
/// times ln(d)/2 over the step.
#[must_use]
pub fn escape_cost(case: &Case<'_>, exponent: f64, passes: f64) -> Cost {
    let (d, sgd) = (case.d as f64, &case.options.sgd);
    let updates = 2.0 * sgd.starts as f64 * UPDATE;
    let pass = Work::new(2.0 * d, d * updates);
    let escape = d.powf(exponent.max(1.0)) * (0.5 * d.max(2.0).ln()).max(1.0) / sgd.step;
    let (slowest, bytes) = (0.5 * escape, 4.0 * 1024.0 * d);
    Cost { slowest, bytes, ..Cost::of(case.d, pass * passes) }
}

/// `starts` unit vectors in R^d, uniform on the sphere, each second one the opposite of the one
/// before it: one of a pair has the sign that odd k* needs.
#[must_use]
pub fn opposite_starts(d: usize, starts: usize, key: Key) -> Vec<Vec<f32>> {
    let coordinates = (0..d as u32).collect();
    let layer = Layer::on_sphere(coordinates, starts.div_ceil(2), Activation::Relu, key);
    let one = |i: usize| {
        let sign = if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        layer.weights.col_as_slice(i / 2).iter().map(|w| sign * w).collect()
    };
    (0..starts).map(one).collect()
}

/// One pass over `samples` with step size `eta` for each of `weights`, unit vectors in R^d.
///
/// Every vector sees every sample. Samples are read in order and the work is that of one thread.
///
/// # Errors
/// When a weight is no longer finite.
pub fn descend(
    weights: &mut [Vec<f32>],
    samples: &Samples<'_>,
    gate: &Gate,
    eta: f64,
) -> Result<()> {
    let d = weights.first().map_or(0, Vec::len);
    let mut x = Vec::new();
    let (mut y, mut scratch) = (Vec::new(), LabelScratch::default());
    for block in 0..samples.blocks() {
        let rows = samples.block_len(block);
        transposed(samples, block, d, &mut x);
        y.resize(rows, 0.0);
        samples.labels(block, Tile::default(), &mut scratch, &mut y);
        simd::vectorise(
            #[inline(always)]
            || {
                for (x, &y) in x.chunks_exact(d).zip(&y) {
                    let q = f64::from(dot(x, x));
                    for w in weights.iter_mut() {
                        let u = f64::from(dot(w, x));
                        let c = eta * y * gate.value(u, q);
                        let norm = (1.0 + c * c * (q - u * u).max(0.0)).sqrt();
                        combine(w, ((1.0 - c * u) / norm) as f32, x, (c / norm) as f32);
                    }
                }
            },
        );
        // Rounding moves the norm by parts in a million a block.
        for w in weights.iter_mut() {
            let norm = scale_to_unit(w);
            if !(norm.is_finite() && norm > 0.0) {
                return Err(Error::runtime("a weight of the gradient descent is not finite")
                    .hint("use a smaller step"));
            }
        }
    }
    Ok(())
}

/// The rows of `block`, one after the other, d coordinates each.
fn transposed(samples: &Samples<'_>, block: u64, d: usize, out: &mut Vec<f32>) {
    /// Coordinates at a time: a cache line of each row.
    const GROUP: usize = 16;
    let rows = samples.block_len(block);
    out.resize(rows * d, 0.0);
    let mut strips = vec![0.0_f32; GROUP * BLOCK];
    for first in (0..d).step_by(GROUP) {
        let group: Vec<u32> = (first..(first + GROUP).min(d)).map(|j| j as u32).collect();
        let strips = &mut strips[..group.len() * rows];
        samples.columns(block, &group, strips);
        for (i, row) in out.chunks_exact_mut(d).enumerate() {
            for (k, x) in row[first..first + group.len()].iter_mut().enumerate() {
                *x = strips[k * rows + i];
            }
        }
    }
}

/// Lanes that a product is summed in.
const LANES: usize = 16;

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[lane] += a * b;
    }
    sums.iter().sum()
}

/// w ← a w + b x.
#[inline(always)]
fn combine(w: &mut [f32], a: f32, x: &[f32], b: f32) {
    for (w, x) in w.iter_mut().zip(x) {
        *w = a * *w + b * x;
    }
}

/// A first layer whose neuron j is vector j, counted cyclically, with a random sign.
#[must_use]
pub fn repeated(
    directions: &[Vec<f32>],
    width: usize,
    activation: Activation,
    signs: Key,
) -> Layer {
    let d = directions.first().map_or(0, Vec::len);
    let weights = faer::Mat::from_fn(d, width, |i, j| {
        let w = directions[j % directions.len()][i];
        if mix(signs.child((j / directions.len()) as u64).bits()) & 1 == 0 { w } else { -w }
    });
    Layer { coordinates: (0..d as u32).collect(), weights, activation }
}
