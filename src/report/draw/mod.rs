//! Scenes: what a figure consists of, in points, and how it becomes a file.

pub(crate) mod aside;
pub(crate) mod axis;
pub(crate) mod font;
mod inline;
pub(crate) mod legend;
pub(crate) mod look;
pub(crate) mod page;
pub(crate) mod panel;
pub(crate) mod pdf;
pub(crate) mod render;
pub mod scene;
pub(crate) mod style;
pub(crate) mod ticks;
