//! Where a learning curve crosses the threshold: n*(d) and its interval.

use super::Options;
use super::estimate::{Censoring, Curve, Threshold};
use super::place::{Descent, Place, ln_risk};
use super::resample::{Ensemble, Stream, interval_stretch};
use super::stats::{central_95, variance};

/// n*(d) of one cell with the bootstrap behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The estimate.
    pub threshold: Threshold,
    /// ln n* or its bound; absent without a trial.
    pub place: Option<Place>,
    /// The same in each bootstrap replicate.
    pub replicates: Vec<Place>,
    /// The data of the trials.
    pub streams: Vec<Stream>,
}

/// What is known of the risks of a cell's trials.
#[derive(Clone, Copy, Debug)]
pub struct Risks<'a> {
    /// min(risk, 1) of every trial, a failed one counting 1.
    pub bounded: &'a Ensemble,
    /// The risks of those that succeeded.
    pub plain: &'a Ensemble,
}

/// Crossings of one learning curve with each of `levels`, with intervals and replicates.
///
/// ```text
/// m_i = (1/T_i) Σ_t min(risk_t(n_i), 1), a failed trial counting 1
/// minimise Σ_i T_i (f_i − m_i)²  subject to  f_1 ≥ f_2 ≥ …
/// ln n* on the straight line through (ln n_{i−1}, f_{i−1}) and (ln n_i, f_i), i the first with f_i ≤ τ
/// ```
///
/// Where coordinates are kept or lost as a whole, the risk of a trial is a staircase in n. The
/// median of trials jumps with it, and its crossing lies where the lattice happens to cut a step;
/// the mean passes through the steps in proportion, and more trials make it exact. A constant
/// predictor has risk 1, so what a broken network does worse than that is no information.
///
/// The interval is the central 95 % of ln n* over the replicates, stretched about ln n* by
/// [`interval_stretch`]. Replicates that do not cross are clamped to the end of the range; the
/// open side of a censored cell is open in its interval too: (low, ∞) above the range, (0, high)
/// below it.
#[must_use]
pub fn cross<const N: usize>(
    curve: &Curve,
    risks: Risks<'_>,
    options: &Options,
    levels: [f64; N],
) -> [Crossing; N] {
    let ln_n = curve.ln_n();
    let Risks { bounded, plain } = risks;
    let places = |weights: &[f64]| {
        let descent = Descent::new(&ln_n, &bounded.means_of(weights), |mean| mean);
        levels.map(|level| descent.as_ref().map(|d| d.reaches(level)))
    };
    let trials = bounded.streams().len();
    let found = places(&vec![1.0; trials]);
    let all: Vec<[Option<Place>; N]> =
        bounded.weights(options.bootstrap, options.seed).map(|w| places(&w)).collect();
    let medians = Descent::new(&ln_n, &plain.medians(), ln_risk);
    std::array::from_fn(|i| {
        let replicates: Vec<Place> = all.iter().filter_map(|places| places[i]).collect();
        let median = medians.as_ref().map(|m| m.reaches(levels[i].ln()));
        let threshold = estimate(curve, levels[i], found[i], &replicates);
        let threshold = Threshold { n_star_median: median.and_then(inside), ..threshold };
        let streams = bounded.streams().to_vec();
        Crossing { threshold, place: found[i], replicates, streams }
    })
}

fn inside(place: Place) -> Option<f64> {
    matches!(place, Place::Inside(_)).then(|| samples(place.ln_n()))
}

fn estimate(curve: &Curve, level: f64, place: Option<Place>, replicates: &[Place]) -> Threshold {
    let ln_n: Vec<f64> = replicates.iter().map(|place| place.ln_n()).collect();
    let trials = curve.points.iter().map(|p| p.trials + p.failed).max().unwrap_or(0);
    let (value, censored) = place
        .map_or((f64::NEG_INFINITY, Censoring::Above), |place| (place.ln_n(), place.censoring()));
    let (low, high) = central_95(&ln_n);
    let stretch = interval_stretch(trials);
    let stretched = |end: f64| if end == value { end } else { value + stretch * (end - value) };
    Threshold {
        series: curve.series.clone(),
        d: curve.d,
        s: curve.s,
        threshold: level,
        n_star: samples(value),
        ci_low: if censored == Censoring::Below { 0.0 } else { samples(stretched(low)) },
        ci_high: if censored == Censoring::Above {
            f64::INFINITY
        } else {
            samples(stretched(high))
        },
        censored,
        trials,
        se_ln: (censored == Censoring::None).then(|| variance(&ln_n).sqrt()),
        n_star_median: None,
        law: None,
        limit: None,
    }
}

/// n from ln n; a sample size that was run comes back as the whole number it is.
fn samples(ln_n: f64) -> f64 {
    let n = ln_n.exp();
    if (n - n.round()).abs() < 1e-12 * n { n.round() } else { n }
}
