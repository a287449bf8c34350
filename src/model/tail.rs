//! Upper tails of the standard Gaussian and of Student's t, and their inverses.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Φ̄(x) = P(z > x).
#[must_use]
pub fn upper_tail(x: f64) -> f64 {
    0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Φ̄⁻¹(q), the x with P(z > x) = q: +∞ at 0, −∞ at 1; `q` is clamped to [0, 1].
///
/// Relative error below 4·10⁻¹⁶ down to q = 10⁻³⁰⁰.
///
/// ```
/// assert!((secateur::model::tail::upper_quantile(0.025) - 1.959963984540054).abs() < 1e-15);
/// ```
#[must_use]
pub fn upper_quantile(q: f64) -> f64 {
    -Normal::standard().inverse_cdf(q.clamp(0.0, 1.0))
}

/// The t that Student's law with `freedom` degrees of freedom exceeds with probability `tail`;
/// infinite for 0 degrees.
///
/// Relative error below 10⁻¹² up to 400 degrees of freedom.
#[must_use]
pub fn student_upper(tail: f64, freedom: usize) -> f64 {
    let law = StudentsT::new(0.0, 1.0, freedom as f64);
    law.map_or(f64::INFINITY, |law| -law.inverse_cdf(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Roots of erfc(x/√2)/2 = q by mpmath with 40 digits.
    #[test]
    fn quantiles_are_those_of_mpmath() {
        for (q, expected) in [
            (0.4, 0.253_347_103_135_799_7),
            (0.05, 1.644_853_626_951_472_7),
            (1e-3, 3.090_232_306_167_813_5),
            (1e-8, 5.612_001_244_174_789),
            (1e-20, 9.262_340_089_798_407),
            (1e-100, 21.273_453_560_965_324),
            (1e-300, 37.047_096_299_361_2),
        ] {
            let found = upper_quantile(q);
            assert!((found / expected - 1.0).abs() < 1e-12, "{q}: {found}");
            assert!(
                (upper_tail(expected) / q - 1.0).abs() < 1e-12,
                "{q}: {}",
                upper_tail(expected)
            );
        }
        assert_eq!([upper_quantile(0.0), upper_quantile(0.5)], [f64::INFINITY, 0.0]);
        assert_eq!(upper_quantile(1.0), f64::NEG_INFINITY);
    }

    /// Roots of the incomplete beta function by mpmath with 30 digits.
    #[test]
    fn student_is_that_of_mpmath() {
        for (tail, freedom, expected) in [
            (0.05, 1, 6.313_751_514_675_044),
            (0.05, 2, 2.919_985_580_353_725_7),
            (0.05, 5, 2.015_048_373_333_024),
            (0.025, 4, 2.776_445_105_197_794_3),
            (0.025, 25, 2.059_538_552_753_297),
            (1e-6, 5, 24.771_029_720_515_944),
            (0.4, 30, 0.255_605_364_951_912_8),
        ] {
            let found = student_upper(tail, freedom);
            assert!((found / expected - 1.0).abs() < 1e-12, "{tail} {freedom}: {found}");
        }
        assert_eq!(student_upper(0.05, 0), f64::INFINITY);
    }
}
