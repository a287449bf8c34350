//! Whether a metric of the ranking is one function of n/(s^{k*} ln(d/s)).

use super::Options;
use super::estimate::Curve;
use super::place::Descent;
use super::point::Point;
use super::resample::Ensemble;

/// n that one relevant coordinate needs to stand out, up to a constant: s^{k*} ln(d/s), by the law
/// of the ranking, docs/mathematics.md, section 7; none where every coordinate is relevant.
#[must_use]
pub fn scale(k_star: Option<u32>, s: Option<usize>, d: usize) -> Option<f64> {
    let (k_star, s) = (k_star?, s?);
    (d > s).then(|| (s as f64).powi(k_star as i32) * (d as f64 / s as f64).ln())
}

/// Where the mean of a metric over trials crosses `level` in `curve`, as a point whose size is
/// s^{k*} ln(d/s); `ensemble` holds the shares by which the values of the
/// metric fall short of 1.
///
/// The mean share is fitted non-increasing in n, and crosses on the
/// straight line in (ln n, share). Replicates weight whole trials, as those of n* do. None
/// without a value of the metric.
#[must_use]
pub fn point(curve: &Curve, ensemble: &Ensemble, options: &Options, level: f64) -> Option<Point> {
    let ln_n = curve.ln_n();
    let crossing = |weights: &[f64]| {
        let shares = Descent::new(&ln_n, &ensemble.means_of(weights), |share| share)?;
        Some(shares.reaches(1.0 - level))
    };
    let count = ensemble.streams().len();
    let replicates = ensemble.weights(options.bootstrap, options.seed);
    Some(Point {
        d: curve.d,
        size: scale(curve.series.problem.k_star, curve.s, curve.d)?,
        place: crossing(&vec![1.0; count])?,
        replicates: replicates.map(|weights| crossing(&weights)).collect(),
        trials: count,
    })
}
