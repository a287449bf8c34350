//! What a table does not show: bounds instead of values, and the price of not pruning.

use crate::analysis::estimate::{
    Advantage, Analysis, Censoring, Exponent, Ratio, Resolution, Threshold,
};
use crate::model::problem::Series;
use crate::report::format;
use crate::report::group::{self, Setting, order, sorted};

/// Plain sentences: one if trials are predictions, one for each censored cell, one for each open series, and one for each
/// series that has an unpruned twin.
#[must_use]
pub fn notes(analysis: &Analysis) -> Vec<String> {
    let several = group::settings(analysis.thresholds.iter().map(|t| &t.series)).len() > 1;
    let mut cells: Vec<&Threshold> = analysis.thresholds.iter().collect();
    cells.sort_by(|a, b| order(&a.series, &b.series).then(a.d.cmp(&b.d)));
    let censored = cells.iter().filter_map(|cell| bound(cell, several));
    let exponents = sorted(&analysis.exponents);
    let open = exponents.iter().filter_map(|e| advice(e, several));
    let mut gains: Vec<&Advantage> = analysis.advantages.iter().collect();
    gains.sort_by(|a, b| order(&a.series, &b.series));
    let gains = gains.iter().filter_map(|gain| advantage(gain, several));
    let predictions = (analysis.predictions > 0).then(|| {
        let count = analysis.predictions;
        format!("{count} trials are of the limit simulation: predictions, not measurements")
    });
    predictions.into_iter().chain(censored).chain(open).chain(gains).collect()
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

/// What would settle an open verdict.
fn advice(e: &Exponent, several: bool) -> Option<String> {
    let ways = ways(e.resolution.as_ref()?);
    let start = format!("{}, {}: open", e.series.learner, place(&e.series, several));
    Some(if ways.is_empty() {
        format!("{start}; neither 64 times the trials nor 12 further dimensions would settle it")
    } else {
        format!("{start}; {} would settle it", ways.join(", or "))
    })
}

/// The ways of a resolution in words, with their prices.
pub(super) fn ways(resolution: &Resolution) -> Vec<String> {
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
