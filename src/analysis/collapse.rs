//! Whether a metric of the ranking is one function of n/(s^{k*} ln d).

use super::Options;
use super::estimate::Curve;
use super::fit::Point;
use super::resample::ensembles_of;
use super::threshold::Descent;
use crate::expectation::Metric;
use crate::record::{Record, known_count};

/// n that one relevant coordinate needs to stand out, up to a constant: s^{k*} ln d, by (3) of
/// docs/mathematics.md.
#[must_use]
pub fn scale(k_star: u32, s: usize, d: usize) -> Option<f64> {
    let (k_star, s) = (known_count(k_star)?, known_count(s)?);
    (d > 1).then(|| (s as f64).powi(k_star as i32) * (d as f64).ln())
}

/// Where the mean of `metric` over trials crosses `level` in each of `curves`, as a point whose
/// size is s^{k*} ln d.
///
/// The mean falls short of 1 by a share that is fitted non-increasing in n, and crosses on the
/// straight line in (ln n, share). Replicates weight whole trials, as those of n* do. Cells
/// without a value of the metric are left out.
#[must_use]
pub fn points(
    curves: &[&Curve],
    records: &[Record],
    options: &Options,
    metric: Metric,
    level: f64,
) -> Vec<Point> {
    let of_curves = |r: &&Record| curves.iter().any(|c| c.cell == r.cell);
    let lacking = |r: &Record| r.is_ok().then(|| 1.0 - metric.of(r)).filter(|x| x.is_finite());
    let ensembles = ensembles_of(records.iter().filter(of_curves), lacking);
    let point = |curve: &&Curve| {
        let ensemble = ensembles.get(curve.cell.as_str())?;
        let ln_n = curve.ln_n();
        let crossing = |weights: &[f64]| {
            let shares = Descent::new(&ln_n, &ensemble.means_of(weights), |share| share)?;
            Some(shares.reaches(1.0 - level))
        };
        let count = ensemble.streams().len();
        let replicates = ensemble.weights(options.bootstrap, options.seed);
        Some(Point {
            d: curve.d,
            size: scale(curve.series.k_star, curve.s, curve.d)?,
            place: crossing(&vec![1.0; count])?,
            replicates: replicates.map(|weights| crossing(&weights)).collect(),
            trials: count,
        })
    };
    curves.iter().filter_map(point).collect()
}
