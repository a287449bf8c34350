//! From a table of a hundred thousand trials to verdicts. `scripts/speed` times a million.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use secateur::analysis::{Options, analyse};
use secateur::model::Asked;
use secateur::results::{Trials, parse};

/// Twelve series, eight dimensions, ten sample sizes, 104 trials: n*(d) = 3 d^1.5.
fn table() -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut text = "learner,link,k_star,r,alpha,q,s,d,n,trial,risk\n".to_owned();
    for learner in ["pruned", "unpruned"] {
        for alpha in [0.25, 0.375, 0.5, 0.625, 0.75, 1.0] {
            for d in [64_u32, 96, 128, 192, 256, 384, 512, 768] {
                let star = 3.0 * f64::from(d).powf(1.5);
                for step in -4..6 {
                    let n = (star * 2_f64.powf(f64::from(step) / 2.0)).round();
                    for trial in 0..104 {
                        let noise: f64 = StandardNormal.sample(&mut rng);
                        let risk = 0.5 * (n / star).powf(-0.8) * (0.15 * noise).exp();
                        text += &format!("{learner},He2,2,1,{alpha},0,4,{d},{n},{trial},{risk}\n");
                    }
                }
            }
        }
    }
    text
}

fn analysis(c: &mut Criterion) {
    let text = table();
    let records = parse("bench.csv", text.as_bytes()).expect("a good table").records;
    let trials = Trials::new(records).expect("good records");
    let mut group = c.benchmark_group("analysis_100k");
    group.sample_size(10);
    group.bench_function("parse", |b| b.iter(|| parse("bench.csv", black_box(text.as_bytes()))));
    group.bench_function("analyse", |b| {
        b.iter(|| analyse(black_box(&trials), &Asked::default(), &Options::default()));
    });
    group.finish();
}

criterion_group!(benches, analysis);
criterion_main!(benches);
