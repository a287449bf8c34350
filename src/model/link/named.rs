//! The named functions that a link may use.

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use super::lexer::GRAMMAR;
use crate::error::nearest;
use crate::model::activation::Activation;

/// A named function of one variable.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, EnumIter, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Named {
    Relu,
    Abs,
    Tanh,
    Sin,
    Cos,
    Exp,
    Sign,
    Sigmoid,
    Softplus,
    Gelu,
}

impl Named {
    /// The plain function, for inner loops.
    pub(super) fn function(self) -> fn(f64) -> f64 {
        match self {
            Self::Relu => |x| x.max(0.0),
            Self::Abs => f64::abs,
            Self::Tanh => f64::tanh,
            Self::Sin => f64::sin,
            Self::Cos => f64::cos,
            Self::Exp => f64::exp,
            // Unlike `signum`, zero at zero: the function is odd.
            Self::Sign => |x| f64::from(x > 0.0) - f64::from(x < 0.0),
            Self::Sigmoid => |x| Activation::Softplus.derivative(x),
            Self::Softplus => |x| Activation::Softplus.value(x),
            Self::Gelu => |x| Activation::Gelu.value(x),
        }
    }

    /// Whether the function or its slope jumps at 0.
    pub(super) fn kinked(self) -> bool {
        matches!(self, Self::Relu | Self::Abs | Self::Sign)
    }
}

/// All names that an expression may start with, for hints.
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    Named::iter().map(Into::into).chain(["sum", "t", "z1", "z2", "He1", "He2", "He3", "He4"])
}

/// What an unknown name was probably meant to be.
pub(super) fn hint(name: &str) -> String {
    nearest(name, known())
        .map_or_else(|| GRAMMAR.to_owned(), |near| format!("did you mean `{near}`?"))
}
