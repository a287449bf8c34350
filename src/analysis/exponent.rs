//! The exponent β in n*(d) = C d^β and its interval.

use super::diagnostics::diagnose;
use super::estimate::{Exponent, Verdict};
use super::fit::{Law, Point, fit};
use super::resolve::resolve;
use super::threshold::Crossing;
use super::verdict::{Evidence, verdict};
use crate::model::theory::csq_exponent;

/// Crossings of one cell: with the threshold of the study, with τ = 0.3 and with τ = 0.7.
pub type Crossings = [Crossing; 3];

/// Levels of the risk, besides the study's own, at which the exponent is also fitted.
pub const OTHER_LEVELS: [f64; 2] = [0.3, 0.7];

/// Exponent of one series from the crossings of its cells, in order of d.
///
/// The fit is [`super::fit::fit`], the interval [`super::fit::Fit::interval`], the rest
/// [`super::diagnostics`] and [`super::resolve`]. None only for an empty series. `exponent` is
/// absent with fewer than two uncensored cells, `log_corrected` also if one cell has d = 1,
/// where ln d = 0.
#[must_use]
pub fn of_series(cells: &[Crossings]) -> Option<Exponent> {
    let first = &cells.first()?[0].threshold;
    let points = |level: usize| -> Vec<Point> {
        cells.iter().filter_map(|crossings| Point::of(&crossings[level])).collect()
    };
    let [usual, low, high] = [points(0), points(1), points(2)];
    let power = fit(&usual, Law::Power);
    let exponent = power.as_ref().map(|f| f.interval(&usual, Law::Power));
    let corrected = fit(&usual, Law::PowerLog).map(|f| f.interval(&usual, Law::PowerLog));
    let values: Vec<usize> = usual.iter().filter(|p| p.is_value()).map(|p| p.d).collect();
    let all: Vec<usize> = cells.iter().map(|c| c[0].threshold.d).collect();
    let span = if exponent.is_some() { &values } else { &all };
    let series = &first.series;
    let predicted = series.predicted_exponent();
    let csq = csq_exponent(&series.problem);
    let evidence = Evidence { dimensions: all.len(), points: values.len(), exponent };
    let verdicts = [verdict(&evidence, predicted), verdict(&evidence, csq)];
    let open = verdicts.contains(&Verdict::Unresolved);
    Some(Exponent {
        series: series.clone(),
        d_min: *span.iter().min()?,
        d_max: *span.iter().max()?,
        points: values.len(),
        censored: all.len() - values.len(),
        threshold: first.threshold,
        exponent,
        log_constant: power.as_ref().map(|f| f.line.intercept),
        log_corrected: corrected,
        local_slopes: local_slopes(&usual),
        predicted,
        csq,
        verdict: verdicts[0],
        verdict_csq: verdicts[1],
        diagnostics: diagnose(&usual, power.as_ref(), &low, &high),
        resolution: power.filter(|_| open).map(|f| resolve(&usual, &f)),
    })
}

/// Slopes of ln n* on ln d between neighbouring values.
fn local_slopes(points: &[Point]) -> Vec<(usize, usize, f64)> {
    let values: Vec<&Point> = points.iter().filter(|p| p.is_value()).collect();
    let slope = |pair: &[&Point]| {
        let (a, b) = (pair[0], pair[1]);
        let run = (b.d as f64 / a.d as f64).ln();
        (a.d, b.d, (b.place.ln_n() - a.place.ln_n()) / run)
    };
    values.windows(2).map(slope).collect()
}
