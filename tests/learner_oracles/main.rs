//! Learners against independent oracles: closed forms, finite differences, slow direct sums in
//! double precision, two-sample tests, and the numbers of a second implementation.

mod contract;
mod feature;
mod gradient;
mod inputs;
mod limit;
mod metrics;
mod nulls;
mod pipeline;
mod readout;
mod reduced;
mod reference;
mod rivals;
mod rivals_recent;
mod rounds;
mod row;
mod scores;
mod stats;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::{Granted, Options, Trained, World};
use secateur::model::direction::{DirectionLaw, Directions};
use secateur::model::metric::{Metric, Metrics};
use secateur::model::target::Target;
use secateur::model::{LearnerKind, Link};
use secateur::results::{Record, Simulated};
use secateur::sample::{Design, Key, LabelScratch, Samples, Tile};
use strum::IntoEnumIterator;

/// V with exactly `s` non-zero rows.
fn directions(d: usize, s: usize, r: usize, seed: u64) -> Directions {
    let law = DirectionLaw::Hard { alpha: (s as f64).ln() / (d as f64).ln() };
    let v = law.draw(d, r, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
    assert_eq!(v.s(), s);
    v
}

/// A target with the normalised link `text` on `s` of `d` coordinates.
fn target(text: &str, d: usize, s: usize, noise: f64, seed: u64) -> Target {
    let link = Link::parse(text, None).unwrap().normalised().unwrap();
    let v = directions(d, s, link.r(), seed);
    Target::new(link, v, noise)
}

/// Metrics that have to be there.
trait Measures {
    fn of(&self, metric: Metric) -> f64;
}

impl Measures for Metrics {
    fn of(&self, metric: Metric) -> f64 {
        self[metric].unwrap()
    }
}

impl Measures for Record {
    fn of(&self, metric: Metric) -> f64 {
        self.metric(metric).unwrap()
    }
}

/// Every bit of what a trial measured.
fn metric_bits(record: &Record) -> Vec<Option<u64>> {
    Metric::iter().map(|metric| record.metric(metric).map(f64::to_bits)).collect()
}

/// How a trial was simulated.
fn simulated(record: &Record) -> Option<Simulated> {
    record.measured().and_then(|measured| measured.simulation)
}

/// A trial by hand.
#[derive(Clone, Copy)]
struct Task<'a> {
    target: &'a Target,
    design: Design<'a>,
    key: Key,
    n: u64,
}

impl Task<'_> {
    fn train(
        &self,
        kind: LearnerKind,
        options: &Options,
        k_star: u32,
    ) -> secateur::Result<Trained> {
        let learner = kind.build(options, &Granted::new(self.target.link(), k_star))?;
        learner.train(World::new(self.target, self.design), self.key, self.n)
    }
}

fn design(seed: u64) -> Design<'static> {
    Design::new(Key::root(seed))
}

/// Columns `coordinates` of all samples, in double precision.
fn columns(samples: &Samples<'_>, coordinates: &[u32]) -> Vec<Vec<f64>> {
    let mut all = vec![Vec::new(); coordinates.len()];
    for block in 0..samples.blocks() {
        let rows = samples.block_len(block);
        let mut x = vec![0.0_f32; rows * coordinates.len()];
        samples.columns(block, coordinates, &mut x);
        for (column, part) in all.iter_mut().zip(x.chunks_exact(rows)) {
            column.extend(part.iter().map(|&x| f64::from(x)));
        }
    }
    all
}

/// Labels of all samples.
fn labels(samples: &Samples<'_>) -> Vec<f64> {
    let mut all = Vec::new();
    for block in 0..samples.blocks() {
        let mut y = vec![0.0; samples.block_len(block)];
        samples.labels(block, Tile::default(), &mut LabelScratch::default(), &mut y);
        all.extend(y);
    }
    all
}

/// Labels of all samples less their mean.
fn centred(samples: &Samples<'_>) -> Vec<f64> {
    let y = labels(samples);
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    y.iter().map(|y| y - mean).collect()
}
