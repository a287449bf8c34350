//! What theory predicts: exponents β of the sample complexity n*(d) ≍ d^β, up to logarithms.
//!
//! The relevant directions have about d^α non-zero rows, k* is the information exponent of the
//! link and s* ≤ k* its generative exponent.

use serde::Serialize;

use super::input::Input;
use super::link::Link;
use super::problem::Problem;
use super::rate::{Rate, RateKind};
use crate::error::{Error, Result};

/// Largest information exponent that [`predict`] accepts.
pub const MAX_INFORMATION_EXPONENT: u32 = 20;

/// Predicted exponents β, one per curve.
///
/// The first three are also known for multi-index links, at k* = 2; the others are
/// single-index results, reported with the same formula whatever r is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// Pruned network, upper bound: α k*. Vural and Erdogdu 2024.
    pub pruned: f64,
    /// Unpruned network, rotation-invariant start, one gradient step: k*.
    /// Vural and Erdogdu 2024; Damian, Lee and Soltanolkotabi 2022.
    pub unpruned: f64,
    /// Lower bound for correlational statistical queries: min(α, ½) k*. Vural and Erdogdu 2024.
    pub csq: f64,
    /// Online SGD on the sphere: max(1, k* − 1). Ben Arous, Gheissari and Jagannath 2021.
    pub online_sgd: f64,
    /// SGD on a smoothed landscape: max(1, k*/2). Damian, Nichani, Ge and Lee 2023.
    pub smoothed_sgd: f64,
    /// With a transformation of the label: max(α, min(α, ½) s*).
    /// Damian, Pillaud-Vivien, Lee and Bruna 2024; Chen, Wu, Lu, Yang and Wang 2025. None where
    /// the generative exponent is not known, as for most links of several directions.
    pub sq: Option<f64>,
    /// Any learner, however slow: α. A choice of d^α of d coordinates is ln(d choose d^α), about
    /// d^α ln d, bits, and a direction on them has d^α more numbers.
    pub information: f64,
}

/// Exponents for information exponent `k_star`, sparsity exponent `alpha`, `r` directions and
/// generative exponent `s_star`.
///
/// ```
/// let p = secateur::model::predict(2, 0.25, 1, Some(2))?;
/// assert_eq!((p.pruned, p.unpruned, p.csq), (0.5, 2.0, 0.5));
/// # Ok::<(), secateur::Error>(())
/// ```
///
/// # Errors
///
/// `k_star` outside 1..=20, `alpha` outside [0, 1], `r` = 0, or `s_star` outside 1..=k*.
pub fn predict(k_star: u32, alpha: f64, r: usize, s_star: Option<u32>) -> Result<Prediction> {
    if !(1..=MAX_INFORMATION_EXPONENT).contains(&k_star) {
        return Err(Error::usage(format!(
            "information exponent {k_star} is outside 1..={MAX_INFORMATION_EXPONENT}"
        ))
        .hint(
            "it is the order of the link's lowest Hermite coefficient: `secateur link` finds it",
        ));
    }
    if !(0.0..=1.0).contains(&alpha) {
        return Err(Error::usage(format!("alpha = {alpha} is outside [0, 1]"))
            .hint("alpha is the sparsity exponent: the target has d^alpha relevant rows"));
    }
    if r == 0 {
        return Err(Error::usage("r = 0: a target needs at least one relevant direction")
            .hint("single-index targets have r = 1"));
    }
    if let Some(s_star) = s_star.filter(|s_star| !(1..=k_star).contains(s_star)) {
        return Err(Error::usage(format!("generative exponent {s_star} is outside 1..={k_star}"))
            .hint("the generative exponent never exceeds the information exponent"));
    }
    let k = f64::from(k_star);
    Ok(Prediction {
        pruned: alpha * k,
        unpruned: k,
        csq: alpha.min(0.5) * k,
        online_sgd: (k - 1.0).max(1.0),
        smoothed_sgd: (0.5 * k).max(1.0),
        sq: s_star.map(|s| (alpha.min(0.5) * f64::from(s)).max(alpha)),
        information: alpha,
    })
}

/// Generative exponent of He_{k*}: 1 for odd k*, 2 for even k*.
///
/// A polynomial never has a larger one (Damian, Pillaud-Vivien, Lee and Bruna 2024).
#[must_use]
pub fn default_generative_exponent(k_star: u32) -> u32 {
    if k_star % 2 == 1 { 1 } else { 2 }
}

/// The samples below which no learner whatever finds the s relevant of d coordinates as often as not,
/// by Fano's inequality: (½ ln C(d, s) − ln 2) / (½ ln(1 + 1/Δ)).
///
/// A uniform choice of the support has entropy ln C(d, s); a label of variance 1 + Δ with Gaussian
/// noise of variance Δ says at most ½ ln(1 + 1/Δ) of it, whatever the link. 0 without noise, which
/// sets no such limit, and where every coordinate is relevant. Wainwright 2009 has it for linear
/// links.
#[must_use]
pub fn fewest_samples(d: usize, s: usize, noise: f64) -> f64 {
    let entropy = ln_choices(d, s.min(d));
    let a_sample = 0.5 * (noise * noise).recip().ln_1p();
    ((0.5 * entropy - 2_f64.ln()) / a_sample).max(0.0)
}

/// ln C(d, s), to 10⁻⁹ relative: a sum, or Stirling's series where both s and d − s are large.
fn ln_choices(d: usize, s: usize) -> f64 {
    let few = s.min(d - s);
    if few <= 4096 {
        return (0..few).map(|i| ((d - i) as f64 / (few - i) as f64).ln()).sum();
    }
    let (n, k, rest) = (d as f64, few as f64, (d - few) as f64);
    let leading = k * (n / k).ln() - rest * (-k / n).ln_1p();
    let series = (n.recip() - k.recip() - rest.recip()) / 12.0;
    leading + 0.5 * (n / (std::f64::consts::TAU * k * rest)).ln() + series
}

/// The link of a problem, if its text can be read.
fn link(problem: &Problem) -> Option<Link> {
    Link::parse(problem.link.as_deref()?, problem.r).ok()?.normalised().ok()
}

/// No formula: of a learner that never learns, or that no theorem known to us is about.
pub(super) fn none(_: &Problem) -> Option<Rate> {
    None
}

/// α k*, up to ln d for α < 1, an upper bound: `pruned` (Vural and Erdogdu 2024).
pub(super) fn pruned(problem: &Problem) -> Option<Rate> {
    let log_power = ranking_log(problem)?;
    Some(Rate { log_power, kind: RateKind::Upper, ..sparse(problem)? })
}

/// α k*, up to ln d for α < 1, of a choice of as many coordinates as the scores show: the
/// calculation of `pruned`, which no theorem covers where s and k* are not granted.
pub(super) fn adaptive(problem: &Problem) -> Option<Rate> {
    Some(Rate { kind: RateKind::Heuristic, ..pruned(problem)? })
}

/// α k*, up to ln d for α < 1, of scores of pairs: that of Choo and d'Orsi 2021 for sparse tensors of
/// independent entries, t^{1 − k*} of it at groups of t. For sums over samples it is a calculation.
pub(super) fn grouped(problem: &Problem) -> Option<Rate> {
    adaptive(problem)
}

/// α k*: `unpruned` in dimension s = d^α.
pub(super) fn sparse(problem: &Problem) -> Option<Rate> {
    Some(Rate::of(problem.alpha()? * f64::from(problem.k_star?)))
}

/// k*, of one gradient step on all d coordinates: Vural and Erdogdu 2024; Damian, Lee and
/// Soltanolkotabi 2022.
pub(super) fn dense(problem: &Problem) -> Option<Rate> {
    Some(Rate::of(f64::from(problem.k_star?)))
}

/// max(1, k*/2), of spectral methods (Damian, Pillaud-Vivien, Lee and Bruna 2024).
pub(super) fn spectral(problem: &Problem) -> Option<Rate> {
    Some(Rate::of((0.5 * f64::from(problem.k_star?)).max(1.0)))
}

/// max(1, k*/2) up to ln d, of a smoothed landscape (Damian, Nichani, Ge and Lee 2023).
pub(super) fn smoothed(problem: &Problem) -> Option<Rate> {
    Some(Rate { log_power: 1.0, ..spectral(problem)? })
}

/// α k* up to ln d for α < 1: Johnstone and Lu 2009; Amini and Wainwright 2009. At α = 1 all
/// coordinates pass the screen, and what is left is spectral: 1.
pub(super) fn screened(problem: &Problem) -> Option<Rate> {
    match ranking_log(problem)? {
        0.0 => Some(Rate::of(1.0)),
        log_power => Some(Rate { log_power, ..sparse(problem)? }),
    }
}

/// max(1, k* − 1) up to ln d, of online descent on the sphere: Ben Arous, Gheissari and
/// Jagannath 2021.
pub(super) fn online(problem: &Problem) -> Option<Rate> {
    let exponent = (f64::from(problem.k_star?) - 1.0).max(1.0);
    Some(Rate { log_power: 1.0, ..Rate::of(exponent) })
}

/// α s*, up to ln d for α < 1: [`pruned`] at the generative exponent.
pub(super) fn generative(problem: &Problem) -> Option<Rate> {
    let exponent = problem.alpha()? * f64::from(link(problem)?.generative_exponent()?);
    Some(Rate { log_power: ranking_log(problem)?, ..Rate::of(exponent) })
}

/// Degree p of the link, where it is a polynomial: Ghorbani, Mei, Misiakiewicz and Montanari 2021.
pub(super) fn degree(problem: &Problem) -> Option<Rate> {
    Some(Rate::of(f64::from(link(problem).filter(Link::is_polynomial)?.degree())))
}

/// Largest power of ln d that the choice among d coordinates costs: none if all are kept.
fn ranking_log(problem: &Problem) -> Option<f64> {
    Some(if problem.alpha()? < 1.0 { 1.0 } else { 0.0 })
}

/// Whether these predictions are about `problem`: not if its inputs have a covariance, which moves
/// exponents in both directions.
#[must_use]
pub fn covers(problem: &Problem) -> bool {
    let law = problem.input.as_deref().and_then(|text| Input::parse(text).ok());
    law.and_then(Input::covariance).is_none()
}

/// Exponent of the CSQ lower bound, min(α, ½) k*, if both are known.
#[must_use]
pub fn csq_exponent(problem: &Problem) -> Option<f64> {
    let k_star = problem.k_star.filter(|_| covers(problem))?;
    Some(problem.alpha()?.min(0.5) * f64::from(k_star))
}

/// Samples after which the pruning stage tells a relevant coordinate from d null ones,
/// n = 2 s^{k*} ln d / ρ².
///
/// A coordinate with |v_j| = s^{-1/2} shifts its statistic by ρ s^{-k*/2} standard deviations of
/// one sample, and the largest of d null statistics lies at √(2 ln d). `rho` is the correlation
/// ρ_{k*} of [`super::Statistic::correlation`]; infinite at ρ = 0, where the channel is blind.
#[must_use]
pub fn prune_samples(k_star: u32, s: usize, d: usize, rho: f64) -> f64 {
    2.0 * (s as f64).powi(k_star as i32) * (d as f64).ln() / (rho * rho)
}

#[cfg(test)]
mod tests {
    use super::super::problem::Real;
    use super::*;

    #[test]
    fn choices_are_those_of_pascal() {
        assert!((ln_choices(10, 3) - 120_f64.ln()).abs() < 1e-12);
        assert_eq!((ln_choices(7, 0), ln_choices(7, 7)), (0.0, 0.0));
        // The sum, where the series is used, and dimensions far beyond what factorials hold.
        let sum =
            |d: u64, s: u64| (0..s).map(|i| ((d - i) as f64 / (s - i) as f64).ln()).sum::<f64>();
        for (d, s) in [(10_000, 5000), (1 << 40, 5000), (1 << 62, 20_000)] {
            let (found, sum) = (ln_choices(d as usize, s as usize), sum(d, s));
            assert!((found / sum - 1.0).abs() < 1e-9, "{d} {s}: {found} {sum}");
        }
    }

    #[test]
    fn fewest_samples_are_those_that_carry_half_of_the_support() {
        // C(64, 8) supports; at Δ = 1 a label says at most ½ ln 2.
        let found = fewest_samples(64, 8, 1.0);
        let expected = (0.5 * 4_426_165_368_f64.ln() - 2_f64.ln()) / (0.5 * 2_f64.ln());
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        assert_eq!((fewest_samples(64, 64, 1.0), fewest_samples(64, 8, 0.0)), (0.0, 0.0));
        assert!(fewest_samples(1 << 62, 1 << 31, 0.1).is_finite());
    }

    #[test]
    fn the_table_of_predictions() {
        for (k, alpha, expected) in [
            (1, 0.5, [0.5, 1.0, 0.5, 1.0, 1.0, 0.5]),
            (2, 0.25, [0.5, 2.0, 0.5, 1.0, 1.0, 0.5]),
            (2, 1.0, [2.0, 2.0, 1.0, 1.0, 1.0, 1.0]),
            (3, 0.75, [2.25, 3.0, 1.5, 2.0, 1.5, 0.75]),
            (4, 0.0, [0.0, 4.0, 0.0, 3.0, 2.0, 0.0]),
        ] {
            let p = predict(k, alpha, 1, Some(default_generative_exponent(k))).unwrap();
            let got = [p.pruned, p.unpruned, p.csq, p.online_sgd, p.smoothed_sgd, p.sq.unwrap()];
            let same = got.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-12);
            assert!(same, "k* = {k}, alpha = {alpha}: {got:?}");
        }
    }

    #[test]
    fn the_bounds_are_ordered() {
        for k in 1..=20 {
            for step in 0..=20 {
                let alpha = f64::from(step) / 20.0;
                let p = predict(k, alpha, 1, Some(default_generative_exponent(k))).unwrap();
                assert!(p.csq <= p.pruned && p.pruned <= p.unpruned);
                assert!((alpha <= 0.5) == ((p.csq - p.pruned).abs() < 1e-12));
                let sq = p.sq.unwrap();
                assert!(p.information <= sq && sq <= p.pruned);
            }
        }
    }

    #[test]
    fn bad_ranges_are_refused() {
        for (k, alpha, r, s) in
            [(0, 0.5, 1, 1), (21, 0.5, 1, 1), (2, -0.1, 1, 1), (2, 1.1, 1, 1), (2, 0.5, 0, 1)]
        {
            assert!(predict(k, alpha, r, Some(s)).is_err());
        }
        assert!(predict(2, f64::NAN, 1, Some(1)).is_err());
        assert_eq!(
            predict(2, 0.5, 1, Some(3)).unwrap_err().message(),
            "generative exponent 3 is outside 1..=2"
        );
    }

    #[test]
    fn the_bound_is_unknown_where_its_terms_are() {
        let problem = |k_star, alpha: Option<f64>| {
            let alpha = alpha.and_then(Real::new);
            Problem { k_star, alpha, ..Problem::default() }
        };
        assert_eq!(csq_exponent(&problem(Some(2), None)), None);
        assert_eq!(csq_exponent(&problem(None, Some(0.5))), None);
        assert_eq!(csq_exponent(&problem(Some(3), Some(0.75))), Some(1.5));
    }

    #[test]
    fn samples_of_the_ranking_at_leading_order() {
        let ratio = prune_samples(3, 8, 4096, 0.190) / prune_samples(3, 8, 4096, 0.803);
        assert!((ratio - 17.9).abs() < 0.1);
        assert!((prune_samples(2, 10, 1000, 1.0) - 200.0 * 1000_f64.ln()).abs() < 1e-9);
    }
}
