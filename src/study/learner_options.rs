//! `[learner.NAME]`: from a table to the options of a learner.

use super::document::{Node, Section, number_in};
use super::sweep::MAX_D;
use crate::error::Result;
use crate::learner::Kind;
use crate::learner::label_transform::Transform;
use crate::learner::options::{
    DataUse, FeatureOptions, Keep, Lambda, Neuron, Normalize, Options, PruneOptions, ReadoutMethod,
    ReadoutOptions, SgdOptions, Shift, Smoothing, TransformChoice,
};
use crate::learner::width::Width;
use crate::model::{Activation, ChannelChoice};

const LEARNER_KEYS: [&str; 16] = [
    "width",
    "activation",
    "split",
    "data",
    "channel",
    "shift",
    "keep",
    "augmentation",
    "feature",
    "readout",
    "lambda",
    "starts",
    "step",
    "neuron",
    "smoothing",
    "transform",
];
/// Largest width of a network.
pub(super) const MAX_WIDTH: u64 = 1 << 16;
/// Most steps on the first layer.
const MAX_STEPS: u64 = 1 << 20;
const FEATURE_KEYS: [&str; 3] = ["shift", "steps", "normalize"];

/// The keys that a learner of this kind reads. `unpruned` also accepts those of the comparison,
/// which it has no use for, so that a table can be copied from `pruned`.
fn keys(kind: Kind) -> Vec<&'static str> {
    if kind == Kind::OneStepReuse {
        return vec!["width"];
    }
    let mut keys = vec!["width", "activation", "split", "readout", "lambda"];
    keys.extend(match kind {
        Kind::Pruned | Kind::Unpruned => {
            &["data", "channel", "shift", "keep", "augmentation", "feature"][..]
        }
        Kind::Oracle => &["data", "feature"],
        Kind::RandomMask | Kind::MagnitudePruning => &["data", "keep", "feature"],
        Kind::Spectral => &["data"],
        Kind::DiagonalThresholding => &["data", "keep"],
        // One pass over fresh samples is what these are.
        Kind::OnlineSgd => &["starts", "step", "neuron"],
        Kind::SmoothedSgd => &["starts", "step", "smoothing"],
        Kind::LabelTransform => {
            &["data", "channel", "shift", "keep", "augmentation", "feature", "transform"]
        }
        Kind::RandomFeatures | Kind::OneStepReuse => &[],
    });
    keys
}

/// Options of the learner `name` from the table `[learner]`.
pub(super) fn read_learner(learners: &Node, name: &str) -> Result<Options> {
    let names: Vec<&str> = learners.keys().collect();
    let all = learners.section("learner", &names)?;
    let title = format!("learner.{name}");
    let node = all.required(name)?;
    let kind = Kind::parse(name).map_err(|e| learners.blame(&e))?;
    let section = node.section(&title, &LEARNER_KEYS)?;
    let used = keys(kind);
    for key in LEARNER_KEYS {
        if let Some(node) = section.get(key).filter(|_| !used.contains(&key)) {
            let message = format!("`{}` does not read `{key}`", kind.name());
            return Err(node.error(message, "would have no effect").hint(format!(
                "the keys of {} are {}",
                kind.name(),
                used.join(", ")
            )));
        }
    }
    read_options(&section, kind.defaults())
}

fn read_options(section: &Section<'_>, defaults: Options) -> Result<Options> {
    let activation = match section.get("activation") {
        Some(node) => Activation::parse(node.text("activation")?).map_err(|e| node.blame(&e))?,
        None => defaults.activation,
    };
    let data = [("fresh", DataUse::Fresh), ("reuse", DataUse::Reuse)];
    Ok(Options {
        width: read_width(section, defaults.width)?,
        activation,
        split: read_split(section)?,
        simulation: defaults.simulation,
        data: section.choice("data", &data, defaults.data)?,
        prune: read_prune(section, &defaults.prune)?,
        feature: read_feature(section, defaults.feature)?,
        readout: read_readout(section, &defaults.readout)?,
        sgd: read_sgd(section, &defaults.sgd)?,
        transform: read_transform(section, defaults.transform)?,
    })
}

fn read_width(section: &Section<'_>, default: Width) -> Result<Width> {
    let Some(node) = section.get("width") else { return Ok(default) };
    if !node.is_table() {
        return Ok(Width::Fixed(node.whole("width", 1..=MAX_WIDTH)? as usize));
    }
    let power = node.section("width", &["power"])?.required("power")?;
    Ok(Width::Power(number_in(power, "power", &(0.01..=2.0))?))
}

fn read_sgd(section: &Section<'_>, defaults: &SgdOptions) -> Result<SgdOptions> {
    let neurons = [("hermite", Neuron::Hermite), ("activation", Neuron::Activation)];
    let smoothing = match section.get("smoothing") {
        Some(node) if node.is_word("auto") => Smoothing::Auto,
        Some(node) => Smoothing::Fixed(number_in(node, "smoothing", &(0.0..=1e6))?),
        None => defaults.smoothing,
    };
    Ok(SgdOptions {
        starts: section.whole("starts", 1..=MAX_WIDTH, defaults.starts as u64)? as usize,
        step: section.number("step", 1e-9..=1e9, defaults.step)?,
        neuron: section.choice("neuron", &neurons, defaults.neuron)?,
        smoothing,
    })
}

fn read_transform(section: &Section<'_>, default: TransformChoice) -> Result<TransformChoice> {
    let mut choices = vec![("auto", TransformChoice::Auto)];
    choices.extend(Transform::ALL.map(|t| (t.name(), TransformChoice::Fixed(t))));
    section.choice("transform", &choices, default)
}

fn read_split(section: &Section<'_>) -> Result<Option<Vec<f64>>> {
    let Some(node) = section.get("split") else { return Ok(None) };
    if node.is_word("equal") {
        return Ok(None);
    }
    if !node.is_list() {
        return Err(node
            .error("split is neither \"equal\" nor a list of shares", "here")
            .hint("give one share a stage, for example split = [1, 1, 2]"));
    }
    node.items("split")?.iter().map(|n| n.number("split")).collect::<Result<_>>().map(Some)
}

fn read_shift(node: &Node, range: &std::ops::RangeInclusive<f64>) -> Result<Shift> {
    if node.is_word("auto") {
        return Ok(Shift::Auto);
    }
    Ok(Shift::Fixed(number_in(node, "shift", range)?))
}

fn read_prune(section: &Section<'_>, defaults: &PruneOptions) -> Result<PruneOptions> {
    let channel = match section.get("channel") {
        Some(node) => ChannelChoice::parse(node.text("channel")?).map_err(|e| node.blame(&e))?,
        None => defaults.channel,
    };
    let keep = section.get("keep").map_or(Ok(defaults.keep), read_keep)?;
    let kinds = [("none", false), ("noise", true)];
    let augmented = section.choice("augmentation", &kinds, defaults.augmented)?;
    let range = if augmented { -1.0..=1.0 } else { -10.0..=10.0 };
    let shift = section.get("shift").map_or(Ok(defaults.shift), |n| read_shift(n, &range))?;
    Ok(PruneOptions { channel, shift, keep, augmented })
}

fn read_keep(node: &Node) -> Result<Keep> {
    let refused = |message: &str| {
        node.error(message, "here")
            .hint("write keep = { ratio = 1.0 }, keep = { count = 64 } or keep = \"auto\"")
    };
    if node.is_word("auto") {
        return Ok(Keep::Auto);
    }
    if !node.is_table() {
        return Err(refused("keep is neither a ratio, nor a count, nor \"auto\""));
    }
    let keep = node.section("keep", &["ratio", "count"])?;
    match (keep.get("ratio"), keep.get("count")) {
        (Some(ratio), None) => Ok(Keep::Ratio(number_in(ratio, "ratio", &(0.0..=1e9))?)),
        (None, Some(count)) => Ok(Keep::Count(count.whole("count", 1..=MAX_D)? as usize)),
        (Some(_), Some(_)) => Err(refused("keep has both a ratio and a count")),
        (None, None) => Err(refused("keep has neither a ratio nor a count")),
    }
}

fn read_feature(section: &Section<'_>, defaults: FeatureOptions) -> Result<FeatureOptions> {
    let Some(node) = section.get("feature") else { return Ok(defaults) };
    let feature = node.section("feature", &FEATURE_KEYS)?;
    let norms = [("neuron", Normalize::Neuron), ("global", Normalize::Global)];
    Ok(FeatureOptions {
        shift: feature
            .get("shift")
            .map_or(Ok(defaults.shift), |n| read_shift(n, &(-10.0..=10.0)))?,
        steps: feature.whole("steps", 1..=MAX_STEPS, u64::from(defaults.steps))? as u32,
        normalize: feature.choice("normalize", &norms, defaults.normalize)?,
    })
}

fn read_readout(section: &Section<'_>, defaults: &ReadoutOptions) -> Result<ReadoutOptions> {
    let methods = [("ridge", ReadoutMethod::Ridge), ("gd", ReadoutMethod::GradientDescent)];
    let lambda = match section.get("lambda") {
        Some(node) if node.is_word("validate") => Lambda::Validate,
        Some(node) => Lambda::Fixed(number_in(node, "lambda", &(0.0..=f64::INFINITY))?),
        None => defaults.lambda,
    };
    Ok(ReadoutOptions { method: section.choice("readout", &methods, defaults.method)?, lambda })
}
