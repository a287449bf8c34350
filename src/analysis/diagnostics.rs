//! What else a series says about its exponent.

use super::estimate::{Diagnostics, Interval};
use super::slope::{Dimension, Slope, slope};
use crate::model::expectation::FEWEST_DIMENSIONS;

/// All diagnostics of a series from its dimensions at the study's threshold with the power law
/// through them, and at τ = 0.3 and 0.7.
///
/// The sample sizes were chosen for the study's threshold, so at the others many cells may be
/// bounds: an exponent there needs four values.
#[must_use]
pub fn diagnose(
    points: &[Dimension],
    power: Option<&Slope>,
    at_03: &[Dimension],
    at_07: &[Dimension],
) -> Diagnostics {
    let exponent = |points: &[Dimension]| -> Option<Interval> {
        let enough = points.iter().filter(|p| p.is_value()).count() >= FEWEST_DIMENSIONS;
        slope(points, 0.0).filter(|_| enough).as_ref().map(Slope::interval)
    };
    let loo = leave_one_out(points);
    Diagnostics {
        scatter: power.map(|fit| fit.scatter.sqrt()),
        at_03: exponent(at_03),
        at_07: exponent(at_07),
        leave_one_out_low: loo.map(|(low, _)| low),
        leave_one_out_high: loo.map(|(_, high)| high),
    }
}

/// Least and largest β when one dimension with a value is left out; bounds stay. None if fewer
/// than two values would be left.
#[must_use]
pub fn leave_one_out(points: &[Dimension]) -> Option<(f64, f64)> {
    let slopes = (0..points.len()).filter(|&i| points[i].is_value()).map(|i| {
        let mut rest = points.to_vec();
        rest.remove(i);
        slope(&rest, 0.0).map(|fit| fit.value)
    });
    let slopes: Vec<f64> = slopes.collect::<Option<_>>()?;
    let low = slopes.iter().copied().reduce(f64::min)?;
    Some((low, slopes.into_iter().fold(low, f64::max)))
}
