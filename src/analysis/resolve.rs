//! What would settle an open verdict, and its price in samples.

use super::band::Band;
use super::estimate::{MoreDimensions, MoreTrials, Resolution};
use super::place::Place;
use super::point::{Point, dimensions};
use super::slope::{Dimension, slope};
use crate::model::expectation::MARGIN;
use crate::model::rate::Rate;

/// Multiples of the trials beyond which more of them is no advice.
const MOST_TRIALS: usize = 64;

/// Further dimensions beyond which more of them is no advice.
const MOST_DIMENSIONS: usize = 12;

/// Sample sizes that a crossing needs: the two beside it.
const SIZES: f64 = 2.0;

/// The smallest change of each kind after which the rate band would lie within 0.15 of the
/// prediction, if n* went on along the fitted law.
///
/// *Trials*: f times the trials at every dimension divide the variances by f; the scatter about
/// the line stays. Price: Σ (f − 1) T_i · 2 n*_i, each new trial at the two sample sizes beside the
/// crossing.
///
/// *Dimensions*: d continues upwards by the mean ratio of the series, each new one with the mean
/// number of trials T and the mean variance. Price: Σ T · 2 C d^β.
///
/// Bounds are left out. None without a prediction or a fit. An absent entry: 64 times the
/// trials, or 12 further dimensions, would not be enough.
#[must_use]
pub fn resolve(points: &[Point], predicted: Option<Rate>) -> Option<Resolution> {
    let values: Vec<Point> = points.iter().filter(|p| p.is_value()).cloned().collect();
    let rate = predicted?;
    Some(Resolution {
        trials: more_trials(&values, rate),
        dimensions: more_dimensions(&dimensions(&values), rate),
    })
}

fn more_trials(values: &[Point], rate: Rate) -> Option<MoreTrials> {
    let seen = dimensions(values);
    let enough = |factor: &usize| {
        let more = |p: &Dimension| Dimension {
            variance: p.variance / *factor as f64,
            trials: p.trials * factor,
            ..*p
        };
        settled(&seen.iter().map(more).collect::<Vec<_>>(), rate)
    };
    let factor = (2..=MOST_TRIALS).find(enough)?;
    let each = |p: &Point| p.trials as f64 * SIZES * p.place.ln_n().exp();
    Some(MoreTrials { factor, samples: (factor - 1) as f64 * values.iter().map(each).sum::<f64>() })
}

fn more_dimensions(values: &[Dimension], rate: Rate) -> Option<MoreDimensions> {
    let fit = slope(values, 0.0)?;
    let count = values.len() as f64;
    let (first, last) = (values.first()?.ln_d, values.last()?.ln_d);
    let step = (last - first) / (count - 1.0);
    let mean = |of: &dyn Fn(&Dimension) -> f64| values.iter().map(of).sum::<f64>() / count;
    let (variance, trials) = (mean(&|p| p.variance), mean(&|p| p.trials as f64));
    let mut planned = values.to_vec();
    let mut more = MoreDimensions { dimensions: Vec::new(), samples: 0.0 };
    for k in 1..=MOST_DIMENSIONS {
        let ln_d = last + step * k as f64;
        let ln_n = fit.intercept + fit.value * ln_d;
        more.dimensions.push(ln_d.exp().round() as usize);
        more.samples += trials * SIZES * ln_n.exp();
        let ln_n = Place::Inside(ln_n);
        planned.push(Dimension { ln_d, ln_n, variance, trials: trials.round() as usize });
        if settled(&planned, rate) {
            return Some(more);
        }
    }
    None
}

/// Whether the band is narrow enough: its half-width within the margin, wherever the data lie.
fn settled(planned: &[Dimension], rate: Rate) -> bool {
    let band = Band::of(planned, rate.log_power);
    band.is_some_and(|band| {
        band.within(rate.exponent) <= MARGIN || band.excludes(rate.exponent).is_some()
    })
}
