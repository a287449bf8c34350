//! The second layer: part 6 of `PruneNetwork`.
//!
//! Minimises (1/n) Σ_i (y_i − a₀ − Σ_j a_j F_ij)² + λ ‖a‖² over a and the unpenalised
//! intercept a₀, from the moments of (F, y) alone, so that samples are streamed once.

use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef, Side};

use super::feature::add_gram;
use super::network::{Layer, Network};
use super::options::{Lambda, ReadoutMethod, ReadoutOptions};
use crate::error::{Error, Result};
use crate::sample::gaussian;
use crate::sample::reduce::{self, Merge};
use crate::sample::{Key, Samples, Tile};

/// Biases are uniform on [−B, B].
const BIAS_RANGE: f64 = 3.0;

/// One sample in this many is held out when λ is validated.
const HELD_OUT: u64 = 5;

/// Penalties that validation chooses from: 10^−8, 10^−7.5, …, 10^2.
fn lambda_grid() -> impl Iterator<Item = f64> {
    (0..=20).map(|i| 10_f64.powf(-8.0 + 0.5 * f64::from(i)))
}

/// Gradient descent stops when the gradient has shrunk by this factor, or after
/// [`MOST_DESCENT_STEPS`].
const DESCENT_TOLERANCE: f64 = 1e-10;

/// Most steps of gradient descent.
const MOST_DESCENT_STEPS: usize = 100_000;

/// Second moments of (F, y, 1) over samples: all that the readout needs.
///
/// `gram` is the (m + 2) × (m + 2) matrix Σ_i u_i u_iᵀ with u_i = (`F_i1`, …, `F_im`, y_i, 1),
/// column-major.
#[derive(Clone, Debug)]
pub struct Moments {
    size: usize,
    gram: Vec<f64>,
}

impl Merge for Moments {
    fn merge(&mut self, other: Self) {
        self.gram.merge(other.gram);
    }
}

impl Moments {
    /// No samples yet, for `width` features.
    #[must_use]
    pub fn new(width: usize) -> Self {
        let size = width + 2;
        Self { size, gram: vec![0.0; size * size] }
    }

    /// Adds a block: `features` in m columns of the length of `labels`.
    pub fn add(&mut self, features: &[f32], labels: &[f64], scratch: &mut Vec<f32>) {
        let rows = labels.len();
        scratch.clear();
        scratch.extend_from_slice(features);
        scratch.extend(labels.iter().map(|&y| y as f32));
        scratch.extend(std::iter::repeat_n(1.0, rows));
        let u = MatRef::from_column_major_slice(scratch, rows, self.size);
        add_gram(&mut self.gram, u, &mut Mat::zeros(self.size, self.size));
    }

    fn n(&self) -> f64 {
        self.gram[self.size * self.size - 1]
    }

    fn width(&self) -> usize {
        self.size - 2
    }

    /// Mean over the samples of the product of entries a and b of u.
    fn mean(&self, a: usize, b: usize) -> f64 {
        self.gram[a * self.size + b] / self.n()
    }

    /// Covariance of entries a and b of u.
    fn covariance(&self, a: usize, b: usize) -> f64 {
        let one = self.size - 1;
        self.mean(a, b) - self.mean(a, one) * self.mean(b, one)
    }

    /// Covariance Σ of the features and covariance of features and label.
    fn normal_equations(&self) -> (Mat<f64>, Mat<f64>) {
        let m = self.width();
        let sigma = Mat::from_fn(m, m, |i, j| self.covariance(i, j));
        let cross = Mat::from_fn(m, 1, |i, _| self.covariance(i, m));
        (sigma, cross)
    }

    /// a₀ = ȳ − Σ_j a_j F̄_j.
    fn intercept(&self, a: &[f64]) -> f64 {
        let one = self.size - 1;
        let fitted: f64 = a.iter().enumerate().map(|(j, a)| a * self.mean(j, one)).sum();
        self.mean(self.width(), one) - fitted
    }

    /// Mean squared error of (a, a₀) on these samples.
    fn squared_error(&self, a: &[f64], intercept: f64) -> f64 {
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
    Ok(Network { layer, biases, readout, intercept, reduced: false })
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
    let mut errors: Vec<(f64, f64)> = lambda_grid().filter_map(error).collect();
    errors.sort_by(|a, b| a.0.total_cmp(&b.0));
    errors.into_iter().map(|(_, lambda)| lambda).collect()
}

/// `b_j` ~ U(−3, 3), as 6 Φ(z) − 3 of standard normals z.
fn draw_biases(width: usize, key: Key) -> Vec<f32> {
    let mut z = vec![0.0_f32; width];
    for (strip, part) in z.chunks_mut(crate::sample::BLOCK).enumerate() {
        gaussian::fill(key, strip as u64, part);
    }
    let uniform = |z: f32| 0.5 * libm::erfc(-f64::from(z) / std::f64::consts::SQRT_2);
    z.into_iter().map(|z| (BIAS_RANGE * (2.0 * uniform(z) - 1.0)) as f32).collect()
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
    let (mut x, mut features, mut y, mut scratch) = (vec![], vec![], vec![], vec![]);
    let m = layer.width();
    let parts = reduce::sum_blocks(
        samples.blocks(),
        || Pair([Moments::new(m), Moments::new(m)]),
        |total: &mut Pair, block| {
            let rows = samples.block_len(block);
            x.resize(rows * layer.coordinates.len(), 0.0);
            features.resize(rows * m, 0.0);
            y.resize(rows, 0.0);
            samples.columns(block, &layer.coordinates, &mut x);
            let known = Tile { coordinates: &layer.coordinates, values: &x };
            samples.labels(block, known, &mut y);
            Network::features(layer, biases, &x, rows, &mut features);
            let first = block * crate::sample::BLOCK as u64;
            let cut = train.saturating_sub(first).min(rows as u64) as usize;
            for (moments, range) in total.0.iter_mut().zip([0..cut, cut..rows]) {
                let part = rows_of(&features, rows, range.clone());
                moments.add(&part, &y[range], &mut scratch);
            }
        },
    );
    parts.0
}

/// Rows `range` of column-major `features` with `rows` rows; borrowed when that is all.
fn rows_of(
    features: &[f32],
    rows: usize,
    range: std::ops::Range<usize>,
) -> std::borrow::Cow<'_, [f32]> {
    if range.len() == rows {
        return features.into();
    }
    features.chunks_exact(rows).flat_map(|column| &column[range.clone()]).copied().collect()
}

struct Pair([Moments; 2]);

impl Merge for Pair {
    fn merge(&mut self, other: Self) {
        for (a, b) in self.0.iter_mut().zip(other.0) {
            a.merge(b);
        }
    }
}
