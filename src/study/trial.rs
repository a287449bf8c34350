//! One trial: draw the target, train, measure, and turn whatever happens into a record.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::cell::{Cell, Setting};
use crate::error::Result;
use crate::learner::{Metrics, Network, Task, metrics};
use crate::model::target::Target;
use crate::record::Record;
use crate::sample::{Crew, Design, Key};

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
        let mut record = self.blank(n, trial, key, seconds);
        match attempt {
            Ok(Ok((metrics, network))) => fill(&mut record, &metrics, &network),
            Ok(Err(error)) => record.status = one_line(&error.to_string()),
            Err(panic) => record.status = one_line(&format!("panic: {}", panic_text(&*panic))),
        }
        record
    }

    fn attempt(&self, n: u64, key: Key) -> Result<(Metrics, Network)> {
        let setting = self.setting;
        let mut rng = ChaCha8Rng::seed_from_u64(key.named("directions").bits());
        let directions = setting.law().draw(self.cell.d, setting.link.r(), &mut rng)?;
        let target = Target::new(setting.link.clone(), directions, setting.noise).on(setting.input);
        let design = Design::shared(key, self.crew);
        let task = Task { target: &target, design, key: key.named("learner"), n };
        let network = setting.built.train(&task)?;
        let metrics = metrics::measure(&network, &task, self.test)?;
        Ok((metrics, network))
    }

    /// A record without metrics.
    fn blank(&self, n: u64, trial: u32, key: Key, seconds: f64) -> Record {
        let (setting, cell) = (self.setting, self.cell);
        Record {
            study: self.study.to_owned(),
            cell: cell.name(),
            learner: setting.learner.clone(),
            link: setting.link.text().to_owned(),
            k_star: setting.k_star,
            r: setting.link.r(),
            d: cell.d,
            alpha: setting.alpha,
            q: setting.q,
            s: cell.s,
            kept: 0,
            width: setting.options.width.at(cell.d),
            n,
            trial,
            seed: key.bits(),
            status: "ok".to_owned(),
            risk: f64::NAN,
            alignment: f64::NAN,
            subspace: f64::NAN,
            recall: f64::NAN,
            precision: f64::NAN,
            mass: f64::NAN,
            simulation: "explicit".to_owned(),
            seconds,
            noise: setting.noise,
            input: setting.input.name().to_owned(),
            pearson: f64::NAN,
            spearman: f64::NAN,
            auc: f64::NAN,
            manifest: self.manifest.to_owned(),
        }
    }
}

fn fill(record: &mut Record, metrics: &Metrics, network: &Network) {
    record.kept = network.layer.coordinates.len();
    if network.reduced {
        "reduced".clone_into(&mut record.simulation);
    }
    record.risk = metrics.risk;
    record.alignment = metrics.alignment;
    record.subspace = metrics.subspace;
    record.recall = metrics.recall;
    record.precision = metrics.precision;
    record.mass = metrics.mass;
    if let Some(ranking) = network.ranking {
        record.pearson = ranking.pearson;
        record.spearman = ranking.spearman;
        record.auc = ranking.auc;
    }
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
