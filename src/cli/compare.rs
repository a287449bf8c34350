//! `compare`: two results side by side.

use std::path::Path;

use secateur::analysis::compare::{self, Change, Comparison};
use secateur::analysis::stored::Tables;
use secateur::results::{TRIALS, disk};
use secateur::{Error, Result, report};

use super::arguments::CompareArguments;
use super::ending::Ending;
use super::folder::{self, Found};
use super::print;
use super::voice::Voice;

/// The tables that a comparison reads.
const TABLES: [&str; 2] = ["thresholds.csv", "exponents.csv"];

/// `secateur compare`: which thresholds and exponents moved, beyond their intervals.
pub(crate) fn compare(arguments: &CompareArguments, voice: Voice) -> Result<Ending> {
    let [a, b] = [&arguments.a, &arguments.b].map(|name| tables(name, &arguments.out, voice));
    let (a, b) = (a?, b?);
    let comparison = compare::compare(&a, &b);
    refuse_strangers(&comparison)?;
    let mut shown = comparison.clone();
    if arguments.changed {
        let moved = |change: Change| matches!(change, Change::Larger | Change::Smaller);
        shown.exponents.retain(|pair| moved(pair.change));
        shown.thresholds.retain(|pair| moved(pair.change));
    }
    match arguments.format.form() {
        None => print::json(&shown),
        Some(form) => print::text(&report::comparison_table(&comparison, &shown, form)),
    }?;
    Ok(if comparison.changes > 0 { Ending::Changed } else { Ending::Done })
}

/// The tables of a folder; made from its trials where it has none.
fn tables(name: &str, out: &Path, voice: Voice) -> Result<Tables> {
    let found = |f: &Path| Ok(has_tables(f)? || folder::has_trials(f)?);
    let Some(folder) = folder::find(name, out, found)? else { return Err(absent(name, out)?) };
    if has_tables(&folder)? {
        return Tables::read(&folder);
    }
    let name = folder.display().to_string();
    Ok(Tables::of(&name, &Found::of_folder(folder, None, voice)?.analyse()?))
}

fn has_tables(folder: &Path) -> Result<bool> {
    let names = disk::list(folder)?;
    Ok(TABLES.iter().all(|table| names.iter().any(|name| name == table)))
}

fn absent(name: &str, out: &Path) -> Result<Error> {
    Ok(match folder::find(name, out, |_| Ok(true))? {
        Some(folder) => Error::runtime(format!(
            "{} has neither {} nor {TRIALS}",
            folder.display(),
            TABLES.join(" and ")
        ))
        .hint("give a folder of results: `secateur study` and `secateur fit` write these tables"),
        None => folder::absent(name, out),
    })
}

/// Nothing in common is not the same as no change.
fn refuse_strangers(comparison: &Comparison) -> Result<()> {
    if !(comparison.exponents.is_empty() && comparison.thresholds.is_empty()) {
        return Ok(());
    }
    let tau = |rest: &compare::Rest| rest.exponents.first().map(|fit| fit.threshold);
    let error = Error::runtime(format!(
        "{} and {} have no cell and no series in common",
        comparison.a, comparison.b
    ));
    Err(match (tau(&comparison.only_a), tau(&comparison.only_b)) {
        (Some(a), Some(b)) if a != b => error.hint(format!(
            "A holds thresholds at the risk {a}, B at {b}: \
             `secateur fit B --threshold {a}` computes those of B again"
        )),
        _ => error.hint("cells agree in learner, link, k_star, r, alpha, q, d and threshold"),
    })
}
