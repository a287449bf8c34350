//! Means against Monte Carlo, and laws against explicit simulation by two-sample tests.

use faer::{Mat, MatRef};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::shadow::triangle;
use super::*;
use crate::learner::options::{DataUse, Options};
use crate::learner::stage::block::symmetric;
use crate::learner::stage::gradient::{FeatureStep, gradient_sums};
use crate::learner::stage::network::{Kept, Layer};
use crate::learner::stage::screen::Scoring;
use crate::learner::stage::{Budget, GradientComparison, Split, World};
use crate::model::ChannelChoice;
use crate::model::activation::Activation;
use crate::model::direction::{DirectionLaw, Directions};
use crate::model::link::{Expansion, Link};
use crate::model::target::Target;
use crate::sample::{Design, Key, Stage};

/// √(nm/(n + m)) sup |F − G| beyond which two laws differ, at 2·10⁻⁵.
const KS: f64 = 2.4;

fn smirnov(a: &[f64], b: &[f64]) -> f64 {
    let share = |x: &[f64], v: f64| x.iter().filter(|&&x| x <= v).count() as f64 / x.len() as f64;
    let gap = |&v: &f64| (share(a, v) - share(b, v)).abs();
    let (n, m) = (a.len() as f64, b.len() as f64);
    (n * m / (n + m)).sqrt() * a.iter().chain(b).map(gap).fold(0.0, f64::max)
}

fn target(text: &str, d: usize, s: usize, r: usize, seed: u64) -> Target {
    let law = DirectionLaw::Hard { alpha: (s as f64).ln() / (d as f64).ln() };
    let v = law.draw(d, r, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
    Target::new(Link::parse(text, Some(r)).unwrap().normalised().unwrap(), v, 0.1)
}

/// The layer has few coordinates, so that its neurons see much of V, at any scale.
#[test]
fn means_of_the_gradient_are_those_of_explicit_samples() {
    let cases = [
        ("He2", 1, Activation::Relu, -0.6, 1.0),
        ("He3 + 0.5*He1", 1, Activation::Relu, -0.7, 0.5),
        ("He3", 1, Activation::Tanh, 0.4, 2.0),
        ("tanh(2*t)", 1, Activation::Gelu, 0.3, 1.0),
        ("z1*z2 + He3(z1)", 2, Activation::Relu, 0.5, 1.0),
        ("sum(He2)", 3, Activation::He3, 0.2, 1.0),
    ];
    for (text, r, activation, shift, scale) in cases {
        let target = target(text, 6, 4, r, 5);
        let mut layer = Layer::on_sphere((0..6).collect(), 3, activation, Key::root(3));
        layer.weights *= faer::Scale(scale as f32);
        let head = target.directions().rows_at(&layer.coordinates);
        let head = MatRef::from_row_major_slice(&head, 6, r);
        let mean = mean::gradient(&layer, head, &Expansion::new(target.link()), shift);
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let power = power::mean(&layer, head, &target, shift, rng);
        // Batches give the standard error as well.
        let (batches, n) = (64, 1 << 13);
        let mut sums = Mat::<f64>::zeros(9, 3);
        let mut squares = Mat::<f64>::zeros(9, 3);
        let mean = faer::concat![[mean], [power]];
        for batch in 0..batches {
            let design = Design::new(Key::root(8).child(batch));
            let labels =
                crate::sample::CentredLabels::new(design.samples(&target, Stage::Shared, n));
            let part = gradient_sums(&layer, shift as f32, &labels, true);
            let gradient = MatRef::from_column_major_slice(&part.gradient, 6, 3).to_owned();
            let second = symmetric(3, &part.second_moment);
            let part = faer::concat![[gradient], [second]] / faer::Scale(n as f64 - 1.0);
            sums += &part;
            squares += Mat::from_fn(9, 3, |i, j| part[(i, j)].powi(2));
        }
        let batches = batches as f64;
        for i in 0..9 {
            for j in 0..3 {
                let found = sums[(i, j)] / batches;
                let error = ((squares[(i, j)] / batches - found * found) / (batches - 1.0)).sqrt();
                let z = (found - mean[(i, j)]) / error;
                assert!(z.abs() < 4.5, "{text} {activation:?} {i} {j}: {found} {z}");
                assert!(error < 0.05 * (1.0 + mean[(i, j)].abs()), "{text}: {error}");
            }
        }
    }
}

#[test]
fn triangles_have_the_gram_matrix_of_gaussian_matrices() {
    for (rows, columns) in [(9_u64, 4), (4, 4), (2, 4)] {
        let mut rng = ChaCha8Rng::seed_from_u64(rows);
        let gram = |x: &Mat<f64>| {
            let g = x.transpose() * x;
            [g[(0, 0)], g[(3, 3)], g[(1, 2)], g.determinant().abs().ln_1p(), g[(0, 3)] * g[(1, 3)]]
        };
        let mut seen = [const { [const { Vec::new() }; 5] }; 2];
        for _ in 0..2000 {
            let explicit =
                Mat::from_fn(rows as usize, columns, |_, _| StandardNormal.sample(&mut rng));
            let drawn = triangle(rows, columns, &mut rng);
            assert_eq!(drawn.shape(), (columns.min(rows as usize), columns));
            for (seen, x) in seen.iter_mut().zip([&explicit, &drawn]) {
                seen.iter_mut().zip(gram(x)).for_each(|(all, g)| all.push(g));
            }
        }
        let [explicit, drawn] = &seen;
        for (a, b) in explicit.iter().zip(drawn) {
            assert!(smirnov(a, b) < KS || a.iter().chain(b).all(|g| g.abs() < 1e-9), "{rows}");
        }
    }
}

/// What a step leaves, of explicit samples and in the limit: norms, overlaps with V and with each
/// other before and after, on few coordinates (nothing outside) and on many.
#[test]
fn gradients_have_the_law_of_explicit_ones() {
    let (n, trials, width) = (8192, 500, 3);
    for (text, r, kept) in [("He2", 1, 4), ("He2", 1, 40), ("He3", 1, 24), ("z1*z2", 2, 30)] {
        let target = target(text, 48, 8, r, 7);
        // Some of V is kept, and some lost.
        let support = target.directions().support();
        let mut coordinates: Vec<u32> = support[..(3 * kept / 20 + 2).min(8)].to_vec();
        coordinates.extend((0..48).filter(|j| !support.contains(j)).take(kept - coordinates.len()));
        coordinates.sort_unstable();
        let v = target.directions().rows_at(&coordinates);
        let v = MatRef::from_row_major_slice(&v, kept, r);
        let list = Kept { touched: coordinates.clone(), count: kept as u64 };
        let sights = |w: &Layer, g: &Mat<f64>, v: MatRef<'_, f64>| {
            let w = Mat::from_fn(w.weights.nrows(), width, |i, j| f64::from(w.weights[(i, j)]));
            let p = w.nrows();
            let (along, own) = (v.transpose() * g.subrows(0, p), w.transpose() * g.subrows(0, p));
            let gram = g.transpose() * g;
            [along[(0, 0)], along[(r - 1, 1)], own[(0, 0)], own[(0, 1)], gram[(0, 0)], gram[(1, 2)]]
        };
        let mut seen = [const { [const { Vec::new() }; 6] }; 2];
        for trial in 0..trials {
            let key = Key::root(17).child(trial);
            let world = World::new(&target, Design::new(key));
            let split = Split::new(2, None, DataUse::Fresh).unwrap();
            let portion =
                Budget::new(world, key, &split, 2 * n).unwrap().take(Stage::Readout).unwrap();
            let layer = Layer::on_sphere(coordinates.clone(), width, Activation::Relu, key);
            let explicit = gradient_sums(&layer, -0.5, &portion.labels(), false).gradient;
            let explicit = MatRef::from_column_major_slice(&explicit, kept, width).to_owned();
            let mut rng = ChaCha8Rng::seed_from_u64(trial);
            let shadow = Shadow::new(&target, &list, width, Activation::Relu, &mut rng).unwrap();
            let shadow = shadow.with_samples(1024);
            let drawn = shadow.gradient(&portion, -0.5, &mut rng).unwrap();
            let all = [sights(&layer, &explicit, v), sights(&shadow.layer, &drawn, shadow.head())];
            for (seen, all) in seen.iter_mut().zip(all) {
                seen.iter_mut().zip(all).for_each(|(seen, value)| seen.push(value));
            }
        }
        let [explicit, drawn] = &seen;
        for (k, (a, b)) in explicit.iter().zip(drawn).enumerate() {
            let distance = smirnov(a, b);
            assert!(distance < KS, "{text} {kept} sight {k}: {distance}");
        }
    }
}

/// Two steps keep what matters: the layer of a shadow after a step is that of the whole network up
/// to a rotation that leaves V where it is.
#[test]
fn a_step_keeps_gram_matrices_and_overlaps() {
    let target = target("He2", 300, 17, 1, 2);
    let list = Kept { touched: (0..300).collect(), count: 300 };
    let key = Key::root(4);
    let split = Split::new(2, None, DataUse::Fresh).unwrap();
    let world = World::new(&target, Design::new(key));
    let portion = Budget::new(world, key, &split, 4096).unwrap().take(Stage::Feature(0)).unwrap();
    let rng = || ChaCha8Rng::seed_from_u64(6);
    let mut shadow = Shadow::new(&target, &list, 8, Activation::Relu, &mut rng()).unwrap();
    assert!((shadow.head()[(0, 0)] - 1.0).abs() < 1e-12 && shadow.layer.coordinates.len() == 9);
    let feature = FeatureStep::new(&Options::default().feature, Activation::Relu, 2);
    let gradient = shadow.gradient(&portion, feature.shift(), &mut rng()).unwrap();
    assert_eq!(gradient.nrows(), 17);
    shadow.step(&feature, &portion, key, &mut rng()).unwrap();
    let cosine = |x: &Mat<f64>, i, j| {
        let g = x.transpose() * x;
        g[(i, j)] / (g[(i, i)] * g[(j, j)]).sqrt()
    };
    let w = Mat::from_fn(9, 8, |i, j| f64::from(shadow.layer.weights[(i, j)]));
    for i in 0..8 {
        assert!((w.col(i).norm_l2() - 1.0).abs() < 1e-6);
        let share = gradient[(0, i)] / gradient.col(i).norm_l2();
        assert!((w[(0, i)].abs() - share.abs()).abs() < 1e-6);
        for j in 0..i {
            assert!((cosine(&w, i, j).abs() - cosine(&gradient, i, j).abs()).abs() < 1e-6);
        }
    }
}

/// Scores of relevant coordinates, all channels, against the explicit comparison on all samples.
#[test]
fn relevant_scores_have_the_law_of_explicit_ones() {
    let (n, trials) = (16_384, 500);
    for (text, r, k) in [("He2", 1, 2), ("He3", 1, 3), ("sum(He2)", 2, 2)] {
        let target = target(text, 16, 8, r, 3);
        let mut options = Options::default().prune;
        options.channel = ChannelChoice::Auto;
        let comparison = GradientComparison::new(&options, Activation::Relu, k).unwrap();
        let ranking = LimitRanking::new(&comparison).unwrap().with_samples(2048);
        let support = target.directions().support();
        let mut seen = [const { [const { Vec::new() }; 3] }; 2];
        for trial in 0..trials {
            let key = Key::root(23).child(trial);
            let world = World::new(&target, Design::new(key));
            let split = Split::new(2, None, DataUse::Fresh).unwrap();
            let portion =
                Budget::new(world, key, &split, 2 * n).unwrap().take(Stage::Prune).unwrap();
            let all = comparison.scores(&portion.labels(), 16);
            let explicit: Vec<f64> = support.iter().map(|&j| all[j as usize]).collect();
            let other = World::new(&target, Design::new(key.named("other")));
            let other = Budget::new(other, key, &split, 2 * n).unwrap().take(Stage::Prune).unwrap();
            let drawn = ranking.scores(&other).unwrap().0;
            for (seen, scores) in seen.iter_mut().zip([&explicit, &drawn]) {
                let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
                let row = [scores[0], least, scores.iter().sum()];
                seen.iter_mut().zip(row).for_each(|(seen, value)| seen.push(value));
            }
        }
        let [explicit, drawn] = &seen;
        for (k, (a, b)) in explicit.iter().zip(drawn).enumerate() {
            let distance = smirnov(a, b);
            assert!(distance < KS, "{text} {k}: {distance}");
        }
    }
}

#[test]
fn few_samples_stand_for_all() {
    for (n, cap) in [(5_u64, 8), (8, 8), (9, 8), (1 << 40, 1 << 14), (40_001, 1 << 14)] {
        let sum = Sum::of(n, cap);
        assert!(sum.drawn <= cap && (sum.drawn + 1) * sum.times > n, "{sum:?}");
        assert!(n > cap || (sum.drawn, sum.times) == (n, 1));
        assert_eq!(sum.whole(sum.drawn as f64 * 0.3, 0.3), n as f64 * 0.3);
    }
    // Nothing touched: the labels are noise to the layer, and that is a problem too.
    let v = Directions::from_rows(40, 1, vec![3], vec![1.0]).unwrap();
    let target = Target::new(Link::parse("He2", None).unwrap(), v, 0.1);
    for count in [5, 30] {
        let list = Kept { touched: vec![5, 7], count };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let shadow = Shadow::new(&target, &list, 4, Activation::Relu, &mut rng).unwrap();
        assert_eq!(shadow.head().norm_l2(), 0.0);
        assert_eq!(shadow.target.directions().relevant().len(), 1);
    }
}
