//! From the text of a study to its samples.

mod fuzz;
mod streams;
mod threads;
