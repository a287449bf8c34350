//! A straight line through ln n* over ln d, and how well its slope is known at any level.

use super::interval::Interval;
use super::line::{bounded_line, dot, weighted_line};
use super::place::Place;
use crate::model::tail::student_upper;
use crate::model::tail::upper_quantile;

/// Standard error of ln n* below which none is believed: what the straight line in (ln n, mean
/// risk) between two lattice points misses. For a curve 1/(1 + (n/n*)^γ) that is 0.0013 γ² at most.
pub const LEAST_ERROR: f64 = 0.01;

/// Degrees of freedom that the series lends to the variance of each of its dimensions.
const PRIOR_FREEDOM: f64 = 4.0;

/// 40 % quantile of the standard normal law.
const NORMAL_40: f64 = -0.253_347_103_135_799_7;

/// n* at one dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dimension {
    /// ln d.
    pub ln_d: f64,
    /// ln n*, or a bound on it.
    pub ln_n: Place,
    /// Variance of ln n* by the trials ([`super::mean::crossing_variance`]); not read of a bound.
    pub variance: f64,
    /// Trials behind it.
    pub trials: usize,
}

impl Dimension {
    /// Whether it is a value, not only a bound.
    #[must_use]
    pub fn is_value(&self) -> bool {
        matches!(self.ln_n, Place::Inside(_))
    }

    /// The same for n*/g, `ln_g` = ln g.
    fn less(&self, ln_g: f64) -> Place {
        match self.ln_n {
            Place::Inside(y) => Place::Inside(y - ln_g),
            Place::Below(y) => Place::Below(y - ln_g),
            Place::Above(y) => Place::Above(y - ln_g),
        }
    }
}

/// A fitted slope.
#[derive(Clone, Debug, PartialEq)]
pub struct Slope {
    /// β.
    pub value: f64,
    /// ln C.
    pub intercept: f64,
    /// Variance of β by the trials.
    pub variance: f64,
    /// Variance τ² of ln n* about the line beyond that.
    pub scatter: f64,
    /// Σ (∂β/∂ ln n*_i)².
    pub squares: f64,
    /// Degrees of freedom that τ² is known from.
    pub freedom: usize,
}

impl Slope {
    /// β with its 95 % interval.
    #[must_use]
    pub fn interval(&self) -> Interval {
        let half = self.half_width(0.025);
        Interval { value: self.value, low: self.value - half, high: self.value + half }
    }

    /// Half-width of the interval whose ends are passed with probability `tail` each.
    ///
    /// ```text
    /// h = ( z² V + t²_{p−2} τ² Σ s_i² )^½,   V = Σ s_i² ṽ_i,   s_i = ∂β/∂ ln n*_i
    /// ```
    ///
    /// The trials' noise is known from all trials and has the normal quantile, scatter from
    /// p − 2 residuals and has Student's.
    #[must_use]
    pub fn half_width(&self, tail: f64) -> f64 {
        let trials = upper_quantile(tail).powi(2) * self.variance;
        let scatter = if self.scatter > 0.0 {
            student_upper(tail, self.freedom).powi(2) * self.scatter * self.squares
        } else {
            0.0
        };
        (trials + scatter).sqrt()
    }
}

/// Fits ln n* = ln C + β ln d + γ ln ln d at γ = `log_power`.
///
/// Weights are 1/(ṽ_i + τ²) ([`shrunk`], [`scatter`]), bounds enter as in [`bounded_line`]. None
/// if the values do not determine a line, or if γ ≠ 0 and a dimension is 1.
#[must_use]
pub fn slope(points: &[Dimension], log_power: f64) -> Option<Slope> {
    let noise = shrunk(points);
    let x: Vec<f64> = points.iter().map(|p| p.ln_d).collect();
    let ln_g = |p: &Dimension| if log_power == 0.0 { 0.0 } else { log_power * p.ln_d.ln() };
    let y: Vec<Place> = points.iter().map(|p| p.less(ln_g(p))).collect();
    if !y.iter().all(|place| place.ln_n().is_finite()) {
        return None;
    }
    let values: Vec<usize> = (0..points.len()).filter(|&i| points[i].is_value()).collect();
    let pick = |from: &dyn Fn(usize) -> f64| values.iter().map(|&i| from(i)).collect::<Vec<f64>>();
    let (xs, ys) = (pick(&|i| x[i]), pick(&|i| y[i].ln_n()));
    let freedom = values.len().saturating_sub(2);
    let tau2 = scatter(&pick(&|i| noise[i]), freedom, |weights| {
        weighted_line(&xs, &ys, weights).map_or(0.0, |line| line.chi2)
    });
    let weights: Vec<f64> = noise.iter().map(|v| (v + tau2).recip()).collect();
    let line = bounded_line(&x, &y, &weights)?;
    let s = &line.sensitivity;
    Some(Slope {
        value: line.slope,
        intercept: line.intercept,
        variance: s.iter().zip(&noise).map(|(s, v)| s * s * v).sum(),
        scatter: tau2,
        squares: dot(s, s),
        freedom,
    })
}

/// The variances of ln n* that weights and intervals use.
///
/// ```text
/// ν_i = √(2 T_i),   u = Σ ν_i v_i T_i / Σ ν_i over the values: variance of one trial
/// ṽ_i = max( (ν_i v_i + 4 u/T_i) / (ν_i + 4), 0.01² ),        u/T_i for a bound
/// ```
///
/// A variance from few trials may be small by chance, and would draw the line to its dimension:
/// each is drawn towards that of the series as if 4 degrees of freedom spoke for it (Smyth,
/// *Statistical Applications in Genetics and Molecular Biology* 3, 2004, 3).
#[must_use]
pub fn shrunk(points: &[Dimension]) -> Vec<f64> {
    let trials = |p: &Dimension| p.trials.max(1) as f64;
    let freedom = |p: &Dimension| (2.0 * trials(p)).sqrt();
    let values = || points.iter().filter(|p| p.is_value());
    let total: f64 = values().map(freedom).sum();
    let pooled = values().map(|p| freedom(p) * p.variance * trials(p)).sum::<f64>() / total;
    let one = |p: &Dimension| {
        let (common, own) = (pooled / trials(p), freedom(p));
        if p.is_value() {
            (own * p.variance + PRIOR_FREEDOM * common) / (own + PRIOR_FREEDOM)
        } else {
            common
        }
    };
    points.iter().map(|p| one(p).max(LEAST_ERROR * LEAST_ERROR)).collect()
}

/// Variance τ² of values about a fit beyond their `noise`: the root of Q(τ²) = q.
///
/// Q(τ²) = Σ r_i²/(ṽ_i + τ²), r the residuals with those weights, falls in τ²; q is the 40 % quantile
/// of χ² with `freedom` degrees of freedom, f (1 − 2/9f + z √(2/9f))³ (Wilson and Hilferty, *PNAS*
/// 17, 1931, 684). 0 if Q(0) ≤ q. It is the generalised Q statistic of DerSimonian and Kacker
/// (*Contemporary Clinical Trials* 28, 2007, 105), which has the mean f for q.
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
        chi2(&noise.iter().map(|v| (v + square).recip()).collect::<Vec<f64>>()) > target
    };
    if !excess(0.0) {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, LEAST_ERROR * LEAST_ERROR);
    while excess(high) && high < 1e6 {
        high *= 2.0;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if excess(middle) { low = middle } else { high = middle }
    }
}
