//! What a trial is expected to cost, and where a search is expected to end.

use std::collections::BTreeMap;

use super::cell::{Cell, Series, Setting};
use super::file::Study;
use super::lattice;
use super::rivals;
use super::search::Method;
use crate::learner::options::Shift;
use crate::learner::prune::kept_count;
use crate::learner::{Kind, Options};
use crate::model::statistic::{Channel, Statistic, best_shift};
use crate::model::theory;
use crate::results::Record;
use crate::sample::input::strips;

/// Seconds that a core takes for the pieces of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// To generate and compare one coordinate of one sample.
    pub entry: f64,
    /// For one multiply–add of a matrix product.
    pub product: f64,
    /// To apply an activation to one pre-activation.
    pub activation: f64,
    /// For what a trial does once, whatever its size.
    pub trial: f64,
}

impl Rates {
    /// Those of a core of 2021 (AMD Zen 3): good enough for a study of seconds.
    pub const TYPICAL: Self =
        Self { entry: 7e-10, product: 2.5e-11, activation: 5e-10, trial: 1e-4 };
}

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
    let readout = 2.0 * setting.options.width.at(cell.d) as f64;
    let compare = if setting.kind == Kind::Pruned && kept < cell.d as f64 {
        let rho = setting.correlation.abs().max(0.1);
        theory::prune_samples(k, cell.s, cell.d.max(2), rho)
    } else {
        0.0
    };
    let slowest = rivals::slowest_stage(setting, cell).unwrap_or(step.max(compare));
    setting.built.stages() as f64 * (slowest + readout)
}

/// Coordinates M that the network is expected to keep.
fn expected_kept(setting: &Setting, cell: &Cell) -> f64 {
    let kept = match setting.kind {
        Kind::Unpruned
        | Kind::Spectral
        | Kind::OnlineSgd
        | Kind::SmoothedSgd
        | Kind::RandomFeatures
        | Kind::OneStepReuse => cell.d,
        Kind::Oracle => cell.s.min(cell.d),
        Kind::Pruned
        | Kind::RandomMask
        | Kind::DiagonalThresholding
        | Kind::LabelTransform
        | Kind::MagnitudePruning => kept_count(setting.options.prune.keep, cell.s, cell.d),
    };
    kept as f64
}

/// ρ_{k*} of the coordinate statistic that a pruned network ranks by; 0 for other learners.
#[must_use]
pub fn comparison_correlation(kind: Kind, options: &Options, k: u32) -> f64 {
    if kind != Kind::Pruned {
        return 0.0;
    }
    let (activation, prune) = (options.activation, &options.prune);
    let shift = match prune.shift {
        Shift::Auto => best_shift(activation, k, prune.augmented),
        Shift::Fixed(c) => c,
    };
    Statistic::new(activation, Channel::matching(k), shift, prune.augmented)
        .map_or(0.0, |s| if s.is_null() { 0.0 } else { s.correlation(k) })
}

/// Whether every coordinate is scored by the gradient comparison.
fn compares(kind: Kind) -> bool {
    matches!(kind, Kind::Pruned | Kind::LabelTransform)
}

/// Expected seconds of one trial on one core.
#[must_use]
pub fn trial_seconds(rates: &Rates, setting: &Setting, cell: &Cell, n: u64, test: u64) -> f64 {
    let rates = &Rates { entry: rates.entry * f64::from(strips(setting.input)), ..*rates };
    let Rates { entry, product, activation, trial } = *rates;
    let stage = n as f64 / setting.built.stages() as f64;
    let (d, s, m) = (cell.d as f64, cell.s as f64, setting.options.width.at(cell.d) as f64);
    let kept = expected_kept(setting, cell);
    let compare = if compares(setting.kind) { (d + s) * entry } else { 0.0 };
    let visited = visited(setting, cell.d, kept);
    let second_moment = if reduces(setting, cell.d, kept) { m * m * product } else { 0.0 };
    let feature = (visited + s.min(visited)) * entry
        + 2.0 * visited * m * product
        + second_moment
        + m * activation;
    let readout = visited * entry + (visited * m + m * m) * product + m * activation;
    let feature = rivals::first_stages(rates, setting, cell, kept, feature).unwrap_or(feature);
    stage * (compare + feature + readout)
        + test as f64 * readout
        + rivals::fixed_seconds(rates, setting, cell)
        + trial
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

/// Expected seconds of all trials of a cell on one core.
#[must_use]
pub fn cell_seconds(rates: &Rates, study: &Study, series: &Series, cell: &Cell) -> f64 {
    let setting = &series.setting;
    let test = study.samples.test;
    let seconds = |(n, trials)| f64::from(trials) * trial_seconds(rates, setting, cell, n, test);
    expected_visits(study, setting, cell).into_iter().map(seconds).sum()
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
/// the moments of the features with what solves and merges them, and the cached labels.
#[must_use]
pub fn trial_bytes(setting: &Setting, cell: &Cell) -> f64 {
    let (d, m) = (cell.d as f64, setting.options.width.at(cell.d) as f64);
    let kept = expected_kept(setting, cell);
    let sums = if compares(setting.kind) { 48.0 * d } else { 0.0 };
    let block = 4.0 * 1024.0 * (visited(setting, cell.d, kept) + 2.0 * m);
    let factors = if reduces(setting, cell.d, kept) { 40.0 * kept * m } else { 16.0 * kept * m };
    block + factors + rivals::extra_bytes(setting, cell) + sums + 160.0 * m * m + 1024.0 * 1024.0
}

fn reduces(setting: &Setting, d: usize, kept: f64) -> bool {
    let options = &setting.options;
    options.simulation().reduces(kept as usize, options.width.at(d), setting.link.r())
}

/// Coordinates that the later stages generate for each sample.
fn visited(setting: &Setting, d: usize, kept: f64) -> f64 {
    if reduces(setting, d, kept) {
        (setting.options.width.at(d) + 2 * setting.link.r()) as f64
    } else {
        kept
    }
}
