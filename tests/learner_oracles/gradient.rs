//! The gradient of the first layer.

use secateur::learner::stage::gradient::first_layer_gradient;
use secateur::learner::stage::network::Layer;
use secateur::model::Activation;
use secateur::model::target::Target;
use secateur::sample::reduce::sum_blocks;
use secateur::sample::{BLOCK, CentredLabels, Crew, Key, LabelScratch, Samples, Stage, Tile};

use crate::{centred, columns, design, target};

/// Two full blocks and a short one.
const N: u64 = 2 * BLOCK as u64 + 37;

/// Single precision: each product carries a few roundings of 2⁻²⁴ ≈ 6·10⁻⁸, and a block's sum
/// of up to 1024 terms some tens of them; relative to the mean of |terms|, 10⁻⁵ is ample.
const ROUNDING: f64 = 1e-5;

struct Case {
    layer: Layer,
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
    gradient: Vec<f64>,
}

fn case(target: &Target, activation: Activation, shift: f32) -> Case {
    let samples = design(17).samples(target, Stage::Feature(0), N);
    let layer = Layer::on_sphere(vec![0, 3, 4, 9, 15, 19], 5, activation, Key::root(3).named("w"));
    let gradient = first_layer_gradient(&layer, shift, &CentredLabels::new(samples));
    Case { x: columns(&samples, &layer.coordinates), y: centred(&samples), layer, gradient }
}

impl Case {
    fn weights(&self, j: usize) -> Vec<f64> {
        self.layer.weights.col_as_slice(j).iter().map(|&w| f64::from(w)).collect()
    }

    fn preactivation(&self, w: &[f64], i: usize, shift: f64) -> f64 {
        w.iter().zip(&self.x).map(|(w, x)| w * x[i]).sum::<f64>() + shift
    }

    /// −(1/n) Σ ỹ_i φ(⟨w, x_i⟩ + c).
    fn loss(&self, w: &[f64], shift: f64) -> f64 {
        let phi = |i| self.layer.activation.value(self.preactivation(w, i, shift));
        -self.y.iter().enumerate().map(|(i, y)| y * phi(i)).sum::<f64>() / N as f64
    }
}

#[test]
fn gradient_is_the_finite_difference_of_the_correlation_loss() {
    let target = target("He2 + He3", 20, 4, 0.3, 1);
    for activation in [Activation::Tanh, Activation::Softplus, Activation::Gelu] {
        for shift in [0.0_f32, -0.62, 1.5] {
            let case = case(&target, activation, shift);
            for j in 0..case.layer.width() {
                let w = case.weights(j);
                for k in 0..w.len() {
                    // Central differences: h² |φ'''| < 3e-8 of truncation, 1e-12 of rounding.
                    let h = 1e-4;
                    let moved = |by: f64| {
                        let mut w = w.clone();
                        w[k] += by;
                        case.loss(&w, f64::from(shift))
                    };
                    let difference = -(moved(h) - moved(-h)) / (2.0 * h);
                    let gradient = case.gradient[j * w.len() + k] / N as f64;
                    // |φ'| ≤ 1.2 and E|ỹ x| ≤ 1.1 bound the mean of |terms|.
                    let error = (gradient - difference).abs();
                    assert!(error < 1.3 * ROUNDING, "{activation:?} {shift} {j} {k}: {error}");
                }
            }
        }
    }
}

#[test]
fn relu_gradient_is_the_direct_sum() {
    let target = target("He2 + He3", 20, 4, 0.3, 1);
    for shift in [0.0_f32, -0.62, 1.0] {
        let case = case(&target, Activation::Relu, shift);
        for j in 0..case.layer.width() {
            let w = case.weights(j);
            for (k, x) in case.x.iter().enumerate() {
                let (mut sum, mut absolute, mut at_kink) = (0.0, 0.0, 0.0);
                for (i, (x, y)) in x.iter().zip(&case.y).enumerate() {
                    let u = case.preactivation(&w, i, f64::from(shift));
                    if u > 0.0 {
                        sum += x * y;
                    }
                    absolute += (x * y).abs();
                    // In single precision the mask may differ this close to the kink.
                    if u.abs() < 1e-6 {
                        at_kink += (x * y).abs();
                    }
                }
                let error = (case.gradient[j * w.len() + k] - sum).abs();
                assert!(error <= ROUNDING * absolute + at_kink, "{shift} {j} {k}: {error}");
            }
        }
    }
}

/// ỹ of `block` by its definition: y rounded to single precision, less the mean.
fn expected(samples: &Samples<'_>, block: u64, mean: f64) -> Vec<f32> {
    let mut y = vec![0.0; samples.block_len(block)];
    samples.labels(block, Tile::default(), &mut LabelScratch::default(), &mut y);
    y.iter().map(|&y| (f64::from(y as f32) - mean) as f32).collect()
}

#[test]
fn stored_and_regenerated_labels_are_the_same() {
    let target = target("He2", 4, 1, 0.1, 2);
    // Up to 2¹⁸ labels are stored, more are generated again in each block.
    for n in [N, (1 << 18) + 515] {
        let samples = design(5).samples(&target, Stage::Prune, n);
        let centred = CentredLabels::new(samples);
        let [sum, squares] = sum_blocks(
            Crew::alone(),
            samples.blocks(),
            || [0.0; 2],
            || (),
            |total: &mut [f64; 2], (), block| {
                let mut y = vec![0.0; samples.block_len(block)];
                samples.labels(block, Tile::default(), &mut LabelScratch::default(), &mut y);
                total[0] += y.iter().sum::<f64>();
                total[1] += y.iter().map(|y| y * y).sum::<f64>();
            },
        );
        let mean = sum / n as f64;
        assert!((centred.variance() - (squares / n as f64 - mean * mean)).abs() < 1e-12);
        for block in [0, 1, samples.blocks() - 1] {
            let mut y = vec![0.0; samples.block_len(block)];
            centred.block(block, &mut LabelScratch::default(), &mut y);
            let bits = |v: &[f32]| v.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&y), bits(&expected(&samples, block, mean)), "n = {n}, {block}");
        }
    }
}
