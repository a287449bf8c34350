//! A whole study against the finite-size law of the ranking: two numbers.

use super::interval::Interval;
use super::line::dot;
use super::slope::{LEAST_ERROR, scatter};
use crate::model::tail::student_upper;

/// One cell: n* and what [`crate::model::law`] says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LawCell {
    /// Sparsity exponent α: each has a constant of its own in the fit of κ.
    pub alpha: f64,
    /// k* ln s.
    pub ln_power: f64,
    /// ln n*.
    pub ln_n: f64,
    /// Variance of ln n* by the trials.
    pub variance: f64,
    /// ln of the law's n*.
    pub ln_law: f64,
    /// 2 ln u, u = t + σz: how far a relevant score has to stand out, in null standard deviations.
    pub ln_clearance: f64,
}

/// A study held against the law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgainstLaw {
    /// κ: 1 if n* grows as s^{k*} (t + σz)².
    pub kappa: Option<Interval>,
    /// C: n* over the law, a geometric mean.
    pub constant: Option<Interval>,
    /// Standard deviation of ln n*/law.
    pub scatter: f64,
    /// Cells.
    pub cells: usize,
}

/// κ and C of a study.
///
/// ```text
/// ln n* − 2 ln u = a_α + κ k* ln s + error of variance v + τ²         κ ± t_{N−A−1} (Σ w x̃²)^{−½}
/// ln C = mean of ln(n*/law) ± t_{N−1} sd/√N
/// ```
///
/// N cells, A values of α with a constant each, x̃ = k* ln s less its weighted mean within α,
/// w = 1/(v + τ²), τ² as for a series ([`scatter`]). The factor u² = (t + σz)² is a function of d/s,
/// not of d alone, so a fit on (α ln d, ln ln d) with one constant does not hold the truth.
/// κ needs two cells of an α with different s and a degree of freedom, C two cells.
#[must_use]
pub fn against_law(cells: &[LawCell]) -> AgainstLaw {
    let ratios: Vec<f64> = cells.iter().map(|cell| cell.ln_n - cell.ln_law).collect();
    let (mean, sd) = moments(&ratios);
    let count = cells.len();
    let half = student_upper(0.025, count.saturating_sub(1)) * sd / (count as f64).sqrt();
    let constant =
        Interval { value: mean.exp(), low: (mean - half).exp(), high: (mean + half).exp() };
    AgainstLaw {
        kappa: kappa(cells),
        constant: (count > 1).then_some(constant),
        scatter: sd,
        cells: count,
    }
}

fn kappa(cells: &[LawCell]) -> Option<Interval> {
    let mut alphas: Vec<f64> = cells.iter().map(|cell| cell.alpha).collect();
    alphas.sort_by(f64::total_cmp);
    alphas.dedup();
    let freedom = cells.len().checked_sub(alphas.len() + 1).filter(|f| *f > 0)?;
    let noise: Vec<f64> =
        cells.iter().map(|cell| cell.variance.max(LEAST_ERROR * LEAST_ERROR)).collect();
    let fit = |weights: &[f64]| within(cells, &alphas, weights);
    fit(&vec![1.0; cells.len()])?;
    let tau2 = scatter(&noise, freedom, |weights| fit(weights).map_or(0.0, |(_, _, chi2)| chi2));
    let weights: Vec<f64> = noise.iter().map(|v| (v + tau2).recip()).collect();
    let (value, spread, _) = fit(&weights)?;
    let half = student_upper(0.025, freedom) / spread.sqrt();
    Some(Interval { value, low: value - half, high: value + half })
}

/// Slope with a constant in each group, Σ w x̃², and Σ w r²; none if x does not vary in any group.
fn within(cells: &[LawCell], alphas: &[f64], weights: &[f64]) -> Option<(f64, f64, f64)> {
    let varies =
        cells.iter().any(|a| cells.iter().any(|b| a.alpha == b.alpha && a.ln_power != b.ln_power));
    let mut x: Vec<f64> = cells.iter().map(|cell| cell.ln_power).collect();
    let mut y: Vec<f64> = cells.iter().map(|cell| cell.ln_n - cell.ln_clearance).collect();
    for alpha in alphas {
        let group: Vec<usize> = (0..cells.len()).filter(|&i| cells[i].alpha == *alpha).collect();
        let total: f64 = group.iter().map(|&i| weights[i]).sum();
        for column in [&mut x, &mut y] {
            let mean = group.iter().map(|&i| weights[i] * column[i]).sum::<f64>() / total;
            for &i in &group {
                column[i] -= mean;
            }
        }
    }
    let pulls: Vec<f64> = x.iter().zip(weights).map(|(x, w)| w * x).collect();
    let spread = dot(&pulls, &x);
    let slope = dot(&pulls, &y) / spread;
    let chi2 = x.iter().zip(&y).zip(weights).map(|((x, y), w)| w * (y - slope * x).powi(2)).sum();
    (varies && spread > 0.0).then_some((slope, spread, chi2))
}

/// Mean and standard deviation; 0 where there are too few.
fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count.max(1.0);
    let square: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, (square / (count - 1.0).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells with n* = C_α s^{2κ} u², the law with κ = 1 and C = 1.
    fn cells(kappa: f64, constants: [f64; 2]) -> Vec<LawCell> {
        let sizes = [4.0_f64, 8.0, 16.0];
        let both = [(0.25, constants[0]), (0.5, constants[1])];
        both.iter()
            .flat_map(|&(alpha, constant)| {
                sizes.map(|s| {
                    let (ln_power, ln_clearance) = (2.0 * s.ln(), 2.0 * (3.0 + alpha / s).ln());
                    let ln_n = f64::ln(constant) + kappa * ln_power + ln_clearance;
                    let ln_law = ln_power + ln_clearance;
                    LawCell { alpha, ln_power, ln_n, variance: 0.01, ln_law, ln_clearance }
                })
            })
            .collect()
    }

    #[test]
    fn a_study_on_the_law_gives_its_numbers_back() {
        let found = against_law(&cells(1.0, [1.1, 1.1]));
        let (kappa, constant) = (found.kappa.unwrap(), found.constant.unwrap());
        assert!((kappa.value - 1.0).abs() < 1e-12 && (constant.value - 1.1).abs() < 1e-12);
        // t_{3} 0.1/√(Σ x̃²), Σ x̃² = 4 · 4 ln² 2 about the means.
        let half = 3.182_446_305_283_708 * 0.1 / (16.0 * 2_f64.ln().powi(2)).sqrt();
        assert!((kappa.high - kappa.value - half).abs() < 1e-12, "{kappa:?}");
        assert!(found.scatter < 1e-12 && found.cells == 6);
    }

    #[test]
    fn constants_of_their_own_do_not_move_the_slope() {
        let found = against_law(&cells(1.2, [1.0, 3.0]));
        assert!((found.kappa.unwrap().value - 1.2).abs() < 1e-12);
        let constant = found.constant.unwrap();
        assert!(constant.low < constant.value && constant.value < constant.high);
    }

    #[test]
    fn what_cannot_be_known_is_absent() {
        let all = cells(1.0, [1.0, 1.0]);
        assert!(against_law(&[]).constant.is_none() && against_law(&all[..1]).constant.is_none());
        assert!(against_law(&all[..2]).kappa.is_none(), "no degree of freedom");
        let same: Vec<LawCell> = std::iter::repeat_n(all[0], 5).collect();
        assert!(against_law(&same).kappa.is_none(), "s does not vary");
    }
}
