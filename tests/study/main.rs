//! From the text of a study to its samples.

#![expect(clippy::print_stdout, reason = "what a drill counted")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests list documents and studies, and time what has limits"
)]

#[path = "../support/document.rs"]
mod document;
mod drill;
mod faint;
mod fuzz;
mod limits;
mod links;
mod messages;
mod more;
mod prices;
mod schema;
#[path = "../support/sift.rs"]
mod sift;
mod spelling;
mod streams;
mod threads;
