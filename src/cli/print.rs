//! Everything that reaches a terminal: results to standard output, all else to standard error.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};
use secateur::words::{harmless, steers};
use secateur::{Error, Result};
use serde::Serialize;

/// Columns of an error message when the output is no terminal.
const WIDTH: usize = 100;

/// Writes a text and the end of its line to standard output.
pub(crate) fn text(text: &str) -> Result<()> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    raw(format!("{}{end}", harmless(text)).as_bytes())
}

/// Writes texts with an empty line between them; an empty one is none.
pub(crate) fn sections(texts: &[String]) -> Result<()> {
    let texts: Vec<&str> = texts.iter().map(|t| t.trim_end()).filter(|t| !t.is_empty()).collect();
    text(&texts.join("\n\n"))
}

/// Writes bytes to standard output as they are: what a program or a manual reader takes.
pub(crate) fn raw(bytes: &[u8]) -> Result<()> {
    written(std::io::stdout().lock().write_all(bytes))
}

/// Help or the version, in the colours that the terminal has.
pub(crate) fn help(refusal: &clap::Error) -> Result<()> {
    written(refusal.print())
}

/// Whether that went to standard output. A closed pipe is the reader's choice, not an error.
fn written(result: std::io::Result<()>) -> Result<()> {
    match result.and_then(|()| std::io::stdout().flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Error::runtime(format!("cannot write to standard output: {e}"))
                .hint("is the disk full that it goes to? What was to be printed is lost"))
        }
        _ => Ok(()),
    }
}

/// Writes one JSON document to standard output; numbers that are not finite become null.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let document = serde_json::to_string_pretty(value)
        .map_err(|e| Error::runtime(format!("the result cannot be written as JSON: {e}")))?;
    text(&escaped(&document))
}

/// A JSON document in which no text steers a terminal, and which says the same.
pub(crate) fn escaped(document: &str) -> String {
    let mut text = String::with_capacity(document.len());
    for c in document.chars() {
        if steers(c) {
            // None of them is beyond four digits.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

/// Writes a line to standard error. Where that cannot be written, nobody can be told.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

/// Shows an error with its place and hint.
pub(crate) fn error(error: &Error) {
    let fancy = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let theme = if fancy { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(WIDTH)
        .with_links(false)
        .with_context_lines(1);
    let mut message = String::new();
    match handler.render_report(&mut message, error) {
        // The only text whose escape sequences are our own: an error has none.
        Ok(()) => drop(writeln!(std::io::stderr().lock(), "{}", message.trim_end())),
        Err(_) => note(&format!("error: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_the_same_without_steering() {
        let name = "a\u{1b}[2J\u{9b}\u{202e}b\n\u{7f}";
        let document = serde_json::to_string_pretty(&[name]).unwrap();
        let shown = escaped(&document);
        assert!(!shown.contains(steers), "{shown:?}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&shown).unwrap(), [name]);
    }
}
