//! A whole trial of each learner, from drawing the target to the metrics.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use secateur::study::{Profile, Study, trial};

fn study(learner: &str, alpha: f64, d: usize) -> Study {
    let text = format!(
        "claim = \"bench\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"{learner}\"\nalpha = {alpha}\nd = {d}\n"
    );
    Study::parse("bench", "bench.toml", &text, Profile::Standard, &[]).expect("a valid study")
}

fn trials(c: &mut Criterion) {
    let mut group = c.benchmark_group("trial");
    group.sample_size(10);
    for (learner, d, n) in [
        ("pruned", 256, 8192),
        ("pruned", 1024, 65536),
        ("unpruned", 64, 4096),
        ("unpruned", 256, 65536),
    ] {
        let study = study(learner, 0.5, d);
        let series = &study.series[0];
        let setting = &series.setting;
        let built = setting.kind.build(&setting.options, setting.k_star).expect("valid options");
        group.throughput(Throughput::Elements(n));
        group.bench_function(format!("{learner}/d{d}/n{n}"), |b| {
            b.iter(|| {
                black_box(trial::run("bench", setting, &series.cells[0], &*built, n, 0, 4096))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, trials);
criterion_main!(benches);
