//! The same estimates in words and tables.

pub(crate) mod comparison;
pub(crate) mod details;
pub(crate) mod expectations;
pub(crate) mod explain;
pub(crate) mod grid;
pub(crate) mod notes;
pub(crate) mod says;
pub(crate) mod table;
