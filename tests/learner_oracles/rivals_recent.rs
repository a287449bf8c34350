//! The rivals since 2023, and the cut of labels, against slower, direct computations.

use faer::{Mat, Side};
use secateur::learner::options::{Agop, Keep, Simulation};
use secateur::learner::pruned_groups::pair_scores;
use secateur::learner::recursive_features::{Machine, Metric, PENALTY, ROUNDS, learn};
use secateur::learner::stage::network::Scores;
use secateur::learner::{Granted, Network, Options, Trained};
use secateur::model::hermite::{factorial, he};
use secateur::model::target::Target;
use secateur::model::{LearnerKind, Link};
use secateur::sample::{CentredLabels, Key, LabelMap, Samples, Stage};

use crate::rivals::{cosine, explicit, hermite_tensor, inner, neuron, rows, unit};
use crate::{Task, centred, design, labels, target};

fn task(target: &Target, n: u64) -> Task<'_> {
    Task { target, design: design(81), key: Key::root(82), n }
}

fn all_scores(trained: &Trained) -> &[f64] {
    match &trained.scores {
        Some(Scores::All(scores)) => scores,
        _ => panic!("not all coordinates are scored"),
    }
}

/// Labels cut at ± c, less their mean.
fn cut(samples: &Samples<'_>, c: f64) -> Vec<f64> {
    let y: Vec<f64> = labels(samples).iter().map(|y| y.max(-c).min(c)).collect();
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    y.iter().map(|y| y - mean).collect()
}

fn to_matrix(rows: &[Vec<f64>]) -> Mat<f64> {
    Mat::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

/// Solution of a small system by Gaussian elimination with pivots.
fn eliminate(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let row = a[k].clone();
            a[i].iter_mut().zip(row).for_each(|(a, pivot)| *a -= factor * pivot);
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    b
}

/// One round of the recursive feature machine, sum by sum, from the metric `m` to the next.
fn slow_round(x: &[Vec<f64>], y: &[f64], m: &[Vec<f64>], agop: Agop) -> Vec<Vec<f64>> {
    let (n, d) = (x.len(), x[0].len());
    let bandwidth = (2.0 * d as f64).sqrt();
    let pull = |i: usize, j: usize| -> Vec<f64> {
        (0..d).map(|a| (0..d).map(|b| m[a][b] * (x[i][b] - x[j][b])).sum()).collect()
    };
    let distance = |i: usize, j: usize| {
        let gap: Vec<f64> = x[i].iter().zip(&x[j]).map(|(a, b)| a - b).collect();
        inner(&pull(i, j), &gap).max(0.0).sqrt()
    };
    let kernel = |i: usize, j: usize| (-distance(i, j) / bandwidth).exp();
    let system = |i: usize, j: usize| kernel(i, j) + if i == j { PENALTY } else { 0.0 };
    let matrix = (0..n).map(|i| (0..n).map(|j| system(i, j)).collect()).collect();
    let alpha = eliminate(matrix, y.to_vec());
    let mut next = vec![vec![0.0; d]; d];
    for i in 0..n {
        let mut gradient = vec![0.0; d];
        for j in (0..n).filter(|&j| j != i) {
            let weight = -alpha[j] * kernel(i, j) / (bandwidth * distance(i, j));
            gradient.iter_mut().zip(pull(i, j)).for_each(|(g, p)| *g += weight * p);
        }
        for a in 0..d {
            for b in 0..d {
                if agop == Agop::Full || a == b {
                    next[a][b] += gradient[a] * gradient[b];
                }
            }
        }
    }
    let trace: f64 = (0..d).map(|a| next[a][a]).sum();
    next.iter().map(|row| row.iter().map(|g| g * d as f64 / trace).collect()).collect()
}

fn entry(metric: &Metric, i: usize, j: usize) -> f64 {
    match metric {
        Metric::Full(metric) => metric[(i, j)],
        Metric::Diagonal(metric) => {
            if i == j {
                metric[i]
            } else {
                0.0
            }
        }
    }
}

const BOTH: [Agop; 2] = [Agop::Full, Agop::Diagonal];

#[test]
fn gradients_of_a_kernel_machine_are_its_differences() {
    let (d, n) = (5, 60);
    let target = target("He2", d, 2, 0.1, 83);
    let samples = design(84).samples(&target, Stage::Feature(0), n);
    let (x, y) = (rows(&samples, d), centred(&samples));
    // A metric that is not the identity: that of a first round.
    for agop in BOTH {
        let metric = learn(agop, to_matrix(&x), &y, 1).unwrap();
        let machine = Machine::fit(to_matrix(&x), &y, metric).unwrap();
        let gradients = machine.gradients();
        for i in 0..10 {
            for j in 0..d {
                let at = |e: f64| {
                    let mut point = x[i].clone();
                    point[j] += e;
                    machine.value(&point)
                };
                // The sample's own cusp is even: it falls out of a symmetric difference.
                let e = 1e-5;
                let difference = (at(e) - at(-e)) / (2.0 * e);
                let exact = gradients[(i, j)];
                assert!(
                    (difference - exact).abs() < 1e-6 * (1.0 + exact.abs()),
                    "{agop:?} {i} {j}: {difference} {exact}"
                );
            }
        }
        // It fits its samples but for the penalty: f(x_i) = ỹ_i − 10⁻³ α_i.
        let error: f64 = (0..n as usize).map(|i| (machine.value(&x[i]) - y[i]).abs()).sum();
        assert!(error / (n as f64) < 0.05, "{error}");
    }
}

#[test]
fn metrics_of_the_machine_are_those_of_slow_sums() {
    let (d, n) = (4, 70);
    let target = target("He2", d, 2, 0.1, 85);
    let samples = design(86).samples(&target, Stage::Feature(0), n);
    let (x, y) = (rows(&samples, d), centred(&samples));
    for agop in BOTH {
        let mut slow: Vec<Vec<f64>> =
            (0..d).map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        for rounds in 1..=ROUNDS {
            slow = slow_round(&x, &y, &slow, agop);
            let fast = learn(agop, to_matrix(&x), &y, rounds).unwrap();
            for (i, row) in slow.iter().enumerate() {
                for (j, &b) in row.iter().enumerate() {
                    let a = entry(&fast, i, j);
                    assert!((a - b).abs() < 1e-6, "{agop:?}, {rounds} rounds: {a} {b}");
                }
            }
        }
    }
    let zero = learn(Agop::Full, to_matrix(&x), &vec![0.0; n as usize], 1);
    assert!(zero.unwrap_err().to_string().contains("no finite gradient"));
}

/// M^{−1/2} w has a uniform direction, and M is that of the samples of the first stage.
#[test]
fn neurons_lie_where_the_metric_says() {
    let (d, n, width) = (4, 80, 4000);
    let target = target("He2", d, 2, 0.1, 87);
    for agop in BOTH {
        let options = Options { agop, ..explicit(width) };
        let trained = task(&target, 2 * n).train(LearnerKind::RecursiveFeatures, &options, 2);
        let trained = trained.unwrap();
        let samples = design(81).samples(&target, Stage::Feature(0), n);
        let (x, y) = (rows(&samples, d), centred(&samples));
        let metric = learn(agop, to_matrix(&x), &y, ROUNDS).unwrap();
        // Labels are read in single precision.
        for (ours, exact) in all_scores(&trained).iter().zip(metric.diagonal()) {
            assert!((ours - exact).abs() < 1e-6, "{agop:?}: {ours} {exact}");
        }
        let dense = Mat::from_fn(d, d, |i, j| entry(&metric, i, j));
        let eigen = dense.self_adjoint_eigen(Side::Lower).unwrap();
        let mut mean = Mat::<f64>::zeros(d, d);
        for j in 0..width {
            let w = Mat::from_fn(d, 1, |i, _| f64::from(trained.network.layer.weights[(i, j)]));
            assert!((w.norm_l2() - 1.0).abs() < 1e-5);
            let rotated = eigen.U().transpose() * &w;
            let u: Vec<f64> = (0..d).map(|k| rotated[(k, 0)] / eigen.S()[k].sqrt()).collect();
            let norm = inner(&u, &u);
            for a in 0..d {
                for b in 0..d {
                    mean[(a, b)] += u[a] * u[b] / (norm * width as f64);
                }
            }
        }
        for a in 0..d {
            for b in 0..d {
                let exact = if a == b { 0.25 } else { 0.0 };
                assert!((mean[(a, b)] - exact).abs() < 0.02, "{agop:?} {a} {b}: {mean:?}");
            }
        }
    }
}

#[test]
fn scores_of_pairs_are_those_of_sums_of_two_coordinates() {
    let (d, n) = (9, 1500);
    for (text, k) in [("He1", 1), ("He2", 2), ("He3", 3), ("He4", 4)] {
        let target = target(text, d, 3, 0.1, 88);
        let samples = design(89).samples(&target, Stage::Prune, n);
        let (x, y) = (rows(&samples, d), centred(&samples));
        let norm = inner(&y, &y).sqrt() * factorial(k).sqrt();
        let ours = pair_scores(&CentredLabels::new(samples), d, k);
        for (i, ours) in ours.iter().enumerate() {
            let mut best = 0.0_f64;
            for j in (0..d).filter(|&j| j != i) {
                for sign in [-1.0, 1.0] {
                    let term = |(x, y): (&Vec<f64>, &f64)| {
                        y * he(k, (x[i] + sign * x[j]) * std::f64::consts::FRAC_1_SQRT_2)
                    };
                    best = best.max((x.iter().zip(&y).map(term).sum::<f64>() / norm).abs());
                }
            }
            assert!((ours - best).abs() < 1e-4 * best, "{text} {i}: {ours} {best}");
        }
    }
}

#[test]
fn pruned_groups_keeps_the_coordinates_of_the_best_pairs() {
    let (d, n) = (20, 4000);
    let target = target("He3", d, 3, 0.1, 90);
    let options = Options { simulation: Simulation::Explicit, ..explicit(4) };
    let trained = task(&target, 3 * n).train(LearnerKind::PrunedGroups, &options, 3).unwrap();
    let samples = design(81).samples(&target, Stage::Prune, n);
    let scores = pair_scores(&CentredLabels::new(samples), d, 3);
    assert_eq!(all_scores(&trained), scores);
    let mut order: Vec<u32> = (0..d as u32).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    order.truncate(3);
    order.sort_unstable();
    assert_eq!(trained.network.layer.coordinates, order);
    assert_eq!(order, target.directions().support());
}

fn train(kind: LearnerKind, clip: Option<f64>, k_star: u32, task: &Task<'_>) -> Network {
    task.train(kind, &Options { clip, ..explicit(4) }, k_star).unwrap().network
}

#[test]
fn labels_are_cut_and_then_centred() {
    let target = target("He3", 10, 3, 0.1, 91);
    let samples = || design(92).samples(&target, Stage::Prune, 1000);
    let read = CentredLabels::transformed(samples(), LabelMap::clipped(Some(0.7)));
    let mut ours = vec![0.0; 1000];
    read.block(0, &mut secateur::sample::LabelScratch::default(), &mut ours);
    for (ours, exact) in ours.iter().zip(cut(&samples(), 0.7)) {
        assert!((f64::from(*ours) - exact).abs() < 1e-6);
    }
}

/// The estimates of orders 2 and 3 from their Hermite tensors, entry by entry, on labels that are
/// cut; a cut beyond every label changes no bit.
#[test]
fn spectral_estimates_on_cut_labels_are_those_of_their_tensors() {
    let (d, n, c) = (5, 1500, 0.8);
    let two = target("He2", d, 2, 0.1, 93);
    let found = train(LearnerKind::Spectral, Some(c), 2, &task(&two, 2 * n));
    let samples = design(81).samples(&two, Stage::Feature(0), n);
    let (x, y) = (rows(&samples, d), cut(&samples, c));
    let matrix = Mat::from_fn(d, d, |a, b| {
        x.iter().zip(&y).map(|(x, y)| y * hermite_tensor(x, &[a, b])).sum::<f64>()
    });
    let eigen = matrix.self_adjoint_eigen(Side::Lower).unwrap();
    let top = if eigen.S()[0].abs() > eigen.S()[d - 1].abs() { 0 } else { d - 1 };
    let exact: Vec<f64> = eigen.U().col(top).iter().copied().collect();
    assert!(1.0 - cosine(&exact, &neuron(&found, 0)) < 1e-6);

    let three = target("He3", d, 2, 0.1, 94);
    let found = train(LearnerKind::Spectral, Some(c), 3, &task(&three, 4 * n));
    let stage = |step| {
        let samples = design(81).samples(&three, Stage::Feature(step), n);
        (rows(&samples, d), cut(&samples, c))
    };
    let contracted = |(x, y): &(Vec<Vec<f64>>, Vec<f64>), a: usize, b: usize, e: usize| {
        x.iter().zip(y).map(|(x, y)| y * hermite_tensor(x, &[a, b, e])).sum::<f64>()
    };
    let (start, power) = (stage(0), stage(1));
    let mut u = unit((0..d).map(|a| (0..d).map(|b| contracted(&start, a, b, b)).sum()));
    let tensor: Vec<f64> =
        (0..d * d * d).map(|i| contracted(&power, i / (d * d), i / d % d, i % d)).collect();
    for _ in 0..10 {
        let next = |a: usize| (0..d * d).map(|i| tensor[a * d * d + i] * u[i / d] * u[i % d]).sum();
        u = unit((0..d).map(next));
    }
    assert!(1.0 - cosine(&u, &neuron(&found, 0)) < 1e-6);

    for kind in [LearnerKind::Spectral, LearnerKind::Unpruned] {
        let [plain, far] = [None, Some(1e6)].map(|clip| train(kind, clip, 3, &task(&three, 4 * n)));
        assert_eq!(plain.layer.weights, far.layer.weights, "{kind:?}");
        assert_eq!(plain.readout, far.readout);
    }
}

/// The step of `unpruned` on cut labels, in double precision.
#[test]
fn steps_on_cut_labels_are_their_sums() {
    let (d, n, c) = (12, 1200, 0.5);
    let target = target("He2", d, 3, 0.1, 95);
    let task = task(&target, 2 * n);
    let found = train(LearnerKind::Unpruned, Some(c), 2, &task);
    let samples = task.design.samples(&target, Stage::Feature(0), n);
    let (x, y) = (rows(&samples, d), cut(&samples, c));
    let network = train(LearnerKind::RandomFeatures, None, 2, &task);
    let options = explicit(4);
    let step = secateur::learner::stage::gradient::FeatureStep::new(
        &options.feature,
        options.activation,
        2,
    );
    for j in 0..4 {
        // Random features keep the weights that the step starts from.
        let w = neuron(&network, j);
        let mut gradient = vec![0.0; d];
        for (x, y) in x.iter().zip(&y) {
            let gate = y * options.activation.derivative(inner(&w, x) + step.shift());
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g += gate * x);
        }
        assert!(1.0 - cosine(&gradient, &neuron(&found, j)) < 1e-6, "{j}");
    }
}

#[test]
fn what_recent_rivals_cannot_do_is_refused_with_a_reason() {
    let link = Link::parse("He2", None).unwrap();
    let granted = |k_star| Granted::new(&link, k_star);
    let refused = |kind: LearnerKind, options: &Options, k_star| {
        let error = kind.build(options, &granted(k_star)).expect_err("refused");
        assert!(error.hint_text().is_some());
        error.to_string()
    };
    let mut options = Options::default();
    assert!(refused(LearnerKind::PrunedGroups, &options, 5).contains("exponent 5"));
    options.prune.keep = Keep::Auto;
    assert!(refused(LearnerKind::PrunedGroups, &options, 2).contains("no null law"));
    let mut options = Options { clip: Some(1.0), ..Options::default() };
    options.simulation = Simulation::Limit;
    assert!(refused(LearnerKind::Unpruned, &options, 2).contains("labels that are cut"));
    let defaults = Options::default();
    let learner = |kind: LearnerKind, options: &Options| kind.build(options, &granted(2)).unwrap();
    let groups = learner(LearnerKind::PrunedGroups, &defaults).learner;
    assert!(groups.check(4096, 2).is_ok() && groups.check(4097, 1).is_err());
    assert!(groups.check(1, 1).is_err());
    let machine = learner(LearnerKind::RecursiveFeatures, &defaults).learner;
    assert!(machine.check_size(64, 32_769, 4096).is_ok());
    let error = machine.check_size(64, 1 << 20, 4096).unwrap_err().to_string();
    assert!(error.contains("524288 samples in its kernel"), "{error}");
    assert!(error.contains("4398 GB"), "{error}");
    let small = Options { split: Some(vec![1.0, 31.0]), ..Options::default() };
    let machine = learner(LearnerKind::RecursiveFeatures, &small).learner;
    assert!(machine.check_size(64, 1 << 19, 4096).is_ok());
}
