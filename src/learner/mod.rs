//! Learners: from labelled samples to a network, in stages that each read fresh samples.
//!
//! A network is f(x) = Σ_j a_j φ(⟨w_j, x⟩ + b_j) + a_0.

pub mod diagonal_thresholding;
pub mod feature;
pub mod label_transform;
pub mod magnitude_pruning;
pub mod metrics;
pub mod moment;
pub mod network;
pub mod one_step_reuse;
pub mod online_sgd;
pub mod options;
pub mod oracle;
pub mod prune;
pub mod pruned;
pub mod random_features;
pub mod random_mask;
pub mod ranking;
pub mod readout;
pub mod reduced;
pub mod second_layer;
pub mod smoothed_sgd;
pub mod spectral;
pub mod sphere_sgd;
pub mod split;
pub mod subspace;
pub mod train_kept;
pub mod unpruned;
pub mod width;

pub use metrics::Metrics;
pub use network::Network;
use options::Lambda;
pub use options::Options;

use std::fmt::Debug;

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
    /// One step on exactly the relevant coordinates, ridge.
    Oracle,
    /// One step on coordinates drawn at random, ridge.
    RandomMask,
    /// Leading eigenvectors of the label-weighted second moment, ridge.
    Spectral,
    /// The same after screening by its diagonal.
    DiagonalThresholding,
    /// Spherical online gradient descent of single neurons, ridge.
    OnlineSgd,
    /// The same on a smoothed landscape first.
    SmoothedSgd,
    /// The pruned network on a transformed label.
    LabelTransform,
    /// One dense step, pruning by magnitude, rewinding, one step, ridge.
    MagnitudePruning,
    /// Ridge on a frozen random first layer.
    RandomFeatures,
    /// The published one-step recipe with one data set for all.
    OneStepReuse,
}

impl Kind {
    /// Every learner, in the order of tables and legends.
    pub const ALL: [Self; 12] = [
        Self::Pruned,
        Self::Unpruned,
        Self::Oracle,
        Self::RandomMask,
        Self::Spectral,
        Self::DiagonalThresholding,
        Self::OnlineSgd,
        Self::SmoothedSgd,
        Self::LabelTransform,
        Self::MagnitudePruning,
        Self::RandomFeatures,
        Self::OneStepReuse,
    ];

    /// The learner's name in studies and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pruned => "pruned",
            Self::Unpruned => "unpruned",
            Self::Oracle => "oracle",
            Self::RandomMask => "random_mask",
            Self::Spectral => "spectral",
            Self::DiagonalThresholding => "diagonal_thresholding",
            Self::OnlineSgd => "online_sgd",
            Self::SmoothedSgd => "smoothed_sgd",
            Self::LabelTransform => "label_transform",
            Self::MagnitudePruning => "magnitude_pruning",
            Self::RandomFeatures => "random_features",
            Self::OneStepReuse => "one_step_reuse",
        }
    }

    /// Whether its first layer comes from the gradient step of [`feature`].
    #[must_use]
    pub fn has_gradient_step(self) -> bool {
        match self {
            Self::Pruned
            | Self::Unpruned
            | Self::Oracle
            | Self::RandomMask
            | Self::MagnitudePruning => true,
            // The order that matters to `LabelTransform` is that of its transformed labels.
            Self::LabelTransform
            | Self::Spectral
            | Self::DiagonalThresholding
            | Self::OnlineSgd
            | Self::SmoothedSgd
            | Self::RandomFeatures
            // Its step has no shift of its own.
            | Self::OneStepReuse => false,
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

    /// Its options where a study gives none.
    #[must_use]
    pub fn defaults(self) -> Options {
        let mut options = Options::default();
        match self {
            // Nothing is learned, so width has to make up for it.
            Self::RandomFeatures => {
                options.width = 1024.into();
                options.readout.lambda = Lambda::Validate;
            }
            Self::OneStepReuse => options.width = 256.into(),
            _ => {}
        }
        options
    }

    /// Builds the learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not suit the learner.
    pub fn build(self, options: &Options, k_star: u32) -> Result<Box<dyn Learner>> {
        Ok(match self {
            Self::Pruned => Box::new(pruned::Pruned::new(options, k_star)?),
            Self::Unpruned => Box::new(unpruned::Unpruned::new(options, k_star)?),
            Self::Oracle => Box::new(oracle::Oracle::new(options, k_star)?),
            Self::RandomMask => Box::new(random_mask::RandomMask::new(options, k_star)?),
            Self::Spectral => Box::new(spectral::Spectral::new(options, k_star)?),
            Self::DiagonalThresholding => {
                Box::new(diagonal_thresholding::DiagonalThresholding::new(options, k_star)?)
            }
            Self::OnlineSgd => Box::new(online_sgd::OnlineSgd::new(options, k_star)?),
            Self::SmoothedSgd => Box::new(smoothed_sgd::SmoothedSgd::new(options, k_star)?),
            Self::LabelTransform => Box::new(label_transform::LabelTransform::new(options)?),
            Self::MagnitudePruning => {
                Box::new(magnitude_pruning::MagnitudePruning::new(options, k_star)?)
            }
            Self::RandomFeatures => Box::new(random_features::RandomFeatures::new(options)?),
            Self::OneStepReuse => Box::new(one_step_reuse::OneStepReuse::new(options)?),
        })
    }
}
