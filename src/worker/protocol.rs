//! What harness and worker say to each other: one line of JSON each way a trial.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Version of the protocol, in every request. Fields may join under the same version: a worker
/// passes over those that it does not know.
pub const PROTOCOL: u32 = 1;

/// One trial, as a worker is told of it. The folder holds `x.npy` (n × d, float32, C order),
/// `y.npy` (n, float32) and `x_test.npy`; the worker writes `predictions.npy` (one float a row of
/// `x_test`) into it and, if it has them, `scores.npy` (d floats), `kept.npy` (increasing
/// coordinates) and `weights.npy` (kept, or all d, coordinates × neurons).
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// The folder of the trial.
    pub folder: PathBuf,
    /// Samples n.
    pub n: u64,
    /// Samples of `x_test`.
    pub n_test: u64,
    /// Dimension d.
    pub d: u64,
    /// Directions r.
    pub r: usize,
    /// Relevant coordinates s, if granted.
    pub s: Option<usize>,
    /// Sparsity exponent α, if granted.
    pub alpha: Option<f64>,
    /// Information exponent k* of the link, if granted.
    pub k_star: Option<u32>,
    /// The link σ*, as text, if granted.
    pub link: Option<String>,
    /// Standard deviation √Δ of the label noise, if granted.
    pub noise: Option<f64>,
    /// Width m that the study asks for.
    pub width: usize,
    /// Whatever else the study asks for, as it stands there.
    pub options: Map<String, Json>,
    /// A seed for the worker's own randomness, a function of the trial.
    pub seed: u64,
    /// First row and number of rows of each stage, if the study splits the samples.
    pub stages: BTreeMap<&'static str, [u64; 2]>,
    /// What of this an honest learner would not know; fields that are not granted are null.
    pub granted: Vec<&'static str>,
}

/// What a worker answers: `{}`, or why it has no predictions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Why the trial failed.
    #[serde(default)]
    pub error: Option<String>,
}
