//! Between which exponents n\*(d) can grow, up to the logarithms that theory leaves open.

use super::slope::{Dimension, Slope, slope};

/// One-sided level of either end.
pub const LEVEL: f64 = 0.05;

/// Smallest p-value that is told from 0.
const LEAST_P: f64 = 1e-12;

/// The rate band of a series.
///
/// ```text
/// β₀ ± h₀:  slope of ln n* on ln d;      β_γ ± h_γ:  of ln n* − γmax ln ln d;      both one-sided 95 %
/// L = β_γ − h_γ,      H = β₀ + h₀
/// ```
///
/// For every γ in [0, γmax] the exponent b of n\* = C d^b ln^γ d is in [L, H], either end being
/// passed with probability 5 % at most. With γmax = 0 it is an ordinary interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The fit of ln n\*.
    pub plain: Slope,
    /// The fit of ln n\* − γmax ln ln d.
    pub corrected: Slope,
}

/// On which side of the band a prediction lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The data grow faster than predicted.
    Above,
    /// The data grow more slowly than predicted.
    Below,
}

impl Band {
    /// The band of a series; none if the values do not determine a line, or if γmax > 0 and a
    /// dimension is 1.
    #[must_use]
    pub fn of(points: &[Dimension], log_power: f64) -> Option<Self> {
        Some(Self { plain: slope(points, 0.0)?, corrected: slope(points, log_power)? })
    }

    /// L.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.corrected.value - self.corrected.half_width(LEVEL)
    }

    /// H.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.plain.value + self.plain.half_width(LEVEL)
    }

    /// max(|L − b|, |H − b|): the smallest margin at which two one-sided tests of 5 % say that the
    /// exponent is b within it (Schuirmann, *Journal of Pharmacokinetics and Biopharmaceutics* 15,
    /// 1987, 657).
    #[must_use]
    pub fn within(&self, b: f64) -> f64 {
        (self.low() - b).abs().max((self.high() - b).abs())
    }

    /// The side on which b lies outside [L, H] at 95 %.
    #[must_use]
    pub fn excludes(&self, b: f64) -> Option<Side> {
        match (self.low() > b, self.high() < b) {
            (true, _) => Some(Side::Above),
            (_, true) => Some(Side::Below),
            _ => None,
        }
    }

    /// p-value of b: the probability that a band whose end is at b is passed by as much as this one.
    ///
    /// ```text
    /// x = β_γ − b above the band's middle, b − β₀ below;     Δ = β₀ − β_γ
    /// p = tail of the near end at x + tail of the far end at x + Δ
    /// ```
    ///
    /// With γmax = 0 both ends are one estimate and p is that of a two-sided test; where the
    /// logarithm is worth much more than the noise only the near end can err (Imbens and Manski,
    /// *Econometrica* 72, 2004, 1845). Above ½ if b lies between β_γ and β₀.
    #[must_use]
    pub fn p_value(&self, b: f64) -> f64 {
        let (above, below) = (self.corrected.value - b, b - self.plain.value);
        let width = (self.plain.value - self.corrected.value).max(0.0);
        if above > below {
            tail(&self.corrected, above) + tail(&self.plain, above + width)
        } else {
            tail(&self.plain, below) + tail(&self.corrected, below + width)
        }
    }

    /// Whether b lies in the plain two-sided 95 % interval of β₀: then no logarithm is needed.
    #[must_use]
    pub fn holds_plain(&self, b: f64) -> bool {
        (self.plain.value - b).abs() <= self.plain.half_width(LEVEL / 2.0)
    }
}

/// The tail probability at which the half-width of `slope` is `distance`: ½ at 0 and below.
fn tail(slope: &Slope, distance: f64) -> f64 {
    if distance <= 0.0 {
        return 0.5;
    }
    // On the scale of ln p, where quantiles are nearly straight.
    let (mut low, mut high) = (LEAST_P.ln(), 0.5_f64.ln());
    if slope.half_width(LEAST_P) <= distance {
        return LEAST_P;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle.exp();
        }
        if slope.half_width(middle.exp()) > distance { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(value: f64, se: f64) -> Slope {
        Slope { value, intercept: 0.0, variance: se * se, scatter: 0.0, squares: 1.0, freedom: 4 }
    }

    fn band(plain: f64, corrected: f64, se: f64) -> Band {
        Band { plain: fitted(plain, se), corrected: fitted(corrected, se) }
    }

    #[test]
    fn ends_margin_and_side() {
        let band = band(1.10, 0.96, 0.02);
        let half = 0.02 * 1.644_853_626_951_472_7;
        assert!((band.low() - (0.96 - half)).abs() < 1e-12);
        assert!((band.high() - (1.10 + half)).abs() < 1e-12);
        assert!((band.within(1.0) - (0.10 + half)).abs() < 1e-12);
        assert!((band.within(1.2) - (0.24 + half)).abs() < 1e-12);
        let sides = [0.9, 1.0, 1.12, 1.2].map(|b| band.excludes(b));
        assert_eq!(sides, [Some(Side::Above), None, None, Some(Side::Below)]);
        assert!(!band.holds_plain(1.0) && band.holds_plain(1.07));
    }

    #[test]
    fn one_estimate_has_a_two_sided_p_value_and_a_wide_band_a_one_sided_one() {
        let two_sided = band(1.0, 1.0, 0.02);
        for (b, p) in
            [(1.0, 1.0), (1.0 + 0.02 * 1.959_963_984_540_054, 0.05), (0.94, 0.002_699_796)]
        {
            assert!((two_sided.p_value(b) - p).abs() < 1e-9, "{b}: {}", two_sided.p_value(b));
        }
        let wide = band(1.2, 1.0, 0.02);
        for b in [1.0 - 0.02 * 1.644_853_626_951_472_7, 1.2 + 0.02 * 1.644_853_626_951_472_7] {
            assert!((wide.p_value(b) - 0.05).abs() < 1e-9, "{b}: {}", wide.p_value(b));
        }
        assert!(wide.p_value(1.1) > 0.5);
        assert!(wide.p_value(9.0) < 1e-11);
    }
}
