//! Centred labels of a stage: ỹ = y − ȳ, ȳ the mean over all samples of the stage.

use super::design::{LabelScratch, Samples, Tile};
use super::reduce::{self, Merge};

/// Stages up to this size keep their labels (1 MiB at most); larger ones regenerate them, so
/// that memory does not grow with n.
const CACHED: u64 = 1 << 18;

/// What is read in place of a label y.
#[derive(Clone, Copy, Debug)]
pub enum LabelMap {
    /// T(y).
    Of(fn(f64) -> f64),
    /// y cut to [−c, c], c > 0.
    Clip(f64),
}

impl LabelMap {
    /// y itself, or cut to [−c, c] if a c is given.
    #[must_use]
    pub fn clipped(clip: Option<f64>) -> Self {
        clip.map_or(Self::Of(|y| y), Self::Clip)
    }

    fn of(self, y: f64) -> f64 {
        match self {
            Self::Of(transform) => transform(y),
            Self::Clip(c) => y.clamp(-c, c),
        }
    }
}

impl From<fn(f64) -> f64> for LabelMap {
    fn from(transform: fn(f64) -> f64) -> Self {
        Self::Of(transform)
    }
}

/// The labels of a stage, centred by their sample mean.
#[derive(Debug)]
pub struct CentredLabels<'a> {
    samples: Samples<'a>,
    map: LabelMap,
    mean: f64,
    variance: f64,
    cache: Option<Vec<f32>>,
}

/// Σ y and Σ y² over blocks, and the labels themselves if they are kept.
#[derive(Default)]
struct Sums {
    sum: f64,
    squares: f64,
    labels: Vec<f32>,
}

impl Merge for Sums {
    fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        self.squares += other.squares;
        self.labels.extend(other.labels);
    }
}

impl<'a> CentredLabels<'a> {
    /// Reads the labels of `samples` once for their mean and variance.
    #[must_use]
    pub fn new(samples: Samples<'a>) -> Self {
        Self::transformed(samples, LabelMap::clipped(None))
    }

    /// Those of T(y) in place of y.
    #[must_use]
    pub fn transformed(samples: Samples<'a>, map: impl Into<LabelMap>) -> Self {
        let map = map.into();
        let keep = samples.n() <= CACHED;
        let Sums { sum, squares, mut labels } = reduce::sum_blocks(
            samples.crew(),
            samples.blocks(),
            Sums::default,
            || (LabelScratch::default(), Vec::new()),
            |sums: &mut Sums, (scratch, y), block| {
                y.resize(samples.block_len(block), 0.0);
                samples.labels(block, Tile::default(), scratch, y);
                for y in y.iter_mut() {
                    *y = map.of(*y);
                }
                sums.sum += y.iter().sum::<f64>();
                sums.squares += y.iter().map(|y| y * y).sum::<f64>();
                if keep {
                    sums.labels.extend(y.iter().map(|&y| y as f32));
                }
            },
        );
        let n = samples.n() as f64;
        let mean = sum / n;
        for y in &mut labels {
            *y = centred(*y, mean);
        }
        let variance = (squares / n - mean * mean).max(0.0);
        Self { samples, map, mean, variance, cache: keep.then_some(labels) }
    }

    /// The samples that these are the labels of.
    #[must_use]
    pub fn samples(&self) -> &Samples<'a> {
        &self.samples
    }

    /// ȳ, the mean of the labels over the stage.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Variance of the labels over the stage.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// ỹ of the samples of `block`, as many as `out` is long.
    pub fn block(&self, block: u64, scratch: &mut LabelScratch, out: &mut [f32]) {
        if let Some(cache) = &self.cache {
            let start = block as usize * super::BLOCK;
            out.copy_from_slice(&cache[start..start + out.len()]);
            return;
        }
        let mut labels = std::mem::take(&mut scratch.labels);
        labels.resize(out.len(), 0.0);
        self.samples.labels(block, Tile::default(), scratch, &mut labels);
        for (out, &y) in out.iter_mut().zip(&labels) {
            *out = centred(self.map.of(y) as f32, self.mean);
        }
        scratch.labels = labels;
    }
}

/// Both ways, cached and regenerated, give the same bits.
fn centred(y: f32, mean: f64) -> f32 {
    (f64::from(y) - mean) as f32
}
