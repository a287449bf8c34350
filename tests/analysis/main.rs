//! Estimates and verdicts: against other formulations, and on trials whose law is known.

#![expect(clippy::disallowed_methods, reason = "tests make and list files of their own")]

mod collapse;
mod compare;
mod estimates;
mod expectations;
mod exponents;
mod rates;
#[path = "../../scripts/coverage/truth.rs"]
mod truth;

use std::sync::Arc;

use secateur::analysis::{Analysis, Options, analyse};
use secateur::model::Asked;
use secateur::model::expectation::Expectation;
use secateur::model::metric::Metric;
use secateur::model::problem::{Problem, Real, Series};
use secateur::results::{Record, Trials};

/// The analysis of good records, with this many replicates.
fn analysed(records: &[Record], bootstrap: usize, expected: &[Expectation]) -> Analysis {
    let expectations = expected.to_vec();
    let asked = Asked { study: "synthetic".to_owned(), expectations, ..Asked::default() };
    analysed_as(records, bootstrap, &asked)
}

/// As [`analysed`], for a study that asks more than expectations.
fn analysed_as(records: &[Record], bootstrap: usize, asked: &Asked) -> Analysis {
    let options = Options { bootstrap, ..Options::default() };
    let trials = Trials::new(records.to_vec()).expect("they belong together");
    analyse(&trials, asked, &options).expect("the trials are good")
}

/// The trial as if another learner had run it, in a cell of its own.
fn of_learner(record: &Record, learner: &str) -> Record {
    let series = Series { learner: learner.to_owned(), ..(*record.series).clone() };
    let cell = format!("{learner} {}", record.cell).into();
    Record { series: Arc::new(series), cell, ..record.clone() }
}

/// The trial as if on another link.
fn on_link(record: &Record, link: &str) -> Record {
    let problem = Problem { link: Some(link.to_owned()), ..record.series.problem.clone() };
    let series = Series { problem, ..(*record.series).clone() };
    Record { series: Arc::new(series), ..record.clone() }
}

/// The trial as if at another α, in a cell of its own.
fn at_alpha(record: &Record, alpha: f64) -> Record {
    let problem = Problem { alpha: Real::new(alpha), ..record.series.problem.clone() };
    let series = Series { problem, ..(*record.series).clone() };
    let cell = format!("{alpha} {}", record.cell).into();
    Record { series: Arc::new(series), cell, ..record.clone() }
}

/// Gives a successful trial another value of a metric.
fn set(record: &mut Record, metric: Metric, value: f64) {
    record.outcome.as_mut().expect("it succeeded").metrics[metric] = Some(value);
}

fn risk(record: &Record) -> f64 {
    record.risk().expect("it succeeded")
}
