//! The finite-size law of the ranking: how many samples the choice of coordinates takes, with its
//! constant and without a fitted one.
//!
//! ```text
//! Signal (link, statistic, noise) ─┐
//! rows (s, r, profile) ────────────┴─► Ranking (d, C, M, τ) ─► n_rank ─► n* ≈ n_rank / share of n
//! ```

mod of;
mod ranking;
mod rows;
mod signal;

pub use ranking::{Keep, Ranking, kept_share};
pub use rows::{Row, equal_rows, frame_rows, profile_rows};
pub use signal::{Score, Signal};
