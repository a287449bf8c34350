//! Estimates → figures and words.
//!
//! [`draw_all`] writes the figures of a study; [`exponent_table`] and [`notes()`] put the same estimates into words. A figure is first laid out as a [`Scene`]
//! in points, without knowing where it goes; the scene is then painted as SVG and as PNG,
//! so that both show the same.

pub mod draw;
pub mod figure;
pub mod page;

mod files;
mod format;
mod group;
mod text;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use draw::scene::Scene;
pub use figure::figures;
pub use files::{Choice, draw_all, draw_beside};
pub use text::comparison::{MARKS, comparison_table};
pub use text::details::details_table;
pub use text::expectations::expectation_table;
pub use text::explain::explanation;
pub use text::grid::Form;
pub use text::notes::{hopeless, notes, statement, ways};
pub use text::table::{conclusion, exponent_table, tally};
