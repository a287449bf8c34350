//! A whole trial of each learner, from drawing the target to the metrics, and how its cost
//! grows with d and n.

use std::hint::black_box;

use criterion::criterion_main;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group};
use secateur::sample::Crew;
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

/// A trial to time.
#[derive(Clone, Copy)]
struct Trial {
    learner: &'static str,
    simulation: &'static str,
    alpha: f64,
    d: usize,
    n: u64,
}

impl Trial {
    fn bench(self, group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId) {
        let Self { learner, simulation, alpha, d, n } = self;
        let text = format!(
            "claim = \"bench\"\n[model]\nlink = \"He2\"\n[samples]\nsimulation = \"{simulation}\"\n\
             [[sweep]]\nlearner = \"{learner}\"\nalpha = {alpha}\nd = {d}\n"
        );
        let study = Study::parse("bench", "bench.toml", &text, Profile::Standard, &[]);
        let study = study.expect("a valid study");
        let (setting, cell) = (&study.series[0].setting, &study.series[0].cells[0]);
        let crew = Crew::alone();
        let trial = Conditions { study: "bench", manifest: "", setting, cell, test: 4096, crew };
        group.throughput(Throughput::Elements(n));
        group.bench_function(id, |b| b.iter(|| black_box(trial.run(n, 0))));
    }
}

fn trials(c: &mut Criterion) {
    let mut group = c.benchmark_group("trial");
    group.sample_size(10);
    for (learner, simulation, d, n) in [
        ("pruned", "auto", 1024, 1 << 16),
        ("unpruned", "explicit", 256, 1 << 18),
        ("unpruned", "auto", 256, 1 << 18),
        ("unpruned", "explicit", 4096, 1 << 18),
        ("unpruned", "auto", 4096, 1 << 18),
        ("unpruned", "limit", 4096, 1 << 30),
        ("pruned", "limit", 1 << 16, 1 << 22),
    ] {
        let id = BenchmarkId::new(format!("{learner}/{simulation}"), format!("d{d}/n{n}"));
        Trial { learner, simulation, alpha: 0.5, d, n }.bench(&mut group, id);
    }
    group.finish();
}

/// The ranking with every coordinate, and without visiting them, near n*; α = ¼.
fn ranking(c: &mut Criterion) {
    let mut group = c.benchmark_group("ranking");
    group.sample_size(10);
    for (simulation, d, n) in [
        ("explicit", 1 << 16, 23_170),
        ("reduced", 1 << 16, 23_170),
        ("reduced", 100_000_000, 1 << 20),
    ] {
        let id = BenchmarkId::new(format!("pruned/{simulation}"), format!("d{d}/n{n}"));
        Trial { learner: "pruned", simulation, alpha: 0.25, d, n }.bench(&mut group, id);
    }
    group.finish();
}

/// Series for `scripts/cost_growth.py`, which fits their slopes.
fn cost_growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("cost_growth");
    group.sample_size(10);
    let doublings = |first: u64| (0..4).map(move |i| first << i);
    for (learner, simulation, first_d, n, d, first_n) in [
        ("pruned", "auto", 512, 1 << 14, 1024, 1 << 13),
        ("unpruned", "explicit", 128, 1 << 13, 256, 1 << 13),
        ("unpruned", "reduced", 512, 1 << 18, 1024, 1 << 16),
    ] {
        for d in doublings(first_d) {
            let id = BenchmarkId::new(format!("{learner} {simulation} d"), d);
            Trial { learner, simulation, alpha: 0.5, d: d as usize, n }.bench(&mut group, id);
        }
        for n in doublings(first_n) {
            let id = BenchmarkId::new(format!("{learner} {simulation} n"), n);
            Trial { learner, simulation, alpha: 0.5, d, n }.bench(&mut group, id);
        }
    }
    group.finish();
}

criterion_group!(benches, trials, ranking, cost_growth);
criterion_main!(benches);
