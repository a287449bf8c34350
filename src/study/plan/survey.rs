//! What of a study is there already, and why the rest has to run.

use std::collections::HashSet;

use super::cost;
use crate::model::problem;
use crate::results::{Shard, Trials};
use crate::study::cell::{Cell, Series};
use crate::study::read::Study;
use crate::study::search::lattice;
use crate::study::search::walk::{Unit, Walk, units};

/// Why a cell runs, or that it need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its search is over: nothing is left to run.
    Done,
    /// Some of its trials are there: it was interrupted, or more trials, a further sample size
    /// or another threshold are asked for.
    Begun,
    /// There are trials of this series and dimension, but with another setting, seed or
    /// version of the numbers.
    Changed,
    /// Nothing is there.
    New,
}

/// One cell of a study beside what is there of it.
#[derive(Clone, Debug)]
pub struct Surveyed<'a> {
    /// Its series.
    pub series: &'a Series,
    /// The cell.
    pub cell: &'a Cell,
    /// Why it runs.
    pub state: State,
    /// Trials of it that are there.
    pub there: usize,
    /// Sample sizes that are expected to be run, with the trials that are missing at each.
    pub missing: Vec<(u64, u64)>,
    /// Seconds that these are expected to take on one core.
    pub seconds: f64,
}

impl Surveyed<'_> {
    /// Trials that are expected to be run.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.missing.iter().map(|(_, trials)| trials).sum()
    }

    /// Samples that these are expected to read.
    #[must_use]
    pub fn samples(&self) -> f64 {
        self.missing.iter().map(|&(n, trials)| trials as f64 * n as f64).sum()
    }
}

/// Surveys every cell of `study` that belongs to `shard`, or every one; nothing has a price yet.
///
/// The searches are gone through with the trials that are there. After a cell that is not
/// complete, the next ones of its series are searched from where theory would start; if that
/// finds too few trials they count as begun.
#[must_use]
pub fn survey<'a>(study: &'a Study, shard: Option<Shard>, trials: &Trials) -> Vec<Surveyed<'a>> {
    let strangers = strangers(study, trials);
    let mut surveyed = Vec::new();
    for unit in units(study, shard) {
        let mut walk = Walk::new(study, unit);
        for cell in unit.cells {
            let state = state(&mut walk, unit, cell, trials, &strangers);
            let missing = if state == State::Done {
                Vec::new()
            } else {
                missing(study, unit.series, cell, trials)
            };
            let (series, there) = (unit.series, trials.count(&cell.name()));
            surveyed.push(Surveyed { series, cell, state, there, missing, seconds: 0.0 });
        }
    }
    surveyed
}

fn state(
    walk: &mut Walk<'_>,
    unit: Unit<'_>,
    cell: &Cell,
    trials: &Trials,
    strangers: &HashSet<Place<'_>>,
) -> State {
    let name = cell.name();
    if trials.count(&name) == 0 {
        let setting = &unit.series.setting;
        let changed = !strangers.is_empty() && strangers.contains(&(&*setting.series, cell.d));
        return if changed { State::Changed } else { State::New };
    }
    let walked = walk.cell(cell, |request, records| {
        let n = lattice::size(request.index);
        let first = records.len() as u32;
        records.extend((first..request.trials).map_while(|t| trials.find(&name, n, t)));
        records.len() == request.trials as usize
    });
    if walked.complete { State::Done } else { State::Begun }
}

/// Trials that a search of `cell` is expected to run and that are not there, by n.
fn missing(study: &Study, series: &Series, cell: &Cell, found: &Trials) -> Vec<(u64, u64)> {
    let name = cell.name();
    let none = found.count(&name) == 0;
    let visits = cost::expected_visits(study, &series.setting, cell).into_iter();
    let missing = visits.map(|(n, wanted)| {
        let is_missing = |t: &u32| none || found.find(&name, n, *t).is_none();
        (n, if none { u64::from(wanted) } else { (0..wanted).filter(is_missing).count() as u64 })
    });
    missing.collect()
}

/// What the columns of a table say of a cell: its series and d.
type Place<'a> = (&'a problem::Series, usize);

/// Where there are trials of cells that the study does not have.
fn strangers<'a>(study: &Study, trials: &'a Trials) -> HashSet<Place<'a>> {
    let ours: HashSet<String> = study.cells().map(Cell::name).collect();
    let strangers = trials.cells().iter().filter(|cell| !ours.contains(&*cell.key));
    strangers.map(|cell| (&*cell.series, cell.d)).collect()
}
