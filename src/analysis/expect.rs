//! What a study expects, held against its estimates.

use super::Options;
use super::advantage::compare;
use super::collapse;
use super::estimate::{Censoring, Curve, Exponent, Interval, Judged, JudgedCell, Verdict};
use super::fit::{FLOOR, Law, Point, fit, half_width};
use super::frame::Frame;
use super::place::Place;
use super::stats::{mean, variance};
use super::threshold::Crossing;
use super::verdict::{Evidence, against, judge};
use crate::Result;
use crate::model::expectation::{Expectation, Predicted, Quantity, Side};
use crate::model::metric::Metric;
use crate::model::problem::Series;
use crate::results::Trials;

/// Half-width of the interval of the ln of a ratio above which a number inside it proves
/// nothing: 25 %.
const WIDEST_LN_RATIO: f64 = 0.223_143_551_314_209_76;

/// The same of a mean metric.
const WIDEST_METRIC: f64 = 0.05;

/// What expectations are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// Bootstrap of quantities that have none yet.
    pub options: &'a Options,
    /// All trials.
    pub trials: &'a Trials,
    /// The same as a data frame.
    pub frame: &'a Frame<'a>,
    /// Learning curves, one a cell of the trials, in their order.
    pub curves: &'a [Curve],
    /// n* of the cells with their bootstrap.
    pub crossings: &'a [&'a Crossing],
    /// Exponents of the series.
    pub exponents: &'a [Exponent],
}

impl Grounds<'_> {
    /// One verdict, or for an exponent one for each selected series.
    ///
    /// # Errors
    /// As [`Frame::new`].
    pub fn judge(&self, expectation: &Expectation) -> Result<Vec<Judged>> {
        Ok(match &expectation.quantity {
            Quantity::Exponent { learner } => self.exponents(expectation, learner),
            Quantity::Ratio { over, under } => vec![self.ratio(expectation, over, under)],
            Quantity::Metric { metric, learner } => {
                vec![self.metric(expectation, *metric, learner)]
            }
            Quantity::Collapse { metric, level, learner } => {
                vec![self.collapse(expectation, (*metric, *level), learner)?]
            }
        })
    }

    fn exponents(&self, expectation: &Expectation, learner: &str) -> Vec<Judged> {
        let chosen = self.exponents.iter().filter(|e| selects(expectation, &e.series, learner));
        let judged = chosen.map(|e| {
            let dimensions = e.points + e.censored;
            let evidence = Evidence { dimensions, points: e.points, exponent: e.exponent };
            Judged {
                series: Some(e.series.clone()),
                points: dimensions,
                censored: e.censored,
                value: e.exponent,
                verdict: judge(&evidence, expectation.predicted),
                ..unknown(expectation)
            }
        });
        judged.collect()
    }

    fn ratio(&self, expectation: &Expectation, over: &Side, under: &Side) -> Judged {
        let below = |c: &&&Crossing| {
            let key = &c.threshold.series;
            selects(expectation, key, &under.learner) && under.holds(key)
        };
        let pairs = self.crossings.iter().filter(below).filter_map(|below| {
            let key = &below.threshold.series;
            let twin = over.of(key);
            let is_twin =
                |c: &&&Crossing| c.threshold.d == below.threshold.d && c.threshold.series == twin;
            Some((key, compare(self.crossings.iter().find(is_twin)?, below)))
        });
        let pairs: Vec<_> = pairs.collect();
        let cells: Vec<JudgedCell> = pairs
            .iter()
            .filter_map(|(key, compared)| {
                let (_, ratio) = compared.as_ref()?;
                let (low, high) = (ratio.ci_low, ratio.ci_high);
                let value = Interval { value: ratio.ratio, low, high };
                Some(JudgedCell {
                    series: (*key).clone(),
                    d: ratio.d,
                    value,
                    censored: ratio.censored,
                })
            })
            .collect();
        let points: Option<Vec<&Point>> =
            pairs.iter().map(|(_, compared)| compared.as_ref().map(|(point, _)| point)).collect();
        let pool = points.as_deref().and_then(pooled);
        let predicted = expectation.predicted.map(f64::ln);
        let values = cells.iter().filter(|c| c.censored == Censoring::None).count();
        Judged {
            points: pairs.len(),
            censored: pairs.len() - values,
            verdict: pool.map_or(Verdict::Censored, |p| p.against(predicted)),
            value: pool.map(|p| {
                let [value, low, high] = [p.0.value, p.0.low, p.0.high].map(f64::exp);
                Interval { value, low, high }
            }),
            cells,
            ..unknown(expectation)
        }
    }

    fn collapse(
        &self,
        expectation: &Expectation,
        (metric, level): (Metric, f64),
        learner: &str,
    ) -> Result<Judged> {
        let ensembles = self.frame.ensembles(metric, |value| 1.0 - value)?;
        let all = self.curves.iter().zip(&ensembles);
        let selected = all.filter(|(c, _)| selects(expectation, &c.series, learner));
        let chosen: Vec<_> = selected.collect();
        let points: Vec<Point> =
            chosen.iter().filter_map(|(c, e)| collapse::point(c, e, self.options, level)).collect();
        let exponent = fit(&points, Law::Power).map(|f| f.interval(&points, Law::Power));
        let values = points.iter().filter(|p| p.is_value()).count();
        let evidence = Evidence { dimensions: chosen.len(), points: values, exponent };
        Ok(Judged {
            points: chosen.len(),
            censored: chosen.len() - values,
            value: exponent,
            verdict: judge(&evidence, expectation.predicted),
            ..unknown(expectation)
        })
    }

    fn metric(&self, expectation: &Expectation, metric: Metric, learner: &str) -> Judged {
        let chosen = self.curves.iter().filter(|c| selects(expectation, &c.series, learner));
        let all: Vec<_> = chosen.map(|curve| (curve, self.at_largest_n(curve, metric))).collect();
        let known = all.iter().filter_map(|(curve, value)| Some((*curve, (*value)?)));
        let known: Vec<(&Curve, (f64, f64))> = known.collect();
        let complete = !all.is_empty() && known.len() == all.len();
        let count = known.len() as f64;
        let mean = known.iter().map(|(_, (mean, _))| mean).sum::<f64>() / count;
        let square = known.iter().map(|(_, (_, square))| square).sum::<f64>() / (count * count);
        let value = complete.then(|| centred(mean, square));
        let cell = |(curve, (mean, square)): &(&Curve, (f64, f64))| JudgedCell {
            series: curve.series.clone(),
            d: curve.d,
            value: centred(*mean, *square),
            censored: Censoring::None,
        };
        Judged {
            points: all.len(),
            censored: all.len() - known.len(),
            value,
            verdict: value
                .map_or(Verdict::Censored, |v| against(v, expectation.predicted, WIDEST_METRIC)),
            cells: known.iter().map(cell).collect(),
            ..unknown(expectation)
        }
    }

    /// Mean of a metric at the largest n of a cell, and the square of its standard error.
    fn at_largest_n(&self, curve: &Curve, metric: Metric) -> Option<(f64, f64)> {
        let n = curve.points.last()?.n;
        let records = self.trials.of(self.trials.cell(&curve.cell)?);
        let here = records.iter().filter(|r| r.n == n);
        let values: Vec<f64> = here.filter_map(|r| r.metric(metric)).collect();
        Some((mean(&values)?, variance(&values) / values.len() as f64))
    }
}

fn selects(expectation: &Expectation, series: &Series, learner: &str) -> bool {
    series.learner == learner && expectation.selection.admits(&series.problem)
}

/// The answer where nothing is known.
fn unknown(expectation: &Expectation) -> Judged {
    Judged {
        claim: expectation.claim.clone(),
        quantity: expectation.quantity.words(),
        predicted: expectation.predicted,
        series: None,
        points: 0,
        censored: 0,
        value: None,
        verdict: Verdict::Censored,
        cells: Vec::new(),
    }
}

/// x ± 1.96 e.
fn centred(value: f64, square: f64) -> Interval {
    let half = super::stats::NORMAL_975 * square.sqrt();
    Interval { value, low: value - half, high: value + half }
}

/// A mean of ln ratios, and on which side it is only a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled(pub Interval, pub Censoring);

impl Pooled {
    /// The verdict on ln of the prediction. A number beyond a bound is excluded; one that the
    /// bound leaves open cannot be told.
    #[must_use]
    pub fn against(&self, predicted: Predicted) -> Verdict {
        let verdict = against(self.0, predicted, WIDEST_LN_RATIO);
        match (self.1, verdict) {
            (Censoring::Above | Censoring::Below, Verdict::Unresolved) => Verdict::Censored,
            _ => verdict,
        }
    }
}

/// Mean of ln A over cells, with its 95 % interval.
///
/// ```text
/// L = (1/C) Σ_c ln A_c  ± 1.96 (0.9 V)^½
/// ```
///
/// V is the variance over the bootstrap of the mean; the dimensions and series are those of the study, so
/// that what A varies among them is no error. Where the bootstrap variance of a cell is below 0.02², as that of
/// a straight line between lattice points, the difference over C² is added. A bound enters as the number it bounds by,
/// and opens the interval on its side; bounds on both sides say nothing, nor does no cell.
#[must_use]
pub fn pooled(points: &[&Point]) -> Option<Pooled> {
    let count = points.len() as f64;
    let bound = points.iter().try_fold(Censoring::None, |side, p| match (side, p.place) {
        (side, Place::Inside(_)) => Some(side),
        (Censoring::None | Censoring::Above, Place::Above(_)) => Some(Censoring::Above),
        (Censoring::None | Censoring::Below, Place::Below(_)) => Some(Censoring::Below),
        _ => None,
    })?;
    let value = points.iter().map(|p| p.place.ln_n()).sum::<f64>() / count;
    let replicates = points.iter().map(|p| p.replicates.len()).min()?;
    let mean = |b: usize| {
        let logs = points.iter().map(|p| p.replicates[b].map(Place::ln_n));
        Some(logs.sum::<Option<f64>>()? / count)
    };
    let means: Vec<f64> = (0..replicates).filter_map(mean).collect();
    let short = points.iter().map(|p| (FLOOR * FLOOR - p.variance()).max(0.0));
    let half = half_width(variance(&means) + short.sum::<f64>() / (count * count), 0.0, 0);
    let low = if bound == Censoring::Below { f64::NEG_INFINITY } else { value - half };
    let high = if bound == Censoring::Above { f64::INFINITY } else { value + half };
    Some(Pooled(Interval { value, low, high }, bound))
}
