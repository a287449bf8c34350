//! What the limit simulation says of the cells whose predictions need it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::cell::{Cell, Setting};
use super::predict::n_star;
use super::read::Study;
use crate::error::Result;
use crate::model::LimitPoint;
use crate::model::expectation::Basis;
use crate::model::problem::Series;
use crate::results::limits::{self, Row};
use crate::threads;

/// By series and dimension.
type Points = HashMap<(Series, usize), LimitPoint>;

/// Trials at each n beside the crossing.
const TRIALS: u32 = 48;

/// Where limits are kept, and how they are found.
pub struct Limits<'a> {
    /// The folder of their table.
    pub folder: &'a Path,
    /// Whether the table may be written.
    pub keep: bool,
    /// Threads.
    pub threads: usize,
    /// Once this is set, no further cell is begun.
    pub stop: &'a AtomicBool,
    /// Told how many cells are to be computed, before that.
    pub told: &'a dyn Fn(usize),
}

impl Limits<'_> {
    /// n\* in the limit, at the risk `tau`, of every cell that a `predicted = "limit"` of `study`
    /// speaks of; those of earlier runs are read, the others computed and kept.
    ///
    /// # Errors
    /// When the table cannot be read or written, or the threads not be started.
    pub fn points(&self, study: &Study, tau: f64) -> Result<Points> {
        let cells: Vec<_> = cells(study).collect();
        if cells.is_empty() {
            return Ok(Points::new());
        }
        let mut rows = limits::read(self.folder)?;
        let known = |rows: &[(Series, Row)], cell: &Cell| -> Option<Option<LimitPoint>> {
            let name = cell.name();
            let of = |(_, row): &&(Series, Row)| row.cell == name && row.threshold == tau;
            rows.iter().find(of).map(|(_, row)| row.point())
        };
        let missing: Vec<_> = cells.iter().filter(|(_, c)| known(&rows, c).is_none()).collect();
        if !missing.is_empty() {
            (self.told)(missing.len());
        }
        let pool = threads::pool(self.threads)?;
        for &&(setting, cell) in &missing {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let test = study.samples.test;
            let point = pool.install(|| n_star(setting, cell, tau, test, TRIALS))?;
            rows.push((setting.series.as_ref().clone(), Row::new(cell, tau, point)));
            if self.keep {
                limits::write(self.folder, &rows)?;
            }
        }
        let point = |&(setting, cell): &(&Setting, &Cell)| {
            let point = known(&rows, cell).flatten()?;
            Some(((setting.series.as_ref().clone(), cell.d), point))
        };
        Ok(cells.iter().filter_map(point).collect())
    }
}

impl Row {
    fn new(cell: &Cell, tau: f64, point: Option<LimitPoint>) -> Self {
        let (n_star, se_ln) = (point.map(|p| p.n_star), point.map(|p| p.error));
        Self { cell: cell.name(), d: cell.d, threshold: tau, n_star, se_ln }
    }
}

/// The cells that predictions by the limit speak of.
fn cells(study: &Study) -> impl Iterator<Item = (&Setting, &Cell)> {
    let needs = |setting: &Setting| {
        study.expectations.iter().any(|e| e.basis == Basis::Limit && e.speaks_of(&setting.series))
    };
    let series = study.series.iter().filter(move |s| needs(&s.setting));
    series.flat_map(|s| s.cells.iter().map(move |cell| (&s.setting, cell)))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::study::Profile;

    #[test]
    fn a_limit_is_computed_once_and_for_the_cells_that_are_spoken_of() {
        let text = "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\ntest = 256\n\
                    [[sweep]]\nlearner = [\"pruned\", \"unpruned\", \"oracle\"]\nalpha = 0.5\nd = [16, 25]\n\
                    [[expect]]\nclaim = \"c\"\nratio = [\"oracle\", \"unpruned\"]\npredicted = \"limit\"\n";
        let study = Study::parse("s", "s.toml", text, Profile::Standard, &[]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (stop, said) = (AtomicBool::new(false), RefCell::new(Vec::new()));
        let told = |cells| said.borrow_mut().push(cells);
        let limits =
            Limits { folder: folder.path(), keep: true, threads: 2, stop: &stop, told: &told };
        let first = limits.points(&study, 0.5).unwrap();
        let mut cells: Vec<_> = first.keys().map(|(s, d)| (s.learner.as_str(), *d)).collect();
        cells.sort_unstable();
        assert_eq!(cells, [("oracle", 16), ("oracle", 25), ("unpruned", 16), ("unpruned", 25)]);
        assert!(first.values().all(|point| point.n_star > 16.0 && point.error < 0.3), "{first:?}");
        assert_eq!(limits.points(&study, 0.5).unwrap(), first);
        assert_eq!(*said.borrow(), [4]);
        // Another risk is another number; stopped before it, there is none.
        stop.store(true, Ordering::Relaxed);
        assert!(limits.points(&study, 0.7).unwrap().is_empty());
        assert_eq!(*said.borrow(), [4, 4]);
    }
}
