//! Options of the learners; the defaults are the product's default protocol.

use std::fmt;

use super::label_transform::Transform;
use super::width::Width;
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::model::statistic::ChannelChoice;

/// A number, or the best one by quadrature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shift {
    /// The shift that maximises the signal of order k*.
    Auto,
    /// This shift.
    Fixed(f64),
}

/// Which coordinates survive the pruning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// M = ρ s, rounded, between 1 and d.
    Ratio(f64),
    /// M coordinates, at most d.
    Count(usize),
    /// All whose score is above the (1 − 1/d) quantile of a coordinate without signal.
    Auto,
}

/// Whether stages share their samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataUse {
    /// Each stage reads samples of its own; n is split over the stages.
    Fresh,
    /// Every stage reads the same n samples.
    Reuse,
}

/// How the samples of the later stages are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulation {
    /// Reduced where it is exact and cheaper.
    Auto,
    /// Every kept coordinate of every sample.
    Explicit,
    /// From the joint law of projections and pre-activations wherever M > m + 2r, else
    /// explicit: see [`super::reduced`].
    Reduced,
}

/// Norm that a gradient is scaled by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalize {
    /// Each neuron by its own norm.
    Neuron,
    /// All neurons by the root mean square of their norms.
    Global,
}

/// Ridge penalty λ of the second layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lambda {
    /// This penalty, λ ≥ 0.
    Fixed(f64),
    /// The best on a held-out fifth of the samples, from a geometric grid.
    Validate,
}

/// How the second layer is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadoutMethod {
    /// By its normal equations.
    Ridge,
    /// By gradient descent on the same objective.
    GradientDescent,
}

/// Options of gradient comparison and pruning.
#[derive(Clone, Debug, PartialEq)]
pub struct PruneOptions {
    /// Channel of the even–odd decomposition that scores a coordinate.
    pub channel: ChannelChoice,
    /// Shift c of the basis vectors that are compared.
    pub shift: Shift,
    /// Which coordinates survive.
    pub keep: Keep,
    /// Whether the shift is carried by an auxiliary Gaussian coordinate instead of a bias.
    pub augmented: bool,
}

impl PruneOptions {
    /// `keep`, for `learner`, which has no `what` that would tell how many to keep.
    ///
    /// # Errors
    /// When it is `auto`.
    pub fn keep_without_null(&self, learner: &str, what: &str) -> Result<Keep> {
        if self.keep == Keep::Auto {
            let message = format!("`{learner}` has no {what} that keep = \"auto\" could read");
            return Err(
                Error::usage(message).hint("write keep = { ratio = 1.0 } or keep = { count = 64 }")
            );
        }
        Ok(self.keep)
    }
}

/// Options of the gradient step on the first layer.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureOptions {
    /// Shift c₂ inside the activation during the step.
    pub shift: Shift,
    /// Number of steps; each reads an equal share of the stage's samples, or all of them when
    /// data are reused.
    pub steps: u32,
    /// Norm that the gradient is scaled by.
    pub normalize: Normalize,
}

/// Options of the second layer.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadoutOptions {
    /// How it is fitted.
    pub method: ReadoutMethod,
    /// Ridge penalty λ on (1/n) FᵀF + λ I.
    pub lambda: Lambda,
}

/// The neuron that online gradient descent trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neuron {
    /// φ = He_{k*}/√k*!.
    Hermite,
    /// The activation of the network.
    Activation,
}

/// Smoothing parameter λ of the landscape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Smoothing {
    /// d^{1/4}.
    Auto,
    /// This one, λ ≥ 0.
    Fixed(f64),
}

/// Options of online gradient descent.
#[derive(Clone, Debug, PartialEq)]
pub struct SgdOptions {
    /// Random starts, in opposite pairs.
    pub starts: usize,
    /// δ in the step size, see [`super::sphere_sgd::step_size`].
    pub step: f64,
    /// The neuron.
    pub neuron: Neuron,
    /// Smoothing of the first stage.
    pub smoothing: Smoothing,
}

/// Transformation of the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransformChoice {
    /// The one with the largest score on a stage of its own.
    Auto,
    /// This one.
    Fixed(Transform),
}

/// Options of a learner; each reads those that concern it.
#[derive(Clone, PartialEq)]
pub struct Options {
    /// Width m of the hidden layer.
    pub width: Width,
    /// Activation φ.
    pub activation: Activation,
    /// Shares of n of the stages; `None` for equal shares.
    pub split: Option<Vec<f64>>,
    /// Whether stages share their samples.
    pub data: DataUse,
    /// How the samples of the later stages are simulated.
    pub simulation: Simulation,
    /// Gradient comparison and pruning.
    pub prune: PruneOptions,
    /// Gradient step.
    pub feature: FeatureOptions,
    /// Second layer.
    pub readout: ReadoutOptions,
    /// Online gradient descent.
    pub sgd: SgdOptions,
    /// Transformation of the label.
    pub transform: TransformChoice,
}

/// Part of the key of every cell. Options that few learners read are shown only where they
/// differ from their defaults, so that a new one leaves the keys of all other cells alone.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let defaults = Self::default();
        let mut shown = f.debug_struct("Options");
        shown
            .field("width", &self.width)
            .field("activation", &self.activation)
            .field("split", &self.split)
            .field("data", &self.data)
            .field("simulation", &self.simulation)
            .field("prune", &self.prune)
            .field("feature", &self.feature)
            .field("readout", &self.readout);
        if self.sgd != defaults.sgd {
            shown.field("sgd", &self.sgd);
        }
        if self.transform != defaults.transform {
            shown.field("transform", &self.transform);
        }
        shown.finish()
    }
}

/// The width of `learner`, which holds at least as many neurons as it has starts.
///
/// # Errors
/// When it does not, or is not a number.
pub fn width_for_starts(options: &Options, learner: &str) -> Result<usize> {
    let width = options.width.fixed(learner)?;
    if options.sgd.starts > width {
        return Err(Error::usage(format!(
            "{} starts do not fit into a network of width {width}",
            options.sgd.starts
        ))
        .hint("every start becomes a neuron: lower starts or raise width"));
    }
    Ok(width)
}

impl Options {
    /// The simulation in use: reused samples are simulated explicitly, since the weights
    /// depend on them.
    #[must_use]
    pub fn simulation(&self) -> Simulation {
        match self.data {
            DataUse::Fresh => self.simulation,
            DataUse::Reuse => Simulation::Explicit,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 64.into(),
            activation: Activation::Relu,
            split: None,
            data: DataUse::Fresh,
            simulation: Simulation::Auto,
            prune: PruneOptions {
                channel: ChannelChoice::Auto,
                shift: Shift::Auto,
                keep: Keep::Ratio(1.0),
                augmented: false,
            },
            feature: FeatureOptions { shift: Shift::Auto, steps: 1, normalize: Normalize::Neuron },
            readout: ReadoutOptions { method: ReadoutMethod::Ridge, lambda: Lambda::Fixed(1e-3) },
            sgd: SgdOptions {
                starts: 2,
                step: 0.05,
                neuron: Neuron::Hermite,
                smoothing: Smoothing::Auto,
            },
            transform: TransformChoice::Auto,
        }
    }
}
