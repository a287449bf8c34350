//! Numbers and names as a reader wants to see them.

use crate::analysis::estimate::Interval;
use crate::model::problem::Real;

/// β and its like: three decimals.
pub(super) fn exponent(value: f64) -> String {
    format!("{value:.3}")
}

/// A β with its interval.
pub(super) fn interval(beta: Interval) -> String {
    let [value, low, high] = [beta.value, beta.low, beta.high].map(exponent);
    format!("{value} [{low}, {high}]")
}

/// A value, or a dash where there is none.
pub(super) fn or_dash<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), show)
}

/// A setting such as α: at most three decimals, no trailing zeros.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    let trimmed = text.trim_end_matches('0').trim_end_matches('.');
    if trimmed == "-0" { "0".to_owned() } else { trimmed.to_owned() }
}

/// `α = 0.5`, or that it is not known.
pub(super) fn alpha(value: Option<Real>) -> String {
    value.map_or_else(|| "α not given".to_owned(), |alpha| format!("α = {}", short(alpha.get())))
}

/// A number of samples: three significant digits.
pub(super) fn samples(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let scientific = format!("{value:.2e}");
    match scientific.parse::<f64>() {
        Ok(rounded) if rounded.abs() >= 1e5 => scientific,
        Ok(rounded) if rounded.abs() < 1e-3 && rounded != 0.0 => scientific,
        Ok(rounded) => rounded.to_string(),
        Err(_) => scientific,
    }
}

/// Ten to a power, with a raised exponent.
pub(super) fn power_of_ten(power: i32) -> String {
    format!("10{}", raised(&power.to_string()))
}

/// `mantissa` times ten to a power: in full while short.
pub(super) fn scientific(mantissa: u32, power: i32) -> String {
    match power {
        0..=3 => (u64::from(mantissa) * 10_u64.pow(power as u32)).to_string(),
        -2..=-1 => format!(
            "{:.*}",
            power.unsigned_abs() as usize,
            f64::from(mantissa) * 10_f64.powi(power)
        ),
        _ if mantissa == 1 => power_of_ten(power),
        _ => format!("{mantissa}×{}", power_of_ten(power)),
    }
}

fn raised(digits: &str) -> String {
    digits
        .chars()
        .map(|c| shifted(c, ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁻']))
        .collect()
}

fn lowered(digits: &str) -> String {
    digits
        .chars()
        .map(|c| shifted(c, ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉', '₋']))
        .collect()
}

fn shifted(c: char, glyphs: [char; 11]) -> char {
    c.to_digit(10).map_or(if c == '-' { glyphs[10] } else { c }, |digit| glyphs[digit as usize])
}

/// A link as written in the study, set for a figure: `t^2` → t², `He3` → He₃, `*` → ·.
pub(super) fn link(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let digits = rest.len() - rest.trim_start_matches(|d: char| d.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        match c {
            '^' if digits > 0 => out += &raised(number),
            _ if (c == 'z' || out.ends_with('H') && c == 'e') && digits > 0 => {
                out.push(c);
                out += &lowered(number);
            }
            '*' => {
                out.push('·');
                continue;
            }
            '-' => {
                out.push('−');
                continue;
            }
            _ => {
                out.push(c);
                continue;
            }
        }
        rest = tail;
    }
    out.replace(" · ", "·")
}

/// A learner's name, set for a figure.
pub(super) fn learner(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!(samples(1_234_567.0), "1.23e6");
        assert_eq!(samples(99_999.0), "1.00e5");
        assert_eq!(samples(23_456.0), "23500");
        assert_eq!(samples(7.0), "7");
        assert_eq!(samples(0.012_345), "0.0123");
        assert_eq!(samples(f64::INFINITY), "inf");
        assert_eq!(short(0.375), "0.375");
        assert_eq!(short(1.0), "1");
        assert_eq!(short(-0.0), "0");
    }

    #[test]
    fn powers_are_raised() {
        assert_eq!(power_of_ten(-12), "10⁻¹²");
        assert_eq!(scientific(5, 2), "500");
        assert_eq!(scientific(2, 5), "2×10⁵");
        assert_eq!(scientific(5, -1), "0.5");
    }

    #[test]
    fn links_are_set_as_formulas() {
        assert_eq!(link("t^2 + t^4"), "t² + t⁴");
        assert_eq!(link("He3 + 0.5*He1"), "He₃ + 0.5·He₁");
        assert_eq!(link("z1*z2 - He2(z10)"), "z₁·z₂ − He₂(z₁₀)");
        assert_eq!(link("^"), "^");
    }
}
