//! Formulas of α, k* and r: predictions of a user's own.

use super::link::Link;
use super::problem::Problem;
use super::rate::{Rate, RateKind};
use crate::error::{Error, Result};

/// Names in a formula, in the order of their values.
const NAMES: [&str; 3] = ["alpha", "k_star", "r"];

/// A number, or an expression in the language of links with `alpha`, `k_star` and `r` as variables.
///
/// ```
/// use secateur::model::{Formula, problem::{Problem, Real}};
/// let csq = Formula::parse("(alpha - relu(alpha - 0.5)) * k_star")?;
/// let problem = Problem { alpha: Real::new(0.75), k_star: Some(3), ..Problem::default() };
/// assert_eq!(csq.eval(&problem), Some(1.5));
/// # Ok::<(), secateur::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The function of `names`; without a name there is only `number`.
    function: Option<Link>,
    names: Vec<&'static str>,
    number: f64,
}

impl From<f64> for Formula {
    fn from(number: f64) -> Self {
        Self { function: None, names: Vec::new(), number }
    }
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// A usage error for what is neither a number nor an expression of the names.
    pub fn parse(text: &str) -> Result<Self> {
        if let Some(number) = text.trim().parse().ok().filter(|x: &f64| x.is_finite()) {
            return Ok(number.into());
        }
        let words = || text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let names: Vec<&str> =
            NAMES.into_iter().filter(|name| words().any(|w| w == *name)).collect();
        let mut link = String::new();
        for piece in text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')) {
            let word = piece.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
            match names.iter().position(|name| *name == word) {
                Some(index) => link += &format!("z{}{}", index + 1, &piece[word.len()..]),
                None => link += piece,
            }
        }
        let refused = |why: &str| {
            Error::usage(format!("`{text}` is no formula of alpha, k_star and r{why}")).hint(
                "write a number, or for example \"alpha * k_star\" or \"2*alpha + 1\", in the language of links",
            )
        };
        if names.is_empty() || words().any(|w| w.starts_with('z')) {
            return Err(refused(""));
        }
        let function = Link::parse(&link, Some(names.len()));
        let function = function.map_err(|e| refused(&format!(": {}", e.message())))?;
        Ok(Self { function: Some(function), names, number: 0.0 })
    }

    /// Its value on a problem; none if a name in it is not known of that, or it is not finite.
    #[must_use]
    pub fn eval(&self, problem: &Problem) -> Option<f64> {
        let value = |name: &&str| match *name {
            "alpha" => problem.alpha(),
            "k_star" => problem.k_star.map(f64::from),
            _ => problem.r.map(|r| r as f64),
        };
        let values: Vec<f64> = self.names.iter().map(value).collect::<Option<_>>()?;
        let value = self.function.as_ref().map_or(self.number, |f| f.eval(&values));
        value.is_finite().then_some(value)
    }
}

/// A rate that a user states for a learner, in place of what theory says.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnRate {
    /// The exponent b.
    pub exponent: Formula,
    /// The largest γ in d^b ln^γ d.
    pub log_power: f64,
}

impl OwnRate {
    /// It on a problem; none where its terms are not known.
    #[must_use]
    pub fn rate(&self, problem: &Problem) -> Option<Rate> {
        let exponent = self.exponent.eval(problem)?;
        Some(Rate { exponent, log_power: self.log_power, kind: RateKind::Heuristic })
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::Real;
    use super::*;

    #[test]
    fn formulas_are_functions_of_what_is_known() {
        let problem = |alpha: Option<f64>| Problem {
            alpha: alpha.and_then(Real::new),
            k_star: Some(3),
            r: Some(2),
            ..Problem::default()
        };
        for (text, value) in [
            ("1.5", 1.5),
            ("alpha * k_star", 0.75),
            ("k_star - 1", 2.0),
            ("(alpha - relu(alpha - 0.5)) * k_star", 0.75),
            ("k_star*alpha^2 + r/4", 3.0 / 16.0 + 0.5),
            ("-r", -2.0),
        ] {
            let found = Formula::parse(text).unwrap().eval(&problem(Some(0.25)));
            assert!((found.unwrap() - value).abs() < 1e-12, "{text}: {found:?}");
        }
        assert_eq!(Formula::parse("alpha").unwrap().eval(&problem(None)), None);
        assert_eq!(Formula::parse("k_star").unwrap().eval(&problem(None)), Some(3.0));
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        for text in [
            "",
            "t",
            "beta",
            "alpha * beta",
            "z1",
            "alpha * z2",
            "alpha / k_star",
            "relu",
            "inf",
            "alpha +",
        ] {
            let error = Formula::parse(text).unwrap_err();
            assert!(error.message().starts_with(&format!("`{text}` is no formula")), "{error}");
        }
    }
}
