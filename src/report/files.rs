//! The figures of a study as files.

use std::fs;
use std::path::{Path, PathBuf};

use super::figure::figures;
use crate::analysis::estimate::Analysis;
use crate::error::{Error, Result};
use crate::replace::replace_file;

/// Draws every figure of the study into `folder`, each as SVG and PNG.
///
/// One for which the analysis has no data is left out, and an older file of its name is removed,
/// so that the folder never shows two different runs. Returns the files written.
///
/// # Errors
///
/// When there is nothing at all to draw, or when a file cannot be written.
pub fn draw_all(analysis: &Analysis, folder: &Path) -> Result<Vec<PathBuf>> {
    let figures = figures(analysis);
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
            replace_file(&svg, scene.svg()?.as_bytes()).map_err(|e| unwritable(&svg, &e))?;
            replace_file(&png, &scene.png()?).map_err(|e| unwritable(&png, &e))?;
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
