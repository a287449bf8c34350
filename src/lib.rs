//! Scaling studies of pruned and unpruned networks on sparse targets.

pub mod analysis;
pub mod cluster;
pub mod error;
pub mod learner;
pub mod model;
pub mod report;
pub mod results;
pub mod sample;
pub mod study;
pub mod threads;
pub mod words;

pub use error::{Error, ErrorKind, Result};
