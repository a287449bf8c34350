//! Learners against independent oracles: closed forms, finite differences, slow direct sums in
//! double precision, two-sample tests, and the numbers of a second implementation.

mod contract;
mod feature;
mod gradient;
mod inputs;
mod metrics;
mod pipeline;
mod readout;
mod reduced;
mod reference;
mod rivals;
mod scores;
mod stats;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::model::Link;
use secateur::model::direction::{DirectionLaw, Directions};
use secateur::model::target::Target;
use secateur::sample::{Design, Key, LabelScratch, Samples, Tile};

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
