//! What a table does not show: bounds instead of values, and the price of not pruning.

use crate::analysis::estimate::{
    Advantage, Analysis, Censoring, Exponent, Judged, Ratio, Resolution, Threshold,
};
use crate::analysis::resolve::{MOST_DIMENSIONS, MOST_TRIALS};
use crate::model::problem::Series;
use crate::report::format;
use crate::report::group::{self, Setting, order, sorted};

/// Plain sentences: one if trials are predictions, one for each censored cell, one for each open verdict of a series
/// or an expectation, and one for each series that has an unpruned twin.
#[must_use]
pub fn notes(analysis: &Analysis) -> Vec<String> {
    let several = group::settings(analysis.thresholds.iter().map(|t| &t.series)).len() > 1;
    let mut cells: Vec<&Threshold> = analysis.thresholds.iter().collect();
    cells.sort_by(|a, b| order(&a.series, &b.series).then(a.d.cmp(&b.d)));
    let censored = cells.iter().filter_map(|cell| bound(cell, several));
    let exponents = sorted(&analysis.exponents);
    let open = exponents.iter().flat_map(|e| advice(e, several));
    let expected = analysis.expectations.iter().filter_map(|judged| expected(judged, several));
    let mut gains: Vec<&Advantage> = analysis.advantages.iter().collect();
    gains.sort_by(|a, b| order(&a.series, &b.series));
    let gains = gains.iter().filter_map(|gain| advantage(gain, several));
    let predictions = (analysis.predictions > 0).then(|| {
        let count = analysis.predictions;
        format!("{count} trials are of the limit simulation: predictions, not measurements")
    });
    predictions.into_iter().chain(censored).chain(open).chain(expected).chain(gains).collect()
}

fn place(series: &Series, several: bool) -> String {
    let alpha = format::alpha(series.problem.alpha);
    if several { format!("{}, {alpha}", Setting::of(series).words()) } else { alpha }
}

/// `pruned, α = 0.75, d = 2048: n* > 1.20e6 (censored)`.
fn bound(cell: &Threshold, several: bool) -> Option<String> {
    let sign = match cell.censored {
        Censoring::None => return None,
        Censoring::Below => '<',
        Censoring::Above => '>',
    };
    let (learner, place) = (&cell.series.learner, place(&cell.series, several));
    let n = format::samples(cell.n_star);
    Some(format!("{learner}, {place}, d = {}: n* {sign} {n} (censored)", cell.d))
}

/// How many times more samples unpruned needs, and how that number grows.
///
/// `α = 0.25: unpruned needs 12.1 times the samples of pruned at d = 64, 48.4 times at d = 256;
/// exponent of the advantage 1.48 [1.39, 1.57], theory 1.5`.
fn advantage(gain: &Advantage, several: bool) -> Option<String> {
    let known = || gain.ratios.iter().filter(|r| r.censored == Censoring::None);
    let (first, last) = (known().next()?, known().next_back()?);
    let times = |r: &Ratio| {
        let [value, low, high] = [r.ratio, r.ci_low, r.ci_high].map(format::samples);
        format!("{value} [{low}, {high}]")
    };
    let (place, learner) = (place(&gain.series, several), &gain.series.learner);
    let mut text = format!(
        "{place}: unpruned needs {} times the samples of {learner} at d = {}",
        times(first),
        first.d
    );
    if first.d != last.d {
        text += &format!(", {} times at d = {}", times(last), last.d);
    }
    if let Some(gamma) = gain.exponent {
        text += &format!("; exponent of the advantage {}", format::interval(gamma));
        if let Some(predicted) = gain.predicted {
            text += &format!(", theory {}", format::short(predicted));
        }
    }
    Some(text)
}

/// What would settle the open verdicts on a series.
fn advice(e: &Exponent, several: bool) -> impl Iterator<Item = String> {
    let start = format!("{}, {}: open", e.series.learner, place(&e.series, several));
    let rate = e.resolution.as_ref().map(|resolution| settled_by(&start, resolution, true));
    let start = format!("{start} on the CSQ bound");
    let bound = e.resolution_csq.as_ref().map(|resolution| settled_by(&start, resolution, true));
    rate.into_iter().chain(bound)
}

/// What would settle an open expectation.
///
/// `n*(unpruned) / n*(pruned) ≥ 2: open; 3 times the trials (about 1.2e6 more samples) would settle it`.
fn expected(judged: &Judged, several: bool) -> Option<String> {
    let series = judged.series.as_ref().map(|s| format!(", {}", place(s, several)));
    let start = format!("{}{}: open", statement(judged), series.unwrap_or_default());
    Some(settled_by(&start, judged.resolution.as_ref()?, judged.series.is_some()))
}

/// `n*(unpruned) / n*(pruned) ≥ 2`.
#[must_use]
pub fn statement(judged: &Judged) -> String {
    let Judged { quantity, predicted, .. } = judged;
    format!("{quantity} {} {}", predicted.sign(), format::samples(predicted.number()))
}

fn settled_by(start: &str, resolution: &Resolution, slope: bool) -> String {
    let ways = ways(resolution);
    let words = if ways.is_empty() { hopeless(slope) } else { ways.join(", or ") };
    format!("{start}; {words} would settle it")
}

/// What would not settle a verdict, on a slope or not, of which nothing is known that would.
#[must_use]
pub fn hopeless(slope: bool) -> String {
    if slope {
        format!("neither {MOST_TRIALS} times the trials nor {MOST_DIMENSIONS} further dimensions")
    } else {
        format!("not even {MOST_TRIALS} times the trials")
    }
}

/// The ways of a resolution in words, with their prices.
#[must_use]
pub fn ways(resolution: &Resolution) -> Vec<String> {
    let trials = resolution.trials.as_ref().map(|more| {
        let samples = format::samples(more.samples);
        format!("{} times the trials (about {samples} more samples)", more.factor)
    });
    let dimensions = resolution.dimensions.as_ref().map(|more| {
        let all: Vec<String> = more.dimensions.iter().map(ToString::to_string).collect();
        let samples = format::samples(more.samples);
        format!("also d = {} (about {samples} samples)", all.join(", "))
    });
    trials.into_iter().chain(dimensions).collect()
}
