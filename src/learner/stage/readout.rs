//! The second layer: part 6 of `PruneNetwork`.
//!
//! Minimises (1/n) Σ_i (y_i − a₀ − Σ_j a_j F_ij)² + λ ‖a‖² over a and the unpenalised
//! intercept a₀, from the moments of (F, y) alone, so that samples are streamed once.

use std::ops::Range;

use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::solvers::Solve;
use faer::{Accum, Mat, MatRef, Par, Side};

use super::network::{Layer, Network, normals};
use crate::error::{Error, Result};
use crate::learner::options::{Lambda, ReadoutMethod, ReadoutOptions};
use crate::model::normal::distribution;
use crate::sample::reduce::{self, Merge};
use crate::sample::{Key, LabelScratch, Lines, Samples, Tile};

/// Biases are uniform on [−B, B].
const BIAS_RANGE: f64 = 3.0;

/// One sample in this many is held out when λ is validated.
const HELD_OUT: u64 = 5;

/// Penalties that validation chooses from: 10^−8, 10^−7.5, …, 10^2.
pub(super) fn penalties() -> impl Iterator<Item = f64> {
    (0..=20).map(|i| 10_f64.powf(-8.0 + 0.5 * f64::from(i)))
}

/// Gradient descent stops when the gradient has shrunk by this factor, or after
/// [`MOST_DESCENT_STEPS`].
const DESCENT_TOLERANCE: f64 = 1e-10;

/// Most steps of gradient descent.
const MOST_DESCENT_STEPS: usize = 100_000;

/// Steps that it is expected to take: L/λ for each factor e, L ≈ m/2.
pub(super) fn descent_steps(m: f64, lambda: f64) -> f64 {
    (-0.5 * DESCENT_TOLERANCE.ln() * m / lambda).min(MOST_DESCENT_STEPS as f64)
}

/// Rows of (F, y, 1) that are turned to double precision at a time: they fit the second-level
/// cache.
const ROWS: usize = 256;

/// Second moments of (F, y, 1) over samples: all that the readout needs.
///
/// The (m + 2) × (m + 2) matrix Σ_i u_i u_iᵀ with u_i = (`F_i1`, …, `F_im`, y_i, 1), in double
/// precision throughout: features are nearly dependent once the neurons have found V, and a
/// small penalty lets rounding in the matrix through to the solution.
#[derive(Clone, Debug)]
pub struct Moments {
    /// The upper triangle; the rest is zero.
    gram: Mat<f64>,
}

impl Merge for Moments {
    fn merge(&mut self, other: Self) {
        self.gram += other.gram;
    }
}

impl Moments {
    /// No samples yet, for `width` features.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { gram: Mat::zeros(width + 2, width + 2) }
    }

    /// Adds samples: rows u_i, n × (m + 2).
    pub fn add(&mut self, u: MatRef<'_, f64>) {
        let (whole, upper) = (BlockStructure::Rectangular, BlockStructure::TriangularUpper);
        let (left, out) = (u.transpose(), self.gram.as_mut());
        triangular::matmul(out, upper, Accum::Add, left, whole, u, whole, 1.0, Par::Seq);
    }

    fn n(&self) -> f64 {
        self.gram[(self.one(), self.one())]
    }

    fn width(&self) -> usize {
        self.gram.ncols() - 2
    }

    /// Index of the entry 1 of u.
    fn one(&self) -> usize {
        self.gram.ncols() - 1
    }

    /// Mean over the samples of the product of entries a and b of u.
    fn mean(&self, a: usize, b: usize) -> f64 {
        self.gram[(a.min(b), a.max(b))] / self.n()
    }

    /// Covariance of entries a and b of u.
    fn covariance(&self, a: usize, b: usize) -> f64 {
        let one = self.one();
        self.mean(a, b) - self.mean(a, one) * self.mean(b, one)
    }

    /// Covariance Σ of the features and covariance of features and label.
    pub(in crate::learner) fn normal_equations(&self) -> (Mat<f64>, Mat<f64>) {
        let m = self.width();
        let sigma = Mat::from_fn(m, m, |i, j| self.covariance(i, j));
        let cross = Mat::from_fn(m, 1, |i, _| self.covariance(i, m));
        (sigma, cross)
    }

    /// a₀ = ȳ − Σ_j a_j F̄_j.
    pub(in crate::learner) fn intercept(&self, a: &[f64]) -> f64 {
        let one = self.one();
        let fitted: f64 = a.iter().enumerate().map(|(j, a)| a * self.mean(j, one)).sum();
        self.mean(self.width(), one) - fitted
    }

    /// Mean squared error of (a, a₀) on these samples.
    pub(in crate::learner) fn squared_error(&self, a: &[f64], intercept: f64) -> f64 {
        // With u = (F, y, 1) the residual is ⟨v, u⟩, v = (−a, 1, −a₀).
        let v: Vec<f64> = a.iter().map(|a| -a).chain([1.0, -intercept]).collect();
        let mut error = 0.0;
        for (i, vi) in v.iter().enumerate() {
            for (j, vj) in v.iter().enumerate() {
                error += vi * vj * self.mean(i, j);
            }
        }
        error
    }
}

/// Solution of (Σ + λ I) a = b.
///
/// # Errors
/// When the system is singular (λ = 0 with dependent features) or not finite.
pub fn ridge(moments: &Moments, lambda: f64) -> Result<Vec<f64>> {
    let (mut sigma, cross) = moments.normal_equations();
    for j in 0..sigma.nrows() {
        sigma[(j, j)] += lambda;
    }
    let factor = sigma.llt(Side::Lower).map_err(|_| singular(lambda))?;
    finite(factor.solve(&cross).col(0).iter().copied().collect(), lambda)
}

/// Gradient descent on the ridge objective from zero, step 1/L with L the largest eigenvalue
/// of Σ + λ I.
///
/// # Errors
/// When the system is not finite.
pub fn gradient_descent(moments: &Moments, lambda: f64) -> Result<Vec<f64>> {
    let (sigma, cross) = moments.normal_equations();
    let values = sigma.self_adjoint_eigenvalues(Side::Lower).map_err(|_| singular(lambda))?;
    let largest = values.iter().copied().fold(0.0, f64::max) + lambda;
    let mut a = Mat::<f64>::zeros(sigma.nrows(), 1);
    if largest == 0.0 {
        return finite(a.col(0).iter().copied().collect(), lambda);
    }
    let target = cross.norm_l2() * DESCENT_TOLERANCE;
    for _ in 0..MOST_DESCENT_STEPS {
        let gradient = &sigma * &a + faer::Scale(lambda) * &a - &cross;
        if gradient.norm_l2() <= target {
            break;
        }
        a -= faer::Scale(1.0 / largest) * &gradient;
    }
    finite(a.col(0).iter().copied().collect(), lambda)
}

fn finite(a: Vec<f64>, lambda: f64) -> Result<Vec<f64>> {
    if a.iter().all(|a| a.is_finite()) { Ok(a) } else { Err(singular(lambda)) }
}

fn singular(lambda: f64) -> Error {
    Error::runtime(format!("the readout has no finite solution at λ = {lambda}"))
        .hint("features may be linearly dependent: choose lambda > 0")
}

/// Fits biases and second layer on the samples of the readout stage.
///
/// # Errors
/// When the linear system has no finite solution.
pub fn fit(
    layer: Layer,
    options: &ReadoutOptions,
    samples: &Samples<'_>,
    key: Key,
) -> Result<Network> {
    let biases = draw_biases(layer.width(), key);
    let [train, held_out] = collect_moments(&layer, &biases, samples, options.lambda);
    let solve = |moments: &Moments, lambda| match options.method {
        ReadoutMethod::Ridge => ridge(moments, lambda),
        ReadoutMethod::GradientDescent => gradient_descent(moments, lambda),
    };
    let (readout, all) = match options.lambda {
        Lambda::Fixed(lambda) => (solve(&train, lambda)?, train),
        Lambda::Validate => {
            let candidates = validated(&train, &held_out, solve);
            let mut all = train;
            all.merge(held_out);
            // A penalty so small that the training samples barely allow it may fail on all.
            let readout = candidates.iter().find_map(|&lambda| solve(&all, lambda).ok());
            (readout.ok_or_else(|| singular(0.0))?, all)
        }
    };
    let intercept = all.intercept(&readout);
    Ok(Network { layer, biases, readout, intercept })
}

/// The penalties of the grid that have a solution, by increasing error on the held-out samples.
fn validated(
    train: &Moments,
    held_out: &Moments,
    solve: impl Fn(&Moments, f64) -> Result<Vec<f64>>,
) -> Vec<f64> {
    let error = |lambda: f64| {
        let a = solve(train, lambda).ok()?;
        Some((held_out.squared_error(&a, train.intercept(&a)), lambda))
    };
    let mut errors: Vec<(f64, f64)> = penalties().filter_map(error).collect();
    errors.sort_by(|a, b| a.0.total_cmp(&b.0));
    errors.into_iter().map(|(_, lambda)| lambda).collect()
}

/// `b_j` ~ U(−3, 3), as 6 Φ(z) − 3 of standard normals z.
fn draw_biases(width: usize, key: Key) -> Vec<f32> {
    let uniform = |z: f32| distribution(f64::from(z));
    normals(key, width)
        .into_iter()
        .map(|z| (BIAS_RANGE * (2.0 * uniform(z) - 1.0)) as f32)
        .collect()
}

/// Moments of the training and of the held-out samples (the last fifth, if λ is validated).
fn collect_moments(
    layer: &Layer,
    biases: &[f32],
    samples: &Samples<'_>,
    lambda: Lambda,
) -> [Moments; 2] {
    let held_out = if lambda == Lambda::Validate { (samples.n() / HELD_OUT).max(1) } else { 0 };
    let train = samples.n() - held_out;
    let m = layer.width();
    let parts = reduce::sum_blocks(
        samples.crew(),
        samples.blocks(),
        || Pair([Moments::new(m), Moments::new(m)]),
        || Scratch::new(m),
        |total: &mut Pair, scratch, block| {
            let rows = samples.block_len(block);
            scratch.fill(layer, biases, samples, block);
            let first = block * crate::sample::BLOCK as u64;
            let cut = train.saturating_sub(first).min(rows as u64) as usize;
            for (moments, range) in total.0.iter_mut().zip([0..cut, cut..rows]) {
                scratch.add_rows(range, rows, moments);
            }
        },
    );
    parts.0
}

/// Memory that a block is worked on in, kept from block to block.
struct Scratch {
    /// Inputs, rows × M.
    x: Lines,
    /// Labels.
    y: Vec<f64>,
    labels: LabelScratch,
    /// F, rows × m.
    features: Lines,
    /// (F, y, 1) of some rows.
    u: Mat<f64>,
}

impl Scratch {
    fn new(width: usize) -> Self {
        let labels = LabelScratch::default();
        let (x, y, features) = (Lines::default(), Vec::new(), Lines::default());
        Self { x, y, labels, features, u: Mat::from_fn(ROWS, width + 2, |_, _| 1.0) }
    }

    /// Computes features and labels of a block.
    fn fill(&mut self, layer: &Layer, biases: &[f32], samples: &Samples<'_>, block: u64) {
        let rows = samples.block_len(block);
        self.x.resize(rows * layer.coordinates.len());
        self.y.resize(rows, 0.0);
        self.features.resize(rows * layer.width());
        samples.columns(block, &layer.coordinates, &mut self.x);
        let known = Tile { coordinates: &layer.coordinates, values: &self.x };
        samples.labels(block, known, &mut self.labels, &mut self.y);
        Network::features(layer, biases, &self.x, rows, &mut self.features);
    }

    /// Adds the rows `range` of a block of `rows` to `moments`.
    fn add_rows(&mut self, range: Range<usize>, rows: usize, moments: &mut Moments) {
        let width = self.u.ncols() - 2;
        for start in range.clone().step_by(ROWS) {
            let part = start..(start + ROWS).min(range.end);
            for (j, feature) in self.features.chunks_exact(rows).enumerate() {
                let column = self.u.col_as_slice_mut(j);
                for (u, &f) in column.iter_mut().zip(&feature[part.clone()]) {
                    *u = f64::from(f);
                }
            }
            self.u.col_as_slice_mut(width)[..part.len()].copy_from_slice(&self.y[part.clone()]);
            moments.add(self.u.subrows(0, part.len()));
        }
    }
}

struct Pair([Moments; 2]);

impl Merge for Pair {
    fn merge(&mut self, other: Self) {
        for (a, b) in self.0.iter_mut().zip(other.0) {
            a.merge(b);
        }
    }
}
