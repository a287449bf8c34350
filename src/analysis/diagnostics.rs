//! What else a series says about its exponent, and whether a power law is the right question.

use super::estimate::{Diagnostics, Interval, Preference};
use super::fit::{FLOOR, Fit, Law, Point, fit, half_width, noise, scatter};
use super::line::{dot, weighted_line};
use super::verdict::FEWEST_DIMENSIONS;

/// Difference of AICc below which two laws are equally good.
const INDIFFERENT: f64 = 2.0;

/// All diagnostics of a series from its points at the study's threshold with the power law
/// through them, and at τ = 0.3 and 0.7.
///
/// The sample sizes were chosen for the study's threshold, so at the others many cells may be
/// bounds: an exponent there needs four values.
#[must_use]
pub fn diagnose(
    points: &[Point],
    power: Option<&Fit>,
    at_03: &[Point],
    at_07: &[Point],
) -> Diagnostics {
    let delta_aicc = delta_aicc(points);
    let exponent = |points: &[Point]| {
        let enough = points.iter().filter(|p| p.is_value()).count() >= FEWEST_DIMENSIONS;
        let fitted = fit(points, Law::Power).filter(|_| enough)?;
        Some(fitted.interval(points, Law::Power))
    };
    let loo = leave_one_out(points);
    Diagnostics {
        scatter: power.map(|f| f.scatter.sqrt()),
        delta_aicc,
        preferred: delta_aicc.map(|delta| match delta {
            d if d > INDIFFERENT => Preference::Power,
            d if d < -INDIFFERENT => Preference::PowerLog,
            _ => Preference::Neither,
        }),
        at_03: exponent(at_03),
        at_07: exponent(at_07),
        leave_one_out_low: loo.map(|(low, _)| low),
        leave_one_out_high: loo.map(|(_, high)| high),
        extrapolated: extrapolated(points),
    }
}

/// AICc of n* = C d^β ln d less AICc of n* = C d^β: positive if the data prefer the plain power.
///
/// Both laws are fitted to the values with Gaussian errors of the same variances ṽ + τ², τ² the
/// smaller of the two estimates: the better law decides what is scatter, as in QAICc (Burnham
/// and Anderson, *Model Selection and Multimodel Inference*, 2002, section 2.5). With AICc = χ² + 2k + 2k(k + 1)/(p − k − 1) +
/// const and k = 2 for both, it is the difference of two χ². None below p = 4, where AICc does not exist.
#[must_use]
pub fn delta_aicc(points: &[Point]) -> Option<f64> {
    let values = values(points);
    if values.len() < 4 {
        return None;
    }
    let fits = [fit(&values, Law::Power)?, fit(&values, Law::PowerLog)?];
    let tau2 = fits[0].scatter.min(fits[1].scatter);
    let x: Vec<f64> = values.iter().map(|p| (p.d as f64).ln()).collect();
    let y: Vec<f64> = values.iter().map(|p| p.place.ln_n()).collect();
    let corrected: Vec<f64> = x.iter().zip(&y).map(|(x, y)| y - x.ln()).collect();
    let weights: Vec<f64> = fits[0].noise.iter().map(|v| (v + tau2).recip()).collect();
    let chi2 = |y: &[f64]| Some(weighted_line(&x, y, &weights)?.chi2);
    Some(chi2(&corrected)? - chi2(&y)?)
}

/// Least and largest β when one dimension with a value is left out; bounds stay. None if fewer
/// than two values would be left.
#[must_use]
pub fn leave_one_out(points: &[Point]) -> Option<(f64, f64)> {
    let slopes = (0..points.len()).filter(|&i| points[i].is_value()).map(|i| {
        let mut rest = points.to_vec();
        rest.remove(i);
        fit(&rest, Law::Power).map(|Fit { line, .. }| line.slope)
    });
    let slopes: Vec<f64> = slopes.collect::<Option<_>>()?;
    let low = slopes.iter().copied().reduce(f64::min)?;
    Some((low, slopes.into_iter().fold(low, f64::max)))
}

/// β at d → ∞ if local slopes are linear in 1/ln d, with its 95 % interval.
///
/// ```text
/// (ln n*_{i+1} − ln n*_i) / (ln d_{i+1} − ln d_i) = β_∞ + c / ln d̄_i,     d̄_i = √(d_i d_{i+1})
/// ```
///
/// by generalised least squares, since neighbouring slopes share an n*. That is the fit of
/// ln n*_i on 1, ln d_i and u_i = Σ_{j<i} (ln d_{j+1} − ln d_j)/ln d̄_j with weights 1/(ṽ + τ²), from
/// which β_∞ follows by regression on what u leaves of ln d (Frisch and Waugh, *Econometrica*
/// 1, 1933, 387). The interval is that of [`Fit::interval`], p − 3 degrees of freedom. It is wide: 1/ln d hardly varies.
/// n* = C d^β ln d is the case c = 1, up to the midpoint rule.
///
/// None with fewer than four values, or if a d is 1.
#[must_use]
pub fn extrapolated(points: &[Point]) -> Option<Interval> {
    let values = values(points);
    if values.len() < 4 {
        return None;
    }
    let noise = noise(&values);
    let x: Vec<f64> = values.iter().map(|p| (p.d as f64).ln()).collect();
    let y: Vec<f64> = values.iter().map(|p| p.place.ln_n()).collect();
    let mut u = vec![0.0];
    for pair in x.windows(2) {
        u.push(u[u.len() - 1] + (pair[1] - pair[0]) / f64::midpoint(pair[0], pair[1]));
    }
    if !u.iter().all(|u| u.is_finite()) || x[0] <= 0.0 {
        return None;
    }
    let freedom = values.len() - 3;
    let chi2 = |w: &[f64]| partial_slope(&x, &u, &y, w).map_or(0.0, |(_, _, chi2)| chi2);
    let tau2 = scatter(&noise, freedom, chi2);
    let weights: Vec<f64> = noise.iter().map(|v| (v + tau2).recip()).collect();
    let (slope, sensitivity, _) = partial_slope(&x, &u, &y, &weights)?;
    let own = values.iter().map(|p| p.variance().max(FLOOR * FLOOR));
    let trials = own.zip(&sensitivity).map(|(v, s)| s * s * v).sum();
    let half = half_width(trials, tau2 * dot(&sensitivity, &sensitivity), freedom);
    Some(Interval { value: slope, low: slope - half, high: slope + half })
}

/// Coefficient of x in the weighted regression of y on 1, u and x; ∂/∂y of it; and χ².
fn partial_slope(x: &[f64], u: &[f64], y: &[f64], w: &[f64]) -> Option<(f64, Vec<f64>, f64)> {
    let rest = |v: &[f64]| {
        let line = weighted_line(u, v, w)?;
        let fitted = u.iter().map(|u| line.intercept + line.slope * u);
        Some(v.iter().zip(fitted).map(|(v, f)| v - f).collect::<Vec<f64>>())
    };
    let (x, y) = (rest(x)?, rest(y)?);
    let pulls: Vec<f64> = x.iter().zip(w).map(|(x, w)| w * x).collect();
    let spread = dot(&pulls, &x);
    if !(spread.is_finite() && spread > 0.0) {
        return None;
    }
    let sensitivity: Vec<f64> = pulls.iter().map(|p| p / spread).collect();
    let slope = dot(&sensitivity, &y);
    let squares = x.iter().zip(&y).map(|(x, y)| (y - slope * x).powi(2));
    Some((slope, sensitivity, squares.zip(w).map(|(square, w)| w * square).sum()))
}

fn values(points: &[Point]) -> Vec<Point> {
    points.iter().filter(|p| p.is_value()).cloned().collect()
}
