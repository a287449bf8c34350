//! Means of the sums of a stage: of the first layer's gradient, and of the scores.

use faer::{Mat, MatRef};

use crate::learner::stage::network::Layer;
use crate::model::activation::Activation;
use crate::model::hermite::he_normalised;
use crate::model::link::{Along, Expansion};
use crate::model::quadrature::gaussian_mean;

/// Two norms of neurons that are the same but for rounding to single precision.
const SAME: f64 = 1e-6;

/// g_k = E φ'(σx + c) he_k(x), k = 0 … `order`, he_k = He_k/√k!.
#[must_use]
pub(super) fn gate(activation: Activation, scale: f64, shift: f64, order: usize) -> Vec<f64> {
    let kinks = activation.kinks().iter();
    let kinks: Vec<f64> = kinks.map(|k| (k - shift) / scale).filter(|k| k.is_finite()).collect();
    let f = |x: f64| activation.derivative(scale * x + shift);
    (0..=order).map(|k| gaussian_mean(|x| f(x) * he_normalised(k as u32, x), &kinks)).collect()
}

/// E (y − E y) φ'(⟨w_j, q⟩ + c) q for every neuron: p × m.
///
/// `head` is V in the coordinates q ~ N(0, `I_p`) of `layer`, p × r. By Stein's lemma, with
/// w = σû, a = Vᵀû and `P_k` of the link's [`Expansion`],
///
/// ```text
/// Σ_i V_i Σ_k g_k ∂P_{k+1}/∂a_i /√(k+1)  +  û Σ_{k≥1} √(k+1) g_{k+1} P_k
/// ```
#[must_use]
pub(super) fn gradient(
    layer: &Layer,
    head: MatRef<'_, f64>,
    expansion: &Expansion,
    shift: f64,
) -> Mat<f64> {
    let (p, order) = (layer.coordinates.len(), expansion.order());
    let mut mean = Mat::zeros(p, layer.width());
    let mut known: Option<(f64, Vec<f64>)> = None;
    for j in 0..layer.width() {
        let mut unit: Vec<f64> =
            layer.weights.col_as_slice(j).iter().map(|&w| f64::from(w)).collect();
        let norm = unit.iter().map(|w| w * w).sum::<f64>().sqrt();
        if norm > 0.0 {
            for w in &mut unit {
                *w /= norm;
            }
        }
        if known.as_ref().is_none_or(|(scale, _)| (scale - norm).abs() > SAME) {
            known = Some((norm, gate(layer.activation, norm, shift, order + 1)));
        }
        let Some((_, gate)) = &known else { continue };
        let a: Vec<f64> =
            head.col_iter().map(|v| v.iter().zip(&unit).map(|(v, w)| v * w).sum()).collect();
        let Along { values, slopes } = expansion.along(&a);
        let root = |k: usize| (k as f64).sqrt();
        let own: f64 = (1..=order).map(|k| root(k + 1) * gate[k + 1] * values[k]).sum();
        let column = mean.col_as_slice_mut(j);
        column.iter_mut().zip(&unit).for_each(|(m, w)| *m += own * w);
        for (v, slope) in head.col_iter().zip(&slopes) {
            let along: f64 = (1..=order).map(|k| gate[k - 1] * slope[k] / root(k)).sum();
            column.iter_mut().zip(v.iter()).for_each(|(m, v)| *m += along * v);
        }
    }
    mean
}

/// E (y − E y) x φ'(x + c), the same with φ'(−x + c), and E (y − E y) x of a coordinate whose
/// row of V is `row`, from the `gate` g of φ'(x + c) up to one order more than the expansion has.
///
/// ```text
/// Σ_{k≥1} e_k P_k(row),   e_k = √(k+1) g_{k+1} + √k g_{k−1};   (−1)^{k+1} e_k for the second
/// ```
#[must_use]
pub(super) fn scores(row: &[f64], expansion: &Expansion, gate: &[f64]) -> [f64; 3] {
    let Along { values, .. } = expansion.along(row);
    let mut mean = [0.0, 0.0, values.get(1).copied().unwrap_or(0.0)];
    for (k, value) in values.iter().enumerate().skip(1) {
        let e = (k as f64 + 1.0).sqrt() * gate[k + 1] + (k as f64).sqrt() * gate[k - 1];
        mean[0] += e * value;
        mean[1] += if k % 2 == 1 { e * value } else { -e * value };
    }
    mean
}
