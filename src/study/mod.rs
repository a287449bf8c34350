//! Studies: file → validated study → plan → trials → store.

pub mod blind;
pub mod calibrate;
pub mod catalogue;
pub mod cell;
pub mod cost;
pub mod document;
mod expect;
mod faint;
pub mod file;
pub mod lattice;
mod learner_options;
pub mod machine;
pub mod manifest;
pub mod plan;
pub mod run;
pub mod search;
pub mod shard;
pub mod store;
pub mod survey;
mod sweep;
pub mod trial;
pub mod walk;

pub use catalogue::{find, list};
pub use cell::{Cell, Series};
pub use file::{Profile, Study};
pub use plan::Plan;
pub use run::{Event, Job, Outcome, run};
pub use shard::Shard;
pub use store::Store;
