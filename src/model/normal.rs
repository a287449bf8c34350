//! The distribution function of the standard Gaussian, for GELU.

use super::quadrature::density;

/// Φ(x) = P(z ≤ x), to about 1e-15.
///
/// Near the middle ½ + φ(x) Σ x^{2k+1}/(2k+1)!!, whose terms have one sign; in the tails
/// Laplace's continued fraction.
pub(crate) fn distribution(x: f64) -> f64 {
    if x.abs() < 3.0 {
        return 0.5 + density(x) * series(x);
    }
    let tail = density(x) / fraction(x.abs());
    if x > 0.0 { 1.0 - tail } else { tail }
}

fn series(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    sum
}

/// x + 1/(x + 2/(x + 3/(x + …))), from the inside out; the farther out, the fewer levels.
fn fraction(x: f64) -> f64 {
    let levels = 15 + (600.0 / (x * x)) as u32;
    (1..=levels).rev().fold(x, |inner, level| x + f64::from(level) / inner)
}

/// Φ(x) in single precision, branch-free but for the sign: formula 7.1.26 of Abramowitz and
/// Stegun (1964), absolute error below 2e-7.
#[inline]
pub(crate) fn distribution_f32(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2 * x.abs());
    let poly = 1.061_405_4_f32
        .mul_add(t, -1.453_152_1)
        .mul_add(t, 1.421_413_8)
        .mul_add(t, -0.284_496_72)
        .mul_add(t, 0.254_829_6);
    let tail = 0.5 * poly * t * (-0.5 * x * x).exp();
    if x > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::{distribution, distribution_f32};

    #[test]
    fn known_values() {
        // Reference values to 16 digits.
        let known = [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_542_9),
            (-2.0, 0.022_750_131_948_179_2),
            (3.5, 0.999_767_370_920_964_5),
            (-6.0, 9.865_876_450_376_98e-10),
        ];
        for (x, phi) in known {
            let got = distribution(x);
            assert!((got - phi).abs() < 4e-16 + 1e-13 * phi, "Φ({x}) = {got}, not {phi}");
        }
    }

    #[test]
    fn single_precision_follows_double() {
        for i in -800..=800 {
            let x = f64::from(i) / 100.0;
            let difference = f64::from(distribution_f32(x as f32)) - distribution(x);
            assert!(difference.abs() < 3e-7, "{x}: {difference}");
        }
    }
}
