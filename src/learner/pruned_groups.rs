//! The pruned network with coordinates ranked in pairs (Choo and d'Orsi 2021).

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{Keep, NETWORK, Options};
use super::stage::moment::product_moment;
use super::stage::subspace::MAX_DIMENSION;
use super::stage::{Budget, Case, Cost, TrainKept, Trained, Work, survivors};
use crate::error::{Error, Result};
use crate::model::hermite::binomial;
use crate::sample::{CentredLabels, Stage};

/// Largest information exponent whose pairs are scored.
pub const MAX_ORDER: u32 = 4;

/// `pruned` with t_i the largest score of a pair that holds coordinate i, in place of its own:
///
/// ```text
/// T(i, j, ±) = Σ ỹ He_k((x_i ± x_j)/√2)/(√k! ‖ỹ‖),     k = k*,     t_i = max_{j ≠ i, ±} |T(i, j, ±)|
/// ```
///
/// T is the Hermite tensor Σ ỹ He_k(x) at the 2-sparse unit vectors with equal entries: the search
/// over t-sparse vectors of Choo and d'Orsi 2021 with t = 2. A pair of relevant coordinates of the
/// right sign scores 2^{k/2} of one alone, among d² pairs in place of d, so that
///
/// ```text
/// n ≍ (s/2)^{k*} · 2 ln d² = 2^{1 − k*} · 2 s^{k*} ln d
/// ```
///
/// a factor t^{1 − k*}, and no exponent, is gained, for d² work. Their order is a half at k* = 2, a
/// quarter at k* = 3; nothing at k* = 1.
///
/// Left open there and decided here: the tensor has independent Gaussian entries there and is a sum
/// over samples here; the support is read off the maxima of the pairs, not off a contraction with
/// the best vector, which needs a second copy; M is granted, as for `pruned`; so is k*. d ≤ 4096.
#[derive(Clone, Debug)]
pub struct PrunedGroups {
    k_star: u32,
    keep: Keep,
    later: TrainKept,
}

impl Recipe for PrunedGroups {
    const KEYS: Keys = &[NETWORK, &["data", "keep", "feature"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let k_star = granted.k_star();
        if k_star > MAX_ORDER {
            return Err(Error::usage(format!(
                "`pruned_groups` has no scores for information exponent {k_star}"
            ))
            .hint("pairs are scored up to order 4: use a link with k* ≤ 4"));
        }
        let keep = options.prune.keep_without_null("pruned_groups", "null law")?;
        Ok(Self { k_star, keep, later: TrainKept::new(options, k_star) })
    }
}

/// t_i of every coordinate i = 0..d, for order `k` ≥ 1. Memory: 8 d² bytes for each power of x_i.
#[must_use]
pub fn pair_scores(labels: &CentredLabels<'_>, d: usize, k: u32) -> Vec<f64> {
    let all: Vec<u32> = (0..d as u32).collect();
    let norm = (labels.variance() * labels.samples().n() as f64).sqrt();
    let scale = norm.max(f64::MIN_POSITIVE).recip();
    // He_k((x ± z)/√2) = 2^{−k/2} Σ_a (k choose a) (±1)^{k−a} He_a(x) He_{k−a}(z).
    let weight = |a: u32| (binomial(k, a) * 0.5_f64.powi(k as i32)).sqrt() * scale;
    let moments: Vec<Vec<f64>> =
        (0..=k / 2).map(|a| product_moment(labels, &all, k - a, a)).collect();
    let term = |a: u32, i: usize, j: usize| {
        let (most, at) = if 2 * a >= k { (a, j * d + i) } else { (k - a, i * d + j) };
        weight(a) * moments[(k - most) as usize][at]
    };
    let mut scores = vec![0.0_f64; d];
    for i in 0..d {
        for j in 0..i {
            let (mut even, mut odd) = (0.0, 0.0);
            for a in 0..=k {
                let part = if (k - a).is_multiple_of(2) { &mut even } else { &mut odd };
                *part += term(a, i, j);
            }
            // The larger of |even ± odd|.
            let score = f64::abs(even) + f64::abs(odd);
            scores[i] = scores[i].max(score);
            scores[j] = scores[j].max(score);
        }
    }
    scores
}

impl Learner for PrunedGroups {
    fn stages(&self) -> usize {
        3
    }

    fn check(&self, d: usize, _: usize) -> Result<()> {
        if (2..=MAX_DIMENSION).contains(&d) {
            return Ok(());
        }
        Err(Error::usage(format!(
            "`pruned_groups` scores pairs of coordinates, from 2 to {MAX_DIMENSION} of them, not {d}"
        ))
        .hint("choose another dimension; `pruned` ranks coordinates one by one"))
    }

    fn blindness(&self) -> Vec<String> {
        self.later.blindness()
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let (d, moments) = (case.d as f64, f64::from(case.k_star / 2 + 1));
        let cost = Cost::of_step(case, case.kept());
        Cost {
            slowest: case.comparison(case.k_star, 1.0) * 0.5_f64.powi(case.k_star as i32 - 1),
            stages: cost.stages + Work::new(10.0 * moments * d, moments * d * d),
            fixed: cost.fixed + Work::new(0.0, 200.0 * d * d),
            bytes: 20.0 * (moments + 1.0) * d * d,
            ..cost
        }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let labels = budget.take(Stage::Prune)?.labels();
        let scores = pair_scores(&labels, budget.d(), self.k_star);
        let kept = survivors(&scores, self.keep, budget.s(), f64::INFINITY);
        Ok(self.later.train(budget, kept)?.by(scores))
    }
}
