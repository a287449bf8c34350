//! `plan`: what a study would run and cost; and what has to be said before it runs.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};

use secateur::results::{Gathered, Shard, Trials, machine, tables};
use secateur::study::plan::cost::{Prices, Rates};
use secateur::study::plan::survey::{State, Surveyed};
use secateur::study::plan::{calibrate, pilot};
use secateur::study::search::walk::Expected;
use secateur::study::{Plan, Study, foresee};
use secateur::words::{bytes, duration};
use secateur::{Error, Result};
use serde_json::{Value as Json, json};

use super::arguments::{Format, PlanArguments, Selection, StudyArguments};
use super::ending::Ending;
use super::event::Event;
use super::print;
use super::voice::Voice;

/// Seconds of a study that is asked about before it runs.
const LONG: f64 = 3600.0;

/// Seconds, as expected from typical rates, from which on the machine's own are measured.
const WORTH_MEASURING: f64 = 20.0;

/// What each state of a cell means to the reader.
const STATES: [(State, &str, &str); 4] = [
    (State::Done, "done", "nothing to run"),
    (State::Begun, "begun", "interrupted, or more is asked for than is there"),
    (
        State::Changed,
        "changed",
        "there are trials of it with other settings, another seed or by another version",
    ),
    (State::New, "new", "nothing is there"),
];

/// `secateur plan`: what a study would run and cost.
pub(crate) fn plan(arguments: &PlanArguments, voice: Voice) -> Result<Ending> {
    let study = arguments.selection.read()?;
    show(&study, &arguments.selection, arguments.shard, arguments.format, voice)
}

/// Shows the plan of a study; runs nothing and writes nothing.
pub(crate) fn show(
    study: &Study,
    selection: &Selection,
    shard: Option<Shard>,
    format: Format,
    voice: Voice,
) -> Result<Ending> {
    let (there, notes) = Gathered::read(&tables(&selection.folder(study))?)?;
    let there = there.trials()?;
    let prices = Prices::new(calibrate::measure()?);
    let (plan, threads) = (Plan::new(study, shard, &there, &prices), selection.threads());
    let prices = pilot::scaled(prices, &plan, threads);
    let plan = plan.priced(&prices);
    match format {
        Format::Json => print::json(&as_json(&plan, &prices, threads)),
        Format::Text => print::text(&as_text(&plan, &prices, threads)),
    }?;
    for note in &notes {
        voice.note(note);
    }
    foresee(study).iter().chain(&shortage(&plan, threads)).for_each(|w| voice.warn(w));
    Ok(Ending::Done)
}

/// The plan of what is about to run, and its prices: at the rates of this machine, once it
/// matters, and scaled by pilot trials where they are uncertain.
///
/// # Errors
/// When it does not fit in memory, or takes more than an hour and nobody agrees to that.
pub(crate) fn agreed<'a>(
    study: &'a Study,
    arguments: &StudyArguments,
    there: &Trials,
    voice: Voice,
) -> Result<(Plan<'a>, Prices)> {
    let mut prices = Prices::new(Rates::TYPICAL);
    let mut plan = Plan::new(study, arguments.shard, there, &prices);
    if plan.cpu_seconds() >= WORTH_MEASURING {
        prices = Prices::new(calibrate::measure()?);
        plan = plan.priced(&prices);
    }
    let prices = pilot::scaled(prices, &plan, arguments.selection.threads());
    let plan = plan.priced(&prices);
    check(&plan, arguments, voice)?;
    Ok((plan, prices))
}

/// Refuses what cannot fit in memory, and asks before more than an hour.
fn check(plan: &Plan<'_>, arguments: &StudyArguments, voice: Voice) -> Result<()> {
    let (study, threads) = (&plan.study.name, arguments.selection.threads());
    if let Some(shortage) = shortage(plan, threads) {
        return Err(Error::runtime(format!("{study}: {shortage}"))
            .hint("use fewer --threads, smaller d or width, or a machine with more memory"));
    }
    let wall = plan.cpu_seconds() / threads as f64;
    if wall <= LONG || arguments.yes {
        return Ok(());
    }
    let price = format!("{study} is expected to take {} on {threads} threads", duration(wall));
    let people = voice.format == Format::Text && std::io::stdin().is_terminal();
    if people && std::io::stderr().is_terminal() && ask(&price) {
        return Ok(());
    }
    Err(Error::usage(price).hint(
        "--yes runs it all the same; --profile standard is shorter, and --shard k/N or \
         `secateur slurm` spread it over machines",
    ))
}

fn ask(price: &str) -> bool {
    print::note(&format!("{price}. Run it? [y/N]"));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// What is missing of memory, in words.
fn shortage(plan: &Plan<'_>, threads: usize) -> Option<String> {
    let (needed, there) = (plan.memory(threads), machine::available_memory()?);
    (plan.to_run() > 0 && needed > there).then(|| {
        format!(
            "needs about {} of memory on {threads} threads, and {} are available",
            bytes(needed),
            bytes(there)
        )
    })
}

/// What is going to happen.
pub(crate) fn event(plan: &Plan<'_>, prices: &Prices, threads: usize) -> Event<'static> {
    let study = plan.study;
    let wall = duration(plan.cpu_seconds() / threads as f64);
    let words = format!(
        "{} ({}): {} cells, {} series, {threads} threads; expected {wall}",
        study.name,
        study.profile.name(),
        plan.cells.len(),
        plan.series(),
    );
    let words = [Some(words), resumption(plan)].into_iter().flatten().collect::<Vec<_>>();
    Event::Plan { words: words.join("\n"), facts: as_json(plan, prices, threads) }
}

/// "48 of 60 cells done, running 12".
fn resumption(plan: &Plan<'_>) -> Option<String> {
    let (all, left) = (plan.cells.len(), plan.to_run());
    let there = plan.cells.iter().any(|c| c.there > 0);
    there.then(|| match left {
        0 => format!("{all} of {all} cells done, nothing to run"),
        _ => format!("{} of {all} cells done, running {left}", all - left),
    })
}

fn as_json(plan: &Plan<'_>, prices: &Prices, threads: usize) -> Json {
    let study = plan.study;
    let cells = plan.cells.iter().map(|c| {
        json!({
            "cell": c.cell.name(),
            "learner": c.series.setting.learner,
            "link": c.series.setting.link.text(),
            "alpha": c.series.setting.alpha,
            "q": c.series.setting.q,
            "d": c.cell.d,
            "state": word(c.state),
            "trials_there": c.there,
            "trials": c.trials(),
            "samples": c.samples(),
            "cpu_seconds": c.seconds,
        })
    });
    json!({
        "study": study.name,
        "claim": study.claim,
        "expected": study.expected,
        "warnings": foresee(study),
        "profile": study.profile.name(),
        "cells": plan.cells.len(),
        "cells_done": plan.count(State::Done),
        "cells_to_run": plan.to_run(),
        "trials": plan.trials(),
        "samples": plan.samples(),
        "cpu_seconds": plan.cpu_seconds(),
        "wall_seconds": plan.cpu_seconds() / threads as f64,
        "threads": threads,
        "memory_bytes": plan.memory(threads),
        "memory_available_bytes": machine::available_memory(),
        "disk_bytes": plan.disk(),
        "series": study.series.iter().map(|s| json!({
            "learner": s.setting.learner,
            "link": s.setting.link.text(),
            "k_star": s.setting.k_star,
            "r": s.setting.link.r(),
            "alpha": s.setting.alpha,
            "q": s.setting.q,
            "pilot": prices.pilot(s),
            "d": s.cells.iter().map(|c| c.d).collect::<Vec<_>>(),
            "s": s.cells.iter().map(|c| c.s).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "plan": cells.collect::<Vec<_>>(),
    })
}

fn as_text(plan: &Plan<'_>, prices: &Prices, threads: usize) -> String {
    let study = plan.study;
    let mut text = format!("{} ({}): {}\n\n", study.name, study.profile.name(), study.claim);
    let something = plan.cells.iter().any(|c| c.state != State::New);
    text += &format!("{:<20} {:<16} {:>6}  dimensions (expected n*)\n", "learner", "link", "alpha");
    for cells in plan.cells.chunk_by(|a, b| std::ptr::eq(a.series, b.series)) {
        let setting = &cells[0].series.setting;
        text += &format!(
            "{:<20} {:<16} {:>6}  {}\n",
            setting.learner,
            setting.link.text(),
            setting.alpha,
            cells_text(cells, something, study.samples.threshold)
        );
    }
    text += "\n";
    if something {
        for (state, name, meaning) in STATES {
            let count = plan.count(state);
            if count > 0 {
                text += &format!("{count:>6} {name}: {meaning}\n");
            }
        }
    }
    if plan.to_run() == 0 {
        return text + "nothing to run\n";
    }
    text += &format!(
        "{} cells, about {} trials and {:.1e} samples to run\nabout {} on {threads} threads ({} of one core), {} of memory, {} on disk\n",
        plan.to_run(),
        plan.trials(),
        plan.samples(),
        duration(plan.cpu_seconds() / threads as f64),
        duration(plan.cpu_seconds()),
        bytes(plan.memory(threads)),
        bytes(plan.disk()),
    );
    text += &pilots_text(study, prices);
    if !study.expected.is_empty() {
        text += &format!("expected: {}\n", study.expected);
    }
    text
}

/// Which prices come from pilot trials: the learners, with the range of what these said.
fn pilots_text(study: &Study, prices: &Prices) -> String {
    let mut ranges: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for series in &study.series {
        if let Some(scale) = prices.pilot(series) {
            let (low, high) = ranges.entry(&series.setting.learner).or_insert((scale, scale));
            (*low, *high) = (low.min(scale), high.max(scale));
        }
    }
    let learner = |(learner, (low, high))| format!("{learner} ×{low:.2} to ×{high:.2}");
    let learners: Vec<String> = ranges.into_iter().map(learner).collect();
    match learners.len() {
        0 => String::new(),
        _ => format!("priced by a pilot trial a series: {}\n", learners.join(", ")),
    }
}

/// The cells of a series, each with its state if some of the study is there.
fn cells_text(cells: &[Surveyed<'_>], states: bool, tau: f64) -> String {
    let cell = |c: &Surveyed<'_>| {
        let n = Expected::of(&c.series.setting, c.cell, tau).n_star;
        let state = if states { format!(" {}", word(c.state)) } else { String::new() };
        format!("{} ({n:.1e}){state}", c.cell.d)
    };
    cells.iter().map(cell).collect::<Vec<_>>().join(", ")
}

fn word(state: State) -> &'static str {
    STATES.iter().find(|(s, ..)| *s == state).map_or("", |(_, name, _)| name)
}
