//! The exponent β in n*(d) = C d^β and its interval.

use super::estimate::{Censoring, Exponent, Interval};
use super::stats::{central_95, variance};
use super::threshold::Crossing;
use super::verdict::{Evidence, verdict};
use crate::model::theory::{csq_exponent, predicted_exponent};

/// Standard error of ln n* below which none is believed: the straight line between two
/// lattice points, a factor √2 apart in n, misses a bent risk curve by about this much.
pub(super) const FLOOR: f64 = 0.02;

/// 97.5 % quantile of the standard normal law.
const Z_975: f64 = 1.959_963_984_540_054;

/// A straight line y = intercept + slope x, fitted by weighted least squares.
///
/// minimise Σᵢ wᵢ (yᵢ − a − β xᵢ)²:  β = Σᵢ wᵢ (xᵢ − x̄) yᵢ / Σᵢ wᵢ (xᵢ − x̄)²,  a = ȳ − β x̄,
/// with weighted means x̄, ȳ.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// β.
    pub slope: f64,
    /// a.
    pub intercept: f64,
    /// ∂β/∂yᵢ: the slope is linear in y.
    pub sensitivity: Vec<f64>,
    /// Σᵢ wᵢ (yᵢ − a − β xᵢ)² / (N − 2); absent for fewer than three points.
    pub reduced_chi2: Option<f64>,
}

/// Fits a [`Line`] in closed form.
///
/// | argument | shape | range |
/// |---|---|---|
/// | `x`, `y` | N | finite |
/// | `weights` | N | positive: inverse variances of y |
///
/// None if fewer than two of the x differ, or if the lengths differ.
#[must_use]
pub fn weighted_line(x: &[f64], y: &[f64], weights: &[f64]) -> Option<Line> {
    // Equal x would leave a spread of rounding errors, not of zero.
    let distinct = x.iter().any(|v| *v != x[0]);
    if !distinct || x.len() != y.len() || x.len() != weights.len() {
        return None;
    }
    let total: f64 = weights.iter().sum();
    let mean = |values: &[f64]| dot(weights, values) / total;
    let (x_mean, y_mean) = (mean(x), mean(y));
    let spread: f64 = x.iter().zip(weights).map(|(x, w)| w * (x - x_mean).powi(2)).sum();
    if !(spread.is_finite() && spread > 0.0) {
        return None;
    }
    let sensitivity: Vec<f64> =
        x.iter().zip(weights).map(|(x, w)| w * (x - x_mean) / spread).collect();
    let slope = dot(&sensitivity, y);
    let intercept = y_mean - slope * x_mean;
    let squares = x.iter().zip(y).map(|(x, y)| (y - intercept - slope * x).powi(2));
    let chi2: f64 = squares.zip(weights).map(|(square, w)| w * square).sum();
    let reduced_chi2 = (x.len() > 2).then(|| chi2 / (x.len() - 2) as f64);
    Some(Line { slope, intercept, sensitivity, reduced_chi2 })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Exponent of one series from the crossings of its cells, in order of d.
///
/// ln n* is fitted on ln d over the uncensored cells, weighted by 1 / max(v, 0.02²) with v
/// the bootstrap variance of ln n*. Its 95 % interval is made in three steps:
///
/// 1. *Trials.* Replicate b of every cell gives replicate b of β (same weights); the
///    interval is its percentiles 2.5 and 97.5, widened to hold β itself.
/// 2. *Lattice.* Neither side is shorter than 1.96 · 0.02 (Σᵢ (∂β/∂ ln n*ᵢ)²)^½, what the
///    floor of the standard error alone gives: many quiet trials do not make n* exact.
/// 3. *Lack of fit.* If the points scatter about the line more than their errors allow,
///    χ²/(p − 2) > 1, both sides are stretched by its root, the Birge ratio. Birge,
///    *Physical Review* 40, 1932, 207; the scale factor S of the Particle Data Group.
///    With p = 2 points nothing can be said of the fit.
///
/// With one trial at each n the bootstrap sees no noise, and steps 2 and 3 alone speak.
///
/// None only for an empty series. `exponent` is absent with fewer than two uncensored
/// cells, `log_corrected` also if one of them has d = 1, where ln d = 0.
#[must_use]
pub fn of_series(crossings: &[Crossing]) -> Option<Exponent> {
    let first = &crossings.first()?.threshold;
    let all: Vec<&Crossing> = crossings.iter().collect();
    let mut kept = all.clone();
    kept.retain(|c| c.threshold.censored == Censoring::None);
    let power = fit(&kept, |_| 0.0);
    let corrected = fit(&kept, f64::ln).map(|(interval, _)| interval);
    let exponent = power.map(|(interval, _)| interval);
    let predicted =
        predicted_exponent(&first.series.learner, first.series.k_star, first.series.alpha);
    let csq = csq_exponent(first.series.k_star, first.series.alpha);
    let evidence = Evidence { dimensions: crossings.len(), points: kept.len(), exponent };
    let fitted: &[&Crossing] = if exponent.is_some() { &kept } else { &all };
    let span = fitted.iter().map(|c| c.threshold.d);
    Some(Exponent {
        series: first.series.clone(),
        d_min: span.clone().min()?,
        d_max: span.max()?,
        points: kept.len(),
        censored: crossings.len() - kept.len(),
        threshold: first.threshold,
        exponent,
        log_constant: power.map(|(_, constant)| constant),
        log_corrected: corrected,
        local_slopes: local_slopes(&kept),
        predicted,
        csq,
        verdict: verdict(&evidence, predicted),
        verdict_csq: verdict(&evidence, Some(csq)),
    })
}

/// Fits ln n* − `offset`(ln d) on ln d: slope with its interval, and intercept.
fn fit(cells: &[&Crossing], offset: impl Fn(f64) -> f64) -> Option<(Interval, f64)> {
    let x: Vec<f64> = cells.iter().map(|c| (c.threshold.d as f64).ln()).collect();
    let offsets: Vec<f64> = x.iter().map(|&ln_d| offset(ln_d)).collect();
    if !offsets.iter().all(|o| o.is_finite()) {
        return None;
    }
    let y: Vec<f64> =
        cells.iter().zip(&offsets).map(|(c, o)| c.threshold.n_star.ln() - o).collect();
    let weights: Vec<f64> =
        cells.iter().map(|c| variance(&c.replicates).max(FLOOR * FLOOR).recip()).collect();
    let line = weighted_line(&x, &y, &weights)?;
    let shift = dot(&line.sensitivity, &offsets);
    let slopes = replicate_slopes(cells, &line.sensitivity, shift);
    Some((interval(&line, &slopes), line.intercept))
}

/// Slope of replicate b through replicate b of every cell.
fn replicate_slopes(cells: &[&Crossing], sensitivity: &[f64], shift: f64) -> Vec<f64> {
    let count = cells.iter().map(|c| c.replicates.len()).min().unwrap_or(0);
    (0..count)
        .map(|b| {
            let terms = cells.iter().zip(sensitivity).map(|(c, s)| s * c.replicates[b]);
            terms.sum::<f64>() - shift
        })
        .collect()
}

/// The three steps of [`of_series`].
fn interval(line: &Line, slopes: &[f64]) -> Interval {
    let value = line.slope;
    let (low, high) = central_95(slopes);
    let floor = Z_975 * FLOOR * dot(&line.sensitivity, &line.sensitivity).sqrt();
    let birge = line.reduced_chi2.unwrap_or(1.0).max(1.0).sqrt();
    // `max` also replaces the not-a-number of an empty bootstrap.
    let (below, above) = ((value - low).max(floor) * birge, (high - value).max(floor) * birge);
    Interval { value, low: value - below, high: value + above }
}

/// Slopes of ln n* on ln d between neighbours.
fn local_slopes(cells: &[&Crossing]) -> Vec<(usize, usize, f64)> {
    cells
        .windows(2)
        .map(|pair| {
            let (a, b) = (&pair[0].threshold, &pair[1].threshold);
            let run = (b.d as f64 / a.d as f64).ln();
            (a.d, b.d, (b.n_star / a.n_star).ln() / run)
        })
        .collect()
}
