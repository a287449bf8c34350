//! The distribution function of the standard Gaussian.

/// Φ(x) = P(z ≤ x).
pub(crate) fn distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Φ(x) in single precision.
pub(crate) fn distribution_f32(x: f32) -> f32 {
    0.5 * libm::erfcf(-x * std::f32::consts::FRAC_1_SQRT_2)
}
