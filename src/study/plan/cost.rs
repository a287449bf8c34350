//! What a trial is expected to cost.

use std::collections::{BTreeMap, HashMap};

use crate::learner::options::DataUse;
pub use crate::learner::stage::price::Rates;
use crate::results::Record;
use crate::sample::input::strips;
use crate::study::cell::{Cell, Series, Setting};
use crate::study::read::Study;
use crate::study::search::bracket::Method;
use crate::study::search::lattice;
use crate::study::search::walk::Expected;

/// Sizes that a bracket search is expected to visit with few trials, from the crossing.
const COARSE: [i64; 3] = [-2, 1, 2];

/// Sizes beside the crossing, which get all trials.
const FINE: [i64; 2] = [-1, 0];

/// Prices of trials: counted, times what pilot trials say of a series.
#[derive(Clone, Debug)]
pub struct Prices {
    /// Speed of one core of this machine.
    pub rates: Rates,
    /// Measured over counted seconds of the pilot trial of a series, by the key of its first cell.
    scales: HashMap<u64, f64>,
}

impl Prices {
    /// As counted, at these rates.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self { rates, scales: HashMap::new() }
    }

    /// Notes that a trial of `series` takes `scale` times as long as counted.
    pub fn scale(&mut self, series: &Series, scale: f64) {
        self.scales.insert(name(series), scale);
    }

    /// What the pilot trial of `series` said, if it had one.
    #[must_use]
    pub fn pilot(&self, series: &Series) -> Option<f64> {
        self.scales.get(&name(series)).copied()
    }

    /// Expected seconds of one trial on one core.
    #[must_use]
    pub fn trial(&self, series: &Series, cell: &Cell, n: u64, test: u64) -> f64 {
        let counted = trial_seconds(&self.rates, &series.setting, cell, n, test);
        counted * self.pilot(series).unwrap_or(1.0)
    }

    /// Expected seconds of all trials of a cell on one core.
    #[must_use]
    pub fn cell(&self, study: &Study, series: &Series, cell: &Cell) -> f64 {
        let visits = expected_visits(study, &series.setting, cell).into_iter();
        visits.map(|(n, t)| f64::from(t) * self.trial(series, cell, n, study.samples.test)).sum()
    }
}

fn name(series: &Series) -> u64 {
    series.cells[0].id.bits()
}

/// Counted seconds of one trial on one core.
#[must_use]
pub fn trial_seconds(rates: &Rates, setting: &Setting, cell: &Cell, n: u64, test: u64) -> f64 {
    let rates = Rates { entry: rates.entry * f64::from(strips(setting.read().0)), ..*rates };
    let case = setting.case(cell);
    let cost = setting.built.learner.cost(&case);
    // A stage on reused data reads them all.
    let stages =
        if case.options.data == DataUse::Reuse { 1 } else { setting.built.learner.stages() };
    let (stage, readout) = (case.drawn(n as f64 / stages as f64), case.readout(cost.kept));
    let fixed = cost.fixed + case.fixed(cost.kept);
    let screening = cost.screening.map(|screening| screening.work(stage)).unwrap_or_default();
    let fixed = fixed + screening;
    let work = (cost.stages + readout) * stage + readout * test as f64 + fixed;
    rates.seconds(work) + rates.trial
}

/// Sample sizes that the search of `cell` is expected to visit, with the trials of each.
#[must_use]
pub fn expected_visits(study: &Study, setting: &Setting, cell: &Cell) -> Vec<(u64, u32)> {
    let aim = study.samples.aim(cell);
    if aim.method == Method::Grid {
        return aim.range.map(|i| (lattice::size(i), cell.trials)).collect();
    }
    let Expected { n_star, by_law } = Expected::of(setting, cell, aim.threshold);
    let harder = if by_law { 1.0 } else { setting.built.learner.cost(&setting.case(cell)).harder };
    let centre = i64::from(lattice::nearest_index(harder * n_star));
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
/// the moments of the features with what solves and merges them, the cached labels, and what a
/// learner holds beside them, in a trial of `n` samples.
#[must_use]
pub fn trial_bytes(setting: &Setting, cell: &Cell, n: u64) -> f64 {
    let case = setting.case(cell);
    let cost = setting.built.learner.cost(&case);
    let m = case.width();
    let block = 4.0 * 1024.0 * (case.visited(cost.kept) + 2.0 * m);
    let held = case.held(cost.kept) as f64;
    let factors = if case.reduces(cost.kept) { 40.0 } else { 16.0 } * held * m;
    let own = cost.bytes + cost.bytes_a_pair * (n as f64).powi(2);
    block + factors + own + 160.0 * m * m + 1024.0 * 1024.0
}
