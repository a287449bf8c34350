//! Studies: file → validated study → plan → trials → store.

pub mod blind;
pub mod catalogue;
pub mod cell;
pub mod cost;
pub mod document;
pub mod file;
pub mod lattice;
mod learner_options;
pub mod manifest;
pub mod run;
pub mod search;
pub mod store;
mod sweep;
pub mod trial;

pub use catalogue::{find, list};
pub use cell::{Cell, Series};
pub use file::{Profile, Study};
pub use run::{Event, Outcome, run};
pub use store::Store;
