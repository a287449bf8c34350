//! Where a learning curve crosses the threshold: n*(d) and its interval.

use super::Options;
use super::estimate::{Censoring, Curve, Threshold};
use super::place::{Descent, Place, ln_risk};
use super::resample::{Ensemble, Median, Stream};
use super::stats::{central_95, variance};

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
