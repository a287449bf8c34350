//! `study --settle`: what would settle the open verdicts of a study, as a study.

use std::collections::HashSet;

use secateur::analysis::Analysis;
use secateur::analysis::estimate::{
    Censoring, Exponent, MoreDimensions, MoreTrials, Resolution, Threshold,
};
use secateur::analysis::explain::{Explanation, explain};
use secateur::model::problem::Series;
use secateur::results::provenance;
use secateur::study::{self, Cell, More, Study};
use secateur::{Error, Result};

use super::arguments::StudyArguments;
use super::folder::Found;
use super::voice::Voice;

/// `study` as it was last run, with what its open verdicts are expected to need; none if there is
/// nothing to run. Says what it is.
///
/// # Errors
/// When there are no results of just this study, or they cannot be read.
pub(crate) fn settled(
    study: &Study,
    arguments: &StudyArguments,
    voice: Voice,
) -> Result<Option<Study>> {
    let folder = arguments.selection.folder(study);
    let found = Found::of_folder(folder.clone(), None, voice)?;
    let found = found.with_log_power(arguments.log_power);
    let manifest = provenance::latest(&folder, found.records())?;
    let base = manifest.as_ref().map(study::manifest::study).transpose()?;
    let there: HashSet<String> = base.iter().flat_map(Study::cells).map(Cell::name).collect();
    let Some(base) = base.filter(|_| study.cells().all(|cell| there.contains(&cell.name()))) else {
        let (name, shown) = (&study.name, folder.display());
        return Err(Error::usage(format!("{shown} has no results of this study to settle")).hint(
            format!("run `secateur study {name}` first, with the same --profile, --set and --seed"),
        ));
    };
    let analysis = found.analyse()?;
    let more = plans(&analysis, &base, voice);
    if more.is_empty() {
        return Ok(None);
    }
    let settled = base.with(&more)?;
    Ok(Some(Study { profile: study.profile, change: study.change.clone(), ..settled }))
}

/// What each open verdict asks for; what cannot be settled is said.
fn plans(analysis: &Analysis, base: &Study, voice: Voice) -> Vec<More> {
    let open = explain(analysis, |e| e.resolution.is_some());
    if open.is_empty() {
        voice.note("nothing to settle: no verdict is open");
    }
    let mut all = Vec::new();
    let is_open = |series: &Series| open.iter().any(|one| one.exponent.series == *series);
    for one in &open {
        // A pooled row is settled with its series.
        if one.cells.iter().any(|c| c.cell.series != one.exponent.series && is_open(&c.cell.series))
        {
            continue;
        }
        let name = &one.exponent.series;
        match cheapest(one, base) {
            Ok((words, more)) => {
                voice.note(&format!("settling {name}: {words}"));
                all.extend(more);
            }
            Err(why) => voice.note(&format!("{name} stays open: {why}")),
        }
    }
    all
}

/// The way to settle an open series that reads the fewest samples, in words and as sweeps; or why
/// there is none.
fn cheapest(open: &Explanation, base: &Study) -> Result<(String, Vec<More>), String> {
    let Some(Resolution { trials, dimensions }) = &open.exponent.resolution else {
        return Err("nothing is known of it".to_owned());
    };
    let within = dimensions.as_ref().filter(|more| fits(&open.exponent, more, base));
    match (trials, within) {
        (Some(trials), Some(more)) if more.samples < trials.samples => {
            Ok(further(open, more, base))
        }
        (None, Some(more)) => Ok(further(open, more, base)),
        (Some(trials), _) => Ok(repeated(open, trials, base)),
        (None, None) => Err(dimensions.as_ref().map_or_else(
            || "neither 64 times the trials nor 12 further dimensions would do".to_owned(),
            |more| {
                let d = more.dimensions.last().copied().unwrap_or_default();
                let most = base.samples.n_max;
                format!("d = {d} would do, where n* is beyond n_max = {most}: raise samples.n_max")
            },
        )),
    }
}

/// Whether n* of further dimensions is expected to lie, with room to spare, below n_max.
fn fits(e: &Exponent, more: &MoreDimensions, base: &Study) -> bool {
    let largest = more.dimensions.iter().max().map_or(0.0, |d| (*d as f64).ln());
    let expected = e.exponent.zip(e.log_constant).map(|(beta, c)| c + beta.value * largest);
    expected.is_some_and(|ln_n| 2.0 * ln_n.exp() <= base.samples.n_max as f64)
}

/// Its cells that have a value, by series: one, or more if it is pooled.
fn values(open: &Explanation) -> Vec<Vec<&Threshold>> {
    let cells = open.cells.iter().map(|one| &one.cell);
    let mut all: Vec<Vec<&Threshold>> = Vec::new();
    for cell in cells.filter(|cell| cell.censored == Censoring::None) {
        match all.iter_mut().find(|group| group[0].series == cell.series) {
            Some(group) => group.push(cell),
            None => all.push(vec![cell]),
        }
    }
    all
}

fn further(open: &Explanation, more: &MoreDimensions, base: &Study) -> (String, Vec<More>) {
    let groups = values(open);
    let all: usize = groups.iter().flatten().map(|cell| cell.trials).sum();
    let trials = all.div_ceil(groups.iter().map(Vec::len).sum::<usize>().max(1)).max(1);
    let precision = base.samples.precision;
    let Some(group) = groups.iter().max_by_key(|group| group.len()) else {
        return (String::new(), Vec::new());
    };
    let series = group[0].series.clone();
    let largest = group.iter().map(|cell| cell.d).max().unwrap_or_default();
    let mut dimensions: Vec<usize> =
        more.dimensions.iter().map(|d| whole(*d, series.problem.alpha()).max(largest)).collect();
    dimensions.dedup();
    dimensions.retain(|d| *d > largest);
    let words = format!("also d = {dimensions:?}, with {trials} trials");
    (words, vec![More { series, dimensions, trials, precision }])
}

/// The dimension near `d` at which d^α is, nearly, a whole number: rounding s bends a slope.
fn whole(d: usize, alpha: Option<f64>) -> usize {
    let Some(alpha) = alpha.filter(|alpha| *alpha > 0.0) else { return d };
    (d as f64).powf(alpha).round().powf(alpha.recip()).round() as usize
}

fn repeated(open: &Explanation, more: &MoreTrials, base: &Study) -> (String, Vec<More>) {
    let precision = base.samples.precision / (more.factor as f64).sqrt();
    let each = |group: Vec<&Threshold>| More {
        series: group[0].series.clone(),
        dimensions: group.iter().map(|cell| cell.d).collect(),
        trials: more.factor * group.iter().map(|cell| cell.trials).max().unwrap_or(1),
        precision,
    };
    (format!("{} times the trials", more.factor), values(open).into_iter().map(each).collect())
}
