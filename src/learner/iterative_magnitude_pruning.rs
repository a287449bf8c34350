//! Pruning by magnitude in rounds, each of several steps: the practice of the lottery ticket.

use super::contract::{Granted, Keys, Learner, Recipe};
use super::magnitude_pruning::{magnitudes, rewound};
use super::options::{Keep, NETWORK, Options};
use super::stage::{Budget, Case, Cost, Layer, TrainKept, Trained, Work, kept_count, survivors};
use crate::error::{Error, Result};

/// Gradient steps of a round.
pub const STEPS: u32 = 4;

/// Share of the coordinates that a round leaves.
const SHARE: f64 = 0.5;

/// Train, prune the half of the coordinates with the smallest weights, rewind the others to their
/// initial values, and again until M are left; then train these once more (Frankle and Carbin 2019).
///
/// ```text
/// round r     w ← 4 steps from the initial weights on M_r coordinates,   t_i = √(Σ_j w_ij²)
///             keep the M_{r+1} = max(M, ⌈M_r/2⌉) largest t_i
/// ```
///
/// Every step reads fresh samples, an equal part of the first stage, and is that of part 5, with unit
/// neurons. M is granted.
///
/// By the features alone, an exponent between 1 and 5/4 would be expected at k\* = 2 whatever α is:
/// a step maps an overlap m of a neuron to m √(n₁/d), and four take d^{−1/2} to order 1 at n₁ ≍ d^{5/4}.
/// Measured are smaller ones, that grow with α: magnitudes see more than features. Whatever the
/// overlap, the noise of a gradient is larger at a relevant coordinate,
///
/// ```text
/// E t_i² ∝ E[y² x_i²] = E y² (1 + v_i² E[y² He₂(z)]/E y²),      1 + 4/s at He₂
/// ```
///
/// so that t_i ranks by the order 2 of y², as `label_transform` with y² does, while s is small against
/// the number of neurons and samples that t_i averages over (docs/mathematics.md, section 10.10). A
/// bound for queries that are correlational is not about that. No rate is stated.
#[derive(Clone, Debug)]
pub struct IterativeMagnitudePruning {
    keep: Keep,
    train: TrainKept,
}

impl Recipe for IterativeMagnitudePruning {
    const KEYS: Keys = &[NETWORK, &["data", "keep"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let keep = options.prune.keep_without_null("iterative_magnitude_pruning", "null law")?;
        Ok(Self { keep, train: TrainKept::new(options, granted.k_star()) })
    }
}

/// Coordinates of each round, from d down to `last`.
fn schedule(d: usize, last: usize) -> Vec<usize> {
    let next =
        |&kept: &usize| (kept > last).then(|| ((kept as f64 * SHARE).ceil() as usize).max(last));
    std::iter::successors(Some(d), next).collect()
}

impl Learner for IterativeMagnitudePruning {
    fn stages(&self) -> usize {
        2
    }

    fn blindness(&self) -> Vec<String> {
        self.train.blindness()
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let rounds = schedule(case.d, case.kept());
        // d^{5/4} in a step of the first round, at k* = 2.
        let slowest = (case.d as f64).powf(0.625 * f64::from(case.k_star));
        let steps = f64::from(STEPS) * rounds.len() as f64;
        let fixed = rounds
            .iter()
            .fold(Work::default(), |sum, &kept| sum + case.steps_fixed(kept) * f64::from(STEPS));
        let cost = Cost::of_step(case, case.d);
        Cost { kept: case.kept(), slowest: slowest * steps, fixed, ..cost }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let rounds = schedule(budget.d(), kept_count(self.keep, budget.s(), budget.d()));
        let steps = STEPS * rounds.len() as u32;
        let mut portions = (0_u64..).zip(budget.take_steps(steps)?);
        let keys = ["complement", "signs"].map(|name| budget.key(name));
        let initial = self.train.initial(budget, budget.all());
        let mut advance = |layer: &mut Layer| {
            for (step, portion) in portions.by_ref().take(STEPS as usize) {
                if portion.n() < 2 {
                    return Err(too_few(steps));
                }
                self.train.step(layer, &portion, keys.map(|key| key.child(step)))?;
            }
            Ok(())
        };
        let mut layer = initial.clone();
        let mut scores = vec![0.0; budget.d()];
        for &count in &rounds[1..] {
            advance(&mut layer)?;
            let norms = magnitudes(&layer);
            for (&j, &norm) in layer.coordinates.iter().zip(&norms) {
                scores[j as usize] = norm;
            }
            let kept = survivors(&norms, Keep::Count(count), 0, f64::INFINITY);
            let kept = kept.into_iter().map(|at| layer.coordinates[at as usize]).collect();
            layer = rewound(&initial, kept);
        }
        advance(&mut layer)?;
        Ok(self.train.fit_second(layer, budget)?.by(scores))
    }
}

fn too_few(steps: u32) -> Error {
    Error::runtime(format!("too few samples for {steps} gradient steps: each needs 2"))
        .hint("raise samples.n_min, or give the first stage a larger share of the split")
}
