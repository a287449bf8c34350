//! What a trial is expected to cost: only where a search starts and what `plan` prices.

use std::ops::{Add, Mul};

use super::keep::kept_count;
use super::{limit, readout};
use crate::learner::options::{DataUse, Lambda, Options, ReadoutMethod, Simulation};
use crate::model::direction::DirectionLaw;
use crate::model::input::Input;
use crate::model::link::Link;
use crate::model::theory::prune_samples;

/// Seconds that a core takes for the pieces of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// To generate and compare one coordinate of one sample.
    pub entry: f64,
    /// For one multiply–add of a matrix product.
    pub product: f64,
    /// To apply an activation to one pre-activation.
    pub activation: f64,
    /// For what a trial does once, whatever its size.
    pub trial: f64,
}

impl Rates {
    /// Those of a core of 2021 (AMD Zen 3): good enough for a study of seconds.
    pub const TYPICAL: Self =
        Self { entry: 7e-10, product: 2.5e-11, activation: 5e-10, trial: 1e-4 };

    /// Seconds that `work` takes.
    #[must_use]
    pub fn seconds(&self, work: Work) -> f64 {
        work.entries * self.entry
            + work.products * self.product
            + work.activations * self.activation
    }
}

/// Multiply–adds of a product in single precision that one weight, moved and scaled, costs.
const WEIGHT: f64 = 100.0;
/// The same of one entry of a covariance.
const MOMENT: f64 = 40.0;
/// Of one entry of a matrix that is too large to stay near, times a vector.
const VISIT: f64 = 5.0;
/// Of an operation on vectors that are short.
const CALL: f64 = 1.5e4;
/// Of Cholesky, QR and eigendecomposition in double precision, over the cube of the size, or
/// rows times columns squared.
const CHOLESKY: f64 = 0.7;
const QR: f64 = 16.0;
const EIGEN: f64 = 15.0;

/// Pieces of a trial, by their number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    /// Coordinates of samples.
    pub entries: f64,
    /// Multiply–adds.
    pub products: f64,
    /// Activations.
    pub activations: f64,
}

impl Work {
    /// `entries` coordinates and `products` multiply–adds.
    #[must_use]
    pub fn new(entries: f64, products: f64) -> Self {
        Self { entries, products, activations: 0.0 }
    }
}

impl Add for Work {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            entries: self.entries + other.entries,
            products: self.products + other.products,
            activations: self.activations + other.activations,
        }
    }
}

impl Mul<f64> for Work {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self {
            entries: self.entries * times,
            products: self.products * times,
            activations: self.activations * times,
        }
    }
}

/// What is to be priced: a learner with these options in dimension `d`.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Dimension d.
    pub d: usize,
    /// Sparsity s.
    pub s: usize,
    /// Information exponent k*.
    pub k_star: u32,
    /// The link.
    pub link: &'a Link,
    /// Standard deviation √Δ of the label noise.
    pub noise: f64,
    /// Law of V.
    pub directions: DirectionLaw,
    /// Law of the inputs.
    pub input: Input,
    /// The options.
    pub options: &'a Options,
}

impl Case<'_> {
    /// Width m.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.options.width.at(self.d) as f64
    }

    /// What the law of the ranking needs to know of the data: the noise variance Δ of Gaussian
    /// inputs and hard directions; none of others.
    #[must_use]
    pub fn plain_noise(&self) -> Option<f64> {
        (self.directions.is_hard() && self.input.is_gaussian()).then_some(self.noise * self.noise)
    }

    /// Coordinates M that `keep` is expected to leave.
    #[must_use]
    pub fn kept(&self) -> usize {
        kept_count(self.options.prune.keep, self.s, self.d)
    }

    /// Samples after which a comparison with correlation `rho` has found order `k`.
    #[must_use]
    pub fn comparison(&self, k: u32, rho: f64) -> f64 {
        prune_samples(k, self.s, self.d.max(2), rho)
    }

    /// Whether stages on `kept` coordinates are simulated in reduced form.
    #[must_use]
    pub fn reduces(&self, kept: usize) -> bool {
        let options = self.options;
        let reduced = options.simulation().reduces(kept, options.width.at(self.d), self.link.r());
        reduced && self.input.is_gaussian()
    }

    /// Whether stages are simulated in the limit.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.options.simulation() == Simulation::Limit
    }

    /// Samples that are drawn in place of those of a stage.
    #[must_use]
    pub fn drawn(&self, samples: f64) -> f64 {
        if self.is_limit() { samples.min(limit::SAMPLES as f64) } else { samples }
    }

    /// Coordinates of the first layer of a network on `kept`.
    #[must_use]
    pub fn held(&self, kept: usize) -> usize {
        let few = self.options.width.at(self.d) + self.link.r();
        if self.is_limit() { kept.min(few) } else { kept }
    }

    /// Coordinates that stages on `kept` coordinates generate for each sample.
    #[must_use]
    pub fn visited(&self, kept: usize) -> f64 {
        if self.is_limit() {
            return (self.held(kept) + self.link.r()) as f64;
        }
        let reduced = self.options.width.at(self.d) + 2 * self.link.r();
        (if self.reduces(kept) { reduced } else { kept }) as f64
    }

    /// Work of the gradient steps on `kept` coordinates, for each sample of their stage: steps
    /// on fresh samples share them, steps on reused ones read all of them each.
    #[must_use]
    pub fn step(&self, kept: usize) -> Work {
        let passes = match self.options.data {
            DataUse::Fresh => 1.0,
            DataUse::Reuse => f64::from(self.options.feature.steps),
        };
        let (visited, s, m) = (self.visited(kept), self.s as f64, self.width());
        let second_moment = if self.reduces(kept) || self.is_limit() { m * m } else { 0.0 };
        let each = Work {
            entries: visited + s.min(visited),
            products: 2.0 * visited * m + second_moment,
            activations: m,
        };
        each * passes
    }

    /// Work of the gradient steps whatever n is: weights, and what a reduction factorises.
    #[must_use]
    pub fn steps_fixed(&self, kept: usize) -> Work {
        let weights = self.held(kept) as f64 * self.width();
        let each = if self.is_limit() {
            Work::new(0.0, (QR + EIGEN) * self.width().powi(3))
        } else if self.reduces(kept) {
            Work::new(weights, 4.0 * weights * self.width()) + self.reduction(kept)
        } else {
            Work::new(0.0, WEIGHT * weights)
        };
        each * f64::from(self.options.feature.steps)
    }

    /// Work of a reduction from `kept` coordinates: a QR factorisation.
    fn reduction(&self, kept: usize) -> Work {
        let columns = self.width() + self.link.r() as f64;
        Work::new(0.0, if self.reduces(kept) { QR * kept as f64 * columns.powi(2) } else { 0.0 })
    }

    /// Work of fitting the second layer and of the metrics, whatever n is.
    #[must_use]
    pub fn fixed(&self, kept: usize) -> Work {
        let (m, readout) = (self.width(), &self.options.readout);
        let solve = |lambda: f64| match readout.method {
            ReadoutMethod::Ridge => CHOLESKY * m.powi(3),
            ReadoutMethod::GradientDescent => {
                EIGEN * m.powi(3) + readout::descent_steps(m, lambda) * (VISIT * m * m + CALL)
            }
        };
        let solutions = match readout.lambda {
            Lambda::Fixed(lambda) => 2.0 * MOMENT * m * m + solve(lambda),
            Lambda::Validate => {
                // The held-out error is a sum over the moments as well.
                let each = readout::penalties().map(|lambda| 3.0 * MOMENT * m * m + solve(lambda));
                each.sum::<f64>() + solve(0.0)
            }
        };
        let held = self.held(kept) as f64;
        let small = m.min(held);
        let overlap = 4.0 * held * m * small + EIGEN * small.powi(3);
        Work::new(0.0, solutions + overlap) + self.reduction(kept) * 2.0
    }

    /// Work of the readout, or of a test, on `kept` coordinates, for each sample.
    #[must_use]
    pub fn readout(&self, kept: usize) -> Work {
        let (visited, m) = (self.visited(kept), self.width());
        Work { entries: visited, products: visited * m + m * m, activations: m }
    }
}

/// Coordinates that the null law costs as much as: over the square of the number of labels that are
/// not in the power sums, if they are most of a stage or its largest; and for a channel.
const MOST: f64 = 7e3;
const LARGEST: f64 = 3e2;
const CHANNEL: f64 = 2e5;

/// Dimension beyond which the sums of all coordinates, 50 MB, are avoided.
const LARGE: f64 = 1_048_576.0;

/// Samples of a small stage.
const SMALL: f64 = 64.0;

/// What choosing costs, by either way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screening {
    /// As asked for.
    pub simulation: Simulation,
    /// Dimension d.
    pub d: f64,
    /// Sparsity s.
    pub s: f64,
    /// Channels of a score.
    pub channels: f64,
    /// Labels that may not be in the power sums; none where there is no law, or nothing is null.
    pub few: Option<f64>,
    /// Whether the choice needs the law of null scores even if all are visited.
    pub tested: bool,
    /// Multiply–adds of a sample, if all coordinates are visited.
    pub products: f64,
    /// Bytes of their sums.
    pub held: f64,
}

impl Screening {
    /// Whether `n` samples are read at relevant coordinates alone.
    #[must_use]
    pub fn is_reduced(&self, n: f64) -> bool {
        match self.simulation {
            Simulation::Explicit => false,
            Simulation::Reduced | Simulation::Limit => self.few.is_some(),
            Simulation::Auto => {
                self.few.is_some() && (self.d > LARGE || self.reduced(n) < self.explicit(n))
            }
        }
    }

    /// Coordinates that are generated and compared, or work worth as much.
    #[must_use]
    pub fn entries(&self, n: f64) -> f64 {
        if self.is_reduced(n) {
            return self.reduced(n);
        }
        self.explicit(n) + if self.tested { self.law(n) } else { 0.0 }
    }

    /// All of it.
    #[must_use]
    pub fn work(&self, n: f64) -> Work {
        let products = if self.is_reduced(n) { 0.0 } else { n * self.products };
        Work::new(self.entries(n), products)
    }

    fn explicit(&self, n: f64) -> f64 {
        n * (self.d + self.s)
    }

    fn reduced(&self, n: f64) -> f64 {
        if self.few.is_none() {
            return f64::INFINITY;
        }
        // Each strip is compared with the labels, and with ones for what centring takes out.
        1.5 * n * self.s + self.law(n)
    }

    fn law(&self, n: f64) -> f64 {
        let few = self.few.unwrap_or(0.0);
        few * few * if n < 4.0 * few { MOST } else { LARGEST } + CHANNEL * self.channels
    }

    /// Bytes of the sums, and of a block of what is read.
    #[must_use]
    pub fn bytes(&self) -> f64 {
        let explicit = if self.is_reduced(SMALL) { 0.0 } else { 48.0 * self.d + self.held };
        explicit + 4096.0 * self.s
    }
}

/// What a learner is expected to need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Coordinates M that its network keeps.
    pub kept: usize,
    /// Samples that its slowest stage but the readout needs.
    pub slowest: f64,
    /// How many times as many these options are expected to need. A price takes it into account,
    /// the start of a search does not: starts are the same for all that is compared.
    pub harder: f64,
    /// What choosing coordinates costs, if that is a stage.
    pub screening: Option<Screening>,
    /// Work of other stages before the readout, for each sample of a stage.
    pub stages: Work,
    /// Work that does not depend on n: factorisations.
    pub fixed: Work,
    /// Bytes of what no other learner has.
    pub bytes: f64,
    /// The same for each pair of samples, of n in total.
    pub bytes_a_pair: f64,
}

impl Cost {
    /// Of one gradient step on `kept` coordinates: it finds the directions of a fraction of its
    /// neurons from about M^{k*}/2 samples.
    #[must_use]
    pub fn of_step(case: &Case<'_>, kept: usize) -> Self {
        let slowest = 0.5 * (kept as f64).powi(case.k_star as i32);
        let fixed = case.steps_fixed(kept);
        Self { slowest, fixed, ..Self::of(kept, case.step(kept)) }
    }

    /// Of these stages before the readout; the readout decides how many samples are needed.
    #[must_use]
    pub fn of(kept: usize, stages: Work) -> Self {
        Self {
            kept,
            slowest: 0.0,
            harder: 1.0,
            screening: None,
            stages,
            fixed: Work::default(),
            bytes: 0.0,
            bytes_a_pair: 0.0,
        }
    }

    /// With coordinates chosen by `screening` first.
    #[must_use]
    pub fn with(self, screening: Screening) -> Self {
        Self { screening: Some(screening), bytes: self.bytes + screening.bytes(), ..self }
    }

    /// With the relevant coordinates alone scored, which is what a limit does.
    #[must_use]
    pub fn with_relevant(self, case: &Case<'_>) -> Self {
        let s = case.s as f64;
        let scores = Work::new(2.0 * s, 0.0);
        Self { stages: scores + self.stages, bytes: self.bytes + 48.0 * s, ..self }
    }
}
