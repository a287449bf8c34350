//! Text to [`Expression`], and to the one spelling that every text of the same tree shares.
//!
//! ```text
//! sum    = [-] product { (+|-) product }
//! product = factor { * factor | / number }
//! factor = - factor | atom [ ^ integer ]
//! atom   = number | ( sum ) | variable | name [ ( sum ) ] | sum( sum )
//! ```

use std::ops::Range;

use super::expression::{Expression, MAX_DEGREE, Refusal};
use super::lexer::{GRAMMAR, Token, error, tokenise};
use super::named::{self, Named};
use crate::error::{Error, Result};

/// The variable t, until it is known which z it stands for.
pub(super) const T: usize = usize::MAX;
/// Most relevant directions.
pub(super) const MAX_R: usize = 64;
/// Deepest nesting of parentheses and signs; recursion stays far from the end of the stack.
const MAX_DEPTH: usize = 48;
/// Longest text, in bytes.
const MAX_LENGTH: usize = 1000;

/// Stands for the argument of a function of t until it is known whether to write it.
const OF_T: char = '\u{1}';

/// What the parser found.
pub(super) struct Parsed {
    pub(super) expression: Expression,
    /// The canonical spelling: one space around `+` and `-`, no parentheses that the grammar
    /// does not need, the shortest decimals, and bare functions unless one is of more than t.
    pub(super) text: String,
    /// Where `t`, or a bare function, stands outside `sum`.
    pub(super) t_at: Option<Range<usize>>,
    /// Highest index of a z, and where it stands.
    pub(super) z_at: Option<(usize, Range<usize>)>,
}

/// How tightly the outermost operation of a [`Part`] binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    Sum,
    Product,
    Factor,
    Atom,
}

/// A piece of the link: what it means, and how it is spelled.
struct Part {
    value: Expression,
    text: String,
    bond: Bond,
}

impl Part {
    fn atom(value: Expression, text: String) -> Self {
        Self { value, text, bond: Bond::Atom }
    }

    /// The text, in parentheses if it binds less than `bond`.
    fn within(&self, bond: Bond) -> String {
        if self.bond < bond { format!("({})", self.text) } else { self.text.clone() }
    }
}

/// Reads a link; `r` is the number of variables that `sum` runs over.
pub(super) fn parse(text: &str, r: Option<usize>) -> Result<Parsed> {
    if text.len() > MAX_LENGTH {
        let message = format!("the link is longer than {MAX_LENGTH} bytes");
        return Err(Error::usage(message).hint(GRAMMAR));
    }
    let tokens = tokenise(text)?;
    let (inside_sum, explicit, t_at, z_at) = (false, false, None, None);
    let mut parser =
        Parser { text, tokens, next: 0, depth: 0, inside_sum, explicit, r, t_at, z_at };
    if parser.peek() == &Token::End {
        return Err(Error::usage("the link is empty").hint(GRAMMAR));
    }
    let Part { value: expression, text, .. } = parser.sum()?;
    if parser.peek() != &Token::End {
        return Err(parser.unexpected());
    }
    let text = text.replace(OF_T, if parser.explicit { "(t)" } else { "" });
    Ok(Parsed { expression, text, t_at: parser.t_at, z_at: parser.z_at })
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
    depth: usize,
    inside_sum: bool,
    /// Whether a function has another argument than t or a z.
    explicit: bool,
    r: Option<usize>,
    t_at: Option<Range<usize>>,
    z_at: Option<(usize, Range<usize>)>,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.next].1.clone()
    }

    /// Moves past the current token; the end stays the end.
    fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    fn accept(&mut self, symbol: char) -> bool {
        let found = self.peek() == &Token::Symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn fail<T>(&self, span: &Range<usize>, what: impl std::fmt::Display, hint: &str) -> Result<T> {
        Err(error(self.text, span, what, hint))
    }

    fn unexpected(&self) -> Error {
        let (what, hint) = match self.peek() {
            Token::End => ("the link ends too early".to_owned(), GRAMMAR),
            Token::Symbol(')') => {
                ("unexpected `)`".to_owned(), "there is no open parenthesis to close here")
            }
            Token::Symbol('*')
                if self.next > 0 && self.tokens[self.next - 1].0 == Token::Symbol('*') =>
            {
                ("unexpected `*`".to_owned(), "powers are written with `^`, as in `t^2`")
            }
            Token::Symbol(c) => (format!("unexpected `{c}`"), GRAMMAR),
            Token::Number(_) | Token::Name(_) => (
                format!("unexpected `{}`", &self.text[self.span()]),
                "write products with `*`, as in `2*t` or `0.5*He1`",
            ),
        };
        error(self.text, &self.span(), what, hint)
    }

    /// Turns a refused operation into an error at `span`.
    fn allow(
        &self,
        result: std::result::Result<Expression, Refusal>,
        span: &Range<usize>,
    ) -> Result<Expression> {
        result.or_else(|refusal| {
            let (what, hint) = explain(refusal);
            self.fail(span, what, hint)
        })
    }

    /// Runs a rule one level deeper.
    fn nested(&mut self, rule: impl Fn(&mut Self) -> Result<Part>) -> Result<Part> {
        if self.depth == MAX_DEPTH {
            let what = format!("nested more than {MAX_DEPTH} deep");
            return self.fail(&self.span(), what, "remove superfluous parentheses and signs");
        }
        self.depth += 1;
        let out = rule(self);
        self.depth -= 1;
        out
    }

    fn sum(&mut self) -> Result<Part> {
        let mut total = self.product()?;
        loop {
            let span = self.span();
            let (sign, factor) = if self.accept('+') {
                ('+', 1.0)
            } else if self.accept('-') {
                ('-', -1.0)
            } else {
                return Ok(total);
            };
            let right = self.product()?;
            let text = format!("{} {sign} {}", total.text, right.within(Bond::Product));
            let sum = right.value.scaled(factor).and_then(|right| total.value.plus(right));
            total = Part { value: self.allow(sum, &span)?, text, bond: Bond::Sum };
        }
    }

    fn product(&mut self) -> Result<Part> {
        let mut total = self.factor()?;
        loop {
            let span = self.span();
            let times = self.accept('*');
            if !times && !self.accept('/') {
                return Ok(total);
            }
            let right = self.factor()?;
            let sign = if times { '*' } else { '/' };
            let text =
                format!("{}{sign}{}", total.within(Bond::Product), right.within(Bond::Factor));
            let result = if times {
                total.value.times(&right.value)
            } else {
                total.value.divided(&right.value)
            };
            total = Part { value: self.allow(result, &span)?, text, bond: Bond::Product };
        }
    }

    fn factor(&mut self) -> Result<Part> {
        let span = self.span();
        if self.accept('-') {
            let part = self.nested(Self::factor)?;
            let text = format!("-{}", part.within(Bond::Factor));
            let value = self.allow(part.value.scaled(-1.0), &span)?;
            return Ok(Part { value, text, bond: Bond::Factor });
        }
        let base = self.atom()?;
        let span = self.span();
        if !self.accept('^') {
            return Ok(base);
        }
        let exponent = match *self.peek() {
            Token::Number(n) if n.fract() == 0.0 && n <= f64::from(MAX_DEGREE) => n as u32,
            Token::End => return Err(self.unexpected()),
            _ => {
                let what = format!("the exponent `{}` is not allowed", &self.text[self.span()]);
                let hint = "powers are whole numbers from 0 to 64, as in `t^2`";
                return self.fail(&self.span(), what, hint);
            }
        };
        self.advance();
        let text = format!("{}^{exponent}", base.within(Bond::Atom));
        let value = self.allow(base.value.power(exponent), &span)?;
        Ok(Part { value, text, bond: Bond::Factor })
    }

    fn atom(&mut self) -> Result<Part> {
        let span = self.span();
        match self.peek().clone() {
            Token::Number(number) => {
                self.advance();
                let value = self.allow(Expression::constant(number).scaled(1.0), &span)?;
                let whole = number.fract() == 0.0 && number < 1e15;
                let text = if whole { number.to_string() } else { format!("{number:?}") };
                Ok(Part::atom(value, text))
            }
            Token::Symbol('(') => self.parenthesis(),
            Token::Name(name) => {
                self.advance();
                self.name(&name, &span)
            }
            Token::Symbol(_) | Token::End => Err(self.unexpected()),
        }
    }

    /// What is inside; parentheses come back where the spelling needs them.
    fn parenthesis(&mut self) -> Result<Part> {
        let open = self.span();
        self.advance();
        let inner = self.nested(Self::sum)?;
        if self.accept(')') {
            return Ok(inner);
        }
        if self.peek() == &Token::End {
            return self.fail(&open, "this parenthesis is never closed", "add `)`");
        }
        Err(self.unexpected())
    }

    fn name(&mut self, name: &str, span: &Range<usize>) -> Result<Part> {
        if name == "sum" {
            return self.sum_over(span);
        }
        if name == "t" {
            return Ok(self.t(span));
        }
        if let Some(index) = numbered(name, "z") {
            return self.z(index, span);
        }
        if let Some(order) = numbered(name, "He") {
            let (argument, of) = self.argument(span)?;
            if order > MAX_DEGREE as usize {
                let what = format!("the order of `{name}` is too high");
                return self.fail(span, what, "Hermite polynomials go up to He64");
            }
            let value = self.allow(argument.hermite_of(order as u32), span)?;
            return Ok(Part::atom(value, format!("He{order}{of}")));
        }
        let Ok(function) = name.parse::<Named>() else {
            return self.fail(span, format!("unknown name `{name}`"), &named::hint(name));
        };
        let (argument, of) = self.argument(span)?;
        let value = self.allow(argument.apply(function), span)?;
        Ok(Part::atom(value, format!("{name}{of}")))
    }

    /// The argument in parentheses and its spelling; a bare function is one of t.
    fn argument(&mut self, span: &Range<usize>) -> Result<(Expression, String)> {
        let open = self.peek() == &Token::Symbol('(');
        let part = if open { self.parenthesis()? } else { self.t(span) };
        if part.text == "t" {
            return Ok((part.value, OF_T.to_string()));
        }
        self.explicit |= !part.text.contains('z');
        Ok((part.value, format!("({})", part.text)))
    }

    fn t(&mut self, span: &Range<usize>) -> Part {
        if !self.inside_sum {
            self.t_at.get_or_insert_with(|| span.clone());
        }
        Part::atom(Expression::hermite(T, 1), "t".to_owned())
    }

    fn z(&mut self, index: usize, span: &Range<usize>) -> Result<Part> {
        if self.inside_sum {
            let what = "`sum` runs over t, not over a single z";
            return self.fail(span, what, "write `sum(He2)` or `sum(t^2)`");
        }
        if !(1..=MAX_R).contains(&index) {
            let what = format!("`{}` is not a variable", &self.text[span.clone()]);
            return self.fail(span, what, "variables are z1, z2, … z64, or t alone");
        }
        if self.z_at.as_ref().is_none_or(|(highest, _)| *highest < index) {
            self.z_at = Some((index, span.clone()));
        }
        Ok(Part::atom(Expression::hermite(index - 1, 1), format!("z{index}")))
    }

    fn sum_over(&mut self, span: &Range<usize>) -> Result<Part> {
        let Some(r) = self.r else {
            let what = "`sum` needs the number of directions r";
            return self.fail(span, what, "give r, or spell the sum out: `He2(z1) + He2(z2)`");
        };
        if self.inside_sum || self.peek() != &Token::Symbol('(') {
            let what = "`sum` needs one function of t in parentheses";
            return self.fail(span, what, "write `sum(He2)` or `sum(relu + t^2)`");
        }
        self.inside_sum = true;
        let each = self.parenthesis();
        self.inside_sum = false;
        let Part { value: each, text, .. } = each?;
        let total =
            (0..r).try_fold(Expression::default(), |total, i| total.plus(each.renamed(T, i)));
        Ok(Part::atom(self.allow(total, span)?, format!("sum({text})")))
    }
}

/// The number k of a name such as He12 or z3; a number too long to read is too large anyway.
fn numbered(name: &str, prefix: &str) -> Option<usize> {
    let digits = name.strip_prefix(prefix)?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(usize::MAX))
}

fn explain(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::Degree => ("the degree exceeds 64", "a link has total degree 64 at most"),
        Refusal::Terms => {
            ("this expands to more than 512 terms", "write the link as a shorter sum of products")
        }
        Refusal::Overflow => ("a coefficient is not finite or beyond 1e60", "scale the link down"),
        Refusal::Argument => (
            "a function needs a polynomial in one variable as its argument",
            "write `relu(z1)` or `tanh(2*t - 1)`",
        ),
        Refusal::ArgumentDegree => {
            ("the argument of a function has degree above 8", "lower the degree of the argument")
        }
        Refusal::Divisor => ("a link can only be divided by a number", "write `t/2` or `0.5*t`"),
        Refusal::DivisionByZero => ("division by zero", "a link can only be divided by a number"),
    }
}
