//! The figures of a study as files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::figure::{drawn, names};
use crate::analysis::estimate::Analysis;
use crate::error::{Error, Result};
use crate::results::disk;

/// Figures of the law of the ranking.
const OF_THE_LAW: [&str; 2] = ["law", "law_risk"];

/// Draws every figure of the study into `folder`, each as SVG and PNG.
///
/// One for which the analysis has no data is left out, and an older file of its name is removed,
/// so that the folder never shows two different runs. Returns the files written.
///
/// # Errors
///
/// When there is nothing at all to draw, or when a file cannot be written.
pub fn draw_all(analysis: &Analysis, folder: &Path) -> Result<Vec<PathBuf>> {
    draw_beside(analysis, &[], &Choice::default(), folder)
}

/// Which figures are drawn, and how wide.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Names of figures; all if there is none.
    pub figures: Vec<String>,
    /// Width in points, if not that of each.
    pub width: Option<f64>,
    /// As PDF too.
    pub pdf: bool,
}

/// [`draw_all`] of those of `choice`, with the cells of `others` in the figures of the law of the
/// ranking as well.
///
/// # Errors
///
/// As [`draw_all`], and when there is no figure of a name.
pub fn draw_beside(
    analysis: &Analysis,
    others: &[Analysis],
    choice: &Choice,
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    for name in &choice.figures {
        if !names().any(|known| known == name) {
            let all: Vec<_> = names().collect();
            return Err(Error::usage(format!("there is no figure `{name}`"))
                .hint(format!("there are: {}", all.join(", "))));
        }
    }
    let mut whole = Cow::Borrowed(analysis);
    for other in others {
        let whole = whole.to_mut();
        whole.curves.extend(other.curves.iter().cloned());
        whole.thresholds.extend(other.thresholds.iter().cloned());
        whole.exponents.extend(other.exponents.iter().cloned());
    }
    let chosen = |name: &str| choice.figures.is_empty() || choice.figures.iter().any(|c| c == name);
    let of = |name: &str| if OF_THE_LAW.contains(&name) { &whole } else { analysis };
    let figures: Vec<_> = drawn(of, chosen).collect();
    if figures.iter().all(|(_, pages)| pages.is_empty()) {
        let message = format!("nothing to draw for study `{}`", analysis.study);
        return Err(Error::runtime(message).hint(if choice.figures.is_empty() {
            "no trial has finished with a risk yet: run the study first, or look at the status \
             column of trials.csv"
        } else {
            "it has no data for this figure: docs/studies.md, section 6, says what each needs"
        }));
    }
    disk::make_folder(folder)?;
    disk::sweep(folder);
    let mut written = Vec::new();
    for (name, pages) in &figures {
        for (number, scene) in (1..).zip(pages) {
            let scene = &choice.width.map_or_else(|| scene.clone(), |width| scene.scaled(width));
            let page = if number == 1 { String::new() } else { format!("_{number}") };
            let mut kinds = vec![("svg", scene.svg()?.into_bytes()), ("png", scene.png()?)];
            if choice.pdf {
                kinds.push(("pdf", scene.pdf()?));
            }
            for (kind, bytes) in kinds {
                let path = folder.join(format!("{name}{page}.{kind}"));
                disk::replace(&path, &bytes)?;
                written.push(path);
            }
        }
    }
    for old in disk::list(folder)?.iter().map(|file| folder.join(file)) {
        let stem = old.file_stem().unwrap_or_default().to_string_lossy();
        let name = stem.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        let kind =
            old.extension().is_some_and(|kind| kind == "svg" || kind == "png" || kind == "pdf");
        if kind && figures.iter().any(|(figure, _)| *figure == name) && !written.contains(&old) {
            disk::remove(&old)?;
        }
    }
    Ok(written)
}
