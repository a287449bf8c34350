//! Laws of the input x.

use serde::Serialize;
use strum::{EnumIter, IntoStaticStr};

/// Law of the coordinates of x, each with mean 0 and variance 1.
///
/// | name | law of a coordinate | E x⁴ |
/// |---|---|--:|
/// | `gaussian` | N(0, 1), independent | 3 |
/// | `rademacher` | ±1, independent | 1 |
/// | `uniform` | uniform on [−√3, √3], independent | 9/5 |
/// | `laplace` | density e^{−√2 \|x\|}/√2, independent | 6 |
/// | `student_t` | Student's with 5 degrees of freedom times √(3/5), independent | 9 |
/// | `correlated` | N(0, 1); neighbours x_j, x_{j+1} have correlation ½, others none | 3 |
///
/// The theory that this program holds its results against is for `gaussian`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Independent standard normal coordinates.
    #[default]
    Gaussian,
    /// Independent signs.
    Rademacher,
    /// Independent, uniform on an interval.
    Uniform,
    /// Independent, with exponential tails.
    Laplace,
    /// Independent, with a tail of index 5.
    StudentT,
    /// Gaussian with neighbours correlated at ½.
    Correlated,
}

impl Input {
    /// Its name in study files and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether projections of x are independent normals: what a reduced simulation and the exact
    /// variance of the target rest on.
    #[must_use]
    pub fn is_gaussian(self) -> bool {
        self == Self::Gaussian
    }
}
