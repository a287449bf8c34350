//! What a learner saves against the unpruned one on the same data.

use super::estimate::{Advantage, Censoring, Ratio};
use super::place::Place;
use super::point::{Point, dimensions};
use super::slope::{Slope, slope};
use super::stats::central_95;
use super::threshold::Crossing;
use crate::model::Asked;
use crate::model::problem::Series;

/// The learner that every other one is held against.
const BASELINE: &str = "unpruned";

/// The advantage of every series over the `unpruned` series of the same link, k*, r, α and q.
///
/// ```text
/// A(d) = n*_unpruned(d) / n*(d) = C d^γ,      γ predicted: k* (1 − α) for `pruned`
/// ```
///
/// over the dimensions that both have. Replicate b of ln A is the difference of the replicates
/// b of both cells. Trials with the same seed have the same bootstrap weights in both
/// ([`super::resample::Stream`]), so what the shared data do to both cancels: a paired bootstrap. Where seeds differ
/// the weights are independent. A cell that is a bound makes A a bound, or says nothing if
/// the other is a bound too. γ and its interval are those of a slope
/// ([`super::slope`]), with ln A in place of ln n*.
///
/// Series without a dimension in common are left out.
#[must_use]
pub fn advantages(crossings: &[&Crossing], asked: &Asked) -> Vec<Advantage> {
    let series: Vec<&[&Crossing]> =
        crossings.chunk_by(|a, b| a.threshold.series == b.threshold.series).collect();
    series
        .iter()
        .filter(|cells| key(cells).learner != BASELINE)
        .filter_map(|cells| {
            let twin = baseline_of(key(cells));
            let baseline = series.iter().find(|others| *key(others) == twin)?;
            advantage(cells, baseline, asked)
        })
        .collect()
}

fn baseline_of(series: &Series) -> Series {
    Series { learner: BASELINE.to_owned(), problem: series.problem.clone() }
}

fn key<'a>(cells: &[&'a Crossing]) -> &'a Series {
    &cells[0].threshold.series
}

fn advantage(cells: &[&Crossing], baseline: &[&Crossing], asked: &Asked) -> Option<Advantage> {
    let pairs: Vec<(&Crossing, &Crossing)> = cells
        .iter()
        .filter_map(|cell| {
            let other = baseline.iter().find(|o| o.threshold.d == cell.threshold.d)?;
            Some((*cell, *other))
        })
        .collect();
    let compared = pairs.iter().filter_map(|(cell, other)| compare(other, cell));
    let (points, ratios): (Vec<Point>, Vec<Ratio>) = compared.unzip();
    let series = key(cells).clone();
    let fitted = slope(&dimensions(&points), 0.0);
    let predicted = asked.rate(&baseline_of(&series)).zip(asked.rate(&series));
    let predicted = predicted.map(|(unpruned, own)| unpruned.exponent - own.exponent);
    let values = points.iter().filter(|p| p.is_value()).count();
    (!ratios.is_empty()).then(|| Advantage {
        threshold: pairs[0].0.threshold.threshold,
        points: values,
        censored: pairs.len() - values,
        exponent: fitted.as_ref().map(Slope::interval),
        log_constant: fitted.map(|f| f.intercept),
        predicted,
        series,
        ratios,
    })
}

/// ln of n* of `over` / n* of `under` in one dimension with its bootstrap, and the ratio in numbers.
pub(super) fn compare(over: &Crossing, under: &Crossing) -> Option<(Point, Ratio)> {
    let place = difference(over.place?, under.place?)?;
    let pairs = over.replicates.iter().zip(&under.replicates);
    let replicates: Vec<Option<Place>> = pairs.map(|(&o, &u)| difference(o, u)).collect();
    let logs: Vec<f64> = replicates.iter().flatten().map(|p| p.ln_n()).collect();
    let (low, high) = central_95(&logs);
    let censored = place.censoring();
    let ratio = Ratio {
        d: under.threshold.d,
        ratio: place.ln_n().exp(),
        ci_low: if censored == Censoring::Below { 0.0 } else { low.exp() },
        ci_high: if censored == Censoring::Above { f64::INFINITY } else { high.exp() },
        censored,
        shared: under.streams.iter().filter(|s| over.streams.contains(s)).count(),
    };
    let trials = under.threshold.trials.min(over.threshold.trials);
    let d = under.threshold.d;
    Some((Point { d, size: d as f64, place, replicates, trials }, ratio))
}

/// ln of a ratio from the places of both; none if the bounds pull against each other.
fn difference(over: Place, under: Place) -> Option<Place> {
    use Place::{Above, Below, Inside};
    let ln = over.ln_n() - under.ln_n();
    match (over, under) {
        (Inside(_), Inside(_)) => Some(Inside(ln)),
        (Inside(_) | Above(_), Inside(_) | Below(_)) => Some(Above(ln)),
        (Inside(_) | Below(_), Inside(_) | Above(_)) => Some(Below(ln)),
        _ => None,
    }
}
