//! Laws of the input x.

use std::borrow::Cow;

use strum::{EnumIter, IntoStaticStr};

use super::covariance::Covariance;
use crate::error::{Error, Result, nearest};
use crate::words::names;

/// Law of the coordinates of x, each with mean 0 and, but for a spike, variance 1.
///
/// | name | law of a coordinate | E x⁴ |
/// |---|---|--:|
/// | `gaussian` | N(0, 1), independent | 3 |
/// | `rademacher` | ±1, independent | 1 |
/// | `uniform` | uniform on [−√3, √3], independent | 9/5 |
/// | `laplace` | density e^{−√2 \|x\|}/√2, independent | 6 |
/// | `student_t` | Student's with 5 degrees of freedom times √(3/5), independent | 9 |
/// | `correlated` | N(0, 1); neighbours x_j, x_{j+1} have correlation ½, others none | 3 |
/// | `spiked(ρ)`, `spiked_aligned(ρ)`, `blocks(b)` | N(0, Σ), see [`Covariance`]; the link reads z = vᵀx/√(vᵀΣv) | |
///
/// The theory that this program holds its results against is for `gaussian`; it is silent on
/// the laws with a Σ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
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
    /// Gaussian with this covariance.
    #[strum(disabled)]
    Structured(Covariance),
}

impl Input {
    /// Reads a name of the table.
    ///
    /// # Errors
    /// When there is no such law; the hint names the nearest one, or all.
    pub fn parse(text: &str) -> Result<Self> {
        if let Some((_, law)) = names::<Self>().into_iter().find(|(name, _)| *name == text) {
            return Ok(law);
        }
        if let Some(covariance) = Covariance::parse(text) {
            return covariance.map(Self::Structured);
        }
        let named: Vec<&str> = names::<Self>().into_iter().map(|(name, _)| name).collect();
        let error = Error::usage(format!("unknown input `{text}`"));
        Err(match nearest(text, named.iter().copied()) {
            Some(near) => error.hint(format!("did you mean \"{near}\"?")),
            None => error.hint(format!(
                "input is one of {}, spiked(0.5), spiked_aligned(0.5), blocks(8)",
                named.join(", ")
            )),
        })
    }

    /// Its name in study files and tables.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Structured(covariance) => covariance.to_string().into(),
            plain => <&str>::from(plain).into(),
        }
    }

    /// Whether projections of x are independent normals: what a reduced simulation and the exact
    /// variance of the target rest on.
    #[must_use]
    pub fn is_gaussian(self) -> bool {
        self == Self::Gaussian
    }

    /// Whether what the link reads is normal, or nearly so.
    #[must_use]
    pub fn has_normal_index(self) -> bool {
        matches!(self, Self::Gaussian | Self::Correlated | Self::Structured(_))
    }

    /// Its covariance, if it is more than that of independent or neighbouring coordinates.
    #[must_use]
    pub fn covariance(self) -> Option<Covariance> {
        if let Self::Structured(covariance) = self { Some(covariance) } else { None }
    }

    /// The law of Σ^{−1/2}x.
    ///
    /// # Errors
    /// Where that is not implemented.
    pub fn whitened(self) -> Result<Self> {
        match self {
            Self::Structured(_) => Ok(Self::Gaussian),
            Self::Correlated => Err(Error::usage("correlated inputs cannot be whitened").hint(
                "spiked(…), spiked_aligned(…) and blocks(…) can, and independent ones are white",
            )),
            white => Ok(white),
        }
    }
}
