//! The reduced simulation against the explicit one: the algebra of the reduction, the moments
//! and the law of a gradient, and two-sample tests of whole trials.

use faer::{Mat, Side};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::options::{DataUse, Keep, Lambda, Normalize, Shift, Simulation};
use secateur::learner::stage::gradient::{GradientSums, first_layer_gradient, gradient_sums};
use secateur::learner::stage::network::Layer;
use secateur::learner::stage::reduced::Reduction;
use secateur::learner::{Granted, Options, Trained, metrics};
use secateur::model::direction::{DirectionLaw, Directions};
use secateur::model::metric::Metric;
use secateur::model::target::Target;
use secateur::model::{Activation, LearnerKind, Link};
use secateur::results::{Record, Simulated};
use secateur::sample::{CentredLabels, Crew, Design, Key, LabelScratch, Stage};
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

use crate::stats::{kolmogorov, rank_sum, smirnov, welch};
use crate::{Measures, Task, design, metric_bits, simulated, target};

/// Two-sided quantile of the standard normal at 7·10⁻⁶.
const Z: f64 = 4.5;

/// Of the statistics of Kolmogorov and Smirnov, at 2·10⁻⁵.
const KS: f64 = 2.4;

fn relu(coordinates: Vec<u32>, width: usize, seed: u64) -> Layer {
    Layer::on_sphere(coordinates, width, Activation::Relu, Key::root(seed).named("w"))
}

fn weights(layer: &Layer) -> Mat<f64> {
    let w = &layer.weights;
    Mat::from_fn(w.nrows(), w.ncols(), |i, j| f64::from(w[(i, j)]))
}

fn rows_at(directions: &Directions, coordinates: &[u32]) -> Mat<f64> {
    let (v, r) = (directions.rows_at(coordinates), directions.r());
    Mat::from_fn(coordinates.len(), r, |i, k| v[i * r + k])
}

fn column_major(values: &[f64], rows: usize) -> Mat<f64> {
    Mat::from_fn(rows, values.len() / rows, |i, j| values[j * rows + i])
}

/// From its upper triangle.
fn symmetric(values: &[f64], size: usize) -> Mat<f64> {
    Mat::from_fn(size, size, |i, j| values[i.max(j) * size + i.min(j)])
}

fn gram(a: &Mat<f64>) -> Mat<f64> {
    a.transpose() * a
}

fn gap(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    assert_eq!((a.nrows(), a.ncols()), (b.nrows(), b.ncols()));
    (a - b).norm_max()
}

/// Q: what is lifted when the complement has no variance.
fn basis(reduction: &Reduction, kept: usize) -> Mat<f64> {
    let (p, width) = (reduction.layer.coordinates.len(), reduction.layer.width());
    let mut q = Mat::zeros(kept, p);
    for start in (0..p).step_by(width) {
        let mut sums = GradientSums {
            gradient: vec![0.0; p * width],
            second_moment: vec![0.0; width * width],
        };
        let end = p.min(start + width);
        for k in start..end {
            sums.gradient[(k - start) * p + k] = 1.0;
        }
        let lifted = reduction.lift(&sums, Key::root(1)).unwrap();
        for k in start..end {
            for i in 0..kept {
                q[(i, k)] = lifted[(k - start) * kept + i];
            }
        }
    }
    q
}

/// Layers on `kept`: as initialised, and with a dead, a doubled and an exactly aligned neuron.
fn layers(kept: &[u32], width: usize, v: &Mat<f64>) -> Vec<Layer> {
    let plain = relu(kept.to_vec(), width, 5);
    let altered = |column: &dyn Fn(&Mat<f32>, usize) -> f32| {
        let mut layer = plain.clone();
        for i in 0..kept.len() {
            layer.weights[(i, 1)] = column(&plain.weights, i);
        }
        layer
    };
    vec![
        altered(&|_, _| 0.0),
        altered(&|w, i| w[(i, 0)]),
        altered(&|w, i| -w[(i, 2)]),
        altered(&|_, i| v[(i, 0)] as f32),
        plain,
    ]
}

fn check_algebra(target: &Target, layer: &Layer, name: &str) {
    let (kept, r, width) = (layer.coordinates.len(), target.directions().r(), layer.width());
    let p = r + width;
    let reduction = Reduction::new(layer, target).unwrap();
    let directions = reduction.target.directions();
    assert_eq!(reduction.layer.coordinates, (0..p as u32).collect::<Vec<_>>());
    assert_eq!((directions.d(), directions.r()), (p + r, r), "{name}");
    assert_eq!(directions.s(), target.directions().s());
    assert_eq!(reduction.target.noise(), target.noise());
    assert_eq!(reduction.target.link().text(), target.link().text());
    let (w, v) = (weights(layer), rows_at(target.directions(), &layer.coordinates));
    let r_w = weights(&reduction.layer);
    let r_v = rows_at(directions, &reduction.layer.coordinates);
    let e = rows_at(directions, &(p as u32..(p + r) as u32).collect::<Vec<_>>());
    // R_W is rounded to single precision: 6·10⁻⁸ of numbers up to 1, a few of them.
    let near = |a: &Mat<f64>, b: &Mat<f64>| gap(a, b) < 3e-7;
    assert!(near(&gram(&r_w), &gram(&w)), "{name}: W'W");
    assert!(near(&(r_v.transpose() * &r_w), &(v.transpose() * &w)), "{name}: V'W");
    let exact = |a: &Mat<f64>, b: &Mat<f64>| gap(a, b) < 1e-13;
    assert!(exact(&gram(&r_v), &gram(&v)), "{name}: V'V");
    assert!(gap(&(gram(&e) + gram(&v)), &Mat::identity(r, r)) < 2e-12, "{name}: E'E");
    let q = basis(&reduction, kept);
    assert!(exact(&gram(&q), &Mat::identity(p, p)), "{name}: Q'Q");
    assert!(exact(&(&q * &r_v), &v), "{name}: Q R_V");
    assert!(near(&(&q * &r_w), &w), "{name}: Q R_W");
}

#[test]
fn a_reduction_keeps_every_inner_product() {
    let links = ["He2", "z1*z2", "z1*z2*z3"];
    for link in links {
        let target = target(link, 30, 7, 0.2, 61);
        let (support, r) = (target.directions().support().to_vec(), target.directions().r());
        let off: Vec<u32> = (0..30).filter(|j| !support.contains(j)).collect();
        for width in [3, 6] {
            let few = r + width + 1;
            for (lost, spare) in [(0, 23), (0, 9), (3, 20), (4, few - 3), (7, 23), (7, few)] {
                let mut kept = [&support[lost..], &off[..spare]].concat();
                kept.sort_unstable();
                let v = rows_at(target.directions(), &kept);
                for (which, layer) in layers(&kept, width, &v).iter().enumerate() {
                    let name = format!("{link}, {width} neurons {which}, {lost} lost of {kept:?}");
                    check_algebra(&target, layer, &name);
                }
            }
        }
    }
}

#[test]
fn a_direction_lost_whole_beside_one_kept_whole() {
    let link = Link::parse("z1*z2", None).unwrap().normalised().unwrap();
    for frame in [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]] {
        let v = Directions::from_rows(20, 2, vec![4, 11], frame.to_vec()).unwrap();
        let target = Target::new(link.clone(), v, 0.1);
        let kept: Vec<u32> = (0..10).collect();
        let v = rows_at(target.directions(), &kept);
        for (which, layer) in layers(&kept, 4, &v).iter().enumerate() {
            check_algebra(&target, layer, &format!("{frame:?}, {which}"));
        }
    }
}

/// A small problem that lost a part of V: 16 coordinates, 12 kept, 2 of the 6 relevant ones lost.
fn small(link: &str) -> (Target, Layer) {
    let target = target(link, 16, 6, 0.3, 62);
    let support = target.directions().support();
    let off = (0..16).filter(|j| !support.contains(j)).take(8);
    let mut kept: Vec<u32> = support[2..].iter().copied().chain(off).collect();
    kept.sort_unstable();
    (target, relu(kept, 3, 6))
}

const SHIFT: f32 = -0.3;

fn reduced_sums(reduction: &Reduction, design: Design, n: u64) -> GradientSums {
    let samples = design.samples(&reduction.target, Stage::Feature(0), n);
    gradient_sums(&reduction.layer, SHIFT, &CentredLabels::new(samples), true)
}

/// P(χ² ≤ x) with 2 k degrees of freedom: 1 − e^{−x/2} Σ_{i<k} (x/2)^i/i!.
fn chi_square_cdf(x: f64, k: u32) -> f64 {
    let mut term = (-0.5 * x).exp();
    let mut tail = 0.0;
    for i in 0..k {
        tail += term;
        term *= 0.5 * x / f64::from(i + 1);
    }
    1.0 - tail
}

#[test]
fn a_lift_is_exact_on_the_span_and_gaussian_off_it() {
    let (target, layer) = small("z1*z2");
    let (kept, width, draws) = (12, 3, 20_000);
    let reduction = Reduction::new(&layer, &target).unwrap();
    let sums = reduced_sums(&reduction, design(63), 40);
    let q = basis(&reduction, kept);
    let p = q.ncols();
    let inside = column_major(&sums.gradient, p);
    let second = symmetric(&sums.second_moment, width);
    let outside = Mat::<f64>::identity(kept, kept) - &q * q.transpose();
    // (CᵀC)⁻¹.
    let eigen = second.self_adjoint_eigen(Side::Lower).unwrap();
    let inverse = Mat::from_fn(width, width, |a, b| {
        (0..width).map(|k| eigen.U()[(a, k)] * eigen.U()[(b, k)] / eigen.S()[k]).sum::<f64>()
    });
    let size = kept * width;
    let (mut first, mut products) = (vec![0.0; size], vec![0.0; size * size]);
    let (mut squares, scale) = (Vec::new(), inside.norm_max());
    for draw in 0..draws {
        let lifted = reduction.lift(&sums, Key::root(64).child(draw)).unwrap();
        let lifted = column_major(&lifted, kept);
        assert!(gap(&(q.transpose() * &lifted), &inside) < 1e-12 * scale);
        let rest = &outside * &lifted;
        let flat: Vec<f64> = (0..width).flat_map(|j| rest.col_as_slice(j).to_vec()).collect();
        for a in 0..size {
            first[a] += flat[a];
            for b in 0..=a {
                products[a * size + b] += flat[a] * flat[b];
            }
        }
        squares.push((&inverse * gram(&rest)).diagonal().column_vector().sum());
    }
    let covariance =
        |a: usize, b: usize| second[(a / kept, b / kept)] * outside[(a % kept, b % kept)];
    let mut worst = 0.0_f64;
    for a in 0..size {
        let error = (covariance(a, a) * draws as f64).sqrt();
        worst = worst.max((first[a] / error).abs());
        for b in 0..=a {
            // The variance of a product of two centred Gaussians.
            let exact = covariance(a, b);
            let variance = covariance(a, a) * covariance(b, b) + exact * exact;
            let z =
                (products[a * size + b] / draws as f64 - exact) / (variance / draws as f64).sqrt();
            worst = worst.max(z.abs());
        }
    }
    assert!(worst < Z, "{worst}");
    // tr((CᵀC)⁻¹ DᵀD) of the complement D has (M − p) m = 21 degrees of freedom, with one more
    // square of an independent normal 22.
    assert_eq!((kept - p) * width, 21);
    let mut z = vec![0.0_f32; squares.len()];
    secateur::sample::gaussian::fill(Key::root(65), 0, &mut z);
    for (square, &z) in squares.iter_mut().zip(&z) {
        *square += f64::from(z).powi(2);
    }
    let distance = kolmogorov(&squares, |x| chi_square_cdf(x, 11));
    assert!(distance < KS, "{distance}");
    // A variance that is 5 % too large would show.
    let distance = kolmogorov(&squares, |x| chi_square_cdf(x / 1.05, 11));
    assert!(distance > KS, "{distance}");
}

#[test]
fn a_neuron_that_no_sample_activates_has_no_gradient() {
    let (target, mut layer) = small("z1*z2");
    layer.weights.col_as_slice_mut(1).fill(0.0);
    let reduction = Reduction::new(&layer, &target).unwrap();
    // Its pre-activation is rounding, below the threshold of 0.3.
    for n in [20, 50, 2000] {
        let sums = reduced_sums(&reduction, design(66), n);
        let lifted = reduction.lift(&sums, Key::root(67)).unwrap();
        let samples = design(66).samples(&target, Stage::Feature(0), n);
        let explicit = first_layer_gradient(&layer, SHIFT, &CentredLabels::new(samples));
        for gradient in [explicit, lifted] {
            assert!(gradient[..12].iter().all(|&g| g != 0.0));
            assert!(gradient[12..24].iter().all(|&g| g == 0.0), "n = {n}: {gradient:?}");
        }
    }
}

#[test]
fn neurons_that_few_samples_activate_have_the_gradients_of_these_samples() {
    // At this shift a sample activates a neuron in twenty: of 20 samples many neurons see
    // none, and pairs of neurons one and the same.
    let target = target("He3", 96, 10, 0.1, 75);
    let layer = relu((0..96).collect(), 64, 7);
    let reduction = Reduction::new(&layer, &target).unwrap();
    let (mut dead, mut pairs, mut worst) = (0, 0, 0.0_f64);
    for trial in 0..20 {
        let samples = design(trial).samples(&reduction.target, Stage::Feature(0), 20);
        let labels = CentredLabels::new(samples);
        let sums = gradient_sums(&reduction.layer, -1.64, &labels, true);
        let c = symmetric(&sums.second_moment, 64);
        let lifted = column_major(&reduction.lift(&sums, Key::root(trial)).unwrap(), 96);
        for a in 0..64 {
            if c[(a, a)] == 0.0 {
                assert!(lifted.col(a).iter().all(|&g| g == 0.0), "{trial}: {:?}", lifted.col(a));
                dead += 1;
                continue;
            }
            // Equal columns of C.
            for b in (0..a).filter(|&b| c[(a, b)] == c[(a, a)] && c[(a, b)] == c[(b, b)]) {
                let difference = (lifted.col(a) - lifted.col(b)).norm_l2();
                worst = worst.max(difference / lifted.col(a).norm_l2());
                pairs += 1;
            }
        }
    }
    assert!(dead > 200 && pairs > 200, "{dead} {pairs}");
    assert!(worst < 1e-6, "{worst}");
}

/// What a gradient step sees: XᵀC, CᵀC, the variance of the labels and the first ỹ.
fn sights(gradient: Vec<f64>, second: &[f64], labels: &CentredLabels<'_>, n: u64) -> Vec<f64> {
    let mut y = vec![0.0; n as usize];
    labels.block(0, &mut LabelScratch::default(), &mut y);
    let mut all = gradient;
    all.extend((0..3).flat_map(|j| &second[3 * j..=4 * j]));
    all.extend([labels.variance(), f64::from(y[0])]);
    all
}

struct Sights {
    explicit: Vec<Vec<f64>>,
    reduced: Vec<Vec<f64>>,
    /// As `reduced`, with the complement 1.1 times as large.
    inflated: Vec<Vec<f64>>,
}

fn see(link: &str, n: u64, repetitions: u64) -> (Sights, Layer, Target) {
    let (target, layer) = small(link);
    let reduction = Reduction::new(&layer, &target).unwrap();
    let q = basis(&reduction, 12);
    let mut sights_of = Sights { explicit: vec![], reduced: vec![], inflated: vec![] };
    for repetition in 0..repetitions {
        let explicit = Design::new(Key::root(68).child(repetition));
        let labels = CentredLabels::new(explicit.samples(&target, Stage::Feature(0), n));
        let sums = gradient_sums(&layer, SHIFT, &labels, true);
        sights_of.explicit.push(sights(sums.gradient, &sums.second_moment, &labels, n));
        let key = Key::root(69).child(repetition);
        let samples = Design::new(key).samples(&reduction.target, Stage::Feature(0), n);
        let labels = CentredLabels::new(samples);
        let sums = gradient_sums(&reduction.layer, SHIFT, &labels, true);
        let lifted = reduction.lift(&sums, key.named("lift")).unwrap();
        let flat = |m: &Mat<f64>| (0..3).flat_map(|j| m.col_as_slice(j).to_vec()).collect();
        let all = column_major(&lifted, 12);
        let inside = &q * (q.transpose() * &all);
        let inflated = &inside + (&all - &inside) * faer::Scale(1.1);
        sights_of.reduced.push(sights(lifted, &sums.second_moment, &labels, n));
        sights_of.inflated.push(sights(flat(&inflated), &sums.second_moment, &labels, n));
    }
    (sights_of, layer, target)
}

/// The largest |z| over the means and the means of products of two sets of sights.
fn worst_moment(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let size = a[0].len();
    let mut worst = 0.0_f64;
    for i in 0..size {
        let pick = |all: &[Vec<f64>]| all.iter().map(|s| s[i]).collect::<Vec<_>>();
        worst = worst.max(welch(&pick(a), &pick(b)).abs());
        for j in 0..=i {
            let pick = |all: &[Vec<f64>]| all.iter().map(|s| s[i] * s[j]).collect::<Vec<_>>();
            worst = worst.max(welch(&pick(a), &pick(b)).abs());
        }
    }
    worst
}

type Function<'a> = Box<dyn Fn(&[f64]) -> f64 + 'a>;

/// The largest Smirnov distance over functions that mix the columns, the labels and V.
fn worst_distance(a: &[Vec<f64>], b: &[Vec<f64>], layer: &Layer, target: &Target) -> f64 {
    let v = target.directions().rows_at(&layer.coordinates);
    let r = target.directions().r();
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let functions: Vec<Function<'_>> = vec![
        Box::new(|s| inner(&s[..12], &s[..12])),
        Box::new(|s| inner(&s[..12], &s[12..24])),
        Box::new(|s| inner(&s[..12], &s[24..36]) / s[42]),
        Box::new(|s| s[3] * s[15] * s[27]),
        Box::new(|s| s[5] / (1e-9 + s[36]).sqrt()),
        Box::new(|s| (0..12).map(|i| v[i * r] * s[i]).sum::<f64>() / s[42].sqrt()),
        Box::new(|s| (0..12).map(|i| v[i * r] * s[i] * s[43]).sum()),
        Box::new(|s| {
            let norm = inner(&s[..12], &s[..12]).sqrt() + 1e-9;
            (0..12).map(|i| v[i * r] * s[i]).sum::<f64>().abs() / norm
        }),
    ];
    let of = |all: &[Vec<f64>], f: &dyn Fn(&[f64]) -> f64| all.iter().map(|s| f(s)).collect();
    let distance = |f: &Function<'_>| {
        let (a, b): (Vec<f64>, Vec<f64>) = (of(a, f.as_ref()), of(b, f.as_ref()));
        smirnov(&a, &b)
    };
    functions.iter().map(distance).fold(0.0, f64::max)
}

#[test]
fn gradients_and_labels_have_the_joint_law_of_explicit_ones() {
    for (link, n, repetitions) in [("sin", 5, 10_000), ("He2", 9, 10_000), ("z1*z2", 24, 10_000)] {
        let (seen, layer, target) = see(link, n, repetitions);
        assert_eq!(seen.explicit[0].len(), 44);
        // 44 means and 990 products: a chance of 0.7 % that one exceeds 4.5 deviations.
        let worst = worst_moment(&seen.explicit, &seen.reduced);
        let distance = worst_distance(&seen.explicit, &seen.reduced, &layer, &target);
        assert!(worst < Z, "{link}: {worst}");
        assert!(distance < KS, "{link}: {distance}");
        // Both oracles notice a complement that is too large by a tenth.
        let worst = worst_moment(&seen.explicit, &seen.inflated);
        let distance = worst_distance(&seen.explicit, &seen.inflated, &layer, &target);
        assert!(worst > Z && distance > KS, "{link}: {worst} {distance}");
    }
}

/// Whole trials that are compared in law.
pub(crate) struct Case {
    pub(crate) kind: LearnerKind,
    pub(crate) link: &'static str,
    pub(crate) d: usize,
    /// Relevant rows of V.
    s: usize,
    pub(crate) n: u64,
    pub(crate) options: Options,
    /// Too few samples to learn from.
    scarce: bool,
}

pub(crate) fn case(kind: LearnerKind, link: &'static str, d: usize, s: usize, n: u64) -> Case {
    let mut options = Options { width: 8.into(), ..Options::default() };
    options.prune.keep = Keep::Count(40);
    Case { kind, link, d, s, n, options, scarce: false }
}

/// The best shifts of smooth activations take a second of quadrature: these are near them.
fn tanh(mut case: Case, feature: f64) -> Case {
    case.options.activation = Activation::Tanh;
    case.options.prune.shift = Shift::Fixed(0.8);
    case.options.feature.shift = Shift::Fixed(feature);
    case
}

/// Trials on each side.
const TRIALS: u64 = 400;

/// Of a trial; σ are the largest singular values of W.
pub(crate) const MEASURES: [&str; 7] = ["risk", "alignment", "subspace", "σ₁", "σ₂", "σ₃", "mass"];

pub(crate) fn measures(
    case: &Case,
    simulation: Simulation,
    seed: u64,
    trials: u64,
) -> [Vec<f64>; 7] {
    let link = Link::parse(case.link, None).unwrap().normalised().unwrap();
    let options = Options { simulation, ..case.options.clone() };
    let k_star = link.information_exponent().unwrap();
    let law = DirectionLaw::Hard { alpha: (case.s as f64).ln() / (case.d as f64).ln() };
    let mut all = [const { Vec::new() }; 7];
    for trial in 0..trials {
        let key = Key::root(seed).child(trial);
        let mut rng = ChaCha8Rng::seed_from_u64(key.named("directions").bits());
        let v = law.draw(case.d, link.r(), &mut rng).unwrap();
        assert_eq!(v.s(), case.s);
        let target = Target::new(link.clone(), v, 0.1);
        let task =
            Task { target: &target, design: Design::new(key), key: key.named("l"), n: case.n };
        let trained = task.train(case.kind, &options, k_star).unwrap();
        assert_eq!(trained.reduced, simulation == Simulation::Reduced);
        let found = metrics::measure(&trained, &target, task.design, 1024).unwrap();
        let eigen = gram(&weights(&trained.network.layer)).self_adjoint_eigen(Side::Lower).unwrap();
        let singular = |k: usize| eigen.S()[case.options.width.at(0) - k].max(0.0).sqrt();
        let row = [
            found.of(Metric::Risk),
            found.of(Metric::Alignment),
            found.of(Metric::Subspace),
            singular(1),
            singular(2),
            singular(3),
            found.of(Metric::Mass),
        ];
        all.iter_mut().zip(row).for_each(|(all, value)| all.push(value));
    }
    all
}

fn agree_in_law(case: &Case) {
    let explicit = measures(case, Simulation::Explicit, 70, TRIALS);
    let reduced = measures(case, Simulation::Reduced, 71, TRIALS);
    let mean = |which: usize| explicit[which].iter().sum::<f64>() / TRIALS as f64;
    let name = format!("{:?} {} n = {}", case.kind, case.link, case.n);
    if !case.scarce {
        // Neither blind nor perfect, so that a wrong law shows.
        assert!((0.5..0.95).contains(&mean(0)), "{name}: mean risk {}", mean(0));
        assert!((0.3..0.8).contains(&mean(1)), "{name}: mean alignment {}", mean(1));
        let lost = 1.0 - mean(6);
        assert_eq!(lost > 0.01, case.kind == LearnerKind::Pruned, "{name}: {lost} lost");
    }
    for ((a, b), measure) in explicit.iter().zip(&reduced).zip(MEASURES) {
        let (distance, z) = (smirnov(a, b), rank_sum(a, b));
        assert!(distance < KS && z.abs() < Z, "{name}, {measure}: {distance} {z}");
    }
}

#[test]
fn pruned_trials_of_single_index_links_agree_in_law() {
    // Pruning to 40 of 64 coordinates loses some of the 20 relevant ones.
    agree_in_law(&case(LearnerKind::Pruned, "He2", 64, 20, 5000));
    agree_in_law(&tanh(case(LearnerKind::Pruned, "He2", 64, 20, 12_000), 0.9));
    let mut cubic = case(LearnerKind::Pruned, "He3", 48, 8, 36_000);
    cubic.options.prune.keep = Keep::Count(30);
    agree_in_law(&cubic);
}

#[test]
fn unpruned_trials_of_single_index_links_agree_in_law() {
    agree_in_law(&case(LearnerKind::Unpruned, "He2", 48, 7, 5000));
    let mut cubic = case(LearnerKind::Unpruned, "He3", 32, 6, 24_000);
    cubic.options.split = Some(vec![4.0, 1.0]);
    agree_in_law(&cubic);
    agree_in_law(&tanh(cubic, 0.0));
}

#[test]
fn trials_of_two_index_links_agree_in_law() {
    let wide = |mut case: Case| {
        case.options.width = 16.into();
        case
    };
    agree_in_law(&wide(case(LearnerKind::Pruned, "z1*z2", 64, 20, 9000)));
    agree_in_law(&wide(case(LearnerKind::Unpruned, "z1*z2", 32, 7, 4000)));
    let sum = "He2(z1) + He2(z2)";
    agree_in_law(&wide(tanh(case(LearnerKind::Pruned, sum, 64, 20, 6000), 0.9)));
    agree_in_law(&wide(tanh(case(LearnerKind::Unpruned, sum, 32, 7, 4000), 0.9)));
}

#[test]
fn trials_of_other_protocols_agree_in_law() {
    let mut steps = case(LearnerKind::Pruned, "He2", 64, 20, 5000);
    steps.options.feature.steps = 3;
    steps.options.split = Some(vec![1.0, 2.0, 1.0]);
    agree_in_law(&steps);
    let mut global = case(LearnerKind::Unpruned, "He2", 48, 7, 5000);
    global.options.feature.normalize = Normalize::Global;
    global.options.readout.lambda = Lambda::Validate;
    agree_in_law(&global);
    // Few samples: a third of the neurons see none that activates them, and stay dead.
    let mut scarce = case(LearnerKind::Unpruned, "He3", 48, 7, 40);
    scarce.scarce = true;
    agree_in_law(&scarce);
    scarce.options.feature.normalize = Normalize::Global;
    agree_in_law(&scarce);
}

#[test]
fn what_is_reduced_follows_the_rules() {
    for (width, r) in [(1, 1), (8, 2), (64, 1), (64, 5)] {
        let columns = width + 2 * r;
        for kept in 1..4 * columns {
            assert!(!Simulation::Explicit.reduces(kept, width, r));
            assert_eq!(Simulation::Reduced.reduces(kept, width, r), kept > columns);
            assert_eq!(Simulation::Auto.reduces(kept, width, r), kept > 2 * columns);
        }
    }
    let options = |simulation, data| Options { simulation, data, ..Options::default() };
    for simulation in [Simulation::Auto, Simulation::Explicit, Simulation::Reduced] {
        assert_eq!(options(simulation, DataUse::Fresh).simulation(), simulation);
        assert_eq!(options(simulation, DataUse::Reuse).simulation(), Simulation::Explicit);
    }
    assert_eq!(Options::default().simulation, Simulation::Auto);
}

/// Whole trials with the ranking reduced or not, and all that a trial says of its ranking:
/// `cargo test --release --test learner_oracles ten_rankings -- --ignored --nocapture`.
#[test]
#[ignore = "8000 trials, minutes"]
#[expect(clippy::print_stdout, reason = "the table of docs/sampling.md")]
fn ten_rankings_lead_to_trials_of_the_same_law() {
    const WHAT: [(&str, Metric); 5] = [
        ("risk", Metric::Risk),
        ("recall", Metric::Recall),
        ("precision", Metric::Precision),
        ("auc", Metric::Auc),
        ("spearman", Metric::Spearman),
    ];
    // 100 statistics at a level of 1 % for all.
    let (z, ks) = (3.89, 2.23);
    let mut worst = (0.0_f64, 0.0_f64);
    for (name, kind, link, input, d, alpha, n, table) in [
        ("He2", "pruned", "He2", "gaussian", 1296, 0.25, 2000, ""),
        ("He2, d = 20736", "pruned", "He2", "gaussian", 20_736, 0.25, 10_000, ""),
        ("He3", "pruned", "He3", "gaussian", 256, 0.375, 45_000, ""),
        ("keep auto", "pruned", "He2", "gaussian", 576, 0.5, 20_000, "keep = \"auto\""),
        (
            "even, M = 2s",
            "pruned",
            "He2",
            "gaussian",
            625,
            0.25,
            1200,
            "channel = \"even\"\nkeep = { ratio = 2 }",
        ),
        ("two directions", "pruned", "He2(z1) + He2(z2)", "gaussian", 400, 0.5, 20_000, ""),
        ("indefinite", "pruned", "z1*z2", "gaussian", 256, 0.5, 30_000, "channel = \"raw\""),
        ("uniform inputs", "pruned", "He2", "uniform", 1024, 0.5, 40_000, ""),
        (
            "squared labels",
            "label_transform",
            "He3",
            "gaussian",
            256,
            0.5,
            12_000,
            "transform = \"square\"",
        ),
        ("diagonal", "diagonal_thresholding", "He2", "gaussian", 1024, 0.5, 20_000, ""),
    ] {
        let both = ["explicit", "auto"].map(|simulation| {
            let text = format!(
                "claim = \"c\"\nmodel = {{ link = \"{link}\", input = \"{input}\" }}\n\
                 samples = {{ n_min = {n}, simulation = \"{simulation}\" }}\n[learner.{kind}]\n\
                 width = 8\n{table}\n[[sweep]]\nlearner = \"{kind}\"\nalpha = {alpha}\nd = {d}\n"
            );
            let mut study = Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap();
            // As fast or not: here every ranking that can be is reduced, and nothing else.
            let series = &mut study.series[0];
            if simulation == "auto" && input == "gaussian" {
                let mut options = series.setting.options.clone();
                options.simulation = Simulation::Reduced;
                let granted = Granted::new(&series.setting.link, series.setting.k_star);
                series.setting.built =
                    series.setting.kind.unwrap().build(&options, &granted).unwrap().into();
            }
            let (setting, cell, crew) = (&series.setting, &series.cells[0], Crew::alone());
            let conditions =
                Conditions { study: "s", manifest: "", setting, cell, test: 1024, crew };
            // Trials of their own on each side.
            let first = if simulation == "auto" { 0 } else { TRIALS as u32 };
            let records: Vec<Record> =
                (first..first + TRIALS as u32).map(|trial| conditions.run(n, trial)).collect();
            let how = if simulation == "auto" { Simulated::Reduced } else { Simulated::Explicit };
            assert!(records.iter().all(|r| simulated(r) == Some(how)), "{name}");
            WHAT.map(|(_, metric)| records.iter().map(|r| r.of(metric)).collect::<Vec<f64>>())
        });
        for ((a, b), (what, _)) in both[0].iter().zip(&both[1]).zip(WHAT) {
            let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
            let (distance, ranks) = (smirnov(a, b), rank_sum(a, b));
            println!(
                "| {name} | {d} | {n} | {what} | {:.4} | {:.4} | {distance:.2} | {ranks:+.2} |",
                mean(a),
                mean(b)
            );
            worst = (worst.0.max(distance), worst.1.max(ranks.abs()));
        }
    }
    assert!(worst.0 < ks && worst.1 < z, "{worst:?}");
}

fn train(kind: LearnerKind, options: &Options, target: &Target) -> Trained {
    let task = Task { target, design: design(72), key: Key::root(73), n: 1500 };
    task.train(kind, options, 2).unwrap()
}

#[test]
fn networks_say_how_they_were_simulated() {
    let target = target("He2", 21, 6, 0.1, 74);
    let options = |simulation, kept| {
        let mut options = Options { width: 8.into(), simulation, ..Options::default() };
        options.prune.keep = Keep::Count(kept);
        options
    };
    // m + 2 r = 10.
    for (kept, simulation, reduced) in [
        (10, Simulation::Reduced, false),
        (11, Simulation::Reduced, true),
        (20, Simulation::Auto, false),
        (21, Simulation::Auto, true),
        (21, Simulation::Explicit, false),
    ] {
        let Trained { network, reduced: is, .. } =
            train(LearnerKind::Pruned, &options(simulation, kept), &target);
        assert_eq!(is, reduced, "{kept} {simulation:?}");
        assert_eq!(network.layer.coordinates.len(), kept);
        assert_eq!(network.layer.weights.nrows(), kept);
        let reuse = Options { data: DataUse::Reuse, ..options(simulation, kept) };
        assert!(!train(LearnerKind::Pruned, &reuse, &target).reduced);
    }
    assert!(train(LearnerKind::Unpruned, &options(Simulation::Auto, 1), &target).reduced);
    // Where nothing is reduced, the three are one; a ranking of 6 coordinates among 21 can be.
    let bits = |kind, simulation| {
        let trained = train(kind, &options(simulation, 10), &target);
        trained.network.readout.iter().map(|a| a.to_bits()).collect::<Vec<_>>()
    };
    let (mask, pruned) = (LearnerKind::RandomMask, LearnerKind::Pruned);
    assert_eq!(bits(mask, Simulation::Reduced), bits(mask, Simulation::Explicit));
    assert_eq!(bits(pruned, Simulation::Auto), bits(pruned, Simulation::Explicit));
    let trained = train(pruned, &options(Simulation::Reduced, 10), &target);
    assert!(!trained.reduced && trained.is_reduced());
}

/// The records of every cell's first trials.
fn records(simulation: &str, extra: &str) -> Vec<Record> {
    let table = format!("width = 8\nkeep = {{ count = 40 }}\n{extra}\n");
    let text = format!(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\nsimulation = \"{simulation}\"\n\
         [learner.pruned]\n{table}[learner.unpruned]\n{table}\
         [[sweep]]\nlearner = [\"pruned\", \"unpruned\"]\nalpha = 0.5\nd = [10, 20, 64]\n"
    );
    let study = Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap();
    let mut all = Vec::new();
    for series in &study.series {
        let setting = &series.setting;
        for cell in &series.cells {
            let crew = Crew::alone();
            let conditions =
                Conditions { study: "s", manifest: "", setting, cell, test: 512, crew };
            for number in 0..2 {
                let record = conditions.run(900, number);
                assert!(record.is_ok());
                all.push(record);
            }
        }
    }
    all
}

#[test]
fn records_say_how_they_were_simulated_and_repeat_to_the_bit() {
    // m + 2 r = 10: `reduced` falls back at d = 10, `auto` at d = 20 as well.
    for (simulation, least) in [("explicit", 65), ("reduced", 11), ("auto", 21)] {
        let first = records(simulation, "");
        assert_eq!(first.len(), 12);
        for (a, b) in first.iter().zip(records(simulation, "")) {
            assert_eq!(
                (metric_bits(a), simulated(a), a.seed),
                (metric_bits(&b), simulated(&b), b.seed)
            );
            // A ranking can be reduced in any dimension.
            let ranks = simulation == "reduced" && &*a.series.learner == "pruned";
            let reduces = ranks || a.d >= least;
            let how = if reduces { Simulated::Reduced } else { Simulated::Explicit };
            assert_eq!(simulated(a), Some(how), "{simulation} {} {}", a.series, a.d);
        }
    }
    let reuse = records("auto", "data = \"reuse\"");
    assert!(reuse.iter().all(|record| simulated(record) == Some(Simulated::Explicit)));
    // Simulated in another way a trial has other numbers, of the same data key.
    let (a, b) = (records("explicit", ""), records("reduced", ""));
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(a.seed, b.seed);
        let same = simulated(b) == Some(Simulated::Explicit);
        assert_eq!(metric_bits(a) == metric_bits(b), same, "{} {}", a.series, a.d);
    }
}
