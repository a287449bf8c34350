//! Quantiles of Student's t.

use statrs::distribution::{ContinuousCDF, StudentsT};

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
    use super::student_upper;

    /// Roots of the incomplete beta function by mpmath with 30 digits.
    #[test]
    fn quantiles_are_those_of_mpmath() {
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
