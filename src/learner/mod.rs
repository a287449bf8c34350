//! Learners: from labelled samples to a network, in stages that each read fresh samples.
//!
//! A network is f(x) = Σ_j a_j φ(⟨w_j, x⟩ + b_j) + a_0.

pub mod feature;
pub mod metrics;
pub mod network;
pub mod options;
pub mod prune;
pub mod pruned;
pub mod readout;
pub mod reduced;
pub mod split;
pub mod unpruned;

pub use metrics::Metrics;
pub use network::Network;
pub use options::Options;

use crate::error::{Error, Result, nearest};
use crate::model::target::Target;
use crate::sample::{Design, Key};

/// What a learner may look at in one trial.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The labels; a learner reads the target through them only.
    pub target: &'a Target,
    /// The inputs.
    pub design: Design<'a>,
    /// Key of the learner's own randomness.
    pub key: Key,
    /// Total number n of labelled samples over all stages.
    pub n: u64,
}

/// Turns samples into a network.
pub trait Learner: Send + Sync {
    /// Stages that the samples are split over.
    fn stages(&self) -> usize;

    /// Trains on `task.n` samples in total.
    ///
    /// # Errors
    /// When n is too small for the stages, or a linear system has no finite solution.
    fn train(&self, task: &Task<'_>) -> Result<Network>;
}

/// The learners there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Gradient comparison, pruning, one step, ridge: the paper's `PruneNetwork`.
    Pruned,
    /// One step on all coordinates, ridge.
    Unpruned,
}

impl Kind {
    /// Every learner, in the order of tables and legends.
    pub const ALL: [Self; 2] = [Self::Pruned, Self::Unpruned];

    /// The learner's name in studies and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pruned => "pruned",
            Self::Unpruned => "unpruned",
        }
    }

    /// The learner of that name. A variant is named `kind/variant`, as in `pruned/raw`.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse(name: &str) -> Result<Self> {
        let kind = name.split('/').next().unwrap_or_default();
        Self::ALL.into_iter().find(|k| k.name() == kind).ok_or_else(|| {
            let error = Error::usage(format!("unknown learner `{name}`"));
            let names = Self::ALL.map(Self::name);
            match nearest(kind, names) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("the learners are {}", names.join(", "))),
            }
        })
    }

    /// Builds the learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not suit the learner.
    pub fn build(self, options: &Options, k_star: u32) -> Result<Box<dyn Learner>> {
        Ok(match self {
            Self::Pruned => Box::new(pruned::Pruned::new(options, k_star)?),
            Self::Unpruned => Box::new(unpruned::Unpruned::new(options, k_star)?),
        })
    }
}
