//! Quantities and choices as messages and files say them.

use strum::IntoEnumIterator;

/// Every value of `T` by its name.
#[must_use]
pub fn names<T: IntoEnumIterator + Copy + Into<&'static str>>() -> Vec<(&'static str, T)> {
    T::iter().map(|value| (value.into(), value)).collect()
}

/// Seconds in words.
#[must_use]
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// Bytes in words.
#[must_use]
pub fn bytes(count: f64) -> String {
    match count {
        c if c < 1e6 => format!("{:.0} kB", c / 1e3),
        c if c < 1e9 => format!("{:.0} MB", c / 1e6),
        c => format!("{:.1} GB", c / 1e9),
    }
}
