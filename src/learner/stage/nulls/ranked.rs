//! What a ranking keeps and how well it ranks, without the scores of null coordinates.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::order::Uniforms;
use crate::learner::ranking::{Ranking, is_constant};
use crate::learner::stage::keep::discoveries;
use crate::model::nulls::ScoreLaw;

/// Relative scatter of Σ t² over null coordinates up to which their sums are taken as normal.
const NORMAL: f64 = 0.1;

/// Which coordinates survive; at least one always does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Survivors {
    /// The M with the largest scores.
    Largest(u64),
    /// Those whose score a null coordinate exceeds with a smaller probability than this.
    Beyond(f64),
    /// The discoveries at this false discovery rate.
    Discovered(f64),
}

/// Scores and row norms ‖V_j‖ of the relevant coordinates, in the same order.
#[derive(Clone, Copy, Debug)]
pub struct Relevant<'a> {
    /// Their scores t_j, in null standard deviations.
    pub scores: &'a [f64],
    /// ‖V_j‖ > 0; it is 0 for all other coordinates.
    pub norms: &'a [f64],
}

/// The outcome of a ranking of s relevant and N null coordinates.
///
/// With p_j the p-value of the j-th largest relevant score, the nulls ahead of it are the
/// uniforms below p_j: successive binomial numbers A_1 ≤ A_2 ≤ …. Then
///
/// ```text
/// M largest     j survives if j + A_j ≤ M, and M − (number that do) null coordinates with them
/// beyond p      j survives if p_j < p, with Binomial(N, p) null coordinates
/// discovered    the same at the p of [`discoveries`]: counts at decreasing places are binomial
///               numbers each with the one before, and those in between come afterwards
/// AUC           Σ_j (1 − A_j/N)/s
/// Spearman      from the ranks d + 1 − (j + A_j): ranks of null coordinates enter by their sum
/// Pearson       from Σ t and Σ t² over null coordinates, a pair of normal numbers
/// ```
///
/// The first four have the joint law of an explicit ranking. Pearson's correlation has its own law
/// but is drawn apart from them, once Σ t² scatters by less than a tenth: from N = 200 for nearly
/// normal scores.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedNulls {
    /// Which of the relevant coordinates survive, increasing.
    pub relevant: Vec<usize>,
    /// How many null coordinates survive. They are exchangeable.
    pub nulls: u64,
    /// How well all scores order the coordinates; no Pearson's correlation for too few null ones.
    pub ranking: Ranking,
    /// That of the discoveries; 0 where none are asked for.
    pub evidence: f64,
}

impl RankedNulls {
    /// Ranks `relevant` among `nulls` coordinates whose scores have the law `law`.
    #[must_use]
    pub fn draw(
        relevant: Relevant<'_>,
        nulls: u64,
        law: &ScoreLaw,
        survivors: Survivors,
        rng: &mut impl Rng,
    ) -> Self {
        let Relevant { scores, norms } = relevant;
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        let p: Vec<f64> = order.iter().map(|&j| law.beyond(scores[j])).collect();
        // Places up to which the null coordinates are counted, decreasing, with their numbers.
        let mut counted = vec![(1.0, nulls)];
        let (cut, evidence) = match survivors {
            Survivors::Largest(_) => (0.0, 0.0),
            Survivors::Beyond(cut) => (cut, 0.0),
            Survivors::Discovered(q) => {
                let found = discoveries(q, scores.len() as u64 + nulls, |u| {
                    let (place, count) = counted[counted.len() - 1];
                    let count = Uniforms::new(count, &mut *rng).pass(u / place);
                    counted.push((u, count));
                    p.partition_point(|&p| p <= u) as u64 + count
                });
                (found.cut, found.evidence)
            }
        };
        let (ahead, beyond) = ahead(&p, cut, &counted, rng);
        let (kept, null_kept) = survive(survivors, &p, cut, &ahead, beyond, nulls);
        let mut kept = order[..kept].to_vec();
        kept.sort_unstable();
        let (s, n) = (scores.len() as f64, nulls as f64);
        // Rounding would be all that is correlated.
        let constant = nulls == 0 && is_constant(norms);
        let behind: f64 = ahead.iter().map(|&a| (nulls - a) as f64).sum();
        Self {
            relevant: kept,
            nulls: null_kept,
            ranking: Ranking {
                pearson: pearson(relevant, n, law, rng).filter(|r| !r.is_nan() && !constant),
                spearman: (!constant).then(|| spearman(&order, &ahead, norms, n)),
                auc: (nulls > 0).then(|| behind / (s * n)),
            },
            evidence,
        }
    }
}

/// For each of the increasing p-values the uniforms below, and for `cut` as well, given how many
/// are below the decreasing places `counted`, the first of which is 1.
fn ahead(p: &[f64], cut: f64, counted: &[(f64, u64)], rng: &mut impl Rng) -> (Vec<u64>, u64) {
    let before = p.partition_point(|&p| p < cut);
    let places = p[..before].iter().chain([&cut]).chain(&p[before..]);
    let mut places = places.map(|place| place.min(1.0)).peekable();
    let mut ahead = Vec::with_capacity(p.len() + 1);
    let (mut low, mut passed) = (0.0, 0);
    for &(high, count) in counted.iter().rev() {
        let mut uniforms = Uniforms::new(count - passed, &mut *rng);
        while let Some(place) = places.next_if(|&place| place <= high) {
            passed += uniforms.pass((place - low) / (high - low));
            ahead.push(passed);
        }
        (low, passed) = (high, count);
    }
    let beyond = ahead.remove(before);
    (ahead, beyond)
}

/// How many of the first relevant coordinates survive, and how many null ones.
fn survive(
    survivors: Survivors,
    p: &[f64],
    cut: f64,
    ahead: &[u64],
    beyond: u64,
    nulls: u64,
) -> (usize, u64) {
    let largest = |count: u64| {
        let relevant = (0_u64..).zip(ahead).take_while(|(j, ahead)| j + **ahead < count).count();
        (relevant, (count - relevant as u64).min(nulls))
    };
    match survivors {
        Survivors::Largest(count) => largest(count.max(1)),
        Survivors::Beyond(_) | Survivors::Discovered(_) => {
            match (p.partition_point(|&p| p < cut), beyond) {
                (0, 0) => largest(1),
                found => found,
            }
        }
    }
}

/// Spearman's correlation, ranks over d: with q₀ the mean rank of the ties at ‖V_j‖ = 0, the
/// covariance is Σ over relevant ones of (rank t − mean)(rank ‖V‖ − q₀).
fn spearman(order: &[usize], ahead: &[u64], norms: &[f64], nulls: f64) -> f64 {
    let s = norms.len() as f64;
    let d = s + nulls;
    let mut sorted = norms.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (mut covariance, mut square) = (0.0, 0.0);
    for ((place, &j), &ahead) in order.iter().enumerate().zip(ahead) {
        let below = sorted.partition_point(|&v| v < norms[j]);
        let within = sorted.partition_point(|&v| v <= norms[j]);
        // Both ranks from the mean (d + 1)/2; ties share theirs.
        let score = 0.5 * (d - 1.0) - (place as f64 + ahead as f64);
        let norm = 0.5 * (nulls - s) + 0.5 * (below + within) as f64;
        covariance += score / d * ((norm + 0.5 * s) / d);
        square += (norm / d).powi(2);
    }
    let norms = square + nulls * (0.5 * s / d).powi(2);
    let scores = (d - 1.0 / d) / 12.0;
    covariance / (scores * norms).sqrt()
}

/// Pearson's correlation, with normal sums over the null coordinates.
fn pearson(relevant: Relevant<'_>, nulls: f64, law: &ScoreLaw, rng: &mut impl Rng) -> Option<f64> {
    let Relevant { scores, norms } = relevant;
    let d = scores.len() as f64 + nulls;
    let [sum, squares] = null_sums(law, nulls, rng)?;
    let mean = (scores.iter().sum::<f64>() + sum) / d;
    let total: f64 = norms.iter().sum();
    let covariance: f64 = scores.iter().zip(norms).map(|(t, v)| (t - mean) * v).sum();
    let scores = scores.iter().map(|t| t * t).sum::<f64>() + squares - d * mean * mean;
    let norms = norms.iter().map(|v| v * v).sum::<f64>() - total * total / d;
    Some(covariance / (scores * norms).sqrt())
}

/// Σ t and Σ t² over the null coordinates, from the first four moments of t.
fn null_sums(law: &ScoreLaw, nulls: f64, rng: &mut impl Rng) -> Option<[f64; 2]> {
    let [m1, m2, m3, m4] = law.moments();
    if m4 - m2 * m2 >= NORMAL * NORMAL * nulls * m2 * m2 {
        return None;
    }
    let normals: [f64; 2] = std::array::from_fn(|_| StandardNormal.sample(rng));
    let spread = (m2 - m1 * m1).sqrt();
    let slope = (m3 - m1 * m2) / spread;
    let rest = (m4 - m2 * m2 - slope * slope).max(0.0).sqrt();
    let root = nulls.sqrt();
    let sum = nulls * m1 + root * spread * normals[0];
    Some([sum, nulls * m2 + root * (slope * normals[0] + rest * normals[1])])
}

#[cfg(test)]
mod tests;
