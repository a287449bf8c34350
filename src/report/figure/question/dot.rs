//! The values of the picture, from the estimates.

use crate::analysis::estimate::{Analysis, Censoring, Threshold};
use crate::model::problem::Series;
use crate::model::question::{Measure, Question, Spot};
use crate::report::figure::bounds::fitted;

/// A value in the picture.
pub(super) struct Dot<'a> {
    pub(super) spot: &'a Spot,
    pub(super) line: usize,
    pub(super) d: Option<usize>,
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Whether it is only a bound, and if so from below.
    pub(super) bound: Option<bool>,
    pub(super) theory: Option<f64>,
    /// Whether that is the limit simulation.
    pub(super) is_limit: bool,
}

pub(super) fn dot<'a>(
    analysis: &Analysis,
    question: &Question,
    spot: &'a Spot,
    lines: &[&str],
) -> Option<Dot<'a>> {
    let line = lines.iter().position(|l| *l == spot.line)?;
    let d = spot.d.or_else(|| largest(analysis, question, &spot.series));
    let is_limit = analysis.thresholds.iter().any(|t| t.limit.is_some());
    let dot = |value, low, high, bound, theory| {
        Some(Dot { spot, line, d, value, low, high, bound, theory, is_limit })
    };
    match question.y {
        Measure::Exponent => {
            let e = analysis.exponents.iter().find(|e| e.series == spot.series)?;
            let beta = fitted(e)?;
            // What the study expects here stands in its place.
            let theory = e.predicted.filter(|_| spot.expected.is_empty()).map(|rate| rate.exponent);
            dot(beta.value, beta.low, beta.high, None, theory)
        }
        Measure::NStar => {
            let t = cell(analysis, &spot.series, d?)?;
            // One theory a figure: the legend has one name for it.
            let theory = if is_limit { t.limit.map(|limit| limit.n_star) } else { t.law };
            dot(t.n_star, t.ci_low, t.ci_high, bound(t), theory)
        }
        Measure::Law => {
            let t = cell(analysis, &spot.series, d?)?;
            let law = t.law?;
            dot(t.n_star / law, t.ci_low / law, t.ci_high / law, bound(t), Some(1.0))
        }
        Measure::Ratio => {
            let pairs = pairs(analysis, spot);
            let (value, low, high, bound) = ratio(&pairs)?;
            dot(value, low, high, bound, limit_ratio(&pairs))
        }
        Measure::Metric(metric) => {
            let curve =
                analysis.curves.iter().find(|c| c.series == spot.series && Some(c.d) == d)?;
            let value = curve.points.last()?.means[metric]?;
            let judged =
                analysis.expectations.iter().filter(|j| j.quantity.starts_with(metric.name()));
            let mut cells = judged.flat_map(|j| &j.cells);
            let known = cells.find(|c| c.series == spot.series && Some(c.d) == d).map(|c| c.value);
            let (low, high) = known.map_or((value, value), |i| (i.low, i.high));
            dot(value, low, high, None, None)
        }
    }
}

fn cell<'a>(analysis: &'a Analysis, series: &Series, d: usize) -> Option<&'a Threshold> {
    let usable = |t: &&Threshold| t.n_star.is_finite() && t.n_star > 0.0;
    analysis.thresholds.iter().find(|t| t.series == *series && t.d == d).filter(usable)
}

fn bound(t: &Threshold) -> Option<bool> {
    (t.censored != Censoring::None).then_some(t.censored == Censoring::Above)
}

/// The largest dimension that all series of the question have, or else that of this one.
fn largest(analysis: &Analysis, question: &Question, series: &Series) -> Option<usize> {
    let of = |series: &Series| -> Vec<usize> {
        analysis.curves.iter().filter(|c| c.series == *series).map(|c| c.d).collect()
    };
    let own = of(series);
    let shared = |d: &&usize| question.spots.iter().all(|spot| of(&spot.series).contains(d));
    own.iter().filter(shared).max().or_else(|| own.iter().max()).copied()
}

/// The cells of a spot with those of its base, in the dimensions that both have.
pub(super) fn pairs<'a>(
    analysis: &'a Analysis,
    spot: &Spot,
) -> Vec<(&'a Threshold, &'a Threshold)> {
    let Some(base) = &spot.base else { return Vec::new() };
    let own = analysis.thresholds.iter().filter(|t| t.series == spot.series);
    let own = own.filter(|t| spot.d.is_none_or(|d| d == t.d));
    own.filter_map(|t| Some((cell(analysis, &spot.series, t.d)?, cell(analysis, base, t.d)?)))
        .collect()
}

/// n* over that of the base: value, ends, whether it is a bound.
pub(super) fn ratio(pairs: &[(&Threshold, &Threshold)]) -> Option<(f64, f64, f64, Option<bool>)> {
    let known = pairs.iter().filter(|(a, b)| bound(a).or(bound(b)).is_none());
    let logs: Vec<(f64, f64)> = known
        .filter_map(|(a, b)| {
            Some(((a.n_star / b.n_star).ln(), a.se_ln?.powi(2) + b.se_ln?.powi(2)))
        })
        .collect();
    if logs.is_empty() {
        let (a, b) = pairs.iter().rev().find(|(a, b)| bound(a).is_some() && bound(b).is_none())?;
        let value = a.n_star / b.n_star;
        return Some((value, value, value, bound(a)));
    }
    let count = logs.len() as f64;
    let mean = logs.iter().map(|(log, _)| log).sum::<f64>() / count;
    let half = 1.96 * logs.iter().map(|(_, variance)| variance).sum::<f64>().sqrt() / count;
    Some((mean.exp(), (mean - half).exp(), (mean + half).exp(), None))
}

/// The same ratio in the limit simulation, over the dimensions that both sides are known in.
fn limit_ratio(pairs: &[(&Threshold, &Threshold)]) -> Option<f64> {
    let limit = |t: &Threshold| Some(t.limit?.n_star.ln());
    let logs: Vec<f64> = pairs.iter().filter_map(|(a, b)| Some(limit(a)? - limit(b)?)).collect();
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
}
