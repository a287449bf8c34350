//! The whole study.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::catalogue::Source;
use super::document::Node;
use super::expect::read_expectations;
use super::figure::read_figure;
use super::inherit::inherit;
use super::learner::read_rates;
use super::limits;
use super::samples::SamplePlan;
use super::setting::{Change, SEED};
use super::sweep::read_sweeps;
use crate::error::{Error, Result};
use crate::model::expectation::Expectation;
use crate::model::problem;
use crate::model::question::Question;
use crate::model::{Asked, OwnRate};
use crate::study::cell::{Cell, Series, Setting};
use crate::study::more::More;
use crate::study::search::bracket::Aim;

/// Keys of a study, and of what a profile overrides.
const KEYS: [&str; 10] = [
    "claim", "expected", "seed", "trials", "model", "samples", "learner", "sweep", "expect",
    "figure",
];

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

/// A checked study: everything that a run needs.
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
    /// Rates of the user's own, by learner.
    pub rates: HashMap<String, OwnRate>,
    /// What it asks in one picture.
    pub question: Option<Question>,
    /// Profile that was applied.
    pub profile: Profile,
    /// What the command changed in it.
    pub change: Change,
    /// The resolved document, for the manifest.
    pub resolved: Json,
}

impl Study {
    /// Reads and checks a study; `sets` are `key=value` assignments applied last.
    ///
    /// # Errors
    /// With the place in the file, for anything that is not a valid study.
    pub fn read(source: &Source, profile: Profile, sets: &[String]) -> Result<Self> {
        let (name, text) = source.text()?;
        Self::parse(&name, &source.shown(), &text, profile, sets)
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
        root.section("the study", &[&KEYS[..], &["profiles"]].concat())?;
        let mut written = root.clone();
        apply_profile(&mut written, Profile::Standard)?;
        apply_profile(&mut root, profile)?;
        let profiled = root.clone();
        for assignment in sets {
            root.set(assignment)?;
        }
        // A number of trials given with the command holds for every sweep.
        if sets.iter().any(|s| s.split('=').next().is_some_and(|key| key.trim() == "trials")) {
            root.remove_from_items("sweep", "trials");
        }
        let change = Change::of([&written, &profiled, &root], profile.name(), sets);
        inherit(&mut root)?;
        let section = root.section("the study", &KEYS)?;
        let samples = SamplePlan::read(&section)?;
        let trials = section.whole("trials", 1..=limits::TRIALS, 16)?;
        let seed = section.whole("seed", 0..=u64::MAX, SEED)?;
        let series = read_sweeps(&section, &samples, seed, trials)?;
        let expectations = read_expectations(&section, &series)?;
        Ok(Self {
            name: name.to_owned(),
            claim: section.required("claim")?.text("claim")?.to_owned(),
            expected: section.get("expected").map_or(Ok(""), |n| n.text("expected"))?.to_owned(),
            seed,
            samples,
            rates: read_rates(&section)?,
            question: read_figure(&section, &series, &expectations)?,
            expectations,
            series,
            profile,
            change,
            resolved: root.to_json(),
        })
    }

    /// The study that `resolved` is, a document as [`Study::resolved`] is one; `shown` is its name
    /// in messages.
    ///
    /// # Errors
    /// When this version does not know some of its keys.
    pub fn of_resolved(name: &str, shown: &str, mut resolved: Json, seed: u64) -> Result<Self> {
        // TOML has no whole numbers above 2⁶³.
        resolved.as_object_mut().map(|keys| keys.remove("seed"));
        let text = toml::to_string(&resolved)
            .map_err(|e| Error::runtime(format!("{shown} is no study: {e}")))?;
        let study = Self::parse(name, shown, &text, Profile::Standard, &[format!("seed={seed}")])?;
        Ok(Self { change: Change::default(), ..study })
    }

    /// The same with `more` trials and dimensions.
    ///
    /// # Errors
    /// When it cannot have them.
    pub fn with(&self, more: &[More]) -> Result<Self> {
        let mut resolved = self.resolved.clone();
        let sweeps = match resolved["sweep"].take() {
            Json::Array(sweeps) => sweeps,
            one => vec![one],
        };
        // Of a cell in two sweeps the first decides.
        let all = more.iter().map(More::sweep).chain(sweeps);
        resolved["sweep"] = all.collect();
        let study = Self::of_resolved(&self.name, &self.name, resolved, self.seed)?;
        Ok(Self { profile: self.profile, change: self.change.clone(), ..study })
    }

    /// What the search of the cell of `series` in dimension `d` aims at, if it has that cell.
    #[must_use]
    pub fn aim(&self, series: &problem::Series, d: usize) -> Option<Aim> {
        let of_series = self.series.iter().filter(|s| *s.setting.series == *series);
        let cell = of_series.flat_map(|s| &s.cells).find(|cell| cell.d == d)?;
        Some(self.samples.aim(cell))
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
            rates: self.rates.clone(),
            question: self.question.clone(),
            laws: cells.filter_map(law).collect(),
            limits: HashMap::new(),
        }
    }

    /// The name of the folder of its results: its own, and what the command changed in it.
    #[must_use]
    pub fn folder(&self) -> String {
        self.change.folder(&self.name)
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.series.iter().flat_map(|s| &s.cells)
    }

    /// One sentence for each learner that is blind to the order k* of its link.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let settings = self.series.iter().map(|s| &s.setting);
        let all = settings.flat_map(|s| {
            let cause = move |cause| format!("{} on `{}`: {cause}", s.learner, s.link.text());
            s.built.learner.blindness().into_iter().map(cause)
        });
        let mut said = std::collections::HashSet::new();
        all.filter(|warning| said.insert(warning.clone())).collect()
    }
}

/// Lays the profile over the rest, and checks the others.
fn apply_profile(root: &mut Node, profile: Profile) -> Result<()> {
    let Some(mut profiles) = root.take("profiles") else { return Ok(()) };
    profiles.section("profiles", &Profile::ALL.map(Profile::name))?;
    for other in Profile::ALL {
        let Some(overrides) = profiles.take(other.name()) else { continue };
        overrides.section(&format!("profiles.{}", other.name()), &KEYS)?;
        if other == profile {
            root.overlay(overrides);
        }
    }
    Ok(())
}
