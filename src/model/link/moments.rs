//! Moments and Hermite weights of an expression of independent standard Gaussians.
//!
//! Terms are products over variables, so every expectation is a product of one-dimensional ones:
//! exact for Hermite polynomials, by quadrature where named functions occur.

use std::collections::BTreeMap;

use super::compiled::{Polynomial, piece_function};
use super::expression::{Expression, Key, Piece, key_degree};
use super::named::Named;
use crate::error::{Error, Result};
use crate::model::hermite::{self, factorial};
use crate::model::quadrature::{HALF_WIDTH, density, gaussian_mean, gaussian_mean_fine};

/// Highest Hermite order that is looked at where named functions occur.
pub(super) const MAX_ORDER: usize = 20;
/// Most different functions of one variable; their products are integrated pairwise.
const MAX_FUNCTIONS: usize = 48;

/// Mean, variance and Hermite weights.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// Squared norm of the normalised Hermite tensor of each order; order 0 is mean².
    pub(super) weights: Vec<f64>,
}

impl Moments {
    /// # Errors
    ///
    /// The link grows too fast, varies too fast, or mixes too many functions to be integrated.
    pub(super) fn new(expression: &Expression) -> Result<Self> {
        if expression.is_polynomial() { Ok(polynomial(expression)) } else { general(expression) }
    }
}

/// Parseval: each term is orthogonal to the others, with squared norm c² Π k!.
fn polynomial(expression: &Expression) -> Moments {
    let mut weights = vec![0.0; expression.degree() as usize + 1];
    for (key, c) in &expression.terms {
        let norm: f64 = key.values().map(|p| factorial(p.order)).product();
        weights[key_degree(key) as usize] += c * c * norm;
    }
    let mean = expression.terms.get(&Key::new()).copied().unwrap_or(0.0);
    Moments { mean, variance: weights[1..].iter().fold(0.0, |a, b| a + b), weights }
}

/// Sums over pairs of terms, each a product of one-dimensional integrals.
pub(super) fn general(expression: &Expression) -> Result<Moments> {
    let table = Table::new(expression)?;
    let terms: Vec<(&Key, f64)> = expression.terms.iter().map(|(k, c)| (k, *c)).collect();
    let mut weights = vec![0.0; MAX_ORDER + 1];
    let (mut variance, mut size) = (0.0, 0.0);
    for (a, ca) in &terms {
        for (b, cb) in &terms {
            let by_order = table.pair_weights(a, b);
            let second = ca * cb * table.pair_inner(a, b);
            variance += second - ca * cb * by_order[0];
            size += second.abs();
            weights.iter_mut().zip(by_order).for_each(|(w, pair)| *w += ca * cb * pair);
        }
    }
    let mean = terms.iter().map(|(key, c)| c * table.mean(key)).sum();
    // What is left of cancelled terms, as of sin² + cos², is rounding.
    let variance = if variance < 1e-12 * size { 0.0 } else { variance };
    weights.iter_mut().filter(|w| **w < 1e-14 * size).for_each(|w| *w = 0.0);
    Ok(Moments { mean, variance, weights })
}

/// One-dimensional integrals of all pieces that occur.
struct Table<'a> {
    index: BTreeMap<&'a Piece, usize>,
    /// Normalised Hermite coefficients of each piece.
    coefficients: Vec<Vec<f64>>,
    /// E[u v] for each pair of pieces.
    inner: Vec<Vec<f64>>,
}

impl<'a> Table<'a> {
    fn new(expression: &'a Expression) -> Result<Self> {
        let mut index = BTreeMap::new();
        for piece in expression.terms.keys().flat_map(BTreeMap::values) {
            let next = index.len();
            index.entry(piece).or_insert(next);
        }
        if index.len() > MAX_FUNCTIONS {
            return Err(Error::usage("the link mixes too many different functions")
                .hint("use at most 48 different polynomials and functions of one variable"));
        }
        let mut pieces: Vec<&Piece> = vec![&EMPTY; index.len()];
        for (piece, i) in &index {
            pieces[*i] = piece;
        }
        for piece in &pieces {
            check_integrable(piece)?;
        }
        let coefficients = pieces.iter().map(|p| coefficients(p)).collect();
        let inner = pieces.iter().map(|a| pieces.iter().map(|b| inner(a, b)).collect()).collect();
        Ok(Self { index, coefficients, inner })
    }

    fn coefficients(&self, piece: &Piece) -> &[f64] {
        &self.coefficients[self.index[piece]]
    }

    fn mean(&self, key: &Key) -> f64 {
        key.values().map(|p| self.coefficients(p)[0]).product()
    }

    /// E[a b] = Π_v E[a_v b_v].
    fn pair_inner(&self, a: &Key, b: &Key) -> f64 {
        variables(a, b)
            .map(|v| match (a.get(&v), b.get(&v)) {
                (Some(p), Some(q)) => self.inner[self.index[p]][self.index[q]],
                (Some(p), None) | (None, Some(p)) => self.coefficients(p)[0],
                (None, None) => 1.0,
            })
            .product()
    }

    /// Inner products of the Hermite tensors of a and b, order by order: the coefficients of the
    /// product over variables of Σ_k c_k(a_v) c_k(b_v) x^k.
    fn pair_weights(&self, a: &Key, b: &Key) -> Vec<f64> {
        let mut total = vec![0.0; MAX_ORDER + 1];
        total[0] = 1.0;
        for v in variables(a, b) {
            match (a.get(&v), b.get(&v)) {
                (Some(p), Some(q)) => {
                    let (p, q) = (self.coefficients(p), self.coefficients(q));
                    let each: Vec<f64> = p.iter().zip(q).map(|(p, q)| p * q).collect();
                    total = truncated_product(&total, &each);
                }
                (Some(p), None) | (None, Some(p)) => {
                    let mean = self.coefficients(p)[0];
                    for slot in &mut total {
                        *slot *= mean;
                    }
                }
                (None, None) => {}
            }
        }
        total
    }
}

static EMPTY: Piece = Piece { order: 0, atoms: BTreeMap::new() };

fn variables(a: &Key, b: &Key) -> impl Iterator<Item = usize> {
    let mut all: Vec<usize> = a.keys().chain(b.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}

fn truncated_product(a: &[f64], b: &[f64]) -> Vec<f64> {
    let coefficient = |k: usize| (0..=k).map(|j| a[j] * b[k - j]).sum();
    (0..a.len()).map(coefficient).collect()
}

/// Normalised Hermite coefficients E[u He_k]/√k! up to order 20.
pub(super) fn coefficients(piece: &Piece) -> Vec<f64> {
    if piece.atoms.is_empty() {
        let mut unit = vec![0.0; MAX_ORDER + 1];
        if let Some(slot) = unit.get_mut(piece.order as usize) {
            *slot = factorial(piece.order).sqrt();
        }
        return unit;
    }
    let (f, kinks) = (piece_function(piece), kinks(piece));
    hermite::coefficients::<{ MAX_ORDER + 1 }>(f, &kinks).to_vec()
}

fn inner(a: &Piece, b: &Piece) -> f64 {
    if a.atoms.is_empty() && b.atoms.is_empty() {
        return if a.order == b.order { factorial(a.order) } else { 0.0 };
    }
    let (f, g) = (piece_function(a), piece_function(b));
    let mut ends = kinks(a);
    ends.extend(kinks(b));
    gaussian_mean(|z| f(z) * g(z), &ends)
}

/// Refuses a function whose second moment the quadrature cannot be trusted with.
fn check_integrable(piece: &Piece) -> Result<()> {
    if piece.atoms.is_empty() {
        return Ok(());
    }
    let (f, kinks) = (piece_function(piece), kinks(piece));
    let square = |z: f64| f(z).powi(2);
    let coarse = gaussian_mean(square, &kinks);
    let edge = |z: f64| square(z) * density(z);
    let tail = edge(HALF_WIDTH) + edge(-HALF_WIDTH);
    // False for NaN as well.
    let bounded = coarse <= 1e100 && tail <= 1e-12 * coarse;
    if !bounded {
        return Err(Error::usage("the link grows too fast: its variance cannot be computed")
            .hint("`exp` is safe up to about `exp(2*t)`, and with `-t^2` in its argument"));
    }
    let fine = gaussian_mean_fine(square, &kinks);
    if (fine - coarse).abs() > 1e-9 * coarse {
        return Err(Error::usage("the link varies too fast: its variance cannot be computed")
            .hint("use smaller coefficients in the arguments of its functions"));
    }
    Ok(())
}

/// Where a piece, or its slope, jumps: the zeros of the arguments of kinked functions.
fn kinks(piece: &Piece) -> Vec<f64> {
    let kinked = |function: Named| function.kinked();
    let arguments = piece.atoms.keys().filter(|a| kinked(a.function)).map(|a| &a.argument);
    arguments.flat_map(|series| roots(&Polynomial::new(series))).collect()
}

/// Sign changes on a grid, refined by bisection; touching zeros are no kinks.
fn roots(polynomial: &Polynomial) -> Vec<f64> {
    let step = 0.01;
    let count = (2.0 * HALF_WIDTH / step) as i32;
    let point = |i: i32| f64::from(i).mul_add(step, -HALF_WIDTH - 0.5 * step);
    let bracket = |i: i32| {
        let (low, high) = (point(i), point(i + 1));
        let (at_low, at_high) = (polynomial.eval(low), polynomial.eval(high));
        (at_low * at_high <= 0.0).then(|| bisect(polynomial, low, high))
    };
    (0..=count).filter_map(bracket).collect()
}

fn bisect(polynomial: &Polynomial, mut low: f64, mut high: f64) -> f64 {
    let rising = polynomial.eval(high) > polynomial.eval(low);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if (polynomial.eval(middle) > 0.0) == rising {
            high = middle;
        } else {
            low = middle;
        }
    }
    // A root at 0 is written as such, so that odd functions stay exactly odd.
    if high.abs() < 1e-14 { 0.0 } else { high }
}
