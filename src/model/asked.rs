//! What a study asks of its trials.

use std::collections::HashMap;

use super::expectation::Expectation;
use super::law::LawPoint;
use super::problem::Series;

/// What a study asks of its trials: its name, what it expects, and what the finite-size law of
/// the ranking says of its cells.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Name of the study.
    pub study: String,
    /// What the results are held against.
    pub expectations: Vec<Expectation>,
    /// The law, by series and dimension, where it has something to say.
    pub laws: HashMap<(Series, usize), LawPoint>,
}
