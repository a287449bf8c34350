//! Whether a metric of the ranking is one function of n/(s^{k*} ln d).

use super::Options;
use super::estimate::Curve;
use super::fit::Point;
use super::resample::{Ensemble, ensembles};
use super::threshold::{Descent, Place};
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
    let here = |r: &&Record| r.is_ok() && metric.of(r).is_finite();
    let of_curves = |r: &&Record| curves.iter().any(|c| c.cell == r.cell);
    let lacking = |r: &Record| Record { risk: 1.0 - metric.of(r), ..r.clone() };
    let records: Vec<Record> = records.iter().filter(here).filter(of_curves).map(lacking).collect();
    let ensembles = ensembles(&records);
    let point = |curve: &&Curve| {
        let ensemble = ensembles.get(curve.cell.as_str())?;
        let size = scale(curve.series.k_star, curve.s, curve.d)?;
        let sizes = records.iter().filter(|r| r.cell == curve.cell).map(|r| r.n);
        let mut sizes: Vec<u64> = sizes.collect();
        sizes.sort_unstable();
        sizes.dedup();
        let ln_n: Vec<f64> = sizes.iter().map(|&n| (n as f64).ln()).collect();
        let crossing = |weights: &[f64]| crossing(&ln_n, ensemble, weights, 1.0 - level);
        let count = ensemble.streams().len();
        let replicates = ensemble.weights(options.bootstrap, options.seed);
        Some(Point {
            d: curve.d,
            size,
            place: crossing(&vec![1.0; count])?,
            replicates: replicates.map(|weights| crossing(&weights)).collect(),
            trials: count,
        })
    };
    curves.iter().filter_map(point).collect()
}

fn crossing(ln_n: &[f64], ensemble: &Ensemble, weights: &[f64], share: f64) -> Option<Place> {
    let means = ensemble.means_of(weights);
    let there = || ln_n.iter().zip(&means).filter_map(|(&x, mean)| Some((x, (*mean)?)));
    let x: Vec<f64> = there().map(|(x, _)| x).collect();
    let y: Vec<f64> = there().map(|(_, (mean, _))| mean).collect();
    let trials: Vec<f64> = there().map(|(_, (_, trials))| trials as f64).collect();
    Some(Descent::fit(x, &y, &trials)?.reaches(share))
}
