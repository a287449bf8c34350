//! From the text of a study to its samples.

mod fuzz;
mod messages;
mod streams;
mod threads;
