//! Transformations of the label.

use serde::Serialize;
use strum::{EnumIter, IntoStaticStr};

use super::hermite::fill_normalised;
use super::link::Link;
use super::quadrature::density;

/// Highest order that is looked for in T(y).
pub const MAX_ORDER: u32 = 8;

/// A transformation T of the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// T(y) = y.
    Identity,
    /// T(y) = y².
    Square,
    /// T(y) = |y|.
    Abs,
    /// T(y) = max(y, 0).
    Relu,
    /// T(y) = sign y.
    Sign,
}

impl Transform {
    /// The name in study files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// T.
    #[must_use]
    pub fn function(self) -> fn(f64) -> f64 {
        match self {
            Self::Identity => |y| y,
            Self::Square => |y| y * y,
            Self::Abs => f64::abs,
            Self::Relu => |y| y.max(0.0),
            Self::Sign => f64::signum,
        }
    }

    /// Information exponent of T(σ*(z)), z ~ N(0, 1), up to order [`MAX_ORDER`]: the lowest
    /// k ≥ 1 whose squared Hermite coefficient is above 10⁻⁴ of the variance. `None` without one,
    /// or for a link of several variables.
    ///
    /// On a grid, of noiseless labels; noise much smaller than the label changes the order of
    /// none of them.
    #[must_use]
    pub fn information_exponent(self, link: &Link) -> Option<u32> {
        /// Points of the grid over [−8, 8]; even, so that it is symmetric without 0.
        const POINTS: usize = 4_000;
        if link.r() > 1 {
            return None;
        }
        let step = 16.0 / POINTS as f64;
        let z: Vec<f64> =
            (0..POINTS).map(|i| (i as f64 - 0.5 * (POINTS as f64 - 1.0)) * step).collect();
        let mut y = vec![0.0; POINTS];
        link.eval_block(&z, POINTS, &mut y);
        let transform = self.function();
        let mut coefficients = vec![0.0; MAX_ORDER as usize + 1];
        let (mut square, mut he) = (0.0, coefficients.clone());
        for (z, y) in z.iter().zip(y) {
            let (weight, value) = (step * density(*z), transform(y));
            fill_normalised(*z, &mut he);
            square += weight * value * value;
            coefficients.iter_mut().zip(&he).for_each(|(c, h)| *c += weight * value * h);
        }
        let variance = square - coefficients[0].powi(2);
        (1..=MAX_ORDER).find(|&k| coefficients[k as usize].powi(2) > 1e-4 * variance)
    }
}
