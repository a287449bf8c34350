//! From the text of a study to its samples.

mod fuzz;
mod messages;
#[path = "../support/sift.rs"]
mod sift;
mod streams;
mod threads;
