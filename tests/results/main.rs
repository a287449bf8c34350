//! Tables of trials: what is read, what is refused, and what damage does to them.

#![expect(clippy::disallowed_methods, reason = "tests make and move files of their own")]

mod damage;
mod fuzz;
mod load;
#[path = "../support/place.rs"]
mod place;
#[path = "../support/sift.rs"]
mod sift;
