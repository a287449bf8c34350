//! Studies: file → validated study → plan → trials → store.

pub mod blind;
pub mod cell;
pub mod cost;
pub mod document;
pub mod file;
pub mod lattice;
pub mod manifest;
pub mod run;
pub mod search;
pub mod store;
pub mod trial;

pub use cell::{Cell, Series};
pub use file::{Profile, Study, find, list};
pub use run::{Event, Outcome, run};
pub use store::Store;
