//! The finite-size law of the ranking: how many samples the choice of coordinates takes, with its
//! constant and without a fitted one.
//!
//! ```text
//! Signal (link, statistic, noise) ─┐
//! rows (s, r, profile) ────────────┴─► Ranking (d, C, M, τ) ─► n_rank ─► n* ≈ n_rank / share of n
//! ```

mod of;
mod ranking;
mod rounds;
mod rows;
mod signal;

pub use ranking::{Keep, Ranking, kept_share};

/// What the law says of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LawPoint {
    /// n*: samples of all stages after which the risk is τ.
    pub n_star: f64,
    /// t + σz: how far a relevant score has to stand out, in null standard deviations.
    pub clearance: f64,
}
pub use rounds::round_counts;
pub use rows::{Row, disjoint_rows, equal_rows, frame_rows, profile_rows};
pub use signal::{Score, Signal};
