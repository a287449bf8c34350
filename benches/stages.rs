//! The parts of a trial: Gaussian stream, pruning stage, feature step, readout.
//!
//! Throughput is in normals or (sample, coordinate) entries, so that the pruning stage and
//! the feature step can be read against the fill alone.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use rand::SeedableRng;
use rand::rngs::{ChaCha8Rng, Xoshiro256PlusPlus};
use rand_distr::{Distribution, StandardNormal};
use secateur::learner::Options;
use secateur::learner::options::{Lambda, ReadoutMethod, ReadoutOptions, Score};
use secateur::learner::stage::gradient::{first_layer_gradient, gradient_sums};
use secateur::learner::stage::network::Layer;
use secateur::learner::stage::readout;
use secateur::learner::stage::reduced::Reduction;
use secateur::learner::stage::{GradientComparison, Scoring};
use secateur::model::direction::DirectionLaw;
use secateur::model::target::Target;
use secateur::model::{Activation, Link};
use secateur::sample::{BLOCK, CentredLabels, Design, Key, Stage, gaussian};

/// Samples that a stage reads in these benches.
const N: u64 = 4096;

/// Width of the network.
const WIDTH: usize = 64;

fn target(d: usize) -> Target {
    let link = Link::parse("He2", None).and_then(Link::normalised).expect("a known link");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let law = DirectionLaw::Hard { alpha: 0.5 };
    Target::new(link, law.draw(d, 1, &mut rng).expect("r fits"), 0.1)
}

fn fill(c: &mut Criterion) {
    let mut group = c.benchmark_group("gaussian_fill");
    let mut out = vec![0.0_f32; 64 * BLOCK];
    group.throughput(Throughput::Elements(out.len() as u64));
    group.bench_function("secateur", |b| {
        b.iter(|| {
            for (position, strip) in out.chunks_exact_mut(BLOCK).enumerate() {
                gaussian::fill(Key::root(1), position as u64, strip);
            }
            black_box(&out);
        });
    });
    group.bench_function("rand_distr/xoshiro256++", |b| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        b.iter(|| {
            for x in &mut out {
                *x = StandardNormal.sample(&mut rng);
            }
            black_box(&out);
        });
    });
    group.bench_function("rand_distr/chacha8", |b| {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        b.iter(|| {
            for x in &mut out {
                *x = StandardNormal.sample(&mut rng);
            }
            black_box(&out);
        });
    });
    group.finish();
}

fn prune(c: &mut Criterion) {
    let mut group = c.benchmark_group("prune_stage");
    let d = 1024;
    let target = target(d);
    let samples = Design::new(Key::root(2)).samples(&target, Stage::Prune, N);
    let labels = CentredLabels::new(samples);
    group.throughput(Throughput::Elements(N * d as u64));
    let options = Options::default();
    for (name, k_star) in [("k2", 2), ("k3", 3)] {
        let comparison = GradientComparison::new(&options.prune, Activation::Relu, k_star)
            .expect("the default options suit every link");
        group.bench_function(name, |b| b.iter(|| black_box(comparison.scores(&labels, d))));
    }
    group.bench_function("fill_alone", |b| {
        let mut strip = vec![0.0_f32; BLOCK];
        b.iter(|| {
            for position in 0..(N as usize * d / BLOCK) {
                gaussian::fill(Key::root(3), position as u64, &mut strip);
                black_box(&strip);
            }
        });
    });
    group.finish();
}

/// In multiply–adds: one d × d product of a block at k* = 2, two at k* = 3.
fn rows(c: &mut Criterion) {
    let mut group = c.benchmark_group("row_stage");
    group.sample_size(20);
    let mut options = Options::default();
    options.prune.score = Score::Row;
    for d in [64_usize, 256, 1024] {
        let target = target(d);
        let samples = Design::new(Key::root(2)).samples(&target, Stage::Prune, N);
        let labels = CentredLabels::new(samples);
        group.throughput(Throughput::Elements(N * (d * d) as u64));
        for (name, k_star) in [("k2", 2), ("k3", 3)] {
            let comparison = GradientComparison::new(&options.prune, Activation::Relu, k_star)
                .expect("rows of the default options suit every link");
            group.bench_function(format!("{name}/d{d}"), |b| {
                b.iter(|| black_box(comparison.scores(&labels, d)));
            });
        }
        group.bench_function(format!("faer_product_alone/d{d}"), |b| {
            let x = Mat::<f32>::from_fn(BLOCK, d, |i, j| (i + j) as f32);
            let mut g = Mat::<f32>::zeros(d, d);
            b.iter(|| {
                for _ in 0..N as usize / BLOCK {
                    let (left, right) = (x.transpose(), x.as_ref());
                    matmul(g.as_mut(), Accum::Replace, left, right, 1.0, Par::Seq);
                    black_box(&g);
                }
            });
        });
    }
    group.finish();
}

fn feature(c: &mut Criterion) {
    let mut group = c.benchmark_group("feature_step");
    group.sample_size(20);
    for d in [256_usize, 1024, 4096] {
        let target = target(d);
        let samples = Design::new(Key::root(2)).samples(&target, Stage::Feature(0), N);
        let labels = CentredLabels::new(samples);
        let coordinates = (0..d as u32).collect();
        let layer = Layer::on_sphere(coordinates, WIDTH, Activation::Relu, Key::root(4));
        group.throughput(Throughput::Elements(N * d as u64));
        group.bench_function(format!("explicit/d{d}"), |b| {
            b.iter(|| black_box(first_layer_gradient(&layer, -0.6, &labels)));
        });
        group.bench_function(format!("reduced/d{d}"), |b| {
            b.iter(|| {
                let reduction = Reduction::new(&layer, &target).expect("finite weights");
                let samples =
                    Design::new(Key::root(2)).samples(&reduction.target, Stage::Feature(0), N);
                let labels = CentredLabels::new(samples);
                let sums = gradient_sums(&reduction.layer, -0.6, &labels, true);
                black_box(reduction.lift(&sums, Key::root(5)).expect("finite moments"))
            });
        });
        group.bench_function(format!("faer_products_alone/d{d}"), |b| {
            let x = Mat::<f32>::from_fn(BLOCK, d, |i, j| (i + j) as f32);
            let mut u = Mat::<f32>::zeros(BLOCK, WIDTH);
            let mut g = Mat::<f32>::zeros(d, WIDTH);
            b.iter(|| {
                for _ in 0..N as usize / BLOCK {
                    let w = layer.weights.as_ref();
                    matmul(u.as_mut(), Accum::Replace, x.as_ref(), w, 1.0, Par::Seq);
                    matmul(g.as_mut(), Accum::Replace, x.transpose(), u.as_ref(), 1.0, Par::Seq);
                    black_box(&g);
                }
            });
        });
    }
    group.finish();
}

fn second_layer(c: &mut Criterion) {
    let mut group = c.benchmark_group("readout");
    group.sample_size(20);
    for m in [16_usize, 256] {
        let target = target(m * m);
        let samples = Design::new(Key::root(2)).samples(&target, Stage::Readout, N);
        let coordinates = target.directions().support().to_vec();
        let layer = Layer::on_sphere(coordinates, WIDTH, Activation::Relu, Key::root(4));
        let options = ReadoutOptions { method: ReadoutMethod::Ridge, lambda: Lambda::Fixed(1e-3) };
        group.throughput(Throughput::Elements(N));
        group.bench_function(format!("ridge/kept{m}"), |b| {
            b.iter(|| readout::fit(layer.clone(), &options, &samples, Key::root(5)));
        });
    }
    group.finish();
}

criterion_group!(benches, fill, prune, rows, feature, second_layer);
criterion_main!(benches);
