//! What would settle an open verdict, and its price in samples.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

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

/// Simulated studies that an advice is tried on.
const STUDIES: usize = 128;

/// The smallest change of each kind after which a study would likely match the prediction,
/// if it is right and the noise is that of this study, by simulation: ln n* of every dimension is
/// normal about the law with the variance of its trials and the scatter of this study, and its
/// band is judged as that of any study.
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
    let seen = dimensions(&values);
    let scatter = slope(&seen, 0.0)?.scatter;
    let plan = Plan { rate: predicted?, scatter };
    Some(Resolution {
        trials: plan.more_trials(&values, &seen),
        dimensions: plan.more_dimensions(&seen),
    })
}

/// What further data are held against.
struct Plan {
    rate: Rate,
    scatter: f64,
}

impl Plan {
    fn more_trials(&self, values: &[Point], seen: &[Dimension]) -> Option<MoreTrials> {
        let enough = |factor: usize| {
            let more = |p: &Dimension| Dimension {
                variance: p.variance / factor as f64,
                trials: p.trials * factor,
                ..*p
            };
            self.settles(&seen.iter().map(more).collect::<Vec<_>>())
        };
        let factor = first(2..MOST_TRIALS + 1, enough)?;
        let each = |p: &Point| p.trials as f64 * SIZES * p.place.ln_n().exp();
        let samples = (factor - 1) as f64 * values.iter().map(each).sum::<f64>();
        Some(MoreTrials { factor, samples })
    }

    fn more_dimensions(&self, seen: &[Dimension]) -> Option<MoreDimensions> {
        let fit = slope(seen, 0.0)?;
        let count = seen.len() as f64;
        let mut sizes: Vec<f64> = seen.iter().map(|p| p.ln_d).collect();
        sizes.sort_by(f64::total_cmp);
        // Several α of a pooled row share their dimensions.
        sizes.dedup();
        let (first, last) = (sizes.first()?, sizes.last()?);
        let step = (last - first) / (sizes.len() - 1) as f64;
        let mean = |of: &dyn Fn(&Dimension) -> f64| seen.iter().map(of).sum::<f64>() / count;
        let (variance, trials) = (mean(&|p| p.variance), mean(&|p| p.trials as f64));
        let mut planned = seen.to_vec();
        let mut more = MoreDimensions { dimensions: Vec::new(), samples: 0.0 };
        for k in 1..=MOST_DIMENSIONS {
            let ln_d = last + step * k as f64;
            let ln_n = fit.intercept + fit.value * ln_d;
            more.dimensions.push(ln_d.exp().round() as usize);
            more.samples += trials * SIZES * ln_n.exp();
            let ln_n = Place::Inside(ln_n);
            planned.push(Dimension { ln_d, ln_n, variance, trials: trials.round() as usize });
            if self.settles(&planned) {
                return Some(more);
            }
        }
        None
    }

    /// Whether three in four studies of these dimensions match, n* = d^b ln^{γmax/2} d being true:
    /// a margin chosen after half proved too few, as the noise is an estimate itself. How many real
    /// studies then match is held to a floor in the tests, and not known better.
    ///
    /// Every plan sees the same standard normals, so that more data are not worse by luck.
    fn settles(&self, planned: &[Dimension]) -> bool {
        let mut generator = ChaCha8Rng::seed_from_u64(0);
        let matches = (0..STUDIES).filter(|_| self.one(planned, &mut generator)).count();
        4 * matches >= 3 * STUDIES
    }

    /// Whether one such study matches.
    fn one(&self, planned: &[Dimension], generator: &mut ChaCha8Rng) -> bool {
        let Rate { exponent, log_power, .. } = self.rate;
        let mut draw = |p: &Dimension| {
            let log = if log_power > 0.0 { 0.5 * log_power * p.ln_d.ln() } else { 0.0 };
            let error: f64 = StandardNormal.sample(generator);
            let error = error * (p.variance + self.scatter).sqrt();
            Dimension { ln_n: Place::Inside(exponent * p.ln_d + log + error), ..*p }
        };
        let drawn: Vec<Dimension> = planned.iter().map(&mut draw).collect();
        Band::of(&drawn, log_power).is_some_and(|band| band.within(exponent) <= MARGIN)
    }
}

/// The first number in `range` that is enough, if those after it are as well.
fn first(range: std::ops::Range<usize>, enough: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    (low < range.end).then_some(low)
}
