//! What would settle an open verdict, and its price in samples: of a rate, of the CSQ bound, of what
//! the study expects.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::band::{self, Band};
use super::estimate::{MoreDimensions, MoreTrials, Resolution};
use super::judge::{LOG_DOWNWARDS, without_smallest};
use super::outlook::{LIKELY, Noise, Outlook, chance};
use super::place::Place;
use super::point::{Point, dimensions};
use super::slope::{Dimension, Slope, slope};
use crate::model::expectation::MARGIN;
use crate::model::rate::Rate;

/// Multiples of the trials beyond which more of them is no advice.
pub const MOST_TRIALS: usize = 64;

/// Further dimensions beyond which more of them is no advice.
pub const MOST_DIMENSIONS: usize = 12;

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
    let values = values(points);
    let seen = dimensions(&values);
    let scatter = slope(&seen, 0.0)?.scatter;
    let plan = Plan { rate: predicted?, scatter };
    let times = |factor: usize| -> Vec<Dimension> {
        let more = |p: &Dimension| Dimension {
            variance: p.variance / factor as f64,
            trials: p.trials * factor,
            ..*p
        };
        seen.iter().map(more).collect()
    };
    Some(Resolution {
        trials: more_trials(again(&values), |factor| plan.settles(&times(factor))),
        dimensions: more_dimensions(&seen, |planned| plan.settles(planned)),
    })
}

/// The same for an open statement, of which [`Outlook::chance`] says how likely data settle it,
/// whether it is right or not. As many trials again read `samples`; `points` are those of a line
/// that may be continued, if the statement is about its slope.
#[must_use]
pub fn resolve_statement(statement: &Outlook, samples: f64, points: &[Point]) -> Resolution {
    let likely = |noise: &Noise| statement.chance(noise) >= LIKELY;
    let seen = dimensions(&values(points));
    let scatter = slope(&seen, 0.0).map_or(0.0, |fit| fit.scatter);
    let wider = |planned: &[Dimension]| {
        let fit = slope(planned, 0.0)?;
        Some(Noise { doubt: statement.noise.doubt, ..with_scatter(&fit, scatter) })
    };
    Resolution {
        trials: more_trials(samples, |factor| likely(&statement.noise.after(factor))),
        dimensions: more_dimensions(&seen, |planned| wider(planned).as_ref().is_some_and(likely)),
    }
}

/// The same for an open verdict on the CSQ bound `bound`, by any of its other words, as likely as
/// [`chance`] says if all slopes move together.
#[must_use]
pub fn resolve_bound(points: &[Point], log_power: f64, bound: f64) -> Option<Resolution> {
    let values = values(points);
    let seen = dimensions(&values);
    let now = BoundFits::of(&seen, log_power)?;
    let (noise, scatter) = (Noise::from(&now.plain), now.plain.scatter);
    let likely = |fits: &BoundFits, then: &dyn Fn(&Slope) -> Noise| {
        let moves = noise.moves(&then(&fits.plain));
        chance(0.0, moves, &fits.settling(bound, then)) >= LIKELY
    };
    let wider = |planned: &[Dimension]| {
        let fits = BoundFits::of(planned, log_power);
        fits.is_some_and(|fits| likely(&fits, &|fit| with_scatter(fit, scatter)))
    };
    Some(Resolution {
        trials: more_trials(again(&values), |factor| {
            likely(&now, &|fit| Noise::from(fit).after(factor))
        }),
        dimensions: more_dimensions(&seen, wider),
    })
}

/// The fits that the verdict on a lower bound is made of.
struct BoundFits {
    plain: Slope,
    corrected: Slope,
    /// Of n* times the logarithm that a bound may lack, with the smallest dimension and without.
    broken: [Slope; 2],
}

impl BoundFits {
    fn of(points: &[Dimension], log_power: f64) -> Option<Self> {
        let without = without_smallest(points);
        let Band { plain, corrected } = Band::of(points, log_power)?;
        let broken = [slope(points, -LOG_DOWNWARDS)?, slope(&without, -LOG_DOWNWARDS)?];
        Some(Self { plain, corrected, broken })
    }

    /// By how much the slopes have to move until the bound is met, exceeded or broken, with half-widths
    /// of the noise `then`.
    fn settling(&self, bound: f64, then: &dyn Fn(&Slope) -> Noise) -> [(f64, f64); 3] {
        let half = |fit: &Slope| then(fit).half_width(band::LEVEL);
        let low = self.corrected.value - half(&self.corrected);
        let high = self.plain.value + half(&self.plain);
        let broken = self.broken.iter().map(|fit| fit.value + half(fit));
        let broken = broken.fold(f64::NEG_INFINITY, f64::max);
        [
            (bound - MARGIN - low, bound + MARGIN - high),
            (bound - low, f64::INFINITY),
            (f64::NEG_INFINITY, bound - broken),
        ]
    }
}

/// The noise of a fit whose points scatter as those of another do.
fn with_scatter(fit: &Slope, scatter: f64) -> Noise {
    Noise { scatter: scatter * fit.squares, ..Noise::from(fit) }
}

fn values(points: &[Point]) -> Vec<Point> {
    points.iter().filter(|p| p.is_value()).cloned().collect()
}

/// Samples that as many trials again read, at the sizes beside the crossings.
#[must_use]
pub fn again<'a>(values: impl IntoIterator<Item = &'a Point>) -> f64 {
    values.into_iter().map(|p| p.trials as f64 * SIZES * p.place.ln_n().exp()).sum()
}

fn more_trials(again: f64, enough: impl Fn(usize) -> bool) -> Option<MoreTrials> {
    let factor = first(2..MOST_TRIALS + 1, enough)?;
    Some(MoreTrials { factor, samples: (factor - 1) as f64 * again })
}

fn more_dimensions(
    seen: &[Dimension],
    enough: impl Fn(&[Dimension]) -> bool,
) -> Option<MoreDimensions> {
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
        if enough(&planned) {
            return Some(more);
        }
    }
    None
}

/// What further data are held against.
struct Plan {
    rate: Rate,
    scatter: f64,
}

impl Plan {
    /// Whether three in four studies of these dimensions match, n* = d^b ln^{γmax/2} d being true:
    /// a margin chosen after half proved too few, as the noise is an estimate itself. How many real
    /// studies then match is held to a floor in the tests, and not known better.
    ///
    /// Every plan sees the same standard normals, so that more data are not worse by luck.
    fn settles(&self, planned: &[Dimension]) -> bool {
        let mut generator = ChaCha8Rng::seed_from_u64(0);
        let matches = (0..STUDIES).filter(|_| self.one(planned, &mut generator)).count();
        matches as f64 >= LIKELY * STUDIES as f64
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
