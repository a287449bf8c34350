//! The exponent β in n*(d) = C d^β of a series, and all that does not depend on other series.

use super::diagnostics::diagnose;
use super::estimate::Exponent;
use super::point::{Point, dimensions};
use super::slope::slope;
use super::threshold::Crossing;
use crate::model::Asked;
use crate::model::problem::{Problem, Series};
use crate::model::theory::csq_exponent;

/// Crossings of one cell: with the threshold of the study and, where they are wanted, with
/// τ = 0.3 and τ = 0.7.
pub type Crossings = Vec<Crossing>;

/// Levels of the risk, besides the study's own, at which the exponent is also fitted.
pub const OTHER_LEVELS: [f64; 2] = [0.3, 0.7];

/// The exponent of a series with the points it is fitted to.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The exponent, not judged yet.
    pub exponent: Exponent,
    /// The dimensions of the series, in order.
    pub points: Vec<Point>,
}

/// The exponent of one series from the crossings of its cells, in order of d.
///
/// The fit is [`slope`], its interval ± [`super::slope::Slope::half_width`] at 2.5 %. None only
/// for an empty series. β is absent with fewer than two values; with ln d divided out also if one
/// cell has d = 1, where ln d = 0.
#[must_use]
pub fn of_series(cells: &[Crossings], asked: &Asked) -> Option<Fitted> {
    let series = cells.first()?[0].threshold.series.clone();
    of_cells(&series, &cells.iter().collect::<Vec<_>>(), asked)
}

/// What theory calls one number: the series of one learner on problems that differ in α alone,
/// if its rate does not depend on α. Dimensions of different α are points of one fit.
#[must_use]
pub fn pooled(series: &[&[Crossings]], asked: &Asked) -> Vec<Fitted> {
    let free = |cells: &&&[Crossings]| {
        let own = &cells[0][0].threshold.series;
        own.problem.alpha.is_some() && asked.rate(&at_any_alpha(own)).is_some()
    };
    let mut groups: Vec<(Series, Vec<&Crossings>, usize)> = Vec::new();
    for cells in series.iter().filter(|cells| !cells.is_empty()).filter(free) {
        let common = at_any_alpha(&cells[0][0].threshold.series);
        match groups.iter_mut().find(|(key, ..)| *key == common) {
            Some((_, all, alphas)) => {
                all.extend(cells.iter());
                *alphas += 1;
            }
            None => groups.push((common, cells.iter().collect(), 1)),
        }
    }
    let several = groups.into_iter().filter(|(_, _, alphas)| *alphas > 1);
    several.filter_map(|(series, cells, _)| of_cells(&series, &cells, asked)).collect()
}

/// The series without its α.
pub(super) fn at_any_alpha(series: &Series) -> Series {
    let problem = Problem { alpha: None, ..series.problem.clone() };
    Series { problem, learner: series.learner.clone() }
}

fn of_cells(series: &Series, cells: &[&Crossings], asked: &Asked) -> Option<Fitted> {
    let points = |level: usize| -> Vec<Point> {
        cells.iter().filter_map(|crossings| Point::of(crossings.get(level)?)).collect()
    };
    let [usual, low, high] = [points(0), points(1), points(2)];
    let seen = dimensions(&usual);
    let plain = slope(&seen, 0.0);
    let values: Vec<usize> = usual.iter().filter(|p| p.is_value()).map(|p| p.d).collect();
    let all: Vec<usize> = cells.iter().map(|c| c[0].threshold.d).collect();
    let span = if plain.is_some() { &values } else { &all };
    let exponent = Exponent {
        series: series.clone(),
        d_min: *span.iter().min()?,
        d_max: *span.iter().max()?,
        points: values.len(),
        censored: all.len() - values.len(),
        threshold: cells.first()?[0].threshold.threshold,
        exponent: plain.as_ref().map(super::slope::Slope::interval),
        log_constant: plain.as_ref().map(|fit| fit.intercept),
        log_corrected: slope(&seen, 1.0).as_ref().map(super::slope::Slope::interval),
        local_slopes: local_slopes(&usual),
        predicted: asked.rate(series),
        csq: csq_exponent(&series.problem),
        rate_low: None,
        rate_high: None,
        within: None,
        p: None,
        verdict: None,
        verdict_csq: None,
        contradiction: false,
        diagnostics: diagnose(&seen, plain.as_ref(), &dimensions(&low), &dimensions(&high)),
        resolution: None,
        resolution_csq: None,
    };
    Some(Fitted { exponent, points: usual })
}

/// Slopes of ln n* on ln d between neighbouring values.
fn local_slopes(points: &[Point]) -> Vec<(usize, usize, f64)> {
    let mut values: Vec<&Point> = points.iter().filter(|p| p.is_value()).collect();
    values.dedup_by_key(|p| p.d);
    let slope = |pair: &[&Point]| {
        let (a, b) = (pair[0], pair[1]);
        let run = (b.d as f64 / a.d as f64).ln();
        (a.d, b.d, (b.place.ln_n() - a.place.ln_n()) / run)
    };
    values.windows(2).filter(|pair| pair[0].d < pair[1].d).map(slope).collect()
}
