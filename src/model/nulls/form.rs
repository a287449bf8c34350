//! E e^{u h(Z)} of an uncentred statistic h, and where it is finite.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::complex::{c64, exp, ln, real, sinhc};
use super::faddeeva::erfcx;
use crate::model::input::Input;

/// A statistic h under a law of Z.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// h(x) = b₀ x below −a, b₁ x between, b₂ x above a ≥ 0: what ReLU's channels are.
    Pieces { input: Law, knot: f64, slopes: [f64; 3] },
    /// h(x) = a x² + b x of a Gaussian Z.
    Quadratic { square: f64, linear: f64 },
    /// A discrete law of (h, probability), as from quadrature; `range` is how far the tilt u h
    /// may go before the ends that the rule cut off would count.
    Atoms { atoms: Vec<(f64, f64)>, range: f64 },
}

/// Laws of Z with closed forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Law {
    /// N(0, 1).
    Gaussian,
    /// Uniform on [−√3, √3].
    Uniform,
    /// Density e^{−√2 |x|}/√2.
    Laplace,
}

impl Law {
    /// That of `input`, if it has one.
    pub(super) fn of(input: Input) -> Option<Self> {
        match input {
            Input::Gaussian => Some(Self::Gaussian),
            Input::Uniform => Some(Self::Uniform),
            Input::Laplace => Some(Self::Laplace),
            Input::Rademacher | Input::StudentT | Input::Correlated | Input::Structured(_) => None,
        }
    }

    /// ∫_a^∞ e^{βx} dP(x), a ≥ 0.
    fn above(self, a: f64, beta: c64) -> c64 {
        match self {
            Self::Gaussian => gaussian_above(a, beta),
            Self::Uniform => segment(a.min(ROOT_3), ROOT_3, beta) / (2.0 * ROOT_3),
            Self::Laplace => exp((beta - SQRT_2) * a) / (SQRT_2 * (SQRT_2 - beta)),
        }
    }

    /// ∫_{−a}^a e^{βx} dP(x).
    fn between(self, a: f64, beta: c64) -> c64 {
        match self {
            Self::Gaussian if beta == real(0.0) => real(libm::erf(a * FRAC_1_SQRT_2)),
            // The larger of the two comes first, so that little cancels.
            Self::Gaussian => {
                let beta = if beta.re < 0.0 { -beta } else { beta };
                gaussian_above(-a, -beta) - gaussian_above(a, -beta)
            }
            Self::Uniform => {
                let a = a.min(ROOT_3);
                segment(-a, a, beta) / (2.0 * ROOT_3)
            }
            Self::Laplace => {
                (segment(0.0, a, beta - SQRT_2) + segment(0.0, a, -beta - SQRT_2)) * FRAC_1_SQRT_2
            }
        }
    }
}

const ROOT_3: f64 = 1.732_050_807_568_877_2;

/// ∫_a^∞ e^{βx} φ(x) dx = ½ e^{β²/2} erfc((a − β)/√2).
fn gaussian_above(a: f64, beta: c64) -> c64 {
    let z = (a - beta) * FRAC_1_SQRT_2;
    let edge = 0.5 * exp(a * beta - 0.5 * a * a);
    if z.re >= 0.0 { edge * erfcx(z) } else { exp(0.5 * beta * beta) - edge * erfcx(-z) }
}

/// ∫_p^q e^{βx} dx.
fn segment(p: f64, q: f64, beta: c64) -> c64 {
    let half = 0.5 * (q - p);
    2.0 * half * exp(beta * f64::midpoint(p, q)) * sinhc(beta * half)
}

impl Form {
    /// ln E e^{u h(Z)}, up to a multiple of 2πi.
    pub(super) fn log_mgf(&self, u: c64) -> c64 {
        match self {
            Self::Pieces { input, knot, slopes: [left, middle, right] } => {
                let above = input.above(*knot, u * right);
                let even = *left == -*right;
                let below = if even { above } else { input.above(*knot, -u * left) };
                ln(above
                    + below
                    + if *knot > 0.0 { input.between(*knot, u * middle) } else { real(0.0) })
            }
            Self::Quadratic { square, linear } => {
                let rest = 1.0 - 2.0 * square * u;
                0.5 * (linear * linear * u * u / rest - ln(rest))
            }
            Self::Atoms { atoms, .. } => ln(atoms.iter().map(|&(h, p)| p * exp(u * h)).sum()),
        }
    }

    /// The supremum of the u > 0 (`sign` = 1) for which E e^{± u h} is finite.
    pub(super) fn limit(&self, sign: f64) -> f64 {
        match self {
            Self::Pieces { input: Law::Laplace, slopes: [left, _, right], .. } => {
                let growth = (sign * right).max(-sign * left);
                if growth > 0.0 { SQRT_2 / growth } else { f64::INFINITY }
            }
            Self::Pieces { .. } => f64::INFINITY,
            Self::Quadratic { square, .. } => {
                if sign * square > 0.0 {
                    0.5 / square.abs()
                } else {
                    f64::INFINITY
                }
            }
            Self::Atoms { atoms, range } => {
                let top = atoms.iter().map(|&(h, _)| sign * h).fold(f64::MIN_POSITIVE, f64::max);
                range / top
            }
        }
    }

    /// The value that h takes with positive probability, and that probability, if there is one:
    /// 0 between the knots where the middle slope vanishes.
    pub(super) fn atom(&self) -> Option<f64> {
        match self {
            Self::Pieces { input, knot, slopes: [_, middle, _] } if *middle == 0.0 => {
                Some(input.between(*knot, real(0.0)).re).filter(|p| *p > 0.0)
            }
            _ => None,
        }
    }
}
