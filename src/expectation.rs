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
    /// The exponent β in n = C (s^{k*} ln d)^β, n where the mean of a metric of the ranking
    /// crosses a level, over all selected cells: 1 if the metric is a function of n/(s^{k*} ln d).
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
    pub noise: Option<f64>,
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

/// The settings of a series that a [`Selection`] looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits<'a> {
    /// The link as written in the study.
    pub link: &'a str,
    /// Number of directions r.
    pub r: usize,
    /// Sparsity exponent α.
    pub alpha: f64,
    /// Norm exponent q.
    pub q: f64,
    /// Noise √Δ.
    pub noise: f64,
    /// Law of the inputs.
    pub input: &'a str,
}

/// [`Traits`] that can be compared and hashed: link and input, r, and the bits of the numbers.
pub type TraitsKey<'a> = ([&'a str; 2], usize, [u64; 3]);

impl<'a> Traits<'a> {
    /// Those of the series of a record.
    #[must_use]
    pub fn of(record: &'a Record) -> Self {
        Self {
            link: &record.link,
            r: record.r,
            alpha: record.alpha,
            q: record.q,
            noise: record.noise,
            input: &record.input,
        }
    }

    /// Equal for equal traits.
    #[must_use]
    pub fn key(&self) -> TraitsKey<'a> {
        // Adding 0.0 turns −0 into 0, which compare equal as numbers but not as bits.
        let numbers = [self.alpha, self.q, self.noise].map(|x| (x + 0.0).to_bits());
        ([self.link, self.input], self.r, numbers)
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
    /// Noise √Δ.
    pub noise: Option<f64>,
    /// Law of the inputs.
    pub input: Option<String>,
}

impl Selection {
    /// Whether a series with these settings counts.
    #[must_use]
    pub fn admits(&self, series: &Traits<'_>) -> bool {
        let same = |own: Option<f64>, x: f64| own.is_none_or(|own| own.total_cmp(&x).is_eq());
        self.link.as_ref().is_none_or(|own| own == series.link)
            && self.r.is_none_or(|own| own == series.r)
            && same(self.alpha, series.alpha)
            && same(self.q, series.q)
            && same(self.noise, series.noise)
            && self.input.as_ref().is_none_or(|own| own == series.input)
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
    /// Pearson's correlation of scores and row norms.
    Pearson,
    /// Spearman's.
    Spearman,
    /// Probability that a relevant coordinate scores above an irrelevant one.
    Auc,
}

impl Metric {
    /// All metrics by their names, the columns of `trials.csv`.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("risk", Self::Risk),
        ("alignment", Self::Alignment),
        ("subspace", Self::Subspace),
        ("recall", Self::Recall),
        ("precision", Self::Precision),
        ("mass", Self::Mass),
        ("pearson", Self::Pearson),
        ("spearman", Self::Spearman),
        ("auc", Self::Auc),
    ];

    /// Those of the ranking of coordinates, which rise with n.
    pub const OF_RANKING: [(&'static str, Self); 4] = [
        ("recall", Self::Recall),
        ("pearson", Self::Pearson),
        ("spearman", Self::Spearman),
        ("auc", Self::Auc),
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
            Self::Pearson => record.pearson,
            Self::Spearman => record.spearman,
            Self::Auc => record.auc,
        }
    }
}
