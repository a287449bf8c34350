//! Centred labels of a stage: ỹ = y − ȳ, ȳ the mean over all samples of the stage.

use super::design::{Samples, Tile};
use super::reduce;

/// Stages up to this size keep their labels (16 MiB at most); larger ones regenerate them.
const CACHED: u64 = 1 << 22;

/// The labels of a stage, centred by their sample mean.
#[derive(Debug)]
pub struct CentredLabels<'a> {
    samples: Samples<'a>,
    mean: f64,
    variance: f64,
    cache: Option<Vec<f32>>,
}

impl<'a> CentredLabels<'a> {
    /// Reads the labels of `samples` once for their mean and variance.
    #[must_use]
    pub fn new(samples: Samples<'a>) -> Self {
        let mut cache = (samples.n() <= CACHED).then(|| Vec::with_capacity(samples.n() as usize));
        let mut labels = Vec::new();
        let [sum, squares] = reduce::sum_blocks(
            samples.blocks(),
            || [0.0; 2],
            |total: &mut [f64; 2], block| {
                labels.resize(samples.block_len(block), 0.0);
                samples.labels(block, Tile::default(), &mut labels);
                total[0] += labels.iter().sum::<f64>();
                total[1] += labels.iter().map(|y| y * y).sum::<f64>();
                if let Some(cache) = &mut cache {
                    cache.extend(labels.iter().map(|&y| y as f32));
                }
            },
        );
        let n = samples.n() as f64;
        let mean = sum / n;
        if let Some(cache) = &mut cache {
            for y in cache.iter_mut() {
                *y = (f64::from(*y) - mean) as f32;
            }
        }
        Self { samples, mean, variance: (squares / n - mean * mean).max(0.0), cache }
    }

    /// The samples that these are the labels of.
    #[must_use]
    pub fn samples(&self) -> &Samples<'a> {
        &self.samples
    }

    /// Variance of the labels over the stage.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// ỹ of the samples of `block`, as many as `out` is long.
    pub fn block(&self, block: u64, out: &mut [f32]) {
        if let Some(cache) = &self.cache {
            let start = block as usize * super::BLOCK;
            out.copy_from_slice(&cache[start..start + out.len()]);
            return;
        }
        let mut labels = vec![0.0; out.len()];
        self.samples.labels(block, Tile::default(), &mut labels);
        for (out, y) in out.iter_mut().zip(&labels) {
            // The same two roundings as in the cache: both ways give the same bits.
            *out = (f64::from(*y as f32) - self.mean) as f32;
        }
    }
}
