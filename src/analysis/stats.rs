//! Order statistics and moments of small samples.

/// Sample quantile by linear interpolation between order statistics.
///
/// x₍ₕ₎ + (h − ⌊h⌋)(x₍ₕ₊₁₎ − x₍ₕ₎) with h = p (N − 1), counted from 0: type 7 of
/// Hyndman and Fan, *The American Statistician* 50, 1996.
/// `p` is clamped to [0, 1]; an empty sample yields not-a-number.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let h = p.clamp(0.0, 1.0) * last as f64;
    let below = h.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (h - below as f64) * (sorted[above] - sorted[below])
}

/// Mean Σ xᵢ / N, summed in order; none of an empty sample.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Ends of the central 95 % of a sample, the percentile interval of a bootstrap.
///
/// Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, section 13.3.
#[must_use]
pub fn central_95(values: &[f64]) -> (f64, f64) {
    (quantile(values, 0.025), quantile(values, 0.975))
}

/// Unbiased variance Σ (xᵢ − x̄)² / (N − 1); 0 for fewer than two values.
#[must_use]
pub fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0)
}

/// 95 % quantile of the standard normal law.
pub const NORMAL_95: f64 = 1.644_853_626_951_472_7;

/// 97.5 % quantile of the standard normal law.
pub const NORMAL_975: f64 = 1.959_963_984_540_054;

/// 97.5 % quantile of Student's t with `freedom` ≥ 1 degrees of freedom; infinite for 0.
///
/// Bisection on the distribution function in closed form: Abramowitz and Stegun, *Handbook of
/// Mathematical Functions*, 26.7.3 and 26.7.4.
#[must_use]
pub fn student_975(freedom: usize) -> f64 {
    if freedom == 0 {
        return f64::INFINITY;
    }
    // Beyond, the series is long and the quantile known: 26.7.5 to 10⁻⁹.
    if freedom > 400 {
        let (z, n) = (NORMAL_975, freedom as f64);
        let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
        let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
        return z + (z.powi(3) + z) / 4.0 / n + second / (n * n) + third / n.powi(3);
    }
    let (mut low, mut high) = (1.9, 13.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if central_mass(middle, freedom) < 0.95 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// P(|t| ≥ |x|) for Student's t with `freedom` ≥ 1 degrees of freedom.
pub(super) fn tail_mass(x: f64, freedom: usize) -> f64 {
    (1.0 - central_mass(x.abs(), freedom)).max(0.0)
}

/// P(|t| < x) for Student's t, in closed form: Abramowitz and Stegun, *Handbook of
/// Mathematical Functions*, 26.7.3 and 26.7.4.
fn central_mass(x: f64, freedom: usize) -> f64 {
    let angle = (x / (freedom as f64).sqrt()).atan();
    let (sin, cos) = angle.sin_cos();
    let odd = freedom % 2 == 1;
    let mut term = if odd { cos } else { 1.0 };
    let (mut sum, mut k) = (0.0, if odd { 2 } else { 1 });
    for _ in 0..freedom / 2 {
        sum += term;
        term *= cos * cos * f64::from(k) / f64::from(k + 1);
        k += 2;
    }
    if odd { std::f64::consts::FRAC_2_PI * (angle + sin * sum) } else { sin * sum }
}

/// φ(z)/Φ(z) of the standard normal law, the derivative of ln Φ.
#[must_use]
pub fn mills(z: f64) -> f64 {
    // Φ underflows far out; there the asymptotic series is exact to double precision.
    if z < -30.0 {
        let u = (z * z).recip();
        return -z / (1.0 - u * (1.0 - u * (3.0 - u * (15.0 - u * (105.0 - 945.0 * u)))));
    }
    let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    density / (0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_known_sample() {
        let sample = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&sample, 0.0), 1.0);
        assert_eq!(quantile(&sample, 0.25), 1.75);
        assert_eq!(quantile(&sample, 0.5), 2.5);
        assert_eq!(quantile(&sample, 1.0), 4.0);
        assert_eq!(quantile(&[7.0], 0.975), 7.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn variance_of_a_known_sample() {
        assert_eq!(variance(&[1.0, 2.0, 3.0, 4.0]), 5.0 / 3.0);
        assert_eq!(variance(&[3.0]), 0.0);
    }

    /// `scipy.stats.t.ppf(0.975, freedom)`.
    #[test]
    fn student_quantiles_are_those_of_scipy() {
        for (freedom, expected) in [
            (1, 12.706_204_736_174_694),
            (2, 4.302_652_729_749_462),
            (3, 3.182_446_305_283_708),
            (4, 2.776_445_105_197_793),
            (7, 2.364_624_251_592_784),
            (31, 2.039_513_446_396_408),
            (400, 1.965_912_343_229_463),
            (1000, 1.962_339_080_826_408),
        ] {
            let found = student_975(freedom);
            assert!((found - expected).abs() < 1e-9, "{freedom}: {found}");
        }
        assert_eq!(student_975(0), f64::INFINITY);
    }

    /// `sqrt(2/pi) / scipy.special.erfcx(-z/sqrt(2))`.
    #[test]
    fn mills_ratios_are_those_of_scipy() {
        for (z, expected) in [
            (3.0, 0.004_437_839_042_125_667),
            (0.0, 0.797_884_560_802_865_4),
            (-1.0, 1.525_135_276_160_981_3),
            (-8.0, 8.121_368_112_236_112),
            (-29.9, 29.933_370_411_296_167),
            (-30.1, 30.133_149_654_578_453),
            (-500.0, 500.001_999_984_000_24),
        ] {
            let found = mills(z);
            assert!((found / expected - 1.0).abs() < 1e-12, "{z}: {found}");
        }
    }
}
