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
use secateur::sample::{CentredLabels, Key, Samples, Stage};
use strum::IntoEnumIterator;

use crate::{Task, centred, columns, design, labels, target};

fn task(target: &Target, n: u64) -> Task<'_> {
    Task { target, design: design(51), key: Key::root(52), n }
}

fn explicit(width: usize) -> Options {
    Options { width: width.into(), simulation: Simulation::Explicit, ..Options::default() }
}

fn train(kind: LearnerKind, options: &Options, k_star: u32, task: &Task<'_>) -> Network {
    task.train(kind, options, k_star).unwrap().network
}

/// Rows x_i of all samples.
fn rows(samples: &Samples<'_>, d: usize) -> Vec<Vec<f64>> {
    let columns = columns(samples, &(0..d as u32).collect::<Vec<_>>());
    (0..columns[0].len()).map(|i| columns.iter().map(|c| c[i]).collect()).collect()
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// |cosine| of the angle between two vectors.
fn cosine(a: &[f64], b: &[f64]) -> f64 {
    inner(a, b).abs() / (inner(a, a) * inner(b, b)).sqrt()
}

fn neuron(network: &Network, j: usize) -> Vec<f64> {
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
fn hermite_tensor(x: &[f64], index: &[usize]) -> f64 {
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
    let unit = |u: Vec<f64>| {
        let norm = inner(&u, &u).sqrt();
        u.iter().map(|u| u / norm).collect::<Vec<f64>>()
    };
    let mut u = unit((0..d).map(|a| (0..d).map(|c| start(a, c, c)).sum()).collect());
    let tensor: Vec<f64> = (0..d * d * d).map(|i| power(i / (d * d), i / d % d, i % d)).collect();
    for _ in 0..10 {
        let next = |a: usize| {
            let terms = (0..d * d).map(|i| tensor[a * d * d + i] * u[i / d] * u[i % d]);
            terms.sum::<f64>()
        };
        u = unit((0..d).map(next).collect());
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
    let unit = |v: Vec<f64>| {
        let norm = inner(&v, &v).sqrt();
        v.iter().map(|v| v / norm).collect::<Vec<f64>>()
    };
    let w = unit((0..d).map(|j| (j as f64 + 0.2).cos()).collect());
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
            let moved = |e: f64| unit(w.iter().zip(&h).map(|(w, h)| w + e * h).collect());
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
