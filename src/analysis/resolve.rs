//! What would settle an unresolved verdict, and its price in samples.

use super::estimate::{MoreDimensions, MoreTrials, Resolution};
use super::fit::{FLOOR, Fit, Point, half_width};
use super::line::{dot, weighted_line};
use super::verdict::WIDEST_HALF_WIDTH;

/// Multiples of the trials beyond which more of them is no advice.
const MOST_TRIALS: usize = 64;

/// Further dimensions beyond which more of them is no advice.
const MOST_DIMENSIONS: usize = 12;

/// Sample sizes that a crossing needs: the two beside it.
const SIZES: f64 = 2.0;

/// A dimension as the half-width sees it: ln d, variance by the trials.
type Planned = (f64, f64);

/// The smallest change of each kind after which the half-width of β would be 0.15.
///
/// *Trials*: f times the trials at every dimension divide the variances by f, down to 0.02²; the
/// scatter about the line stays. Price: Σ (f − 1) T_i · 2 n*_i, each new trial at the two sample
/// sizes beside the crossing.
///
/// *Dimensions*: d continues upwards by the mean ratio of the series, each new one with the
/// mean number of trials T, the series' variance and scatter. Price: Σ T · 2 C d^β.
///
/// The half-width is that of [`Fit::interval`] with s_i from the weights that would
/// then hold; bounds are left out. An absent entry: 64 times the trials, or 12 further
/// dimensions, would not be enough.
#[must_use]
pub fn resolve(points: &[Point], fit: &Fit) -> Resolution {
    let values: Vec<(&Point, f64)> =
        points.iter().zip(fit.noise.iter().copied()).filter(|(p, _)| p.is_value()).collect();
    Resolution {
        trials: more_trials(&values, fit.scatter),
        dimensions: more_dimensions(&values, fit),
    }
}

fn more_trials(values: &[(&Point, f64)], scatter: f64) -> Option<MoreTrials> {
    let enough = |factor: &usize| {
        let planned = values
            .iter()
            .map(|(p, v)| ((p.d as f64).ln(), (v / *factor as f64).max(FLOOR * FLOOR)))
            .collect::<Vec<_>>();
        settled(&planned, scatter)
    };
    let factor = (2..=MOST_TRIALS).find(enough)?;
    let each = |(p, _): &(&Point, f64)| p.trials as f64 * SIZES * p.place.ln_n().exp();
    Some(MoreTrials { factor, samples: (factor - 1) as f64 * values.iter().map(each).sum::<f64>() })
}

fn more_dimensions(values: &[(&Point, f64)], fit: &Fit) -> Option<MoreDimensions> {
    let count = values.len() as f64;
    let (first, last) = ((values.first()?.0.d as f64).ln(), (values.last()?.0.d as f64).ln());
    let step = (last - first) / (count - 1.0);
    let mean = |of: &dyn Fn(&(&Point, f64)) -> f64| values.iter().map(of).sum::<f64>() / count;
    let (noise, trials) = (mean(&|(_, v)| *v), mean(&|(p, _)| p.trials as f64));
    let mut planned: Vec<Planned> = values.iter().map(|(p, v)| ((p.d as f64).ln(), *v)).collect();
    let mut more = MoreDimensions { dimensions: Vec::new(), samples: 0.0 };
    for k in 1..=MOST_DIMENSIONS {
        let ln_d = last + step * k as f64;
        let n_star = (fit.line.intercept + fit.line.slope * ln_d).exp();
        more.dimensions.push(ln_d.exp().round() as usize);
        more.samples += trials * SIZES * n_star;
        planned.push((ln_d, noise));
        if settled(&planned, fit.scatter) {
            return Some(more);
        }
    }
    None
}

fn settled(planned: &[Planned], scatter: f64) -> bool {
    let x: Vec<f64> = planned.iter().map(|p| p.0).collect();
    let weights: Vec<f64> = planned.iter().map(|p| (p.1 + scatter).recip()).collect();
    weighted_line(&x, &x, &weights).is_some_and(|line| {
        let s = &line.sensitivity;
        let trials: f64 = s.iter().zip(planned).map(|(s, p)| s * s * p.1).sum();
        half_width(trials, scatter * dot(s, s), x.len() - 2) <= WIDEST_HALF_WIDTH
    })
}
