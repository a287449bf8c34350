//! Sparse principal components by diagonal thresholding (Johnstone and Lu 2009).

use std::f64::consts::FRAC_1_SQRT_2;

use super::contract::{Coordinates, Granted, Keys, Learner, Recipe};
use super::options::{NETWORK, Options, Width};
use super::stage::moment::{diagonal, second_moment, square_sum};
use super::stage::subspace::{MAX_DIMENSION, leading_eigenvectors, spread};
use super::stage::{Budget, Case, Cost, Scoring, Screen, SecondLayer, Selected, Trained, Work};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::model::input::Input;
use crate::model::nulls::TermLaw;
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
    screen: Screen<Diagonal>,
    width: Width,
    activation: Activation,
    second: SecondLayer,
}

impl Recipe for DiagonalThresholding {
    const KEYS: Keys = &[NETWORK, &["data", "keep"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let k_star = granted.k_star();
        if k_star != 2 {
            return Err(Error::usage(format!(
                "`diagonal_thresholding` needs information exponent 2, not {k_star}"
            ))
            .hint(
                "the second moment carries no signal of another order; `spectral` knows 1 to 4",
            ));
        }
        Ok(Self {
            screen: Screen::new(Diagonal, options),
            width: options.width,
            activation: options.activation,
            second: SecondLayer::new(options),
        })
    }
}

/// n₁ t_j over ‖ỹ‖ √2: under the null x² − 1 has variance 2.
#[derive(Clone, Copy, Debug)]
struct Diagonal;

impl Scoring for Diagonal {
    fn scores(&self, labels: &CentredLabels<'_>, d: usize) -> Vec<f64> {
        let norm = (labels.variance() * labels.samples().n() as f64).sqrt();
        let scale = norm.max(f64::MIN_POSITIVE).recip();
        diagonal(labels, d).iter().map(|&sum| self.score([sum, 0.0, 0.0]) * scale).collect()
    }

    fn strip(&self, x: &[f32], y: &[f32]) -> [f64; 3] {
        [square_sum(x, y), 0.0, 0.0]
    }

    fn score(&self, [sum, ..]: [f64; 3]) -> f64 {
        sum.abs() * FRAC_1_SQRT_2
    }

    fn channels(&self) -> usize {
        1
    }

    fn terms(&self, input: Input) -> Result<Vec<TermLaw>> {
        Ok(vec![TermLaw::square(input)?])
    }
}

impl Learner for DiagonalThresholding {
    fn stages(&self) -> usize {
        3
    }

    fn coordinates(&self, input: Input) -> Coordinates {
        Coordinates::Ranked(self.screen.check(input))
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let kept = case.kept();
        let matrix = Work::new(kept as f64, (kept as f64).powi(2));
        let cost = Cost { slowest: case.comparison(2, 1.0), ..Cost::of(kept, matrix) };
        cost.with(self.screen.screening(case))
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (d, r) = (budget.d(), budget.r());
        let portion = budget.take(Stage::Prune)?;
        let selected = self.screen.select(&portion, |y| y, budget.key("nulls"))?;
        let Selected { kept, scores, .. } = selected;
        if kept.len() > MAX_DIMENSION || kept.len() < r {
            return Err(Error::runtime(format!(
                "{} coordinates are kept: from {r} to {MAX_DIMENSION} can be worked with",
                kept.len(),
            ))
            .hint("change keep"));
        }
        let labels = budget.take(Stage::Feature(0))?.labels();
        let matrix = second_moment(&labels, &kept, |_| 1.0);
        let basis = leading_eigenvectors(&matrix, r, budget.key("subspace"))?;
        let key = budget.key("weights");
        let layer = spread(&basis, kept, self.width.at(d), self.activation, key);
        Ok(self.second.fit(layer, budget)?.by(scores))
    }
}
