//! What lies on disk: trials, one row of `trials.csv` each.

mod check;
mod header;
mod name;
mod read;
mod record;
mod row;
mod table;
mod trials;

pub use header::{REQUIRED, shown};
pub use name::TrialName;
pub use read::{Loaded, parse, read};
pub use record::{Fault, Measured, Record, Simulated};
pub use row::{columns, fields, header, line, same_result};
pub use table::{broken_row, signed_table};
pub use trials::{CellTrials, Trials};
