//! Metrics of a trained network against the target.

use faer::{Mat, Side};

use super::Task;
use super::network::Network;
use super::reduced::Reduction;
use crate::error::{Error, Result};
use crate::sample::{LabelScratch, Stage, Tile, reduce};

/// What a trial measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metrics {
    /// E(f − f*)² / Var f*, f* the noiseless target, on fresh samples; for inputs that are not
    /// Gaussian, Var f* is that over the same samples.
    pub risk: f64,
    /// Mean over neurons of ‖Vᵀw‖ / ‖w‖.
    pub alignment: f64,
    /// ‖V̂ᵀV‖_F² / r, V̂ the top r right singular vectors of W.
    pub subspace: f64,
    /// Share of the s relevant coordinates that were kept.
    pub recall: f64,
    /// Share of the kept coordinates that are relevant.
    pub precision: f64,
    /// ‖`V_kept`‖_F² / r.
    pub mass: f64,
}

/// Measures `network` on `test_samples` fresh samples.
///
/// # Errors
/// When a metric is not finite.
pub fn measure(network: &Network, task: &Task<'_>, test_samples: u64) -> Result<Metrics> {
    let directions = task.target.directions();
    let (kept, relevant) = (&network.layer.coordinates, directions.relevant());
    let hits = relevant.iter().filter(|j| kept.binary_search(j).is_ok()).count() as f64;
    let r = directions.r();
    let v = directions.rows_at(kept);
    let (alignment, subspace) = overlaps(network, &v, r)?;
    let metrics = Metrics {
        risk: if network.reduced {
            let Reduction { layer, target, .. } = Reduction::new(&network.layer, task.target)?;
            let network = Network { layer, ..network.clone() };
            risk(&network, &Task { target: &target, ..*task }, test_samples)
        } else {
            risk(network, task, test_samples)
        },
        alignment,
        subspace,
        recall: hits / relevant.len() as f64,
        precision: hits / kept.len() as f64,
        mass: v.iter().map(|v| v * v).sum::<f64>() / r as f64,
    };
    if !(metrics.risk.is_finite() && alignment.is_finite() && subspace.is_finite()) {
        return Err(Error::runtime("a metric of the trained network is not finite")
            .hint("the network diverged: try a larger lambda or another activation"));
    }
    Ok(metrics)
}

fn risk(network: &Network, task: &Task<'_>, test_samples: u64) -> f64 {
    let samples = task.design.samples(task.target, Stage::Test, test_samples);
    let kept = &network.layer.coordinates;
    let [error, sum, squares] = reduce::sum_blocks(
        samples.crew(),
        samples.blocks(),
        || [0.0; 3],
        Scratch::default,
        |sums: &mut [f64; 3], scratch, block| {
            let Scratch { x, features, labels, clean, fitted } = scratch;
            let rows = samples.block_len(block);
            x.resize(rows * kept.len(), 0.0);
            clean.resize(rows, 0.0);
            fitted.resize(rows, 0.0);
            samples.columns(block, kept, x);
            samples.clean_labels(block, Tile { coordinates: kept, values: x }, labels, clean);
            network.predict(x, rows, features, fitted);
            sums[0] += clean.iter().zip(fitted).map(|(y, f)| (y - *f).powi(2)).sum::<f64>();
            sums[1] += clean.iter().sum::<f64>();
            sums[2] += clean.iter().map(|y| y * y).sum::<f64>();
        },
    );
    let n = test_samples as f64;
    let variance = if task.target.input().is_gaussian() {
        task.target.variance()
    } else {
        squares / n - (sum / n).powi(2)
    };
    error / n / variance
}

/// Memory that a block is worked on in, kept from block to block.
#[derive(Default)]
struct Scratch {
    x: Vec<f32>,
    features: Vec<f32>,
    labels: LabelScratch,
    clean: Vec<f64>,
    fitted: Vec<f64>,
}

/// Alignment and subspace overlap of the first layer; `v` holds the rows of V at the kept
/// coordinates, row-major.
fn overlaps(network: &Network, v: &[f64], r: usize) -> Result<(f64, f64)> {
    let weights = &network.layer.weights;
    let (rows, width) = (weights.nrows(), weights.ncols());
    let w = Mat::from_fn(rows, width, |i, j| f64::from(weights[(i, j)]));
    let v = Mat::from_fn(rows, r, |i, k| v[i * r + k]);
    let projected = v.transpose() * &w;
    let norm = |m: faer::ColRef<'_, f64>| m.norm_l2();
    let alignment = (0..width)
        .map(|j| (norm(projected.col(j)), norm(w.col(j))))
        .map(|(inside, all)| if all > 0.0 { inside / all } else { 0.0 })
        .sum::<f64>()
        / width as f64;
    Ok((alignment, subspace(&w, &v, &projected)?))
}

/// ‖V̂ᵀV‖_F² / r through the smaller of the two Gram matrices of W.
fn subspace(w: &Mat<f64>, v: &Mat<f64>, projected: &Mat<f64>) -> Result<f64> {
    let failed = |_| Error::runtime("the singular vectors of the first layer do not converge");
    let (rows, width, r) = (w.nrows(), w.ncols(), v.ncols());
    let small = rows.min(width);
    let gram = if rows <= width { w * w.transpose() } else { w.transpose() * w };
    let eigen = gram.self_adjoint_eigen(Side::Lower).map_err(failed)?;
    let largest = eigen.S()[small - 1].max(0.0);
    let mut overlap = 0.0;
    for k in (small.saturating_sub(r)..small).rev() {
        let u = eigen.U().col(k);
        let square = eigen.S()[k];
        if square <= 1e-12 * largest {
            break;
        }
        overlap += if rows <= width {
            (v.transpose() * u).squared_norm_l2()
        } else {
            (projected * u).squared_norm_l2() / square
        };
    }
    Ok(overlap / r as f64)
}
