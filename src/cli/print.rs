//! Everything that reaches a terminal: results to standard output, all else to standard error.

use std::io::{IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};
use secateur::Error;
use serde::Serialize;

/// Columns of an error message when the output is no terminal.
const WIDTH: usize = 100;

/// Writes to standard output. A closed pipe is the reader's choice, not an error.
pub(crate) fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(out, "{}{end}", harmless(text)).and_then(|()| out.flush());
}

/// Writes bytes to standard output as they are: what a program or a manual reader takes.
pub(crate) fn raw(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Writes one JSON document to standard output; numbers that are not finite become null.
pub(crate) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(document) => text(&document),
        Err(e) => note(&format!("error: the result cannot be written as JSON: {e}")),
    }
}

/// Writes a line to standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

/// Text of files and arguments must not steer the terminal: without control characters.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c })
        .collect()
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
        // The only text whose escape sequences are our own.
        Ok(()) if fancy => drop(writeln!(std::io::stderr().lock(), "{}", message.trim_end())),
        Ok(()) => note(message.trim_end()),
        Err(_) => note(&format!("error: {error}")),
    }
}
