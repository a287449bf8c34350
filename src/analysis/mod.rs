//! Records → thresholds → exponents → verdicts.

pub mod estimate;
