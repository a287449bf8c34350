//! A straight line through ln n* over ln d, and how well its slope is known at any level.

use super::interval::Interval;
use super::line::{bounded_line, dot, weighted_line};
use super::place::Place;
use crate::model::tail::{student_upper, upper_quantile};

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
    /// Variance of ln n* by the trials ([`super::point::Point::variance`]); not read of a bound.
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

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn series(values: &[(f64, f64)], variance: f64) -> Vec<Dimension> {
        let one = |&(ln_d, y): &(f64, f64)| Dimension {
            ln_d,
            ln_n: Place::Inside(y),
            variance,
            trials: 24,
        };
        values.iter().map(one).collect()
    }

    fn law(log: f64) -> Vec<(f64, f64)> {
        [4.0_f64, 5.0, 6.0, 7.0, 9.0].iter().map(|x| (*x, 1.0 + 1.5 * x + log * x.ln())).collect()
    }

    #[test]
    fn an_exact_law_leaves_no_scatter() {
        let points = series(&law(1.0), 0.03 * 0.03);
        let fit = slope(&points, 1.0).unwrap();
        assert!((fit.value - 1.5).abs() < 1e-12 && (fit.intercept - 1.0).abs() < 1e-11);
        assert_eq!((fit.scatter, fit.freedom), (0.0, 3));
        // Σ (x − x̄)² = 14.8.
        let se = 0.03 / 14.8_f64.sqrt();
        assert!((fit.variance.sqrt() / se - 1.0).abs() < 1e-12);
        assert!((fit.half_width(0.05) / (1.644_853_626_951_472_7 * se) - 1.0).abs() < 1e-12);
        assert!(slope(&points, 0.0).unwrap().value > 1.6);
    }

    #[test]
    fn scatter_has_the_quantile_of_student() {
        let mut values = law(0.0);
        for (i, value) in values.iter_mut().enumerate() {
            value.1 += if i % 2 == 0 { 0.2 } else { -0.2 };
        }
        let fit = slope(&series(&values, 1e-6), 0.0).unwrap();
        assert!(fit.scatter > 0.03, "{}", fit.scatter);
        let expected = 2.353_363_434_801_823_f64.powi(2) * fit.scatter * fit.squares
            + 1.644_853_626_951_472_7_f64.powi(2) * fit.variance;
        assert!((fit.half_width(0.05).powi(2) / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn bounds_pull_only_where_the_line_breaks_them() {
        let mut points = series(&law(0.0), 1e-4);
        let alone = slope(&points, 0.0).unwrap();
        let bound = |ln_n| Dimension { ln_d: 10.0, ln_n, variance: 0.0, trials: 24 };
        points.push(bound(Place::Above(15.0)));
        let kept = slope(&points, 0.0).unwrap();
        assert!((kept.value - alone.value).abs() < 1e-6 && kept.freedom == 3);
        points[5] = bound(Place::Above(16.5));
        assert!(slope(&points, 0.0).unwrap().value > alone.value + 0.01);
        points[5] = bound(Place::Below(15.5));
        assert!(slope(&points, 0.0).unwrap().value < alone.value - 0.01);
    }

    #[test]
    fn a_quiet_dimension_is_drawn_towards_the_others() {
        let mut points = series(&law(0.0), 0.04);
        points[0].variance = 0.0;
        let (own, u) = (48_f64.sqrt(), 0.8 * 0.04);
        let drawn = shrunk(&points);
        assert!((drawn[0] - 4.0 * u / (own + 4.0)).abs() < 1e-15);
        assert!((drawn[1] - (own * 0.04 + 4.0 * u) / (own + 4.0)).abs() < 1e-15);
        for point in &mut points {
            point.variance = 0.0;
        }
        assert!(shrunk(&points).iter().all(|v| *v == LEAST_ERROR * LEAST_ERROR));
    }

    #[test]
    fn no_line_without_two_dimensions_nor_a_logarithm_of_one() {
        assert_eq!(slope(&series(&[(4.0, 1.0), (4.0, 2.0)], 0.1), 0.0), None);
        assert_eq!(slope(&[], 0.0), None);
        let from_one = series(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)], 0.1);
        assert!(slope(&from_one, 0.0).is_some() && slope(&from_one, 1.0).is_none());
    }
}
