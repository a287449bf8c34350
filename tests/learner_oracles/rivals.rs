//! The numerical hearts of the rivals against slower, direct computations in double precision.

use faer::{Mat, Side};
use secateur::learner::options::{Keep, Simulation, TransformChoice};
use secateur::learner::stage::gradient::{FeatureStep, first_layer_gradient};
use secateur::learner::stage::moment::{diagonal, first_moment, second_moment};
use secateur::learner::stage::network::Layer;
use secateur::learner::stage::sphere_sgd::{Gate, descend, opposite_starts, step_size};
use secateur::learner::stage::subspace::{leading_eigenvectors, spread};
use secateur::learner::{Granted, Network, Options};
use secateur::model::target::Target;
use secateur::model::{Activation, LearnerKind, Link, Transform};
use secateur::sample::key::mix;
use secateur::sample::{CentredLabels, Key, Samples, Stage};
use strum::IntoEnumIterator;

use crate::{Task, centred, columns, design, labels, target};

fn task(target: &Target, n: u64) -> Task<'_> {
    Task { target, design: design(51), key: Key::root(52), n }
}

pub(crate) fn explicit(width: usize) -> Options {
    Options { width: width.into(), simulation: Simulation::Explicit, ..Options::default() }
}

fn train(kind: LearnerKind, options: &Options, k_star: u32, task: &Task<'_>) -> Network {
    task.train(kind, options, k_star).unwrap().network
}

/// Rows x_i of all samples.
pub(crate) fn rows(samples: &Samples<'_>, d: usize) -> Vec<Vec<f64>> {
    let columns = columns(samples, &(0..d as u32).collect::<Vec<_>>());
    (0..columns[0].len()).map(|i| columns.iter().map(|c| c[i]).collect()).collect()
}

pub(crate) fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// |cosine| of the angle between two vectors.
pub(crate) fn cosine(a: &[f64], b: &[f64]) -> f64 {
    inner(a, b).abs() / (inner(a, a) * inner(b, b)).sqrt()
}

/// `v` scaled to norm 1.
pub(crate) fn unit(v: impl Iterator<Item = f64>) -> Vec<f64> {
    let v: Vec<f64> = v.collect();
    let norm = inner(&v, &v).sqrt();
    v.iter().map(|v| v / norm).collect()
}

pub(crate) fn neuron(network: &Network, j: usize) -> Vec<f64> {
    network.layer.weights.col_as_slice(j).iter().map(|&w| f64::from(w)).collect()
}

#[test]
fn moments_are_the_sums_they_stand_for() {
    let (d, n) = (9, 1500);
    let target = target("He2", d, 3, 0.1, 53);
    let samples = design(54).samples(&target, Stage::Prune, n);
    let (x, y) = (rows(&samples, d), centred(&samples));
    let centred = CentredLabels::new(samples);
    let kept = [1, 4, 5, 8];
    let square = |x: &[f64]| kept.iter().map(|&j| x[j as usize].powi(2)).sum::<f64>();
    let second = second_moment(&centred, &kept, |q| q - 3.0);
    let w: Vec<f64> = (0..d).map(|j| (j as f64).cos()).collect();
    let (first, inside) = first_moment(&centred, &w, |q, u| q * u - 1.0);
    let diagonal = diagonal(&centred, d);
    for (a, &i) in kept.iter().enumerate() {
        for (b, &j) in kept.iter().enumerate() {
            let term =
                |(x, y): (&Vec<f64>, &f64)| y * (square(x) - 3.0) * x[i as usize] * x[j as usize];
            let direct: f64 = x.iter().zip(&y).map(term).sum();
            assert!((second[(a, b)] - direct).abs() < 1e-5 * n as f64, "{a} {b}");
        }
    }
    for j in 0..d {
        let weight = |x: &[f64]| inner(x, x) * inner(&w, x) - 1.0;
        let direct: f64 = x.iter().zip(&y).map(|(x, y)| y * weight(x) * x[j]).sum();
        assert!((first[j] - direct).abs() < 1e-4 * n as f64, "{j}: {} {direct}", first[j]);
        let direct: f64 = x.iter().zip(&y).map(|(x, y)| y * x[j] * x[j]).sum();
        assert!((diagonal[j] - direct).abs() < 1e-6 * n as f64);
    }
    let direct: f64 = x.iter().zip(&y).map(|(x, y)| y * inner(&w, x)).sum();
    assert!((inside - direct).abs() < 1e-6 * n as f64);
}

#[test]
fn leading_eigenvectors_are_those_of_a_dense_decomposition() {
    for (d, r, seed) in [(3, 1, 1), (40, 3, 2), (120, 2, 3)] {
        let noise = |i: usize, j: usize| ((i * 37 + j * 101 + seed) as f64 * 12.9898).sin();
        let symmetric = Mat::from_fn(d, d, |i, j| noise(i, j) + noise(j, i));
        let found = leading_eigenvectors(&symmetric, r, Key::root(55)).unwrap();
        let eigen = symmetric.self_adjoint_eigen(Side::Lower).unwrap();
        let mut order: Vec<usize> = (0..d).collect();
        order.sort_by(|&a, &b| eigen.S()[b].abs().total_cmp(&eigen.S()[a].abs()));
        for (k, &index) in order.iter().take(r).enumerate() {
            let exact: Vec<f64> = eigen.U().col(index).iter().copied().collect();
            let ours: Vec<f64> = found.col(k).iter().copied().collect();
            let cosine = cosine(&exact, &ours);
            assert!(1.0 - cosine < 1e-9, "d = {d}, vector {k}: {cosine}");
        }
    }
    let broken = Mat::from_fn(4, 4, |_, _| f64::NAN);
    assert!(leading_eigenvectors(&broken, 1, Key::root(1)).is_err());
}

#[test]
fn a_spread_layer_is_uniform_on_the_sphere_of_its_span() {
    let basis = Mat::from_fn(5, 2, |i, k| f64::from(u8::from(i == 2 * k + 1)));
    let width = 4000;
    let layer = spread(&basis, (0..5).collect(), width, Activation::Relu, Key::root(56));
    let mean = |a: usize, b: usize| {
        let products = (0..width).map(|j| layer.weights[(a, j)] * layer.weights[(b, j)]);
        products.map(f64::from).sum::<f64>() / width as f64
    };
    for (a, b, exact) in [(1, 1, 0.5), (3, 3, 0.5), (1, 3, 0.0), (0, 0, 0.0), (2, 1, 0.0)] {
        assert!((mean(a, b) - exact).abs() < 0.03, "{a} {b}");
    }
}

/// He_3 and He_4 tensors contracted entry by entry, in place of the closed forms.
pub(crate) fn hermite_tensor(x: &[f64], index: &[usize]) -> f64 {
    let Some((&first, rest)) = index.split_first() else { return 1.0 };
    // He_{a, J} = x_a He_J − Σ_{j in J} δ_aj He_{J without j}.
    let mut value = x[first] * hermite_tensor(x, rest);
    for (at, &j) in rest.iter().enumerate() {
        if j == first {
            let mut without = rest.to_vec();
            without.remove(at);
            value -= hermite_tensor(x, &without);
        }
    }
    value
}

/// Leading vector of the matrix that contracts the fourth-order tensor, by brute force.
#[test]
fn the_fourth_order_estimate_is_that_of_the_contracted_tensor() {
    let (d, n) = (5, 3000);
    let target = target("He4", d, 2, 0.1, 57);
    let network = train(LearnerKind::Spectral, &explicit(4), 4, &task(&target, 2 * n));
    let samples = design(51).samples(&target, Stage::Feature(0), n);
    let (x, y) = (rows(&samples, d), centred(&samples));
    let matrix = Mat::from_fn(d, d, |a, b| {
        let trace = |x: &[f64]| (0..d).map(|c| hermite_tensor(x, &[a, b, c, c])).sum::<f64>();
        x.iter().zip(&y).map(|(x, y)| y * trace(x)).sum::<f64>()
    });
    let eigen = matrix.self_adjoint_eigen(Side::Lower).unwrap();
    let top = if eigen.S()[0].abs() > eigen.S()[d - 1].abs() { 0 } else { d - 1 };
    let exact: Vec<f64> = eigen.U().col(top).iter().copied().collect();
    for j in 0..4 {
        assert!(1.0 - cosine(&exact, &neuron(&network, j)) < 1e-6);
    }
}

#[test]
fn the_third_order_estimate_is_a_partial_trace_and_tensor_powers() {
    let (d, half) = (4, 1200);
    let target = target("He3", d, 2, 0.1, 58);
    let network = train(LearnerKind::Spectral, &explicit(4), 3, &task(&target, 4 * half));
    let stage = |step| {
        let samples = design(51).samples(&target, Stage::Feature(step), half);
        let (x, y) = (rows(&samples, d), centred(&samples));
        move |a: usize, b: usize, c: usize| {
            x.iter().zip(&y).map(|(x, y)| y * hermite_tensor(x, &[a, b, c])).sum::<f64>()
        }
    };
    let (start, power) = (stage(0), stage(1));
    let mut u = unit((0..d).map(|a| (0..d).map(|c| start(a, c, c)).sum()));
    let tensor: Vec<f64> = (0..d * d * d).map(|i| power(i / (d * d), i / d % d, i % d)).collect();
    for _ in 0..10 {
        let next = |a: usize| {
            let terms = (0..d * d).map(|i| tensor[a * d * d + i] * u[i / d] * u[i % d]);
            terms.sum::<f64>()
        };
        u = unit((0..d).map(next));
    }
    assert!(1.0 - cosine(&u, &neuron(&network, 0)) < 1e-6);
}

#[test]
fn diagonal_thresholding_screens_by_the_diagonal() {
    let (d, n) = (12, 900);
    let target = target("He2", d, 3, 0.1, 59);
    let network = train(LearnerKind::DiagonalThresholding, &explicit(4), 2, &task(&target, 3 * n));
    let samples = design(51).samples(&target, Stage::Prune, n);
    let (x, y) = (rows(&samples, d), centred(&samples));
    let score = |j: usize| x.iter().zip(&y).map(|(x, y)| y * (x[j] * x[j] - 1.0)).sum::<f64>();
    let mut order: Vec<u32> = (0..d as u32).collect();
    order.sort_by(|&a, &b| score(b as usize).abs().total_cmp(&score(a as usize).abs()));
    order.truncate(3);
    order.sort_unstable();
    assert_eq!(network.layer.coordinates, order);
}

/// E_t φ((u + λρt)/√(1+λ²)) by quadrature over the law of one coordinate of a uniform point on
/// the unit sphere of R^{d−1}, density ∝ (1 − t²)^{(d−4)/2}.
fn smoothed(phi: impl Fn(f64) -> f64, lambda: f64, d: usize, u: f64, square: f64) -> f64 {
    let (mut sum, mut mass) = (0.0, 0.0);
    let points = 20_000;
    for i in 0..points {
        let t = (2.0 * (f64::from(i) + 0.5) / f64::from(points)) - 1.0;
        let weight = (1.0 - t * t).powf(0.5 * (d as f64 - 4.0));
        let rho = (square - u * u).sqrt();
        sum += weight * phi((u + lambda * rho * t) / (1.0 + lambda * lambda).sqrt());
        mass += weight;
    }
    sum / mass
}

#[test]
fn the_smoothed_gate_is_the_gradient_of_the_averaged_neuron() {
    let d = 8;
    let x: Vec<f64> = (0..d).map(|j| (1.7 * j as f64 + 0.3).sin() * 1.4).collect();
    let q = inner(&x, &x);
    let w = unit((0..d).map(|j| (j as f64 + 0.2).cos()));
    for k in 1..=5_u32 {
        for lambda in [0.0, 0.7, 1.7] {
            let phi = |z: f64| secateur::model::hermite::he_normalised(k, z);
            let loss = |w: &[f64]| smoothed(phi, lambda, d, inner(w, &x), q);
            let gate = Gate::hermite(k, lambda, d).value(inner(&w, &x), q);
            let scale = (1.0 + lambda * lambda).powf(0.5 * f64::from(k));
            // A tangent step: orthogonal to w, then back to the sphere.
            let raw: Vec<f64> = (0..d).map(|j| (2.3 * j as f64).sin()).collect();
            let along = inner(&raw, &w);
            let h: Vec<f64> = raw.iter().zip(&w).map(|(r, w)| r - along * w).collect();
            let moved = |e: f64| unit(w.iter().zip(&h).map(|(w, h)| w + e * h));
            let e = 1e-4;
            let difference = scale * (loss(&moved(e)) - loss(&moved(-e))) / (2.0 * e);
            let exact = gate * inner(&h, &x);
            assert!(
                (difference - exact).abs() < 1e-5 * (1.0 + exact.abs()),
                "k = {k}, lambda = {lambda}: {difference} {exact}"
            );
        }
    }
}

#[test]
fn descent_is_the_scalar_loop() {
    let (d, n, eta) = (20, 3000, 0.004);
    let target = target("He2", d, 4, 0.1, 60);
    let samples = design(61).samples(&target, Stage::Feature(0), n);
    let (x, y) = (rows(&samples, d), labels(&samples));
    for gate in
        [Gate::hermite(2, 0.0, d), Gate::hermite(3, 1.3, d), Gate::Activation(Activation::Tanh)]
    {
        let mut ours = opposite_starts(d, 3, Key::root(62));
        let mut direct: Vec<Vec<f64>> =
            ours.iter().map(|w| w.iter().map(|&w| f64::from(w)).collect()).collect();
        assert!(direct[0].iter().zip(&direct[1]).all(|(a, b)| a == &-b));
        descend(&mut ours, &samples, &gate, eta).unwrap();
        for w in &mut direct {
            for (x, y) in x.iter().zip(&y) {
                let u = inner(w, x);
                let step = eta * y * gate.value(u, inner(x, x));
                for (w, x) in w.iter_mut().zip(x) {
                    *w += step * (x - u * *w);
                }
                let norm = inner(w, w).sqrt();
                for w in w.iter_mut() {
                    *w /= norm;
                }
            }
        }
        for (ours, direct) in ours.iter().zip(&direct) {
            let gap = ours.iter().zip(direct).map(|(a, b)| (f64::from(*a) - b).abs());
            let gap = gap.fold(0.0, f64::max);
            assert!(gap < 1e-4, "{gap}");
        }
    }
}

#[test]
fn step_sizes_grow_with_smoothing_up_to_one_over_d() {
    let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
    assert!(close(step_size(0.5, 1, 0.0, 100), 0.005));
    assert!(close(step_size(0.5, 2, 3.0, 100), 0.005));
    assert!(close(step_size(0.5, 3, 0.0, 100), 0.5e-3));
    assert!(close(step_size(0.5, 3, 4.0, 100), 2e-3));
    assert!(close(step_size(0.5, 4, 100.0, 100), 0.005));
}

#[test]
fn transformed_labels_have_the_orders_that_theory_says() {
    let order = |text: &str, transform: Transform| {
        let link = Link::parse(text, None).unwrap().normalised().unwrap();
        transform.information_exponent(&link)
    };
    // Of y, y², |y|, max(y, 0) and sign y.
    for (link, expected) in [
        ("t", [1, 2, 2, 1, 1]),
        ("He2", [2, 2, 2, 2, 2]),
        ("He3", [3, 2, 2, 2, 1]),
        ("He4", [4, 2, 2, 2, 2]),
    ] {
        let found = Transform::iter().map(|t| order(link, t)).collect::<Vec<_>>();
        assert_eq!(found, expected.map(Some), "{link}");
    }
    // A constant has no order, and neither has a link of two variables here.
    assert_eq!(order("sign", Transform::Square), None);
    assert_eq!(order("z1*z2", Transform::Square), None);
}

#[test]
fn transformed_labels_are_centred_after_the_transformation() {
    let target = target("He3", 10, 3, 0.1, 63);
    let samples = design(64).samples(&target, Stage::Prune, 2000);
    let y: Vec<f64> = labels(&samples).iter().map(|y| y * y).collect();
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let transformed = CentredLabels::transformed(samples, Transform::Square.function());
    let mut ours = vec![0.0; 1024];
    transformed.block(0, &mut secateur::sample::LabelScratch::default(), &mut ours);
    for (ours, y) in ours.iter().zip(&y) {
        assert!((f64::from(*ours) - (y - mean)).abs() < 1e-4 * (1.0 + y));
    }
}

#[test]
fn the_identity_leaves_the_pruned_network() {
    let target = target("He2", 40, 6, 0.1, 65);
    let mut options = explicit(8);
    options.transform = TransformChoice::Fixed(Transform::Identity);
    let pruned = train(LearnerKind::Pruned, &options, 2, &task(&target, 3000));
    let same = train(LearnerKind::LabelTransform, &options, 2, &task(&target, 3000));
    assert_eq!(same.layer.coordinates, pruned.layer.coordinates);
    assert_eq!(same.layer.weights, pruned.layer.weights);
    assert_eq!(same.readout, pruned.readout);
}

/// He3 at s = 8: y² shows the coordinates at an n where order three does not, and `auto`
/// prefers a transformation that does at least as well.
#[test]
fn transformations_find_the_support_earlier() {
    let target = target("He3", 256, 8, 0.1, 66);
    let n = 20_000;
    let found = |kind: LearnerKind, transform: TransformChoice| {
        let options = Options { transform, width: 4.into(), ..Options::default() };
        let network = train(kind, &options, 3, &task(&target, n));
        let support = target.directions().support();
        support.iter().filter(|j| network.layer.coordinates.contains(j)).count()
    };
    assert!(found(LearnerKind::LabelTransform, TransformChoice::Fixed(Transform::Sign)) == 8);
    assert!(found(LearnerKind::LabelTransform, TransformChoice::Auto) == 8);
}

#[test]
fn magnitude_pruning_keeps_the_largest_rows_of_the_dense_step() {
    let (d, n) = (24, 1000);
    let target = target("He2", d, 4, 0.1, 67);
    let mut options = explicit(8);
    options.prune.keep = Keep::Count(6);
    let task = task(&target, 3 * n);
    let network = train(LearnerKind::MagnitudePruning, &options, 2, &task);
    let key = task.key.named("weights");
    let initial = Layer::on_sphere((0..d as u32).collect(), 8, Activation::Relu, key);
    let step = FeatureStep::new(&options.feature, Activation::Relu, 2);
    let samples = |stage| CentredLabels::new(task.design.samples(&target, stage, n));
    let gradient = first_layer_gradient(&initial, step.shift() as f32, &samples(Stage::Prune));
    let mut squares = vec![0.0; d];
    for gradient in gradient.chunks_exact(d) {
        let norm = inner(gradient, gradient);
        squares.iter_mut().zip(gradient).for_each(|(s, g)| *s += g * g / norm);
    }
    let mut order: Vec<u32> = (0..d as u32).collect();
    order.sort_by(|&a, &b| squares[b as usize].total_cmp(&squares[a as usize]));
    order.truncate(6);
    order.sort_unstable();
    assert_eq!(network.layer.coordinates, order);
    // Rewound: the next step starts from the initial weights on these rows.
    let mut layer = initial.clone();
    layer.coordinates.clone_from(&order);
    layer.weights = Mat::from_fn(6, 8, |i, j| {
        let column = initial.weights.col_as_slice(j);
        let norm: f32 = order.iter().map(|&k| column[k as usize].powi(2)).sum::<f32>().sqrt();
        column[order[i] as usize] / norm
    });
    let gradient = first_layer_gradient(&layer, step.shift() as f32, &samples(Stage::Feature(0)));
    for (j, gradient) in gradient.chunks_exact(6).enumerate() {
        assert!(1.0 - cosine(gradient, &neuron(&network, j)) < 1e-6, "{j}");
    }
}

/// Halves of the coordinates by magnitude in rounds of four steps, in double precision.
#[test]
fn iterative_magnitude_pruning_halves_by_the_weights_of_each_round() {
    let (d, width, part) = (24, 8, 400);
    let target = target("He2", d, 4, 0.1, 71);
    let mut options = explicit(width);
    options.prune.keep = Keep::Count(5);
    // 24, 12, 6, 5: four rounds of four steps, then as many samples for the second layer.
    let task = task(&target, 2 * 16 * part);
    let network = train(LearnerKind::IterativeMagnitudePruning, &options, 2, &task);
    let key = task.key.named("weights");
    let initial = Layer::on_sphere((0..d as u32).collect(), width, Activation::Relu, key);
    let shift = FeatureStep::new(&options.feature, Activation::Relu, 2).shift();
    let unit = |v: &mut [f64]| {
        let norm = inner(v, v).sqrt();
        for v in v.iter_mut() {
            *v /= norm;
        }
    };
    let mut step = 0;
    let mut kept: Vec<usize> = (0..d).collect();
    let mut round = |kept: &[usize]| {
        let start = |j: usize| {
            let column = initial.weights.col_as_slice(j);
            let mut w: Vec<f64> = kept.iter().map(|&i| f64::from(column[i])).collect();
            unit(&mut w);
            w
        };
        let mut neurons: Vec<Vec<f64>> = (0..width).map(start).collect();
        for _ in 0..4 {
            let samples = task.design.samples(&target, Stage::Feature(step), part);
            let (x, y) = (rows(&samples, d), centred(&samples));
            let signs = task.key.named("signs").child(u64::from(step));
            for (j, w) in (0_u64..).zip(&mut neurons) {
                let mut gradient = vec![0.0; kept.len()];
                for (x, y) in x.iter().zip(&y) {
                    let u: f64 = kept.iter().zip(&*w).map(|(&i, w)| x[i] * w).sum();
                    let gate = y * Activation::Relu.derivative(u + shift);
                    gradient.iter_mut().zip(kept).for_each(|(g, &i)| *g += gate * x[i]);
                }
                unit(&mut gradient);
                let positive = mix(signs.child(j).bits()) & 1 == 0;
                *w = gradient.iter().map(|g| if positive { *g } else { -g }).collect();
            }
            step += 1;
        }
        neurons
    };
    for count in [12, 6, 5] {
        let neurons = round(&kept);
        let weight = |i: usize| neurons.iter().map(|w| w[i] * w[i]).sum::<f64>();
        let mut order: Vec<usize> = (0..kept.len()).collect();
        order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));
        order.truncate(count);
        order.sort_unstable();
        kept = order.into_iter().map(|at| kept[at]).collect();
    }
    assert!(network.layer.coordinates.iter().map(|&j| j as usize).eq(kept.iter().copied()));
    for (j, w) in round(&kept).iter().enumerate() {
        assert!(1.0 - cosine(w, &neuron(&network, j)) < 1e-4, "{j}");
    }
    // Sixteen steps of one sample are none.
    let error = Task { n: 60, ..task }.train(LearnerKind::IterativeMagnitudePruning, &options, 2);
    assert!(error.unwrap_err().to_string().contains("too few samples for 16 gradient steps"));
}

/// The gradient of the dense step of `task`, neuron by neuron.
fn dense_gradient(task: &Task<'_>, d: usize, width: usize, n: u64) -> Vec<Vec<f64>> {
    let key = task.key.named("weights");
    let initial = Layer::on_sphere((0..d as u32).collect(), width, Activation::Relu, key);
    let shift = FeatureStep::new(&explicit(width).feature, Activation::Relu, 2).shift();
    let labels = CentredLabels::new(task.design.samples(task.target, Stage::Feature(0), n));
    let gradient = first_layer_gradient(&initial, shift as f32, &labels);
    gradient.chunks_exact(d).map(<[f64]>::to_vec).collect()
}

#[test]
fn sign_and_adam_steps_give_every_coordinate_the_same_weight() {
    let (d, n) = (25, 3000);
    let target = target("He2", d, 4, 0.1, 72);
    let task = task(&target, 2 * n);
    let gradient = dense_gradient(&task, d, 8, n);
    for kind in [LearnerKind::SignStep, LearnerKind::AdamStep] {
        let network = train(kind, &explicit(8), 2, &task);
        for (j, gradient) in gradient.iter().enumerate() {
            let w = neuron(&network, j);
            let aligned = w[0] * gradient[0] > 0.0;
            for (w, g) in w.iter().zip(gradient) {
                let expected = if aligned { g.signum() } else { -g.signum() };
                assert!((w - 0.2 * expected).abs() < 1e-4, "{kind:?}: {w} {g}");
            }
            // At most √(s/d) of v, whatever n is.
            let support = target.directions().support();
            let overlap: f64 = support.iter().map(|&i| w[i as usize].abs() * 0.5).sum();
            assert!((overlap - 0.4).abs() < 1e-4, "{kind:?}: {overlap}");
        }
    }
}

#[test]
fn sparse_neurons_are_dense_ones_on_subsets_of_their_own() {
    let (d, n, count) = (30, 3000, 7);
    let target = target("He2", d, 4, 0.1, 73);
    let task = task(&target, 2 * n);
    let mut options = explicit(8);
    options.prune.keep = Keep::Count(count);
    let network = train(LearnerKind::SparseInit, &options, 2, &task);
    let key = task.key.named("weights");
    let initial = Layer::on_sphere((0..d as u32).collect(), 8, Activation::Relu, key);
    let shift = FeatureStep::new(&options.feature, Activation::Relu, 2).shift();
    let mut subsets = Vec::new();
    for j in 0..8 {
        let w = neuron(&network, j);
        let subset: Vec<u32> = (0..d as u32).filter(|&i| w[i as usize] != 0.0).collect();
        assert_eq!(subset.len(), count);
        // A network on this subset alone takes the same step.
        let column = initial.weights.col_as_slice(j);
        let mut weights = Mat::from_fn(count, 1, |i, _| column[subset[i] as usize]);
        let norm = weights.norm_l2();
        weights.col_as_slice_mut(0).iter_mut().for_each(|w| *w /= norm);
        let layer = Layer { coordinates: subset.clone(), weights, activation: Activation::Relu };
        let labels = CentredLabels::new(task.design.samples(&target, Stage::Feature(0), n));
        let gradient = first_layer_gradient(&layer, shift as f32, &labels);
        let ours: Vec<f64> = subset.iter().map(|&i| w[i as usize]).collect();
        assert!(1.0 - cosine(&gradient, &ours) < 1e-5, "{j}");
        subsets.push(subset);
    }
    subsets.sort();
    subsets.dedup();
    assert!(subsets.len() > 6, "{subsets:?}");
    options.prune.keep = Keep::Count(d);
    let all = train(LearnerKind::SparseInit, &options, 2, &task);
    let unpruned = train(LearnerKind::Unpruned, &options, 2, &task);
    for j in 0..8 {
        assert!(1.0 - cosine(&neuron(&all, j), &neuron(&unpruned, j)) < 1e-10);
    }
}

/// One half of the neurons has found the support, whatever the order of the link, and is told
/// neither that nor how many coordinates there are.
#[test]
fn adaptive_finds_support_and_order_untold() {
    let of = |j: usize, network: &Network| -> Vec<u32> {
        let w = neuron(network, j);
        (0..w.len() as u32).filter(|&i| w[i as usize] != 0.0).collect()
    };
    for (text, n, d) in [("He1", 3000, 60), ("He2", 9000, 60), ("He3", 90_000, 60)] {
        let target = target(text, d, 4, 0.1, 74);
        let networks = [1, 2, 3].map(|k_star| {
            train(LearnerKind::Adaptive, &explicit(8), k_star, &task(&target, 3 * n))
        });
        let support = target.directions().support();
        for j in 0..8 {
            let coordinates = of(j, &networks[0]);
            if j < 4 {
                let nulls = coordinates.iter().filter(|i| !support.contains(i)).count();
                assert_eq!(coordinates.len() - nulls, 4, "{text}: {coordinates:?}");
                assert!(nulls <= 4, "{text}: {coordinates:?}");
            } else {
                assert_eq!(coordinates.len(), d);
            }
            // The gate of the right order: v is found, not only where it lies.
            let v: Vec<f64> = target.directions().rows_at(&(0..d as u32).collect::<Vec<_>>());
            assert!(j >= 4 || cosine(&neuron(&networks[0], j), &v) > 0.8, "{text} {j}");
        }
        for other in &networks[1..] {
            assert_eq!(networks[0].layer.weights, other.layer.weights);
            assert_eq!(networks[0].readout, other.readout);
        }
    }
}

#[test]
fn the_oracle_keeps_the_support_and_the_mask_does_not() {
    let target = target("He2", 200, 8, 0.1, 68);
    let support = target.directions().support();
    let oracle = train(LearnerKind::Oracle, &explicit(4), 2, &task(&target, 400));
    assert_eq!(oracle.layer.coordinates, support);
    let mask = train(LearnerKind::RandomMask, &explicit(4), 2, &task(&target, 400));
    let mask = &mask.layer.coordinates;
    assert_eq!(mask.len(), 8);
    assert!(mask.windows(2).all(|w| w[0] < w[1]) && mask != support);
    // All coordinates at random are all coordinates.
    let mut options = explicit(4);
    options.prune.keep = Keep::Count(200);
    let all = train(LearnerKind::RandomMask, &options, 2, &task(&target, 400));
    let unpruned = train(LearnerKind::Unpruned, &options, 2, &task(&target, 400));
    assert_eq!(all.layer.weights, unpruned.layer.weights);
    assert_eq!(all.readout, unpruned.readout);
}

#[test]
fn random_features_leave_the_first_layer_alone() {
    let target = target("He2", 30, 5, 0.1, 69);
    let task = task(&target, 500);
    let network = train(LearnerKind::RandomFeatures, &explicit(16), 2, &task);
    let key = task.key.named("weights");
    let initial = Layer::on_sphere((0..30).collect(), 16, Activation::Relu, key);
    assert_eq!(network.layer.weights, initial.weights);
}

#[test]
fn what_a_learner_cannot_do_is_refused_with_a_reason() {
    let link = Link::parse("He2", None).unwrap();
    let refused = |kind: LearnerKind, options: &Options, k_star| {
        let Err(error) = kind.build(options, &Granted::new(&link, k_star)) else {
            panic!("{kind:?} accepted")
        };
        assert!(error.hint_text().is_some());
        error.to_string()
    };
    let defaults = Options::default();
    assert!(refused(LearnerKind::Spectral, &defaults, 5).contains("no estimator"));
    assert!(refused(LearnerKind::DiagonalThresholding, &defaults, 3).contains("exponent 2"));
    let mut auto = Options::default();
    auto.prune.keep = Keep::Auto;
    assert!(refused(LearnerKind::RandomMask, &auto, 2).contains("no scores"));
    assert!(refused(LearnerKind::MagnitudePruning, &auto, 2).contains("no null law"));
    auto.prune.keep = Keep::Fdr(0.25);
    assert!(refused(LearnerKind::SparseInit, &auto, 2).contains("keep = { fdr = … }"));
    assert!(refused(LearnerKind::IterativeMagnitudePruning, &auto, 2).contains("no null law"));
    let mut crowded = Options { width: 3.into(), ..Options::default() };
    crowded.sgd.starts = 4;
    assert!(refused(LearnerKind::OnlineSgd, &crowded, 2).contains("4 starts"));
    let check = |kind: LearnerKind, k, d, r| {
        kind.build(&defaults, &Granted::new(&link, k)).unwrap().learner.check(d, r)
    };
    assert!(
        check(LearnerKind::Spectral, 2, 4096, 3).is_ok()
            && check(LearnerKind::Spectral, 2, 4097, 1).is_err()
    );
    assert!(
        check(LearnerKind::Spectral, 3, 1 << 20, 1).is_ok()
            && check(LearnerKind::Spectral, 3, 64, 2).is_err()
    );
    assert!(check(LearnerKind::LabelTransform, 2, 64, 2).is_err());
    assert!(
        check(LearnerKind::SmoothedSgd, 2, 1, 1).is_err()
            && check(LearnerKind::OnlineSgd, 2, 1, 1).is_ok()
    );
}
