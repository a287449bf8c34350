//! Recursive feature machines: kernel ridge whose metric is the average gradient outer product of
//! the fit before it (Radhakrishnan, Beaglehole, Pandit and Belkin 2024).

use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef, Side};

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{Agop, NETWORK, Options, Width};
use super::random_features::RandomFeatures;
use super::stage::block::Block;
use super::stage::network::{gaussian_matrix, scale_to_unit};
use super::stage::{Budget, Case, Cost, Layer, SecondLayer, Split, Trained, Work};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::sample::{BLOCK, CentredLabels, Stage};

/// Kernel machines that are fitted one after the other.
pub const ROUNDS: usize = 5;

/// Ridge penalty on the kernel.
pub const PENALTY: f64 = 1e-3;

/// Most samples of the kernel: its matrix and the factor of that take 16 n₁² bytes, 4.3 GB.
pub const MOST: u64 = 16_384;

/// Distance below which points count as this far apart.
const CLOSEST: f64 = 1e-6;

/// Five rounds of kernel ridge on the n₁ samples of the first stage, then neurons along what the
/// last metric weighs.
///
/// ```text
/// k_M(x, z) = exp(−√((x − z)ᵀ M (x − z))/√(2d)),     M = I at first
/// (K + 10⁻³ I) α = ỹ,     f(x) = Σ_i α_i k_M(x, x_i)
/// M ← Σ_i ∇f(x_i) ∇f(x_i)ᵀ,  scaled to trace d;      agop = "diagonal": its diagonal alone
/// w_j = M^{1/2} g_j/‖M^{1/2} g_j‖,   g_j ~ N(0, I)
/// ```
///
/// The full matrix is the recursive feature machine, the diagonal one the reweighting of
/// coordinates of Zhu, Davis, Drusvyatskiy and Fazel 2025. The last line is its neural feature
/// ansatz, W Wᵀ ∝ M: the network has the metric of the machine, not its predictor, so that metrics
/// mean the same for all learners. Defaults are those of `random_features`, m = 1024 and
/// λ = `"validate"`.
///
/// Open in the publications and decided here: the Laplace kernel of bandwidth √(2d), the penalty,
/// five rounds on the same samples (the analysis of 2025 takes fresh ones in each), gradients at the
/// samples themselves, where the sample's own cusp counts as flat. No rate is stated: those of the
/// publications are for other kernels and inputs; docs/mathematics.md, section 10.12 has a
/// calculation.
#[derive(Clone, Debug)]
pub struct RecursiveFeatures {
    agop: Agop,
    width: Width,
    activation: Activation,
    /// Share of n of the kernel.
    share: f64,
    second: SecondLayer,
}

impl Recipe for RecursiveFeatures {
    const KEYS: Keys = &[NETWORK, &["data", "agop"]];

    /// Where the metric weighs s coordinates alike, the network has to do with features that are
    /// random among these, and needs more than s² of them.
    fn defaults() -> Options {
        RandomFeatures::defaults()
    }

    fn new(options: &Options, _: &Granted<'_>) -> Result<Self> {
        let split = Split::new(2, options.split.as_deref(), options.data)?;
        Ok(Self {
            agop: options.agop,
            width: options.width,
            activation: options.activation,
            share: split.share(0).unwrap_or(1.0),
            second: SecondLayer::new(options),
        })
    }
}

/// M of the kernel.
#[derive(Clone, Debug)]
pub enum Metric {
    /// A positive semidefinite d × d matrix.
    Full(Mat<f64>),
    /// The diagonal of one.
    Diagonal(Vec<f64>),
}

impl Metric {
    /// The identity.
    #[must_use]
    pub fn identity(agop: Agop, d: usize) -> Self {
        match agop {
            Agop::Full => Self::Full(Mat::identity(d, d)),
            Agop::Diagonal => Self::Diagonal(vec![1.0; d]),
        }
    }

    /// Σ_i g_i g_iᵀ of the rows of `gradients`, or its diagonal, scaled to trace d.
    ///
    /// # Errors
    /// When it is zero or not finite.
    pub fn of(agop: Agop, gradients: &Mat<f64>) -> Result<Self> {
        let d = gradients.ncols();
        let squares: Vec<f64> =
            (0..d).map(|j| gradients.col(j).iter().map(|g| g * g).sum()).collect();
        let scale = d as f64 / squares.iter().sum::<f64>();
        if !(scale.is_finite() && scale > 0.0) {
            return Err(Error::runtime("the fit of the kernel has no finite gradient")
                .hint("labels are constant or overflow: check the link"));
        }
        Ok(match agop {
            Agop::Full => Self::Full(faer::Scale(scale) * (gradients.transpose() * gradients)),
            Agop::Diagonal => Self::Diagonal(squares.iter().map(|s| s * scale).collect()),
        })
    }

    /// The rows of `x`, times M.
    fn times(&self, x: MatRef<'_, f64>) -> Mat<f64> {
        match self {
            Self::Full(metric) => x * metric,
            Self::Diagonal(metric) => {
                Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] * metric[j])
            }
        }
    }

    /// Its diagonal.
    #[must_use]
    pub fn diagonal(&self) -> Vec<f64> {
        match self {
            Self::Full(metric) => (0..metric.nrows()).map(|j| metric[(j, j)]).collect(),
            Self::Diagonal(metric) => metric.clone(),
        }
    }

    /// Rows M^{1/2} g of the columns g of `g`, d × m.
    fn root_times(&self, g: &Mat<f64>) -> Result<Mat<f64>> {
        match self {
            Self::Full(metric) => {
                let eigen = metric.self_adjoint_eigen(Side::Lower).map_err(|_| not_finite())?;
                let rotated = eigen.U().transpose() * g;
                let root = |k: usize| eigen.S()[k].max(0.0).sqrt();
                let scaled = Mat::from_fn(g.nrows(), g.ncols(), |k, j| root(k) * rotated[(k, j)]);
                Ok(eigen.U() * scaled)
            }
            Self::Diagonal(metric) => {
                Ok(Mat::from_fn(g.nrows(), g.ncols(), |i, j| metric[i].sqrt() * g[(i, j)]))
            }
        }
    }
}

fn not_finite() -> Error {
    Error::runtime("the kernel has no finite fit").hint("labels overflow: check the link")
}

/// Kernel ridge on rows x_i.
#[derive(Debug)]
pub struct Machine {
    x: Mat<f64>,
    metric: Metric,
    /// K, without the penalty.
    kernel: Mat<f64>,
    alpha: Vec<f64>,
    bandwidth: f64,
}

impl Machine {
    /// Fits `y` on the rows of `x`, n × d.
    ///
    /// # Errors
    /// When the system has no finite solution.
    pub fn fit(x: Mat<f64>, y: &[f64], metric: Metric) -> Result<Self> {
        let (n, bandwidth) = (x.nrows(), (2.0 * x.ncols() as f64).sqrt());
        let left = metric.times(x.as_ref());
        let lengths: Vec<f64> = (0..n).map(|i| inner(left.row(i), x.row(i))).collect();
        // K = ⟨x_i, x_j⟩_M first, in place.
        let mut kernel = &left * x.transpose();
        for j in 0..n {
            for (i, k) in kernel.col_as_slice_mut(j).iter_mut().enumerate() {
                let square = lengths[i] + lengths[j] - 2.0 * *k;
                let distance = if i == j { 0.0 } else { square.sqrt().max(CLOSEST) };
                *k = libm::exp(-distance / bandwidth);
            }
        }
        let alpha = {
            let mut system = kernel.clone();
            for j in 0..n {
                system[(j, j)] += PENALTY;
            }
            let factor = system.llt(Side::Lower).map_err(|_| not_finite())?;
            let y = Mat::from_fn(n, 1, |i, _| y[i]);
            factor.solve(&y).col(0).iter().copied().collect::<Vec<f64>>()
        };
        if alpha.iter().all(|a| a.is_finite()) {
            Ok(Self { x, metric, kernel, alpha, bandwidth })
        } else {
            Err(not_finite())
        }
    }

    /// f at `point`.
    #[must_use]
    pub fn value(&self, point: &[f64]) -> f64 {
        let gap = Mat::from_fn(self.x.nrows(), point.len(), |i, j| point[j] - self.x[(i, j)]);
        let left = self.metric.times(gap.as_ref());
        let distance = |i: usize| inner(left.row(i), gap.row(i)).max(0.0).sqrt();
        let term = |(i, a): (usize, &f64)| a * libm::exp(-distance(i) / self.bandwidth);
        self.alpha.iter().enumerate().map(term).sum()
    }

    /// ∇f(x_i) in rows, n × d: −M Σ_j α_j k_ij (x_i − x_j)/(δ_ij √(2d)) over j ≠ i.
    #[must_use]
    pub fn gradients(&self) -> Mat<f64> {
        let (n, d) = (self.x.nrows(), self.x.ncols());
        let mut pulls = Mat::zeros(n, d);
        for first in (0..n).step_by(BLOCK) {
            let rows = BLOCK.min(n - first);
            // α_j k_ij/δ_ij, a column for each i; δ from k, so that no second matrix is kept.
            let mut weights = self.kernel.subcols(first, rows).to_owned();
            let mut sums = vec![0.0; rows];
            for (at, sum) in sums.iter_mut().enumerate() {
                let column = weights.col_as_slice_mut(at);
                for (j, (w, alpha)) in column.iter_mut().zip(&self.alpha).enumerate() {
                    let distance = -self.bandwidth * libm::log(*w);
                    let own = j == first + at || *w == 0.0;
                    *w = if own { 0.0 } else { alpha * *w / distance.max(CLOSEST) };
                    *sum += *w;
                }
            }
            let drawn = weights.transpose() * &self.x;
            for (at, sum) in sums.iter().enumerate() {
                for j in 0..d {
                    let pull = sum * self.x[(first + at, j)] - drawn[(at, j)];
                    pulls[(first + at, j)] = -pull / self.bandwidth;
                }
            }
        }
        self.metric.times(pulls.as_ref())
    }
}

fn inner(a: faer::RowRef<'_, f64>, b: faer::RowRef<'_, f64>) -> f64 {
    a.iter().zip(b.iter()).map(|(a, b)| a * b).sum()
}

/// The metric after `rounds` machines on the rows of `x`.
///
/// # Errors
/// When one has no finite fit.
pub fn learn(agop: Agop, x: Mat<f64>, y: &[f64], rounds: usize) -> Result<Metric> {
    let mut metric = Metric::identity(agop, x.ncols());
    let mut x = x;
    for _ in 0..rounds {
        let machine = Machine::fit(x, y, metric)?;
        metric = Metric::of(agop, &machine.gradients())?;
        x = machine.x;
    }
    Ok(metric)
}

/// Rows x_i and centred labels of all samples.
fn read(labels: &CentredLabels<'_>, all: &[u32]) -> (Mat<f64>, Vec<f64>) {
    let samples = labels.samples();
    let n = samples.n() as usize;
    let (mut x, mut y) = (Mat::zeros(n, all.len()), Vec::with_capacity(n));
    let mut tile = Block::default();
    for block in 0..samples.blocks() {
        let rows = tile.fill(labels, all, block);
        for (j, column) in tile.x.chunks_exact(rows).enumerate() {
            let to = &mut x.col_as_slice_mut(j)[y.len()..];
            to.iter_mut().zip(column).for_each(|(to, &x)| *to = f64::from(x));
        }
        y.extend(tile.y.iter().map(|&y| f64::from(y)));
    }
    (x, y)
}

impl Learner for RecursiveFeatures {
    fn stages(&self) -> usize {
        2
    }

    fn check_size(&self, _: usize, n_max: u64, _: u64) -> Result<()> {
        let n = (self.share * n_max as f64).floor() as u64;
        if n <= MOST {
            return Ok(());
        }
        let gb = 16e-9 * (n as f64).powi(2);
        Err(Error::usage(format!(
            "`recursive_features` would have {n} samples in its kernel: two {n} × {n} matrices, \
             {gb:.0} GB, and n³/3 operations a round; {MOST} are the most"
        ))
        .hint("lower samples.n_max, or give the first stage a smaller share of the split"))
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let (d, m) = (case.d as f64, case.width());
        let slowest = 5.0 * d;
        // For each sample: an entry of n₁ distances, exponentials and logarithms, its share of the
        // factorisation, in double precision.
        let each = ROUNDS as f64 * slowest * (4.0 * d + 1000.0 + 0.7 * slowest);
        // The kernel and its factor hold the samples of the first of two stages.
        let share = |shares: &Vec<f64>| shares[0] / shares.iter().sum::<f64>();
        let share = case.options.split.as_ref().map_or(0.5, share);
        Cost {
            slowest,
            fixed: Work::new(0.0, 15.0 * d.powi(3) + 2.0 * d * d * m),
            bytes_a_pair: 16.0 * share * share,
            ..Cost::of(case.d, Work::new(d, each))
        }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (d, all) = (budget.d(), budget.all());
        let (x, y) = read(&budget.take(Stage::Feature(0))?.labels(), &all);
        if x.nrows() as u64 > MOST {
            return Err(Error::runtime(format!("{} samples are too many for a kernel", x.nrows()))
                .hint("lower samples.n_max"));
        }
        let metric = learn(self.agop, x, &y, ROUNDS)?;
        let g = gaussian_matrix(budget.key("weights"), d, self.width.at(d));
        let w = metric.root_times(&g)?;
        let mut weights = Mat::from_fn(d, w.ncols(), |i, j| w[(i, j)] as f32);
        for j in 0..w.ncols() {
            scale_to_unit(weights.col_as_slice_mut(j));
        }
        let layer = Layer { coordinates: all, weights, activation: self.activation };
        Ok(self.second.fit(layer, budget)?.by(metric.diagonal()))
    }
}
