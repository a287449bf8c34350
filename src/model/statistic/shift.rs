//! The best shifts: for comparing coordinates, and for learning features.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Channel, Statistic};
use crate::model::activation::Activation;
use crate::model::hermite::he_normalised;
use crate::model::quadrature::gaussian_mean;

/// Two gains this close are a tie.
const TIE: f64 = 1e-9;

/// The shift c ≥ 0 that maximises |ρ_{k*}| of the channel of matching parity, its linear part
/// removed: the best shift for telling relevant coordinates from null ones.
///
/// c ranges over [0, 5], with augmentation over [0, 1). Ties go to the smallest; k* = 1 is
/// served by the linear channel at any shift, so 0. Grid, then golden section.
#[must_use]
pub fn best_shift(activation: Activation, k_star: u32, augmented: bool) -> f64 {
    let channel = Channel::matching(k_star);
    if channel == Channel::Linear {
        return 0.0;
    }
    remembered((activation.name(), k_star, Some(augmented)), || {
        let gain = |c: f64| {
            Statistic::new(activation, channel, c, augmented)
                .map_or(0.0, |h| h.correlation(k_star).abs())
        };
        let (step, last) = if augmented { (0.04, 24) } else { (0.05, 100) };
        let grid: Vec<f64> = (0..=last).map(|i| step * f64::from(i)).collect();
        maximise(gain, &grid, step, (0.0, if augmented { 0.999 } else { 5.0 }))
    })
}

/// Activation, order, and for a comparison shift whether data are augmented.
type Question = (&'static str, u32, Option<bool>);

/// A shift takes a hundred thousand evaluations and a study asks for the same few in every
/// series: each is computed once.
fn remembered(question: Question, answer: impl FnOnce() -> f64) -> f64 {
    static KNOWN: Mutex<BTreeMap<Question, f64>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(question).or_insert_with(answer)
}

/// Gain of one gradient step at shift c,
/// |E\[He_{k*−1}(z) φ'(z + c)\]| / √((k*−1)! E\[φ'(z + c)²\]), in [0, 1].
///
/// The correlation of the gradient's weight φ'(⟨w, x⟩ + c) with the order that carries the
/// signal; samples go with its inverse square. 0 when φ' vanishes or k* = 0.
#[must_use]
pub fn feature_gain(activation: Activation, k_star: u32, c: f64) -> f64 {
    if k_star == 0 || !c.is_finite() {
        return 0.0;
    }
    let kinks: Vec<f64> = activation.kinks().iter().map(|k| k - c).collect();
    let derivative = |z: f64| activation.derivative(z + c);
    let signal = gaussian_mean(|z| he_normalised(k_star - 1, z) * derivative(z), &kinks);
    let power = gaussian_mean(|z| derivative(z).powi(2), &kinks);
    if power > f64::MIN_POSITIVE { signal.abs() / power.sqrt() } else { 0.0 }
}

/// The shift c₂ in [−4, 4] that maximises [`feature_gain`].
///
/// Ties go to the smallest |c₂|, then to the negative one.
#[must_use]
pub fn best_feature_shift(activation: Activation, k_star: u32) -> f64 {
    remembered((activation.name(), k_star, None), || {
        let step = 0.05;
        // Nearest to 0 first, the negative one before the positive: the order settles ties.
        let grid: Vec<f64> = std::iter::once(0.0)
            .chain((1..=80).flat_map(|i| [-step * f64::from(i), step * f64::from(i)]))
            .collect();
        maximise(|c| feature_gain(activation, k_star, c), &grid, step, (-4.0, 4.0))
    })
}

/// The best point of the grid, the first one among ties, refined by golden section between its
/// neighbours and kept where refinement gains nothing.
fn maximise(gain: impl Fn(f64) -> f64, grid: &[f64], step: f64, range: (f64, f64)) -> f64 {
    let (mut best, mut top) = (0.0, -1.0);
    for &c in grid {
        let value = gain(c);
        if value > top + TIE {
            (best, top) = (c, value);
        }
    }
    let refined = golden(&gain, (best - step).max(range.0), (best + step).min(range.1));
    if gain(refined) > top + TIE { refined } else { best }
}

fn golden(gain: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (gain(left), gain(right));
    // 0.1 · 0.618²⁴ ≈ 1e-6; the gain is flat at its top, finer steps would follow rounding.
    for _ in 0..24 {
        if at_left > at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - ratio * (high - low);
            at_left = gain(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + ratio * (high - low);
            at_right = gain(right);
        }
    }
    0.5 * (low + high)
}
