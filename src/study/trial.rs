//! One trial: draw the target, train, measure, and turn whatever happens into a record.

#![expect(clippy::disallowed_methods, reason = "the column `seconds`")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::cell::{Cell, Setting};
use crate::error::Result;
use crate::learner::{Outcome, Question, World, metrics};
use crate::model::target::Target;
use crate::results::{Measured, Record, Simulated};
use crate::sample::{Crew, Design, Key, Stage};

/// What all trials of a cell share.
#[derive(Clone, Copy)]
pub struct Conditions<'a> {
    /// Name of the study.
    pub study: &'a str,
    /// Identifier of the manifest of the run.
    pub manifest: &'a str,
    /// What the cells of the series share.
    pub setting: &'a Setting,
    /// The cell.
    pub cell: &'a Cell,
    /// Number of test samples.
    pub test: u64,
    /// Threads that may help.
    pub crew: &'a Crew,
}

impl Conditions<'_> {
    /// Runs trial number `trial` at `n` samples.
    ///
    /// Never fails: an error or a panic becomes the status of the record.
    #[must_use]
    pub fn run(&self, n: u64, trial: u32) -> Record {
        let key = self.cell.trial(trial);
        let _seat = self.crew.enter();
        let start = Instant::now();
        let attempt = catch_unwind(AssertUnwindSafe(|| self.attempt(n, key)));
        let seconds = start.elapsed().as_secs_f64();
        let outcome = match attempt {
            Ok(Ok(measured)) => Ok(measured),
            Ok(Err(error)) => Err(one_line(&error.to_string())),
            Err(panic) => Err(one_line(&format!("panic: {}", panic_text(&*panic)))),
        };
        Record {
            study: self.study.into(),
            cell: self.cell.name().into(),
            series: self.setting.series.clone(),
            d: self.cell.d,
            s: Some(self.cell.s),
            width: Some(self.setting.options.width.at(self.cell.d)),
            n,
            trial,
            seed: Some(key.bits()),
            manifest: (!self.manifest.is_empty()).then(|| self.manifest.into()),
            seconds: Some(seconds),
            outcome,
        }
    }

    fn attempt(&self, n: u64, key: Key) -> Result<Measured> {
        self.look(n, key, |seen| {
            let (target, design) = (seen.target, seen.design);
            let (metrics, kept, simulation) = match seen.outcome {
                Outcome::Trained(trained) => (
                    metrics::measure(trained, target, design, self.test)?,
                    Some(trained.kept()),
                    match (&trained.limit, trained.is_reduced()) {
                        (Some(_), _) => Simulated::Limit,
                        (None, true) => Simulated::Reduced,
                        (None, false) => Simulated::Explicit,
                    },
                ),
                Outcome::Answered(answered) => (
                    metrics::measure_answer(answered, target, design, self.test)?,
                    answered.kept.as_ref().map(Vec::len),
                    Simulated::Explicit,
                ),
            };
            Ok(Measured { metrics, kept, simulation: Some(simulation) })
        })
    }

    /// Runs a trial at `n` samples whose key is `key`, and shows what came of it.
    ///
    /// # Errors
    /// When it fails, or `show` does.
    pub fn look<T>(&self, n: u64, key: Key, show: impl FnOnce(Seen<'_>) -> Result<T>) -> Result<T> {
        let target = self.target(key)?;
        let design = Design::shared(key, self.crew);
        let (world, own) = (World::new(&target, design), key.named("learner"));
        let question = Question { test: self.test, alpha: self.setting.alpha, turned: false };
        let (outcome, stages) = self.setting.built.run(world, own, n, question)?;
        show(Seen { target: &target, design, outcome: &outcome, stages: &stages })
    }

    /// The target of the trial whose key is `key`, as the learner sees it: of whitened inputs if
    /// it whitens them.
    ///
    /// # Errors
    /// When V cannot be drawn.
    pub fn target(&self, key: Key) -> Result<Target> {
        let setting = self.setting;
        let mut rng = ChaCha8Rng::seed_from_u64(key.named("directions").bits());
        let directions = setting.law().draw(self.cell.d, setting.link.r(), &mut rng)?;
        let target = Target::new(setting.link.clone(), directions, setting.noise).on(setting.input);
        if setting.options.whiten { target.whitened() } else { Ok(target) }
    }
}

/// A trial from inside.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What was to be learned.
    pub target: &'a Target,
    /// The inputs.
    pub design: Design<'a>,
    /// What was learned.
    pub outcome: &'a Outcome,
    /// The stages, in their order, with their numbers of samples.
    pub stages: &'a [(Stage, u64)],
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("of unknown cause")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
