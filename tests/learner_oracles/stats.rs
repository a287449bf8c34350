//! Test statistics.

use std::f64::consts::SQRT_2;

/// Φ.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// Distribution function of |z|, z standard normal.
pub(crate) fn half_normal_cdf(x: f64) -> f64 {
    libm::erf(x / SQRT_2)
}

/// √n sup |F_n − F|; above 2.4 with probability 2·exp(−2·2.4²) ≈ 2·10⁻⁵.
pub(crate) fn kolmogorov(values: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = |(i, &x): (usize, &f64)| {
        let f = cdf(x);
        (f - i as f64 / n).abs().max((f - (i as f64 + 1.0) / n).abs())
    };
    n.sqrt() * sorted.iter().enumerate().map(distance).fold(0.0, f64::max)
}

/// √(n m/(n + m)) sup |F_n − G_m|, with the tail of [`kolmogorov`].
pub(crate) fn smirnov(a: &[f64], b: &[f64]) -> f64 {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let share = |sorted: &[f64], x: f64| sorted.partition_point(|&v| v <= x) as f64;
    let gap = |&x: &f64| (share(&a, x) / n - share(&b, x) / m).abs();
    (n * m / (n + m)).sqrt() * a.iter().chain(&b).map(gap).fold(0.0, f64::max)
}

/// Mean and its standard error.
pub(crate) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// z of the Welch test for equal means.
pub(crate) fn welch(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, error_a), (mean_b, error_b)) = (mean_and_error(a), mean_and_error(b));
    (mean_a - mean_b) / error_a.hypot(error_b)
}

/// z of the rank-sum test of Wilcoxon, Mann and Whitney; ties count one half.
pub(crate) fn rank_sum(a: &[f64], b: &[f64]) -> f64 {
    let mut wins = 0.0;
    for x in a {
        for y in b {
            wins += if x > y { 1.0 } else { 0.5 * f64::from(x >= y) };
        }
    }
    let (n, m) = (a.len() as f64, b.len() as f64);
    (wins - 0.5 * n * m) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

#[test]
fn statistics_on_samples_with_known_answers() {
    // Distance of {0.1, 0.2} from the uniform law: 0.8, after the second point.
    assert!((kolmogorov(&[0.2, 0.1], |x| x) - 0.8 * 2_f64.sqrt()).abs() < 1e-15);
    assert!((smirnov(&[1.0, 2.0], &[3.0, 4.0]) - 1.0).abs() < 1e-15);
    assert!((smirnov(&[1.0, 3.0], &[2.0, 4.0]) - 0.5).abs() < 1e-15);
    let (mean, error) = mean_and_error(&[1.0, 2.0, 3.0]);
    assert!((mean - 2.0).abs() < 1e-15 && (error - (1.0 / 3.0_f64).sqrt()).abs() < 1e-15);
    // U = 4 of 4 pairs: (4 − 2)/√(4·5/12).
    assert!((rank_sum(&[3.0, 4.0], &[1.0, 2.0]) - 2.0 / (5.0 / 3.0_f64).sqrt()).abs() < 1e-15);
    assert!(rank_sum(&[1.0, 2.0], &[1.0, 2.0]).abs() < 1e-15);
    assert!((welch(&[1.0, 2.0, 3.0], &[0.0, 1.0, 2.0]) - 1.5_f64.sqrt()).abs() < 1e-15);
    assert!((normal_cdf(1.0) - half_normal_cdf(1.0) / 2.0 - 0.5).abs() < 1e-15);
}
