//! Numbers that a table of trials need not hold.

/// Stands for an α or q that the table does not give. Infinite, and not not-a-number, so that
/// two series without it are one.
pub const UNKNOWN: f64 = f64::INFINITY;

/// An α, q or exponent, if it is known.
#[must_use]
pub fn known(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// A k*, r or s, if it is known: each is at least 1, and 0 stands for one that the table does
/// not give.
#[must_use]
pub fn known_count<T: Copy + Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}
