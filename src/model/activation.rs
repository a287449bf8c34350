//! Activations φ of the network, with their derivatives in both precisions.

use serde::Serialize;
use strum::{EnumIter, IntoStaticStr};

use super::normal::{distribution, distribution_f32};
use super::quadrature::density;
use crate::error::{Result, named};

/// An activation φ.
///
/// | name | φ(x) | φ'(x) |
/// |---|---|---|
/// | `relu` | max(x, 0) | 1 for x > 0, else 0 |
/// | `tanh` | tanh x | 1 − tanh² x |
/// | `softplus` | ln(1 + eˣ) | 1/(1 + e⁻ˣ) |
/// | `gelu` | x Φ(x) | Φ(x) + x exp(−x²/2)/√(2π) |
/// | `he2`, `he3`, `he4` | He_k(x)/√k! | √k He_{k−1}(x)/√(k−1)! |
#[derive(Clone, Copy, PartialEq, Eq, Debug, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// tanh x.
    Tanh,
    /// ln(1 + eˣ).
    Softplus,
    /// x Φ(x), Φ the Gaussian distribution function.
    Gelu,
    /// (x² − 1)/√2.
    He2,
    /// (x³ − 3x)/√6.
    He3,
    /// (x⁴ − 6x² + 3)/√24.
    He4,
}

/// φ and φ' in one precision; `$bump` is x times the Gaussian density at x.
macro_rules! formulas {
    ($value:ident, $derivative:ident, $float:ident, $distribution:path, $bump:path) => {
        #[doc = concat!("φ(x) in `", stringify!($float), "`.")]
        #[must_use]
        #[inline(always)]
        pub fn $value(self, x: $float) -> $float {
            let root = $float::sqrt;
            match self {
                Self::Relu => x.max(0.0),
                Self::Tanh => x.tanh(),
                Self::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
                Self::Gelu => x * $distribution(x),
                Self::He2 => (x * x - 1.0) / root(2.0),
                Self::He3 => x * (x * x - 3.0) / root(6.0),
                Self::He4 => ((x * x - 6.0) * x * x + 3.0) / root(24.0),
            }
        }

        #[doc = concat!("φ'(x) in `", stringify!($float), "`; 0 at the kink of `relu`.")]
        #[must_use]
        #[inline(always)]
        pub fn $derivative(self, x: $float) -> $float {
            let root = $float::sqrt;
            match self {
                Self::Relu => $float::from(u8::from(x > 0.0)),
                Self::Tanh => {
                    let t = x.tanh();
                    (1.0 - t) * (1.0 + t)
                }
                Self::Softplus => 1.0 / (1.0 + (-x).exp()),
                Self::Gelu => $distribution(x) + $bump(x),
                Self::He2 => root(2.0) * x,
                Self::He3 => root(1.5) * (x * x - 1.0),
                Self::He4 => root(2.0 / 3.0) * x * (x * x - 3.0),
            }
        }
    };
}

fn bump(x: f64) -> f64 {
    x * density(x)
}

#[inline(always)]
fn bump_f32(x: f32) -> f32 {
    const DENSITY_AT_0: f32 = 0.398_942_3;
    x * DENSITY_AT_0 * (-0.5 * x * x).exp()
}

impl Activation {
    formulas!(value, derivative, f64, distribution, bump);
    formulas!(value_f32, derivative_f32, f32, distribution_f32, bump_f32);

    /// The activation called `name`.
    ///
    /// # Errors
    ///
    /// An unknown name; the hint gives the nearest one, or all of them.
    pub fn parse(name: &str) -> Result<Self> {
        named("activation", name)
    }

    /// The name used in study files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Where φ' jumps.
    #[must_use]
    pub fn kinks(self) -> &'static [f64] {
        match self {
            Self::Relu => &[0.0],
            Self::Tanh | Self::Softplus | Self::Gelu | Self::He2 | Self::He3 | Self::He4 => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::Activation;

    #[test]
    fn derivatives_match_differences_in_both_precisions() {
        for activation in Activation::iter() {
            for i in -80..=80 {
                let x = f64::from(i) / 10.0 + 0.013;
                let h = 1e-5;
                // Polynomials reach hundreds, and cancel: the terms set the scale of rounding.
                let scale =
                    if activation.name().starts_with("he") { (1.0 + x * x).powi(2) } else { 1.0 };
                let difference = (activation.value(x + h) - activation.value(x - h)) / (2.0 * h);
                let derivative = activation.derivative(x);
                assert!((difference - derivative).abs() < 1e-9 * scale, "{activation:?} at {x}");
                let single = f64::from(activation.derivative_f32(x as f32));
                assert!((single - derivative).abs() < 2e-6 * scale, "{activation:?} at {x}");
                let value = f64::from(activation.value_f32(x as f32));
                let error = (value - activation.value(x)).abs();
                assert!(error < 3e-6 * scale, "{activation:?} at {x}");
            }
        }
    }

    /// Against the three-term recurrence of the normalised polynomials.
    #[test]
    fn polynomials_are_those_of_hermite() {
        let mut he = [0.0; 5];
        for i in -40..=40 {
            let x = f64::from(i) / 8.0;
            crate::model::hermite::fill_normalised(x, &mut he);
            for (k, activation) in
                [(2, Activation::He2), (3, Activation::He3), (4, Activation::He4)]
            {
                assert!((activation.value(x) - he[k]).abs() < 1e-10, "{activation:?} at {x}");
                let slope = (k as f64).sqrt() * he[k - 1];
                assert!((activation.derivative(x) - slope).abs() < 1e-10, "{activation:?} at {x}");
            }
        }
    }

    #[test]
    fn extremes_stay_finite() {
        for activation in Activation::iter() {
            for x in [-1e4, 1e4, 0.0, -0.0] {
                assert!(activation.value(x).is_finite() && activation.derivative(x).is_finite());
                let x = x as f32;
                assert!(activation.value_f32(x).is_finite());
                assert!(activation.derivative_f32(x).is_finite());
            }
        }
    }

    #[test]
    fn names_round_trip_and_typos_get_a_hint() {
        for activation in Activation::iter() {
            assert_eq!(Activation::parse(activation.name()).ok(), Some(activation));
        }
        let error = Activation::parse("rellu").unwrap_err();
        assert_eq!(error.message(), "unknown activation `rellu`");
        assert_eq!(error.hint_text(), Some("did you mean `relu`?"));
        let error = Activation::parse("x").unwrap_err();
        assert_eq!(
            error.hint_text(),
            Some("activations: relu, tanh, softplus, gelu, he2, he3, he4")
        );
    }
}
