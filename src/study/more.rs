//! More of a series: trials, or dimensions.

use serde_json::{Value as Json, json};

use crate::model::problem::Series;

/// Trials of a series beyond those of its study, or dimensions that it does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct More {
    /// The series.
    pub series: Series,
    /// Dimensions, old ones or new.
    pub dimensions: Vec<usize>,
    /// Trials per sample size.
    pub trials: usize,
    /// Half-width of the 95 % interval of ln n* at which they suffice.
    pub precision: f64,
}

impl More {
    /// It as a `[[sweep]]`; what is not known of the series is that of the study.
    #[must_use]
    pub fn sweep(&self) -> Json {
        let (problem, learner) = (&self.series.problem, &self.series.learner);
        let mut sweep = json!({
            "learner": learner,
            "link": problem.link,
            "r": problem.r,
            "alpha": problem.alpha,
            "q": problem.q,
            "noise": problem.noise,
            "input": problem.input,
            "d": self.dimensions,
            "trials": self.trials,
            "precision": self.precision,
        });
        if let Some(keys) = sweep.as_object_mut() {
            keys.retain(|_, value| !value.is_null());
        }
        sweep
    }
}
