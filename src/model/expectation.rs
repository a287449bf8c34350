//! What a study expects of its results: `[[expect]]` of a study file, judged by the analysis.

use serde::Serialize;
use strum::IntoStaticStr;

use super::metric::Metric;
use super::problem::{Problem, Real, Series};

/// The margin within which an exponent matches a prediction.
pub const MARGIN: f64 = 0.15;

/// Dimensions that a verdict on an exponent needs.
pub const FEWEST_DIMENSIONS: usize = 4;

/// One statement that the results are held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// It in words.
    pub claim: String,
    /// What is measured.
    pub quantity: Quantity,
    /// On which problems: what is `None` does not restrict.
    pub selection: Problem,
    /// What it should be.
    pub predicted: Predicted,
    /// Where that comes from.
    pub basis: Basis,
    /// How near the prediction counts as it; a factor for a ratio.
    pub margin: f64,
    /// Whether it was written when results were known.
    pub posterior: bool,
}

/// Where the prediction of an expectation comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, IntoStaticStr)]
pub enum Basis {
    /// The study file states it.
    #[default]
    #[strum(serialize = "stated")]
    #[serde(rename = "stated")]
    Stated,
    /// The same, from a formula that holds at leading order only.
    #[strum(serialize = "leading order")]
    #[serde(rename = "leading order")]
    Leading,
    /// The finite-size law of the ranking: the geometric mean of its ratios over the cells.
    #[strum(serialize = "law")]
    #[serde(rename = "law")]
    Law,
    /// The limit simulation: the geometric mean of the ratios of its n\* over the cells, or the slope
    /// of its ln n\* against ln d.
    #[strum(serialize = "limit")]
    #[serde(rename = "limit")]
    Limit,
}

impl Basis {
    /// Whether the number is computed once the cells are known, rather than written in the file.
    #[must_use]
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Law | Self::Limit)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// A number that an analysis yields with an interval.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// β of each selected series of a learner.
    Exponent {
        /// The learner.
        learner: String,
    },
    /// n* of one side over n* of the other, over the cells that both have.
    Ratio {
        /// The side whose n* is divided.
        over: Side,
        /// The side whose n* it is divided by.
        under: Side,
    },
    /// Mean of a metric at the largest n of each cell of a learner.
    Metric {
        /// The metric.
        metric: Metric,
        /// The learner.
        learner: String,
    },
    /// The exponent β in n = C (s^{k*} ln(d/s))^β, n where the mean of a metric of the ranking
    /// crosses a level, over all selected cells: 1 if the metric is a function of n/(s^{k*} ln(d/s)).
    Collapse {
        /// The metric.
        metric: Metric,
        /// The level, between 0 and 1.
        level: f64,
        /// The learner.
        learner: String,
    },
}

/// One side of a ratio: a learner, and what else sets it apart from the other side.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The learner.
    pub learner: String,
    /// Its noise √Δ, if the sides differ in it.
    pub noise: Option<Real>,
    /// Its law of the inputs, if the sides differ in it.
    pub input: Option<String>,
}

impl From<&str> for Side {
    /// A learner alone.
    fn from(learner: &str) -> Self {
        Self { learner: learner.to_owned(), noise: None, input: None }
    }
}

impl Side {
    fn words(&self) -> String {
        let mut words = self.learner.clone();
        if let Some(noise) = self.noise {
            words += &format!(", noise {noise}");
        }
        if let Some(input) = &self.input {
            words.extend([", ", input]);
        }
        words
    }

    /// The series of this side that is `series` but for what the side names.
    #[must_use]
    pub fn of(&self, series: &Series) -> Series {
        let problem = &series.problem;
        Series {
            learner: self.learner.clone(),
            problem: Problem {
                noise: self.noise.or(problem.noise),
                input: self.input.clone().or_else(|| problem.input.clone()),
                ..problem.clone()
            },
        }
    }

    /// Whether `series` is one of this side.
    #[must_use]
    pub fn holds(&self, series: &Series) -> bool {
        self.of(series) == *series
    }
}

impl Expectation {
    /// Whether it speaks of `series`, on one of its sides if it is a ratio.
    #[must_use]
    pub fn speaks_of(&self, series: &Series) -> bool {
        let side = match &self.quantity {
            Quantity::Ratio { over, under } => over.holds(series) || under.holds(series),
            Quantity::Exponent { learner }
            | Quantity::Metric { learner, .. }
            | Quantity::Collapse { learner, .. } => *learner == series.learner,
        };
        side && self.selection.admits(&series.problem)
    }
}

impl Quantity {
    /// The learners it speaks of.
    #[must_use]
    pub fn learners(&self) -> Vec<&str> {
        match self {
            Self::Exponent { learner }
            | Self::Metric { learner, .. }
            | Self::Collapse { learner, .. } => vec![learner],
            Self::Ratio { over, under } => vec![&over.learner, &under.learner],
        }
    }

    /// Its name in tables: `β(pruned)`, `n*(unpruned) / n*(pruned)`, `subspace(pruned)`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exponent { learner } => format!("β({learner})"),
            Self::Ratio { over, under } => format!("n*({}) / n*({})", over.words(), under.words()),
            Self::Metric { metric, learner } => format!("{}({learner})", metric.name()),
            Self::Collapse { metric, level, learner } => {
                format!("collapse({learner}, {} = {level})", metric.name())
            }
        }
    }
}

/// What a quantity should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicted {
    /// This number.
    Value(f64),
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Predicted {
    /// Its numbers on another, increasing, scale.
    #[must_use]
    pub fn map(self, scale: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Value(x) => Self::Value(scale(x)),
            Self::AtLeast(x) => Self::AtLeast(scale(x)),
            Self::AtMost(x) => Self::AtMost(scale(x)),
        }
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> f64 {
        let (Self::Value(x) | Self::AtLeast(x) | Self::AtMost(x)) = self;
        x
    }

    /// `=`, `≥` or `≤`.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Value(_) => "=",
            Self::AtLeast(_) => "≥",
            Self::AtMost(_) => "≤",
        }
    }
}
