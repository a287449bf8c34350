//! Studies: file → checked study → plan → trials → store.

pub mod cell;
pub mod contract;
pub mod dump;
mod foresee;
mod limits;
pub mod manifest;
pub mod more;
pub mod plan;
pub mod predict;
pub mod read;
pub mod run;
pub mod search;
pub mod trial;

pub use cell::{Cell, Series};
pub use foresee::foresee;
pub use limits::Limits;
pub use more::More;
pub use plan::Plan;
pub use read::{Profile, Study, is_setting};
pub use run::{Job, Outcome, Step, run};
