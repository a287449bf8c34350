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

    /// Two-sided p-value of b: twice the smallest one-sided level at which an end of the band
    /// passes it; 1 if b lies between β_γ and β₀.
    ///
    /// Either end alone errs in 5 % at its level, so both together would in 10 %.
    #[must_use]
    pub fn p_value(&self, b: f64) -> f64 {
        let above = tail(&self.corrected, self.corrected.value - b);
        let below = tail(&self.plain, b - self.plain.value);
        2.0 * above.min(below)
    }

    /// Whether b lies in the plain two-sided 95 % interval of β₀: then no logarithm is needed.
    #[must_use]
    pub fn holds_plain(&self, b: f64) -> bool {
        (self.plain.value - b).abs() <= self.plain.half_width(LEVEL / 2.0)
    }
}

/// The tail probability at which the half-width of `slope` is `distance`; ½ from 0 down.
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
