//! What a study asks of its trials.

use std::collections::HashMap;

use serde::Serialize;

use super::expectation::Expectation;
use super::formula::OwnRate;
use super::law::LawPoint;
use super::problem::Series;
use super::question::Question;
use super::rate::Rate;

/// n\* of a cell in the limit simulation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LimitPoint {
    /// n\*.
    pub n_star: f64,
    /// Standard error of ln n\*, of the trials.
    pub error: f64,
}

/// What a study asks of its trials: its name, what it expects, at which rates, its question, and
/// what the finite-size law of the ranking and the limit simulation say of its cells.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Name of the study.
    pub study: String,
    /// What the results are held against.
    pub expectations: Vec<Expectation>,
    /// Its question in one picture, if it names one.
    pub question: Option<Question>,
    /// The law, by series and dimension, where it has something to say.
    pub laws: HashMap<(Series, usize), LawPoint>,
    /// n\* in the limit simulation, by series and dimension, where a prediction needs it.
    pub limits: HashMap<(Series, usize), LimitPoint>,
    /// Rates of the user's own, by learner.
    pub rates: HashMap<String, OwnRate>,
}

impl Asked {
    /// The rate that `series` is held against: the user's own for its learner, or theory's.
    #[must_use]
    pub fn rate(&self, series: &Series) -> Option<Rate> {
        let own = self.rates.get(&series.learner);
        own.map_or_else(|| series.rate(), |own| own.rate(&series.problem))
    }
}
