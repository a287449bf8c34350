//! Records → curves → thresholds → exponents → verdicts.
//!
//! ```text
//! trials ─► frame ─┬─► curves ──────────────┐
//!                  └─► resample (trials) ──┴─► threshold ─┬─► fit ─► exponent ─► verdict ─► write
//!                                                     ├─► advantage (of two series)
//!                                                     └─► expect (what the study expects)
//! ```
//!
//! Every estimate is a function of the records and of [`Options`] alone: neither the
//! order of the records nor the number of threads changes a digit, and another
//! threshold never needs another simulation.

pub mod advantage;
pub mod against_law;
mod analyse;
pub mod band;
mod cloud;
pub mod collapse;
pub mod compare;
pub mod diagnostics;
pub mod estimate;
pub mod expect;
pub mod explain;
pub mod exponent;
pub mod frame;
pub mod interval;
pub mod isotonic;
pub mod judge;
pub mod line;
mod options;
pub mod outlook;
pub mod place;
pub mod point;
pub mod resample;
pub mod resolve;
pub mod slope;
pub mod stats;
pub mod stored;
pub mod threshold;
pub mod write;

pub use analyse::{analyse, levels};
pub use estimate::Analysis;
pub use options::Options;
