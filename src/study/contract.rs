//! The contract of a learner in another program: what has to hold of its answers before they are
//! worth measuring. Each check asks it in small trials of its study.

use std::sync::Arc;

use super::cell::{Cell, Series, Setting};
use super::read::Study;
use super::trial::Conditions;
use crate::error::{Error, Result};
use crate::learner::stage::Answered;
use crate::learner::{Granted, Outcome, Question, World};
use crate::model::LearnerKind;
use crate::model::metric::Metric;
use crate::sample::{Crew, Design};
use crate::worker::pool;

/// Samples of a check, within the range of the study.
const USUAL: u64 = 512;

/// Test samples of a check.
const TEST: u64 = 2048;

/// Trials of a check that measures risks.
const TRIALS: u32 = 8;

/// Standard deviation of the noise beside which a target of variance 1 cannot be seen.
const NOISE: f64 = 1000.0;

/// Dimension of the target that is to be learned.
const SMALL: usize = 8;

/// Samples per d^{k*} of that target, least and most.
const AMPLE: (u64, u64, u64) = (16, 1024, 1 << 17);

/// τ: the mean risk that is to be reached.
const LEARNED: f64 = 0.5;

/// Standard errors by which a mean has to miss a bound.
const CERTAIN: f64 = 4.0;

/// Largest difference of predictions that are the same but for rounding, in units of 1 + their
/// root mean square: those of single precision.
const ROUNDING: f64 = 1e-4;

/// Whether a check is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is; how that was seen.
    Kept(String),
    /// It is not: why, and what to do.
    Broken(String, &'static str),
    /// It says nothing here.
    Silent(String),
}

type Check<'a> = fn(&Bench<'a>) -> Result<Verdict>;

/// A learner and the study that it is checked in.
#[derive(Debug)]
pub struct Bench<'a> {
    study: &'a Study,
    series: &'a Series,
    crew: Crew,
}

impl<'a> Bench<'a> {
    /// The bench of `series` in `study`.
    ///
    /// # Errors
    /// When its learner is one of this program.
    pub fn new(study: &'a Study, series: &'a Series) -> Result<Self> {
        if series.setting.kind.is_some() {
            let name = &series.setting.learner;
            return Err(Error::usage(format!("`{name}` is a learner of this program"))
                .hint("its contract is tested by `cargo test --test learner_oracles`"));
        }
        Ok(Self { study, series, crew: Crew::new(1) })
    }

    /// Each check by its name, and what it finds; run one after the other, when it is asked for.
    pub fn checks(&self) -> impl Iterator<Item = (&'static str, Result<Verdict>)> {
        let all: [(_, Check<'a>); 5] = [
            ("shapes", Self::shapes),
            ("determinism", Self::determinism),
            ("test set", Self::test_set),
            ("noise", Self::noise),
            ("target", Self::target),
        ];
        all.into_iter().map(|(name, find)| (name, find(self)))
    }

    /// The answer to a trial of `cell` at `n` samples.
    fn ask(&self, cell: &Cell, n: u64, turned: bool) -> Result<Answered> {
        let setting = &self.series.setting;
        let (conditions, key) = (self.conditions(setting, cell), cell.trial(0));
        let target = conditions.target(key)?;
        let world = World::new(&target, Design::shared(key, &self.crew));
        let question = Question { test: TEST, alpha: setting.alpha, turned };
        match setting.built.run(world, key.named("learner"), n, question)? {
            (Outcome::Answered(answered), _) => Ok(answered),
            (Outcome::Trained(_), _) => Err(Error::runtime("it is a learner of this program")),
        }
    }

    fn conditions<'b>(&'b self, setting: &'b Setting, cell: &'b Cell) -> Conditions<'b> {
        let (study, crew) = (self.study.name.as_str(), &self.crew);
        Conditions { study, manifest: "", setting, cell, test: TEST, crew }
    }

    /// Mean of the risk over trials of `cell` at `n` samples, and its standard error.
    fn risk(&self, setting: &Setting, cell: &Cell, n: u64) -> Result<(f64, f64)> {
        let conditions = self.conditions(setting, cell);
        let risks = (0..TRIALS).map(|trial| match conditions.run(n, trial).outcome {
            Ok(measured) => {
                measured.metrics[Metric::Risk].ok_or_else(|| Error::runtime("a trial has no risk"))
            }
            Err(why) => Err(Error::runtime(why)),
        });
        let risks: Vec<f64> = risks.collect::<Result<_>>()?;
        let count = risks.len() as f64;
        let mean = risks.iter().sum::<f64>() / count;
        let square = risks.iter().map(|risk| (risk - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Ok((mean, (square / count).sqrt()))
    }

    /// The cell of `setting` in dimension `d`.
    fn cell(&self, setting: &Setting, d: usize) -> Cell {
        Cell::all(setting, &[d], self.study.seed, TEST, TRIALS).remove(0)
    }

    fn smallest(&self) -> &'a Cell {
        &self.series.cells[0]
    }

    /// A sample size of the study that is not small.
    fn usual(&self) -> u64 {
        USUAL.clamp(self.study.samples.n_min, self.study.samples.n_max)
    }

    fn shapes(&self) -> Result<Verdict> {
        let n = self.usual();
        let mut seen = Vec::new();
        for (cell, n) in
            self.series.cells.iter().take(2).zip([n, n.div_ceil(2).max(self.study.samples.n_min)])
        {
            let answered = self.ask(cell, n, false)?;
            let arrays = [
                Some("predictions"),
                answered.scores.map(|_| "scores"),
                answered.kept.map(|_| "kept"),
                answered.weights.map(|_| "weights"),
            ];
            let arrays: Vec<&str> = arrays.into_iter().flatten().collect();
            seen.push(format!("{} of {n} × {}", arrays.join(", "), cell.d));
        }
        Ok(Verdict::Kept(seen.join("; ")))
    }

    fn determinism(&self) -> Result<Verdict> {
        let ask = || self.ask(self.smallest(), self.usual(), false);
        let (first, again) = (ask()?, ask()?);
        pool::end();
        let anew = ask()?;
        let same = |a: &Answered, b: &Answered| {
            a.predictions == b.predictions && a.scores == b.scores && a.kept == b.kept
        };
        Ok(if !same(&first, &again) {
            Verdict::Broken(
                "the same trial, asked twice, has two answers".to_owned(),
                "draw all randomness anew from `seed`, and keep nothing from one trial to the next",
            )
        } else if !same(&first, &anew) {
            Verdict::Broken(
                "a new process answers the same trial otherwise".to_owned(),
                "draw all randomness from `seed`, none from the process, its threads or a clock",
            )
        } else {
            Verdict::Kept("the same trial has one answer, also of a new process".to_owned())
        })
    }

    fn test_set(&self) -> Result<Verdict> {
        let ask = |turned| self.ask(self.smallest(), self.usual(), turned);
        let (all, half) = (ask(false)?.predictions, ask(true)?.predictions);
        let square = all.iter().map(|p| p * p).sum::<f64>() / all.len() as f64;
        let far = half.iter().rev().zip(&all).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        Ok(if far > ROUNDING * (1.0 + square.sqrt()) {
            Verdict::Broken(
                format!(
                    "without the other half of x_test, in reverse order, a prediction moves by {far:.2}"
                ),
                "predict each row of x_test from x, y and that row alone: no statistics of x_test",
            )
        } else {
            Verdict::Kept("half of x_test, in reverse order, has the same predictions".to_owned())
        })
    }

    fn noise(&self) -> Result<Verdict> {
        let setting = Setting { noise: NOISE, ..self.series.setting.clone() };
        let cell = self.cell(&setting, self.smallest().d);
        let (mean, error) = self.risk(&setting, &cell, self.usual())?;
        let seen = format!("risk {mean:.3} ± {error:.3} where labels are noise");
        Ok(if mean + CERTAIN * error < 1.0 {
            Verdict::Broken(
                format!("{seen}, less than the 1 of whoever knows nothing"),
                "it knows the target from elsewhere than x and y: from the seed, or from files",
            )
        } else {
            Verdict::Kept(seen)
        })
    }

    fn target(&self) -> Result<Verdict> {
        let own = &self.series.setting;
        let (per, least, most) = AMPLE;
        let n = (per * (SMALL as u64).saturating_pow(own.k_star)).clamp(least, most);
        let kind = LearnerKind::Oracle;
        let granted = Granted::new(&own.link, own.k_star);
        let built = Arc::new(kind.build(&kind.defaults(), &granted)?);
        let oracle = Setting { kind: Some(kind), options: kind.defaults(), built, ..own.clone() };
        let (best, _) = self.risk(&oracle, &self.cell(&oracle, SMALL), n)?;
        let place = format!("d = {SMALL}, n = {n}");
        if best > LEARNED {
            return Ok(Verdict::Silent(format!("the oracle does not learn it at {place}")));
        }
        let (mean, error) = self.risk(own, &self.cell(own, SMALL), n)?;
        let seen = format!("risk {mean:.3} ± {error:.3} at {place}, the oracle's {best:.3}");
        Ok(if mean - CERTAIN * error > LEARNED {
            Verdict::Broken(
                seen,
                "does it read y, and predict on its scale? some learners need more samples: fine for them",
            )
        } else {
            Verdict::Kept(seen)
        })
    }
}
