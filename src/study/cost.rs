//! What a trial is expected to cost, and where a search is expected to end.

use std::collections::BTreeMap;

use super::cell::{Cell, Setting};
use super::file::Study;
use super::lattice;
use super::search::Method;
use crate::learner::Kind;
use crate::learner::options::{Keep, Shift};
use crate::model::statistic::{Channel, Statistic, best_shift};
use crate::model::theory;
use crate::record::Record;

/// Seconds to generate and compare one coordinate of one sample, on one core.
const PER_ENTRY: f64 = 7e-10;

/// Seconds for one multiply–add of a matrix product, on one core.
const PER_PRODUCT: f64 = 2.5e-11;

/// Seconds to apply an activation to one pre-activation.
const PER_ACTIVATION: f64 = 5e-10;

/// Sizes that a bracket search is expected to visit with few trials, from the crossing.
const COARSE: [i64; 3] = [-2, 1, 2];

/// Sizes beside the crossing, which get all trials.
const FINE: [i64; 2] = [-1, 0];

/// Expected n* from theory: where a bracket search starts in the smallest dimension, and how
/// its start moves with d. Only a starting point: the search walks on until it has crossed.
#[must_use]
pub fn expected_n_star(setting: &Setting, cell: &Cell) -> f64 {
    let k = setting.k_star;
    let kept = expected_kept(setting, cell);
    // One gradient step finds the directions of a fraction of its neurons from about M^k*/2
    // samples; the readout needs several samples a neuron.
    let step = 0.5 * kept.powi(k as i32);
    let readout = 2.0 * setting.options.width as f64;
    let compare = if setting.kind == Kind::Pruned && kept < cell.d as f64 {
        let rho = comparison_correlation(setting).abs().max(0.1);
        theory::prune_samples(k, cell.s, cell.d.max(2), rho)
    } else {
        0.0
    };
    setting.stages as f64 * (step.max(compare) + readout)
}

/// Coordinates M that the network is expected to keep.
fn expected_kept(setting: &Setting, cell: &Cell) -> f64 {
    let (d, s) = (cell.d as f64, cell.s as f64);
    match (setting.kind, setting.options.prune.keep) {
        (Kind::Unpruned, _) => d,
        (Kind::Pruned, Keep::Ratio(rho)) => (rho * s).round().clamp(1.0, d),
        (Kind::Pruned, Keep::Count(count)) => (count as f64).min(d),
        (Kind::Pruned, Keep::Auto) => s,
    }
}

/// ρ_{k*} of the coordinate statistic that the pruned network ranks by.
fn comparison_correlation(setting: &Setting) -> f64 {
    let (k, activation) = (setting.k_star, setting.options.activation);
    let prune = &setting.options.prune;
    let shift = match prune.shift {
        Shift::Auto => best_shift(activation, k, prune.augmented),
        Shift::Fixed(c) => c,
    };
    Statistic::new(activation, Channel::matching(k), shift, prune.augmented)
        .map_or(0.0, |s| if s.is_null() { 0.0 } else { s.correlation(k) })
}

/// Expected seconds of one trial on one core.
#[must_use]
pub fn trial_seconds(setting: &Setting, cell: &Cell, n: u64, test: u64) -> f64 {
    let stage = n as f64 / setting.stages as f64;
    let (d, s, m) = (cell.d as f64, cell.s as f64, setting.options.width as f64);
    let kept = expected_kept(setting, cell);
    let compare = if setting.kind == Kind::Pruned { (d + s) * PER_ENTRY } else { 0.0 };
    let visited = visited(setting, kept);
    let second_moment = if reduces(setting, kept) { m * m * PER_PRODUCT } else { 0.0 };
    let feature = (visited + s.min(visited)) * PER_ENTRY
        + 2.0 * visited * m * PER_PRODUCT
        + second_moment
        + m * PER_ACTIVATION;
    let readout = visited * PER_ENTRY + (visited * m + m * m) * PER_PRODUCT + m * PER_ACTIVATION;
    stage * (compare + feature + readout) + test as f64 * readout + 1e-4
}

/// What a study is expected to take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Cells.
    pub cells: usize,
    /// Trials.
    pub trials: u64,
    /// Labelled samples over all trials.
    pub samples: f64,
    /// Seconds on one core.
    pub cpu_seconds: f64,
    /// Bytes that one trial needs at most.
    pub memory: f64,
}

/// Sample sizes that the search of `cell` is expected to visit, with the trials of each.
#[must_use]
pub fn expected_visits(study: &Study, setting: &Setting, cell: &Cell) -> Vec<(u64, u32)> {
    let aim = study.samples.aim(cell);
    if aim.method == Method::Grid {
        return aim.range.map(|i| (lattice::size(i), cell.trials)).collect();
    }
    let centre = i64::from(lattice::nearest_index(expected_n_star(setting, cell)));
    let (low, high) = (i64::from(*aim.range.start()), i64::from(*aim.range.end()));
    let sizes = |offsets: &[i64], trials| -> Vec<(u64, u32)> {
        let inside = offsets.iter().map(|o| (centre + o).clamp(low, high));
        inside.map(|i| (lattice::size(i as u32), trials)).collect()
    };
    let mut visits = sizes(&FINE, cell.trials);
    visits.extend(sizes(&COARSE, aim.coarse()));
    visits.sort_unstable_by_key(|&(n, trials)| (n, std::cmp::Reverse(trials)));
    visits.dedup_by_key(|&mut (n, _)| n);
    visits
}

/// The price of the whole study.
#[must_use]
pub fn price(study: &Study) -> Price {
    let mut price = Price { cells: 0, trials: 0, samples: 0.0, cpu_seconds: 0.0, memory: 0.0 };
    for series in &study.series {
        for cell in &series.cells {
            price.cells += 1;
            for (n, trials) in expected_visits(study, &series.setting, cell) {
                price.trials += u64::from(trials);
                let trials = f64::from(trials);
                price.samples += trials * n as f64;
                price.cpu_seconds +=
                    trials * trial_seconds(&series.setting, cell, n, study.samples.test);
            }
            price.memory = price.memory.max(trial_bytes(&series.setting, cell));
        }
    }
    price
}

/// Samples that the trials of a study read, and those of a fixed grid that covers the same:
/// in each series every lattice size from the smallest to the largest that a cell was run at,
/// all trials in every cell.
#[must_use]
pub fn spent_and_grid(study: &Study, records: &[Record]) -> (f64, f64) {
    let mut sizes: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for record in records {
        sizes.entry(&record.cell).or_default().push(record.n);
    }
    let (mut spent, mut grid) = (0.0, 0.0);
    for series in &study.series {
        let names: Vec<String> = series.cells.iter().map(Cell::name).collect();
        let visited = || names.iter().filter_map(|name| sizes.get(name.as_str())).flatten();
        spent += visited().map(|&n| n as f64).sum::<f64>();
        if let (Some(&low), Some(&high)) = (visited().min(), visited().max()) {
            let all: f64 = lattice::indices(low, high).map(|i| lattice::size(i) as f64).sum();
            grid += all * series.cells.iter().map(|c| f64::from(c.trials)).sum::<f64>();
        }
    }
    (spent, grid)
}

/// Bytes of the largest block of coordinates, the gradient and the factors of its reduction,
/// and the cached labels.
fn trial_bytes(setting: &Setting, cell: &Cell) -> f64 {
    let (d, m) = (cell.d as f64, setting.options.width as f64);
    let kept = expected_kept(setting, cell);
    let block = 4.0 * 1024.0 * (visited(setting, kept) + 2.0 * m);
    let factors = if reduces(setting, kept) { 40.0 * kept * m } else { 16.0 * kept * m };
    block + factors + 48.0 * d + 16.0 * 1024.0 * 1024.0
}

fn reduces(setting: &Setting, kept: f64) -> bool {
    let options = &setting.options;
    options.simulation().reduces(kept as usize, options.width, setting.link.r())
}

/// Coordinates that the later stages generate for each sample.
fn visited(setting: &Setting, kept: f64) -> f64 {
    if reduces(setting, kept) {
        (setting.options.width + 2 * setting.link.r()) as f64
    } else {
        kept
    }
}
