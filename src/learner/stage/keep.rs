//! Which coordinates scores select.

use crate::learner::options::Keep;

/// The coordinates that survive, increasing.
///
/// `s` is the sparsity of the target and `cut` what [`Keep::Auto`] asks a score to exceed; ties go
/// to the smaller index. At least one coordinate survives.
#[must_use]
pub fn survivors(scores: &[f64], keep: Keep, s: usize, cut: f64) -> Vec<u32> {
    let d = scores.len();
    let mut order: Vec<u32> = (0..d as u32).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]).then(a.cmp(&b)));
    let count = match keep {
        Keep::Ratio(_) | Keep::Count(_) => kept_count(keep, s, d),
        Keep::Auto => scores.iter().filter(|&&score| score > cut).count(),
    };
    order.truncate(count.clamp(1, d));
    order.sort_unstable();
    order
}

/// M of d coordinates that `keep` asks for at sparsity `s`, at least one; s for
/// [`Keep::Auto`], which asks for no number.
#[must_use]
pub fn kept_count(keep: Keep, s: usize, d: usize) -> usize {
    let count = match keep {
        Keep::Ratio(rho) => (rho * s as f64).round() as usize,
        Keep::Count(count) => count,
        Keep::Auto => s,
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
