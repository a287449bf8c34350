//! What a trial of a worker costs beside what it writes: the whole of one whose worker answers at
//! once, and its arrays alone, generated and written. Needs python3 with NumPy.

#![expect(clippy::print_stderr, reason = "what is skipped")]

use std::hint::black_box;
use std::io;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use secateur::sample::{Crew, Design, Stage};
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};
use secateur::worker::{Exchange, pool};

/// Test samples.
const TEST: u64 = 4096;

/// A worker that answers at once.
const ZEROS: &str = "import numpy, secateur\n\
    secateur.serve(lambda x, y, x_test, info: numpy.zeros(len(x_test)))";

fn arrays(conditions: &Conditions<'_>, n: u64) -> io::Result<()> {
    let key = conditions.cell.trial(0);
    let target = conditions.target(key).map_err(io::Error::other)?;
    let (design, d) = (Design::new(key), conditions.cell.d);
    let exchange = Exchange::new(0).map_err(io::Error::other)?;
    let samples = |stage, n| design.samples(&target, stage, n);
    let (shared, test) = (samples(Stage::Shared, n), samples(Stage::Test, TEST));
    let write = |name, n, samples: secateur::sample::Samples<'_>| {
        exchange.write(name, &[n, d as u64], |push| samples.rows(d, push))
    };
    write("x", n, shared).map_err(io::Error::other)?;
    let mut labels = Vec::new();
    shared.each_labels(true, &mut |part: &[f64]| -> io::Result<()> {
        labels.extend(part.iter().map(|&y| y as f32));
        Ok(())
    })?;
    exchange.write("y", &[n], |push| push(&labels)).map_err(io::Error::other)?;
    write("x_test", TEST, test).map_err(io::Error::other)
}

fn worker(c: &mut Criterion) {
    let python = concat!("PYTHONPATH=", env!("CARGO_MANIFEST_DIR"), "/python");
    let mut group = c.benchmark_group("worker");
    for (d, n) in [(64, 1024), (256, 8192), (1024, 16384)] {
        let text = format!(
            "claim = \"bench\"\n[learner.zeros]\n\
             command = [\"env\", \"{python}\", \"python3\", \"-c\", '''{ZEROS}''']\n\
             [model]\nlink = \"He2\"\n[samples]\nn_max = 16384\n\
             [[sweep]]\nlearner = \"zeros\"\nalpha = 0.5\nd = {d}\n"
        );
        let study = Study::parse("bench", "bench.toml", &text, Profile::Standard, &[]);
        let study = study.expect("a valid study");
        let (setting, cell) = (&study.series[0].setting, &study.series[0].cells[0]);
        let crew = Crew::alone();
        let trial = Conditions { study: "bench", manifest: "", setting, cell, test: TEST, crew };
        if let Err(why) = trial.run(n, 0).outcome {
            eprintln!("skipped: {why}");
            return;
        }
        group.throughput(Throughput::Elements(n + TEST));
        let id = |what: &str| BenchmarkId::new(what, format!("d{d}/n{n}"));
        group.bench_function(id("arrays"), |b| b.iter(|| arrays(&trial, n).expect("written")));
        group.bench_function(id("trial"), |b| b.iter(|| black_box(trial.run(n, 0))));
    }
    group.finish();
    pool::end();
}

criterion_group!(benches, worker);
criterion_main!(benches);
