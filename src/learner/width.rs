//! Width of a network: a number, or a power of the dimension.

use std::fmt;

use crate::error::{Error, Result};

/// Width m of the hidden layer.
#[derive(Clone, Copy, PartialEq)]
pub enum Width {
    /// m neurons.
    Fixed(usize),
    /// m = max(1, round(d^ε)), ε > 0.
    Power(f64),
}

impl Width {
    /// m in dimension `d`.
    #[must_use]
    pub fn at(self, d: usize) -> usize {
        match self {
            Self::Fixed(m) => m,
            Self::Power(epsilon) => (d as f64).powf(epsilon).round().max(1.0) as usize,
        }
    }

    /// m, for `learner`, which has to know it before d.
    ///
    /// # Errors
    /// When it is a power of d.
    pub fn fixed(self, learner: &str) -> Result<usize> {
        match self {
            Self::Fixed(m) => Ok(m),
            Self::Power(_) => {
                Err(Error::usage(format!("`{learner}` needs a width that does not depend on d"))
                    .hint("write a number, for example width = 64"))
            }
        }
    }
}

impl From<usize> for Width {
    fn from(m: usize) -> Self {
        Self::Fixed(m)
    }
}

/// Part of the key of every cell: a number is shown as such, as before there were powers.
impl fmt::Debug for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(m) => write!(f, "{m}"),
            Self::Power(epsilon) => write!(f, "d^{epsilon:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_is_rounded_and_at_least_one() {
        assert_eq!([1, 64, 100].map(|d| Width::Power(0.5).at(d)), [1, 8, 10]);
        assert_eq!(Width::Power(0.75).at(256), 64);
        assert_eq!(Width::Power(0.01).at(2), 1);
        assert_eq!(Width::Fixed(7).at(1 << 20), 7);
        assert_eq!(format!("{:?} {:?}", Width::Fixed(64), Width::Power(0.5)), "64 d^0.5");
    }
}
