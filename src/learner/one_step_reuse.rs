//! One gradient step as published by Damian, Lee and Soltanolkotabi 2022: one data set for
//! everything, a mirrored start, the linear part of the labels removed.

use faer::{Mat, MatRef, Side};

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::Options;
use super::stage::block::add;
use super::stage::moment::first_moment;
use super::stage::network::normals;
use super::stage::readout::Moments;
use super::stage::{Budget, Case, Cost, Layer, Network, Trained, Work};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::sample::product::transposed_product;
use crate::sample::{Key, LabelScratch, Samples, Stage, Tile, reduce};

/// Samples that the penalty is chosen on, beside the n that all else reads.
pub const VALIDATION: u64 = 10_000;

/// Penalties on FᵀF: 100 of them from 10⁻¹⁰ to 10¹⁵.
fn penalties() -> impl Iterator<Item = f64> {
    (0..100).map(|i| 10_f64.powf(-10.0 + 25.0 * f64::from(i) / 99.0))
}

/// The published recipe, with all n samples in every stage:
///
/// 1. w_j ~ N(0, I/d) and a_j = ±1 for the first half of the neurons; the second half has the
///    same w_j and −a_j, so that the network starts as the zero function; no biases.
/// 2. r_i = y_i − ȳ − ⟨β, x_i⟩ with β = (1/n) Σ_i (y_i − ȳ) x_i.
/// 3. One step of the squared loss with full weight decay: w_j ← a_j (1/n) Σ_i r_i φ'(⟨w_j, x_i⟩) x_i,
///    all divided by the root mean square of their norms.
/// 4. b_j ~ N(0, 1); ridge of r on the features with the penalty on FᵀF that does best on 10 000
///    validation samples, of a geometric grid of 100 from 10⁻¹⁰ to 10¹⁵. ȳ and ⟨β, x⟩ are added
///    back, the latter as two further neurons, β ⋅ x = relu(β ⋅ x) − relu(−β ⋅ x).
///
/// The intercept of the ridge is fitted, and β is the empirical covariance, with ȳ removed first;
/// both matter at order 1/√n only. n does not count the validation samples, as in the
/// publication. Theory: exponent k* (proved there for k* = 2, with fresh samples for the second
/// layer).
#[derive(Clone, Debug)]
pub struct OneStepReuse {
    width: usize,
}

impl Recipe for OneStepReuse {
    const KEYS: Keys = &[&["width"]];

    fn defaults() -> Options {
        Options { width: 256.into(), ..Options::default() }
    }

    fn new(options: &Options, _: &Granted<'_>) -> Result<Self> {
        let width = options.width.fixed("one_step_reuse")?;
        if !width.is_multiple_of(2) {
            return Err(Error::usage(format!("`one_step_reuse` needs an even width, not {width}"))
                .hint("half of its neurons mirror the other half"));
        }
        if options.activation != Activation::Relu {
            return Err(Error::usage("`one_step_reuse` is published for relu")
                .hint("leave activation out; it also carries the linear part of the labels"));
        }
        Ok(Self { width })
    }
}

/// The samples with what was removed from their labels.
struct Residual<'a> {
    samples: Samples<'a>,
    mean: f64,
    beta: Vec<f64>,
    all: Vec<u32>,
}

impl Residual<'_> {
    /// Inputs of a block, rows × d, and r_i = y_i − ȳ − ⟨β, x_i⟩.
    fn block(&self, scratch: &mut Scratch, block: u64) {
        let Scratch { x, r, labels, .. } = scratch;
        let rows = self.samples.block_len(block);
        x.resize(rows * self.all.len(), 0.0);
        r.resize(rows, 0.0);
        self.samples.columns(block, &self.all, x);
        let known = Tile { coordinates: &self.all, values: x };
        self.samples.labels(block, known, labels, r);
        for r in r.iter_mut() {
            *r -= self.mean;
        }
        for (column, beta) in x.chunks_exact(rows).zip(&self.beta) {
            for (r, &x) in r.iter_mut().zip(column) {
                *r -= beta * f64::from(x);
            }
        }
    }

    /// Σ_i r_i φ'(⟨w_j, x_i⟩) x_i, d × m.
    fn gradient(&self, layer: &Layer) -> Mat<f64> {
        let (d, width) = (self.all.len(), layer.width());
        let sum = reduce::sum_blocks(
            self.samples.crew(),
            self.samples.blocks(),
            || vec![0.0; d * width],
            || (Scratch::default(), Mat::<f32>::zeros(d, width)),
            |total: &mut Vec<f64>, (scratch, part), block| {
                self.block(scratch, block);
                let rows = scratch.r.len();
                scratch.hidden.resize(rows * width, 0.0);
                layer.preactivations(&scratch.x, rows, &mut scratch.hidden);
                for column in scratch.hidden.chunks_exact_mut(rows) {
                    for (u, &r) in column.iter_mut().zip(&scratch.r) {
                        *u = layer.activation.derivative_f32(*u) * r as f32;
                    }
                }
                let x = MatRef::from_column_major_slice(&scratch.x, rows, d);
                let c = MatRef::from_column_major_slice(&scratch.hidden, rows, width);
                transposed_product(part.as_mut(), x, c);
                add(total, part);
            },
        );
        Mat::from_fn(d, width, |i, j| sum[j * d + i])
    }

    /// Second moments of (F, r, 1).
    fn moments(&self, layer: &Layer, biases: &[f32]) -> Moments {
        let width = layer.width();
        reduce::sum_blocks(
            self.samples.crew(),
            self.samples.blocks(),
            || Moments::new(width),
            Scratch::default,
            |total: &mut Moments, scratch, block| {
                self.block(scratch, block);
                let rows = scratch.r.len();
                scratch.hidden.resize(rows * width, 0.0);
                Network::features(layer, biases, &scratch.x, rows, &mut scratch.hidden);
                let u = Mat::from_fn(rows, width + 2, |i, j| match j {
                    j if j < width => f64::from(scratch.hidden[j * rows + i]),
                    j if j == width => scratch.r[i],
                    _ => 1.0,
                });
                total.add(u.as_ref());
            },
        )
    }
}

/// Memory that a block is worked on in, kept from block to block.
#[derive(Default)]
struct Scratch {
    x: Vec<f32>,
    r: Vec<f64>,
    hidden: Vec<f32>,
    labels: LabelScratch,
}

/// The mirrored layer after the step, and its norm: column j and column j + m/2 are opposite.
fn stepped(gradient: &Mat<f64>, signs: Key) -> Result<Mat<f32>> {
    let (d, half) = (gradient.nrows(), gradient.ncols());
    let scale = gradient.norm_l2() / (half as f64).sqrt();
    if !(scale.is_finite() && scale > 0.0) {
        return Err(Error::runtime(format!(
            "the gradient of the first layer has root mean square norm {scale}"
        ))
        .hint("labels are constant or overflow: check the link"));
    }
    let sign = |j: usize| if signs.child(j as u64).bits() & 1 == 0 { 1.0 } else { -1.0 };
    Ok(Mat::from_fn(d, 2 * half, |i, j| {
        let mirrored = if j < half { 1.0 } else { -1.0 };
        (mirrored * sign(j % half) * gradient[(i, j % half)] / scale) as f32
    }))
}

/// The ridge solution, of those on the grid, with the smallest error on the held-out samples.
fn best_ridge(train: &Moments, held_out: &Moments, n: u64) -> Result<Vec<f64>> {
    let failed = || {
        Error::runtime("the second moment of the features is not finite")
            .hint("features overflow: check the link")
    };
    let (sigma, cross) = train.normal_equations();
    // One decomposition serves every penalty.
    let eigen = sigma.self_adjoint_eigen(Side::Lower).map_err(|_| failed())?;
    let rotated = eigen.U().transpose() * &cross;
    let solution = |lambda: f64| {
        let values = eigen.S().column_vector();
        let shrunk = Mat::from_fn(rotated.nrows(), 1, |k, _| {
            rotated[(k, 0)] / (values[k].max(0.0) + lambda / n as f64)
        });
        let a = eigen.U() * shrunk;
        a.col(0).iter().copied().collect::<Vec<f64>>()
    };
    penalties()
        .map(solution)
        .filter(|a| a.iter().all(|a| a.is_finite()))
        .map(|a| (held_out.squared_error(&a, train.intercept(&a)), a))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, a)| a)
        .ok_or_else(failed)
}

impl Learner for OneStepReuse {
    fn stages(&self) -> usize {
        1
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let (d, m) = (case.d as f64, case.width());
        Cost {
            slowest: d.powf(f64::from(case.k_star)),
            // An eigendecomposition, and the validation samples.
            fixed: Work::new(0.0, 50.0 * m.powi(3) + 1e4 * m * (d + 2.0 * m)),
            ..Cost::of(case.d, case.step(case.d) + Work::new(2.0 * d, 0.0))
        }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (d, all, portion) = (budget.d(), budget.all(), budget.take(Stage::Shared)?);
        let (n, labels) = (portion.n(), portion.labels());
        let (sum, _) = first_moment(&labels, &vec![0.0; d], |_, _| 1.0);
        let beta: Vec<f64> = sum.iter().map(|s| s / n as f64).collect();
        let train =
            Residual { samples: portion.samples(), mean: labels.mean(), beta, all: all.clone() };

        let half = self.width / 2;
        let scale = 1.0 / (d as f32).sqrt();
        let entries = normals(budget.key("weights"), d * half);
        let weights = Mat::from_fn(d, half, |i, j| scale * entries[j * d + i]);
        let start = Layer { coordinates: all.clone(), weights, activation: Activation::Relu };
        let weights = stepped(&train.gradient(&start), budget.key("signs"))?;
        let layer = Layer { coordinates: all.clone(), weights, activation: Activation::Relu };

        let biases = normals(budget.key("biases"), self.width);
        let validation = budget.beside(Stage::Choose, VALIDATION).samples();
        let held_out = Residual { samples: validation, beta: train.beta.clone(), all, ..train };
        let moments = train.moments(&layer, &biases);
        let held_out = held_out.moments(&layer, &biases);
        let readout = best_ridge(&moments, &held_out, n)?;
        let intercept = moments.intercept(&readout) + train.mean;
        let network = with_linear(layer, biases, readout, intercept, &train.beta);
        Ok(Trained { network, reduced: false, scores: None, limit: None })
    }
}

/// The network with ⟨β, x⟩ added as two neurons.
fn with_linear(
    layer: Layer,
    mut biases: Vec<f32>,
    mut readout: Vec<f64>,
    intercept: f64,
    beta: &[f64],
) -> Network {
    let width = layer.width();
    let norm = beta.iter().map(|b| b * b).sum::<f64>().sqrt();
    let unit = |i: usize| if norm > 0.0 { (beta[i] / norm) as f32 } else { 0.0 };
    let weights = Mat::from_fn(beta.len(), width + 2, |i, j| match j {
        j if j < width => layer.weights[(i, j)],
        j if j == width => unit(i),
        _ => -unit(i),
    });
    biases.extend([0.0, 0.0]);
    readout.extend([norm, -norm]);
    Network { layer: Layer { weights, ..layer }, biases, readout, intercept }
}
