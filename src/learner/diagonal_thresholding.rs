//! Sparse principal components by diagonal thresholding (Johnstone and Lu 2009).

use super::moment::{diagonal, second_moment};
use super::network::Network;
use super::options::{Keep, Options};
use super::ranking::Selected;
use super::second_layer::SecondLayer;
use super::spectral::MAX_DIMENSION;
use super::split::Split;
use super::subspace::{leading_eigenvectors, spread};
use super::width::Width;
use super::{Learner, Task};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::sample::{CentredLabels, Stage};

/// Keeps the M coordinates with the largest absolute diagonal entries of the label-weighted
/// second moment, then takes the leading eigenvectors on them; k* = 2 only.
///
/// ```text
/// t_j = |(1/n₁) Σ_i ỹ_i (x_ij² − 1)|,      A = (1/n₂) Σ_i ỹ_i (x_i x_iᵀ − I)  on the M largest t_j
/// ```
///
/// t_j has mean |c₂| √2 v_j² ≍ 1/s against noise of order n^{−1/2}: n₁ ≍ s² ln d, as for
/// pruning; the eigenvectors on M ≍ s coordinates need n₂ ≍ s only. The exponent is 2α for α < 1 (Johnstone
/// and Lu 2009; Amini and Wainwright 2009); at α = 1 with M = s = d nothing is screened, and it is
/// that of `spectral`. Above α = ½ `spectral`, which screens nothing, is
/// better.
#[derive(Clone, Debug)]
pub struct DiagonalThresholding {
    keep: Keep,
    width: Width,
    activation: Activation,
    split: Split,
    second: SecondLayer,
}

impl DiagonalThresholding {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When k* is not 2, or the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        if k_star != 2 {
            return Err(Error::usage(format!(
                "`diagonal_thresholding` needs information exponent 2, not {k_star}"
            ))
            .hint(
                "the second moment carries no signal of another order; `spectral` knows 1 to 4",
            ));
        }
        Ok(Self {
            keep: options.prune.keep,
            width: options.width,
            activation: options.activation,
            split: Split::new(3, options.split.as_deref(), options.data)?,
            second: SecondLayer::new(options),
        })
    }

    /// Null standard deviations of each coordinate: under the null x² − 1 has variance 2.
    fn scores(labels: &CentredLabels<'_>, d: usize) -> Vec<f64> {
        let scale = (2.0 * labels.variance() * labels.samples().n() as f64).sqrt();
        let scale = scale.max(f64::MIN_POSITIVE);
        diagonal(labels, d).iter().map(|t| t.abs() / scale).collect()
    }
}

impl Learner for DiagonalThresholding {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let directions = task.target.directions();
        let labels = CentredLabels::new(self.split.samples(task, Stage::Prune, sizes[0]));
        let scores = Self::scores(&labels, directions.d());
        let Selected { kept, ranking } = Selected::by(&scores, self.keep, directions, 1);
        if kept.len() > MAX_DIMENSION || kept.len() < directions.r() {
            return Err(Error::runtime(format!(
                "{} coordinates are kept: from {} to {MAX_DIMENSION} can be worked with",
                kept.len(),
                directions.r()
            ))
            .hint("change keep"));
        }
        let labels = CentredLabels::new(self.split.samples(task, Stage::Feature(0), sizes[1]));
        let matrix = second_moment(&labels, &kept, |_| 1.0);
        let basis = leading_eigenvectors(&matrix, directions.r(), task.key.named("subspace"))?;
        let key = task.key.named("weights");
        let width = self.width.at(directions.d());
        let layer = spread(&basis, kept, width, self.activation, key);
        Ok(self.second.fit(layer, task, &self.split, sizes[2])?.ranked(ranking))
    }
}
