//! The same estimates in words and tables.

pub(crate) mod comparison;
pub(crate) mod details;
pub(crate) mod expectations;
mod grid;
pub(crate) mod notes;
pub(crate) mod table;
