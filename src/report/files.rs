//! The figures of a study as files.

use std::path::{Path, PathBuf};

use super::figure::{figures, law, law_risk};
use crate::analysis::estimate::Analysis;
use crate::error::{Error, Result};
use crate::results::disk;

/// Draws every figure of the study into `folder`, each as SVG and PNG.
///
/// One for which the analysis has no data is left out, and an older file of its name is removed,
/// so that the folder never shows two different runs. Returns the files written.
///
/// # Errors
///
/// When there is nothing at all to draw, or when a file cannot be written.
pub fn draw_all(analysis: &Analysis, folder: &Path) -> Result<Vec<PathBuf>> {
    draw_beside(analysis, &[], folder)
}

/// [`draw_all`], with the cells of `others` in the figures of the law of the ranking as well.
///
/// # Errors
///
/// As [`draw_all`].
pub fn draw_beside(
    analysis: &Analysis,
    others: &[Analysis],
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    let mut figures = figures(analysis);
    let mut whole = analysis.clone();
    for other in others {
        whole.curves.extend(other.curves.iter().cloned());
        whole.thresholds.extend(other.thresholds.iter().cloned());
        whole.exponents.extend(other.exponents.iter().cloned());
    }
    for (name, scene) in &mut figures {
        match *name {
            "law" => *scene = law::draw(&whole),
            "law_risk" => *scene = law_risk::draw(&whole),
            _ => {}
        }
    }
    if figures.iter().all(|(_, scene)| scene.is_none()) {
        let message = format!("nothing to draw for study `{}`", analysis.study);
        return Err(Error::runtime(message).hint(
            "no trial has finished with a risk yet: run the study first, or look at the \
             status column of trials.csv",
        ));
    }
    let mut files = Vec::new();
    for (name, scene) in figures {
        let paths = ["svg", "png"].map(|kind| folder.join(format!("{name}.{kind}")));
        let contents = match scene {
            Some(scene) => [Some(scene.svg()?.into_bytes()), Some(scene.png()?)],
            None => [None, None],
        };
        files.extend(paths.into_iter().zip(contents));
    }
    disk::make_folder(folder)?;
    disk::sweep(folder);
    for (path, content) in &files {
        content.as_ref().map_or_else(|| disk::remove(path), |bytes| disk::replace(path, bytes))?;
    }
    Ok(files.into_iter().filter_map(|(path, content)| content.map(|_| path)).collect())
}
