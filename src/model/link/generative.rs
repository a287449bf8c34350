//! The generative exponent, numerically.

use crate::model::hermite::fill_normalised;
use crate::model::quadrature::density;

/// Points of the grid of z over [−6.5, 6.5]; even, so that the grid is symmetric without 0.
const POINTS: usize = 400_000;
const HALF_WIDTH: f64 = 6.5;
/// Bins of the label, of equal probability.
const BINS: usize = 128;
/// λ_k² below this counts as zero.
const TOLERANCE: f64 = 1e-4;

/// Smallest k in 1..=`k_star` with λ_k² = E\[(E\[He_k(z)/√k! | y\])²\] above 1e-4, y = f(z).
///
/// z runs over a fine symmetric grid with Gaussian weights, sorted by y; points with equal y
/// share a bin, and a bin is closed once it holds 1/128 of the mass. Binning can only lower λ_k²,
/// and its error is about 1e-6, so an order is missed when its true λ_k² lies below 1e-4. Since
/// E\[y He_k\] ≠ 0 implies λ_k ≠ 0, k* is always the largest possible answer.
pub(super) fn exponent(mut f: impl FnMut(&[f64], &mut [f64]), k_star: u32) -> u32 {
    let step = 2.0 * HALF_WIDTH / POINTS as f64;
    // Written so that the grid is symmetric to the last bit.
    let z: Vec<f64> =
        (0..POINTS).map(|i| (i as f64 - 0.5 * (POINTS as f64 - 1.0)) * step).collect();
    let mut y = vec![0.0; POINTS];
    f(&z, &mut y);
    let mut order: Vec<u32> = (0..POINTS as u32).collect();
    order.sort_by(|a, b| y[*a as usize].total_cmp(&y[*b as usize]));
    let weights = lambda_squares(&z, &y, &order, step, k_star as usize);
    (1..k_star).find(|k| weights[*k as usize] > TOLERANCE).unwrap_or(k_star)
}

/// λ_k² for k = 0..=`k_star`.
fn lambda_squares(z: &[f64], y: &[f64], order: &[u32], step: f64, k_star: usize) -> Vec<f64> {
    let mut total = vec![0.0; k_star + 1];
    let mut sums = vec![0.0; k_star + 1];
    let mut he = vec![0.0; k_star + 1];
    let mut mass = 0.0;
    for (position, &i) in order.iter().enumerate() {
        let (z, value) = (z[i as usize], y[i as usize]);
        let weight = step * density(z);
        fill_normalised(z, &mut he);
        mass += weight;
        sums.iter_mut().zip(&he).for_each(|(s, h)| *s += weight * h);
        let next = order.get(position + 1).map(|j| y[*j as usize]);
        let close = mass >= 1.0 / BINS as f64 && next.is_none_or(|n| differ(n, value));
        if close || next.is_none() {
            total.iter_mut().zip(&mut sums).for_each(|(t, s)| *t += s.powi(2) / mass);
            sums.fill(0.0);
            mass = 0.0;
        }
    }
    total
}

/// Labels equal but for rounding must share a bin, or it would break their symmetry.
fn differ(a: f64, b: f64) -> bool {
    (a - b).abs() > 1e-13 * (a.abs() + b.abs())
}
