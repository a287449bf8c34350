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
    /// All of `asked`, where a cell is asked for more than once by the most of it.
    #[must_use]
    pub fn merged(asked: &[Self]) -> Vec<Self> {
        let mut cells: Vec<(&Series, usize, usize, f64)> = Vec::new();
        for more in asked {
            for &d in &more.dimensions {
                let same = |cell: &&mut (&Series, usize, usize, f64)| {
                    cell.0 == &more.series && cell.1 == d
                };
                match cells.iter_mut().find(same) {
                    Some((.., trials, precision)) => {
                        *trials = more.trials.max(*trials);
                        *precision = more.precision.min(*precision);
                    }
                    None => cells.push((&more.series, d, more.trials, more.precision)),
                }
            }
        }
        let mut merged: Vec<Self> = Vec::new();
        for (series, d, trials, precision) in cells {
            let alike = |more: &&mut Self| {
                more.series == *series && more.trials == trials && more.precision == precision
            };
            match merged.iter_mut().find(alike) {
                Some(more) => more.dimensions.push(d),
                None => merged.push(Self {
                    series: series.clone(),
                    dimensions: vec![d],
                    trials,
                    precision,
                }),
            }
        }
        merged
    }

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
