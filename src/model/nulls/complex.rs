//! Exponential and logarithm of complex numbers; the same bits on every machine, hence `libm`.

pub(super) use faer::c64;

/// e^z.
pub(super) fn exp(z: c64) -> c64 {
    let radius = libm::exp(z.re);
    let (sin, cos) = libm::sincos(z.im);
    c64::new(radius * cos, radius * sin)
}

/// The principal value of ln z.
pub(super) fn ln(z: c64) -> c64 {
    c64::new(libm::log(libm::hypot(z.re, z.im)), libm::atan2(z.im, z.re))
}

/// A real number.
pub(super) fn real(x: f64) -> c64 {
    c64::new(x, 0.0)
}

/// sinh(z)/z, 1 at 0.
pub(super) fn sinhc(z: c64) -> c64 {
    if z.norm_sqr() > 0.25 {
        return (exp(z) - exp(-z)) / (2.0 * z);
    }
    // Σ z^{2k}/(2k + 1)!: eight terms leave 0.25⁸/17! of the first.
    let square = z * z;
    (1..8).rev().fold(real(1.0), |sum, k| {
        let k = f64::from(k);
        1.0 + sum * square / (2.0 * k * (2.0 * k + 1.0))
    })
}
