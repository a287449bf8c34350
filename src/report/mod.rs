//! Estimates → figures and words.
//!
//! [`draw_all`] writes the figures of a study, [`exponent_table`], [`markdown_table`] and
//! [`notes()`] put the same estimates into words. A figure is first laid out as a [`Scene`]
//! in points, without knowing where it goes; the scene is then painted as SVG and as PNG,
//! so that both show the same. Adding a figure: one file with
//! `fn draw(&Analysis) -> Option<Scene>`, and one line in [`draw_all`].

pub mod scene;

mod axis;
mod bounds;
mod comparison;
mod details;
mod expectations;
mod exponents;
mod font;
mod forest;
mod format;
mod grid;
mod group;
mod learning_curves;
mod legend;
mod notes;
mod page;
mod panel;
mod phase_diagram;
mod ranking;
mod render;
mod style;
mod table;
mod thresholds;
mod ticks;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use crate::analysis::estimate::Analysis;
use crate::error::{Error, Result};

pub use comparison::{MARKS, comparison_markdown, comparison_text};
pub use details::details_table;
pub use expectations::{expectation_markdown, expectation_table};
pub use exponents::draw as exponents;
pub use forest::draw as forest;
pub use learning_curves::draw as learning_curves;
pub use notes::notes;
pub use phase_diagram::draw as phase_diagram;
pub use ranking::draw as ranking;
pub use scene::Scene;
pub use table::{exponent_table, markdown_table};
pub use thresholds::draw as thresholds;

/// Draws every figure of the study into `folder`, each as SVG and PNG.
///
/// The figures are `learning_curves`, `thresholds`, `exponents`, `forest`, `phase_diagram` and
/// `ranking`. One for which the analysis has no data is left out, and an older file of its name
/// is removed, so that the folder never shows two different runs. Returns the files written.
///
/// # Errors
///
/// When there is nothing at all to draw, or when a file cannot be written.
pub fn draw_all(analysis: &Analysis, folder: &Path) -> Result<Vec<PathBuf>> {
    let figures = [
        ("learning_curves", learning_curves::draw(analysis)),
        ("thresholds", thresholds::draw(analysis)),
        ("exponents", exponents::draw(analysis)),
        ("ranking", ranking::draw(analysis)),
        ("forest", forest::draw(analysis)),
        ("phase_diagram", phase_diagram::draw(analysis)),
    ];
    if figures.iter().all(|(_, scene)| scene.is_none()) {
        let message = format!("nothing to draw for study `{}`", analysis.study);
        return Err(Error::runtime(message).hint(
            "no trial has finished with a risk yet: run the study first, or look at the \
             status column of trials.csv",
        ));
    }
    fs::create_dir_all(folder).map_err(|e| unwritable(folder, &e))?;
    let mut written = Vec::new();
    for (name, scene) in figures {
        let svg = folder.join(format!("{name}.svg"));
        let png = folder.join(format!("{name}.png"));
        if let Some(scene) = scene {
            fs::write(&svg, scene.svg()?).map_err(|e| unwritable(&svg, &e))?;
            scene.save_png(&png)?;
            written.extend([svg, png]);
        } else {
            remove_stale(&svg)?;
            remove_stale(&png)?;
        }
    }
    Ok(written)
}

fn remove_stale(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(unwritable(path, &e)),
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, cause: &dyn std::fmt::Display) -> Error {
    Error::runtime(format!("cannot write {}: {cause}", path.display()))
        .hint("check that the folder can be written to and that the disk is not full")
}
