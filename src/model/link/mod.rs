//! Links σ*: what the target does with its few relevant directions.
//!
//! A link is written as text and compiled to sums of products of polynomials and plain
//! functions. Names: `t` is the variable of a single-index link, `z1` … `z64` those of a
//! multi-index link; `He_k` is written `He2` and is the plain polynomial, not divided by √k!;
//! `relu`, `abs`, `tanh`, `sin`, `cos`, `exp`, `sign`, `sigmoid`, `softplus` and `gelu` apply to
//! a polynomial in one variable. A bare function is one of t: `He2` is `He2(t)`.
//! `sum(He2)` is Σ_i He_2(z_i) over the r directions.

mod compiled;
mod expansion;
mod expression;
mod generative;
mod leap;
mod lexer;
mod moments;
mod named;
mod parse;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

pub use expansion::{Along, Expansion};

use compiled::Compiled;
use expression::Expression;
use moments::Moments;
use parse::{MAX_R, T};

use super::hermite::factorial;
use super::quadrature::gaussian_mean;
use crate::error::{Error, Result};

/// Orders reported for links that are not polynomials.
const REPORTED_ORDER: usize = 12;
/// A Hermite tensor with less than this share of the variance counts as zero.
const INVISIBLE: f64 = 1e-12;

/// A link σ* of r variables, ready for evaluation.
///
/// ```
/// use secateur::model::Link;
/// let link = Link::parse("t^2 + t^4", None)?;
/// assert_eq!(link.information_exponent()?, 2);
/// let link = link.normalised()?;
/// assert!(link.mean().abs() < 1e-12 && (link.variance() - 1.0).abs() < 1e-12);
/// # Ok::<(), secateur::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Link {
    text: String,
    r: usize,
    expression: Expression,
    compiled: Compiled,
    moments: Moments,
    generative: OnceLock<Option<u32>>,
}

impl PartialEq for Link {
    /// Same variables, text and terms; the rest follows from them.
    fn eq(&self, other: &Self) -> bool {
        (self.r, &self.text, &self.expression.terms)
            == (other.r, &other.text, &other.expression.terms)
    }
}

impl Link {
    /// Reads a link of `r` variables.
    ///
    /// `r` defaults to the highest index of a z, or 1. `sum(…)` needs it, and runs over all r.
    ///
    /// # Errors
    ///
    /// Text outside the grammar, with the place and a hint; a degree above 64, r outside 1..=64,
    /// too many terms, numbers that are not finite; a variable below r that the link does not
    /// depend on, which no learner could find; a link without a finite variance.
    pub fn parse(text: &str, r: Option<usize>) -> Result<Self> {
        if let Some(r) = r.filter(|r| !(1..=MAX_R).contains(r)) {
            return Err(Error::usage(format!("r = {r} is outside 1..={MAX_R}"))
                .hint("r counts the relevant directions; single-index links have r = 1"));
        }
        let parsed = parse::parse(text, r)?;
        let highest = parsed.z_at.as_ref().map(|(index, _)| *index);
        let r = r.or(highest).unwrap_or(1);
        check_variables(text, &parsed, r)?;
        let expression = parsed.expression.renamed(T, 0);
        check_all_used(text, &expression, r)?;
        Self::build(spelling(parsed)?, r, expression)
    }

    fn build(text: String, r: usize, expression: Expression) -> Result<Self> {
        let moments = Moments::new(&expression)?;
        let compiled = Compiled::new(&expression);
        Ok(Self { text, r, expression, compiled, moments, generative: OnceLock::new() })
    }

    /// The spelling that [`text`](Self::text) has of the link `text`, whatever its r.
    ///
    /// # Errors
    ///
    /// Text outside the grammar.
    pub fn canonical(text: &str) -> Result<String> {
        // What a sum runs over does not show in its spelling.
        spelling(parse::parse(text, Some(1))?)
    }

    /// Its canonical spelling: `He2` of `He2 ( t )`, `He3 + 0.5*He1` of `He3+.5*(He1)`. The
    /// terms and their order are those it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of variables r.
    #[must_use]
    pub fn r(&self) -> usize {
        self.r
    }

    /// σ*(z), z of length r.
    ///
    /// # Panics
    ///
    /// If `z` has another length.
    #[must_use]
    pub fn eval(&self, z: &[f64]) -> f64 {
        let mut out = [0.0];
        self.eval_block(z, 1, &mut out);
        out[0]
    }

    /// `out[i]` = σ*(z_i) for n points; `z` holds r columns of length n, one after the other.
    ///
    /// # Panics
    ///
    /// If `z` is not of length r n or `out` not of length n.
    pub fn eval_block(&self, z: &[f64], n: usize, out: &mut [f64]) {
        assert_eq!(z.len(), self.r * n, "z must hold r columns of length n");
        assert_eq!(out.len(), n, "out must have length n");
        self.compiled.eval_block(z, n, out);
    }

    /// The link minus its mean, divided by its standard deviation.
    ///
    /// # Errors
    ///
    /// A constant link.
    pub fn normalised(self) -> Result<Self> {
        self.check_not_constant()?;
        let refused = |_| Error::usage(format!("the link `{}` cannot be normalised", self.text));
        let centred =
            self.expression.plus(Expression::constant(-self.moments.mean)).map_err(refused)?;
        let std = self.moments.variance.sqrt();
        let expression = centred.scaled(1.0 / std).map_err(refused)?;
        let compiled = Compiled::new(&expression);
        let mut weights: Vec<f64> =
            self.moments.weights.iter().map(|w| w / self.moments.variance).collect();
        weights[0] = 0.0;
        let moments = Moments { mean: 0.0, variance: 1.0, weights };
        // An affine map of the label changes no conditional expectation: the cache stays valid.
        Ok(Self {
            text: self.text,
            r: self.r,
            expression,
            compiled,
            moments,
            generative: self.generative,
        })
    }

    /// E σ*(z), z ~ N(0, I_r): exact for polynomials, else by quadrature to about 1e-12.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.moments.mean
    }

    /// Var σ*(z), z ~ N(0, I_r): exact for polynomials, else by quadrature to about 1e-9.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.moments.variance
    }

    /// E|σ*(z) − E σ*(z)| of a single-index link, to about three digits.
    ///
    /// # Panics
    ///
    /// If r > 1.
    #[must_use]
    pub fn spread(&self) -> f64 {
        gaussian_mean(|z| (self.eval(&[z]) - self.moments.mean).abs(), &[])
    }

    /// Normalised Hermite coefficients c_k = E[σ*(z) He_k(z)]/√k! of a single-index link, from
    /// k = 0: up to the degree of a polynomial, up to order 12 otherwise.
    ///
    /// Empty for r > 1, where [`tensor_norms`](Self::tensor_norms) takes its place.
    #[must_use]
    pub fn coefficients(&self) -> Vec<f64> {
        if self.r > 1 {
            return Vec::new();
        }
        let last = if self.is_polynomial() { self.degree() as usize } else { REPORTED_ORDER };
        let mut total = vec![0.0; last + 1];
        for (key, c) in &self.expression.terms {
            let piece = key.get(&0).cloned().unwrap_or_default();
            if piece.atoms.is_empty() {
                if let Some(slot) = total.get_mut(piece.order as usize) {
                    *slot += c * factorial(piece.order).sqrt();
                }
                continue;
            }
            let each = moments::coefficients(&piece);
            total.iter_mut().zip(each).for_each(|(t, e)| *t += c * e);
        }
        // Quadrature leaves 1e-16 where symmetry says 0.
        let rounding = 1e-14 * (self.moments.variance + self.moments.mean.powi(2)).sqrt();
        total.iter_mut().filter(|c| c.abs() < rounding).for_each(|c| *c = 0.0);
        total
    }

    /// Norm of the normalised Hermite tensor of each order, √(Σ_{|β| = k} c_β²), from k = 0: up to
    /// the degree of a polynomial, up to order 20 otherwise. |c_k| for a single-index link.
    #[must_use]
    pub fn tensor_norms(&self) -> Vec<f64> {
        self.moments.weights.iter().map(|w| w.max(0.0).sqrt()).collect()
    }

    /// The information exponent k*: the lowest order ≥ 1 whose Hermite tensor is not zero.
    ///
    /// A tensor with norm below 1e-6 standard deviations counts as zero.
    ///
    /// # Errors
    ///
    /// A constant link, or nothing found up to order 20 (64 for polynomials).
    pub fn information_exponent(&self) -> Result<u32> {
        self.check_not_constant()?;
        let visible = INVISIBLE * self.moments.variance;
        let found = self.moments.weights.iter().skip(1).position(|w| *w > visible);
        found.map(|k| k as u32 + 1).ok_or_else(|| {
            Error::usage(format!(
                "the link `{}` has no Hermite coefficient of order 1 to {}",
                self.text,
                moments::MAX_ORDER
            ))
        })
    }

    /// The generative exponent s* ≤ k* of a single-index link: the smallest k ≥ 1 with
    /// E[(E[He_k(z) | y])²] > 0, y = σ*(z), the smallest information exponent that a
    /// transformation of the label can reach (Damian, Pillaud-Vivien, Lee and Bruna 2024). For
    /// r > 1 the generative leap, its counterpart (Damian, Lee and Bruna 2025): the largest such
    /// order on the way from one direction to all.
    ///
    /// Numerical: labels of a fine grid of z are sorted and binned, and an order whose mean
    /// square lies below 1e-4 of that of He_k counts as zero; 7e-3 for r > 1, where points are
    /// drawn. `None` for a constant link, where k* is unknown, and where a leap is out of reach.
    /// Computed once.
    #[must_use]
    pub fn generative_exponent(&self) -> Option<u32> {
        *self.generative.get_or_init(|| {
            let k_star = self.information_exponent().ok()?;
            if self.r > 1 {
                return leap::leap(|z, n, y| self.eval_block(z, n, y), self.r);
            }
            Some(generative::exponent(|z, y| self.eval_block(z, z.len(), y), k_star))
        })
    }

    /// Whether the link is a polynomial.
    #[must_use]
    pub fn is_polynomial(&self) -> bool {
        self.expression.is_polynomial()
    }

    /// Total degree; a named function counts as degree 1 per power.
    #[must_use]
    pub fn degree(&self) -> u32 {
        self.expression.degree()
    }

    fn check_not_constant(&self) -> Result<()> {
        if self.moments.variance > 0.0 {
            return Ok(());
        }
        Err(Error::usage(format!("the link `{}` is constant", self.text))
            .hint("a target must depend on its relevant directions"))
    }
}

/// The canonical text, in t where z1 is alone: a sum may run over more.
fn spelling(parsed: parse::Parsed) -> Result<String> {
    if parsed.text.contains("sum(") || parsed.z_at.is_none_or(|(highest, _)| highest > 1) {
        return Ok(parsed.text);
    }
    Ok(parse::parse(&parsed.text.replace("z1", "t"), Some(1))?.text)
}

/// t and z do not mix, and r must fit the highest z.
fn check_variables(text: &str, parsed: &parse::Parsed, r: usize) -> Result<()> {
    if let (Some(span), Some(_)) = (&parsed.t_at, &parsed.z_at) {
        let what = "`t` and bare functions do not mix with z1, z2, …";
        return Err(lexer::error(text, span, what, "write `z1` for `t`, and `He2(z1)` for `He2`"));
    }
    if let Some((highest, span)) = parsed.z_at.as_ref().filter(|(highest, _)| *highest > r) {
        let what = format!("`z{highest}` needs r = {highest}, but r = {r}");
        return Err(lexer::error(text, span, what, "raise r, or use fewer variables"));
    }
    if let Some(span) = parsed.t_at.as_ref().filter(|_| r > 1) {
        let what = format!("`t` and bare functions are single-index, but r = {r}");
        let hint = "write the link in z1, z2, …, or use `sum(…)`";
        return Err(lexer::error(text, span, what, hint));
    }
    Ok(())
}

/// A direction on which the link does not depend could never be learned.
fn check_all_used(text: &str, expression: &Expression, r: usize) -> Result<()> {
    let constant = expression.as_constant().is_some();
    let Some(unused) = (0..r).find(|v| !expression.uses(*v)).filter(|_| !constant || r > 1) else {
        return Ok(());
    };
    let message = format!("r = {r}, but the link does not depend on z{}", unused + 1);
    Err(Error::usage(message)
        .hint("lower r, renumber the variables, or use `sum(…)`, which runs over all r")
        .at("link", text, 0..text.len(), "this link"))
}
