//! Why a verdict is what it is: the points of a series, and the numbers that decided.

use serde::Serialize;

use super::estimate::{Analysis, Censoring, Exponent, Judged, Threshold};
use super::exponent::at_any_alpha;
use super::judge::{BoundVerdict, FAMILY_LEVEL, Verdict};
use super::line::weighted_line;
use crate::model::expectation::{FEWEST_DIMENSIONS, MARGIN, Predicted};
use crate::model::problem::Series;

/// All that a reader needs to come to the verdict of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The series with band and verdicts.
    #[serde(flatten)]
    pub exponent: Exponent,
    /// Its cells, in order of d.
    pub cells: Vec<Explained>,
    /// β₀ − β₁: the slope of ln ln d on ln d at these dimensions, as the fits weigh them.
    pub log_worth: Option<f64>,
    /// The slope of ln law on ln d over the cells that have a law, by least squares.
    pub law_exponent: Option<f64>,
    /// The margin δ of a match.
    pub margin: f64,
    /// Which rule decided the verdict; absent without a prediction.
    pub decided: Option<String>,
    /// Which rule decided that on the CSQ bound.
    pub decided_csq: Option<String>,
    /// What the study expects of it, alone or with others.
    pub expectations: Vec<Expected>,
}

/// A verdict on what a study expects.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expected {
    /// The quantity and its verdict.
    #[serde(flatten)]
    pub judged: Judged,
    /// Which rule decided it; absent where nothing was compared.
    pub decided: Option<String>,
}

/// n*(d) of a cell beside the law.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The cell.
    #[serde(flatten)]
    pub cell: Threshold,
    /// n* over the law, where both are known.
    pub over_law: Option<f64>,
}

/// The explanation of each exponent of `analysis`, those of several α last, that `chosen` holds of.
#[must_use]
pub fn explain(analysis: &Analysis, chosen: impl Fn(&Exponent) -> bool) -> Vec<Explanation> {
    let all = analysis.exponents.iter().chain(&analysis.pooled);
    all.filter(|e| chosen(e)).map(|e| one(analysis, e)).collect()
}

fn one(analysis: &Analysis, exponent: &Exponent) -> Explanation {
    let pooled = exponent.series.problem.alpha.is_none();
    let mine = |t: &&Threshold| {
        t.series == exponent.series || pooled && at_any_alpha(&t.series) == exponent.series
    };
    let mut cells: Vec<Threshold> = analysis.thresholds.iter().filter(mine).cloned().collect();
    cells.sort_by_key(|t| t.d);
    let value = |t: &Threshold| t.censored == Censoring::None;
    let over = |t: &Threshold| t.law.filter(|_| value(t)).map(|law| t.n_star / law);
    let laws = || cells.iter().filter(|t| value(t)).filter_map(|t| Some((t.d as f64, t.law?)));
    let (x, y): (Vec<f64>, Vec<f64>) = laws().map(|(d, law)| (d.ln(), law.ln())).unzip();
    let both = exponent.exponent.zip(exponent.log_corrected);
    Explanation {
        log_worth: both.map(|(plain, corrected)| plain.value - corrected.value),
        law_exponent: weighted_line(&x, &y, &vec![1.0; x.len()]).map(|line| line.slope),
        margin: MARGIN,
        decided: decided(exponent),
        decided_csq: decided_csq(exponent),
        expectations: expected(analysis, &cells),
        cells: cells.into_iter().map(|t| Explained { over_law: over(&t), cell: t }).collect(),
        exponent: exponent.clone(),
    }
}

/// The expectations that rest on any of `cells`.
fn expected(analysis: &Analysis, cells: &[Threshold]) -> Vec<Expected> {
    let mine = |(series, d): &(Series, usize)| {
        cells.iter().any(|cell| cell.series == *series && cell.d == *d)
    };
    let all = analysis.expectations.iter().filter(|judged| judged.sources.iter().any(mine));
    all.map(|judged| Expected { judged: judged.clone(), decided: decided_expected(judged) })
        .collect()
}

/// The rule of [`super::expect::adjusted`] that applied, with its numbers.
fn decided_expected(judged: &Judged) -> Option<String> {
    let Judged { predicted, margin, .. } = *judged;
    let (value, p, x) = (judged.value?, judged.p?, predicted.number());
    let holm = format!("p = {p:.2} after Holm over the study");
    Some(match (judged.verdict, predicted) {
        (Verdict::Matches, Predicted::Value(_)) => {
            format!("the 90 % interval lies within the margin {margin} of {x}")
        }
        (Verdict::Matches, Predicted::AtLeast(_)) => format!("the 95 % interval lies above {x}"),
        (Verdict::Matches, Predicted::AtMost(_)) => format!("the 95 % interval lies below {x}"),
        (Verdict::Above | Verdict::Below, _) => {
            format!("{x} lies outside the 95 % interval, {holm}")
        }
        (Verdict::Open, Predicted::Value(_)) if value.low <= x && x <= value.high => {
            format!("{x} lies in the 95 % interval, which is too wide for the margin {margin}")
        }
        (Verdict::Open, Predicted::AtLeast(_)) if x <= value.high => {
            format!("the 95 % interval lies neither above {x} nor below")
        }
        (Verdict::Open, Predicted::AtMost(_)) if value.low <= x => {
            format!("the 95 % interval lies neither below {x} nor above")
        }
        (Verdict::Open, _) => format!("{x} lies outside the 95 % interval, but {holm}"),
        _ => return None,
    })
}

/// The rule of [`Verdict`] that applied, with its numbers.
fn decided(e: &Exponent) -> Option<String> {
    let (verdict, rate) = (e.verdict?, e.predicted?);
    let b = rate.exponent;
    let few = |of: &str, count| {
        format!("{of} {count}, and a verdict needs {FEWEST_DIMENSIONS} that are different")
    };
    let (Some(low), Some(high), Some(p)) = (e.rate_low, e.rate_high, e.p) else {
        return Some(match verdict {
            Verdict::TooFewDimensions => few("dimensions:", e.points + e.censored),
            _ => few("dimensions with a value of n*, not a bound:", e.points),
        });
    };
    let holm = format!("p = {p:.2} after Holm over the study");
    Some(match verdict {
        Verdict::Matches => format!("[L, H] lies in b ± δ = {b} ± {MARGIN}"),
        Verdict::MatchesUpToLog => format!(
            "[L, H] lies in b ± δ = {b} ± {MARGIN}, and b outside the 95 % interval of β: a logarithm is needed"
        ),
        Verdict::Above => format!("L > b = {b}, {holm}, and still so without the smallest d"),
        Verdict::Below => format!("H < b = {b}, {holm}, and still so without the smallest d"),
        Verdict::TooFewDimensions => few("dimensions:", e.points + e.censored),
        Verdict::Censored => few("dimensions with a value of n*, not a bound:", e.points),
        Verdict::Open if (low..=high).contains(&b) => {
            format!("b = {b} lies in [L, H], which reaches beyond b ± δ")
        }
        Verdict::Open if p >= FAMILY_LEVEL => format!("b = {b} lies outside [L, H], but {holm}"),
        Verdict::Open => format!("b = {b} lies outside [L, H], but not without the smallest d"),
    })
}

fn decided_csq(e: &Exponent) -> Option<String> {
    let (verdict, c) = (e.verdict_csq?, e.csq?);
    Some(match verdict {
        BoundVerdict::Meets => format!("[L, H] lies in {c} ± {MARGIN}"),
        BoundVerdict::Above => format!("L > {c}"),
        BoundVerdict::Breaks => {
            format!("n* ln d, too, grows more slowly than d^{c}, with and without the smallest d")
        }
        BoundVerdict::Open => {
            format!("neither within {MARGIN} of {c}, nor above, nor surely below")
        }
    })
}
