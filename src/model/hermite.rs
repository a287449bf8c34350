//! Probabilists' Hermite polynomials: He_0 = 1, He_1 = x, He_{k+1} = x He_k − k He_{k−1}.
//!
//! They are orthogonal under the standard Gaussian, E[He_j He_k] = k! δ_jk; "normalised" means
//! divided by √k!.

use super::quadrature::gaussian_means;

/// k! as a float, exact up to 22!.
#[must_use]
pub fn factorial(k: u32) -> f64 {
    (1..=k).map(f64::from).product()
}

/// n over k, as a float: exact as long as every partial product is.
#[must_use]
pub fn binomial(n: u32, k: u32) -> f64 {
    (0..k).map(|i| f64::from(n - i) / f64::from(i + 1)).product()
}

/// He_k(x).
///
/// ```
/// assert_eq!(secateur::model::hermite::he(3, 2.0), 2.0_f64.powi(3) - 3.0 * 2.0);
/// ```
#[must_use]
pub fn he(k: u32, x: f64) -> f64 {
    let (mut previous, mut current) = (0.0, 1.0);
    for j in 0..k {
        (previous, current) = (current, x * current - f64::from(j) * previous);
    }
    current
}

/// He_k(x)/√k!, by its own recurrence so that large k does not overflow.
#[must_use]
pub fn he_normalised(k: u32, x: f64) -> f64 {
    let (mut previous, mut current) = (0.0, 1.0);
    for j in 0..k {
        let next = (x * current - f64::from(j).sqrt() * previous) / f64::from(j + 1).sqrt();
        (previous, current) = (current, next);
    }
    current
}

/// Fills `out[k]` with He_k(x)/√k! for k = 0, 1, …
pub fn fill_normalised(x: f64, out: &mut [f64]) {
    let (mut previous, mut current) = (0.0, 1.0);
    for (j, slot) in out.iter_mut().enumerate() {
        *slot = current;
        let next = (x * current - (j as f64).sqrt() * previous) / (j as f64 + 1.0).sqrt();
        (previous, current) = (current, next);
    }
}

/// He_k(x)/√k! for k = 0..=`order`.
#[must_use]
pub fn all_normalised(order: u32, x: f64) -> Vec<f64> {
    let mut out = vec![0.0; order as usize + 1];
    fill_normalised(x, &mut out);
    out
}

/// Hermite coefficients E\[f(z) He_k(z)\]/√k!, k = 0 … N − 1, by quadrature between the `kinks`.
///
/// f is evaluated once a node.
#[must_use]
pub fn coefficients<const N: usize>(f: impl Fn(f64) -> f64, kinks: &[f64]) -> [f64; N] {
    let all = |z: f64| {
        let (value, mut he) = (f(z), [0.0; N]);
        fill_normalised(z, &mut he);
        he.map(|he| value * he)
    };
    gaussian_means(all, kinks)
}

/// Coefficients of He_k in powers of x, lowest first: He_3 gives `[0, -3, 0, 1]`.
#[must_use]
pub fn monomials(k: u32) -> Vec<f64> {
    let (mut previous, mut current) = (Vec::new(), vec![1.0]);
    for j in 0..k {
        let mut next = vec![0.0; current.len() + 1];
        next[1..].copy_from_slice(&current);
        for (slot, p) in next.iter_mut().zip(&previous) {
            *slot -= f64::from(j) * p;
        }
        (previous, current) = (current, next);
    }
    current
}

#[cfg(test)]
mod tests {
    use super::{all_normalised, coefficients, factorial, he, he_normalised, monomials};
    use crate::model::quadrature::gaussian_mean;

    #[test]
    fn orthonormal_under_the_gaussian() {
        for j in 0..=12 {
            for k in 0..=12 {
                let inner = gaussian_mean(|z| he_normalised(j, z) * he_normalised(k, z), &[]);
                let expected = if j == k { 1.0 } else { 0.0 };
                assert!((inner - expected).abs() < 1e-12, "{j} {k}: {inner}");
            }
        }
    }

    #[test]
    fn coefficients_are_means_one_by_one() {
        let f = |z: f64| (z - 0.4).max(0.0);
        for (k, found) in coefficients::<21>(f, &[0.4]).into_iter().enumerate() {
            let alone = gaussian_mean(|z| f(z) * he_normalised(k as u32, z), &[0.4]);
            assert_eq!(found, alone, "{k}");
        }
    }

    #[test]
    fn the_forms_agree() {
        for k in 0..=16 {
            for x in [-2.5, -0.3, 0.0, 1.0, 3.7] {
                let horner = monomials(k).iter().rev().fold(0.0, |sum, c| sum * x + c);
                let scale = he(k, x).abs().max(factorial(k).sqrt());
                assert!((horner - he(k, x)).abs() < 1e-10 * scale);
                let normalised = he(k, x) / factorial(k).sqrt();
                assert!((he_normalised(k, x) - normalised).abs() < 1e-10 * scale);
                assert!((all_normalised(16, x)[k as usize] - he_normalised(k, x)).abs() < 1e-12);
            }
        }
        assert_eq!(monomials(4), [3.0, 0.0, -6.0, 0.0, 1.0]);
    }
}
