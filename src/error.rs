//! The one error type: what went wrong, where, and what to do about it.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use serde::Serialize;

use crate::words::harmless;
use strum::IntoEnumIterator;

/// Result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who has to act on an error; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The arguments or the study file are wrong: exit code 2.
    Usage,
    /// Something failed while running (files, machine): exit code 1.
    Runtime,
}

/// An opaque error: kind, message, optional place in a text, optional hint. None of its text
/// steers a terminal, whatever files and arguments hold.
///
/// Rendered by the binary through [`miette`]: the message, the offending line with
/// the place marked, then the hint.
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    place: Option<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    source: NamedSource<String>,
    label: LabeledSpan,
}

/// Where in a text an error is, as programs are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// What the text is called: a file or an argument.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong there, if more than the message says.
    pub label: Option<String>,
}

impl Error {
    /// Bad arguments or a bad study file.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A failure at run time.
    #[must_use]
    pub fn runtime(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Runtime, message)
    }

    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = harmless(&message.into()).into_owned();
        Self(Box::new(Inner { kind, message, hint: None, place: None }))
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(harmless(&hint.into()).into_owned());
        self
    }

    /// Points at bytes `span` of `text`, a file or an argument called `name`.
    #[must_use]
    pub fn at(
        mut self,
        name: impl AsRef<str>,
        text: impl Into<String>,
        span: std::ops::Range<usize>,
        label: impl Into<String>,
    ) -> Self {
        let (text, label) = (text.into(), label.into());
        let start = text.floor_char_boundary(span.start);
        let end = text.ceil_char_boundary(span.end).max(start);
        // What is replaced is of another length.
        let shown = |part: &str| harmless(&part.replace("\r\n", "\n")).into_owned();
        let parts = [&text[..start], &text[start..end], &text[end..]].map(shown);
        let label = (!label.is_empty()).then(|| harmless(&label).into_owned());
        self.0.place = Some(Place {
            source: NamedSource::new(harmless(name.as_ref()), parts.concat()),
            label: LabeledSpan::new(label, parts[0].len(), parts[1].len()),
        });
        self
    }

    /// Where the error is, if it is in a text.
    #[must_use]
    pub fn spot(&self) -> Option<Spot> {
        let Place { source, label } = self.0.place.as_ref()?;
        let before = &source.inner()[..label.offset()];
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        Some(Spot {
            name: source.name().to_owned(),
            line: 1 + before.matches('\n').count(),
            column: 1 + before[start..].chars().count(),
            label: label.label().map(str::to_owned),
        })
    }

    /// Who has to act.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message alone, without place and hint.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The hint, if there is one.
    #[must_use]
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl Diagnostic for Error {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.hint.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.place.as_ref().map(|p| &p.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.0.place.as_ref()?.label.clone();
        Some(Box::new(std::iter::once(label)))
    }
}

/// The candidate nearest to `word` in spelling, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    candidates
        .into_iter()
        // A long word is far from every name, and takes long to compare.
        .filter(|c| length <= 2 * c.chars().count())
        .map(|c| (strsim::damerau_levenshtein(word, c), c))
        .filter(|(distance, c)| {
            // Half of it has to be left: no short name is near to just any other.
            let length = c.chars().count();
            2 * *distance <= length && *distance <= 1 + length / 3
        })
        .min()
        .map(|(_, c)| c)
}

/// The value of `T` called `name`; `what` is a `T`, in a word.
///
/// # Errors
/// When there is none: the hint gives the nearest name, or all of them.
pub fn named<T>(what: &str, name: &str) -> Result<T>
where
    T: IntoEnumIterator + Copy + Into<&'static str>,
{
    let names: Vec<&str> = T::iter().map(Into::into).collect();
    T::iter().find(|&t| t.into() == name).ok_or_else(|| unknown(what, name, &names))
}

/// [`named`], where `None` stands for the word `other`.
///
/// # Errors
/// Those of [`named`].
pub fn named_or<T>(what: &str, name: &str, other: &'static str) -> Result<Option<T>>
where
    T: IntoEnumIterator + Copy + Into<&'static str>,
{
    if name == other {
        return Ok(None);
    }
    let names: Vec<&str> = std::iter::once(other).chain(T::iter().map(Into::into)).collect();
    let found = T::iter().find(|&t| t.into() == name);
    found.map(Some).ok_or_else(|| unknown(what, name, &names))
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
    let hint = nearest(name, known.iter().copied()).map_or_else(
        || format!("{what}s: {}", known.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Error::usage(format!("unknown {what} `{name}`")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_keeps_its_place_and_loses_its_escapes() {
        let text = "a = 1\r\nlink = \"\u{1b}[2J\u{202e}He2\"\r\nb = 2\r\n";
        let at = text.find("He2").unwrap();
        let error = Error::usage("no \u{1b}[31m").hint("not \u{9b}2J");
        let error = error.at("\u{7}f.toml", text, at..at + 3, "this \u{202e}");
        assert_eq!((error.message(), error.hint_text()), ("no �[31m", Some("not �2J")));
        let label = Some("this �".to_owned());
        let spot = Spot { name: "�f.toml".to_owned(), line: 2, column: 14, label };
        assert_eq!(error.spot(), Some(spot));
        let place = error.0.place.as_ref().unwrap();
        assert_eq!(place.source.inner(), "a = 1\nlink = \"�[2J�He2\"\nb = 2\n");
        assert_eq!(&place.source.inner()[place.label.offset()..][..place.label.len()], "He2");
        // A place outside the text, or within a letter, is no reason to fail.
        for span in [4..900, 900..901, 7..8] {
            assert!(Error::usage("x").at("f", "α = ½½½", span, "").spot().is_some());
        }
    }

    #[test]
    fn nearest_finds_a_typo_and_refuses_a_stranger() {
        let names = ["alpha_sweep", "alpha_sweep_k3", "width"];
        assert_eq!(nearest("alpha_swep", names), Some("alpha_sweep"));
        assert_eq!(nearest("widht", names), Some("width"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("x", ["d", "n"]), None);
    }
}
