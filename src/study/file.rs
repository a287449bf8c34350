//! Study files: from a checked document to a [`Study`] that can run.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::Value as Json;

use super::catalogue::{check_name, printable};
use super::cell::{Cell, Series, Setting};
use super::document::{Node, Section};
use super::expect::read_expectations;
use super::lattice;
use super::search::{Aim, Method};
use super::sweep::{Common, MAX_TRIALS, read_sweeps};
use crate::error::{Error, Result};
use crate::learner::options::Simulation;
use crate::model::Asked;
use crate::model::expectation::Expectation;
use crate::words::names;

const FILE_KEYS: [&str; 10] = [
    "claim", "expected", "seed", "trials", "model", "samples", "learner", "sweep", "expect",
    "profiles",
];
/// What is left once a profile has been applied.
const STUDY_KEYS: [&str; 9] =
    ["claim", "expected", "seed", "trials", "model", "samples", "learner", "sweep", "expect"];
const SAMPLES_KEYS: [&str; 7] =
    ["search", "threshold", "precision", "n_min", "n_max", "test", "simulation"];
/// Largest number of test samples.
const MAX_TEST: u64 = 1 << 24;
/// Largest total number of samples.
const MAX_N: u64 = 1 << 40;

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
    /// Half-width of the 95 % interval of ln n* at which a bracket needs no more trials.
    pub precision: f64,
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
    /// What the results are held against.
    pub expectations: Vec<Expectation>,
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
            expectations: read_expectations(&section, &series)?,
            series,
            profile,
            resolved: root.to_json(),
        })
    }

    /// What its trials are asked at the risk `tau`.
    #[must_use]
    pub fn asked(&self, tau: f64) -> Asked {
        let cells = self.series.iter().flat_map(|s| s.cells.iter().map(move |c| (&s.setting, c)));
        let law = |(setting, cell): (&Setting, &Cell)| {
            let point = setting.built.law(&setting.case(cell), tau)?;
            Some(((setting.series.as_ref().clone(), cell.d), point))
        };
        Asked {
            study: self.name.clone(),
            expectations: self.expectations.clone(),
            laws: cells.filter_map(law).collect(),
        }
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.series.iter().flat_map(|s| &s.cells)
    }
}

impl SamplePlan {
    /// What the search of `cell` aims at.
    #[must_use]
    pub fn aim(&self, cell: &Cell) -> Aim {
        Aim {
            method: self.search,
            range: lattice::indices(self.n_min, self.n_max),
            threshold: self.threshold,
            precision: self.precision,
            trials: cell.trials,
        }
    }
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
        precision: samples.number("precision", 0.0..=10.0, 0.05)?,
        n_min: samples.whole("n_min", 1..=MAX_N, 64)?,
        n_max: samples.whole("n_max", 1..=MAX_N, 1 << 24)?,
        test: samples.whole("test", 2..=MAX_TEST, 4096)?,
        simulation: samples.choice("simulation", &names(), Simulation::Auto)?,
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
