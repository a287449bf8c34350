//! Study files: from a checked document to a [`Study`] that can run.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::cell::{Cell, Series, Setting};
use super::document::{Node, Section, number_in};
use super::lattice;
use super::search::Method;
use crate::error::{Error, Result, nearest};
use crate::learner::Kind;
use crate::learner::options::{
    DataUse, FeatureOptions, Keep, Lambda, Normalize, Options, PruneOptions, ReadoutMethod,
    ReadoutOptions, Shift, Simulation,
};
use crate::model::link::Link;
use crate::model::{Activation, ChannelChoice};

/// Folder of the study files, below the working folder.
const FOLDER: &str = "studies";

const FILE_KEYS: [&str; 9] =
    ["claim", "expected", "seed", "trials", "model", "samples", "learner", "sweep", "profiles"];
/// What is left once a profile has been applied.
const STUDY_KEYS: [&str; 8] =
    ["claim", "expected", "seed", "trials", "model", "samples", "learner", "sweep"];
const MODEL_KEYS: [&str; 6] = ["link", "r", "noise", "normalize", "direction", "q"];
const SAMPLES_KEYS: [&str; 6] = ["search", "threshold", "n_min", "n_max", "test", "simulation"];
const SWEEP_KEYS: [&str; 8] = ["learner", "alpha", "d", "link", "r", "q", "noise", "trials"];
const LEARNER_KEYS: [&str; 11] = [
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
];
const SIMULATIONS: [(&str, Simulation); 3] = [
    ("auto", Simulation::Auto),
    ("explicit", Simulation::Explicit),
    ("reduced", Simulation::Reduced),
];
/// Largest input dimension.
const MAX_D: u64 = 1 << 30;
/// Largest width of a network.
const MAX_WIDTH: u64 = 1 << 16;
/// Largest number of trials per cell and sample size.
const MAX_TRIALS: u64 = 1_000_000;
/// Largest number of test samples.
const MAX_TEST: u64 = 1 << 24;
/// Largest total number of samples.
const MAX_N: u64 = 1 << 40;
/// Most steps on the first layer.
const MAX_STEPS: u64 = 1 << 20;
/// Largest noise, in standard deviations of the target.
const MAX_NOISE: f64 = 1e6;
const FEATURE_KEYS: [&str; 3] = ["shift", "steps", "normalize"];

/// How much a run of a study may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// At most 30 seconds on two cores.
    Quick,
    /// At most 5 minutes on two cores.
    #[default]
    Standard,
    /// Hours.
    Full,
}

impl Profile {
    const ALL: [Self; 3] = [Self::Quick, Self::Standard, Self::Full];

    /// The profile's name in study files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }
}

/// How the sample sizes of a cell are found and judged.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplePlan {
    /// Bracket or grid.
    pub search: Method,
    /// The risk τ that has to be reached.
    pub threshold: f64,
    /// Smallest n.
    pub n_min: u64,
    /// Largest n.
    pub n_max: u64,
    /// Fresh samples for the metrics.
    pub test: u64,
    /// How the samples of the later stages are simulated.
    pub simulation: Simulation,
}

/// A validated study: everything that a run needs.
#[derive(Clone, Debug)]
pub struct Study {
    /// Its name: the file name without `.toml`.
    pub name: String,
    /// What it is about, in words.
    pub claim: String,
    /// What theory expects, in words.
    pub expected: String,
    /// Seed of every random number.
    pub seed: u64,
    /// Sample sizes.
    pub samples: SamplePlan,
    /// Cells, by series, in increasing d.
    pub series: Vec<Series>,
    /// Profile that was applied.
    pub profile: Profile,
    /// The resolved document, for the manifest.
    pub resolved: Json,
}

impl Study {
    /// Reads and validates a study; `sets` are `key=value` assignments applied last.
    ///
    /// # Errors
    /// With the place in the file, for anything that is not a valid study.
    pub fn read(path: &Path, profile: Profile, sets: &[String]) -> Result<Self> {
        let name = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        check_name(name)?;
        let shown = printable(path);
        let bytes = std::fs::read(path).map_err(|e| {
            let error = match e.kind() {
                ErrorKind::NotFound => Error::usage(format!("there is no study file {shown}")),
                ErrorKind::IsADirectory => {
                    Error::usage(format!("{shown} is a folder, not a study file"))
                }
                _ => Error::usage(format!("cannot read the study {shown}: {e}")),
            };
            error.hint("`secateur list` shows the studies")
        })?;
        let text = String::from_utf8(bytes).map_err(|e| {
            let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
            let line = good.split(|&b| b == b'\n').count();
            Error::usage(format!("{shown}, line {line}: not text in UTF-8"))
                .hint("is this a study file? Save it as UTF-8")
        })?;
        if text.trim().is_empty() {
            return Err(Error::usage(format!("{shown} is empty"))
                .hint("a study needs a claim, a [model] with a link, and a [[sweep]]; studies/ has examples"));
        }
        Self::parse(name, &shown, &text, profile, sets)
    }

    /// [`Study::read`] from a text; `shown` is the file's name in messages.
    ///
    /// # Errors
    /// With the place in the text, for anything that is not a valid study.
    pub fn parse(
        name: &str,
        shown: &str,
        text: &str,
        profile: Profile,
        sets: &[String],
    ) -> Result<Self> {
        let mut root = Node::parse(shown, text)?;
        root.section("the study", &FILE_KEYS)?;
        apply_profile(&mut root, profile)?;
        for assignment in sets {
            root.set(assignment)?;
        }
        // A number of trials given with the command holds for every sweep.
        if sets.iter().any(|s| s.split('=').next().is_some_and(|key| key.trim() == "trials")) {
            root.remove_from_items("sweep", "trials");
        }
        let section = root.section("the study", &STUDY_KEYS)?;
        let samples = read_samples(&section)?;
        let trials = section.whole("trials", 1..=MAX_TRIALS, 16)? as u32;
        let seed = section.whole("seed", 0..=u64::MAX, 1)?;
        let common = Common { samples: &samples, seed, trials };
        let series = read_sweeps(&section, &common)?;
        let text =
            |key| section.get(key).map_or(Ok(String::new()), |n| n.text(key).map(Into::into));
        Ok(Self {
            name: name.to_owned(),
            claim: section.required("claim")?.text("claim")?.to_owned(),
            expected: text("expected")?,
            seed,
            samples,
            series,
            profile,
            resolved: root.to_json(),
        })
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.series.iter().flat_map(|s| &s.cells)
    }
}

/// A study's name becomes a folder: refuses anything that could leave it.
fn check_name(name: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fine) {
        return Err(Error::usage(format!("`{}` cannot name a study", name.escape_debug()))
            .hint("use letters, digits, `_`, `-` and `.`; the name becomes a folder of results"));
    }
    Ok(())
}

/// A path as it may be shown on a terminal: control characters are escaped.
fn printable(path: &Path) -> String {
    let escape = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.into() };
    path.to_string_lossy().chars().map(escape).collect()
}

/// The file of the study that `name` stands for: a name in the folder `studies`, or a file.
///
/// # Errors
/// When there is none, with the nearest names.
pub fn find(name: &str) -> Result<PathBuf> {
    let path = Path::new(name);
    if path.extension().is_some_and(|e| e == "toml") {
        return Ok(path.to_owned());
    }
    check_name(name)?;
    let inside = Path::new(FOLDER).join(format!("{name}.toml"));
    if inside.is_file() {
        return Ok(inside);
    }
    let names = list();
    let error = Error::usage(format!("unknown study `{name}`"));
    Err(match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`? `secateur list` shows all")),
        None if names.is_empty() => error.hint(format!(
            "there is no folder `{FOLDER}` here: run from the repository, or give a path to a .toml file"
        )),
        None => error.hint(format!("the studies are {}", names.join(", "))),
    })
}

/// Names of the studies in the folder `studies`, sorted.
#[must_use]
pub fn list() -> Vec<String> {
    let entries = std::fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml") && p.is_file())
        .filter_map(|p| p.file_stem().and_then(|s| s.to_str()).map(str::to_owned))
        .collect();
    names.sort();
    names
}

fn apply_profile(root: &mut Node, profile: Profile) -> Result<()> {
    let Some(mut profiles) = root.take("profiles") else { return Ok(()) };
    profiles.section("profiles", &Profile::ALL.map(Profile::name))?;
    for other in Profile::ALL {
        let Some(overrides) = profiles.take(other.name()) else { continue };
        overrides.section(&format!("profiles.{}", other.name()), &STUDY_KEYS)?;
        if other == profile {
            root.overlay(overrides);
        }
    }
    Ok(())
}

fn read_samples(root: &Section<'_>) -> Result<SamplePlan> {
    let empty = Node::parse("", "")?;
    let node = root.get("samples").unwrap_or(&empty);
    let samples = node.section("samples", &SAMPLES_KEYS)?;
    let methods = [("bracket", Method::Bracket), ("grid", Method::Grid)];
    let plan = SamplePlan {
        search: samples.choice("search", &methods, Method::Bracket)?,
        threshold: samples.number("threshold", 1e-6..=1e6, 0.5)?,
        n_min: samples.whole("n_min", 1..=MAX_N, 64)?,
        n_max: samples.whole("n_max", 1..=MAX_N, 1 << 24)?,
        test: samples.whole("test", 2..=MAX_TEST, 4096)?,
        simulation: samples.choice("simulation", &SIMULATIONS, Simulation::Auto)?,
    };
    if lattice::indices(plan.n_min, plan.n_max).is_empty() {
        return Err(node
            .error(
                format!(
                    "no sample size lies between n_min = {} and n_max = {}",
                    plan.n_min, plan.n_max
                ),
                "empty range",
            )
            .hint("sample sizes are round(64 · 2^{i/2}): 64, 91, 128, 181, …"));
    }
    Ok(plan)
}

fn read_sweeps(root: &Section<'_>, common: &Common<'_>) -> Result<Vec<Series>> {
    let empty = Node::parse("", "")?;
    let model = root.required("model")?.section("model", &MODEL_KEYS)?;
    let learners = root.get("learner").unwrap_or(&empty);
    if !learners.is_table() {
        learners.section("learner", &[])?;
    }
    // Also those that no sweep uses: a typo must not wait for the day one does.
    for name in learners.keys() {
        Kind::parse(name).map_err(|e| at(learners, &e))?;
        read_learner(learners, name)?;
    }
    let mut series: Vec<Series> = Vec::new();
    for node in root.required("sweep")?.items("sweep")? {
        let sweep = node.section("sweep", &SWEEP_KEYS)?;
        for one in read_sweep(&sweep, &model, learners, common)? {
            if let Some(same) = series.iter_mut().find(|s| s.setting == one.setting) {
                same.add(one.cells);
            } else {
                check_told_apart(node, &series, &one)?;
                series.push(one);
            }
        }
    }
    Ok(series)
}

/// Refuses two series that the columns of the results cannot tell apart.
fn check_told_apart(node: &Node, series: &[Series], new: &Series) -> Result<()> {
    let named = |s: &Setting| {
        let (link, r) = (s.link.text().to_owned(), s.link.r());
        (s.learner.clone(), link, r, s.alpha.to_bits(), s.q.to_bits())
    };
    let new = &new.setting;
    if series.iter().all(|s| named(&s.setting) != named(new)) {
        return Ok(());
    }
    Err(node
        .error(
            format!(
                "two series of {} on {} at alpha = {} differ in the noise alone",
                new.learner,
                new.link.text(),
                new.alpha
            ),
            "the second one",
        )
        .hint("results are told apart by learner, link, r, alpha, q and d: give each noise a study of its own"))
}

/// What every sweep shares, unless it says otherwise.
#[derive(Clone, Copy)]
struct Common<'a> {
    samples: &'a SamplePlan,
    seed: u64,
    trials: u32,
}

/// Every combination of the lists of one `[[sweep]]`.
fn read_sweep(
    sweep: &Section<'_>,
    model: &Section<'_>,
    learners: &Node,
    common: &Common<'_>,
) -> Result<Vec<Series>> {
    let trials = sweep.whole("trials", 1..=MAX_TRIALS, u64::from(common.trials))? as u32;
    let common = &Common { trials, ..*common };
    let dims = sweep.required("d")?;
    let mut series = Vec::new();
    for learner in sweep.required("learner")?.items("learner")? {
        for alpha in sweep.required("alpha")?.items("alpha")? {
            for link in items(sweep, model, "link")? {
                for r in items(sweep, model, "r")? {
                    for q in items(sweep, model, "q")? {
                        for noise in items(sweep, model, "noise")? {
                            let point = Point { learner, alpha, link, r, q, noise };
                            let simulation = common.samples.simulation;
                            let setting = point.setting(sweep, model, learners, simulation)?;
                            series.push(read_series(setting, dims, learner, common)?);
                        }
                    }
                }
            }
        }
    }
    Ok(series)
}

/// The values that `key` sweeps over: those of the sweep, or the one of the model, or none.
fn items<'a>(sweep: &Section<'a>, model: &Section<'a>, key: &str) -> Result<Vec<Option<&'a Node>>> {
    match sweep.get(key).or_else(|| model.get(key)) {
        Some(node) => Ok(node.items(key)?.iter().map(Some).collect()),
        None => Ok(vec![None]),
    }
}

/// One combination of a sweep's lists.
struct Point<'a> {
    learner: &'a Node,
    alpha: &'a Node,
    link: Option<&'a Node>,
    r: Option<&'a Node>,
    q: Option<&'a Node>,
    noise: Option<&'a Node>,
}

impl Point<'_> {
    fn setting(
        &self,
        sweep: &Section<'_>,
        model: &Section<'_>,
        learners: &Node,
        simulation: Simulation,
    ) -> Result<Setting> {
        let name = self.learner.text("learner")?;
        let kind = Kind::parse(name).map_err(|e| at(self.learner, &e))?;
        let Some(link_node) = self.link else {
            return Err(sweep
                .node()
                .error("no link is given", "needs a link")
                .hint("add link = \"He2\" to [model] or to this sweep"));
        };
        let r = self.r.map(|n| n.whole("r", 1..=MAX_D)).transpose()?.map(|r| r as usize);
        let link = Link::parse(link_node.text("link")?, r).map_err(|e| at(link_node, &e))?;
        let normalize = model.get("normalize").map_or(Ok(true), |n| n.boolean("normalize"))?;
        let link = if normalize { link.normalised().map_err(|e| at(link_node, &e))? } else { link };
        let k_star = link.information_exponent().map_err(|e| at(link_node, &e))?;
        let range = |node: Option<&Node>, name, range: std::ops::RangeInclusive<f64>, default| {
            node.map_or(Ok(default), |n| number_in(n, name, &range))
        };
        let alpha = number_in(self.alpha, "alpha", &(0.0..=1.0))?;
        let q = range(self.q, "q", 0.0..=1.99, 0.0)?;
        let mut options = if learners.keys().any(|k| k == name) {
            read_learner(learners, name)?
        } else {
            Options::default()
        };
        options.simulation = simulation;
        if simulation == Simulation::Reduced && options.data == DataUse::Reuse {
            return Err(self
                .learner
                .error("reused data cannot be simulated in reduced form", "reuses its data")
                .hint("the weights depend on the samples: use samples.simulation = \"explicit\" or \"auto\""));
        }
        let learner = kind.build(&options, k_star).map_err(|e| at(self.learner, &e))?;
        Ok(Setting {
            learner: name.to_owned(),
            kind,
            options,
            link,
            normalize,
            k_star,
            alpha,
            q,
            direction: Setting::direction_law(model, self.alpha, alpha, q)?,
            noise: range(self.noise, "noise", 0.0..=MAX_NOISE, 0.1)?,
            stages: learner.stages(),
        })
    }
}

/// An error of another part, shown at `node` with its own hint.
fn at(node: &Node, error: &Error) -> Error {
    let placed = node.error(error.message(), "here");
    match error.hint_text() {
        Some(hint) => placed.hint(hint),
        None => placed,
    }
}

fn read_series(
    setting: Setting,
    dims: &Node,
    learner: &Node,
    &Common { samples, seed, trials }: &Common<'_>,
) -> Result<Series> {
    let smallest = lattice::size(*lattice::indices(samples.n_min, samples.n_max).start());
    setting.check_n(smallest).map_err(|e| at(learner, &e))?;
    let mut cells = Vec::new();
    for node in dims.items("d")? {
        let d = node.whole("d", 1..=MAX_D)? as usize;
        setting.law().check(d, setting.link.r()).map_err(|e| at(node, &e))?;
        cells.push(Cell::new(&setting, d, seed, samples.test, trials));
    }
    let mut series = Series { setting, cells: Vec::new() };
    series.add(cells);
    Ok(series)
}

/// Options of the learner `name` from the table `[learner]`.
fn read_learner(learners: &Node, name: &str) -> Result<Options> {
    let names: Vec<&str> = learners.keys().collect();
    let all = learners.section("learner", &names)?;
    let title = format!("learner.{name}");
    let section = all.required(name)?.section(&title, &LEARNER_KEYS)?;
    let defaults = Options::default();
    let activation = match section.get("activation") {
        Some(node) => Activation::parse(node.text("activation")?).map_err(|e| at(node, &e))?,
        None => defaults.activation,
    };
    let data = [("fresh", DataUse::Fresh), ("reuse", DataUse::Reuse)];
    Ok(Options {
        width: section.whole("width", 1..=MAX_WIDTH, defaults.width as u64)? as usize,
        activation,
        split: read_split(&section)?,
        simulation: defaults.simulation,
        data: section.choice("data", &data, defaults.data)?,
        prune: read_prune(&section, &defaults.prune)?,
        feature: read_feature(&section, defaults.feature)?,
        readout: read_readout(&section, &defaults.readout)?,
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

fn read_shift(node: &Node, range: &std::ops::RangeInclusive<f64>) -> Result<Shift> {
    if node.is_word("auto") {
        return Ok(Shift::Auto);
    }
    Ok(Shift::Fixed(number_in(node, "shift", range)?))
}

fn read_prune(section: &Section<'_>, defaults: &PruneOptions) -> Result<PruneOptions> {
    let channel = match section.get("channel") {
        Some(node) => ChannelChoice::parse(node.text("channel")?).map_err(|e| at(node, &e))?,
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
