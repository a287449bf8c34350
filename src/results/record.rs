//! A finished trial.

use std::sync::Arc;

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};

use crate::model::metric::{Metric, Metrics};
use crate::model::problem::Series;

/// A finished trial: one learner, one cell, one sample size, one trial index. A failed trial is
/// recorded, never dropped.
///
/// A table that another program wrote needs only the columns [`super::REQUIRED`]; what else it
/// lacks is `None`. There a cell is named by its series and d, the study by the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Name of the study.
    pub study: Arc<str>,
    /// Key of the cell: a hash, 16 hexadecimal digits, of all that can change its numbers.
    pub cell: Arc<str>,
    /// The learner and its problem.
    pub series: Arc<Series>,
    /// Input dimension d.
    pub d: usize,
    /// Number of relevant rows s = max(r, round(d^α)).
    pub s: Option<usize>,
    /// Network width m.
    pub width: Option<usize>,
    /// Total number of labelled samples n of all stages.
    pub n: u64,
    /// Trial index, from 0.
    pub trial: u32,
    /// The trial's derived seed.
    pub seed: Option<u64>,
    /// The manifest of the run that made the trial: `manifests/….json` beside the table.
    pub manifest: Option<Arc<str>>,
    /// Wall-clock seconds of this trial.
    pub seconds: Option<f64>,
    /// What was measured, or why nothing was, in one line.
    pub outcome: Result<Measured, String>,
}

/// What a successful trial measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// The metrics; a learner that has no scores has no correlations.
    pub metrics: Metrics,
    /// Number of coordinates M that the learner kept.
    pub kept: Option<usize>,
    /// How the trial was simulated.
    pub simulation: Option<Simulated>,
}

impl Measured {
    /// A risk and nothing else.
    #[must_use]
    pub fn of_risk(risk: f64) -> Self {
        let metrics = Metrics::from_fn(|metric| (metric == Metric::Risk).then_some(risk));
        Self { metrics, ..Self::default() }
    }
}

/// How a trial was simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Simulated {
    /// Every kept coordinate of every sample was drawn.
    Explicit,
    /// Later stages were drawn from the exact joint law of what they see.
    Reduced,
    /// A prediction: sums over samples were replaced by their limits.
    Limit,
}

impl Record {
    /// What was measured, if the trial succeeded.
    #[must_use]
    pub fn measured(&self) -> Option<&Measured> {
        self.outcome.as_ref().ok()
    }

    /// Whether the trial succeeded.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.outcome.is_ok()
    }

    /// Whether it is a prediction and no measurement.
    #[must_use]
    pub fn is_prediction(&self) -> bool {
        self.measured().and_then(|m| m.simulation) == Some(Simulated::Limit)
    }

    /// A metric, if the trial succeeded and has it.
    #[must_use]
    pub fn metric(&self, metric: Metric) -> Option<f64> {
        self.measured()?.metrics[metric]
    }

    /// The risk, if the trial succeeded.
    #[must_use]
    pub fn risk(&self) -> Option<f64> {
        self.metric(Metric::Risk)
    }

    /// The first impossible value among those that an estimate uses: d, n, and the risk of a
    /// successful trial.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        let fault = |column, found: String, wanted| Some(Fault { column, found, wanted });
        if self.d == 0 {
            return fault("d", self.d.to_string(), "at least 1");
        }
        if self.n == 0 {
            return fault("n", self.n.to_string(), "at least 1");
        }
        let risk = self.measured().map(|m| m.metrics[Metric::Risk].unwrap_or(f64::NAN));
        risk.filter(|risk| !(risk.is_finite() && *risk >= 0.0)).and_then(|risk| {
            fault("risk", risk.to_string(), "finite and at least 0, as the status is `ok`")
        })
    }
}

/// A value that no trial can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name of the column.
    pub column: &'static str,
    /// The value found.
    pub found: String,
    /// What it should be.
    pub wanted: &'static str,
}
