//! What a learner is set to learn, and what identifies a series of results.
//!
//! A [`Problem`] is a target y = σ*(Vᵀx) + √Δ ξ with all that theory needs to know of it but the
//! dimension d; a [`Series`] is a learner on a problem. A table of another program may leave any
//! of it out: what is not known is `None`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// A finite real number with one order and one spelling of zero, so that settings can be
/// compared, sorted and hashed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Real(f64);

impl Real {
    /// The number `x`, if it is finite; −0 is 0.
    #[must_use]
    pub fn new(x: f64) -> Option<Self> {
        x.is_finite().then_some(Self(x + 0.0))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl From<Real> for f64 {
    fn from(x: Real) -> Self {
        x.0
    }
}

impl TryFrom<f64> for Real {
    type Error = &'static str;

    fn try_from(x: f64) -> Result<Self, Self::Error> {
        Self::new(x).ok_or("not a finite number")
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A target without its dimension. Problems are ordered by their fields in this order.
///
/// As a selection, what is `None` does not restrict: see [`Problem::admits`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Problem {
    /// The link σ* as written in the study.
    pub link: Option<String>,
    /// Information exponent k* of the link.
    pub k_star: Option<u32>,
    /// Number of relevant directions r.
    pub r: Option<usize>,
    /// Norm exponent q in [0, 2) of the row sparsity; 0 counts non-zero rows.
    pub q: Option<Real>,
    /// Law of the inputs by name, see [`super::Input`].
    pub input: Option<String>,
    /// Standard deviation √Δ of the label noise.
    pub noise: Option<Real>,
    /// Sparsity exponent α in [0, 1].
    pub alpha: Option<Real>,
}

impl Problem {
    /// α as a number.
    #[must_use]
    pub fn alpha(&self) -> Option<f64> {
        self.alpha.map(Real::get)
    }

    /// The problem at another α, or at none: what the panels of a figure have in common.
    #[must_use]
    pub fn at_alpha(&self, alpha: Option<Real>) -> Self {
        Self { alpha, ..self.clone() }
    }

    /// Whether `other` has everything that this one says.
    #[must_use]
    pub fn admits(&self, other: &Self) -> bool {
        fn agrees<T: PartialEq>(asked: Option<&T>, there: Option<&T>) -> bool {
            asked.is_none() || asked == there
        }
        agrees(self.link.as_ref(), other.link.as_ref())
            && agrees(self.k_star.as_ref(), other.k_star.as_ref())
            && agrees(self.r.as_ref(), other.r.as_ref())
            && agrees(self.q.as_ref(), other.q.as_ref())
            && agrees(self.input.as_ref(), other.input.as_ref())
            && agrees(self.noise.as_ref(), other.noise.as_ref())
            && agrees(self.alpha.as_ref(), other.alpha.as_ref())
    }
}

/// A learner on a problem: cells that differ only in the dimension d.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "SeriesColumns", into = "SeriesColumns")]
pub struct Series {
    /// The problem.
    pub problem: Problem,
    /// Name of the learner, or of a variant as in `pruned/raw`.
    pub learner: String,
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn part<T: fmt::Display>(
            f: &mut fmt::Formatter<'_>,
            symbol: &str,
            value: Option<&T>,
        ) -> fmt::Result {
            value.map_or(Ok(()), |value| write!(f, ", {symbol}{value}"))
        }
        let Problem { link, k_star, r, q, input, noise, alpha } = &self.problem;
        f.write_str(&self.learner)?;
        part(f, "", link.as_ref())?;
        part(f, "k* = ", k_star.as_ref())?;
        part(f, "r = ", r.as_ref())?;
        part(f, "alpha = ", alpha.as_ref())?;
        part(f, "q = ", q.as_ref())?;
        part(f, "noise = ", noise.as_ref())?;
        part(f, "input = ", input.as_ref())
    }
}

/// The columns of every table that name a series; an unknown one is an empty field.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct SeriesColumns {
    learner: String,
    link: Option<String>,
    k_star: Option<u32>,
    r: Option<usize>,
    alpha: Option<Real>,
    q: Option<Real>,
    noise: Option<Real>,
    input: Option<String>,
}

impl From<Series> for SeriesColumns {
    fn from(Series { problem, learner }: Series) -> Self {
        let Problem { link, k_star, r, q, input, noise, alpha } = problem;
        Self { learner, link, k_star, r, alpha, q, noise, input }
    }
}

impl From<SeriesColumns> for Series {
    fn from(columns: SeriesColumns) -> Self {
        let SeriesColumns { learner, link, k_star, r, alpha, q, noise, input } = columns;
        Self { problem: Problem { link, k_star, r, q, input, noise, alpha }, learner }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_number_has_one_zero_and_no_infinity() {
        assert_eq!(Real::new(-0.0), Real::new(0.0));
        assert!(Real::new(f64::INFINITY).is_none() && Real::new(f64::NAN).is_none());
        assert!(Real::new(-1.0) < Real::new(0.5));
    }

    #[test]
    fn a_selection_admits_what_it_does_not_contradict() {
        let problem = Problem { r: Some(1), alpha: Real::new(0.5), ..Problem::default() };
        assert!(Problem::default().admits(&problem));
        assert!(Problem { r: Some(1), ..Problem::default() }.admits(&problem));
        assert!(!Problem { r: Some(2), ..Problem::default() }.admits(&problem));
        // What is not known was not asked for.
        assert!(!Problem { k_star: Some(2), ..Problem::default() }.admits(&problem));
    }

    #[test]
    fn series_are_ordered_by_problem_and_named_in_words() {
        let series = |alpha, learner: &str| Series {
            problem: Problem {
                link: Some("He2".to_owned()),
                alpha: Real::new(alpha),
                ..Problem::default()
            },
            learner: learner.to_owned(),
        };
        assert!(series(0.25, "unpruned") < series(0.5, "pruned"));
        assert!(series(0.5, "pruned") < series(0.5, "unpruned"));
        assert_eq!(series(0.5, "mine").to_string(), "mine, He2, alpha = 0.5");
    }
}
