//! What a learner is: what it owes before a study runs, and what it does in a trial.

use std::fmt::Debug;

use super::options::Options;
use super::stage::{Answered, Budget, Case, Cost, Trained};
use crate::error::Result;
use crate::model::input::Input;
use crate::model::law::LawPoint;
use crate::model::{Link, Transform};

/// How a learner comes to the coordinates of its network.
#[derive(Debug)]
pub enum Coordinates {
    /// It reads every one.
    All,
    /// It is told them.
    Told,
    /// By ranking them; the error says why every one has to be visited for that.
    Ranked(Result<()>),
}

/// Turns samples into a network.
pub trait Learner: Debug + Send + Sync {
    /// Stages that the samples are split over.
    fn stages(&self) -> usize;

    /// Whether it can run on `r` directions in dimension `d`.
    ///
    /// # Errors
    /// When it cannot, whatever n is.
    fn check(&self, _d: usize, _r: usize) -> Result<()> {
        Ok(())
    }

    /// Whether it can run on `n_max` samples and `test` others in dimension `d`.
    ///
    /// # Errors
    /// When it cannot hold them.
    fn check_size(&self, _d: usize, _n_max: u64, _test: u64) -> Result<()> {
        Ok(())
    }

    /// Why it cannot see the order k* of its link, one sentence a cause.
    fn blindness(&self) -> Vec<String> {
        Vec::new()
    }

    /// How it comes to its coordinates, on inputs of the law `input` and hard directions.
    fn coordinates(&self, _input: Input) -> Coordinates {
        Coordinates::All
    }

    /// What it is expected to need.
    fn cost(&self, case: &Case<'_>) -> Cost;

    /// n* by the finite-size law of its ranking for the risk `tau`, `share` of the samples being
    /// those of the ranking; none where the law is silent.
    fn law(&self, _case: &Case<'_>, _tau: f64, _share: f64) -> Option<LawPoint> {
        None
    }

    /// What it says to `question`, from all of `budget`, if the learner is another program, which
    /// is asked and not trained.
    fn answer(&self, _budget: &mut Budget<'_>, _question: Question) -> Option<Result<Answered>> {
        None
    }

    /// Trains, on all of `budget`.
    ///
    /// # Errors
    /// When a stage has no finite result.
    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained>;
}

/// What a learner in another program is asked, beside its samples.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Samples that it predicts.
    pub test: u64,
    /// Sparsity exponent α of the target.
    pub alpha: f64,
    /// Only the first half of the test samples, the last one first.
    pub turned: bool,
}

/// Keys of a table in a study file, in groups.
pub type Keys = &'static [&'static [&'static str]];

/// How a learner comes from a study file.
pub trait Recipe: Learner + Sized + 'static {
    /// The keys that its table may have; others are refused.
    const KEYS: Keys;

    /// Whether it knows the limit simulation ([`super::stage::limit`]).
    const LIMIT: bool = false;

    /// Its options where a study gives none.
    #[must_use]
    fn defaults() -> Options {
        Options::default()
    }

    /// The learner for what `granted` tells of the target.
    ///
    /// # Errors
    /// When the options do not suit it, or fit together.
    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self>;
}

/// What a learner is told of the target before it has seen a sample.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'a> {
    link: &'a Link,
    k_star: u32,
}

impl<'a> Granted<'a> {
    /// What may be told of `link`, whose information exponent is `k_star`.
    #[must_use]
    pub fn new(link: &'a Link, k_star: u32) -> Self {
        Self { link, k_star }
    }

    /// Granted to all, for every `"auto"`: the information exponent k*.
    #[must_use]
    pub fn k_star(&self) -> u32 {
        self.k_star
    }

    /// Granted to learners in other programs: the link as text.
    #[must_use]
    pub fn link_text(&self) -> &str {
        self.link.text()
    }

    /// Granted to `label_transform` alone: the information exponent of T(y), if it has one.
    #[must_use]
    pub fn order(&self, transform: Transform) -> Option<u32> {
        transform.information_exponent(self.link)
    }
}
