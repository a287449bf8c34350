//! `runs`: which results there are, of which setting each, and what they say.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use secateur::analysis::stored::Tables;
use secateur::results::{Gathered, Manifest, provenance, tables};
use secateur::study::is_setting;
use secateur::words::date;
use secateur::{Error, Result, report};
use serde_json::{Value as Json, json};

use super::arguments::{Format, RunsArguments};
use super::ending::Ending;
use super::folder::{absent, folders};
use super::print;

/// A folder of results.
struct Run {
    name: String,
    folder: PathBuf,
    /// What is in it, or why it cannot be read.
    there: Result<There>,
}

/// What is in a folder of results.
struct There {
    trials: usize,
    /// Cells of the study that have trials, and all of them.
    cells: (usize, usize),
    manifest: Option<Manifest>,
    verdicts: String,
}

/// `secateur runs`: every folder of results, or those of the studies that are named.
pub(crate) fn runs(arguments: &RunsArguments) -> Result<Ending> {
    let RunsArguments { names, out, format } = arguments;
    let mut all = folders(out)?;
    for name in names {
        if !all.iter().any(|folder| is_of(folder, name)) {
            return Err(absent(name, out));
        }
    }
    all.retain(|folder| names.is_empty() || names.iter().any(|name| is_of(folder, name)));
    if all.is_empty() && *format == Format::Text {
        return Err(Error::usage(format!("there are no results in {}", out.display()))
            .hint("`secateur study NAME` makes some; --out names another folder"));
    }
    let runs: Vec<Run> = all
        .into_iter()
        .map(|name| {
            let folder = out.join(&name);
            Run { there: There::look(&folder), name, folder }
        })
        .collect();
    match format {
        Format::Json => print::json(&runs.iter().map(Run::json).collect::<Vec<_>>())?,
        Format::Text => print::text(&runs.iter().map(Run::text).collect::<String>())?,
    }
    Ok(Ending::Done)
}

/// Whether `folder` holds results called `name`, or of the study `name` with another setting.
fn is_of(folder: &str, name: &str) -> bool {
    folder == name || is_setting(folder, name)
}

/// What the tables of exponents in `folder` come to. What cannot be looked at is as if it were
/// not there: `fit` says why.
pub(crate) fn verdicts(folder: &Path) -> String {
    let Ok(tables) = Tables::read(folder) else { return "not fitted yet".to_owned() };
    let said = report::tally(tables.fits.iter().filter_map(|fit| fit.verdict.as_deref()));
    if said.is_empty() { "no prediction".to_owned() } else { said }
}

impl There {
    fn look(folder: &Path) -> Result<Self> {
        let trials = Gathered::read(&tables(folder)?)?.0.trials()?;
        let manifest = provenance::latest(folder, trials.records())?;
        let begun: HashSet<&str> = trials.records().iter().map(|r| &*r.cell).collect();
        let cells = manifest.as_ref().map_or((begun.len(), begun.len()), |m| {
            (m.cells.iter().filter(|cell| begun.contains(cell.as_str())).count(), m.cells.len())
        });
        let trials = trials.records().len();
        Ok(Self { trials, cells, manifest, verdicts: verdicts(folder) })
    }

    fn text(&self) -> String {
        let Self { trials, cells: (begun, all), manifest, verdicts } = self;
        let when = manifest.as_ref().map_or_else(
            || "no manifest".to_owned(),
            |m| match m.finished {
                Some(end) => date(end),
                None => format!("{}, not finished", date(m.started)),
            },
        );
        format!("{begun} of {all} cells, {trials} trials, {when}\n    {verdicts}\n")
    }
}

impl Run {
    fn text(&self) -> String {
        let rest = self.there.as_ref();
        let rest = rest.map_or_else(|e| format!("(cannot be read: {e})\n"), There::text);
        format!("{}  {rest}", self.name)
    }

    fn json(&self) -> Json {
        let there = self.there.as_ref().ok();
        let manifest = there.and_then(|there| there.manifest.as_ref());
        json!({
            "name": self.name,
            "folder": self.folder.display().to_string(),
            "study": manifest.map(|m| &m.study),
            "profile": manifest.map(|m| &m.profile),
            "seed": manifest.map(|m| m.seed),
            "changes": manifest.map(|m| &m.changes),
            "trials": there.map(|t| t.trials),
            "cells_begun": there.map(|t| t.cells.0),
            "cells": there.map(|t| t.cells.1),
            "started": manifest.map(|m| m.started),
            "finished": manifest.and_then(|m| m.finished),
            "verdicts": there.map(|t| &t.verdicts),
            "error": self.there.as_ref().err().map(ToString::to_string),
        })
    }
}
