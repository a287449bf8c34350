//! Pilot trials: one a series, where what a trial costs is not known well, to scale its price by.

#![expect(clippy::disallowed_methods, reason = "pilot trials are timed, and given up in time")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::cost::{self, Prices};
use super::total::Plan;
use crate::model::LearnerKind;
use crate::sample::Crew;
use crate::study::cell::{Cell, Series, Setting};
use crate::study::read::Study;
use crate::study::search::lattice;
use crate::study::trial::Conditions;

/// Time for all pilots; what has not ended by then is priced as if it ended then.
const LIMIT: Duration = Duration::from_secs(1);

/// Counted seconds of one pilot: long enough to measure.
const EACH: f64 = 0.03;

/// Share of the counted price of a study that its pilots may add.
const SHARE: f64 = 0.02;

/// Bytes that all pilots may take together.
const MEMORY: f64 = 1e9;

/// Whether the price of a series is known from long use: the paper's two networks as they come.
fn is_certain(setting: &Setting) -> bool {
    let simulation = setting.options.simulation;
    let Some(kind @ (LearnerKind::Pruned | LearnerKind::Unpruned)) = setting.kind else {
        return false;
    };
    let usual = crate::learner::Options { simulation, ..kind.defaults() };
    setting.input.is_gaussian() && setting.options == usual
}

/// A trial to be run, and what it is counted to take.
#[derive(Debug)]
struct Pilot {
    study: String,
    setting: Setting,
    cell: Cell,
    n: u64,
    test: u64,
    counted: f64,
}

impl Pilot {
    /// In the smallest cell, at the largest n that is counted to take `seconds` at most, or else
    /// at the smallest.
    fn new(study: &Study, series: &Series, prices: &Prices, seconds: f64) -> Self {
        let (cell, test) = (&series.cells[0], study.samples.test);
        let counted = |n| cost::trial_seconds(&prices.rates, &series.setting, cell, n, test);
        let range = lattice::indices(study.samples.n_min, study.samples.n_max);
        let smallest = lattice::size(*range.start());
        let short = range.map(lattice::size).take_while(|&n| counted(n) <= seconds);
        let n = short.last().unwrap_or(smallest);
        let (setting, cell, study) = (series.setting.clone(), cell.clone(), study.name.clone());
        Self { study, setting, cell, n, test, counted: counted(n) }
    }

    /// Measured over counted seconds; nothing of a trial that fails.
    fn run(&self) -> Option<f64> {
        let Self { study, setting, cell, n, test, counted } = self;
        let crew = Crew::alone();
        let trial = Conditions { study, manifest: "", setting, cell, test: *test, crew };
        let record = trial.run(*n, 0);
        record.seconds.filter(|_| record.is_ok()).map(|seconds| seconds / counted)
    }
}

/// `prices` with those of uncertain series of `plan` scaled by pilot trials, on `threads` threads.
///
/// Takes a second at most. A trial that takes longer goes on in the background, where nobody
/// waits for it.
#[must_use]
pub fn scaled(mut prices: Prices, plan: &Plan<'_>, threads: usize) -> Prices {
    let mut series: Vec<&Series> =
        plan.cells.iter().filter(|c| !c.missing.is_empty()).map(|c| c.series).collect();
    series.dedup_by(|a, b| std::ptr::eq(*a, *b));
    series.retain(|s| !is_certain(&s.setting));
    let each = EACH.min(SHARE * plan.cpu_seconds() / series.len().max(1) as f64);
    let least = plan.study.samples.n_min;
    let fits =
        |s: &&Series| cost::trial_bytes(&s.setting, &s.cells[0], least) * threads as f64 <= MEMORY;
    let series: Vec<&Series> = series.into_iter().filter(fits).collect();
    let pilots: Vec<Pilot> =
        series.iter().map(|s| Pilot::new(plan.study, s, &prices, each)).collect();
    for (series, scale) in series.into_iter().zip(run(pilots, threads)) {
        if let Some(scale) = scale {
            prices.scale(series, scale);
        }
    }
    prices
}

/// What each of `pilots` says, in their order: nothing if there was no time for it.
fn run(pilots: Vec<Pilot>, threads: usize) -> Vec<Option<f64>> {
    /// What a thread tells: a pilot starts, or ends.
    enum News {
        Started(usize, Instant),
        Ended(usize, Option<f64>),
    }
    let deadline = Instant::now() + LIMIT;
    let mut scales = vec![None; pilots.len()];
    let (pilots, next, late) =
        (Arc::new(pilots), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (tell, hear) = mpsc::channel();
    for _ in 0..threads.min(pilots.len()) {
        let (pilots, next, late, tell) = (pilots.clone(), next.clone(), late.clone(), tell.clone());
        let work = move || loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(pilot) = pilots.get(index).filter(|_| !late.load(Ordering::Relaxed)) else {
                return;
            };
            // Nobody listens any more once it is late.
            let _ = tell.send(News::Started(index, Instant::now()));
            let _ = tell.send(News::Ended(index, pilot.run()));
        };
        // Without a thread there is no pilot.
        let _ = std::thread::Builder::new().spawn(work);
    }
    drop(tell);
    let mut running: Vec<(usize, Instant)> = Vec::new();
    while let Ok(news) = hear.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        match news {
            News::Started(index, at) => running.push((index, at)),
            News::Ended(index, scale) => {
                running.retain(|(i, _)| *i != index);
                scales[index] = scale;
            }
        }
    }
    late.store(true, Ordering::Relaxed);
    for (index, at) in running {
        let scale = at.elapsed().as_secs_f64() / pilots[index].counted;
        // That it has not ended says something only if it should have.
        scales[index] = (scale > 1.0).then_some(scale);
    }
    scales
}
