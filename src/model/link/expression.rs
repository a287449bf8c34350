//! Expressions as sums of products of Hermite polynomials and named functions.
//!
//! Hermite polynomials are the basis from the start, not powers: He_64 in powers of t has
//! coefficients of alternating sign up to 10⁴⁴, whose Hermite coefficients would drown in
//! rounding. Here t² − 1 is He_2 exactly, and products expand with positive coefficients,
//! He_m He_n = Σ_j j! C(m, j) C(n, j) He_{m+n−2j}.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::named::Named;

/// Highest total degree.
pub(super) const MAX_DEGREE: u32 = 64;
/// Most terms after expansion: enough for any readable link, few enough to stay fast.
const MAX_TERMS: usize = 512;
/// Coefficients beyond this would overflow once squared and weighted with 64!.
const MAX_COEFFICIENT: f64 = 1e60;
/// Highest degree of the argument of a named function.
const MAX_ARGUMENT_DEGREE: usize = 8;

/// Coefficients of He_0, He_1, … of a polynomial in one variable.
#[derive(Clone, Debug)]
pub(super) struct Series(pub(super) Vec<f64>);

impl Ord for Series {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs
            .map(|(a, b)| a.total_cmp(b))
            .find(|o| o.is_ne())
            .unwrap_or_else(|| self.0.len().cmp(&other.0.len()))
    }
}

impl PartialOrd for Series {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Series {}

/// A named function of a polynomial in one variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Atom {
    pub(super) function: Named,
    pub(super) argument: Series,
}

/// The part of a term that depends on one variable: He_k times powers of atoms.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    pub(super) order: u32,
    pub(super) atoms: BTreeMap<Atom, u32>,
}

impl Piece {
    fn degree(&self) -> u32 {
        self.order + self.atoms.values().sum::<u32>()
    }
}

/// A term without its coefficient: one piece for each variable it depends on.
pub(super) type Key = BTreeMap<usize, Piece>;

/// Why an operation cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Degree,
    Terms,
    Overflow,
    Argument,
    ArgumentDegree,
    Divisor,
    DivisionByZero,
}

/// A sum of terms; no coefficient is zero.
#[derive(Clone, Debug, Default)]
pub(super) struct Expression {
    pub(super) terms: BTreeMap<Key, f64>,
}

impl Expression {
    pub(super) fn constant(value: f64) -> Self {
        let mut out = Self::default();
        out.add_term(Key::new(), value);
        out
    }

    /// He_k of one variable.
    pub(super) fn hermite(variable: usize, order: u32) -> Self {
        if order == 0 {
            return Self::constant(1.0);
        }
        let piece = Piece { order, atoms: BTreeMap::new() };
        Self { terms: BTreeMap::from([(Key::from([(variable, piece)]), 1.0)]) }
    }

    fn add_term(&mut self, key: Key, coefficient: f64) {
        let slot = self.terms.entry(key).or_insert(0.0);
        *slot += coefficient;
    }

    /// Drops cancelled terms and refuses what has grown too large.
    fn checked(mut self) -> Result<Self, Refusal> {
        self.terms.retain(|_, c| *c != 0.0);
        let bounded = self.terms.values().all(|c| c.abs() <= MAX_COEFFICIENT);
        if !bounded {
            return Err(Refusal::Overflow);
        }
        if self.terms.len() > MAX_TERMS {
            return Err(Refusal::Terms);
        }
        Ok(self)
    }

    pub(super) fn plus(mut self, other: Self) -> Result<Self, Refusal> {
        for (key, c) in other.terms {
            self.add_term(key, c);
        }
        self.checked()
    }

    pub(super) fn scaled(mut self, factor: f64) -> Result<Self, Refusal> {
        for c in self.terms.values_mut() {
            *c *= factor;
        }
        self.checked()
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, Refusal> {
        if self.degree() + other.degree() > MAX_DEGREE {
            return Err(Refusal::Degree);
        }
        let mut out = Self::default();
        for (a, &ca) in &self.terms {
            for (b, &cb) in &other.terms {
                for (key, factor) in product(a, b)? {
                    out.add_term(key, ca * cb * factor);
                }
                if out.terms.len() > 2 * MAX_TERMS {
                    return Err(Refusal::Terms);
                }
            }
        }
        out.checked()
    }

    pub(super) fn power(&self, exponent: u32) -> Result<Self, Refusal> {
        if self.degree().saturating_mul(exponent) > MAX_DEGREE {
            return Err(Refusal::Degree);
        }
        if let Some(value) = self.as_constant() {
            return Self::constant(value.powi(exponent as i32)).checked();
        }
        (0..exponent).try_fold(Self::constant(1.0), |product, _| product.times(self))
    }

    pub(super) fn divided(self, divisor: &Self) -> Result<Self, Refusal> {
        match divisor.as_constant() {
            None => Err(Refusal::Divisor),
            Some(0.0) => Err(Refusal::DivisionByZero),
            Some(value) => self.scaled(1.0 / value),
        }
    }

    /// He_k of an expression, by the recurrence.
    pub(super) fn hermite_of(&self, order: u32) -> Result<Self, Refusal> {
        if let Some(variable) = self.as_variable() {
            return Ok(Self::hermite(variable, order));
        }
        let (mut previous, mut current) = (Self::default(), Self::constant(1.0));
        for j in 0..order {
            let next = self.times(&current)?.plus(previous.scaled(-f64::from(j))?)?;
            (previous, current) = (current, next);
        }
        Ok(current)
    }

    /// A named function of an expression, which must be a polynomial in one variable.
    pub(super) fn apply(&self, function: Named) -> Result<Self, Refusal> {
        if let Some(value) = self.as_constant() {
            return Self::constant(function.function()(value)).checked();
        }
        let (variable, argument) = self.as_series().ok_or(Refusal::Argument)?;
        if argument.0.len() > MAX_ARGUMENT_DEGREE + 1 {
            return Err(Refusal::ArgumentDegree);
        }
        let atoms = BTreeMap::from([(Atom { function, argument }, 1)]);
        let key = Key::from([(variable, Piece { order: 0, atoms })]);
        Ok(Self { terms: BTreeMap::from([(key, 1.0)]) })
    }

    /// The same expression with another variable in place of `from`.
    pub(super) fn renamed(&self, from: usize, to: usize) -> Self {
        let mut out = Self::default();
        for (key, &c) in &self.terms {
            let key = key.iter().map(|(v, p)| (if *v == from { to } else { *v }, p.clone()));
            out.add_term(key.collect(), c);
        }
        out
    }

    /// Polynomial degree, every named function counting as 1 per power.
    pub(super) fn degree(&self) -> u32 {
        self.terms.keys().map(key_degree).max().unwrap_or(0)
    }

    pub(super) fn is_polynomial(&self) -> bool {
        self.terms.keys().all(|key| key.values().all(|p| p.atoms.is_empty()))
    }

    pub(super) fn uses(&self, variable: usize) -> bool {
        self.terms.keys().any(|key| key.contains_key(&variable))
    }

    pub(super) fn as_constant(&self) -> Option<f64> {
        match self.terms.len() {
            0 => Some(0.0),
            1 => self.terms.get(&Key::new()).copied(),
            _ => None,
        }
    }

    fn as_variable(&self) -> Option<usize> {
        let (variable, series) = self.as_series()?;
        (series.0 == [0.0, 1.0]).then_some(variable)
    }

    fn as_series(&self) -> Option<(usize, Series)> {
        let variable = self.terms.keys().find_map(|key| key.keys().next().copied())?;
        let alone = |key: &Key| key.keys().all(|v| *v == variable);
        if !self.is_polynomial() || !self.terms.keys().all(alone) {
            return None;
        }
        let mut series = vec![0.0; self.degree() as usize + 1];
        for (key, c) in &self.terms {
            series[key_degree(key) as usize] += c;
        }
        Some((variable, Series(series)))
    }
}

pub(super) fn key_degree(key: &Key) -> u32 {
    key.values().map(Piece::degree).sum()
}

/// The product of two terms, expanded.
fn product(a: &Key, b: &Key) -> Result<Vec<(Key, f64)>, Refusal> {
    let mut out = vec![(a.clone(), 1.0)];
    for (&variable, right) in b {
        let mut next = Vec::new();
        for (key, factor) in out {
            let left = key.get(&variable).cloned().unwrap_or_default();
            for (piece, by) in piece_product(&left, right) {
                let mut key = key.clone();
                if piece == Piece::default() {
                    key.remove(&variable);
                } else {
                    key.insert(variable, piece);
                }
                next.push((key, factor * by));
            }
        }
        if next.len() > 2 * MAX_TERMS {
            return Err(Refusal::Terms);
        }
        out = next;
    }
    Ok(out)
}

fn piece_product(a: &Piece, b: &Piece) -> Vec<(Piece, f64)> {
    let mut atoms = a.atoms.clone();
    for (atom, power) in &b.atoms {
        *atoms.entry(atom.clone()).or_insert(0) += power;
    }
    let (m, n) = (a.order, b.order);
    let mut factor = 1.0;
    let mut out = Vec::new();
    for j in 0..=m.min(n) {
        out.push((Piece { order: m + n - 2 * j, atoms: atoms.clone() }, factor));
        factor *= f64::from((m - j) * (n - j)) / f64::from(j + 1);
    }
    out
}
