//! The steps of `study`: plan, run what is missing, fit, draw and print.

#![expect(clippy::disallowed_methods, reason = "it says how long the run took")]

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Instant;

use secateur::Result;
use secateur::analysis::{self, Analysis};
use secateur::cluster::quote;
use secateur::model::Asked;
use secateur::report::draw_all;
use secateur::report::page::{Origin, write_page};
use secateur::results::{self, Manifest, Store, Trials, disk, provenance};
use secateur::study::plan::cost::{self, Prices};
use secateur::study::search::bracket::Method;
use secateur::study::{self, Job, Limits, Outcome, Plan, Study};

use super::arguments::StudyArguments;
use super::event::{Event, Failure};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::voice::Voice;
use super::{folder, plan};

/// The estimates of a study, and what they are made of.
pub(crate) struct Fitted {
    trials: Trials,
    asked: Asked,
    options: analysis::Options,
    analysis: Analysis,
}

/// A run of a study in its folder.
pub(crate) struct Run<'a> {
    study: &'a Study,
    arguments: &'a StudyArguments,
    voice: Voice,
    folder: PathBuf,
    store: Store,
    interrupt: Interrupt,
    manifest: Manifest,
    /// The plan, where it was agreed to before anything was touched.
    agreed: Option<(Plan<'a>, Prices)>,
}

impl<'a> Run<'a> {
    /// Opens the folder of the study. Nothing is left behind, or moved, by one that is not run.
    pub(crate) fn open(
        study: &'a Study,
        arguments: &'a StudyArguments,
        voice: Voice,
    ) -> Result<Self> {
        let folder = arguments.selection.folder(study);
        let (none, mut agreed) = (Trials::default(), None);
        let mut agree =
            || plan::agreed(study, arguments, &none, voice).map(|plan| agreed = Some(plan));
        if arguments.fresh {
            if let Some(aside) = results::move_aside(&folder, agree)? {
                voice.tell(&Event::Moved { folder: aside.display().to_string() });
            }
        } else if disk::kind(&folder)?.is_none() {
            agree()?;
        }
        let store = Store::open(&folder, arguments.shard)?;
        store.notes().iter().for_each(|note| voice.note(note));
        for warning in study::foresee(study) {
            voice.warn(&warning);
        }
        let interrupt = Interrupt::watch(voice, folder.clone());
        let manifest =
            study::manifest::start(study, arguments.shard, arguments.selection.threads());
        let manifest = manifest.begin(&folder)?;
        Ok(Self { study, arguments, voice, folder, store, interrupt, manifest, agreed })
    }

    /// What is missing and what it costs, if that was agreed to.
    pub(crate) fn plan(&mut self) -> Result<(Plan<'a>, Prices)> {
        let Self { study, arguments, voice, .. } = *self;
        let agreed = self.agreed.take();
        let agreed =
            agreed.map_or_else(|| plan::agreed(study, arguments, self.store.done(), voice), Ok)?;
        voice.tell(&plan::event(&agreed.0, &agreed.1, arguments.selection.threads()));
        Ok(agreed)
    }

    /// Runs what is missing, and keeps the manifest that its rows name.
    pub(crate) fn simulate(&self, (plan, prices): &(Plan<'a>, Prices)) -> Result<Outcome> {
        let job = Job {
            study: self.study,
            shard: self.arguments.shard,
            store: &self.store,
            manifest: &self.manifest.id,
            threads: self.manifest.threads,
            prices,
            stop: self.interrupt.stop(),
        };
        let started = Instant::now();
        self.manifest.write(self.store.folder())?;
        let progress = Progress::new(plan, self.arguments.progress, self.voice);
        let outcome = study::run(&job, &|event| progress.observe(&event))?;
        drop(progress);
        if !job.stop.load(Ordering::Relaxed) {
            self.manifest.finished().write(self.store.folder())?;
        }
        self.tell_ran(&outcome, started.elapsed().as_secs_f64());
        Ok(outcome)
    }

    fn tell_ran(&self, outcome: &Outcome, seconds: f64) {
        let name = &self.study.name;
        self.voice.tell(&Event::Ran {
            study: self.arguments.shard.map_or(name.clone(), |s| format!("{name}, shard {s}")),
            ran: outcome.ran,
            reused: outcome.reused,
            failed: outcome.failed(),
            seconds,
            folder: self.folder.display().to_string(),
        });
    }

    /// The exit code of the signal that came, if one did.
    pub(crate) fn interrupted(&self) -> Option<u8> {
        let code = self.interrupt.code()?;
        self.voice.tell(&Event::interrupted(&self.folder, code));
        Some(code)
    }

    /// The estimates of a whole study, if a trial succeeded.
    pub(crate) fn fit(&self, outcome: &Outcome) -> Result<Option<Fitted>> {
        self.tell_failures(outcome);
        if self.arguments.shard.is_some() {
            self.voice.tell(&Event::Next { folder: self.folder.display().to_string() });
            return Ok(None);
        }
        let study = self.study;
        if study.samples.search == Method::Bracket {
            let (samples, grid) = cost::spent_and_grid(study, &outcome.records);
            self.voice.tell(&Event::Search { samples, share_of_grid: samples / grid });
        }
        if outcome.failed() == outcome.records.len() {
            self.voice.tell(&Event::Nothing);
            return Ok(None);
        }
        let options = analysis::Options {
            threads: self.manifest.threads,
            log_power: self.arguments.log_power,
            ..folder::options(study.samples.threshold)
        };
        let trials = Trials::new(outcome.records.clone())?;
        let limits = folder::limits(self.voice);
        let (folder, stop) = (self.store.folder(), self.interrupt.stop());
        let limits = Limits { folder, keep: true, threads: options.threads, stop, told: &limits };
        let limits = limits.points(study, options.threshold)?;
        let asked = Asked { limits, ..study.asked(options.threshold) };
        let analysis = analysis::analyse(&trials, &asked, &options)?;
        let analysis = Analysis { manifest: Some(self.manifest.id.clone()), ..analysis };
        Ok(Some(Fitted { trials, asked, options, analysis }))
    }

    /// Writes the tables, draws the figures and prints the verdicts.
    pub(crate) fn report(&self, fitted: &Fitted) -> Result<()> {
        let Fitted { trials, asked, options, analysis } = fitted;
        let (format, folder) = (self.arguments.format.into(), self.store.folder());
        draw_all(analysis, &folder.join("figures"))?;
        let manifest = provenance::latest(folder, trials.records())?;
        let command = quote(&folder.display().to_string());
        let origin = Origin { manifest: manifest.as_ref(), command: &command };
        let page = write_page(folder, analysis, (trials, asked), options, &origin)?;
        folder::report(analysis, Some(folder), format)?;
        let text = &self.study.expected;
        if !text.is_empty() {
            self.voice.tell(&Event::Expected { text });
        }
        self.voice.tell(&Event::Page { file: page.display().to_string() });
        Ok(())
    }

    fn tell_failures(&self, outcome: &Outcome) {
        const SHOWN: usize = 3;
        let failed = outcome.records.iter().filter_map(|r| Some((r, r.outcome.as_ref().err()?)));
        let first = failed.take(SHOWN).map(|(r, reason)| Failure {
            series: r.series.to_string(),
            d: r.d,
            n: r.n,
            trial: r.trial,
            reason,
        });
        let (trials, first) = (outcome.failed(), first.collect());
        if trials > 0 {
            self.voice.tell(&Event::Failed { trials, first });
        }
    }
}
