//! Bootstrap over trials: whole trials are drawn, not single risks.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::record::Record;

/// The risks of one cell, arranged for resampling.
///
/// A trial index stands for one draw of directions and data that all its sample sizes
/// share, so the risks of a trial at different n depend on each other. Drawing the
/// trial as a whole keeps that dependence.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// Trials with at least one success: the union over all n.
    trials: usize,
    /// At each n, in order of n: (risk, which of the trials), in order of the risk.
    points: Vec<Vec<(f64, usize)>>,
}

/// (trial index, risk) of the successful trials at one n.
pub type Risks = Vec<(u32, f64)>;

/// Median of the risk and number of trials behind it, at one n.
pub type Median = (f64, usize);

/// The ensembles of all cells, by cell key. Failed trials take no part, but an n at
/// which every trial failed keeps its place.
#[must_use]
pub fn ensembles(records: &[Record]) -> BTreeMap<&str, Ensemble> {
    let mut cells: BTreeMap<&str, BTreeMap<u64, Risks>> = BTreeMap::new();
    for record in records {
        let point = cells.entry(&record.cell).or_default().entry(record.n).or_default();
        if record.is_ok() {
            point.push((record.trial, record.risk));
        }
    }
    cells.into_iter().map(|(cell, points)| (cell, Ensemble::new(points.into_values()))).collect()
}

impl Ensemble {
    /// Takes the risks at each n, in order of n.
    #[must_use]
    pub fn new(points: impl IntoIterator<Item = Risks>) -> Self {
        let points: Vec<Risks> = points.into_iter().collect();
        let union: BTreeSet<u32> = points.iter().flatten().map(|&(trial, _)| trial).collect();
        let slots: BTreeMap<u32, usize> = union.iter().copied().zip(0..).collect();
        let ranked = points.into_iter().map(|point| {
            let mut ranked: Vec<(f64, usize)> =
                point.into_iter().map(|(trial, risk)| (risk, slots[&trial])).collect();
            ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            ranked
        });
        Self { trials: union.len(), points: ranked.collect() }
    }

    /// Medians of the data as they are; none where every trial failed.
    #[must_use]
    pub fn medians(&self) -> Vec<Option<Median>> {
        self.medians_of(&vec![1; self.trials])
    }

    /// `replicates` resampled sets of medians, one entry per n each.
    ///
    /// Each replicate draws as many trials as the cell has, with replacement, once for
    /// all n. Where trials are missing at some n, those present in the draw count; where
    /// none is, the original median stands. The draws depend on `seed` and `cell` alone.
    pub fn replicates<'a>(
        &'a self,
        replicates: usize,
        seed: u64,
        cell: &str,
    ) -> impl Iterator<Item = Vec<Option<Median>>> + 'a {
        let mut generator = generator(seed, cell);
        let original = self.medians();
        (0..replicates).map(move |_| {
            let mut copies = vec![0; self.trials];
            for _ in 0..self.trials {
                copies[generator.random_range(0..self.trials as u32) as usize] += 1;
            }
            let drawn = self.medians_of(&copies);
            drawn.into_iter().zip(&original).map(|(new, old)| new.or(*old)).collect()
        })
    }

    /// Medians with trial t counted `copies[t]` times.
    fn medians_of(&self, copies: &[usize]) -> Vec<Option<Median>> {
        self.points.iter().map(|point| median_of(point, copies)).collect()
    }
}

/// Median of a ranked sample with repetitions: the mean of the middle two if even.
fn median_of(ranked: &[(f64, usize)], copies: &[usize]) -> Option<Median> {
    let total: usize = ranked.iter().map(|&(_, trial)| copies[trial]).sum();
    let order = |rank: usize| {
        let mut passed = 0;
        ranked.iter().find_map(|&(risk, trial)| {
            passed += copies[trial];
            (passed > rank).then_some(risk)
        })
    };
    let (low, high) = (order(total.checked_sub(1)? / 2)?, order(total / 2)?);
    Some((f64::midpoint(low, high), total))
}

/// The stream of one cell: keyed by the seed and the FNV-1a hash of the cell key.
fn generator(seed: u64, cell: &str) -> ChaCha8Rng {
    let hash = cell.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&hash.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}
