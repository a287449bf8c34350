//! Made-up series of trials whose exponent is known, and their thresholds by the mean.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1, StandardNormal, StudentT};
use secateur::analysis::slope::Dimension;

use crate::bounded::{BoundedRisks, crossing_variance};
use crate::staircase::Staircase;

/// Bootstrap replicates: fewer than usual, which costs little accuracy.
const REPLICATES: usize = 200;

/// Spacing of the lattice of sample sizes.
const STEP: f64 = 0.5 * std::f64::consts::LN_2;

/// (slot, risk) of the trials at each n.
pub(crate) type Curve = Vec<(u64, Vec<(usize, Option<f64>)>)>;

/// How trials differ.
#[derive(Clone, Debug)]
pub(crate) enum Trials {
    /// risk = e^{0.1 g}/(1 + (n/n_t)²), ln n_t about ln n* with this standard deviation and tail.
    Smooth(f64, Tail),
    /// Coordinates are kept or lost as a whole: the ranking itself, with its own noise.
    Staircase(Staircase),
}

/// Law of ln n_t.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tail {
    Normal,
    /// Student's t with three degrees of freedom, variance 1.
    T3,
    /// One of two values.
    Bimodal,
}

/// A world in which n*(d) is known, up to noise.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) name: &'static str,
    /// The true exponent.
    pub(crate) b: f64,
    /// γmax of the band.
    pub(crate) log_power: f64,
    /// (d, s).
    pub(crate) sizes: Vec<(usize, usize)>,
    /// ln n* of (d, s).
    pub(crate) ln_n_star: fn(f64, f64) -> f64,
    pub(crate) trials: Trials,
    /// Trials beside the crossing, unless `count_at` says otherwise.
    pub(crate) count: usize,
    /// Trials beside the crossing at a dimension.
    pub(crate) count_at: Option<fn(usize) -> usize>,
    /// Standard deviation of ln n* about the law over dimensions.
    pub(crate) scatter: f64,
}

impl World {
    /// Thresholds of one study of this world by the mean of min(risk, 1).
    pub(crate) fn series(&self, seed: u64) -> Vec<Dimension> {
        let mut rng = generator(&[seed, self.b.to_bits(), self.sizes.len() as u64]);
        let phase = STEP * rng.random::<f64>();
        let one = |&(d, s): &(usize, usize)| self.dimension(d, s, phase, &mut rng);
        self.sizes.iter().map(one).collect()
    }

    fn dimension(&self, d: usize, s: usize, phase: f64, rng: &mut ChaCha8Rng) -> Dimension {
        let count = self.count_at.map_or(self.count, |at| at(d));
        let risks = BoundedRisks::new(self.curves(d, s, count, phase, rng));
        let place = risks.crossing(0.5).expect("there are trials");
        let replicates: Vec<f64> = (0..REPLICATES)
            .filter_map(|_| risks.crossing_of(&weights(risks.slots(), rng), 0.5))
            .map(secateur::analysis::place::Place::ln_n)
            .collect();
        Dimension {
            ln_d: (d as f64).ln(),
            ln_n: place,
            variance: crossing_variance(&replicates, count),
            trials: count,
        }
    }

    /// `count` trials at four neighbours on a lattice shifted by `phase`: all of them beside the
    /// crossing, a quarter of them one step further out.
    pub(crate) fn curves(
        &self,
        d: usize,
        s: usize,
        count: usize,
        phase: f64,
        rng: &mut ChaCha8Rng,
    ) -> Curve {
        let law = match &self.trials {
            Trials::Smooth(..) => (self.ln_n_star)(d as f64, s as f64),
            Trials::Staircase(ranking) => ranking.ln_n_star(d, s),
        };
        let ln_n_star = law + self.scatter * normal(rng);
        let first = phase + STEP * ((ln_n_star - phase) / STEP).floor();
        let sizes: Vec<u64> =
            (-1..=2).map(|i| (first + STEP * f64::from(i)).exp().round() as u64).collect();
        let coarse = (count / 4).max(4).min(count);
        let counts = [coarse, count, count, coarse];
        let mut curves: Curve = sizes.iter().map(|&n| (n, Vec::new())).collect();
        for trial in 0..count {
            let risks = match &self.trials {
                Trials::Smooth(noise, tail) => smooth(&sizes, ln_n_star, *noise, *tail, rng),
                Trials::Staircase(ranking) => ranking.risks(d, s, &sizes, rng),
            };
            for ((curve, risk), most) in curves.iter_mut().zip(risks).zip(counts) {
                if trial < most {
                    curve.1.push((trial, Some(risk)));
                }
            }
        }
        curves
    }
}

fn smooth(sizes: &[u64], ln_n_star: f64, noise: f64, tail: Tail, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let deviation = match tail {
        Tail::Normal => normal(rng),
        Tail::T3 => StudentT::new(3.0).expect("three is positive").sample(rng) / 3_f64.sqrt(),
        Tail::Bimodal => (if rng.random::<bool>() { 1.0 } else { -1.0 }) + 0.1 * normal(rng),
    };
    let ln_trial = ln_n_star + noise * deviation;
    let risk = |&n: &u64| {
        let odds = (2.0 * ((n as f64).ln() - ln_trial)).exp();
        (0.1 * normal(rng)).exp() / (1.0 + odds)
    };
    sizes.iter().map(risk).collect()
}

pub(crate) fn generator(words: &[u64]) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

pub(crate) fn weights(count: usize, rng: &mut impl Rng) -> Vec<f64> {
    (0..count).map(|_| Exp1.sample(rng)).collect()
}

pub(crate) fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}
