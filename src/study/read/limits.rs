//! The most that a study may ask for: more is refused before anything is laid out.

/// Bytes of a study file.
pub(super) const FILE: u64 = 1 << 24;
/// Input dimension.
pub(super) const D: u64 = 1 << 62;
/// Coordinates that are visited one by one, and coordinates to keep.
pub(super) use crate::learner::stage::screen::VISITED;
/// Dimension of soft directions.
pub(super) const SOFT_D: u64 = 1 << 20;
/// Neurons of a network.
pub(super) const WIDTH: u64 = 1 << 16;
/// Gradient steps on the first layer.
pub(super) const STEPS: u64 = 1 << 20;
/// Rounds of a ranking: more than halvings of the largest dimension.
pub(super) const ROUNDS: u64 = 64;
/// Samples of a trial.
pub(super) const N: u64 = 1 << 40;
/// Test samples.
pub(super) const TEST: u64 = 1 << 24;
/// Trials of a cell at a sample size.
pub(super) const TRIALS: u64 = 1_000_000;
/// Half-width of an interval of ln n*.
pub(super) const PRECISION: std::ops::RangeInclusive<f64> = 0.0..=10.0;
/// Noise, in standard deviations of the target.
pub(super) const NOISE: f64 = 1e6;
/// Tables `[learner.NAME]`.
pub(super) const LEARNERS: usize = 10_000;
/// Series of all sweeps.
pub(super) const SERIES: usize = 10_000;
/// Cells of all sweeps.
pub(super) const CELLS: usize = 100_000;
/// Tables `[[expect]]`.
pub(super) const EXPECTATIONS: usize = 1000;
