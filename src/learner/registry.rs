//! From the kind of a learner to the learner.

use super::contract::{Granted, Learner, Question, Recipe};
use super::foreign::Foreign;
use super::options::{ALL, Options};
use super::stage::{Answered, Budget, Case, Split, Trained, World};
use crate::error::{Error, Result};
use crate::model::kind::{LearnerKind, learners};
use crate::model::law::LawPoint;
use crate::sample::{Key, Stage};

macro_rules! registry {
    ($($Kind:ident $file:ident($rate:path, $queries:ident);)*) => {
        impl LearnerKind {
            /// The keys that its table in a study may have.
            #[must_use]
            pub fn keys(self) -> Vec<&'static str> {
                let groups = match self {
                    $(Self::$Kind => super::$file::$Kind::KEYS,)*
                };
                [groups.concat(), ALL.to_vec()].concat()
            }

            /// Whether it knows the limit simulation.
            #[must_use]
            pub fn has_limit(self) -> bool {
                match self {
                    $(Self::$Kind => super::$file::$Kind::LIMIT,)*
                }
            }

            /// Its options where a study gives none.
            #[must_use]
            pub fn defaults(self) -> Options {
                match self {
                    $(Self::$Kind => super::$file::$Kind::defaults(),)*
                }
            }

            fn learner(self, options: &Options, granted: &Granted<'_>) -> Result<Box<dyn Learner>> {
                Ok(match self {
                    $(Self::$Kind => Box::new(super::$file::$Kind::new(options, granted)?),)*
                })
            }
        }
    };
}
learners!(registry);

impl LearnerKind {
    /// Builds the learner for what `granted` tells of the target.
    ///
    /// # Errors
    /// When the options do not suit the learner, or the split its stages.
    pub fn build(self, options: &Options, granted: &Granted<'_>) -> Result<Built> {
        Built::new(self.learner(options, granted)?, options)
    }
}

/// What a learner makes of its samples.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A network of this program.
    Trained(Trained),
    /// Predictions of another program.
    Answered(Answered),
}

/// A learner with the split of its samples.
#[derive(Debug)]
pub struct Built {
    /// The learner.
    pub learner: Box<dyn Learner>,
    split: Split,
    rounds: u32,
    steps: u32,
}

impl Built {
    fn new(learner: Box<dyn Learner>, options: &Options) -> Result<Self> {
        let split = Split::new(learner.stages(), options.split.as_deref(), options.data)?;
        Ok(Self { learner, split, rounds: options.prune.rounds, steps: options.feature.steps })
    }

    /// The learner that is the program of `options.worker`.
    ///
    /// # Errors
    /// When there is none, or the split does not suit its stages.
    pub fn foreign(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        Self::new(Box::new(Foreign::new(options, granted)?), options)
    }

    /// Whether n samples suffice for the stages.
    ///
    /// # Errors
    /// When they do not.
    pub fn check_n(&self, n: u64) -> Result<()> {
        self.split.check(n, self.rounds, self.steps)
    }

    /// n* by the finite-size law of its ranking for the risk `tau`; none where it is silent.
    #[must_use]
    pub fn law(&self, case: &Case<'_>, tau: f64) -> Option<LawPoint> {
        self.learner.law(case, tau, self.split.share(0)?)
    }

    /// Trains on `n` samples of `world` in total; `key` is that of the learner's own randomness.
    ///
    /// # Errors
    /// When n is too small for the stages, or one has no finite result.
    pub fn train(&self, world: World<'_>, key: Key, n: u64) -> Result<Trained> {
        self.spend(world, key, n, |budget| self.learner.train(budget))
    }

    /// The same of any learner, with the stages and the samples that it took of each; one in
    /// another program is asked `question`.
    ///
    /// # Errors
    /// As [`Built::train`].
    pub fn run(
        &self,
        world: World<'_>,
        key: Key,
        n: u64,
        question: Question,
    ) -> Result<(Outcome, Vec<(Stage, u64)>)> {
        self.spend(world, key, n, |budget| {
            let outcome = match self.learner.answer(budget, question) {
                Some(answered) => Outcome::Answered(answered?),
                None => Outcome::Trained(self.learner.train(budget)?),
            };
            Ok((outcome, budget.taken().to_vec()))
        })
    }

    /// Has `use_up` spend `n` samples, to the last stage.
    fn spend<T>(
        &self,
        world: World<'_>,
        key: Key,
        n: u64,
        use_up: impl FnOnce(&mut Budget<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut budget = Budget::new(world, key, &self.split, n)?;
        self.learner.check(budget.d(), budget.r())?;
        let made = use_up(&mut budget)?;
        if !budget.is_spent() {
            return Err(Error::runtime("the learner left samples that it was counted for"));
        }
        Ok(made)
    }
}
