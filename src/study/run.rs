//! Runs what a study still lacks, on all threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::cell::Cell;
use super::plan::cost::Prices;
use super::read::Study;
use super::search::lattice;
use super::search::walk::{Unit, Walk, units};
use super::trial::Conditions;
use crate::error::{Error, Result};
use crate::results::{Record, Shard, Store};
use crate::sample::Crew;
use crate::threads;

/// What happens while a study runs.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A trial has been run.
    Trial {
        /// Its record.
        record: &'a Record,
        /// Seconds that it was expected to take.
        expected: f64,
    },
    /// A cell is complete.
    Cell {
        /// The cell.
        cell: &'a Cell,
        /// Trials that were run for it.
        ran: usize,
        /// Trials that were already there.
        reused: usize,
        /// Seconds that the trials run for it were expected to take.
        expected: f64,
    },
}

/// What of a study to run, where, and on how many threads.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The study.
    pub study: &'a Study,
    /// The part of it to run, if not all.
    pub shard: Option<Shard>,
    /// What is there, and where records go.
    pub store: &'a Store,
    /// Identifier of the manifest of this run.
    pub manifest: &'a str,
    /// Threads.
    pub threads: usize,
    /// Prices on this machine, which decide the order of units and the expected times.
    pub prices: &'a Prices,
    /// Once this is set, no further trial is started, and the outcome is what there is.
    pub stop: &'a AtomicBool,
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

/// Runs every trial of the job that its store does not have.
///
/// The set of trials is a function of the study alone: each unit walks its dimensions in
/// increasing order, each search starting where the previous one ended.
///
/// # Errors
/// When a record cannot be written, or the threads cannot be started.
pub fn run(job: &Job<'_>, observe: &(dyn Fn(Step<'_>) + Sync)) -> Result<Outcome> {
    let threads = job.threads;
    let pool = threads::pool(threads)?;
    let crew = Crew::new(threads);
    let work = Work { job, observe, crew: &crew, error: Mutex::new(None) };
    let units = units(job.study, job.shard);
    // The longest first: the last to start should be short.
    let expected: Vec<f64> = units.iter().map(|unit| work.expected(unit)).collect();
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by(|&a, &b| expected[b].total_cmp(&expected[a]));
    let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(vec![None; order.len()]);
    pool.scope_fifo(|scope| {
        for &index in &order {
            let (work, units, outcomes) = (&work, &units, &outcomes);
            scope.spawn_fifo(move |_| {
                let outcome = work.unit(units[index]);
                lock(outcomes)[index] = Some(outcome);
            });
        }
    });
    if let Some(error) = lock(&work.error).take() {
        return Err(error);
    }
    job.store.finish()?;
    let mut total = Outcome::default();
    for outcome in lock(&outcomes).drain(..).flatten() {
        total.add(outcome);
    }
    Ok(total)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Work<'a> {
    job: &'a Job<'a>,
    observe: &'a (dyn Fn(Step<'_>) + Sync),
    crew: &'a Crew,
    error: Mutex<Option<Error>>,
}

impl Work<'_> {
    fn expected(&self, unit: &Unit<'_>) -> f64 {
        let Job { study, prices, .. } = self.job;
        unit.cells.iter().map(|cell| prices.cell(study, unit.series, cell)).sum()
    }

    fn stopped(&self) -> bool {
        self.job.stop.load(Ordering::Relaxed)
    }

    fn fail(&self, error: Error) {
        self.job.stop.store(true, Ordering::Relaxed);
        lock(&self.error).get_or_insert(error);
    }

    /// The cells of a unit, smallest dimension first.
    fn unit(&self, unit: Unit<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut walk = Walk::new(self.job.study, unit);
        for cell in unit.cells {
            if self.stopped() {
                break;
            }
            outcome.add(self.cell(&mut walk, unit, cell));
        }
        outcome
    }

    fn cell(&self, walk: &mut Walk<'_>, unit: Unit<'_>, cell: &Cell) -> Outcome {
        let Job { study, manifest, prices, .. } = *self.job;
        let conditions = Conditions {
            study: &study.name,
            manifest,
            setting: &unit.series.setting,
            cell,
            test: study.samples.test,
            crew: self.crew,
        };
        let (mut ran, mut expected) = (0, 0.0);
        let walked = walk.cell(cell, |request, records| {
            let n = lattice::size(request.index);
            let each = prices.trial(unit.series, cell, n, study.samples.test);
            let new = self.point(&conditions, n, request.trials, each, records);
            ran += new;
            expected += new as f64 * each;
            !self.stopped()
        });
        let reused = walked.records.len() - ran;
        if walked.complete {
            (self.observe)(Step::Cell { cell, ran, reused, expected });
        }
        Outcome { records: walked.records, ran, reused }
    }

    /// Adds what `done` does not have yet of the first `trials` trials of one cell at one sample
    /// size, each expected to take `expected` seconds. Returns how many were run.
    fn point(
        &self,
        conditions: &Conditions<'_>,
        n: u64,
        trials: u32,
        expected: f64,
        done: &mut Vec<Record>,
    ) -> usize {
        let (store, name) = (self.job.store, conditions.cell.name());
        let first = done.len() as u32;
        let ran = AtomicUsize::new(0);
        let found = Mutex::new(Vec::with_capacity((trials - first) as usize));
        // Records go through a lock: collecting them in parallel costs more than a lock does.
        (first..trials).into_par_iter().with_max_len(1).for_each(|trial| {
            if let Some(record) = store.done().find(&name, n, trial) {
                lock(&found).push(record.clone());
                return;
            }
            if self.stopped() {
                return;
            }
            let record = conditions.run(n, trial);
            if let Err(error) = store.append(&record) {
                return self.fail(error);
            }
            (self.observe)(Step::Trial { record: &record, expected });
            ran.fetch_add(1, Ordering::Relaxed);
            lock(&found).push(record);
        });
        let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort_by_key(|record| record.trial);
        done.extend(found);
        ran.into_inner()
    }
}
