//! Options of the learners; the defaults are the product's default protocol.
//!
//! Their serialised form has the names of study files.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use strum::{EnumIter, IntoStaticStr};

use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::model::statistic::ChannelChoice;
use crate::model::{Choice, Transform};
use crate::sample::Stage;

/// Keys of every learner.
pub(super) const ALL: &[&str] = &["whiten"];

/// Keys of every learner that ends in a network with a fitted second layer.
pub(super) const NETWORK: &[&str] = &["width", "activation", "split", "readout", "lambda"];

/// Keys of the gradient comparison and of what follows it.
pub(super) const COMPARISON: &[&str] =
    &["data", "channel", "score", "shift", "keep", "augmentation", "feature"];

/// A shift c; the best one maximises the signal of order k*.
pub type Shift = Choice<f64>;

/// Smoothing parameter λ ≥ 0 of the landscape; the best one is d^{1/4}.
pub type Smoothing = Choice<f64>;

/// Transformation of the label; the best one has the largest score on a stage of its own.
pub type TransformChoice = Choice<Transform>;

/// Which coordinates survive the pruning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// M = ρ s, rounded, between 1 and d.
    Ratio(f64),
    /// M coordinates, at most d.
    Count(usize),
    /// All whose score is above the (1 − 1/d) quantile of a coordinate without signal.
    Auto,
    /// As many as keep the false discovery rate at q, by the rule of Benjamini and Hochberg 1995.
    Fdr(f64),
}

/// Which entries of the gradient at ±e_j score coordinate j.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// Entry j.
    #[default]
    Diagonal,
    /// All d, of which the largest counts, see [`super::stage::row`].
    Row,
}

/// Whether no text of a cell names it: cells that were there before an option keep their names.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The same of a number whose default is one.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_one(value: &u32) -> bool {
    *value == 1
}

/// Whether stages share their samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum DataUse {
    /// Each stage reads samples of its own; n is split over the stages.
    Fresh,
    /// Every stage reads the same n samples.
    Reuse,
}

/// How samples are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Simulation {
    /// Reduced where it is exact and cheaper.
    Auto,
    /// Every coordinate that a stage reads, of every sample.
    Explicit,
    /// Null scores from their law given the labels, see [`super::stage::screen`]; later stages
    /// from the joint law of projections and pre-activations wherever M > m + 2r, else
    /// explicit: see [`super::stage::reduced`].
    Reduced,
    /// A prediction: sums over samples by their mean and a fluctuation, see
    /// [`super::stage::limit`].
    Limit,
}

/// `auto` reduces once the kept coordinates outnumber the reduced ones by this factor: below
/// it, factorising costs more than it saves.
const WORTHWHILE: usize = 2;

impl Simulation {
    /// Whether a layer of `width` neurons on `kept` coordinates is simulated in reduced form.
    #[must_use]
    pub fn reduces(self, kept: usize, width: usize, r: usize) -> bool {
        let reduced = width + 2 * r;
        match self {
            Self::Explicit | Self::Limit => false,
            // With fewer coordinates than columns of A there is nothing to reduce.
            Self::Reduced => kept > reduced,
            Self::Auto => kept > WORTHWHILE * reduced,
        }
    }
}

/// Norm that a gradient is scaled by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Normalize {
    /// Each neuron by its own norm.
    Neuron,
    /// All neurons by the root mean square of their norms.
    Global,
}

/// Ridge penalty λ of the second layer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lambda {
    /// The best on a held-out fifth of the samples, from a geometric grid.
    Validate,
    /// This penalty, λ ≥ 0.
    #[serde(untagged)]
    Fixed(f64),
}

/// How the second layer is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ReadoutMethod {
    /// By its normal equations.
    Ridge,
    /// By gradient descent on the same objective.
    #[strum(serialize = "gd")]
    #[serde(rename = "gd")]
    GradientDescent,
}

/// Width m of the hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// m = max(1, round(d^ε)), ε > 0.
    Power(f64),
    /// m neurons.
    #[serde(untagged)]
    Fixed(usize),
}

impl Width {
    /// m in dimension `d`.
    #[must_use]
    pub fn at(self, d: usize) -> usize {
        match self {
            Self::Fixed(m) => m,
            Self::Power(epsilon) => (d as f64).powf(epsilon).round().max(1.0) as usize,
        }
    }

    /// m, for `learner`, which has to know it before d.
    ///
    /// # Errors
    /// When it is a power of d.
    pub fn fixed(self, learner: &str) -> Result<usize> {
        match self {
            Self::Fixed(m) => Ok(m),
            Self::Power(_) => {
                Err(Error::usage(format!("`{learner}` needs a width that does not depend on d"))
                    .hint("write a number, for example width = 64"))
            }
        }
    }
}

impl From<usize> for Width {
    fn from(m: usize) -> Self {
        Self::Fixed(m)
    }
}

/// Options of gradient comparison and pruning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PruneOptions {
    /// Channel of the even–odd decomposition that scores a coordinate.
    pub channel: ChannelChoice,
    /// Which entries of the gradient score a coordinate.
    #[serde(skip_serializing_if = "is_default")]
    pub score: Score,
    /// Shift c of the basis vectors that are compared.
    pub shift: Shift,
    /// Which coordinates survive.
    pub keep: Keep,
    /// Rounds of the ranking, each on samples of its own and among the survivors of the last.
    #[serde(skip_serializing_if = "is_one")]
    pub rounds: u32,
    /// Whether the shift is carried by an auxiliary Gaussian coordinate instead of a bias.
    #[serde(rename = "augmentation")]
    pub augmented: bool,
}

impl PruneOptions {
    /// `keep`, for `learner`, which has no `what` that would tell how many to keep.
    ///
    /// # Errors
    /// When it is `auto` or a false discovery rate.
    pub fn keep_without_null(&self, learner: &str, what: &str) -> Result<Keep> {
        let asked = match self.keep {
            Keep::Auto => "\"auto\"",
            Keep::Fdr(_) => "{ fdr = … }",
            keep => return Ok(keep),
        };
        Err(Error::usage(format!("`{learner}` has no {what} that keep = {asked} could read"))
            .hint("write keep = { ratio = 1.0 } or keep = { count = 64 }"))
    }
}

/// Options of the gradient step on the first layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadoutOptions {
    /// How it is fitted.
    #[serde(rename = "readout")]
    pub method: ReadoutMethod,
    /// Ridge penalty λ on (1/n) FᵀF + λ I.
    pub lambda: Lambda,
}

/// The neuron that online gradient descent trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Neuron {
    /// φ = He_{k*}/√k*!.
    Hermite,
    /// The activation of the network.
    Activation,
}

/// Which part of the average gradient outer product is the metric of a kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Agop {
    /// The matrix.
    #[default]
    Full,
    /// Its diagonal.
    Diagonal,
}

/// Options of online gradient descent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SgdOptions {
    /// Random starts, in opposite pairs.
    pub starts: usize,
    /// δ in the step size, see [`super::stage::sphere_sgd::step_size`].
    pub step: f64,
    /// The neuron.
    pub neuron: Neuron,
    /// Smoothing of the first stage.
    pub smoothing: Smoothing,
}

/// What a learner in another program may be told of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The number s of relevant coordinates.
    S,
    /// The sparsity exponent α.
    Alpha,
    /// The information exponent k*.
    KStar,
    /// The link, so that oracles can be written.
    Link,
    /// The standard deviation √Δ of the label noise.
    Noise,
}

/// A learner in another program: `[learner.NAME] command = […]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkerOptions {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// A digest of the files that it depends on: other code is another learner.
    pub digest: String,
    /// Stages whose samples it reads, in their order; none for one data set of n samples.
    pub stages: Vec<Stage>,
    /// What it is told of the target; all if the study does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<Vec<Grant>>,
    /// What it is told beside that, for itself to read.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Json>,
    /// Seconds that a trial may take. No part of what the learner is.
    #[serde(skip)]
    pub timeout: f64,
    /// Bytes that the samples of a trial may have. No part of what the learner is.
    #[serde(skip)]
    pub memory: u64,
}

/// Options of a learner; each reads those that concern it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Options {
    /// Width m of the hidden layer.
    pub width: Width,
    /// Activation φ.
    pub activation: Activation,
    /// Shares of n of the stages; `None` for equal shares.
    pub split: Option<Vec<f64>>,
    /// Whether stages share their samples.
    pub data: DataUse,
    /// Whether it reads Σ^{−1/2}x, Σ the true covariance of the inputs, in place of x.
    #[serde(skip_serializing_if = "is_default")]
    pub whiten: bool,
    /// How samples are simulated.
    pub simulation: Simulation,
    /// Gradient comparison and pruning.
    #[serde(flatten)]
    pub prune: PruneOptions,
    /// Gradient step.
    pub feature: FeatureOptions,
    /// Second layer.
    #[serde(flatten)]
    pub readout: ReadoutOptions,
    /// Online gradient descent.
    #[serde(flatten)]
    pub sgd: SgdOptions,
    /// Transformation of the label.
    pub transform: TransformChoice,
    /// Where labels are cut, in their own units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// Metric of the kernel.
    #[serde(skip_serializing_if = "is_default")]
    pub agop: Agop,
    /// The program that the learner is, if it is none of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerOptions>,
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

    /// The width of `learner`, which holds at least as many neurons as it has starts.
    ///
    /// # Errors
    /// When it does not, or is not a number.
    pub fn width_for_starts(&self, learner: &str) -> Result<usize> {
        let (width, starts) = (self.width.fixed(learner)?, self.sgd.starts);
        if starts > width {
            let message = format!("{starts} starts do not fit into a network of width {width}");
            return Err(Error::usage(message)
                .hint("every start becomes a neuron: lower starts or raise width"));
        }
        Ok(width)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 64.into(),
            activation: Activation::Relu,
            split: None,
            data: DataUse::Fresh,
            whiten: false,
            simulation: Simulation::Auto,
            prune: PruneOptions {
                channel: ChannelChoice::Auto,
                score: Score::Diagonal,
                shift: Shift::Auto,
                keep: Keep::Ratio(1.0),
                rounds: 1,
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
            clip: None,
            agop: Agop::default(),
            worker: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_is_rounded_and_at_least_one() {
        assert_eq!([1, 64, 100].map(|d| Width::Power(0.5).at(d)), [1, 8, 10]);
        assert_eq!(Width::Power(0.75).at(256), 64);
        assert_eq!(Width::Power(0.01).at(2), 1);
        assert_eq!(Width::Fixed(7).at(1 << 20), 7);
    }

    #[test]
    fn the_canonical_text_has_the_words_of_study_files() {
        let mut options = Options { width: Width::Power(0.5), ..Options::default() };
        options.prune.channel = ChannelChoice::Fixed(crate::model::Channel::OddNoLinear);
        options.prune.keep = Keep::Count(7);
        options.readout.method = ReadoutMethod::GradientDescent;
        options.split = Some(vec![1.0, 0.5]);
        options.transform = TransformChoice::Fixed(Transform::Abs);
        assert_eq!(
            serde_json::json!(options).to_string(),
            "{\"activation\":\"relu\",\"augmentation\":false,\"channel\":\"odd_no_linear\",\
             \"data\":\"fresh\",\"feature\":{\"normalize\":\"neuron\",\"shift\":\"auto\",\
             \"steps\":1},\"keep\":{\"count\":7},\"lambda\":0.001,\"neuron\":\"hermite\",\
             \"readout\":\"gd\",\"shift\":\"auto\",\"simulation\":\"auto\",\"smoothing\":\"auto\",\
             \"split\":[1.0,0.5],\"starts\":2,\"step\":0.05,\"transform\":\"abs\",\
             \"width\":{\"power\":0.5}}"
        );
    }
}
