//! Text, quantities and choices as messages and files say them.

use std::borrow::Cow;

use strum::IntoEnumIterator;

/// Whether a character steers a terminal, or the direction of writing, rather than be seen.
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a spreadsheet takes a field for a formula, which may fetch or run what it names.
#[must_use]
pub fn is_formula(field: &str) -> bool {
    field.trim_start().starts_with(['=', '+', '-', '@'])
}

/// `text` of files and arguments as it may be shown: `\u{fffd}`, as wide as a letter, for each
/// character that [`steers`].
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_seen_and_takes_its_place() {
        assert_eq!(harmless("plain, α = ½\n\tn*"), "plain, α = ½\n\tn*");
        let hostile = "\u{1b}]0;x\u{7}\u{9b}2J\r\u{202e}fdp\u{2066}\u{200f}\u{7f}";
        assert_eq!(harmless(hostile), "�]0;x��2J��fdp���");
        assert_eq!(harmless(hostile).chars().count(), hostile.chars().count());
    }
}
