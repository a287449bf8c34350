//! `study`: plan, run what is missing, fit, plot, print.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use secateur::Result;
use secateur::analysis::{self, Analysis};
use secateur::results::Trials;
use secateur::study::cost;
use secateur::study::manifest::Manifest;
use secateur::study::search::Method;
use secateur::study::store;
use secateur::study::{self, Event, Job, Outcome, Plan, Store, Study, blind};
use secateur::words::duration;
use serde_json::json;

use super::arguments::StudyArguments;
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::voice::Voice;
use super::{Ending, folder, plan, print};

/// `secateur study`.
pub(crate) fn run(arguments: &StudyArguments) -> Result<Ending> {
    let selection = &arguments.selection;
    if arguments.dry_run {
        return plan::show(selection, arguments.shard, arguments.format);
    }
    let study = selection.read()?;
    let voice = Voice::new(arguments.format, arguments.quiet);
    let target = selection.folder(&study);
    // Nothing shall be left behind, or moved, by a study that is not run.
    let (none, mut agreed) = (Trials::default(), None);
    let mut agree = || plan::agreed(&study, arguments, &none).map(|plan| agreed = Some(plan));
    if arguments.fresh {
        if let Some(aside) = store::move_aside(&target, agree)? {
            voice.say("moved", &format!("earlier results are now in {}", aside.display()));
        }
    } else if !target.exists() {
        agree()?;
    }
    let store = Store::open(&target, arguments.shard)?;
    for note in store.notes() {
        voice.say("note", note);
    }
    for warning in blind::warnings(&study) {
        voice.say("warning", &warning);
    }
    let started = Instant::now();
    let interrupt = Interrupt::watch(how_to_go_on(&target));
    let (plan, rates) = agreed.map_or_else(|| plan::agreed(&study, arguments, store.done()), Ok)?;
    announce(&study, &plan, arguments.selection.threads(), voice);
    let manifest = Manifest::start(&study, arguments.shard, arguments.selection.threads());
    let job = Job {
        study: &study,
        shard: arguments.shard,
        store: &store,
        manifest: &manifest.id,
        threads: manifest.threads,
        rates: &rates,
        stop: interrupt.stop(),
    };
    let outcome = simulate(&job, &manifest, &Progress::new(&plan, arguments.progress, voice))?;
    let seconds = started.elapsed().as_secs_f64();
    let (ran, reused, failed) = (outcome.ran, outcome.reused, outcome.failed());
    let what = arguments.shard.map_or(study.name.clone(), |s| format!("{}, shard {s}", study.name));
    let folder = target.display();
    let text = format!(
        "{what}: {ran} trials run in {seconds:.1} s, {reused} reused, {failed} failed; results in {folder}"
    );
    if voice == Voice::Events {
        let facts = json!({ "ran": ran, "reused": reused, "failed": failed, "seconds": seconds });
        voice.tell("ran", facts);
    } else {
        voice.say("ran", &text);
    }
    if let Some(code) = interrupt.code() {
        print::note(&how_to_go_on(&target));
        return Ok(Ending::Interrupted(code));
    }
    explain_failures(&outcome, voice);
    if arguments.shard.is_some() {
        voice.say(
            "next",
            &format!(
                "once all shards are done, the same command without --shard fits and draws; \
                 `secateur fit {folder}` shows what is there"
            ),
        );
    } else {
        finish(&job, &outcome, arguments, voice)?;
    }
    Ok(if failed > 0 { Ending::FailedTrials } else { Ending::Done })
}

/// Fits, draws and prints.
fn finish(
    job: &Job<'_>,
    outcome: &Outcome,
    arguments: &StudyArguments,
    voice: Voice,
) -> Result<()> {
    let study = job.study;
    if study.samples.search == Method::Bracket {
        let (spent, grid) = cost::spent_and_grid(study, &outcome.records);
        voice.say(
            "search",
            &format!(
                "the search read {spent:.1e} samples, {:.0} % of a fixed grid over the same sizes",
                100.0 * spent / grid
            ),
        );
    }
    if outcome.failed() == outcome.records.len() {
        voice.say("nothing", "no trial succeeded: there is nothing to fit or to draw");
        return Ok(());
    }
    let options = folder::options(study.samples.threshold);
    let trials = Trials::new(outcome.records.clone())?;
    let analysis = analysis::analyse(&trials, &study.asked(options.threshold), &options)?;
    let analysis = Analysis { manifest: Some(job.manifest.to_owned()), ..analysis };
    folder::report(&analysis, Some(job.store.folder()), arguments.format.into(), true)?;
    if !study.expected.is_empty() {
        voice.say("expected", &format!("expected: {}", study.expected));
    }
    Ok(())
}

/// Runs the job, and keeps the manifest that it names.
fn simulate(job: &Job<'_>, manifest: &Manifest, progress: &Progress) -> Result<Outcome> {
    manifest.write(job.store.folder())?;
    let outcome = study::run(job, &|event: Event<'_>| progress.observe(&event));
    progress.finish();
    let outcome = outcome?;
    if !job.stop.load(Ordering::Relaxed) {
        manifest.finished().write(job.store.folder())?;
    }
    Ok(outcome)
}

/// Says what is going to happen.
fn announce(study: &Study, plan: &Plan<'_>, threads: usize, voice: Voice) {
    if voice == Voice::Events {
        return voice.tell("plan", plan::as_json(study, plan, threads));
    }
    let wall = duration(plan.cpu_seconds() / threads as f64);
    voice.say(
        "plan",
        &format!(
            "{} ({}): {} cells, {} series, {threads} threads; expected {wall}",
            study.name,
            study.profile.name(),
            plan.cells.len(),
            plan.series(),
        ),
    );
    if let Some(text) = plan::resumption(plan) {
        voice.say("resumed", &text);
    }
}

fn how_to_go_on(target: &Path) -> String {
    format!(
        "interrupted: every finished trial is in {}; the same command goes on from there, \
         `secateur fit {0}` shows what is there",
        target.display()
    )
}

fn explain_failures(outcome: &Outcome, voice: Voice) {
    const SHOWN: usize = 3;
    let failed = outcome.records.iter().filter_map(|r| Some((r, r.outcome.as_ref().err()?)));
    let failed: Vec<_> = failed.collect();
    for (record, why) in failed.iter().take(SHOWN) {
        voice.say(
            "failed",
            &format!(
                "failed: {}, d = {}, n = {}, trial {}: {why}",
                record.series, record.d, record.n, record.trial
            ),
        );
    }
    if failed.len() > SHOWN {
        voice.say("failed", &format!("… and {} more: see the column status", failed.len() - SHOWN));
    }
}
