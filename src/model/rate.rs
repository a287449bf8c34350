//! What a theorem says of n\*(d), up to logarithms.

use serde::Serialize;

/// n\* = d^b up to ln^γ d with γ from 0 to a largest value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// The exponent b.
    pub exponent: f64,
    /// The largest γ.
    pub log_power: f64,
    /// What it bounds.
    pub kind: RateKind,
}

impl Rate {
    /// The rate d^b of a procedure, without a logarithm.
    #[must_use]
    pub fn of(exponent: f64) -> Self {
        Self { exponent, log_power: 0.0, kind: RateKind::Rate }
    }
}

/// What a rate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateKind {
    /// A theorem: n\* grows no faster.
    Upper,
    /// The rate of this very procedure.
    Rate,
    /// A theorem: n\* of any learner of a class grows no slower.
    Lower,
    /// A calculation that no theorem covers.
    Heuristic,
}
