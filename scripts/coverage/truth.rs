//! Made-up trials whose law of n*(d) is known.

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use secateur::model::problem::{Problem, Real, Series};
use secateur::results::{Measured, Record};

/// Steepness γ of a trial's learning curve: risk = 1 / (1 + (n/n_t)^γ).
const STEEPNESS: f64 = 2.0;

/// A world in which n*(d) is a law, up to noise.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    /// β.
    pub(crate) beta: f64,
    /// C.
    pub(crate) constant: f64,
    /// n* = C d^β ln d instead of C d^β.
    pub(crate) log: bool,
    /// The dimensions.
    pub(crate) dimensions: Vec<usize>,
    /// Trials per dimension.
    pub(crate) trials: u32,
    /// Standard deviation of ln n_t over trials.
    pub(crate) noise: f64,
    /// Standard deviation of ln risk at each n.
    pub(crate) measurement: f64,
    /// Standard deviation of ln n* about the law over dimensions.
    pub(crate) scatter: f64,
    /// The smallest dimension's sample sizes start, and the largest one's end, at the crossing.
    pub(crate) censored: bool,
}

impl Truth {
    /// A plain setting, from which others depart.
    pub(crate) fn usual() -> Self {
        Self {
            beta: 1.5,
            constant: 60.0,
            log: false,
            dimensions: vec![16, 34, 71, 148, 311],
            trials: 16,
            noise: 0.3,
            measurement: 0.1,
            scatter: 0.0,
            censored: false,
        }
    }

    /// ln n* of the law.
    pub(crate) fn ln_n_star(&self, d: usize) -> f64 {
        let ln_d = (d as f64).ln();
        self.constant.ln() + self.beta * ln_d + if self.log { ln_d.ln() } else { 0.0 }
    }

    /// Records of a study of `learner`.
    ///
    /// The noise of trial t at dimension d is a function of (`data`, d, t): two learners with the
    /// same `data` share it. All else depends on `seed` too.
    pub(crate) fn records(&self, learner: &str, data: u64, seed: u64) -> Vec<Record> {
        let mut all = Vec::new();
        for (place, &d) in self.dimensions.iter().enumerate() {
            let mut own = stream([seed, data, d as u64, u64::MAX]);
            let ln_n_star = self.ln_n_star(d) + self.scatter * normal(&mut own);
            let sizes = self.sizes(place, ln_n_star, &mut own);
            for trial in 0..self.trials {
                let mut shared = stream([0, data, d as u64, u64::from(trial)]);
                let ln_trial = ln_n_star + self.noise * normal(&mut shared);
                for &n in &sizes {
                    let odds = STEEPNESS * ((n as f64).ln() - ln_trial);
                    let risk = (self.measurement * normal(&mut own)).exp() / (1.0 + odds.exp());
                    let seed = data.wrapping_mul(1 << 20).wrapping_add(u64::from(trial));
                    all.push(record(learner, d, n, trial, seed, risk));
                }
            }
        }
        all
    }

    /// Five or six neighbours on the lattice round(64 · 2^{i/2}) around the crossing.
    fn sizes(&self, place: usize, ln_n_star: f64, rng: &mut ChaCha8Rng) -> Vec<u64> {
        let lattice = 2.0 * (ln_n_star - 64_f64.ln()) / 2_f64.ln();
        let start = lattice.floor() as i32 - 2 + rng.random_range(0..2);
        let end = lattice.floor() as i32 + 3;
        let range = match place {
            0 if self.censored => end - 2..=end + 1,
            p if self.censored && p + 1 == self.dimensions.len() => start - 1..=end - 3,
            _ => start..=end,
        };
        range.map(|i| (64.0 * (f64::from(i) / 2.0).exp2()).round() as u64).collect()
    }
}

fn stream(words: [u64; 4]) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A trial with a risk and no other metric.
pub(crate) fn record(learner: &str, d: usize, n: u64, trial: u32, seed: u64, risk: f64) -> Record {
    let problem = Problem {
        link: Some("He2".to_owned()),
        k_star: Some(2),
        r: Some(1),
        q: Real::new(0.0),
        input: Some("gaussian".to_owned()),
        noise: Real::new(0.1),
        alpha: Real::new(0.5),
    };
    Record {
        study: "synthetic".into(),
        cell: format!("{learner}-{d}").into(),
        series: Arc::new(Series { problem, learner: learner.to_owned() }),
        d,
        s: Some(1),
        width: None,
        n,
        trial,
        seed: Some(seed),
        manifest: None,
        seconds: None,
        outcome: Ok(Measured::of_risk(risk)),
    }
}
