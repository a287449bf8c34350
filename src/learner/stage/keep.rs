//! Which coordinates scores select.

use rand::Rng;
use rand::seq::index;

use crate::learner::options::Keep;

/// The coordinates that survive, increasing.
///
/// `s` is the sparsity of the target and `cut` what [`Keep::Auto`] and [`Keep::Fdr`] ask a score to
/// exceed; ties go to the smaller index. At least one coordinate survives.
#[must_use]
pub fn survivors(scores: &[f64], keep: Keep, s: usize, cut: f64) -> Vec<u32> {
    let d = scores.len();
    let mut order: Vec<u32> = (0..d as u32).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]).then(a.cmp(&b)));
    let count = match keep {
        Keep::Ratio(_) | Keep::Count(_) => kept_count(keep, s, d),
        Keep::Auto | Keep::Fdr(_) => scores.iter().filter(|&&score| score > cut).count(),
    };
    order.truncate(count.clamp(1, d));
    order.sort_unstable();
    order
}

/// `count` of d coordinates, drawn uniformly, increasing.
pub fn random_subset(rng: &mut impl Rng, d: usize, count: usize) -> Vec<u32> {
    let mut subset: Vec<u32> = index::sample(rng, d, count).into_iter().map(|j| j as u32).collect();
    subset.sort_unstable();
    subset
}

/// M of d coordinates that `keep` asks for at sparsity `s`, at least one; s for
/// [`Keep::Auto`] and [`Keep::Fdr`], which ask for no number.
#[must_use]
pub fn kept_count(keep: Keep, s: usize, d: usize) -> usize {
    let count = match keep {
        Keep::Ratio(rho) => (rho * s as f64).round() as usize,
        Keep::Count(count) => count,
        Keep::Auto | Keep::Fdr(_) => s,
    };
    count.clamp(1, d)
}

/// What the largest |z| of `channels` independent standard normals exceeds with probability `p`:
/// P(|z| > t) = 1 − (1 − p)^{1/channels}.
///
/// For scores of which no more is known: without signal the channels are uncorrelated (even,
/// linear and remaining odd parts are orthogonal) and, by the central limit theorem, nearly normal.
#[must_use]
pub fn normal_quantile(p: f64, channels: usize) -> f64 {
    let log_below = (-p).ln_1p() / channels.max(1) as f64;
    let tail = -log_below.exp_m1();
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if libm::erfc(middle / std::f64::consts::SQRT_2) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// P(the largest of `channels` standard normals |z| > t), the inverse of [`normal_quantile`].
#[must_use]
pub fn normal_tail(t: f64, channels: usize) -> f64 {
    let one = libm::erfc(t / std::f64::consts::SQRT_2);
    -libm::expm1(channels.max(1) as f64 * libm::log1p(-one))
}

/// What the p-values of d coordinates show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discoveries {
    /// The p-value up to which coordinates are discovered.
    pub cut: f64,
    /// How far small p-values outnumber those of null coordinates, in standard deviations of
    /// their number: the largest of (N(u) − du)/√(du(1 − u)) over the places u that were asked for.
    pub evidence: f64,
}

/// The R coordinates with the smallest p-values are discovered, R the largest number with
/// p_(R) ≤ qR/d: of independent coordinates a share of q at most is null on average (Benjamini and
/// Hochberg 1995).
///
/// `below` is N(u), the number of p-values up to u, asked for at decreasing places: R is where
/// R ← N(qR/d) from R = d comes to rest. From there on each place is a sixteenth of the one before
/// it, until nothing is below: the evidence is the higher criticism of Donoho and Jin 2004 on these
/// places.
pub fn discoveries(q: f64, d: u64, mut below: impl FnMut(f64) -> u64) -> Discoveries {
    let (d, mut evidence) = (d as f64, 0.0_f64);
    let mut count = |cut: f64| {
        let found = below(cut) as f64;
        evidence = evidence.max((found - d * cut) / (d * cut * (1.0 - cut)).sqrt());
        found
    };
    let (mut cut, mut last) = (q, d);
    let mut found = count(cut);
    while found > 0.0 && found < last {
        (cut, last) = (q * found / d, found);
        found = count(cut);
    }
    let mut place = cut;
    while found > 0.0 && place > f64::MIN_POSITIVE {
        place /= 16.0;
        found = count(place);
    }
    Discoveries { cut, evidence }
}
