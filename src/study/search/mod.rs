//! Which trials a cell runs.

pub mod bracket;
pub mod lattice;
pub mod walk;
