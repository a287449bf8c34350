//! One pass over the samples of a ranking stage, on a few coordinates.

use crate::model::nulls::LabelSums;
use crate::sample::reduce::{self, Merge};
use crate::sample::{LabelScratch, Samples, Tile};

/// Blocks whose labels choose centre and bound of the label sums.
const FIRST: u64 = 2;

/// What the pass leaves.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Σ_i ỹ_i a(x_ij) for three functions a, by coordinate.
    pub sums: Vec<[f64; 3]>,
    /// Power sums of the centred labels.
    pub labels: LabelSums,
}

impl Pass {
    /// Reads labels T(y) and the increasing `coordinates` of `samples`.
    ///
    /// `strip` returns Σ_i y_i a(x_i) over a strip for the three a. Labels have the bits of an
    /// explicit reading. The coordinates of the target are among those read as a rule, so that
    /// every input is generated once: labels are centred by the mean of the first blocks, and
    /// the rest of their mean is taken out at the end, with the sums of a alone.
    ///
    /// `radius` is that of the laws that the label sums are for.
    #[must_use]
    pub fn read(
        samples: &Samples<'_>,
        transform: fn(f64) -> f64,
        coordinates: &[u32],
        radius: f64,
        strip: impl Fn(&[f32], &[f32]) -> [f64; 3] + Sync,
    ) -> Self {
        let (centre, labels) = start(samples, transform, radius);
        let empty = Partial { sums: vec![0.0; 6 * coordinates.len()], total: 0.0, labels };
        let sums = reduce::sum_blocks(
            samples.crew(),
            samples.blocks(),
            || empty.clone(),
            Scratch::default,
            |sums: &mut Partial, scratch, block| {
                scratch.fill(samples, transform, coordinates, centre, block);
                sums.total += scratch.y.iter().map(|&y| f64::from(y)).sum::<f64>();
                sums.labels.add(&scratch.y);
                let columns = scratch.x.chunks_exact(scratch.y.len());
                for (column, sums) in columns.zip(sums.sums.chunks_exact_mut(6)) {
                    let weighted = strip(column, &scratch.y);
                    let alone = strip(column, &scratch.ones);
                    sums.iter_mut()
                        .zip(weighted.into_iter().chain(alone))
                        .for_each(|(s, a)| *s += a);
                }
            },
        );
        let mean = sums.total / samples.n() as f64;
        let centred = |s: &[f64]| std::array::from_fn(|k| s[k] - mean * s[k + 3]);
        Self {
            sums: sums.sums.chunks_exact(6).map(centred).collect(),
            labels: sums.labels.less(mean),
        }
    }
}

/// The mean of the first labels, and empty sums of labels less it, with a bound for all of them.
fn start(samples: &Samples<'_>, transform: fn(f64) -> f64, radius: f64) -> (f64, LabelSums) {
    let mut scratch = Scratch::default();
    let mut first = Vec::new();
    for block in 0..FIRST.min(samples.blocks()) {
        scratch.fill(samples, transform, &[], 0.0, block);
        first.extend_from_slice(&scratch.y);
    }
    let mean = first.iter().map(|&y| f64::from(y)).sum::<f64>() / first.len() as f64;
    for y in &mut first {
        *y = (f64::from(*y) - mean) as f32;
    }
    (mean, LabelSums::new(LabelSums::bound(&first, samples.n() as f64, radius)))
}

/// Sums over some blocks: of each coordinate Σ y a(x), then Σ a(x).
#[derive(Clone, Debug)]
struct Partial {
    sums: Vec<f64>,
    total: f64,
    labels: LabelSums,
}

impl Merge for Partial {
    fn merge(&mut self, other: Self) {
        self.sums.merge(other.sums);
        self.total += other.total;
        self.labels.merge(&other.labels);
    }
}

/// One block: inputs, labels less the provisional centre, and as many ones.
#[derive(Default)]
struct Scratch {
    x: Vec<f32>,
    y: Vec<f32>,
    ones: Vec<f32>,
    labels: Vec<f64>,
    memory: LabelScratch,
}

impl Scratch {
    fn fill(
        &mut self,
        samples: &Samples<'_>,
        transform: fn(f64) -> f64,
        coordinates: &[u32],
        centre: f64,
        block: u64,
    ) {
        let rows = samples.block_len(block);
        self.x.resize(rows * coordinates.len(), 0.0);
        samples.columns(block, coordinates, &mut self.x);
        self.labels.resize(rows, 0.0);
        self.ones.resize(rows, 1.0);
        let known = Tile { coordinates, values: &self.x };
        samples.labels(block, known, &mut self.memory, &mut self.labels);
        // Single precision first, as in an explicit reading.
        let centred = |&y: &f64| (f64::from(transform(y) as f32) - centre) as f32;
        self.y.clear();
        self.y.extend(self.labels.iter().map(centred));
    }
}
