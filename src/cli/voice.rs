//! What a study says while it runs: text for people, events for programs, or nothing.

use serde_json::{Value as Json, json};

use super::arguments::Format;
use super::print;

/// How a study speaks, always on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Not at all.
    Silent,
    /// Lines of text.
    Text,
    /// One JSON object a line, with the key `event`.
    Events,
}

impl Voice {
    pub(crate) fn new(format: Format, quiet: bool) -> Self {
        match (quiet, format) {
            (true, _) => Self::Silent,
            (false, Format::Text) => Self::Text,
            (false, Format::Json) => Self::Events,
        }
    }

    /// Says `text`; as an event, with the key `text`.
    pub(crate) fn say(self, event: &str, text: &str) {
        match self {
            Self::Silent => {}
            Self::Text if event == "warning" || event == "note" => {
                print::note(&format!("{event}: {text}"));
            }
            Self::Text => print::note(text),
            Self::Events => self.tell(event, json!({ "text": text })),
        }
    }

    /// Tells programs of an event, with more than a text.
    pub(crate) fn tell(self, event: &str, mut facts: Json) {
        if self == Self::Events {
            facts["event"] = event.into();
            print::note(&facts.to_string());
        }
    }
}
