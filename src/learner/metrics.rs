//! Metrics of a trained network against the target.

use faer::{Mat, Side};

use super::stage::reduced::Reduction;
use super::stage::{Network, Trained};
use crate::error::{Error, Result};
use crate::model::metric::{Metric, Metrics};
use crate::model::target::{LEAST_VARIANCE, Target};
use crate::sample::{Design, LabelScratch, Stage, Tile, reduce};

/// Measures what was trained on `test_samples` fresh samples of `design`, labelled by `target`:
/// the one place that holds a network against its target.
///
/// # Errors
/// When a metric is not finite.
pub fn measure(
    Trained { network, reduced, scores }: &Trained,
    target: &Target,
    design: Design<'_>,
    test_samples: u64,
) -> Result<Metrics> {
    let directions = target.directions();
    let (kept, relevant) = (&network.layer.coordinates, directions.relevant());
    let hits = relevant.iter().filter(|j| kept.binary_search(j).is_ok()).count() as f64;
    let r = directions.r();
    let v = directions.rows_at(kept);
    let (alignment, subspace) = overlaps(network, &v, r)?;
    let risk = if *reduced {
        let Reduction { layer, target, .. } = Reduction::new(&network.layer, target)?;
        risk(&Network { layer, ..network.clone() }, &target, design, test_samples)?
    } else {
        risk(network, target, design, test_samples)?
    };
    if !(risk.is_finite() && alignment.is_finite() && subspace.is_finite()) {
        return Err(Error::runtime("a metric of the trained network is not finite")
            .hint("the network diverged: try a larger lambda or another activation"));
    }
    let ranking = scores.as_ref().map(|scores| scores.ranking(directions));
    Ok(Metrics::from_fn(|metric| match metric {
        Metric::Risk => Some(risk),
        Metric::Alignment => Some(alignment),
        Metric::Subspace => Some(subspace),
        Metric::Recall => Some(hits / relevant.len() as f64),
        Metric::Precision => Some(hits / kept.len() as f64),
        Metric::Mass => Some(v.iter().map(|v| v * v).sum::<f64>() / r as f64),
        Metric::Pearson => ranking?.pearson,
        Metric::Spearman => ranking?.spearman,
        Metric::Auc => ranking?.auc,
    }))
}

/// E(f − f*)² / Var f*; for inputs that are not Gaussian, Var f* is that over the same samples.
///
/// # Errors
/// When f* hardly varies over the test samples.
fn risk(network: &Network, target: &Target, design: Design<'_>, test_samples: u64) -> Result<f64> {
    let samples = design.samples(target, Stage::Test, test_samples);
    let kept = &network.layer.coordinates;
    // Sums about the Gaussian mean do not cancel; it is 0 for normalised links.
    let centre = target.link().mean();
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
            sums[1] += clean.iter().map(|y| y - centre).sum::<f64>();
            sums[2] += clean.iter().map(|y| (y - centre).powi(2)).sum::<f64>();
        },
    );
    let n = test_samples as f64;
    let (seen, whole) = (squares / n - (sum / n).powi(2), target.variance());
    let share = seen / whole;
    if share.is_nan() || share < LEAST_VARIANCE {
        return Err(Error::runtime(format!(
            "f* hardly varies over the {test_samples} test samples: {share:.1e} of its variance"
        ))
        .hint("raise samples.test, or choose a link that does not rest on rare samples"));
    }
    Ok(error / n / if target.input().is_gaussian() { whole } else { seen })
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
