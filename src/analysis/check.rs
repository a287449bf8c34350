//! What a set of records has to satisfy before anything is estimated from it.

use std::collections::{HashMap, HashSet};

use crate::expectation::{Traits, TraitsKey};
use crate::record::{Fault, Record, fault, known, known_count};
use crate::{Error, Result};

/// Checks that the records can be analysed together; see [`super::analyse`] for the errors.
pub(super) fn records(study: &str, records: &[Record]) -> Result<()> {
    if records.is_empty() {
        return Err(Error::runtime(format!("study `{study}` has no trials to analyse"))
            .hint("run the study first; `trials.csv` has a header and no rows"));
    }
    for record in records {
        if let Some(Fault { column, found, wanted }) = fault(record) {
            let message = format!("{}: `{column}` is {found}, not {wanted}", trial(record));
            return Err(Error::runtime(message));
        }
    }
    unique_trials(records)?;
    one_identity_a_cell(records)?;
    one_cell_a_dimension(records)
}

/// A trial in words.
fn trial(record: &Record) -> String {
    format!("cell {}, n = {}, trial {}", record.cell, record.n, record.trial)
}

fn unique_trials(records: &[Record]) -> Result<()> {
    let mut seen = HashSet::with_capacity(records.len());
    for record in records {
        if !seen.insert((&record.cell, record.n, record.trial)) {
            return Err(Error::runtime(format!("{} is recorded twice", trial(record)))
                .hint("each trial counts once; remove one of the two rows"));
        }
    }
    Ok(())
}

/// What a cell key stands for: series and dimension, floats by their bits.
type Identity<'a> = (&'a str, u32, TraitsKey<'a>, usize);

fn identity(r: &Record) -> Identity<'_> {
    (&r.learner, r.k_star, Traits::of(r).key(), r.d)
}

fn one_identity_a_cell(records: &[Record]) -> Result<()> {
    let mut cells: HashMap<&str, &Record> = HashMap::new();
    for record in records {
        let first = *cells.entry(&record.cell).or_insert(record);
        if identity(first) != identity(record) || first.s != record.s {
            let message = format!(
                "cell {} stands for two things: {} on `{}` at d = {} and {} on `{}` at d = {}",
                record.cell,
                first.learner,
                first.link,
                first.d,
                record.learner,
                record.link,
                record.d,
            );
            return Err(Error::runtime(message)
                .hint("a cell key hashes everything that can change its numbers; were rows edited by hand?"));
        }
    }
    Ok(())
}

fn or_unknown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| value.to_string())
}

fn one_cell_a_dimension(records: &[Record]) -> Result<()> {
    let mut cells: HashMap<Identity<'_>, &str> = HashMap::new();
    for record in records {
        let first = *cells.entry(identity(record)).or_insert(&record.cell);
        if first != record.cell {
            let (a, b) =
                if *first < *record.cell { (first, &*record.cell) } else { (&*record.cell, first) };
            let message = format!(
                "cells {a} and {b} are both {} on `{}` with r = {}, alpha = {}, q = {} at d = {}",
                record.learner,
                record.link,
                or_unknown(known_count(record.r)),
                or_unknown(known(record.alpha)),
                or_unknown(known(record.q)),
                record.d,
            );
            return Err(Error::runtime(message).hint(
                "they differ in something a series does not name (width, keep, …): \
                 give each setting a study of its own, or start afresh after changing it",
            ));
        }
    }
    Ok(())
}
