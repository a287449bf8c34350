//! The one error type: what went wrong, where, and what to do about it.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
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

/// An opaque error: kind, message, optional place in a text, optional hint.
///
/// Rendered by the binary through [`miette`]: the message, the offending line with
/// the place marked, then the hint.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    place: Option<Place>,
}

#[derive(Debug)]
struct Place {
    source: NamedSource<String>,
    label: LabeledSpan,
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
        Self(Box::new(Inner { kind, message: message.into(), hint: None, place: None }))
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
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
        let label = label.into();
        let label = (!label.is_empty()).then_some(label);
        self.0.place = Some(Place {
            source: NamedSource::new(name, text.into()),
            label: LabeledSpan::new(label, span.start, span.len()),
        });
        self
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
    use super::nearest;

    #[test]
    fn nearest_finds_a_typo_and_refuses_a_stranger() {
        let names = ["alpha_sweep", "alpha_sweep_k3", "width"];
        assert_eq!(nearest("alpha_swep", names), Some("alpha_sweep"));
        assert_eq!(nearest("widht", names), Some("width"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("x", ["d", "n"]), None);
    }
}
