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

/// The day of `seconds` since 1970, UTC: Hinnant, *chrono-compatible low-level date algorithms*.
#[must_use]
pub fn date(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    format!("{}-{month:02}-{of_month:02}", year + 400 * era + u64::from(month <= 2))
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

    #[test]
    fn days_have_dates() {
        // By `date -u -d @SECONDS +%F`.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_794_000_000, "2026-11-06"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), day);
        }
    }
}
