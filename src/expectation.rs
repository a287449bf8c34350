//! What a study expects of its results: `[[expect]]` of a study file, judged by the analysis.

use serde::Serialize;

use crate::record::Record;

/// One statement that the results are held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// It in words.
    pub claim: String,
    /// What is measured.
    pub quantity: Quantity,
    /// On which series.
    pub selection: Selection,
    /// What it should be.
    pub predicted: Predicted,
}

/// A number that an analysis yields with an interval.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// β of each selected series of a learner.
    Exponent {
        /// The learner.
        learner: String,
    },
    /// n* of one learner over n* of another, over the cells that both have.
    Ratio {
        /// The learner whose n* is divided.
        over: String,
        /// The learner whose n* it is divided by.
        under: String,
    },
    /// Mean of a metric at the largest n of each cell of a learner.
    Metric {
        /// The metric.
        metric: Metric,
        /// The learner.
        learner: String,
    },
}

impl Quantity {
    /// The learners it speaks of.
    #[must_use]
    pub fn learners(&self) -> Vec<&str> {
        match self {
            Self::Exponent { learner } | Self::Metric { learner, .. } => vec![learner],
            Self::Ratio { over, under } => vec![over, under],
        }
    }

    /// Its name in tables: `β(pruned)`, `n*(unpruned) / n*(pruned)`, `subspace(pruned)`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exponent { learner } => format!("β({learner})"),
            Self::Ratio { over, under } => format!("n*({over}) / n*({under})"),
            Self::Metric { metric, learner } => format!("{}({learner})", metric.name()),
        }
    }
}

/// Which series count; what is absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The link as written in the study.
    pub link: Option<String>,
    /// Number of directions r.
    pub r: Option<usize>,
    /// Sparsity exponent α.
    pub alpha: Option<f64>,
    /// Norm exponent q.
    pub q: Option<f64>,
}

impl Selection {
    /// Whether a series with these settings counts.
    #[must_use]
    pub fn admits(&self, link: &str, r: usize, alpha: f64, q: f64) -> bool {
        self.link.as_ref().is_none_or(|own| own == link)
            && self.r.is_none_or(|own| own == r)
            && self.alpha.is_none_or(|own| own.total_cmp(&alpha).is_eq())
            && self.q.is_none_or(|own| own.total_cmp(&q).is_eq())
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

/// A metric of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Risk.
    Risk,
    /// Alignment of the neurons with the relevant directions.
    Alignment,
    /// Overlap of the learned subspace with the relevant one.
    Subspace,
    /// Share of the relevant coordinates that were kept.
    Recall,
    /// Share of the kept coordinates that are relevant.
    Precision,
    /// Share of the directions' mass that was kept.
    Mass,
}

impl Metric {
    /// All metrics by their names, the columns of `trials.csv`.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("risk", Self::Risk),
        ("alignment", Self::Alignment),
        ("subspace", Self::Subspace),
        ("recall", Self::Recall),
        ("precision", Self::Precision),
        ("mass", Self::Mass),
    ];

    /// Its column in `trials.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// Its value in a trial.
    #[must_use]
    pub fn of(self, record: &Record) -> f64 {
        match self {
            Self::Risk => record.risk,
            Self::Alignment => record.alignment,
            Self::Subspace => record.subspace,
            Self::Recall => record.recall,
            Self::Precision => record.precision,
            Self::Mass => record.mass,
        }
    }
}
