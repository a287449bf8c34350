//! What a study will cost.

use std::collections::HashSet;

use super::cost::{self, Prices};
use super::survey::{State, Surveyed, survey};
use crate::results::{Shard, Trials};
use crate::study::cell::Series;
use crate::study::read::Study;

/// Bytes of the program itself.
const PROGRAM: f64 = 20e6;

/// Bytes of the analysis and the figures, and more for every trial.
const ANALYSIS: (f64, f64) = (105e6, 600.0);

/// Bytes of a row of `trials.csv`, about.
const ROW: f64 = 290.0;

/// A study beside what is there of it, with the price of the rest.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The study.
    pub study: &'a Study,
    /// Every cell.
    pub cells: Vec<Surveyed<'a>>,
}

impl<'a> Plan<'a> {
    /// Plans what of `study`, or of a shard of it, `trials` does not hold yet.
    #[must_use]
    pub fn new(study: &'a Study, shard: Option<Shard>, trials: &Trials, prices: &Prices) -> Self {
        Self { study, cells: survey(study, shard, trials) }.priced(prices)
    }

    /// The same at other prices.
    #[must_use]
    pub fn priced(mut self, prices: &Prices) -> Self {
        let test = self.study.samples.test;
        for cell in &mut self.cells {
            let price = |&(n, trials): &(u64, u64)| {
                trials as f64 * prices.trial(cell.series, cell.cell, n, test)
            };
            // A sum over nothing is −0.
            cell.seconds = 0.0 + cell.missing.iter().map(price).sum::<f64>();
        }
        self
    }

    /// Cells in the state `state`.
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        self.cells.iter().filter(|c| c.state == state).count()
    }

    /// Series that its cells are of.
    #[must_use]
    pub fn series(&self) -> usize {
        let series: HashSet<*const Series> =
            self.cells.iter().map(|c| std::ptr::from_ref(c.series)).collect();
        series.len()
    }

    /// Cells that have to run.
    #[must_use]
    pub fn to_run(&self) -> usize {
        self.cells.len() - self.count(State::Done)
    }

    /// Trials to run.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.cells.iter().map(Surveyed::trials).sum()
    }

    /// Samples that these read.
    #[must_use]
    pub fn samples(&self) -> f64 {
        0.0 + self.cells.iter().map(Surveyed::samples).sum::<f64>()
    }

    /// Seconds that these take on one core.
    #[must_use]
    pub fn cpu_seconds(&self) -> f64 {
        0.0 + self.cells.iter().map(|c| c.seconds).sum::<f64>()
    }

    /// Bytes of memory on `threads` threads: while each has a trial of the largest cell that
    /// runs, or later, for the analysis of all trials.
    #[must_use]
    pub fn memory(&self, threads: usize) -> f64 {
        let left = self.cells.iter().filter(|c| c.state != State::Done);
        let most = |sizes: &[(u64, u64)]| sizes.iter().map(|(n, _)| *n).max().unwrap_or_default();
        let largest = left.map(|c| cost::trial_bytes(&c.series.setting, c.cell, most(&c.missing)));
        let simulation = PROGRAM + threads as f64 * largest.fold(0.0, f64::max);
        let (base, each) = ANALYSIS;
        let there: usize = self.cells.iter().map(|c| c.there).sum();
        simulation.max(base + each * (self.trials() as f64 + there as f64))
    }

    /// Bytes that the new rows take on disk.
    #[must_use]
    pub fn disk(&self) -> f64 {
        ROW * self.trials() as f64
    }
}
