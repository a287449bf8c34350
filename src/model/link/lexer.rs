//! Text to tokens, and errors that point into the text.

use std::ops::Range;

use crate::error::{Error, Result};

/// The grammar in one line, as a hint.
pub(super) const GRAMMAR: &str = "links are written like `He2`, `He3 + 0.5*He1`, `t^2 + t^4`, \
     `relu`, `tanh(2*t)`, `z1*z2`, `He2(z1) - He2(z2)`, `sum(He2)`";

/// A token; the text ends with `End`, so that every error has a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Name(String),
    Symbol(char),
    End,
}

/// An error that points at bytes `span` of the link.
pub(super) fn error(
    text: &str,
    span: &Range<usize>,
    what: impl std::fmt::Display,
    hint: &str,
) -> Error {
    let character = text.get(..span.start).map_or(0, |before| before.chars().count()) + 1;
    Error::usage(format!("link, character {character}: {what}")).hint(hint).at(
        "link",
        text,
        span.clone(),
        "here",
    )
}

/// The tokens with the bytes they span.
pub(super) fn tokenise(text: &str) -> Result<Vec<(Token, Range<usize>)>> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut extend = |accept: &dyn Fn(char, &str) -> bool| {
            while let Some((at, c)) = rest.next_if(|(at, c)| accept(*c, &text[start..*at])) {
                end = at + c.len_utf8();
            }
            start..end
        };
        let (token, span) = if first.is_ascii_digit() || first == '.' {
            let span = extend(&continues_number);
            (number(text, &span)?, span)
        } else if first.is_alphabetic() || first == '_' {
            let span = extend(&|c, _| c.is_alphanumeric() || c == '_');
            (Token::Name(text[span.clone()].to_owned()), span)
        } else if "+-*/^()".contains(first) {
            (Token::Symbol(first), start..end)
        } else {
            let what = format!("unexpected character `{}`", first.escape_debug());
            return Err(error(text, &(start..end), what, GRAMMAR));
        };
        tokens.push((token, span));
    }
    tokens.push((Token::End, text.len()..text.len()));
    Ok(tokens)
}

fn continues_number(c: char, so_far: &str) -> bool {
    let after_exponent = so_far.ends_with(['e', 'E']);
    c.is_ascii_digit()
        || c == '.'
        || (matches!(c, 'e' | 'E') && !so_far.contains(['e', 'E']))
        || (matches!(c, '+' | '-') && after_exponent)
}

fn number(text: &str, span: &Range<usize>) -> Result<Token> {
    let word = &text[span.clone()];
    match word.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Token::Number(value)),
        Ok(_) => Err(error(text, span, format!("`{word}` is too large"), "numbers must be finite")),
        Err(_) => Err(error(
            text,
            span,
            format!("`{word}` is not a number"),
            "write products with `*`, as in `2*t` or `0.5*He1`",
        )),
    }
}
