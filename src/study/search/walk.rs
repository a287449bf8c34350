//! The units of a study, and how the searches of a unit follow each other.
//!
//! A unit is what has to stay on one machine: where a search starts in one dimension depends
//! on where it ended in the one below, so a bracket search makes a unit of a series; a grid
//! depends on nothing, so there every cell is one. What a unit runs is a function of the
//! study alone.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use super::bracket::{Method, Request, Search};
use super::lattice;
use crate::results::{Record, Shard};
use crate::sample::Key;
use crate::study::cell::{Cell, Series, Setting};
use crate::study::read::Study;

/// Cells of one series that are run one after the other, in increasing d.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The series.
    pub series: &'a Series,
    /// Its cells, or one of them.
    pub cells: &'a [Cell],
}

impl Unit<'_> {
    /// Key that decides its shard: that of the series, or of the only cell.
    fn key(&self, study: &Study) -> Key {
        match study.samples.search {
            Method::Bracket => self.series.setting.key(study.seed),
            Method::Grid => self.cells[0].id,
        }
    }
}

/// The units of `study` that belong to `shard`, or all of them.
#[must_use]
pub fn units(study: &Study, shard: Option<Shard>) -> Vec<Unit<'_>> {
    let of_series = |series| match study.samples.search {
        Method::Bracket => vec![Unit { series, cells: &series.cells }],
        Method::Grid => series.cells.chunks(1).map(|cells| Unit { series, cells }).collect(),
    };
    let all = study.series.iter().flat_map(of_series);
    all.filter(|unit| shard.is_none_or(|shard| shard.holds(unit.key(study)))).collect()
}

/// n* as theory has it before anything is run: where a bracket search starts in the smallest
/// dimension, and how its start moves with d. Only a starting point: the search walks on until it
/// has crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Samples over all stages.
    pub n_star: f64,
    /// Whether they are those of the law of the ranking, which knows the channels and the split.
    pub by_law: bool,
}

impl Expected {
    /// That of `cell` at the risk `tau`.
    #[must_use]
    pub fn of(setting: &Setting, cell: &Cell, tau: f64) -> Self {
        let (case, learner) = (setting.case(cell), &setting.built.learner);
        // The readout needs several samples a neuron.
        let readout = 2.0 * case.width();
        let stages = learner.stages() as f64;
        let law = setting.built.law(&case, tau);
        let n_star = law.map_or_else(
            || stages * (learner.cost(&case).slowest + readout),
            |law| law.n_star.max(stages * readout),
        );
        Self { n_star, by_law: law.is_some() }
    }
}

/// What the search of a cell found; records are borrowed where they only have to be looked at.
#[derive(Clone, Debug)]
pub struct Walked<R> {
    /// The records, by sample size and trial.
    pub records: Vec<R>,
    /// Whether the search came to its end.
    pub complete: bool,
}

/// Where searches of a series start: at n* as expected from theory, times the ratio by which
/// the last crossing was off.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    study: &'a Study,
    series: &'a Series,
    ahead: f64,
}

impl<'a> Walk<'a> {
    /// Before the first cell of a unit.
    #[must_use]
    pub fn new(study: &'a Study, unit: Unit<'a>) -> Self {
        Self { study, series: unit.series, ahead: 1.0 }
    }

    /// Searches `cell`, the next one. `obtain` adds to the records of a sample size until
    /// there are as many trials as the request asks for; the search ends early if it returns
    /// false.
    pub fn cell<R: Borrow<Record>>(
        &mut self,
        cell: &Cell,
        mut obtain: impl FnMut(Request, &mut Vec<R>) -> bool,
    ) -> Walked<R> {
        let tau = self.study.samples.threshold;
        let predicted = Expected::of(&self.series.setting, cell, tau).n_star;
        let start = lattice::nearest_index(self.ahead * predicted);
        let mut search = Search::new(self.study.samples.aim(cell), start);
        let mut points: BTreeMap<u32, Vec<R>> = BTreeMap::new();
        let mut complete = true;
        while let Some(request) = search.next() {
            let records = points.entry(request.index).or_default();
            if !obtain(request, records) {
                complete = false;
                break;
            }
            let risks = records.iter().map(|r| r.borrow().risk().map_or(1.0, |risk| risk.min(1.0)));
            search.record(request, &risks.collect::<Vec<f64>>());
        }
        let middle = |index| lattice::size(index) as f64 / 2_f64.powf(0.25);
        let crossing = search.crossing().map(middle);
        self.ahead = crossing.map_or(self.ahead, |n| n / predicted);
        let mut records: Vec<R> = points.into_values().flatten().collect();
        records.sort_by_key(|r| (r.borrow().n, r.borrow().trial));
        Walked { records, complete }
    }
}
