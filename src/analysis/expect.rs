//! What a study expects, held against its estimates.

use super::advantage::compare;
use super::collapse;
use super::estimate::{
    Censoring, Curve, Exponent, Interval, Judged, JudgedCell, Resolution, Threshold,
};
use super::frame::{Frame, Missing};
use super::judge::{FAMILY_LEVEL, Verdict, holm};
use super::line::weighted_line;
use super::options::Options;
use super::outlook::{Noise, Outlook};
use super::place::Place;
use super::point::{Point, dimensions};
use super::resample::bootstrap_shortfall;
use super::resolve::{again, resolve_statement};
use super::slope::{LEAST_ERROR, Slope, slope};
use super::stats::{NORMAL_95, NORMAL_975, mean, variance};
use super::threshold::Crossing;
use crate::Result;
use crate::model::LimitPoint;
use crate::model::expectation::{Basis, Expectation, FEWEST_DIMENSIONS, Predicted, Quantity, Side};
use crate::model::metric::Metric;
use crate::model::problem::Series;
use crate::model::tail::upper_tail;
use crate::results::Trials;

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

/// A quantity before the family of all expectations is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    judged: Judged,
    /// Value, prediction and margin are compared as they are, or by their logarithms.
    logarithmic: bool,
    /// A verdict that needs no comparison.
    settled: Option<Verdict>,
    /// What its error is made of, on the scale of the comparison.
    noise: Noise,
    /// On which side the value is only a bound.
    bound: Censoring,
    /// Samples that as many trials again would read.
    again: f64,
    /// The points of a line that further dimensions would continue.
    line: Vec<Point>,
}

/// The verdicts on all quantities of a study, one family:
///
/// | word | on a number x with margin δ | on a bound: at least x |
/// |---|---|---|
/// | `matches` | the 90 % interval lies within δ of x: two one-sided tests of 5 % | the 95 % interval lies above x |
/// | `above`, `below` | x lies outside the 95 % interval, p < 5 % after Holm | all of the interval lies below x, p < 5 % after Holm |
/// | `open` | otherwise | otherwise |
///
/// and `at most` likewise. Ratios are compared by their logarithms, δ a factor. The standard error e
/// of a prediction that was simulated widens a half-width h to (h² + 1.96² e²)^½.
#[must_use]
pub fn adjusted(drafts: Vec<Draft>) -> Vec<Judged> {
    let p: Vec<Option<f64>> = drafts.iter().map(Draft::p).collect();
    // Holm multiplies a p-value by the number of those that are no smaller.
    let tests = |own: Option<f64>| p.iter().flatten().filter(|p| Some(**p) >= own).count();
    let judged = |(draft, (own, p)): (Draft, (&Option<f64>, Option<f64>))| {
        let verdict = draft.verdict(p);
        let open = verdict == Verdict::Open;
        let resolution = open.then(|| draft.resolution(tests(*own))).flatten();
        Judged { p, verdict, resolution, ..draft.judged }
    };
    drafts.into_iter().zip(p.iter().zip(holm(&p))).map(judged).collect()
}

impl Draft {
    /// Value, prediction and margin on the scale of the comparison.
    fn compared(&self) -> Option<(Interval, Predicted, f64)> {
        let Judged { value, predicted, margin, .. } = self.judged;
        let value = value.filter(|_| self.settled.is_none())?;
        let scale = |x: f64| if self.logarithmic { x.ln() } else { x };
        let [v, low, high] = [value.value, value.low, value.high].map(scale);
        let end = |end: f64| {
            let half = (end - v).abs().hypot(NORMAL_975 * self.noise.doubt);
            if self.noise.doubt > 0.0 { v + half.copysign(end - v) } else { end }
        };
        let value = Interval { value: v, low: end(low), high: end(high) };
        Some((value, predicted.map(scale), scale(margin)))
    }

    /// With a prediction that was computed; without one there is nothing to compare with.
    fn predicting(self, found: Option<Simulated>) -> Self {
        let Some(Simulated { value, error }) = found else {
            return Self { settled: self.settled.or(Some(Verdict::Censored)), ..self };
        };
        let number = if self.logarithmic { value.exp() } else { value };
        let judged = Judged { predicted: Predicted::Value(number), ..self.judged };
        Self { judged, noise: Noise { doubt: error, ..self.noise }, ..self }
    }

    /// What would settle it, `tests` being those that Holm's adjustment counts.
    fn resolution(&self, tests: usize) -> Option<Resolution> {
        let (Interval { value, .. }, predicted, margin) = self.compared()?;
        let Self { noise, bound, .. } = *self;
        let statement = Outlook { value, bound, predicted, margin, tests, noise };
        Some(resolve_statement(&statement, self.again, &self.line))
    }

    /// p-value of the prediction in normal approximation.
    fn p(&self) -> Option<f64> {
        let (value, predicted, _) = self.compared()?;
        let below = (value.value - predicted.number()) / ((value.value - value.low) / NORMAL_975);
        let above = (predicted.number() - value.value) / ((value.high - value.value) / NORMAL_975);
        let tail = |z: f64| if z.is_nan() { 0.5 } else { upper_tail(z.max(0.0)) };
        Some(match predicted {
            Predicted::Value(_) => (2.0 * tail(below.max(above))).min(1.0),
            Predicted::AtLeast(_) => tail(above),
            Predicted::AtMost(_) => tail(below),
        })
    }

    fn verdict(&self, p: Option<f64>) -> Verdict {
        let Some((value, predicted, margin)) = self.compared() else {
            return self.settled.unwrap_or(Verdict::Censored);
        };
        let Interval { value: v, low, high } = value;
        let share = NORMAL_95 / NORMAL_975;
        let within =
            |x: f64| (v + share * (low - v) - x).abs().max((v + share * (high - v) - x).abs());
        let sure = p.is_some_and(|p| p < FAMILY_LEVEL);
        match predicted {
            Predicted::Value(x) if within(x) <= margin => Verdict::Matches,
            Predicted::AtLeast(x) if low >= x => Verdict::Matches,
            Predicted::AtMost(x) if high <= x => Verdict::Matches,
            Predicted::Value(x) | Predicted::AtMost(x) if sure && low > x => Verdict::Above,
            Predicted::Value(x) | Predicted::AtLeast(x) if sure && high < x => Verdict::Below,
            _ => Verdict::Open,
        }
    }
}

impl Grounds<'_> {
    /// One verdict, or for an exponent one for each selected series.
    ///
    /// # Errors
    /// As [`Frame::new`].
    pub fn judge(&self, expectation: &Expectation) -> Result<Vec<Draft>> {
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

    fn exponents(&self, expectation: &Expectation, learner: &str) -> Vec<Draft> {
        let chosen = self.exponents.iter().filter(|e| selects(expectation, &e.series, learner));
        let drafts = chosen.map(|e| {
            let line = self.line(&e.series);
            let values = || line.iter().filter(|p| p.is_value());
            let judged = Judged {
                series: Some(e.series.clone()),
                points: e.points + e.censored,
                censored: e.censored,
                value: e.exponent,
                sources: values().map(|p| (e.series.clone(), p.d)).collect(),
                ..unknown(expectation)
            };
            let known = Draft {
                settled: too_few(e.points + e.censored, e.points),
                noise: noise_of(&line),
                again: again(values()),
                line,
                ..draft(judged)
            };
            if expectation.basis == Basis::Limit {
                known.predicting(self.limit_slope(&e.series))
            } else {
                known
            }
        });
        drafts.collect()
    }

    /// The dimensions of a series.
    fn line(&self, series: &Series) -> Vec<Point> {
        let mine = self.crossings.iter().filter(|c| c.threshold.series == *series);
        mine.filter_map(|crossing| Point::of(crossing)).collect()
    }

    /// Slope of ln n\* against ln d in the limit over the cells of a series that have a value, by plain
    /// least squares, and its standard error; none unless all of them have a limit.
    fn limit_slope(&self, series: &Series) -> Option<Simulated> {
        let cells = self.crossings.iter().map(|c| &c.threshold);
        let cells = cells.filter(|t| t.series == *series && t.censored == Censoring::None);
        let point = |t: &Threshold| Some(((t.d as f64).ln(), t.limit?));
        let points: Vec<_> = cells.map(point).collect::<Option<_>>()?;
        let x: Vec<f64> = points.iter().map(|p| p.0).collect();
        let y: Vec<f64> = points.iter().map(|p| p.1.n_star.ln()).collect();
        let line = weighted_line(&x, &y, &vec![1.0; x.len()])?;
        let errors = line.sensitivity.iter().zip(&points).map(|(s, p)| (s * p.1.error).powi(2));
        Some(Simulated { value: line.slope, error: errors.sum::<f64>().sqrt() })
    }

    fn ratio(&self, expectation: &Expectation, over: &Side, under: &Side) -> Draft {
        let below = |c: &&&Crossing| {
            let key = &c.threshold.series;
            selects(expectation, key, &under.learner) && under.holds(key)
        };
        let mut sides: Vec<&Crossing> = Vec::new();
        let pairs = self.crossings.iter().filter(below).filter_map(|below| {
            let key = &below.threshold.series;
            let twin = over.of(key);
            let is_twin =
                |c: &&&Crossing| c.threshold.d == below.threshold.d && c.threshold.series == twin;
            let twin = self.crossings.iter().find(is_twin)?;
            sides.extend([*twin, *below]);
            let (a, b) = (&twin.threshold, &below.threshold);
            let ratio = match expectation.basis {
                Basis::Law => log_ratio(a.law.map(exact), b.law.map(exact)),
                Basis::Limit => log_ratio(a.limit, b.limit),
                Basis::Stated | Basis::Leading => None,
            };
            Some((key, ratio, compare(twin, below)))
        });
        let pairs: Vec<_> = pairs.collect();
        let cells: Vec<JudgedCell> = pairs
            .iter()
            .filter_map(|(key, _, compared)| {
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
            pairs.iter().map(|(.., compared)| compared.as_ref().map(|(point, _)| point)).collect();
        let pool = points.as_deref().and_then(pooled);
        let values = cells.iter().filter(|c| c.censored == Censoring::None).count();
        let judged = Judged {
            points: pairs.len(),
            censored: pairs.len() - values,
            value: pool.map(|p| {
                let [value, low, high] = [p.0.value, p.0.low, p.0.high].map(f64::exp);
                Interval { value, low, high }
            }),
            cells,
            sources: sides.iter().map(|c| (c.threshold.series.clone(), c.threshold.d)).collect(),
            ..unknown(expectation)
        };
        let sides: Vec<Point> = sides.into_iter().filter_map(Point::of).collect();
        let known = Draft {
            logarithmic: true,
            noise: pool.map_or_else(Noise::default, |pool| pool.noise(pairs.len())),
            bound: pool.map_or(Censoring::None, |pool| pool.1),
            again: again(&sides),
            ..draft(judged)
        };
        if !expectation.basis.is_computed() {
            return known;
        }
        let ratios: Option<Vec<Simulated>> = pairs.iter().map(|(_, ratio, _)| *ratio).collect();
        known.predicting(ratios.as_deref().and_then(mean_of))
    }

    fn collapse(
        &self,
        expectation: &Expectation,
        (metric, level): (Metric, f64),
        learner: &str,
    ) -> Result<Draft> {
        let ensembles = self.frame.ensembles(metric, Missing::Dropped, |value| 1.0 - value)?;
        let all = self.curves.iter().zip(&ensembles);
        let selected = all.filter(|(c, _)| selects(expectation, &c.series, learner));
        let chosen: Vec<_> = selected.collect();
        let points: Vec<Point> =
            chosen.iter().filter_map(|(c, e)| collapse::point(c, e, self.options, level)).collect();
        let exponent = slope(&dimensions(&points), 0.0).as_ref().map(Slope::interval);
        let values = points.iter().filter(|p| p.is_value()).count();
        let judged = Judged {
            points: chosen.len(),
            censored: chosen.len() - values,
            value: exponent,
            sources: chosen.iter().map(|(c, _)| (c.series.clone(), c.d)).collect(),
            ..unknown(expectation)
        };
        Ok(Draft {
            settled: too_few(chosen.len(), values),
            noise: noise_of(&points),
            again: chosen.iter().map(|(c, _)| spent(c)).sum(),
            ..draft(judged)
        })
    }

    fn metric(&self, expectation: &Expectation, metric: Metric, learner: &str) -> Draft {
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
        let judged = Judged {
            points: all.len(),
            censored: all.len() - known.len(),
            value,
            cells: known.iter().map(cell).collect(),
            sources: all.iter().map(|(c, _)| (c.series.clone(), c.d)).collect(),
            ..unknown(expectation)
        };
        let noise = Noise { trials: square, ..Noise::default() };
        Draft { noise, again: all.iter().map(|(c, _)| spent(c)).sum(), ..draft(judged) }
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

/// A computed prediction on the scale of its comparison, with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Simulated {
    value: f64,
    error: f64,
}

fn exact(n_star: f64) -> LimitPoint {
    LimitPoint { n_star, error: 0.0 }
}

fn log_ratio(a: Option<LimitPoint>, b: Option<LimitPoint>) -> Option<Simulated> {
    let (a, b) = a.zip(b)?;
    Some(Simulated { value: (a.n_star / b.n_star).ln(), error: a.error.hypot(b.error) })
}

fn mean_of(all: &[Simulated]) -> Option<Simulated> {
    let values: Vec<f64> = all.iter().map(|one| one.value).collect();
    let squares: f64 = all.iter().map(|one| one.error.powi(2)).sum();
    Some(Simulated { value: mean(&values)?, error: squares.sqrt() / all.len() as f64 })
}

/// The answer where nothing is known.
fn unknown(expectation: &Expectation) -> Judged {
    Judged {
        claim: expectation.claim.clone(),
        quantity: expectation.quantity.words(),
        predicted: expectation.predicted,
        basis: expectation.basis,
        series: None,
        points: 0,
        censored: 0,
        value: None,
        margin: expectation.margin,
        p: None,
        verdict: Verdict::Censored,
        posterior: expectation.posterior,
        cells: Vec::new(),
        sources: Vec::new(),
        resolution: None,
    }
}

fn draft(judged: Judged) -> Draft {
    Draft {
        judged,
        logarithmic: false,
        settled: None,
        noise: Noise::default(),
        bound: Censoring::None,
        again: 0.0,
        line: Vec::new(),
    }
}

/// The noise of the slope of a line through `points`.
fn noise_of(points: &[Point]) -> Noise {
    slope(&dimensions(points), 0.0).as_ref().map_or_else(Noise::default, Noise::from)
}

/// Samples that the trials of a cell read.
fn spent(curve: &Curve) -> f64 {
    curve.points.iter().map(|p| (p.trials + p.failed) as f64 * p.n as f64).sum()
}

/// The verdict on an exponent of so many dimensions and values, if they are too few.
fn too_few(dimensions: usize, values: usize) -> Option<Verdict> {
    if dimensions < FEWEST_DIMENSIONS {
        return Some(Verdict::TooFewDimensions);
    }
    (values < FEWEST_DIMENSIONS).then_some(Verdict::Censored)
}

/// x ± 1.96 e.
fn centred(value: f64, square: f64) -> Interval {
    let half = NORMAL_975 * square.sqrt();
    Interval { value, low: value - half, high: value + half }
}

/// A mean of ln ratios, and on which side it is only a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled(pub Interval, pub Censoring);

impl Pooled {
    /// The noise of the mean over `count` cells.
    fn noise(&self, count: usize) -> Noise {
        let Self(Interval { value, low, high }, bound) = *self;
        let half = if bound == Censoring::Below { high - value } else { value - low };
        let trials = (half / NORMAL_975).powi(2);
        Noise { trials, least: LEAST_ERROR * LEAST_ERROR / count as f64, ..Noise::default() }
    }
}

/// Mean of ln A over cells, with its 95 % interval.
///
/// ```text
/// L = (1/C) Σ_c ln A_c  ± 1.96 V^½
/// ```
///
/// V is the variance over the bootstrap of the mean, (T + 1)/(T − 1) times
/// ([`bootstrap_shortfall`]); the dimensions and series are those of the study, so
/// that what A varies among them is no error. Where the bootstrap variance of a cell is below 0.01², as that of
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
    let short = points.iter().map(|p| (LEAST_ERROR * LEAST_ERROR - p.variance()).max(0.0));
    let trials = points.iter().map(|p| p.trials).min()?;
    let square = bootstrap_shortfall(trials) * variance(&means);
    let half = NORMAL_975 * (square + short.sum::<f64>() / (count * count)).sqrt();
    let low = if bound == Censoring::Below { f64::NEG_INFINITY } else { value - half };
    let high = if bound == Censoring::Above { f64::INFINITY } else { value + half };
    Some(Pooled(Interval { value, low, high }, bound))
}
