//! Commands about results: `fit`, `plot`, and the report at the end of `study`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use secateur::analysis::{self, Analysis, Options};
use secateur::cluster::quote;
use secateur::model::Asked;
use secateur::report::page::{Card, Origin, write_index, write_page};
use secateur::report::{Choice, Form};
use secateur::results::disk::{self, Kind};
use secateur::results::manifest::{MANIFEST, Manifest};
use secateur::results::{self, Gathered, Record, TRIALS, Trials, provenance, tables};
use secateur::study::plan::survey::{State, survey};
use secateur::study::{self, Limits, Study, is_setting};
use secateur::{Error, Result, report};

use super::arguments::{
    FitArguments, FolderArguments, PlotArguments, ReportArguments, TableFormat,
};
use super::ending::Ending;
use super::print;
use super::voice::Voice;
use super::wanted::Wanted;

/// Options of the analysis at threshold `threshold`.
pub(crate) fn options(threshold: f64) -> Options {
    Options { threshold, ..Options::default() }
}

/// Writes tables into `folder`, if there is one, and prints the exponents.
pub(crate) fn report(
    analysis: &Analysis,
    folder: Option<&Path>,
    format: TableFormat,
) -> Result<()> {
    if let Some(folder) = folder {
        analysis::write::write(folder, analysis)?;
    }
    let Some(form) = format.form() else { return print::json(analysis) };
    // Between tables of values there are no words.
    let conclusion = (form != Form::Csv).then(|| report::conclusion(analysis));
    let notes = (form == Form::Text).then(|| report::notes(analysis).join("\n"));
    print::sections(&[
        report::exponent_table(analysis, form),
        conclusion.unwrap_or_default(),
        report::expectation_table(analysis, form),
        notes.unwrap_or_default(),
    ])
}

/// `secateur fit`: thresholds, exponents and verdicts again.
pub(crate) fn fit(arguments: &FitArguments, voice: Voice) -> Result<Ending> {
    let found = Found::locate(&arguments.folder, voice)?;
    let analysis = found.analyse()?;
    let mut folder = found.prepare()?;
    if let Some(read_only) = folder
        && has_trials(read_only)?
        && !disk::may_write(read_only)?
    {
        let shown = read_only.display();
        voice.note(&format!("{shown} may not be written: the tables are printed only"));
        folder = None;
    }
    report(&analysis, folder, arguments.format)?;
    if let Some(folder) = folder {
        found.page(folder, &analysis)?;
    }
    if let Some(form) = arguments.format.form().filter(|_| arguments.details) {
        print::text(&format!("\n{}", report::details_table(&analysis, form)))?;
    }
    Ok(Ending::Done)
}

/// `secateur plot`: figures again.
pub(crate) fn plot(arguments: &PlotArguments, voice: Voice) -> Result<Ending> {
    let PlotArguments { folder, beside, figure, series, width, pdf } = arguments;
    let wanted = Wanted::parse(series)?;
    let found = Found::locate(folder, voice)?;
    let other = |results: &String| {
        Found::locate(&FolderArguments { results: results.clone(), ..folder.clone() }, voice)?
            .analyse()
            .map(|analysis| of_series(analysis, &wanted))
    };
    let others = beside.iter().map(other).collect::<Result<Vec<_>>>()?;
    let analysis = found.analyse()?;
    let folder = found.prepare()?.ok_or_else(|| {
        Error::usage(format!("there is no folder for the figures of {}", arguments.folder.results))
            .hint("name one with --out FOLDER: they go to FOLDER/FILE/figures")
    })?;
    let choice = Choice { figures: figure.clone(), width: *width, pdf: *pdf };
    let figures = folder.join("figures");
    let files = if figure.is_empty() && series.is_empty() && width.is_none() {
        let mut files = report::draw_beside(&analysis, &others, &choice, &figures)?;
        files.push(found.page(folder, &analysis)?);
        files
    } else {
        disk::make_folders(&figures)?;
        let analysis = of_series(analysis, &wanted);
        report::draw_beside(&analysis, &others, &choice, &figures.join("chosen"))?
    };
    files.iter().try_for_each(|path| print::text(&path.display().to_string()))?;
    Ok(Ending::Done)
}

/// The same of the series that are `wanted`.
fn of_series(analysis: Analysis, wanted: &Wanted) -> Analysis {
    let mut analysis = analysis;
    analysis.curves.retain(|curve| wanted.holds(&curve.series));
    analysis.thresholds.retain(|cell| wanted.holds(&cell.series));
    analysis.exponents.retain(|fit| wanted.holds(&fit.series));
    analysis.pooled.retain(|fit| wanted.holds(&fit.series));
    analysis.expectations.retain(|one| one.series.as_ref().is_none_or(|s| wanted.holds(s)));
    analysis
}

/// `secateur report`: the pages of results again, and of several the index.
pub(crate) fn pages(arguments: &ReportArguments, voice: Voice) -> Result<Ending> {
    let ReportArguments { results, out, threshold } = arguments;
    let home = out.as_deref().unwrap_or(Path::new("results"));
    let mut cards = Vec::new();
    for name in results {
        let found = Found::at(name, out.as_deref(), *threshold, voice)?;
        let analysis = found.analyse()?;
        let folder = found.prepare()?.ok_or_else(|| {
            Error::usage(format!("there is no folder for the page of {name}"))
                .hint("name one with --out FOLDER: it goes to FOLDER/FILE/report.html")
        })?;
        let page = found.page(folder, &analysis)?;
        let link = page.strip_prefix(home).unwrap_or(&page).to_string_lossy().into_owned();
        cards.push(Card::new(&analysis, &found.origin(""), &link));
        print::text(&page.display().to_string())?;
    }
    if cards.len() > 1 {
        disk::make_folders(home)?;
        print::text(&write_index(home, &cards)?.display().to_string())?;
    }
    Ok(Ending::Done)
}

/// Trials on disk.
pub(crate) struct Found {
    /// Where their tables and figures belong, if anywhere.
    folder: Option<PathBuf>,
    /// The manifest of the latest run.
    manifest: Option<Manifest>,
    /// Its study, if that can be read.
    study: Option<Study>,
    trials: Trials,
    options: Options,
    asked: Asked,
}

impl Found {
    /// The trials that `results` names: a study below `out`, a folder, or a table.
    pub(crate) fn locate(arguments: &FolderArguments, voice: Voice) -> Result<Self> {
        let FolderArguments { results, out, threshold, log_power } = arguments;
        let found = Self::at(results, out.as_deref(), *threshold, voice)?;
        Ok(found.with_log_power(*log_power))
    }

    /// With another largest power of ln d for every prediction, if there is one.
    pub(crate) fn with_log_power(self, log_power: Option<f64>) -> Self {
        Self { options: Options { log_power, ..self.options }, ..self }
    }

    fn at(results: &str, out: Option<&Path>, threshold: Option<f64>, voice: Voice) -> Result<Self> {
        let home = out.unwrap_or(Path::new("results"));
        let path = Path::new(results);
        if let Some(folder) = find(results, home, has_trials)? {
            return Self::of_folder(folder, threshold, voice)?.with_limits(voice);
        }
        match disk::kind(path)? {
            None | Some(Kind::Folder) => Err(absent(results, home)),
            Some(_) if path.file_name().is_some_and(|name| name == TRIALS) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                Self::of_folder(folder.to_owned(), threshold, voice)?.with_limits(voice)
            }
            Some(_) => Self::of_table(path, out, threshold, voice),
        }
    }

    /// The trials of a results folder, less those of cells that its study no longer has.
    pub(crate) fn of_folder(folder: PathBuf, threshold: Option<f64>, voice: Voice) -> Result<Self> {
        let (gathered, notes) = Gathered::read(&tables(&folder)?)?;
        let mut trials = gathered.trials()?;
        announce(&notes, trials.records(), voice);
        let manifest = manifest(&folder, trials.records(), threshold, voice)?;
        let all = trials.records().len();
        if let Some(manifest) = &manifest {
            let cells: HashSet<&str> = manifest.cells.iter().map(String::as_str).collect();
            trials = trials.retain(|cell| cells.contains(cell))?;
        }
        let left = trials.records().len();
        if left < all {
            voice.note(&format!(
                "{} of {all} trials belong to an earlier version of the study and are left out",
                all - left
            ));
        }
        let name = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let called = match (&manifest, trials.records().first()) {
            (Some(manifest), _) => manifest.study.clone(),
            (None, Some(record)) => record.study.to_string(),
            (None, None) => name(),
        };
        let usual = manifest.as_ref().map_or(Options::default().threshold, |m| m.threshold);
        let options = options(threshold.unwrap_or(usual));
        let study = manifest.as_ref().and_then(|m| study_of(m, &trials, voice));
        let asked = study.as_ref().map_or_else(Asked::default, |s| s.asked(options.threshold));
        let asked = Asked { study: called, ..asked };
        Ok(Self { folder: Some(folder), manifest, study, trials, options, asked })
    }

    /// With what the limit simulation says of its cells, where something is held against that.
    fn with_limits(self, voice: Voice) -> Result<Self> {
        let Self { folder: Some(folder), study: Some(study), options, asked, .. } = &self else {
            return Ok(self);
        };
        let (keep, stop, told) =
            (disk::may_write(folder)?, &AtomicBool::new(false), &limits(voice));
        let limits = Limits { folder, keep, threads: options.threads, stop, told };
        let limits = limits.points(study, options.threshold)?;
        let asked = Asked { limits, ..asked.clone() };
        Ok(Self { asked, ..self })
    }

    /// The trials of a table of any origin; its estimates go to `out`, if that is given.
    fn of_table(
        path: &Path,
        out: Option<&Path>,
        threshold: Option<f64>,
        voice: Voice,
    ) -> Result<Self> {
        let results::Loaded { records, notes } = results::read(path)?;
        announce(&notes, &records, voice);
        let Some(first) = records.first() else {
            return Err(Error::runtime(format!("{} has a header and no rows", path.display()))
                .hint("a row is a trial: its learner, dimension d, samples n, index and risk"));
        };
        let study = first.study.to_string();
        let folder = out.map(|out| out.join(path.file_stem().unwrap_or_default()));
        if let Some(folder) = &folder
            && disk::kind(&folder.join(TRIALS))?.is_some()
        {
            let message = format!("{} holds the trials of a study", folder.display());
            return Err(Error::usage(message)
                .hint("its tables are not overwritten: choose another --out, or rename the file"));
        }
        let options = options(threshold.unwrap_or(Options::default().threshold));
        let trials = Trials::new(records)?;
        let asked = Asked { study, ..Asked::default() };
        Ok(Self { folder, manifest: None, study: None, trials, options, asked })
    }

    /// All estimates.
    pub(crate) fn analyse(&self) -> Result<Analysis> {
        let analysis = analysis::analyse(&self.trials, &self.asked, &self.options)?;
        Ok(Analysis { manifest: self.manifest.as_ref().map(|m| m.id.clone()), ..analysis })
    }

    fn origin<'a>(&'a self, command: &'a str) -> Origin<'a> {
        Origin { manifest: self.manifest.as_ref(), command }
    }

    /// Writes the page into `folder`.
    fn page(&self, folder: &Path, analysis: &Analysis) -> Result<PathBuf> {
        let command = quote(&folder.display().to_string());
        write_page(
            folder,
            analysis,
            (&self.trials, &self.asked),
            &self.options,
            &self.origin(&command),
        )
    }

    /// Its trials.
    pub(crate) fn records(&self) -> &[Record] {
        self.trials.records()
    }

    /// The command that runs what would settle open verdicts, if these are a study's results.
    pub(crate) fn settling(&self) -> Option<String> {
        let (folder, manifest) = (self.folder.as_ref()?, self.manifest.as_ref()?);
        let profile = &manifest.profile;
        let sets = manifest.changes.iter().map(|change| format!(" --set {}", quote(change)));
        let sets: String = sets.collect();
        let home = folder.parent().filter(|home| *home != Path::new("results"));
        let out = home.map(|home| format!(" --out {}", home.display())).unwrap_or_default();
        let study = &self.asked.study;
        let power = self.options.log_power.map(|power| format!(" --log-power {power}"));
        let power = power.unwrap_or_default();
        Some(format!("secateur study {study} --profile {profile}{sets} --settle{out}{power}"))
    }

    /// Makes the folder of the tables, if there is to be one.
    fn prepare(&self) -> Result<Option<&Path>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        disk::make_folders(folder)?;
        Ok(Some(folder))
    }
}

/// The manifest of the latest run in a folder, if it ever had one. One that is damaged or missing
/// decides nothing where the threshold is given.
fn manifest(
    folder: &Path,
    records: &[Record],
    threshold: Option<f64>,
    voice: Voice,
) -> Result<Option<Manifest>> {
    match (provenance::latest(folder, records), threshold) {
        (Err(error), Some(_)) => {
            voice.note(&format!(
                "{error}: every trial counts, and what the study expects is not judged"
            ));
            Ok(None)
        }
        (Ok(None), None) if !records.is_empty() => {
            let usual = Options::default().threshold;
            let shown = folder.display();
            voice.note(&format!("{shown} has no {MANIFEST}: thresholds are at {usual}"));
            Ok(None)
        }
        (found, _) => found,
    }
}

/// The study of a manifest; says what of it is missing.
fn study_of(manifest: &Manifest, trials: &Trials, voice: Voice) -> Option<Study> {
    let study = study::manifest::recorded(manifest).inspect_err(|error| {
        voice.note(&format!("law and expectations of the study are left out: {error}"));
    });
    let study = study.ok()?;
    if let Some(missing) = missing(&study, trials) {
        voice.note(&missing);
    }
    Some(study)
}

/// Says that so many cells are simulated in the limit, which may take a minute or two.
pub(crate) fn limits(voice: Voice) -> impl Fn(usize) {
    move |cells| {
        let plural = if cells == 1 { "" } else { "s" };
        voice.note(&format!("simulating the limit of {cells} cell{plural}, for predictions"));
    }
}

/// That cells of a study are not complete, and which, if so.
fn missing(study: &Study, trials: &Trials) -> Option<String> {
    const NAMED: usize = 3;
    let cells = survey(study, None, trials);
    let left: Vec<String> = cells
        .iter()
        .filter(|c| c.state != State::Done)
        .map(|c| {
            format!(
                "{}, alpha = {}, d = {}",
                c.series.setting.learner, c.series.setting.alpha, c.cell.d
            )
        })
        .collect();
    let more = left.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!("; and {more} more") };
    let first = left.get(..left.len() - more)?.join("; ");
    (!left.is_empty()).then(|| {
        format!(
            "partial results, {} of {} cells are not complete: {first}{rest}",
            left.len(),
            cells.len()
        )
    })
}

/// Notes on tables that were read, and how many of their trials failed, to standard error.
fn announce(notes: &[String], records: &[Record], voice: Voice) {
    for note in notes {
        voice.note(note);
    }
    let (all, failed) = (records.len(), records.iter().filter(|r| !r.is_ok()).count());
    if failed > 0 {
        voice.note(&format!(
            "{failed} of {all} trials failed (status other than `ok`): each counts as a risk of 1"
        ));
    }
}

/// The first of `out`/`name` and `name` that is a folder and `is` what is looked for.
pub(crate) fn find(
    name: &str,
    out: &Path,
    is: impl Fn(&Path) -> Result<bool>,
) -> Result<Option<PathBuf>> {
    // Nothing is in a file, whatever it is called.
    let inside = (disk::kind(out)? != Some(Kind::File)).then(|| out.join(name));
    for folder in inside.into_iter().chain([PathBuf::from(name)]) {
        if disk::is_folder(&folder)? && is(&folder)? {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

/// Whether a folder has a table of trials.
pub(crate) fn has_trials(folder: &Path) -> Result<bool> {
    Ok(!tables(folder)?.is_empty())
}

/// The names of the folders in `out` that hold trials, in alphabetical order.
pub(crate) fn folders(out: &Path) -> Result<Vec<String>> {
    let mut names = disk::list(out)?;
    names.retain(|name| has_trials(&out.join(name)).unwrap_or_default());
    names.sort();
    Ok(names)
}

/// That `results` names neither results below `out` nor a folder or file.
pub(crate) fn absent(results: &str, out: &Path) -> Error {
    let path = Path::new(results);
    let there = disk::kind(path).unwrap_or_default();
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) && there.is_none() {
        return Error::usage(format!("there is no file {results}"))
            .hint("give the path of a CSV file of trials, or the name of a study with results");
    }
    let error = Error::usage(format!("there are no results of `{results}`"));
    if there == Some(Kind::Folder) {
        return error.hint(format!(
            "the folder has no {TRIALS}; a table of another name is given by its path"
        ));
    }
    // What cannot be looked at is not suggested.
    let names = folders(out).unwrap_or_default();
    let settings: Vec<&String> = names.iter().filter(|name| is_setting(name, results)).collect();
    if let Some(first) = settings.first() {
        let count = settings.len();
        return error.hint(format!(
            "there are {count} of it with other settings, such as `{first}`: `secateur runs {results}`"
        ));
    }
    match secateur::error::nearest(results, names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!(
            "run `secateur study {results}` first, or give a folder with a {TRIALS}"
        )),
    }
}
