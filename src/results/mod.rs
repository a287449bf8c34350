//! What lies on disk: trials, one row of `trials.csv` each, and where they come from.

mod check;
pub mod disk;
mod gathered;
mod growing;
mod header;
pub mod limits;
mod lock;
pub mod machine;
pub mod manifest;
mod merge;
mod name;
pub mod npy;
pub mod provenance;
mod read;
mod record;
mod row;
mod shard;
mod store;
mod strict;
mod table;
mod trials;

pub use gathered::{Gathered, TRIALS, tables};
pub use header::{REQUIRED, shown};
pub use manifest::Manifest;
pub use merge::{Merged, merge};
pub use name::TrialName;
pub use read::{Loaded, parse, read};
pub use record::{Fault, Measured, Record, Simulated};
pub use row::{columns, difference, fields, header, line, same_result};
pub use shard::Shard;
pub use store::{Store, move_aside};
pub use table::{signed_rows, signed_table};
pub use trials::{CellTrials, Trials};
