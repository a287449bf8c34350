//! What a theorem says of n\*(d), up to logarithms.

/// n\* = d^b up to ln^γ d with γ from 0 to a largest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// The exponent b.
    pub exponent: f64,
    /// The largest γ.
    pub log_power: f64,
    /// What it bounds.
    pub kind: RateKind,
}

/// What a rate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
