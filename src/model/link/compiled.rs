//! The compiled form of a link: sums of products of polynomials and plain functions.

use std::collections::BTreeMap;

use super::expression::{Atom, Expression, Key, Piece, Series};
use crate::model::hermite::monomials;

/// Highest degree evaluated in powers of z; beyond it the alternating coefficients of Hermite
/// polynomials cost more than four digits, and Clenshaw's recurrence takes over.
const HORNER_DEGREE: usize = 12;
/// Samples evaluated together: the partial products stay in the fastest cache.
const BLOCK: usize = 256;

/// A polynomial ready for evaluation.
#[derive(Clone, Debug)]
pub(super) enum Polynomial {
    /// Coefficients of 1, z, z², …
    Horner(Vec<f64>),
    /// Coefficients of He_0, He_1, …
    Clenshaw(Vec<f64>),
}

impl Polynomial {
    pub(super) fn new(series: &Series) -> Self {
        if series.0.len() > HORNER_DEGREE + 1 {
            return Self::Clenshaw(series.0.clone());
        }
        let mut powers = vec![0.0; series.0.len()];
        for (k, c) in series.0.iter().enumerate().filter(|(_, c)| **c != 0.0) {
            for (slot, m) in powers.iter_mut().zip(monomials(k as u32)) {
                *slot += c * m;
            }
        }
        Self::Horner(powers)
    }

    #[inline]
    pub(super) fn eval(&self, z: f64) -> f64 {
        match self {
            Self::Horner(c) => horner(c, z),
            Self::Clenshaw(c) => clenshaw(c, z),
        }
    }

    /// out\[i\] *= p(z\[i\]) for at most [`BLOCK`] samples. The coefficients are the outer loop, so
    /// that the inner one runs over samples and vectorises; each sample sees the same operations
    /// as in [`eval`](Self::eval).
    fn multiply(&self, z: &[f64], out: &mut [f64]) {
        let (mut next, mut after) = ([0.0; BLOCK], [0.0; BLOCK]);
        let (next, after) = (&mut next[..z.len()], &mut after[..z.len()]);
        match self {
            Self::Horner(powers) => {
                for c in powers.iter().rev() {
                    next.iter_mut().zip(z).for_each(|(sum, z)| *sum = *sum * z + c);
                }
            }
            Self::Clenshaw(series) => {
                for (k, c) in series.iter().enumerate().rev() {
                    let k = k as f64 + 1.0;
                    let pairs = next.iter_mut().zip(&mut *after);
                    pairs.zip(z).for_each(|((b, a), z)| (*b, *a) = (c + z * *b - k * *a, *b));
                }
            }
        }
        out.iter_mut().zip(next).for_each(|(o, p)| *o *= *p);
    }
}

#[inline]
fn horner(powers: &[f64], z: f64) -> f64 {
    powers.iter().rev().fold(0.0, |sum, c| sum * z + c)
}

/// Σ c_k He_k(z) by b_k = c_k + z b_{k+1} − (k+1) b_{k+2}.
#[inline]
fn clenshaw(series: &[f64], z: f64) -> f64 {
    let (mut next, mut after) = (0.0, 0.0);
    for (k, c) in series.iter().enumerate().rev() {
        (next, after) = (c + z * next - (k as f64 + 1.0) * after, next);
    }
    next
}

#[derive(Clone, Debug)]
struct Function {
    plain: fn(f64) -> f64,
    /// `None` for the identity.
    argument: Option<Polynomial>,
    power: i32,
}

impl Function {
    fn new(atom: &Atom, power: u32) -> Self {
        let identity = atom.argument.0 == [0.0, 1.0];
        Self {
            plain: atom.function.function(),
            argument: (!identity).then(|| Polynomial::new(&atom.argument)),
            power: power as i32,
        }
    }

    #[inline]
    fn eval(&self, z: f64) -> f64 {
        let value = (self.plain)(self.argument.as_ref().map_or(z, |p| p.eval(z)));
        if self.power == 1 { value } else { value.powi(self.power) }
    }
}

/// A function of one variable: a polynomial times functions.
#[derive(Clone, Debug)]
struct Factor {
    variable: usize,
    polynomial: Option<Polynomial>,
    functions: Vec<Function>,
}

impl Factor {
    fn multiply(&self, z: &[f64], out: &mut [f64]) {
        if let Some(polynomial) = &self.polynomial {
            polynomial.multiply(z, out);
        }
        for function in &self.functions {
            out.iter_mut().zip(z).for_each(|(o, z)| *o *= function.eval(*z));
        }
    }
}

/// The evaluator.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    /// Sum of products; the coefficients are inside the polynomials.
    products: Vec<Vec<Factor>>,
}

impl Compiled {
    /// Terms that differ only in the Hermite order of their first variable share one polynomial.
    pub(super) fn new(expression: &Expression) -> Self {
        let mut groups: BTreeMap<(usize, Key), Vec<f64>> = BTreeMap::new();
        for (key, &c) in &expression.terms {
            let main = key.keys().next().copied().unwrap_or(0);
            let mut rest = key.clone();
            let order = rest.get_mut(&main).map_or(0, |p| std::mem::take(&mut p.order) as usize);
            rest.retain(|_, piece| *piece != Piece::default());
            let series = groups.entry((main, rest)).or_default();
            series.resize(series.len().max(order + 1), 0.0);
            series[order] += c;
        }
        let product = |((main, rest), series): ((usize, Key), Vec<f64>)| {
            let scale = Factor {
                variable: main,
                polynomial: Some(Polynomial::new(&Series(series))),
                functions: vec![],
            };
            std::iter::once(scale).chain(rest.iter().map(|(v, p)| factor(*v, p))).collect()
        };
        Self { products: groups.into_iter().map(product).collect() }
    }

    /// out\[i\] = f(z\[i\], z\[n + i\], …), z column-major.
    pub(super) fn eval_block(&self, z: &[f64], n: usize, out: &mut [f64]) {
        out.fill(0.0);
        let mut buffer = [0.0; BLOCK];
        for start in (0..n).step_by(BLOCK) {
            let len = BLOCK.min(n - start);
            let partial = &mut buffer[..len];
            for factors in &self.products {
                partial.fill(1.0);
                for factor in factors {
                    let column = factor.variable * n + start;
                    factor.multiply(&z[column..column + len], partial);
                }
                let block = &mut out[start..start + len];
                block.iter_mut().zip(&*partial).for_each(|(o, p)| *o += p);
            }
        }
    }
}

fn factor(variable: usize, piece: &Piece) -> Factor {
    let mut unit = vec![0.0; piece.order as usize + 1];
    unit[piece.order as usize] = 1.0;
    Factor {
        variable,
        polynomial: (piece.order > 0).then(|| Polynomial::new(&Series(unit))),
        functions: piece.atoms.iter().map(|(atom, power)| Function::new(atom, *power)).collect(),
    }
}

/// A piece as a plain function, for quadrature.
pub(super) fn piece_function(piece: &Piece) -> impl Fn(f64) -> f64 + use<> {
    let factor = factor(0, piece);
    move |z| {
        let polynomial = factor.polynomial.as_ref().map_or(1.0, |p| p.eval(z));
        factor.functions.iter().fold(polynomial, |product, f| product * f.eval(z))
    }
}
