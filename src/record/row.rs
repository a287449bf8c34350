//! One row as a record.

use std::fmt::Display;

use csv::StringRecord;

use super::column::{Column, Layout, shown};
use super::{Fault, Record, UNKNOWN, fault};

/// A row of the right number of fields.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) layout: &'a Layout,
    pub(super) fields: &'a StringRecord,
    /// Name of the study if the table does not give one.
    pub(super) study: &'a str,
}

impl Row<'_> {
    /// The record, or what is wrong with the row.
    pub(super) fn record(self) -> Result<Record, String> {
        let mut record = Record {
            study: self.text(Column::Study).unwrap_or(self.study).to_owned(),
            cell: self.text(Column::Cell).unwrap_or_default().to_owned(),
            learner: self.text(Column::Learner).unwrap_or_default().to_owned(),
            link: self.text(Column::Link).unwrap_or_default().to_owned(),
            k_star: self.known_count(Column::KStar)?,
            r: self.known_count(Column::R)?,
            d: self.count(Column::D)?,
            alpha: self.known_real(Column::Alpha)?,
            q: self.known_real(Column::Q)?,
            s: self.known_count(Column::S)?,
            kept: self.count(Column::Kept)?,
            width: self.count(Column::Width)?,
            n: self.count(Column::N)?,
            trial: self.count(Column::Trial)?,
            seed: self.count(Column::Seed)?,
            status: self.text(Column::Status).unwrap_or("ok").to_owned(),
            risk: self.real(Column::Risk)?,
            alignment: self.real(Column::Alignment)?,
            subspace: self.real(Column::Subspace)?,
            recall: self.real(Column::Recall)?,
            precision: self.real(Column::Precision)?,
            mass: self.real(Column::Mass)?,
            simulation: self.text(Column::Simulation).unwrap_or_default().to_owned(),
            seconds: self.given_real(Column::Seconds)?,
            noise: self.known_real(Column::Noise)?,
            input: self.text(Column::Input).unwrap_or_default().to_owned(),
            pearson: self.real(Column::Pearson)?,
            spearman: self.real(Column::Spearman)?,
            auc: self.real(Column::Auc)?,
            manifest: self.text(Column::Manifest).unwrap_or_default().to_owned(),
        };
        if record.learner.is_empty() || record.status.is_empty() {
            let column = if record.status.is_empty() { "status" } else { "learner" };
            return Err(format!("column `{column}` is empty"));
        }
        if self.layout.field(Column::Cell).is_none() {
            record.cell = cell(&record);
        }
        match fault(&record) {
            Some(Fault { column, found, wanted }) => Err(wrong(column, found, wanted)),
            None => Ok(record),
        }
    }

    /// The field without blanks around it, if the table has the column.
    fn text(&self, column: Column) -> Option<&str> {
        self.layout.field(column).map(|i| self.fields.get(i).unwrap_or_default().trim())
    }

    /// A number; not-a-number if it is not given.
    fn real(&self, column: Column) -> Result<f64, String> {
        match self.text(column) {
            None | Some("") => Ok(f64::NAN),
            Some(text) => text.parse().map_err(|_| wrong(column.name(), text, "a number")),
        }
    }

    /// A number; not-a-number if the table has no such column.
    fn given_real(&self, column: Column) -> Result<f64, String> {
        match self.text(column) {
            Some("") => Err(wrong(column.name(), "", "a number")),
            _ => self.real(column),
        }
    }

    /// A finite number, or [`UNKNOWN`].
    fn known_real(&self, column: Column) -> Result<f64, String> {
        if matches!(self.text(column), None | Some("")) {
            return Ok(UNKNOWN);
        }
        let value = self.real(column)?;
        let wanted = "a finite number";
        if value.is_finite() { Ok(value) } else { Err(wrong(column.name(), value, wanted)) }
    }

    /// A whole number; 0 if the table has no such column.
    fn count<T: Count>(&self, column: Column) -> Result<T, String> {
        let Some(text) = self.text(column) else { return Ok(T::default()) };
        let value = text.parse().ok().or_else(|| whole(text).and_then(|v| T::try_from(v).ok()));
        value.ok_or_else(|| wrong(column.name(), text, T::WANTED))
    }

    /// A whole number of at least 1; 0 if it is not given.
    fn known_count<T: Count>(&self, column: Column) -> Result<T, String> {
        if self.text(column) == Some("") {
            return Ok(T::default());
        }
        let value: T = self.count(column)?;
        if value == T::default() && self.layout.field(column).is_some() {
            return Err(wrong(column.name(), 0, "at least 1"));
        }
        Ok(value)
    }
}

/// Whole numbers of a record.
trait Count: Default + PartialEq + TryFrom<u64> + std::str::FromStr {
    const WANTED: &str = "a whole number";
}
impl Count for u64 {}
impl Count for usize {}
impl Count for u32 {
    const WANTED: &str = "a whole number below 2^32";
}

/// A whole number written with a point or an exponent, as tables of floats do.
fn whole(text: &str) -> Option<u64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let value: f64 = text.parse().ok()?;
    (value.fract() == 0.0 && (0.0..=LARGEST).contains(&value)).then_some(value as u64)
}

fn wrong(column: &str, found: impl Display, wanted: &str) -> String {
    format!("column `{column}` is `{}`, not {wanted}", shown(&found.to_string()))
}

/// Names a cell by its series and dimension.
fn cell(record: &Record) -> String {
    let mut name = record.learner.clone();
    for (symbol, value) in [
        ("", record.link.clone()),
        ("k* = ", super::known_count(record.k_star).map_or(String::new(), |k| k.to_string())),
        ("r = ", super::known_count(record.r).map_or(String::new(), |r| r.to_string())),
        ("alpha = ", super::known(record.alpha).map_or(String::new(), |a| a.to_string())),
        ("q = ", super::known(record.q).map_or(String::new(), |q| q.to_string())),
        ("noise = ", super::known(record.noise).map_or(String::new(), |noise| noise.to_string())),
        ("input = ", record.input.clone()),
    ] {
        if !value.is_empty() {
            name.extend([", ", symbol, &value]);
        }
    }
    name + &format!(", d = {}", record.d)
}
