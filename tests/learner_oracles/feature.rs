//! The gradient step on the first layer against Hermite calculus.

use secateur::learner::options::{FeatureOptions, Normalize, Shift};
use secateur::learner::stage::gradient::{FeatureStep, first_layer_gradient};
use secateur::learner::stage::network::Layer;
use secateur::model::Activation;
use secateur::sample::{CentredLabels, Key, Samples, Stage};

use crate::{centred, columns, design, target};

fn density(c: f64) -> f64 {
    (-0.5 * c * c).exp() / std::f64::consts::TAU.sqrt()
}

/// E\[σ*(⟨v, x⟩) φ'(⟨w, x⟩ + c) x\] for ReLU and σ* = He₂/√2, ‖v‖ = ‖w‖ = 1, ρ = ⟨v, w⟩.
///
/// By Stein's identity it is v E\[σ*'(z) φ'(u + c)\] + w E\[σ*(z) φ''(u + c)\], and by Mehler's
/// formula, with φ'(u + c) = 1(u > −c) and φ''(u + c) a unit mass at −c,
/// √2 ρ p(c) v + ρ² (c² − 1) p(c)/√2 w, p the normal density.
fn expected_he2(v: &[f64], w: &[f64], c: f64) -> Vec<f64> {
    let rho: f64 = v.iter().zip(w).map(|(v, w)| v * w).sum();
    let along_v = 2_f64.sqrt() * rho * density(c);
    let along_w = rho * rho * (c * c - 1.0) * density(c) / 2_f64.sqrt();
    v.iter().zip(w).map(|(v, w)| along_v * v + along_w * w).collect()
}

/// The same for σ* = He₃/√6: √(3/2) (ρ² E\[He₂ φ'\] v) + (ρ³/√6) E\[He₃ φ''\] w.
fn expected_he3(v: &[f64], w: &[f64], c: f64) -> Vec<f64> {
    let rho: f64 = v.iter().zip(w).map(|(v, w)| v * w).sum();
    // E[He₂(u) 1(u > −c)] = He₁(−c) p(c); E[He₃(u) δ(u + c)] = He₃(−c) p(c).
    let along_v = 3.0 / 6_f64.sqrt() * rho * rho * -c * density(c);
    let along_w = rho.powi(3) / 6_f64.sqrt() * (3.0 * c - c.powi(3)) * density(c);
    v.iter().zip(w).map(|(v, w)| along_v * v + along_w * w).collect()
}

fn weights(layer: &Layer, j: usize) -> Vec<f64> {
    layer.weights.col_as_slice(j).iter().map(|&w| f64::from(w)).collect()
}

/// Σ_i (ỹ_i x_ik)² / n² bounds the variance of every mean of ỹ φ' x, as |φ'| ≤ 1.
fn error_bounds(samples: &Samples<'_>, coordinates: &[u32]) -> Vec<f64> {
    let y = centred(samples);
    let n = y.len() as f64;
    let square = |x: &Vec<f64>| x.iter().zip(&y).map(|(x, y)| (x * y).powi(2)).sum::<f64>();
    columns(samples, coordinates).iter().map(|x| square(x).sqrt() / n).collect()
}

#[test]
fn mean_gradient_has_the_direction_that_hermite_calculus_gives() {
    type Oracle = fn(&[f64], &[f64], f64) -> Vec<f64>;
    let (d, n) = (4, 1 << 20);
    let cases: [(&str, f32, Oracle); 4] = [
        ("He2", 0.0, expected_he2),
        ("He2", -0.62, expected_he2),
        ("He3", -1.64, expected_he3),
        ("He3", 1.0, expected_he3),
    ];
    for (link, shift, oracle) in cases {
        let target = target(link, d, 2, 0.1, 11);
        let samples = design(12).samples(&target, Stage::Feature(0), n);
        let coordinates: Vec<u32> = (0..d as u32).collect();
        let v = target.directions().rows_at(&coordinates);
        let layer = Layer::on_sphere(coordinates, 8, Activation::Relu, Key::root(13));
        let gradient = first_layer_gradient(&layer, shift, &CentredLabels::new(samples));
        let errors = error_bounds(&samples, &layer.coordinates);
        let (mut signal, mut noise) = (0.0_f64, 0.0);
        for j in 0..layer.width() {
            let exact = oracle(&v, &weights(&layer, j), f64::from(shift));
            for k in 0..d {
                let found = gradient[j * d + k] / n as f64;
                let z = (found - exact[k]) / errors[k];
                assert!(z.abs() < 4.5, "{link} {shift}, neuron {j}: {found} {}, {z}", exact[k]);
                signal += exact[k].powi(2);
                noise += errors[k].powi(2);
            }
        }
        // The oracle is not near zero everywhere: a wrong formula would show.
        assert!(signal > 100.0 * noise, "{link} {shift}: {signal} {noise}");
    }
}

fn step(normalize: Normalize) -> FeatureStep {
    let options = FeatureOptions { shift: Shift::Fixed(-0.62), steps: 1, normalize };
    FeatureStep::new(&options, Activation::Relu, 2)
}

#[test]
fn a_step_replaces_weights_by_scaled_gradients_with_random_signs() {
    let target = target("He2", 20, 4, 0.1, 11);
    let samples = design(12).samples(&target, Stage::Feature(0), 3000);
    let labels = CentredLabels::new(samples);
    let (m, width) = (6, 400);
    let before = Layer::on_sphere((3..3 + m).collect(), width, Activation::Relu, Key::root(1));
    let gradient = first_layer_gradient(&before, -0.62, &labels);
    let norm = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>().sqrt();
    let norms: Vec<f64> = gradient.chunks_exact(m as usize).map(norm).collect();
    let root_mean_square = (norms.iter().map(|n| n * n).sum::<f64>() / width as f64).sqrt();
    for normalize in [Normalize::Neuron, Normalize::Global] {
        let mut after = before.clone();
        step(normalize).apply(&mut after, &gradient, Key::root(7).named("signs")).unwrap();
        let mut positive = 0;
        for (j, g) in gradient.chunks_exact(m as usize).enumerate() {
            let scale = if normalize == Normalize::Neuron { norms[j] } else { root_mean_square };
            let w = weights(&after, j);
            let sign = g.iter().zip(&w).map(|(g, w)| g * w).sum::<f64>().signum();
            positive += i32::from(sign > 0.0);
            for (g, w) in g.iter().zip(&w) {
                // Two roundings to single precision of numbers of order 1.
                assert!((w - sign * g / scale).abs() < 1e-6, "{normalize:?} {j}");
            }
        }
        // 400 fair signs: 200 ± 10.
        assert!((positive - 200).abs() < 45, "{positive}");
    }
}

#[test]
fn a_gradient_that_vanishes_is_an_error() {
    let target = target("He2", 20, 4, 0.1, 11);
    let samples = design(12).samples(&target, Stage::Feature(0), 3000);
    let labels = CentredLabels::new(samples);
    // At c = −10 no sample switches a neuron on.
    let options =
        FeatureOptions { shift: Shift::Fixed(-10.0), steps: 1, normalize: Normalize::Neuron };
    let mut layer = Layer::on_sphere(vec![1, 2], 4, Activation::Relu, Key::root(1));
    let step = FeatureStep::new(&options, Activation::Relu, 2);
    let gradient = first_layer_gradient(&layer, step.shift() as f32, &labels);
    let error = step.apply(&mut layer, &gradient, Key::root(1)).unwrap_err();
    assert!(error.to_string().contains("zero or not finite"), "{error}");
}
