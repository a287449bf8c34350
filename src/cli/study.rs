//! Commands about studies: `study`, `list`, `plan`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use secateur::study::manifest::Manifest;
use secateur::study::search::Method;
use secateur::study::{self, Event, Outcome, Profile, Store, Study, blind, cost, store};
use secateur::{Error, Result, analysis};
use serde_json::json;

use super::arguments::{Format, FormatArguments, PlanArguments, Selection, StudyArguments};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{Ending, folder, print};

/// `secateur study`: plan, run what is missing, fit, plot, print.
pub(crate) fn run(arguments: &StudyArguments) -> Result<Ending> {
    let selection = &arguments.selection;
    let study = read(selection)?;
    if arguments.dry_run {
        show_plan(&study, selection, arguments.format);
        return Ok(Ending::Done);
    }
    let say = |text: &str| {
        if !arguments.quiet {
            print::note(text);
        }
    };
    let target = selection.out.join(&study.name);
    if arguments.fresh
        && let Some(aside) = store::move_aside(&target)?
    {
        say(&format!("earlier results are now in {}", aside.display()));
    }
    let store = Store::open(&target)?;
    for note in store.notes() {
        say(&format!("note: {note}"));
    }
    for warning in blind::warnings(&study) {
        say(&format!("warning: {warning}"));
    }
    let started = Instant::now();
    let interrupt = Interrupt::watch(how_to_go_on(&target));
    let outcome = simulate(&study, &store, selection, arguments.quiet, &interrupt)?;
    say(&format!(
        "{}: {} trials run in {:.1} s, {} reused, {} failed; results in {}",
        study.name,
        outcome.ran,
        started.elapsed().as_secs_f64(),
        outcome.reused,
        outcome.failed(),
        target.display()
    ));
    if let Some(code) = interrupt.code() {
        print::note(&how_to_go_on(&target));
        return Ok(Ending::Interrupted(code));
    }
    if study.samples.search == Method::Bracket {
        let (spent, grid) = cost::spent_and_grid(&study, &outcome.records);
        say(&format!(
            "the search read {spent:.1e} samples, {:.0} % of a fixed grid over the same sizes",
            100.0 * spent / grid
        ));
    }
    explain_failures(&outcome, &say);
    if outcome.failed() < outcome.records.len() {
        let options = folder::options(study.samples.threshold);
        let analysis = analysis::analyse(&study.name, &outcome.records, &options)?;
        folder::report(&analysis, Some(&target), arguments.format.into(), true)?;
        if !study.expected.is_empty() {
            say(&format!("expected: {}", study.expected));
        }
    } else {
        say("no trial succeeded: there is nothing to fit or to draw");
    }
    Ok(if outcome.failed() > 0 { Ending::FailedTrials } else { Ending::Done })
}

fn simulate(
    study: &Study,
    store: &Store,
    selection: &Selection,
    quiet: bool,
    interrupt: &Interrupt,
) -> Result<Outcome> {
    let threads = threads(selection);
    let mut manifest = Manifest::start(study, threads);
    manifest.write(store.folder())?;
    let price = cost::price(study);
    if !quiet {
        print::note(&format!(
            "{} ({}): {} cells, {} series, {threads} threads; expected {}",
            study.name,
            study.profile.name(),
            price.cells,
            study.series.len(),
            duration(price.cpu_seconds / threads as f64)
        ));
    }
    let progress = Progress::new(price.cells, price.cpu_seconds, quiet);
    let outcome = {
        let observe = |event: Event<'_>| progress.observe(&event);
        study::run(study, store, threads, interrupt.stop(), &observe)
    };
    progress.finish();
    let outcome = outcome?;
    if interrupt.code().is_none() {
        manifest.finish();
        manifest.write(store.folder())?;
    }
    Ok(outcome)
}

fn how_to_go_on(target: &Path) -> String {
    format!(
        "interrupted: every finished trial is in {}; the same command goes on from there, \
         `secateur fit {0}` shows what is there",
        target.display()
    )
}

fn explain_failures(outcome: &Outcome, say: &dyn Fn(&str)) {
    const SHOWN: usize = 3;
    let failed: Vec<_> = outcome.records.iter().filter(|r| !r.is_ok()).collect();
    for record in failed.iter().take(SHOWN) {
        say(&format!(
            "failed: {} α = {} d = {} n = {} trial {}: {}",
            record.learner, record.alpha, record.d, record.n, record.trial, record.status
        ));
    }
    if failed.len() > SHOWN {
        say(&format!("… and {} more: see the column status", failed.len() - SHOWN));
    }
}

fn read(selection: &Selection) -> Result<Study> {
    let path = study::find(&selection.study)?;
    let mut sets = selection.set.clone();
    sets.extend(selection.trials.map(|t| format!("trials={t}")));
    sets.extend(selection.seed.map(|s| format!("seed={s}")));
    Study::read(&path, selection.profile, &sets)
}

fn threads(selection: &Selection) -> usize {
    selection.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    )
}

/// `secateur list`: every study with its claim; a broken one is listed with its error.
pub(crate) fn list(arguments: &FormatArguments) -> Result<Ending> {
    let names = study::list();
    if names.is_empty() {
        return Err(Error::usage("there are no studies here")
            .hint("run from the repository: studies are read from the folder `studies`"));
    }
    let claim = |name: &String| -> String {
        let path = PathBuf::from("studies").join(format!("{name}.toml"));
        Study::read(&path, Profile::Standard, &[])
            .map_or_else(|e| format!("(cannot be read: {e})"), |s| s.claim)
    };
    let entries: Vec<(String, String)> = names.iter().map(|n| (n.clone(), claim(n))).collect();
    match arguments.format {
        Format::Json => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(name, claim)| json!({"study": name, "claim": claim}))
                .collect();
            print::json(&entries);
        }
        Format::Text => {
            let width = names.iter().map(String::len).max().unwrap_or(0);
            for (name, claim) in entries {
                print::text(&format!("{name:width$}  {claim}"));
            }
        }
    }
    Ok(Ending::Done)
}

/// `secateur plan`: what a study would run and cost.
pub(crate) fn plan(arguments: &PlanArguments) -> Result<Ending> {
    let study = read(&arguments.selection)?;
    show_plan(&study, &arguments.selection, arguments.format);
    Ok(Ending::Done)
}

fn show_plan(study: &Study, selection: &Selection, format: Format) {
    let price = cost::price(study);
    let threads = threads(selection);
    let wall = price.cpu_seconds / threads as f64;
    let warnings = blind::warnings(study);
    if format == Format::Json {
        print::json(&json!({
            "study": study.name,
            "claim": study.claim,
            "expected": study.expected,
            "warnings": warnings,
            "profile": study.profile.name(),
            "cells": price.cells,
            "trials": price.trials,
            "samples": price.samples,
            "cpu_seconds": price.cpu_seconds,
            "wall_seconds": wall,
            "threads": threads,
            "memory_bytes": price.memory * threads as f64,
            "series": study.series.iter().map(|s| json!({
                "learner": s.setting.learner,
                "link": s.setting.link.text(),
                "k_star": s.setting.k_star,
                "r": s.setting.link.r(),
                "alpha": s.setting.alpha,
                "q": s.setting.q,
                "d": s.cells.iter().map(|c| c.d).collect::<Vec<_>>(),
                "s": s.cells.iter().map(|c| c.s).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        }));
        return;
    }
    let mut text = format!("{} ({}): {}\n\n", study.name, study.profile.name(), study.claim);
    text += &format!("{:<20} {:<16} {:>6}  dimensions (expected n*)\n", "learner", "link", "alpha");
    for series in &study.series {
        let setting = &series.setting;
        let cells: Vec<String> = series
            .cells
            .iter()
            .map(|c| format!("{} ({:.1e})", c.d, cost::expected_n_star(setting, c)))
            .collect();
        text += &format!(
            "{:<20} {:<16} {:>6}  {}\n",
            setting.learner,
            setting.link.text(),
            setting.alpha,
            cells.join(", ")
        );
    }
    text += &format!(
        "\n{} cells, about {} trials and {:.1e} samples\nabout {} on {threads} threads ({} of one core), {:.0} MB of memory\n",
        price.cells,
        price.trials,
        price.samples,
        duration(wall),
        duration(price.cpu_seconds),
        price.memory * threads as f64 / 1e6
    );
    if !study.expected.is_empty() {
        text += &format!("expected: {}\n", study.expected);
    }
    print::text(&text);
    for warning in warnings {
        print::note(&format!("warning: {warning}"));
    }
}

/// Seconds in words.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}
