//! Metrics of a trained network against the target.

use faer::{Mat, Side};

use super::ranking::Ranking;
use super::stage::reduced::Reduction;
use super::stage::{Answered, Network, Trained};
use crate::error::{Error, Result};
use crate::model::metric::{Metric, Metrics};
use crate::model::target::{LEAST_VARIANCE, Target};
use crate::sample::{BLOCK, Design, LabelScratch, Lines, Samples, Stage, Tile, reduce};

/// Measures what was trained on `test_samples` fresh samples of `design`, labelled by `target`:
/// the one place that holds a network against its target.
///
/// # Errors
/// When a metric is not finite.
pub fn measure(
    trained: &Trained,
    target: &Target,
    design: Design<'_>,
    test_samples: u64,
) -> Result<Metrics> {
    let Trained { network, reduced, scores, limit } = trained;
    let directions = target.directions();
    let coordinates = &network.layer.coordinates;
    // In the limit the layer has coordinates of its own, where the target is another.
    let (seen, kept) = match limit {
        Some(limit) => (&limit.target, &limit.kept.touched),
        None => (target, coordinates),
    };
    let weights = &network.layer.weights;
    let w = Mat::from_fn(weights.nrows(), weights.ncols(), |i, j| f64::from(weights[(i, j)]));
    let (alignment, subspace) =
        overlaps(&w, &seen.directions().rows_at(coordinates), directions.r())?;
    let risk = if *reduced {
        let Reduction { layer, target, .. } = Reduction::new(&network.layer, target)?;
        risk(&Network { layer, ..network.clone() }, &target, design, test_samples)?
    } else {
        risk(network, seen, design, test_samples)?
    };
    if !(risk.is_finite() && alignment.is_finite() && subspace.is_finite()) {
        return Err(Error::runtime("a metric of the trained network is not finite")
            .hint("the network diverged: try a larger lambda or another activation"));
    }
    let ranking = scores.as_ref().map(|scores| scores.ranking(directions));
    let ranking = ranking.or_else(|| limit.as_ref()?.ranking);
    let held = Held::of(kept, trained.kept(), target);
    Ok(metrics(risk, Some((alignment, subspace)), Some(held), ranking))
}

/// The same of predictions on those samples, and of what came with them.
///
/// # Errors
/// As [`measure`].
pub fn measure_answer(
    Answered { predictions, scores, kept, weights }: &Answered,
    target: &Target,
    design: Design<'_>,
    test_samples: u64,
) -> Result<Metrics> {
    let directions = target.directions();
    let all: Vec<u32> = (0..directions.d() as u32).collect();
    let rows = directions.rows_at(kept.as_ref().unwrap_or(&all));
    let overlaps = weights.as_ref().map(|weights| overlaps(weights, &rows, directions.r()));
    let samples = design.samples(target, Stage::Test, test_samples);
    let risk = risk_of(target, samples, &[], |_, _, block, fitted| {
        let first = block as usize * BLOCK;
        fitted.copy_from_slice(&predictions[first..first + fitted.len()]);
    })?;
    let held = kept.as_ref().map(|kept| Held::of(kept, kept.len(), target));
    let ranking = scores.as_ref().map(|scores| Ranking::of(scores, directions));
    Ok(metrics(risk, overlaps.transpose()?, held, ranking))
}

/// What a network has of V on its coordinates.
#[derive(Clone, Copy)]
struct Held {
    recall: f64,
    precision: f64,
    mass: f64,
}

impl Held {
    /// On `count` coordinates, of which `kept` are those that V may touch, increasing.
    fn of(kept: &[u32], count: usize, target: &Target) -> Self {
        let (directions, relevant) = (target.directions(), target.directions().relevant());
        let hits = relevant.iter().filter(|j| kept.binary_search(j).is_ok()).count() as f64;
        let mass = directions.rows_at(kept).iter().map(|v| v * v).sum::<f64>();
        Self {
            recall: hits / relevant.len() as f64,
            precision: hits / count as f64,
            mass: mass / directions.r() as f64,
        }
    }
}

/// The metrics, as far as there is something to measure: alignment and subspace overlap of a first
/// layer, coordinates, scores.
fn metrics(
    risk: f64,
    overlaps: Option<(f64, f64)>,
    held: Option<Held>,
    ranking: Option<Ranking>,
) -> Metrics {
    Metrics::from_fn(|metric| match metric {
        Metric::Risk => Some(risk),
        Metric::Alignment => Some(overlaps?.0),
        Metric::Subspace => Some(overlaps?.1),
        Metric::Recall => Some(held?.recall),
        Metric::Precision => Some(held?.precision),
        Metric::Mass => Some(held?.mass),
        Metric::Pearson => ranking?.pearson,
        Metric::Spearman => ranking?.spearman,
        Metric::Auc => ranking?.auc,
    })
}

/// The risk of a network.
fn risk(network: &Network, target: &Target, design: Design<'_>, test_samples: u64) -> Result<f64> {
    let samples = design.samples(target, Stage::Test, test_samples);
    let kept = &network.layer.coordinates;
    risk_of(target, samples, kept, |x, features, block, fitted| {
        x.resize(fitted.len() * kept.len());
        samples.columns(block, kept, x);
        network.predict(x, fitted.len(), features, fitted);
    })
}

/// E(f − f*)² / Var f*; for inputs that are not Gaussian, Var f* is that over the same samples.
/// `predict` fills in f of a block and may leave the coordinates `known` of its inputs in the
/// first of its vectors, that they are not generated again.
///
/// # Errors
/// When f* hardly varies over the test samples.
fn risk_of(
    target: &Target,
    samples: Samples<'_>,
    known: &[u32],
    predict: impl Fn(&mut Lines, &mut Lines, u64, &mut [f64]) + Sync,
) -> Result<f64> {
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
            clean.resize(rows, 0.0);
            fitted.resize(rows, 0.0);
            predict(x, features, block, fitted);
            samples.clean_labels(block, Tile { coordinates: known, values: x }, labels, clean);
            sums[0] += clean.iter().zip(fitted).map(|(y, f)| (y - *f).powi(2)).sum::<f64>();
            sums[1] += clean.iter().map(|y| y - centre).sum::<f64>();
            sums[2] += clean.iter().map(|y| (y - centre).powi(2)).sum::<f64>();
        },
    );
    let test_samples = samples.n();
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
    x: Lines,
    features: Lines,
    labels: LabelScratch,
    clean: Vec<f64>,
    fitted: Vec<f64>,
}

/// Alignment and subspace overlap of the first layer W; `v` holds the rows of V at its
/// coordinates, row-major.
fn overlaps(w: &Mat<f64>, v: &[f64], r: usize) -> Result<(f64, f64)> {
    let (rows, width) = (w.nrows(), w.ncols());
    let v = Mat::from_fn(rows, r, |i, k| v[i * r + k]);
    let projected = v.transpose() * w;
    let norm = |m: faer::ColRef<'_, f64>| m.norm_l2();
    let alignment = (0..width)
        .map(|j| (norm(projected.col(j)), norm(w.col(j))))
        .map(|(inside, all)| if all > 0.0 { inside / all } else { 0.0 })
        .sum::<f64>()
        / width as f64;
    Ok((alignment, subspace(w, &v, &projected)?))
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
