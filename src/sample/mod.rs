//! The data: a counter-keyed Gaussian generator and the virtual design matrix.
//!
//! The design matrix X is never stored. Entry X\[i, j\] of a stage of a trial is a pure
//! function of (trial key, stage, i, j), so any learner reads any block, in any order, on
//! any thread, and sees the same numbers; memory does not grow with n.

pub mod crew;
pub mod design;
pub mod gaussian;
pub mod input;
pub mod key;
pub mod labels;
pub mod lines;
pub mod product;
pub mod reduce;
pub mod simd;
pub mod strip;

pub use crew::Crew;
pub use design::{Design, LabelScratch, Samples, Stage, Tile};
pub use key::Key;
pub use labels::{CentredLabels, LabelMap};
pub use lines::Lines;
pub use strip::BLOCK;
