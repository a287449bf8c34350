//! A power law through the thresholds of a series, and the interval of its exponent.

use super::estimate::Interval;
use super::line::{Line, bounded_line, dot, weighted_line};
use super::place::Place;
use super::stats::{NORMAL_975, student_975, variance};
use super::threshold::Crossing;

/// Standard error of ln n* below which none is believed: the straight line between two
/// lattice points, a factor √2 apart in n, misses a bent risk curve by about this much.
pub const FLOOR: f64 = 0.02;

/// Degrees of freedom that the series lends to the variance of each of its dimensions.
const PRIOR_FREEDOM: f64 = 4.0;

/// True variance of a median of 8 to 32 trials over the mean of its bootstrap variance: 0.80 to
/// 0.98 in simulations, the bootstrap erring upwards.
const BOOTSTRAP_EXCESS: f64 = 0.9;

/// 40 % quantile of the standard normal law.
const NORMAL_40: f64 = -0.253_347_103_135_799_7;

/// One dimension of a series: what is fitted, and its bootstrap.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Dimension d.
    pub d: usize,
    /// What the law is a power of: d, or another size.
    pub size: f64,
    /// ln n*, the logarithm of a ratio of two n*, or a bound on it.
    pub place: Place,
    /// The same in each replicate; absent where a replicate says nothing.
    pub replicates: Vec<Option<Place>>,
    /// Successful trials per sample size.
    pub trials: usize,
}

impl Point {
    /// The point of a cell; none if no trial of it succeeded.
    #[must_use]
    pub fn of(crossing: &Crossing) -> Option<Self> {
        Some(Self {
            d: crossing.threshold.d,
            size: crossing.threshold.d as f64,
            place: crossing.place?,
            replicates: crossing.replicates.iter().copied().map(Some).collect(),
            trials: crossing.threshold.trials,
        })
    }

    /// Whether it is a value, not only a bound.
    #[must_use]
    pub fn is_value(&self) -> bool {
        matches!(self.place, Place::Inside(_))
    }

    /// Bootstrap variance; 0 without replicates.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let values: Vec<f64> = self.replicates.iter().flatten().map(|p| p.ln_n()).collect();
        variance(&values)
    }

    fn ln_size(&self) -> f64 {
        self.size.ln()
    }
}

/// The law that is fitted: n* = C d^β, or n* = C d^β ln d.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// C d^β.
    Power,
    /// C d^β ln d.
    PowerLog,
}

impl Law {
    /// What it adds to ln C + β ln d.
    fn offset(self, ln_d: f64) -> f64 {
        match self {
            Self::Power => 0.0,
            Self::PowerLog => ln_d.ln(),
        }
    }
}

/// A fitted law.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The line in ln d.
    pub line: Line,
    /// Variances of the points by the trials, one a point ([`noise`]).
    pub noise: Vec<f64>,
    /// Variance of the values about the line beyond that ([`scatter`]).
    pub scatter: f64,
}

/// Variances of ln n* that the weights use.
///
/// ```text
/// ν_i = √(2 T_i),   u = Σ ν_i v_i T_i / Σ ν_i over the values,
/// ṽ_i = max( (ν_i v_i + 4 u/T_i) / (ν_i + 4), 0.02² ),        u/T_i for a bound
/// ```
///
/// v_i is the bootstrap variance of dimension i and T_i its number of trials. The variance of
/// a median of T trials is only known to a relative error of order T^{−1/4} (Hall and Martin,
/// *Probability Theory and Related Fields* 80, 1988, 261), here as if from ν degrees of freedom; a dimension
/// that looks quiet by chance would otherwise draw the line. So each variance is drawn towards that
/// of the series, as if 4 degrees of freedom spoke for it (Smyth, *Statistical Applications in
/// Genetics and Molecular Biology* 3, 2004, 3).
#[must_use]
pub fn noise(points: &[Point]) -> Vec<f64> {
    let trials = |p: &Point| p.trials.max(1) as f64;
    let freedom = |p: &Point| (2.0 * trials(p)).sqrt();
    let values = || points.iter().filter(|p| p.is_value());
    let total: f64 = values().map(freedom).sum();
    let pooled = values().map(|p| freedom(p) * p.variance() * trials(p)).sum::<f64>() / total;
    let shrunk = |p: &Point| {
        let common = pooled / trials(p);
        if !p.is_value() {
            return common;
        }
        let own = freedom(p);
        (own * p.variance() + PRIOR_FREEDOM * common) / (own + PRIOR_FREEDOM)
    };
    points.iter().map(|p| shrunk(p).max(FLOOR * FLOOR)).collect()
}

/// Variance τ² of the values about a line beyond `noise`: the root of Q(τ²) = q.
///
/// Q(τ²) = Σ rᵢ²/(ṽᵢ + τ²), rᵢ the residuals of the fit with weights 1/(ṽᵢ + τ²), falls in τ²; q is the
/// 40 % quantile of χ² with `freedom` degrees of freedom in the approximation of Wilson and
/// Hilferty (*PNAS* 17, 1931, 684), f (1 − 2/9f + z √(2/9f))³. 0 if Q(0) ≤ q. The generalised Q statistic of DerSimonian and
/// Kacker (*Contemporary Clinical Trials* 28, 2007, 105) has the mean f in place of q; a low quantile errs on the safe side where few
/// points lie on a line by chance.
///
/// `chi2` yields Q for given weights.
#[must_use]
pub fn scatter(noise: &[f64], freedom: usize, chi2: impl Fn(&[f64]) -> f64) -> f64 {
    if freedom == 0 {
        return 0.0;
    }
    let ninth = 2.0 / (9.0 * freedom as f64);
    let target = freedom as f64 * (1.0 - ninth + NORMAL_40 * ninth.sqrt()).powi(3);
    let excess = |square: f64| {
        let weights: Vec<f64> = noise.iter().map(|v| (v + square).recip()).collect();
        chi2(&weights) > target
    };
    if !excess(0.0) {
        return 0.0;
    }
    let mut high = FLOOR * FLOOR;
    while excess(high) && high < 1e6 {
        high *= 2.0;
    }
    let mut low = 0.0;
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if excess(middle) { low = middle } else { high = middle }
    }
}

/// Fits `law` to values and bounds; none if the values do not determine a line, or if a
/// logarithm does not exist.
#[must_use]
pub fn fit(points: &[Point], law: Law) -> Option<Fit> {
    let noise = noise(points);
    let x: Vec<f64> = points.iter().map(Point::ln_size).collect();
    let y = places(points.iter().map(|p| Some(p.place)), &x, law)?;
    let kept: Vec<usize> = (0..points.len()).filter(|&i| points[i].is_value()).collect();
    let pick = |from: &[f64]| kept.iter().map(|&i| from[i]).collect::<Vec<f64>>();
    let values = pick(&y.iter().map(|place| place.ln_n()).collect::<Vec<_>>());
    let (x_values, noise_values) = (pick(&x), pick(&noise));
    let chi2 = |w: &[f64]| weighted_line(&x_values, &values, w).map_or(0.0, |line| line.chi2);
    let scatter = scatter(&noise_values, kept.len().saturating_sub(2), chi2);
    let weights: Vec<f64> = noise.iter().map(|v| (v + scatter).recip()).collect();
    Some(Fit { line: bounded_line(&x, &y, &weights)?, noise, scatter })
}

/// The places less the offset of the law; none if it is not finite.
fn places(places: impl Iterator<Item = Option<Place>>, x: &[f64], law: Law) -> Option<Vec<Place>> {
    let lowered = places.zip(x).filter_map(|(place, &x)| {
        let offset = law.offset(x);
        Some(match place? {
            Place::Inside(y) => Place::Inside(y - offset),
            Place::Below(y) => Place::Below(y - offset),
            Place::Above(y) => Place::Above(y - offset),
        })
    });
    let lowered: Vec<Place> = lowered.collect();
    lowered.iter().all(|place| place.ln_n().is_finite()).then_some(lowered)
}

impl Fit {
    /// β and its 95 % interval.
    ///
    /// ```text
    /// β ± ( 1.96² · 0.9 V + t² τ² Σ sᵢ² )^½,   sᵢ = ∂β/∂ ln n*ᵢ,   t = t_{p−2, 0.975}
    /// ```
    ///
    /// V is the variance of β over the bootstrap, each replicate carried through the whole
    /// chain: trials, n* or bound, line (at the weights of this fit). Where the
    /// bootstrap variance of a dimension is below 0.02² the difference is added. 0.9 is what the
    /// bootstrap overstates the variance of a median of few trials by. τ² ([`scatter`]) rests on
    /// p − 2 degrees of freedom and gets the quantile of Student's t; each source has its own
    /// quantile, and half-widths add in squares.
    #[must_use]
    pub fn interval(&self, points: &[Point], law: Law) -> Interval {
        let values = points.iter().filter(|p| p.is_value()).count();
        let missing: f64 = points
            .iter()
            .zip(&self.line.sensitivity)
            .filter(|(p, _)| p.is_value())
            .map(|(p, s)| s * s * (FLOOR * FLOOR - p.variance()).max(0.0))
            .sum();
        let trials = variance(&self.replicate_slopes(points, law)) + missing;
        interval(&self.line, trials, self.scatter, values.saturating_sub(2))
    }

    /// β of each replicate that has one.
    fn replicate_slopes(&self, points: &[Point], law: Law) -> Vec<f64> {
        let count = points.iter().map(|p| p.replicates.len()).min().unwrap_or(0);
        let x: Vec<f64> = points.iter().map(Point::ln_size).collect();
        let weights: Vec<f64> = self.noise.iter().map(|v| (v + self.scatter).recip()).collect();
        let slope = |b: usize| {
            let there: Vec<usize> =
                (0..points.len()).filter(|&i| points[i].replicates[b].is_some()).collect();
            let pick = |from: &[f64]| there.iter().map(|&i| from[i]).collect::<Vec<f64>>();
            let (x, weights) = (pick(&x), pick(&weights));
            let y = places(there.iter().map(|&i| points[i].replicates[b]), &x, law)?;
            bounded_line(&x, &y, &weights).map(|line| line.slope)
        };
        (0..count).filter_map(slope).collect()
    }
}

/// The interval of [`Fit::interval`] from its parts.
#[must_use]
pub fn interval(line: &Line, trials: f64, scatter: f64, freedom: usize) -> Interval {
    let squares = dot(&line.sensitivity, &line.sensitivity);
    let half = half_width(trials, scatter * squares, freedom);
    Interval { value: line.slope, low: line.slope - half, high: line.slope + half }
}

/// Half the length of an interval with bootstrap variance `trials`, and `scatter` known from
/// `freedom` degrees of freedom.
#[must_use]
pub fn half_width(trials: f64, scatter: f64, freedom: usize) -> f64 {
    let scatter = if scatter > 0.0 { student_975(freedom).powi(2) * scatter } else { 0.0 };
    (NORMAL_975.powi(2) * BOOTSTRAP_EXCESS * trials + scatter).sqrt()
}
