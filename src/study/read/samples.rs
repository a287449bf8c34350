//! `[samples]`: how the sample sizes of a cell are found and judged.

use super::document::Node;
use super::limits;
use super::section::Section;
use crate::error::Result;
use crate::learner::options::Simulation;
use crate::study::cell::Cell;
use crate::study::search::bracket::{Aim, Method};
use crate::study::search::lattice;
use crate::words::names;

const KEYS: [&str; 7] =
    ["search", "threshold", "precision", "n_min", "n_max", "test", "simulation"];

/// How the sample sizes of a cell are found and judged.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplePlan {
    /// Bracket or grid.
    pub search: Method,
    /// The risk τ that has to be reached.
    pub threshold: f64,
    /// Half-width of the 95 % interval of ln n* at which a bracket needs no more trials.
    pub precision: f64,
    /// Smallest n.
    pub n_min: u64,
    /// Largest n.
    pub n_max: u64,
    /// Fresh samples for the metrics.
    pub test: u64,
    /// How the samples of the later stages are simulated.
    pub simulation: Simulation,
}

impl SamplePlan {
    pub(super) fn read(root: &Section<'_>) -> Result<Self> {
        let empty = Node::parse("", "")?;
        let node = root.get("samples").unwrap_or(&empty);
        let samples = node.section("samples", &KEYS)?;
        let methods = [("bracket", Method::Bracket), ("grid", Method::Grid)];
        let plan = Self {
            search: samples.choice("search", &methods, Method::Bracket)?,
            threshold: samples.number("threshold", 1e-6..=1e6, 0.5)?,
            precision: samples.number("precision", limits::PRECISION, 0.05)?,
            n_min: samples.whole("n_min", 1..=limits::N, 64)?,
            n_max: samples.whole("n_max", 1..=limits::N, 1 << 24)?,
            test: samples.whole("test", 2..=limits::TEST, 4096)?,
            simulation: samples.choice("simulation", &names(), Simulation::Auto)?,
        };
        if lattice::indices(plan.n_min, plan.n_max).is_empty() {
            let (low, high) = (plan.n_min, plan.n_max);
            let message = format!("no sample size lies between n_min = {low} and n_max = {high}");
            return Err(node
                .error(message, "empty range")
                .hint("sample sizes are round(64 · 2^{i/2}): 64, 91, 128, 181, …"));
        }
        Ok(plan)
    }

    /// What the search of `cell` aims at.
    #[must_use]
    pub fn aim(&self, cell: &Cell) -> Aim {
        Aim {
            method: self.search,
            range: lattice::indices(self.n_min, self.n_max),
            threshold: self.threshold,
            precision: cell.precision.unwrap_or(self.precision),
            trials: cell.trials,
        }
    }
}
