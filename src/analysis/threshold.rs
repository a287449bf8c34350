//! Where a learning curve crosses the threshold: n*(d) and its interval.

use super::Options;
use super::estimate::{Censoring, Curve, Threshold};
use super::isotonic::non_increasing;
use super::resample::{Ensemble, Median, Stream};
use super::stats::{central_95, variance};

/// A risk below this counts as this, so that its logarithm exists.
const SMALLEST_RISK: f64 = 1e-12;

/// n*(d) of one cell with the bootstrap behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The estimate.
    pub threshold: Threshold,
    /// ln n* or its bound; absent if no trial of the cell succeeded.
    pub place: Option<Place>,
    /// The same in each bootstrap replicate; empty if no trial succeeded.
    pub replicates: Vec<Place>,
    /// The data of the trials.
    pub streams: Vec<Stream>,
}

/// Where the isotonic curve meets the threshold, on the scale of ln n.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Inside the sample sizes that were run.
    Inside(f64),
    /// At or before the smallest of them.
    Below(f64),
    /// After the largest of them.
    Above(f64),
}

impl Place {
    /// ln n*, or its bound.
    #[must_use]
    pub fn ln_n(self) -> f64 {
        match self {
            Self::Inside(ln_n) | Self::Below(ln_n) | Self::Above(ln_n) => ln_n,
        }
    }

    /// Whether and on which side it is only a bound.
    #[must_use]
    pub fn censoring(self) -> Censoring {
        match self {
            Self::Inside(_) => Censoring::None,
            Self::Below(_) => Censoring::Below,
            Self::Above(_) => Censoring::Above,
        }
    }
}

/// Crossings of one learning curve with each of `levels`, with intervals and replicates.
///
/// The interval is the central 95 % of ln n* over the replicates. Replicates that do
/// not cross are clamped to the end of the range; the open side of a censored cell
/// is open in its interval too: (low, ∞) above the range, (0, high) below it. A cell
/// without any successful trial is n* > 0: nothing is known. The second estimator of the
/// threshold ([`super::success`]) is left out.
#[must_use]
pub fn cross<const N: usize>(
    curve: &Curve,
    ensemble: &Ensemble,
    options: &Options,
    levels: [f64; N],
) -> [Crossing; N] {
    let ln_n = curve.ln_n();
    let places = |medians: &[Option<Median>]| {
        let descent = Descent::new(&ln_n, medians, ln_risk);
        levels.map(|level| descent.as_ref().map(|d| d.reaches(level.ln())))
    };
    let all: Vec<[Option<Place>; N]> =
        ensemble.replicates(options.bootstrap, options.seed).map(|m| places(&m)).collect();
    let found = places(&ensemble.medians());
    std::array::from_fn(|i| {
        let replicates: Vec<Place> = all.iter().filter_map(|places| places[i]).collect();
        let threshold = estimate(curve, levels[i], found[i], &replicates);
        let streams = ensemble.streams().to_vec();
        Crossing { threshold, place: found[i], replicates, streams }
    })
}

fn estimate(curve: &Curve, level: f64, place: Option<Place>, replicates: &[Place]) -> Threshold {
    let ln_n: Vec<f64> = replicates.iter().map(|place| place.ln_n()).collect();
    let (n_star, censored) =
        place.map_or((0.0, Censoring::Above), |place| (samples(place.ln_n()), place.censoring()));
    let (low, high) = if place.is_some() { central_95(&ln_n) } else { (-f64::INFINITY, 0.0) };
    Threshold {
        series: curve.series.clone(),
        d: curve.d,
        s: curve.s,
        threshold: level,
        n_star,
        ci_low: if censored == Censoring::Below { 0.0 } else { samples(low) },
        ci_high: if censored == Censoring::Above { f64::INFINITY } else { samples(high) },
        censored,
        trials: curve.points.iter().map(|point| point.trials).max().unwrap_or(0),
        se_ln: (censored == Censoring::None).then(|| variance(&ln_n).sqrt()),
        logistic: None,
    }
}

/// n from ln n; a sample size that was run comes back as the whole number it is.
fn samples(ln_n: f64) -> f64 {
    let n = ln_n.exp();
    if (n - n.round()).abs() < 1e-12 * n { n.round() } else { n }
}

/// The scale on which medians of the risk are fitted.
fn ln_risk(risk: f64) -> f64 {
    risk.max(SMALLEST_RISK).ln()
}

/// A monotone learning curve: ln n and an isotonic fit to what falls with it.
pub(super) struct Descent {
    x: Vec<f64>,
    fit: Vec<f64>,
}

impl Descent {
    /// That of `scale` of the values at each ln n, weighted by their trials; none without a
    /// single one.
    pub(super) fn new(
        ln_n: &[f64],
        values: &[Option<(f64, usize)>],
        scale: impl Fn(f64) -> f64,
    ) -> Option<Self> {
        let points = || ln_n.iter().zip(values).filter_map(|(&x, value)| Some((x, (*value)?)));
        let x: Vec<f64> = points().map(|(x, _)| x).collect();
        let y: Vec<f64> = points().map(|(_, (value, _))| scale(value)).collect();
        let weights: Vec<f64> = points().map(|(_, (_, trials))| trials as f64).collect();
        (!x.is_empty()).then(|| Self { x, fit: non_increasing(&y, &weights) })
    }

    /// Where it reaches `level`, on straight lines between the points.
    pub(super) fn reaches(&self, level: f64) -> Place {
        let Self { x, fit } = self;
        match fit.iter().position(|&value| value <= level) {
            None => Place::Above(x[x.len() - 1]),
            Some(0) => Place::Below(x[0]),
            Some(i) => {
                let share = (fit[i - 1] - level) / (fit[i - 1] - fit[i]);
                Place::Inside(x[i - 1] + share * (x[i] - x[i - 1]))
            }
        }
    }
}

/// Crossing of the isotonic fit to a curve of medians with `ln_tau` = ln τ.
///
/// The log medians are fitted non-increasing in n, weighted by their trials
/// ([`non_increasing`]). The crossing lies between the first point at which the fit is
/// ≤ ln τ and the one before it, on the straight line in (ln n, ln risk). So a stretch of
/// the fit exactly at τ counts from its left end, and a stretch pooled above τ is left
/// at its right end. A curve that starts at τ or below is [`Place::Below`].
///
/// Points without a median are passed over; none at all yields none.
#[must_use]
pub fn locate(ln_n: &[f64], medians: &[Option<Median>], ln_tau: f64) -> Option<Place> {
    Descent::new(ln_n, medians, ln_risk).map(|descent| descent.reaches(ln_tau))
}
