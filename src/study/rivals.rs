//! What the learners beside `pruned` and `unpruned` are expected to need: only where a search
//! starts and what `plan` prices.

use super::cell::{Cell, Setting};
use super::cost::Rates;
use crate::learner::Kind;
use crate::learner::label_transform::Transform;
use crate::learner::options::TransformChoice;
use crate::model::theory;

/// Multiply–adds of a matrix product that one of a vector update costs, being bound by memory.
const UPDATE: f64 = 4.0;

/// Samples of its slowest stage, without the readout; `None` where the gradient step or the
/// comparison of `pruned` decides.
pub(super) fn slowest_stage(setting: &Setting, cell: &Cell) -> Option<f64> {
    let (d, s, k) = (cell.d as f64, cell.s as f64, f64::from(setting.k_star));
    let ln_d = d.max(2.0).ln();
    let descent =
        |exponent: f64| d.powf(exponent) * (0.5 * ln_d).max(1.0) / setting.options.sgd.step;
    Some(match setting.kind {
        Kind::Pruned | Kind::Unpruned | Kind::Oracle | Kind::RandomMask => return None,
        Kind::Spectral => 3.0 * d.powf((0.5 * k).max(1.0)),
        Kind::DiagonalThresholding => theory::prune_samples(2, cell.s, cell.d.max(2), 1.0),
        Kind::OnlineSgd => 0.5 * descent((k - 1.0).max(1.0)),
        Kind::SmoothedSgd => 0.5 * descent((0.5 * k).max(1.0)),
        Kind::LabelTransform => {
            let order = transformed_order(setting);
            theory::prune_samples(order, cell.s, cell.d.max(2), 0.8)
        }
        Kind::MagnitudePruning => s * d.powf(k - 1.0),
        Kind::RandomFeatures => 0.5 * d.powi(setting.link.degree() as i32),
        Kind::OneStepReuse => d.powf(k),
    })
}

/// Lowest order that the transformations in question reach.
fn transformed_order(setting: &Setting) -> u32 {
    let order = |t: Transform| t.information_exponent(&setting.link);
    let orders = match setting.options.transform {
        TransformChoice::Fixed(transform) => order(transform),
        TransformChoice::Auto => Transform::ALL.into_iter().filter_map(order).min(),
    };
    orders.unwrap_or(setting.k_star)
}

/// Seconds that the stages before the readout take for each sample of a stage, if they are not
/// a gradient step on `kept` coordinates; `step` is the cost of one on all d.
pub(super) fn first_stages(
    &Rates { entry, product, .. }: &Rates,
    setting: &Setting,
    cell: &Cell,
    kept: f64,
    step: f64,
) -> Option<f64> {
    let d = cell.d as f64;
    let pass = d * (2.0 * entry + 2.0 * setting.options.sgd.starts as f64 * UPDATE * product);
    Some(match setting.kind {
        Kind::Pruned | Kind::Unpruned | Kind::Oracle | Kind::RandomMask | Kind::LabelTransform => {
            return None;
        }
        Kind::MagnitudePruning => 2.0 * step,
        Kind::Spectral if setting.k_star.is_multiple_of(2) => d * (entry + d * product),
        Kind::Spectral => 12.0 * d * 2.0 * entry,
        Kind::DiagonalThresholding => d * entry + kept * (entry + kept * product),
        Kind::OnlineSgd => pass,
        Kind::SmoothedSgd => 2.0 * pass,
        Kind::RandomFeatures => 0.0,
        Kind::OneStepReuse => step + d * 2.0 * entry,
    })
}

/// Seconds that do not depend on n: factorisations.
pub(super) fn fixed_seconds(rates: &Rates, setting: &Setting, cell: &Cell) -> f64 {
    let product = rates.product;
    let (d, m) = (cell.d as f64, setting.options.width.at(cell.d) as f64);
    match setting.kind {
        // About a hundred products with r + 8 vectors, in double precision.
        Kind::Spectral if setting.k_star.is_multiple_of(2) => 2e3 * d * d * product,
        // One Cholesky factorisation for each penalty of the grid.
        Kind::RandomFeatures => 21.0 * m.powi(3) / 3.0 * product,
        // An eigendecomposition, and the validation samples.
        Kind::OneStepReuse => (50.0 * m.powi(3) + 1e4 * m * (d + 2.0 * m)) * product,
        _ => 0.0,
    }
}

/// Bytes of matrices that no other learner has.
pub(super) fn extra_bytes(setting: &Setting, cell: &Cell) -> f64 {
    let (d, m) = (cell.d as f64, setting.options.width.at(cell.d) as f64);
    match setting.kind {
        Kind::Spectral if setting.k_star.is_multiple_of(2) => 40.0 * d * d,
        Kind::OnlineSgd | Kind::SmoothedSgd => 4.0 * 1024.0 * d,
        Kind::RandomFeatures => 64.0 * m * m,
        _ => 0.0,
    }
}
