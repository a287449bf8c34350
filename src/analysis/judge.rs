//! From rate bands and predictions to one word each, over a whole study.

use serde::Serialize;
use strum::IntoStaticStr;

use super::band::{Band, Side};
use super::slope::{Dimension, slope};
use crate::model::expectation::MARGIN;
use crate::model::rate::{Rate, RateKind};

/// Dimensions that a verdict needs.
pub const FEWEST_DIMENSIONS: usize = 4;

/// Level of the family of a study.
pub const FAMILY_LEVEL: f64 = 0.05;

/// Power of the logarithm by which a lower bound may be undercut: bounds hold up to it.
const LOG_DOWNWARDS: f64 = 1.0;

/// One series and what theory says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case<'a> {
    /// Its dimensions, bounds included.
    pub points: &'a [Dimension],
    /// The prediction for its learner; its `log_power` is that of the band.
    pub predicted: Option<Rate>,
    /// Exponent of the CSQ lower bound.
    pub csq: Option<f64>,
    /// Whether the learner only makes correlational queries, so that the bound applies to it.
    pub correlational: bool,
}

/// A prediction held against a band. The first line that applies decides:
///
/// | word | if |
/// |---|---|
/// | `too few dimensions` | the series has fewer than 4 |
/// | `censored` | fewer than 4 of them are values |
/// | `matches` | [L, H] ⊂ [b − δ, b + δ], δ = 0.15 |
/// | `matches up to ln d` | the same, but γmax > 0 and b is outside the plain 95 % interval of β₀ |
/// | `above`, `below` | L > b, H < b: Holm-adjusted over the study, and still without the smallest d |
/// | `open` | otherwise |
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, Serialize)]
pub enum Verdict {
    /// The exponent is b within δ.
    #[strum(serialize = "matches")]
    #[serde(rename = "matches")]
    Matches,
    /// The same, with the logarithm that theory allows.
    #[strum(serialize = "matches up to ln d")]
    #[serde(rename = "matches up to ln d")]
    MatchesUpToLog,
    /// n* grows faster than predicted.
    #[strum(serialize = "above")]
    #[serde(rename = "above")]
    Above,
    /// n* grows more slowly than predicted.
    #[strum(serialize = "below")]
    #[serde(rename = "below")]
    Below,
    /// The data say neither.
    #[strum(serialize = "open")]
    #[serde(rename = "open")]
    Open,
    /// Fewer than 4 dimensions have a value of n*.
    #[strum(serialize = "censored")]
    #[serde(rename = "censored")]
    Censored,
    /// Fewer than 4 dimensions.
    #[strum(serialize = "too few dimensions")]
    #[serde(rename = "too few dimensions")]
    TooFewDimensions,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// A lower bound c held against a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum BoundVerdict {
    /// [L, H] ⊂ [c − δ, c + δ]: the bound is attained.
    Meets,
    /// L > c: it is not.
    Above,
    /// n* ln d, too, grows more slowly than d^c, with and without the smallest d.
    Breaks,
    /// The data say neither.
    Open,
}

impl BoundVerdict {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// What the rule says of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The band, if a line could be fitted.
    pub band: Option<Band>,
    /// The smallest margin at which the prediction matches.
    pub within: Option<f64>,
    /// p-value of the prediction, not adjusted.
    pub p: Option<f64>,
    /// The same after Holm over the study.
    pub p_adjusted: Option<f64>,
    /// On the prediction; absent without one.
    pub verdict: Option<Verdict>,
    /// On the CSQ bound; absent without one, or where there are too few values.
    pub csq: Option<BoundVerdict>,
    /// Whether a theorem is contradicted: an upper bound exceeded, or a lower bound broken by a
    /// learner that it applies to.
    pub contradiction: bool,
}

/// Judges all series of a study; the family of Holm's adjustment is the predictions that have a
/// p-value.
#[must_use]
pub fn judge(cases: &[Case]) -> Vec<Judgement> {
    let bands: Vec<Option<Band>> = cases
        .iter()
        .map(|case| Band::of(case.points, case.predicted.map_or(0.0, |rate| rate.log_power)))
        .collect();
    let tested = |(case, band): (&Case, &Option<Band>)| {
        let (rate, band) = (case.predicted?, band.as_ref()?);
        (values(case.points) >= FEWEST_DIMENSIONS).then(|| band.p_value(rate.exponent))
    };
    let p: Vec<Option<f64>> = cases.iter().zip(&bands).map(tested).collect();
    let adjusted = holm(&p);
    let all = cases.iter().zip(bands).zip(p.into_iter().zip(adjusted));
    all.map(|((case, band), (p, p_adjusted))| one(case, band, p, p_adjusted)).collect()
}

fn one(case: &Case, band: Option<Band>, p: Option<f64>, p_adjusted: Option<f64>) -> Judgement {
    let verdict = case.predicted.map(|rate| verdict(case, rate, band.as_ref(), p_adjusted));
    let enough = band.as_ref().filter(|_| values(case.points) >= FEWEST_DIMENSIONS);
    let csq = case.csq.zip(enough).map(|(bound, band)| against_bound(case, bound, band));
    let exceeded = verdict == Some(Verdict::Above)
        && case.predicted.is_some_and(|rate| rate.kind == RateKind::Upper);
    let broken = csq == Some(BoundVerdict::Breaks) && case.correlational;
    let within = enough.zip(case.predicted).map(|(band, rate)| band.within(rate.exponent));
    let contradiction = exceeded || broken;
    Judgement { band, within, p, p_adjusted, verdict, csq, contradiction }
}

fn verdict(case: &Case, rate: Rate, band: Option<&Band>, p_adjusted: Option<f64>) -> Verdict {
    if distinct(case.points.iter()) < FEWEST_DIMENSIONS {
        return Verdict::TooFewDimensions;
    }
    let (Some(band), Some(p)) = (band, p_adjusted) else { return Verdict::Censored };
    let b = rate.exponent;
    if band.within(b) <= MARGIN {
        let log = rate.log_power > 0.0 && !band.holds_plain(b);
        return if log { Verdict::MatchesUpToLog } else { Verdict::Matches };
    }
    let side = band.excludes(b).filter(|side| {
        let rest = Band::of(&without_smallest(case.points), rate.log_power);
        p < FAMILY_LEVEL && rest.and_then(|rest| rest.excludes(b)) == Some(*side)
    });
    match side {
        Some(Side::Above) => Verdict::Above,
        Some(Side::Below) => Verdict::Below,
        None => Verdict::Open,
    }
}

fn against_bound(case: &Case, bound: f64, band: &Band) -> BoundVerdict {
    let breaks = |points: &[Dimension]| {
        slope(points, -LOG_DOWNWARDS)
            .is_some_and(|fit| fit.value + fit.half_width(super::band::LEVEL) < bound)
    };
    if band.within(bound) <= MARGIN {
        BoundVerdict::Meets
    } else if band.low() > bound {
        BoundVerdict::Above
    } else if breaks(case.points) && breaks(&without_smallest(case.points)) {
        BoundVerdict::Breaks
    } else {
        BoundVerdict::Open
    }
}

/// Holm's step-down adjustment of those p-values that there are.
///
/// ```text
/// p̃_(i) = max_{j ≤ i} min(1, (m − j + 1) p_(j)),      p_(1) ≤ … ≤ p_(m)
/// ```
///
/// Holm, *Scandinavian Journal of Statistics* 6, 1979, 65: rejecting p̃ < α errs anywhere with
/// probability α at most, however the tests depend on each other.
#[must_use]
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(f64, usize)> =
        p.iter().enumerate().filter_map(|(i, p)| Some(((*p)?, i))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut adjusted = vec![None; p.len()];
    let mut most = 0.0_f64;
    for (place, (p, i)) in order.iter().enumerate() {
        most = most.max((order.len() - place) as f64 * p).min(1.0);
        adjusted[*i] = Some(most);
    }
    adjusted
}

/// Number of different dimensions with a value.
fn values(points: &[Dimension]) -> usize {
    distinct(points.iter().filter(|p| p.is_value()))
}

fn distinct<'a>(points: impl Iterator<Item = &'a Dimension>) -> usize {
    let mut sizes: Vec<f64> = points.map(|p| p.ln_d).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    sizes.len()
}

/// All but the smallest dimension with a value; bounds stay.
fn without_smallest(points: &[Dimension]) -> Vec<Dimension> {
    let sizes = points.iter().filter(|p| p.is_value()).map(|p| p.ln_d);
    let smallest = sizes.fold(f64::INFINITY, f64::min);
    points.iter().filter(|p| !(p.is_value() && p.ln_d == smallest)).copied().collect()
}
