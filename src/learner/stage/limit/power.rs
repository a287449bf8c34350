//! The mean of CᵀC, C_ij = ỹ_i φ'(⟨w_j, q_i⟩ + c).

use faer::{Mat, MatRef};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::learner::stage::network::Layer;
use crate::model::activation::Activation;
use crate::model::hermite::fill_normalised;
use crate::model::normal::distribution;
use crate::model::quadrature::density;
use crate::model::target::Target;

/// Orders of the residual correlation: up to where it is this small, and no more than these.
const SMALL: f64 = 1e-7;
const MOST_ORDERS: usize = 40;

/// Squared radius of the grids of z.
const RADIUS: f64 = 49.0;

/// Draws of z where a grid would be too large.
const DRAWS: usize = 512;

/// Step of a trapezoidal rule in g ~ N(0, 1): its error is of the order e^{−2π²/h²} for what is
/// smooth.
const STEP: f64 = 0.5;

/// E (y − E y)² φ'(u_j + c) φ'(u_k + c), m × m, u = Wᵀq; `head` is V in the coordinates of
/// `layer`.
///
/// Given z = Vᵀx, u_j is normal with mean ⟨a_j, z⟩, a_j = Vᵀw_j, and variance τ_j² = ‖w_j‖² − ‖a_j‖².
/// With ρ the correlation of what is left and h_l = E[φ'(u_j + c) he_l(g) | z], g the standardised
/// rest of u_j, it is
///
/// ```text
/// Σ_l ρ_jk^l  E (y − E y)² h_l(j, z) h_l(k, z);      E (y − E y)² E[φ'(u_j + c)² | z] for j = k
/// ```
///
/// The mean over z is a trapezoidal sum up to r = 3, and one over draws beyond, scaled to the
/// variance of y.
#[must_use]
pub(super) fn mean(
    layer: &Layer,
    head: MatRef<'_, f64>,
    target: &Target,
    shift: f64,
    rng: &mut impl Rng,
) -> Mat<f64> {
    let (p, m, r) = (layer.coordinates.len(), layer.width(), head.ncols());
    let w = Mat::from_fn(p, m, |i, j| f64::from(layer.weights[(i, j)]));
    let (a, gram) = (head.transpose() * &w, w.transpose() * &w);
    let rest = gram - a.transpose() * &a;
    let tau: Vec<f64> = (0..m).map(|j| rest[(j, j)].max(1e-12).sqrt()).collect();
    let rho = Mat::from_fn(m, m, |j, k| rest[(j, k)] / (tau[j] * tau[k]));
    let largest = (0..m).flat_map(|j| (0..j).map(move |k| (j, k)));
    let largest = largest.map(|at| rho[at].abs()).fold(0.0_f64, f64::max).min(0.99);
    let orders = ((SMALL.ln() / largest.ln()) as usize).clamp(2, MOST_ORDERS);
    let nodes = nodes(target, r, rng);
    let mut gates = vec![Mat::<f64>::zeros(m, nodes.len()); orders + 1];
    let mut own = vec![0.0; m];
    let mut h = vec![0.0; orders + 1];
    for (i, (z, weight)) in nodes.iter().enumerate() {
        for j in 0..m {
            let mean: f64 = z.iter().zip(a.col(j).iter()).map(|(z, a)| z * a).sum();
            own[j] += weight * conditional(layer.activation, mean + shift, tau[j], &mut h);
            for (gate, h) in gates.iter_mut().zip(&h) {
                gate[(j, i)] = weight.sqrt() * h;
            }
        }
    }
    let mut total = Mat::<f64>::zeros(m, m);
    for (l, gate) in gates.iter().enumerate() {
        let product = gate * gate.transpose();
        total += Mat::from_fn(m, m, |j, k| product[(j, k)] * rho[(j, k)].powi(l as i32));
    }
    (0..m).for_each(|j| total[(j, j)] = own[j]);
    total
}

/// h_l = E φ'(b + τg) he_l(g) for all l of `out`; returns E φ'(b + τg)².
fn conditional(activation: Activation, b: f64, tau: f64, out: &mut [f64]) -> f64 {
    if activation == Activation::Relu {
        let at = b / tau;
        fill_normalised(-at, out);
        for l in (1..out.len()).rev() {
            out[l] = density(at) * out[l - 1] / (l as f64).sqrt();
        }
        out[0] = distribution(at);
        return out[0];
    }
    let mut he = vec![0.0; out.len()];
    let mut square = 0.0;
    out.fill(0.0);
    for i in -16..=16 {
        let g = STEP * f64::from(i);
        let value = activation.derivative(b + tau * g);
        fill_normalised(g, &mut he);
        let weight = STEP * density(g) * value;
        out.iter_mut().zip(&he).for_each(|(h, he)| *h += weight * he);
        square += weight * value;
    }
    square
}

/// Points z, with weights that hold E[(y − E y)² | z] as well and add up to Var y.
fn nodes(target: &Target, r: usize, rng: &mut impl Rng) -> Vec<(Vec<f64>, f64)> {
    let (link, noise) = (target.link(), target.noise().powi(2));
    let points: Vec<(Vec<f64>, f64)> = if r > 3 {
        let draw = |_| ((0..r).map(|_| StandardNormal.sample(rng)).collect(), 1.0);
        (0..DRAWS).map(draw).collect()
    } else {
        let step = if r == 3 { 2.0 * STEP } else { STEP };
        let side = (RADIUS.sqrt() / step) as i32;
        let mut points = vec![(Vec::new(), 1.0)];
        for _ in 0..r {
            let longer = |(z, weight): (Vec<f64>, f64)| {
                (-side..=side).map(move |i| {
                    let x = step * f64::from(i);
                    ([z.as_slice(), &[x]].concat(), weight * density(x))
                })
            };
            points = points.into_iter().flat_map(longer).collect();
        }
        points.retain(|(z, _)| z.iter().map(|z| z * z).sum::<f64>() <= RADIUS);
        points
    };
    let square = |z: &[f64]| (link.eval(z) - link.mean()).powi(2) + noise;
    let mut points: Vec<_> = points
        .into_iter()
        .map(|(z, weight)| (square(&z) * weight, z))
        .map(|(w, z)| (z, w))
        .collect();
    let total: f64 = points.iter().map(|(_, weight)| weight).sum();
    let variance = target.variance() + noise;
    for (_, weight) in &mut points {
        *weight *= variance / total;
    }
    points
}
