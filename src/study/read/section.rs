//! Typed, strict reading of a document: each value by its key, each key of a table known.

use std::ops::RangeInclusive;

use super::document::{Entry, Node, Value};
use crate::error::{Error, Result, nearest};
use crate::model::Input;

impl Node {
    /// The error of a value of the wrong kind.
    fn expected(&self, name: &str, what: &str, example: &str) -> Error {
        self.error(format!("{name} must be {what}, not {}", self.kind()), self.kind())
            .hint(format!("write, for example, {example}"))
    }

    /// The value as a finite number; `name` is its key.
    pub(super) fn number(&self, name: &str) -> Result<f64> {
        match self.value {
            Value::Integer(i) => Ok(i as f64),
            Value::Float(x) if x.is_finite() => Ok(x),
            Value::Float(_) => Err(self
                .error(format!("{name} must be a finite number"), "not finite")
                .hint("inf, nan and numbers beyond 1.8e308 are not allowed")),
            _ => Err(self.expected(name, "a number", &format!("{name} = 0.5"))),
        }
    }

    /// The value as a whole number inside `range`; `name` is its key.
    pub(super) fn whole(&self, name: &str, range: RangeInclusive<u64>) -> Result<u64> {
        let Value::Integer(i) = self.value else {
            let example = format!("{name} = {}", range.start().max(&16));
            return Err(self.expected(name, "a whole number", &example));
        };
        let (least, most) = (*range.start(), *range.end());
        if i < i128::from(least) {
            Err(self
                .error(format!("{name} = {i} is too small"), format!("less than {least}"))
                .hint(format!("{name} must be at least {least}")))
        } else if i > i128::from(most) {
            Err(self
                .error(format!("{name} is too large"), format!("more than {most}"))
                .hint(format!("{name} must be between {least} and {most}")))
        } else {
            Ok(i as u64)
        }
    }

    /// The value as a text; `name` is its key.
    pub(super) fn text(&self, name: &str) -> Result<&str> {
        if let Value::Text(text) = &self.value {
            return Ok(text);
        }
        Err(self.expected(name, "a text", &format!("{name} = \"…\", in quotes")))
    }

    /// The value as a law of the inputs.
    pub(super) fn input(&self) -> Result<Input> {
        Input::parse(self.text("input")?).map_err(|e| self.blame(&e))
    }

    /// Whether the value is the text `word`.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(&self.value, Value::Text(text) if text == word)
    }

    /// The value as a truth value; `name` is its key.
    pub(super) fn boolean(&self, name: &str) -> Result<bool> {
        if let Value::Bool(b) = self.value {
            return Ok(b);
        }
        Err(self.expected(name, "true or false", &format!("{name} = true, without quotes")))
    }

    /// The items of a list; a single value is a list of itself. `name` is its key.
    pub(super) fn items(&self, name: &str) -> Result<&[Node]> {
        let Value::Array(items) = &self.value else { return Ok(std::slice::from_ref(self)) };
        if items.is_empty() {
            return Err(self
                .error(format!("{name} is an empty list"), "empty")
                .hint(format!("give {name} at least one value")));
        }
        Ok(items)
    }

    /// Whether this is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// Whether this is a table.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.value, Value::Table(_))
    }

    /// The entries of the table `name`, whatever their keys.
    pub(super) fn entries(
        &self,
        name: &str,
    ) -> Result<impl ExactSizeIterator<Item = (&str, &Self)>> {
        let Value::Table(entries) = &self.value else { return Err(self.no_table(name, &[])) };
        Ok(entries.iter().map(|e| (e.key.as_str(), &e.node)))
    }

    fn no_table(&self, name: &str, known: &[&str]) -> Error {
        self.error(format!("{name} must be a table, not {}", self.kind()), self.kind())
            .hint(format!("the keys of {name} are {}", known.join(", ")))
    }

    /// The table, whose keys all have to be among `known`.
    pub(super) fn section<'a>(&'a self, name: &str, known: &[&str]) -> Result<Section<'a>> {
        let Value::Table(entries) = &self.value else { return Err(self.no_table(name, known)) };
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                let error = entry
                    .place
                    .error(format!("unknown key `{}` in {name}", entry.key), "no such key");
                return Err(match nearest(&entry.key, known.iter().copied()) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint(format!("the keys of {name} are {}", known.join(", "))),
                });
            }
        }
        Ok(Section { name: name.to_owned(), entries, node: self })
    }
}

/// A table whose keys are all known.
#[derive(Debug)]
pub(super) struct Section<'a> {
    name: String,
    entries: &'a [Entry],
    node: &'a Node,
}

impl<'a> Section<'a> {
    /// The value of `key`, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|e| e.key == key).map(|e| &e.node)
    }

    /// The value of `key`.
    pub(super) fn required(&self, key: &str) -> Result<&'a Node> {
        self.get(key).ok_or_else(|| {
            self.node
                .error(format!("`{key}` is missing in {}", self.name), format!("without {key}"))
                .hint(format!("add `{key}`; docs/studies.md lists the keys of a study"))
        })
    }

    /// The number `key`, inside `range`, or `default`.
    pub(super) fn number(
        &self,
        key: &str,
        range: RangeInclusive<f64>,
        default: f64,
    ) -> Result<f64> {
        self.get(key).map_or(Ok(default), |node| number_in(node, key, &range))
    }

    /// The whole number `key` inside `range`, or `default`.
    pub(super) fn whole(&self, key: &str, range: RangeInclusive<u64>, default: u64) -> Result<u64> {
        self.get(key).map_or(Ok(default), |node| node.whole(key, range))
    }

    /// One of `choices` by its name, or `default`.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
        default: T,
    ) -> Result<T> {
        self.get(key).map_or(Ok(default), |node| choice(node, key, choices))
    }

    /// The whole table as a node.
    pub(super) fn node(&self) -> &'a Node {
        self.node
    }
}

/// The number `node`, inside `range`.
pub(super) fn number_in(node: &Node, name: &str, range: &RangeInclusive<f64>) -> Result<f64> {
    let x = node.number(name)?;
    if range.contains(&x) {
        return Ok(x);
    }
    let allowed = if range.end().is_finite() {
        format!("between {} and {}", range.start(), range.end())
    } else {
        format!("at least {}", range.start())
    };
    let shown = if x.abs() < 1e9 { x.to_string() } else { format!("{x:e}") };
    Err(node
        .error(format!("{name} = {shown} is out of range"), "out of range")
        .hint(format!("{name} must be {allowed}")))
}

/// One of `choices` by its name.
pub(super) fn choice<T: Copy>(node: &Node, name: &str, choices: &[(&str, T)]) -> Result<T> {
    let text = node.text(name)?;
    if let Some((_, value)) = choices.iter().find(|(n, _)| *n == text) {
        return Ok(*value);
    }
    let names: Vec<&str> = choices.iter().map(|(n, _)| *n).collect();
    let error = node.error(format!("unknown {name} `{text}`"), format!("no such {name}"));
    Err(match nearest(text, names.iter().copied()) {
        Some(near) => error.hint(format!("did you mean \"{near}\"?")),
        None => error.hint(format!("{name} is one of {}", names.join(", "))),
    })
}
