//! From the kind of a learner to the learner.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::contract::{Granted, Learner, Recipe};
use super::options::Options;
use super::stage::{Budget, Case, Split, Trained, World};
use crate::error::{Error, Result};
use crate::model::kind::{LearnerKind, learners};
use crate::model::law::LawPoint;
use crate::sample::Key;

macro_rules! registry {
    ($($Kind:ident $file:ident($rate:path, $queries:ident);)*) => {
        impl LearnerKind {
            /// The keys that its table in a study may have.
            #[must_use]
            pub fn keys(self) -> Vec<&'static str> {
                let groups = match self {
                    $(Self::$Kind => super::$file::$Kind::KEYS,)*
                };
                groups.concat()
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
        let learner = self.learner(options, granted)?;
        let split = Split::new(learner.stages(), options.split.as_deref(), options.data)?;
        Ok(Built { learner, split, steps: options.feature.steps, laws: Mutex::default() })
    }
}

/// A learner with the split of its samples.
#[derive(Debug)]
pub struct Built {
    /// The learner.
    pub learner: Box<dyn Learner>,
    split: Split,
    steps: u32,
    /// What the law said of cells before: it takes quadratures.
    laws: Mutex<HashMap<LawKey, Option<LawPoint>>>,
}

/// What the law depends on beside the learner and its link: d, s, noise variance and risk.
type LawKey = (usize, usize, Option<u64>, u64);

impl Built {
    /// Whether n samples suffice for the stages.
    ///
    /// # Errors
    /// When they do not.
    pub fn check_n(&self, n: u64) -> Result<()> {
        self.split.check(n, self.steps)
    }

    /// n* by the finite-size law of its ranking for the risk `tau`; none where it is silent.
    #[must_use]
    pub fn law(&self, case: &Case<'_>, tau: f64) -> Option<LawPoint> {
        let share = self.split.share(0)?;
        let key = (case.d, case.s, case.plain_noise.map(f64::to_bits), tau.to_bits());
        let known = || self.laws.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(law) = known().get(&key) {
            return *law;
        }
        let law = self.learner.law(case, tau, share);
        known().insert(key, law);
        law
    }

    /// Trains on `n` samples of `world` in total; `key` is that of the learner's own randomness.
    ///
    /// # Errors
    /// When n is too small for the stages, or one has no finite result.
    pub fn train(&self, world: World<'_>, key: Key, n: u64) -> Result<Trained> {
        let mut budget = Budget::new(world, key, &self.split, n)?;
        self.learner.check(budget.d(), budget.r())?;
        let trained = self.learner.train(&mut budget)?;
        if !budget.is_spent() {
            return Err(Error::runtime("the learner left samples that it was counted for"));
        }
        Ok(trained)
    }
}
