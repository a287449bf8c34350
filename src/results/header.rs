//! Which columns a table of trials has, and what follows from those that it lacks.

use csv::StringRecord;

use super::row::columns;
use crate::error::nearest;
use crate::{Error, Result};

/// The columns that every table of trials has, also one of another program.
pub const REQUIRED: [&str; 5] = ["learner", "d", "n", "trial", "risk"];

/// Columns that tell where a row comes from, not what the trial was.
const PROVENANCE: [&str; 2] = ["manifest", "check"];

/// Columns that the check leaves out: itself, and wall time, which differs from run to run.
const UNCHECKED: [&str; 2] = ["seconds", "check"];

/// Where a table holds what.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The field of each of [`columns`], if the table has it.
    fields: Vec<Option<usize>>,
    /// Fields of a row.
    pub(super) width: usize,
    /// Whether all columns are there that describe a trial, as in a table that secateur wrote.
    pub(super) complete: bool,
    /// What the reader should know, one sentence each.
    pub(super) notes: Vec<String>,
}

impl Layout {
    /// Reads the header of the table that errors shall call `name`.
    pub(super) fn new(name: &str, header: &StringRecord) -> Result<Self> {
        let found: Vec<&str> = header.iter().map(str::trim).collect();
        refuse_other_formats(name, &found)?;
        let known = || columns().iter().map(String::as_str);
        for column in known() {
            if found.iter().filter(|f| **f == column).count() > 1 {
                let message = format!("{name}, line 1: column `{column}` is there twice");
                return Err(Error::runtime(message).hint("remove or rename one of them"));
            }
        }
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|c| !found.contains(c)).collect();
        if !missing.is_empty() {
            return Err(bad_header(name, &found, &missing));
        }
        let absent: Vec<&str> = known().filter(|c| !found.contains(c)).collect();
        Ok(Self {
            fields: known().map(|column| found.iter().position(|f| *f == column)).collect(),
            width: found.len(),
            complete: absent.iter().all(|column| PROVENANCE.contains(column)),
            notes: notes(name, &found, &absent),
        })
    }

    /// The fields that the column `check` is the check of, if the table has them and it; none
    /// stands for an empty one.
    pub(super) fn checked(&self) -> Option<impl Iterator<Item = Option<usize>>> {
        let of_column = columns().iter().zip(&self.fields);
        let all = self.fields.iter().all(Option::is_some);
        all.then(|| {
            of_column
                .filter(|(name, _)| *name != "check")
                .map(|(name, field)| field.filter(|_| !UNCHECKED.contains(&name.as_str())))
        })
    }

    /// The check of a row, if the table has any.
    pub(super) fn check(&self) -> Option<usize> {
        *self.fields.last()?
    }
}

/// Whether `name` is a column of `trials.csv`.
pub(super) fn is_column(name: &str) -> bool {
    columns().iter().any(|column| column == name)
}

/// A header of no columns at all, or of columns that are not separated by commas.
fn refuse_other_formats(name: &str, found: &[&str]) -> Result<()> {
    if found.iter().all(|column| column.is_empty()) {
        return Err(Error::runtime(format!("{name} is empty: it has not even a header"))
            .hint(format!("the first line names the columns, at least {}", list(&REQUIRED))));
    }
    if let [one] = found
        && let Some((separator, word)) =
            [(';', "semicolons"), ('\t', "tabs")].into_iter().find(|(s, _)| one.contains(*s))
        && one.split(separator).any(|part| is_column(part.trim()))
    {
        return Err(Error::runtime(format!(
            "{name}, line 1: the columns are separated by {word}, not by commas"
        ))
        .hint("save it with commas between fields and points in decimal fractions"));
    }
    Ok(())
}

/// Says which columns are missing, and which of the others may stand for them.
fn bad_header(name: &str, found: &[&str], missing: &[&str]) -> Error {
    let mut hints = meant(found, missing);
    let message = if missing.len() > REQUIRED.len() / 2 {
        hints.push(format!("a table of trials has at least {}", list(&REQUIRED)));
        format!("{name}, line 1: these are not the columns of a table of trials: {}", list(found))
    } else {
        if hints.is_empty() {
            hints.push(format!("the file has {}", list(found)));
        }
        let plural = if missing.len() == 1 { "column is" } else { "columns are" };
        format!("{name}, line 1: {plural} missing: {}", list(missing))
    };
    Error::runtime(message).hint(hints.join(" "))
}

/// A question for every strange column whose name is near to that of an absent one.
fn meant(found: &[&str], absent: &[&str]) -> Vec<String> {
    let strangers = found.iter().filter(|column| !is_column(column));
    let question = |stranger: &&str| {
        let near = nearest(&stranger.to_lowercase(), absent.iter().copied())?;
        Some(format!("is `{}` meant to be `{near}`?", shown(stranger)))
    };
    strangers.filter_map(question).collect()
}

fn notes(name: &str, found: &[&str], absent: &[&str]) -> Vec<String> {
    const SETTING: [&str; 6] = ["link", "k_star", "r", "alpha", "q", "s"];
    let mut notes = Vec::new();
    let strangers: Vec<&str> = found.iter().copied().filter(|column| !is_column(column)).collect();
    if !strangers.is_empty() {
        let (noun, verb) = if strangers.len() == 1 { ("column", "is") } else { ("columns", "are") };
        let mut note = format!("{name}: {noun} {} {verb} not used", list(&strangers));
        for question in meant(found, absent) {
            note += &format!("; {question}");
        }
        notes.push(note);
    }
    let unknown: Vec<&str> = SETTING.into_iter().filter(|column| absent.contains(column)).collect();
    if !unknown.is_empty() {
        let consequence = if unknown.contains(&"k_star") || unknown.contains(&"alpha") {
            ", and what theory predicts from it is not known"
        } else {
            ""
        };
        notes.push(format!("{name} has no {}: left empty{consequence}", list(&unknown)));
    }
    notes
}

fn list(names: &[&str]) -> String {
    const MOST: usize = 30;
    let mut quoted: Vec<String> =
        names.iter().take(MOST).map(|name| format!("`{}`", shown(name))).collect();
    if names.len() > MOST {
        quoted.push("…".to_owned());
    }
    quoted.join(", ")
}

/// Text of a file as a message can show it: short and in one line.
#[must_use]
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.replace(char::is_control, " ")
}
