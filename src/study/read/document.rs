//! A TOML document whose every value knows where it stands.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result};

/// A named text: a study file, or an argument of `--set`.
#[derive(Debug, PartialEq)]
struct Source {
    name: String,
    text: String,
}

/// A place in a [`Source`].
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    source: Arc<Source>,
    span: Range<usize>,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Float(f64),
    Bool(bool),
    Array(Vec<Node>),
    Table(Vec<Entry>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Where the key stands.
    pub(super) place: Place,
    pub(super) node: Node,
}

impl Node {
    /// Parses the TOML document `text`, called `name` in messages.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self> {
        let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
        let table = DeTable::parse(text).map_err(|e| {
            let span = e.span().unwrap_or(0..0);
            let message = shortened(&format!("{name} is not valid TOML: {}", e.message()));
            placed(Error::usage(message), name, text, span, "here")
                .hint("see https://toml.io for the syntax, and studies/ for examples")
        })?;
        let span = table.span();
        Ok(Self::from_table(&source, table.get_ref(), span))
    }

    fn from_table(source: &Arc<Source>, table: &DeTable<'_>, span: Range<usize>) -> Self {
        let entries = table.iter().map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            place: Place { source: source.clone(), span: key.span() },
            node: Self::from_value(source, value.get_ref(), value.span()),
        });
        let value = Value::Table(entries.collect());
        Self { value, place: Place { source: source.clone(), span } }
    }

    fn from_value(source: &Arc<Source>, value: &DeValue<'_>, span: Range<usize>) -> Self {
        let value = match value {
            DeValue::Table(table) => return Self::from_table(source, table, span),
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(b) => Value::Bool(*b),
            DeValue::Datetime(when) => Value::Text(when.to_string()),
            // Saturates: no reader accepts a number that large, whatever it is exactly.
            DeValue::Integer(i) => Value::Integer(
                i128::from_str_radix(i.as_str(), i.radix())
                    .unwrap_or(if i.as_str().starts_with('-') { i128::MIN } else { i128::MAX }),
            ),
            DeValue::Float(x) => match x.as_str().parse() {
                Ok(x) => Value::Float(x),
                Err(_) => Value::Text(x.to_string()),
            },
            DeValue::Array(items) => Value::Array(
                items.iter().map(|v| Self::from_value(source, v.get_ref(), v.span())).collect(),
            ),
        };
        Self { value, place: Place { source: source.clone(), span } }
    }

    /// Applies `key=value` of the command line: a dotted key, a TOML value or bare text.
    pub(super) fn set(&mut self, assignment: &str) -> Result<()> {
        let malformed = || {
            Error::usage(shortened(&format!("--set {assignment} is not an assignment")))
                .hint("write --set key=value, for example --set model.noise=0.2")
        };
        let (path, text) = assignment.split_once('=').ok_or_else(malformed)?;
        let (path, text) = (path.trim(), text.trim());
        if path.is_empty() || text.is_empty() {
            return Err(malformed());
        }
        let keys: Vec<&str> = path.split('.').map(str::trim).collect();
        if keys.contains(&"") {
            return Err(malformed());
        }
        let quoted = serde_json::Value::from(text).to_string();
        let name = "--set";
        let value = Self::parse(name, &format!("value = {text}"))
            .or_else(|_| Self::parse(name, &format!("value = {quoted}")))?;
        let Value::Table(mut entries) = value.value else { return Err(malformed()) };
        if entries.len() != 1 {
            return Err(malformed());
        }
        let node = entries.remove(0).node.relocated(assignment);
        self.insert(&keys, 0, node, assignment)
    }

    /// Makes messages about this node and its children show the whole assignment.
    fn relocated(mut self, assignment: &str) -> Self {
        let source = Arc::new(Source { name: "--set".to_owned(), text: assignment.to_owned() });
        let start = assignment.find('=').map_or(0, |at| at + 1);
        self.relocate(&Place { source, span: start..assignment.len() });
        self
    }

    fn relocate(&mut self, place: &Place) {
        self.place = place.clone();
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|n| n.relocate(place)),
            Value::Table(entries) => {
                for entry in entries {
                    entry.place = place.clone();
                    entry.node.relocate(place);
                }
            }
            _ => {}
        }
    }

    /// Puts `node` at the path `keys`, whose first `depth` keys lead to this node.
    fn insert(&mut self, keys: &[&str], depth: usize, node: Node, assignment: &str) -> Result<()> {
        let Some(key) = keys.get(depth) else {
            self.value = node.value;
            self.place = node.place;
            return Ok(());
        };
        let kind = self.kind();
        let Value::Table(entries) = &mut self.value else {
            let above = keys[..depth].join(".");
            return Err(Error::usage(shortened(&format!(
                "--set {assignment}: `{above}` is {kind}, it has no key `{key}`"
            )))
            .hint(format!("only tables have keys: change {above} as a whole, or in the file")));
        };
        let at = entries.iter().position(|e| e.key == *key).unwrap_or_else(|| {
            let start = assignment.find(key).unwrap_or(0);
            let place = Place { source: node.place.source.clone(), span: start..start + key.len() };
            let empty = Node { value: Value::Table(Vec::new()), place: place.clone() };
            entries.push(Entry { key: (*key).to_owned(), place, node: empty });
            entries.len() - 1
        });
        entries[at].node.insert(keys, depth + 1, node, assignment)
    }

    /// Lays `other` over `self`: tables are merged, everything else is replaced.
    pub(super) fn overlay(&mut self, other: Self) {
        match (&mut self.value, other.value) {
            (Value::Table(ours), Value::Table(theirs)) => {
                for entry in theirs {
                    match ours.iter_mut().find(|e| e.key == entry.key) {
                        Some(existing) => existing.node.overlay(entry.node),
                        None => ours.push(entry),
                    }
                }
            }
            (_, value) => {
                self.value = value;
                self.place = other.place;
            }
        }
    }

    /// The entry `key` of a table.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Value::Table(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|e| e.key == key).map(|e| &mut e.node)
    }

    /// Removes and returns entry `key` of a table.
    pub(super) fn take(&mut self, key: &str) -> Option<Self> {
        let Value::Table(entries) = &mut self.value else { return None };
        let at = entries.iter().position(|e| e.key == key)?;
        Some(entries.remove(at).node)
    }

    /// Removes entry `key` of every item of the list `list`.
    pub(super) fn remove_from_items(&mut self, list: &str, key: &str) {
        let Value::Table(entries) = &mut self.value else { return };
        let Some(entry) = entries.iter_mut().find(|e| e.key == list) else { return };
        match &mut entry.node.value {
            Value::Array(items) => {
                for item in items {
                    item.take(key);
                }
            }
            _ => {
                entry.node.take(key);
            }
        }
    }

    /// An error that points at this value.
    pub(super) fn error(&self, message: impl Into<String>, label: impl Into<String>) -> Error {
        self.place.error(message, label)
    }

    /// An error of another part, shown at this value with its own hint.
    pub(super) fn blame(&self, error: &Error) -> Error {
        let placed = self.error(error.message(), "here");
        match error.hint_text() {
            Some(hint) => placed.hint(hint),
            None => placed,
        }
    }

    /// The value as JSON, for the manifest.
    pub(super) fn to_json(&self) -> Json {
        match &self.value {
            Value::Text(s) => Json::from(s.as_str()),
            // Beyond 64 bits no reader accepts it.
            Value::Integer(i) => {
                u64::try_from(*i).map_or_else(|_| Json::from(*i as i64), Json::from)
            }
            Value::Float(x) => Json::from(*x),
            Value::Bool(b) => Json::from(*b),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(entries) => Json::Object(
                entries.iter().map(|e| (e.key.clone(), e.node.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// What it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a decimal number",
            Value::Bool(_) => "true or false",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Place {
    pub(super) fn error(&self, message: impl Into<String>, label: impl Into<String>) -> Error {
        let Source { name, text } = &*self.source;
        placed(Error::usage(shortened(&message.into())), name, text, self.span.clone(), label)
    }
}

/// Longest message, and longest line around a place, in characters.
const SHOWN: usize = 500;

/// `error` at bytes `span` of `text`, called `name`; of long lines only a part is shown, that
/// around the place.
fn placed(
    error: Error,
    name: &str,
    text: &str,
    span: Range<usize>,
    label: impl Into<String>,
) -> Error {
    if text.lines().all(|line| line.len() <= SHOWN) {
        return error.at(name, text, span, label);
    }
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    let short = |line: &str| line.chars().take(SHOWN).collect::<String>();
    let mut shown: String = text[..start].lines().map(|line| short(line) + "\n").collect();
    let before = text[start..span.start].char_indices().rev().nth(SHOWN / 4);
    shown += &text[before.map_or(start, |(at, _)| start + at)..span.start];
    let at = shown.len();
    shown += &short(&text[span.start..end]);
    let span = at..shown.len().min(at + span.len());
    shown.extend(text[end..].lines().map(|line| short(line) + "\n"));
    error.at(name, shown, span, label)
}

/// A message that quotes no more than can be read.
fn shortened(message: &str) -> String {
    let mut characters = message.chars();
    let start: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() { start + "…" } else { start }
}
