//! Runs what a study still lacks, on all threads.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::cell::{Cell, Series};
use super::cost;
use super::file::Study;
use super::lattice;
use super::search::{Request, Search};
use super::store::Store;
use super::trial::Conditions;
use crate::error::{Error, Result};
use crate::learner::Learner;
use crate::record::Record;
use crate::sample::Crew;

/// What happens while a study runs.
#[derive(Debug)]
pub enum Event<'a> {
    /// A trial has been run.
    Trial {
        /// Its record.
        record: &'a Record,
        /// Seconds that it was expected to take.
        expected: f64,
    },
    /// A cell is complete.
    Cell {
        /// Trials that were run for it.
        ran: usize,
        /// Trials that were already there.
        reused: usize,
        /// Seconds that the cell was expected to take.
        expected: f64,
    },
}

/// All records that a study asked for, and how they came about.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The records, in the order of cells, sample sizes and trials.
    pub records: Vec<Record>,
    /// Trials that were run now.
    pub ran: usize,
    /// Trials that an earlier run had finished.
    pub reused: usize,
}

impl Outcome {
    /// Trials without metrics.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.records.iter().filter(|r| !r.is_ok()).count()
    }

    fn add(&mut self, other: Self) {
        self.records.extend(other.records);
        self.ran += other.ran;
        self.reused += other.reused;
    }
}

/// Runs every trial of `study` that `store` does not have, on `threads` threads.
///
/// Once `stop` is set, no further trial is started, and the outcome is what there is.
///
/// The set of trials is a function of the study alone: a series walks its dimensions in
/// increasing order, each search starting where the previous one ended.
///
/// # Errors
/// When a record cannot be written, or the threads cannot be started.
pub fn run(
    study: &Study,
    store: &Store,
    threads: usize,
    stop: &AtomicBool,
    observe: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Outcome> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| {
        Error::runtime(format!("cannot start {threads} threads: {e}")).hint("use fewer --threads")
    })?;
    let crew = Crew::new(threads);
    let job = Job { study, store, observe, crew: &crew, stop, error: Mutex::new(None) };
    let mut order: Vec<usize> = (0..study.series.len()).collect();
    order.sort_by(|&a, &b| {
        job.expected_series(&study.series[b]).total_cmp(&job.expected_series(&study.series[a]))
    });
    let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(vec![None; order.len()]);
    pool.scope_fifo(|scope| {
        for &index in &order {
            let (job, outcomes) = (&job, &outcomes);
            scope.spawn_fifo(move |_| {
                let outcome = job.series(&study.series[index]);
                lock(outcomes)[index] = Some(outcome);
            });
        }
    });
    if let Some(error) = lock(&job.error).take() {
        return Err(error);
    }
    let mut total = Outcome::default();
    for outcome in lock(&outcomes).drain(..).flatten() {
        total.add(outcome);
    }
    Ok(total)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Job<'a> {
    study: &'a Study,
    store: &'a Store,
    observe: &'a (dyn Fn(Event<'_>) + Sync),
    crew: &'a Crew,
    stop: &'a AtomicBool,
    error: Mutex<Option<Error>>,
}

impl Job<'_> {
    fn expected_series(&self, series: &Series) -> f64 {
        series.cells.iter().map(|cell| self.expected_cell(series, cell)).sum()
    }

    fn expected_cell(&self, series: &Series, cell: &Cell) -> f64 {
        let visits = cost::expected_visits(self.study, &series.setting, cell);
        let seconds = |(n, trials)| f64::from(trials) * self.expected(series, cell, n);
        visits.into_iter().map(seconds).sum()
    }

    fn expected(&self, series: &Series, cell: &Cell, n: u64) -> f64 {
        cost::trial_seconds(&series.setting, cell, n, self.study.samples.test)
    }

    fn fail(&self, error: Error) {
        self.stop.store(true, Ordering::Relaxed);
        lock(&self.error).get_or_insert(error);
    }

    /// The cells of a series, smallest dimension first.
    fn series(&self, series: &Series) -> Outcome {
        let setting = &series.setting;
        let learner = match setting.kind.build(&setting.options, setting.k_star) {
            Ok(learner) => learner,
            Err(error) => {
                self.fail(error);
                return Outcome::default();
            }
        };
        let mut outcome = Outcome::default();
        let mut ahead = 1.0;
        for cell in &series.cells {
            let predicted = cost::expected_n_star(setting, cell);
            let (part, crossing) = self.cell(series, cell, &*learner, ahead * predicted);
            if let Some(n) = crossing {
                ahead = n / predicted;
            }
            outcome.add(part);
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
        }
        outcome
    }

    /// One cell; returns also the middle of the bracket, if the median risk crossed.
    fn cell(
        &self,
        series: &Series,
        cell: &Cell,
        learner: &dyn Learner,
        start: f64,
    ) -> (Outcome, Option<f64>) {
        let start = lattice::nearest_index(start);
        let mut search = Search::new(self.study.samples.aim(cell), start);
        let mut points: BTreeMap<u32, Outcome> = BTreeMap::new();
        while let Some(request) = search.next() {
            let point = points.entry(request.index).or_default();
            self.point(series, cell, learner, request, point);
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let risks = point.records.iter().filter(|r| r.is_ok()).map(|r| r.risk);
            search.record(request, risks.collect());
        }
        let mut outcome = Outcome::default();
        for point in points.into_values() {
            outcome.add(point);
        }
        outcome.records.sort_by_key(|r| (r.n, r.trial));
        let (ran, reused) = (outcome.ran, outcome.reused);
        (self.observe)(Event::Cell { ran, reused, expected: self.expected_cell(series, cell) });
        let middle = search.crossing().map(|i| lattice::size(i) as f64 / 2_f64.powf(0.25));
        (outcome, middle)
    }

    /// Runs the trials of one cell at one sample size that `done` does not have yet.
    fn point(
        &self,
        series: &Series,
        cell: &Cell,
        learner: &dyn Learner,
        request: Request,
        done: &mut Outcome,
    ) {
        let (name, n) = (cell.name(), lattice::size(request.index));
        let expected = self.expected(series, cell, n);
        let (study, test) = (&self.study.name, self.study.samples.test);
        let setting = &series.setting;
        let conditions = Conditions { study, setting, cell, learner, test, crew: self.crew };
        let first = done.records.len() as u32;
        let trials: Vec<(Record, bool)> = (first..request.trials)
            .into_par_iter()
            .with_max_len(1)
            .filter_map(|trial| {
                if let Some(record) = self.store.find(&name, n, trial) {
                    return Some((record.clone(), false));
                }
                if self.stop.load(Ordering::Relaxed) {
                    return None;
                }
                let record = conditions.run(n, trial);
                if let Err(error) = self.store.append(&record) {
                    self.fail(error);
                    return None;
                }
                (self.observe)(Event::Trial { record: &record, expected });
                Some((record, true))
            })
            .collect();
        let ran = trials.iter().filter(|(_, new)| *new).count();
        done.ran += ran;
        done.reused += trials.len() - ran;
        done.records.extend(trials.into_iter().map(|(record, _)| record));
    }
}
