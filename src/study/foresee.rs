//! What can be said of a study before it runs: what will not be learned from it.

use super::cell::Series;
use super::read::Study;
use super::search::{lattice, walk::Expected};
use crate::model::expectation::FEWEST_DIMENSIONS;

/// Series that a sentence names.
const NAMED: usize = 3;

/// Times n_max at which n* has to be expected before a cell is called hopeless: without a law the
/// expectation is good to a small factor only.
const BEYOND: f64 = 4.0;

/// One sentence each about learners that are blind ([`Study::warnings`]), a threshold that is no
/// risk of a learner, sizes off the lattice, cells whose n* is expected beyond n_max, and
/// predictions that no series is long enough to judge.
#[must_use]
pub fn foresee(study: &Study) -> Vec<String> {
    let samples = &study.samples;
    let mut said = study.warnings();
    if samples.threshold >= 1.0 {
        said.push(format!(
            "threshold = {}: the risk counts 1 at most, so n* and exponents need one below 1",
            samples.threshold
        ));
    }
    let smallest = lattice::size(0);
    if samples.n_min < smallest && samples.n_min > 1 {
        said.push(format!("n_min = {}: the smallest sample size is {smallest}", samples.n_min));
    }
    let asked = study.asked(samples.threshold);
    let short =
        |s: &&Series| s.cells.len() < FEWEST_DIMENSIONS && asked.rate(&s.setting.series).is_some();
    let short: Vec<String> = study.series.iter().filter(short).map(name).collect();
    // Where no series is judged the study is about something else.
    if !short.is_empty() && short.len() < study.series.len() {
        said.push(format!(
            "no verdict on {}: fewer than {FEWEST_DIMENSIONS} dimensions",
            some(&short)
        ));
    }
    let beyond = |s: &Series| {
        let setting = &s.setting;
        let n = |c| {
            let Expected { n_star, by_law } = Expected::of(setting, c, samples.threshold);
            n_star / if by_law { 1.0 } else { BEYOND }
        };
        let cell = s.cells.iter().find(|c| n(c) > samples.n_max as f64)?;
        Some(format!("{} from d = {} on", name(s), cell.d))
    };
    let beyond: Vec<String> = study.series.iter().filter_map(beyond).collect();
    if !beyond.is_empty() {
        said.push(format!(
            "n* is expected beyond n_max = {}, and only bounded: {}",
            samples.n_max,
            some(&beyond)
        ));
    }
    said
}

fn name(series: &Series) -> String {
    let setting = &series.setting;
    format!("{} on `{}` at alpha = {}", setting.learner, setting.link.text(), setting.alpha)
}

/// The first of `all`, and how many more there are.
fn some(all: &[String]) -> String {
    let more = all.len().saturating_sub(NAMED);
    let first = all[..all.len() - more].join("; ");
    if more == 0 { first } else { format!("{first}; and {more} more") }
}
