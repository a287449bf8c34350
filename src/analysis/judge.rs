//! From rate bands and predictions to one word each, over a whole study.

use serde::Serialize;
use strum::IntoStaticStr;

use super::band::{Band, Side};
use super::slope::{Dimension, slope};
use crate::model::expectation::{FEWEST_DIMENSIONS, MARGIN};
use crate::model::rate::{Rate, RateKind};

/// Level of the family of a study.
pub const FAMILY_LEVEL: f64 = 0.05;

/// Power of the logarithm by which a lower bound may be undercut: bounds hold up to it.
pub(super) const LOG_DOWNWARDS: f64 = 1.0;

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
pub(super) fn without_smallest(points: &[Dimension]) -> Vec<Dimension> {
    let sizes = points.iter().filter(|p| p.is_value()).map(|p| p.ln_d);
    let smallest = sizes.fold(f64::INFINITY, f64::min);
    points.iter().filter(|p| !(p.is_value() && p.ln_d == smallest)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::*;

    const SIZES: [f64; 6] = [4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

    /// n* = d^slope ln^log d at dimensions e^4 … e^9, each known to `error`.
    fn series(slope: f64, log: f64, error: f64) -> Vec<Dimension> {
        let point = |x: &f64| Dimension {
            ln_d: *x,
            ln_n: Place::Inside(slope * x + log * x.ln()),
            variance: error * error,
            trials: 24,
        };
        SIZES.iter().map(point).collect()
    }

    fn rate(exponent: f64, log_power: f64) -> Rate {
        Rate { exponent, log_power, kind: RateKind::Upper }
    }

    fn alone(
        points: &[Dimension],
        predicted: impl Into<Option<Rate>>,
        csq: Option<f64>,
    ) -> Judgement {
        let predicted = predicted.into();
        judge(&[Case { points, predicted, csq, correlational: true }]).remove(0)
    }

    fn word(points: &[Dimension], predicted: impl Into<Option<Rate>>) -> &'static str {
        alone(points, predicted, None).verdict.map_or("", Verdict::word)
    }

    #[test]
    fn the_first_rule_that_applies_decides() {
        let sharp = series(1.0, 0.0, 0.02);
        assert_eq!(word(&sharp[..3], rate(1.0, 0.0)), "too few dimensions");
        let mut bounds = sharp.clone();
        for point in &mut bounds[3..] {
            point.ln_n = Place::Above(point.ln_d);
        }
        assert_eq!(word(&bounds, rate(1.0, 0.0)), "censored");
        assert_eq!(word(&sharp, None), "");
        assert_eq!(word(&sharp, rate(1.0, 0.0)), "matches");
        assert_eq!(word(&sharp, rate(1.1, 0.0)), "matches", "equivalence comes before difference");
        assert_eq!(word(&sharp, rate(0.8, 0.0)), "above");
        assert_eq!(word(&sharp, rate(1.2, 0.0)), "below");
        assert_eq!(word(&series(1.0, 0.0, 0.4), rate(1.0, 0.0)), "open");
    }

    #[test]
    fn the_logarithm_is_allowed_and_named() {
        let with_log = series(1.0, 0.5, 0.02);
        assert_eq!(word(&with_log, rate(1.0, 1.0)), "matches up to ln d");
        assert_eq!(word(&with_log, rate(1.075, 0.5)), "matches");
        assert_eq!(word(&with_log, rate(0.7, 1.0)), "above");
        // ln d in full is worth 0.16 here: more than the margin.
        assert_eq!(word(&series(1.0, 1.0, 0.02), rate(1.0, 1.0)), "open");
        assert_eq!(word(&series(1.0, 1.0, 0.02), rate(1.0, 0.0)), "above");
    }

    #[test]
    fn a_verdict_survives_the_loss_of_the_smallest_dimension() {
        let mut bent = series(1.08, 0.0, 0.2);
        bent[0].ln_n = Place::Inside(4.0 * 1.08 - 0.4);
        let judged = alone(&bent, rate(1.0, 0.0), None);
        assert!(judged.p.unwrap() < 0.05, "{:?}", judged.p);
        assert_eq!(judged.verdict, Some(Verdict::Open));
    }

    #[test]
    fn a_study_is_a_family() {
        let (weak, dull) = (series(1.17, 0.0, 0.28), series(1.0, 0.0, 0.4));
        let case = |points| Case {
            points,
            predicted: Some(rate(1.0, 0.0)),
            csq: None,
            correlational: true,
        };
        let p = alone(&weak, rate(1.0, 0.0), None).p.unwrap();
        assert!(p < 0.05 && p > 0.005, "{p}");
        assert_eq!(word(&weak, rate(1.0, 0.0)), "above");
        let cases: Vec<Case> =
            std::iter::once(case(&weak)).chain((0..11).map(|_| case(&dull))).collect();
        let judged = judge(&cases);
        assert_eq!(judged[0].verdict, Some(Verdict::Open));
        assert!((judged[0].p_adjusted.unwrap() / (12.0 * p) - 1.0).abs() < 1e-12);
    }

    /// R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
    #[test]
    fn holm_is_that_of_r() {
        let p = [Some(0.01), Some(0.04), None, Some(0.03), Some(0.005)];
        let expected = [Some(0.03), Some(0.06), None, Some(0.06), Some(0.02)];
        for (found, expected) in holm(&p).into_iter().zip(expected) {
            assert_eq!(found.is_some(), expected.is_some());
            assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-15);
        }
        assert_eq!(holm(&[Some(0.7), Some(0.6)]), [Some(1.0), Some(1.0)]);
    }

    #[test]
    fn a_lower_bound_has_its_own_words() {
        let csq = |slope, error, bound| alone(&series(slope, 0.0, error), None, Some(bound)).csq;
        assert_eq!(csq(1.0, 0.02, 1.0), Some(BoundVerdict::Meets));
        assert_eq!(csq(2.0, 0.02, 1.0), Some(BoundVerdict::Above));
        assert_eq!(csq(0.5, 0.02, 1.0), Some(BoundVerdict::Breaks));
        assert_eq!(csq(0.845, 0.02, 1.0), Some(BoundVerdict::Open), "ln d may be missing");
        assert_eq!(csq(1.0, 0.4, 1.0), Some(BoundVerdict::Open));
    }

    #[test]
    fn only_logic_contradicts() {
        let points = series(1.5, 0.0, 0.02);
        let contradiction = |kind, exponent, csq, correlational| {
            let predicted = Some(Rate { exponent, log_power: 0.0, kind });
            judge(&[Case { points: &points, predicted, csq, correlational }])[0].contradiction
        };
        assert!(contradiction(RateKind::Upper, 1.0, None, true));
        assert!(!contradiction(RateKind::Upper, 2.0, None, true), "below an upper bound");
        assert!(!contradiction(RateKind::Rate, 1.0, None, true));
        assert!(!contradiction(RateKind::Heuristic, 1.0, Some(1.0), true), "above a lower bound");
        assert!(contradiction(RateKind::Rate, 1.5, Some(2.5), true));
        assert!(!contradiction(RateKind::Rate, 1.5, Some(2.5), false));
    }
}
