//! `[learner.NAME]`: from a table to the options of a learner.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::document::Node;
use super::inherit::INHERIT;
use super::limits;
use super::section::{Section, choice, number_in};
use crate::error::Result;
use crate::learner::options::{
    FeatureOptions, Keep, Lambda, Options, PruneOptions, ReadoutOptions, SgdOptions, Width,
    WorkerOptions,
};
use crate::model::{Activation, ChannelChoice, Choice, Formula, LearnerKind, OwnRate};
use crate::results::disk;
use crate::sample::{Key, Stage};
use crate::words::names;

const FEATURE_KEYS: [&str; 3] = ["shift", "steps", "normalize"];

/// Key of a rate of the user's own.
const PREDICTED: &str = "predicted";

/// Options of the learners that have a table, by name.
pub(super) type Learners<'a> = HashMap<&'a str, Options>;

/// The options of every table `[learner.NAME]`: also of those that no sweep uses, as a typo must
/// not wait for the day one does.
pub(super) fn read_learners(node: &Node) -> Result<Learners<'_>> {
    let tables = node.entries("learner")?;
    if tables.len() > limits::LEARNERS {
        let most = limits::LEARNERS;
        return Err(node
            .error(format!("there are more than {most} tables [learner.NAME]"), "here")
            .hint("split the study into several files"));
    }
    tables.map(|(name, table)| Ok((name, read_learner(name, table)?))).collect()
}

/// The rates that tables `[learner.NAME]` state: part of what results are held against, not of
/// what is run.
pub(super) fn read_rates(root: &Section<'_>) -> Result<HashMap<String, OwnRate>> {
    let Some(node) = root.get("learner") else { return Ok(HashMap::new()) };
    let stated = node.entries("learner")?.filter_map(|(name, table)| {
        let mut entries = table.entries(name).ok()?;
        Some((name, entries.find(|(key, _)| *key == PREDICTED)?.1))
    });
    stated.map(|(name, node)| Ok((name.to_owned(), read_rate(node)?))).collect()
}

fn read_rate(node: &Node) -> Result<OwnRate> {
    let section = node.section(PREDICTED, &["exponent", "log_power"])?;
    let exponent = section.required("exponent")?;
    let exponent = match exponent.text("exponent") {
        Ok(text) => Formula::parse(text).map_err(|e| exponent.blame(&e))?,
        Err(_) => exponent.number("exponent")?.into(),
    };
    Ok(OwnRate { exponent, log_power: section.number("log_power", 0.0..=10.0, 0.0)? })
}

/// Options of the learner `name` from its table `node`.
fn read_learner(name: &str, node: &Node) -> Result<Options> {
    if node.entries("learner")?.any(|(key, _)| key == "command") {
        return read_worker(name, node);
    }
    let kind = LearnerKind::parse(name).map_err(|e| node.blame(&e))?;
    let used = [kind.keys(), vec![PREDICTED, INHERIT]].concat();
    let mut known = used.clone();
    for key in LearnerKind::ALL.into_iter().flat_map(LearnerKind::keys) {
        if !known.contains(&key) {
            known.push(key);
        }
    }
    let section = node.section(&format!("learner.{name}"), &known)?;
    for key in &known[used.len()..] {
        if let Some(node) = section.get(key) {
            let (kind, keys) = (kind.name(), used.join(", "));
            return Err(node
                .error(format!("`{kind}` does not read `{key}`"), "would have no effect")
                .hint(format!("the keys of {kind} are {keys}")));
        }
    }
    read_options(&section, kind.defaults())
}

/// Keys of the table of a learner in another program.
const WORKER_KEYS: [&str; 11] = [
    "command", "depends", "stages", "split", "width", "granted", "options", "timeout", "memory",
    "whiten", PREDICTED,
];

/// Options of a learner in another program.
fn read_worker(name: &str, node: &Node) -> Result<Options> {
    if LearnerKind::of(name).is_some() {
        return Err(node
            .error(format!("`{name}` is a learner of this program"), "has a command")
            .hint("give a learner in another program a name of its own"));
    }
    LearnerKind::check_name(name).map_err(|e| node.blame(&e))?;
    let section = node.section(&format!("learner.{name}"), &WORKER_KEYS)?;
    let command = section.required("command")?;
    let texts = |node: &Node, key: &str| -> Result<Vec<String>> {
        node.items(key)?.iter().map(|n| n.text(key).map(str::to_owned)).collect()
    };
    let words = texts(command, "command")?;
    if words.first().is_none_or(String::is_empty) {
        return Err(command
            .error("the command is empty", "here")
            .hint("write command = [\"python\", \"mine.py\"]"));
    }
    let mut digest = Key::root(0);
    for node in section.get("depends").map_or(Ok(&[][..]), |n| n.items("depends"))? {
        let path = Path::new(node.text("depends")?);
        let content = disk::read(path).map_err(|e| node.blame(&e))?;
        digest = digest.named(&String::from_utf8_lossy(&content));
    }
    let named = Stage::NAMED.map(|stage| (stage.name(), stage));
    let stages = read_choices(&section, "stages", &named)?.unwrap_or_default();
    let options = match section.get("options") {
        None => Map::new(),
        Some(node) => match node.to_json() {
            Json::Object(options) => options,
            _ => {
                return Err(node
                    .error("options is no table", "here")
                    .hint("write options = { rounds = 5 }; the worker gets them as they are"));
            }
        },
    };
    let defaults = Options::default();
    let worker = WorkerOptions {
        command: words,
        digest: format!("{:016x}", digest.bits()),
        stages,
        granted: read_choices(&section, "granted", &names())?,
        options,
        timeout: section.number("timeout", 1e-3..=1e6, 600.0)?,
        memory: (section.number("memory", 1e-6..=1e6, 4.0)? * 1e9) as u64,
    };
    Ok(Options {
        width: read_width(&section, defaults.width)?,
        split: read_split(&section)?,
        whiten: read_whiten(&section)?,
        worker: Some(worker),
        ..defaults
    })
}

/// The list `key` of choices out of `named`, none if it is not there.
fn read_choices<T: Copy>(
    section: &Section<'_>,
    key: &str,
    named: &[(&'static str, T)],
) -> Result<Option<Vec<T>>> {
    let Some(node) = section.get(key) else { return Ok(None) };
    node.items(key)?.iter().map(|n| choice(n, key, named)).collect::<Result<_>>().map(Some)
}

fn read_options(section: &Section<'_>, defaults: Options) -> Result<Options> {
    let activation = match section.get("activation") {
        Some(node) => Activation::parse(node.text("activation")?).map_err(|e| node.blame(&e))?,
        None => defaults.activation,
    };
    Ok(Options {
        width: read_width(section, defaults.width)?,
        activation,
        split: read_split(section)?,
        simulation: defaults.simulation,
        data: section.choice("data", &names(), defaults.data)?,
        whiten: read_whiten(section)?,
        prune: read_prune(section, &defaults.prune)?,
        feature: read_feature(section, defaults.feature)?,
        readout: read_readout(section, &defaults.readout)?,
        sgd: read_sgd(section, &defaults.sgd)?,
        worker: None,
        clip: section
            .get("clip")
            .map(|node| number_in(node, "clip", &(1e-6..=1e6)))
            .transpose()?
            .or(defaults.clip),
        agop: section.choice("agop", &names(), defaults.agop)?,
        transform: section.get("transform").map_or(Ok(defaults.transform), |node| {
            let transforms: Vec<_> =
                names().into_iter().map(|(name, t)| (name, Choice::Fixed(t))).collect();
            choice(node, "transform", &[&[("auto", Choice::Auto)][..], &transforms].concat())
        })?,
    })
}

fn read_whiten(section: &Section<'_>) -> Result<bool> {
    section.get("whiten").map_or(Ok(false), |node| node.boolean("whiten"))
}

fn read_width(section: &Section<'_>, default: Width) -> Result<Width> {
    let Some(node) = section.get("width") else { return Ok(default) };
    if !node.is_table() {
        return Ok(Width::Fixed(node.whole("width", 1..=limits::WIDTH)? as usize));
    }
    let power = node.section("width", &["power"])?.required("power")?;
    Ok(Width::Power(number_in(power, "power", &(0.01..=2.0))?))
}

fn read_sgd(section: &Section<'_>, defaults: &SgdOptions) -> Result<SgdOptions> {
    Ok(SgdOptions {
        starts: section.whole("starts", 1..=limits::WIDTH, defaults.starts as u64)? as usize,
        step: section.number("step", 1e-9..=1e9, defaults.step)?,
        neuron: section.choice("neuron", &names(), defaults.neuron)?,
        smoothing: read_number(section, "smoothing", 0.0..=1e6, defaults.smoothing)?,
    })
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

/// The number `key` inside `range`, or `"auto"`, or `default`.
fn read_number(
    section: &Section<'_>,
    key: &str,
    range: RangeInclusive<f64>,
    default: Choice<f64>,
) -> Result<Choice<f64>> {
    match section.get(key) {
        Some(node) if node.is_word("auto") => Ok(Choice::Auto),
        Some(node) => number_in(node, key, &range).map(Choice::Fixed),
        None => Ok(default),
    }
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
    let shift = read_number(section, "shift", range, defaults.shift)?;
    let score = section.choice("score", &names(), defaults.score)?;
    let rounds = section.whole("rounds", 1..=limits::ROUNDS, u64::from(defaults.rounds))? as u32;
    Ok(PruneOptions { channel, score, shift, keep, rounds, augmented })
}

fn read_keep(node: &Node) -> Result<Keep> {
    let refused = |message: &str| {
        node.error(message, "here")
            .hint("write keep = { ratio = 1.0 }, { count = 64 }, { fdr = 0.25 } or \"auto\"")
    };
    if node.is_word("auto") {
        return Ok(Keep::Auto);
    }
    if !node.is_table() {
        return Err(refused("keep is neither a ratio, nor a count, nor a rate, nor \"auto\""));
    }
    let keep = node.section("keep", &["ratio", "count", "fdr"])?;
    match (keep.get("ratio"), keep.get("count"), keep.get("fdr")) {
        (Some(ratio), None, None) => Ok(Keep::Ratio(number_in(ratio, "ratio", &(0.0..=1e9))?)),
        (None, Some(count), None) => {
            Ok(Keep::Count(count.whole("count", 1..=limits::VISITED)? as usize))
        }
        (None, None, Some(rate)) => Ok(Keep::Fdr(number_in(rate, "fdr", &(1e-6..=0.9))?)),
        (None, None, None) => Err(refused("keep has neither a ratio, nor a count, nor a rate")),
        _ => Err(refused("keep has more than one of ratio, count and fdr")),
    }
}

fn read_feature(section: &Section<'_>, defaults: FeatureOptions) -> Result<FeatureOptions> {
    let Some(node) = section.get("feature") else { return Ok(defaults) };
    let feature = node.section("feature", &FEATURE_KEYS)?;
    Ok(FeatureOptions {
        shift: read_number(&feature, "shift", -10.0..=10.0, defaults.shift)?,
        steps: feature.whole("steps", 1..=limits::STEPS, u64::from(defaults.steps))? as u32,
        normalize: feature.choice("normalize", &names(), defaults.normalize)?,
    })
}

fn read_readout(section: &Section<'_>, defaults: &ReadoutOptions) -> Result<ReadoutOptions> {
    let lambda = match section.get("lambda") {
        Some(node) if node.is_word("validate") => Lambda::Validate,
        Some(node) => Lambda::Fixed(number_in(node, "lambda", &(0.0..=f64::INFINITY))?),
        None => defaults.lambda,
    };
    Ok(ReadoutOptions { method: section.choice("readout", &names(), defaults.method)?, lambda })
}
