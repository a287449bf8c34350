//! What a study would run, and what that costs.

pub mod calibrate;
pub mod cost;
pub mod pilot;
pub mod survey;
mod total;

pub use total::Plan;
