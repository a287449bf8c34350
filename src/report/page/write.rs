//! Pages as files.

use std::path::{Path, PathBuf};

use super::document::document;
use super::facts::Origin;
use super::index::{Card, index};
use crate::Result;
use crate::analysis::estimate::Analysis;
use crate::analysis::{Options, levels};
use crate::model::Asked;
use crate::results::{Trials, disk};

/// Name of the page in a folder of results.
const PAGE: &str = "report.html";

/// The risks τ of the slider; that of the study takes the place of the nearest.
pub(super) const TAUS: [f64; 20] = [
    0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8,
    0.85, 0.9, 0.95,
];

/// Writes the page of `analysis`, which is of `trials`, into `folder`; its path.
///
/// # Errors
/// When the trials cannot be analysed at the other levels, or the file cannot be written.
pub fn write_page(
    folder: &Path,
    analysis: &Analysis,
    (trials, asked): (&Trials, &Asked),
    options: &Options,
    origin: &Origin<'_>,
) -> Result<PathBuf> {
    let levels = levels(trials, asked, options, taus(analysis.threshold))?;
    let path = folder.join(PAGE);
    disk::sweep(folder);
    disk::replace(&path, document(analysis, &levels, origin).as_bytes())?;
    Ok(path)
}

/// Writes the index of several results into `folder`; its path.
///
/// # Errors
/// When the file cannot be written.
pub fn write_index(folder: &Path, cards: &[Card]) -> Result<PathBuf> {
    let path = folder.join(PAGE);
    disk::replace(&path, index(cards).as_bytes())?;
    Ok(path)
}

fn taus(own: f64) -> [f64; 20] {
    let mut taus = TAUS;
    let nearest = taus.iter_mut().min_by(|a, b| (**a - own).abs().total_cmp(&(**b - own).abs()));
    if let Some(nearest) = nearest {
        *nearest = own;
    }
    taus
}
