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
use secateur::{Error, Result, report};

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

/// A verdict that is open, with what would settle it.
struct Open {
    /// What it is on.
    about: String,
    resolution: Resolution,
    /// The cells whose trials it rests on.
    cells: Vec<Threshold>,
    /// The line that further dimensions would continue, if it is on a slope.
    line: Option<Exponent>,
}

/// What each open verdict asks for; what cannot be settled is said.
fn plans(analysis: &Analysis, base: &Study, voice: Voice) -> Vec<More> {
    let mut open = on_series(analysis);
    open.extend(on_expectations(analysis));
    if open.is_empty() {
        voice.note("nothing to settle: no verdict is open");
    }
    let mut all = Vec::new();
    for one in &open {
        match one.cheapest(base) {
            Ok((words, more)) => {
                voice.note(&format!("settling {}: {words}", one.about));
                all.extend(more);
            }
            Err(why) => voice.note(&format!("{} stays open: {why}", one.about)),
        }
    }
    More::merged(&all)
}

/// The open verdicts on series.
fn on_series(analysis: &Analysis) -> Vec<Open> {
    let ways = |e: &Exponent| [e.resolution.clone(), e.resolution_csq.clone()];
    let open = explain(analysis, |e| ways(e).iter().any(Option::is_some));
    let is_open = |series: &Series| open.iter().any(|one| one.exponent.series == *series);
    // A pooled row is settled with its series.
    let waits = |one: &&Explanation| {
        let mut others = one.cells.iter().map(|c| &c.cell.series);
        others.any(|series| *series != one.exponent.series && is_open(series))
    };
    let verdicts = |one: &Explanation| {
        let cells = one.cells.iter().map(|one| &one.cell);
        let cells = cells.filter(|cell| cell.censored == Censoring::None).cloned();
        let (cells, line): (Vec<_>, _) = (cells.collect(), Some(one.exponent.clone()));
        let with = |(resolution, what): (Option<Resolution>, &str)| {
            let about = format!("{}{what}", one.exponent.series);
            Some(Open { about, resolution: resolution?, cells: cells.clone(), line: line.clone() })
        };
        let whats = ["", " on the CSQ bound"];
        ways(&one.exponent).into_iter().zip(whats).filter_map(with).collect::<Vec<_>>()
    };
    open.iter().filter(|one| !waits(one)).flat_map(verdicts).collect()
}

/// The open expectations.
fn on_expectations(analysis: &Analysis) -> impl Iterator<Item = Open> {
    analysis.expectations.iter().filter_map(|judged| {
        let of = |series: &Series| analysis.exponents.iter().find(|e| e.series == *series);
        let mine = |t: &&Threshold| judged.sources.iter().any(|(s, d)| *s == t.series && *d == t.d);
        let series = judged.series.as_ref().map(|series| format!(" of {series}"));
        Some(Open {
            about: format!("{}{}", report::statement(judged), series.unwrap_or_default()),
            resolution: judged.resolution.clone()?,
            cells: analysis.thresholds.iter().filter(mine).cloned().collect(),
            line: judged.series.as_ref().and_then(of).cloned(),
        })
    })
}

impl Open {
    /// The way to settle it that reads the fewest samples, in words and as sweeps; or why there is
    /// none.
    fn cheapest(&self, base: &Study) -> Result<(String, Vec<More>), String> {
        let Resolution { trials, dimensions } = &self.resolution;
        let within = dimensions.as_ref().filter(|more| self.fits(more, base));
        match (trials, within) {
            (Some(trials), Some(more)) if more.samples < trials.samples => {
                Ok(self.further(more, base))
            }
            (None, Some(more)) => Ok(self.further(more, base)),
            (Some(trials), _) => Ok(self.repeated(trials, base)),
            (None, None) => Err(dimensions.as_ref().map_or_else(
                || format!("{} would do", report::hopeless(self.line.is_some())),
                |more| {
                    let d = more.dimensions.last().copied().unwrap_or_default();
                    let most = base.samples.n_max;
                    format!(
                        "d = {d} would do, where n* is beyond n_max = {most}: raise samples.n_max"
                    )
                },
            )),
        }
    }

    /// Whether n* of further dimensions is expected to lie, with room to spare, below n_max.
    fn fits(&self, more: &MoreDimensions, base: &Study) -> bool {
        let largest = more.dimensions.iter().max().map_or(0.0, |d| (*d as f64).ln());
        let line = self.line.as_ref().and_then(|e| e.exponent.zip(e.log_constant));
        let expected = line.map(|(beta, c)| c + beta.value * largest);
        expected.is_some_and(|ln_n| 2.0 * ln_n.exp() <= base.samples.n_max as f64)
    }

    /// Further dimensions of its longest series; a pooled row has several.
    fn further(&self, more: &MoreDimensions, base: &Study) -> (String, Vec<More>) {
        let all: usize = self.cells.iter().map(|cell| cell.trials).sum();
        let trials = all.div_ceil(self.cells.len().max(1)).max(1);
        let precision = base.samples.precision;
        let length =
            |cell: &&Threshold| self.cells.iter().filter(|c| c.series == cell.series).count();
        let Some(longest) = self.cells.iter().max_by_key(length) else {
            return (String::new(), Vec::new());
        };
        let series = longest.series.clone();
        let own = self.cells.iter().filter(|cell| cell.series == series);
        let largest = own.map(|cell| cell.d).max().unwrap_or_default();
        let mut dimensions: Vec<usize> = more
            .dimensions
            .iter()
            .map(|d| whole(*d, series.problem.alpha()).max(largest))
            .collect();
        dimensions.dedup();
        dimensions.retain(|d| *d > largest);
        let words = format!("also d = {dimensions:?}, with {trials} trials");
        (words, vec![More { series, dimensions, trials, precision }])
    }

    /// More trials of each of its cells than its search could take so far, at a precision to match.
    fn repeated(&self, more: &MoreTrials, base: &Study) -> (String, Vec<More>) {
        let each = |cell: &Threshold| {
            let aim = base.aim(&cell.series, cell.d)?;
            Some(More {
                series: cell.series.clone(),
                dimensions: vec![cell.d],
                trials: more.factor * aim.trials as usize,
                precision: aim.precision / (more.factor as f64).sqrt(),
            })
        };
        let all: Vec<More> = self.cells.iter().filter_map(each).collect();
        let plural = if all.len() == 1 { "" } else { "s" };
        (format!("{} times the trials of {} cell{plural}", more.factor, all.len()), all)
    }
}

/// The dimension near `d` at which d^α is, nearly, a whole number: rounding s bends a slope.
fn whole(d: usize, alpha: Option<f64>) -> usize {
    let Some(alpha) = alpha.filter(|alpha| *alpha > 0.0) else { return d };
    (d as f64).powf(alpha).round().powf(alpha.recip()).round() as usize
}
