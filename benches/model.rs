//! Quadrature, links and the resolution of `auto` shifts: paid once a study.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use secateur::model::quadrature::gaussian_mean;
use secateur::model::{Activation, Channel, Link, Statistic, feature_gain};

fn quadrature(c: &mut Criterion) {
    let mut group = c.benchmark_group("quadrature");
    group.bench_function("gaussian_mean/smooth", |b| {
        b.iter(|| gaussian_mean(|z| (black_box(0.3) * z).tanh().powi(2), &[]));
    });
    group.bench_function("gaussian_mean/kink", |b| {
        b.iter(|| gaussian_mean(|z| (z - black_box(0.3)).max(0.0), &[0.3]));
    });
    group.bench_function("statistic/relu/odd_no_linear", |b| {
        let (activation, channel) = (Activation::Relu, Channel::OddNoLinear);
        b.iter(|| Statistic::new(activation, channel, black_box(2.05), false));
    });
    group.bench_function("feature_gain/relu/k2", |b| {
        b.iter(|| feature_gain(Activation::Relu, black_box(2), black_box(-0.6)));
    });
    group.finish();
}

fn link(c: &mut Criterion) {
    let mut group = c.benchmark_group("link");
    group.bench_function("parse/He3", |b| b.iter(|| Link::parse(black_box("He3"), None)));
    let z: Vec<f64> = (0..1024).map(|i| f64::from(i) / 256.0 - 2.0).collect();
    let mut out = vec![0.0; z.len()];
    for text in ["He2", "He3", "tanh"] {
        let link = Link::parse(text, None).and_then(Link::normalised).expect("a known link");
        group.bench_function(format!("eval_block_1024/{text}"), |b| {
            b.iter(|| link.eval_block(&z, z.len(), &mut out));
        });
    }
    group.finish();
}

criterion_group!(benches, quadrature, link);
criterion_main!(benches);
