//! What a study asks in one picture: one number against what was varied.

use super::expectation::{Expectation, Predicted, Quantity};
use super::metric::Metric;
use super::problem::Series;

/// The question of a study: `[figure]` of its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What tells its lines apart, by key.
    pub by: Vec<String>,
    /// It in words.
    pub title: String,
    /// Name of what was varied.
    pub x: String,
    /// What is measured.
    pub y: Measure,
    /// Of a ratio, what its n* is divided by, in words: `unpruned`, `√Δ = 0`.
    pub base: String,
    /// Where: one a series, or one a cell.
    pub spots: Vec<Spot>,
    /// The names of the lines that they are on, in the order of the file.
    pub lines: Vec<String>,
}

impl Question {
    /// The lines of `spots`, in their order.
    #[must_use]
    pub fn lines(spots: &[Spot]) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for spot in spots {
            if !lines.contains(&spot.line) {
                lines.push(spot.line.clone());
            }
        }
        lines
    }
}

/// A number that a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// n* in the largest dimension that all series have.
    NStar,
    /// β.
    Exponent,
    /// n* over the law of the ranking.
    Law,
    /// n* over that of a base, a geometric mean over the dimensions that both have.
    Ratio,
    /// The mean of a metric at the largest n.
    Metric(Metric),
}

/// A series, or one cell of it, in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// The series.
    pub series: Series,
    /// The dimension, if it is one cell.
    pub d: Option<usize>,
    /// Which line it is on.
    pub line: String,
    /// Where on the axis.
    pub x: Place,
    /// What its n* is divided by.
    pub base: Option<Series>,
    /// What the study expects here, with the margin.
    pub expected: Vec<(Predicted, f64)>,
}

/// A place on the axis of a picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// A number.
    Number(f64),
    /// A name, in the order of the file.
    Name(String),
    /// The whole learning curve, against n.
    Samples,
    /// The whole learning curve, against n/(s^{k*} ln(d/s)).
    Scaled,
    /// Every trial, against this metric of its own.
    Of(Metric),
}

impl Spot {
    /// What `expectations` say of `measure` here.
    #[must_use]
    pub fn expects(&self, measure: Measure, expectations: &[Expectation]) -> Vec<(Predicted, f64)> {
        let own = &self.series;
        let says = |e: &Expectation| -> Option<Predicted> {
            // A computed prediction is another number in every cell.
            if e.basis.is_computed() || !e.selection.admits(&own.problem) {
                return None;
            }
            match (measure, &e.quantity) {
                (Measure::Exponent, Quantity::Exponent { learner }) => {
                    (*learner == own.learner).then_some(e.predicted)
                }
                (Measure::Metric(shown), Quantity::Metric { metric, learner }) => {
                    (*learner == own.learner && shown == *metric).then_some(e.predicted)
                }
                (Measure::Ratio, Quantity::Ratio { over, under }) => {
                    let base = self.base.as_ref()?;
                    if over.holds(own) && under.of(own) == *base {
                        Some(e.predicted)
                    } else {
                        (under.holds(own) && over.of(own) == *base).then(|| inverse(e.predicted))
                    }
                }
                _ => None,
            }
        };
        expectations.iter().filter_map(|e| Some((says(e)?, e.margin))).collect()
    }
}

fn inverse(ratio: Predicted) -> Predicted {
    match ratio {
        Predicted::Value(x) => Predicted::Value(1.0 / x),
        Predicted::AtLeast(x) => Predicted::AtMost(1.0 / x),
        Predicted::AtMost(x) => Predicted::AtLeast(1.0 / x),
    }
}
