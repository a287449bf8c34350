//! `list`: the studies, what each asks, how long it takes, and what results here say.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use secateur::Result;
use secateur::results::Trials;
use secateur::study::plan::calibrate;
use secateur::study::plan::cost::Prices;
use secateur::study::read::catalogue::Source;
use secateur::study::{Plan, Profile, Study, is_setting};
use secateur::threads::available;
use secateur::words::duration;
use serde_json::{Value as Json, json};

use super::arguments::{Format, ListArguments};
use super::ending::Ending;
use super::folder::{folders, has_trials};
use super::print;
use super::runs::verdicts;

/// A line of the list.
struct Entry {
    name: String,
    source: Source,
    /// Its claim and the seconds of the profile `standard`, or why it cannot be read.
    study: Result<(String, f64)>,
    /// The folder of its results and what they come to, if there are any.
    results: Option<(PathBuf, String)>,
    /// How many folders hold results of it with other settings.
    settings: usize,
}

/// `secateur list`: every study with its claim, price and results; a broken one with its error.
pub(crate) fn list(arguments: &ListArguments) -> Result<Ending> {
    let studies = arguments.studies.catalogue().studies()?;
    let prices = Prices::new(calibrate::measure()?);
    let all = folders(&arguments.out).unwrap_or_default();
    let entries: Vec<Entry> = studies
        .into_par_iter()
        .map(|(name, source)| {
            let study = Study::read(&source, Profile::Standard, &[]);
            let study = study.map(|study| (study.claim.clone(), seconds(&study, &prices)));
            let results = results(&arguments.out.join(&name));
            let settings = all.iter().filter(|folder| is_setting(folder, &name)).count();
            Entry { name, source, study, results, settings }
        })
        .collect();
    match arguments.format {
        Format::Json => print::json(&entries.iter().map(Entry::json).collect::<Vec<_>>())?,
        Format::Text => print::text(&entries.iter().map(Entry::text).collect::<String>())?,
    }
    Ok(Ending::Done)
}

/// Seconds that all trials of a study take on all cores.
fn seconds(study: &Study, prices: &Prices) -> f64 {
    Plan::new(study, None, &Trials::default(), prices).cpu_seconds() / available() as f64
}

/// The folder and what its tables come to, if it has trials. What cannot be looked at does not
/// keep the list from being shown.
fn results(folder: &Path) -> Option<(PathBuf, String)> {
    has_trials(folder).ok().filter(|there| *there)?;
    Some((folder.to_owned(), verdicts(folder)))
}

impl Entry {
    fn text(&self) -> String {
        let Self { name, study, results, settings, .. } = self;
        let results =
            results.as_ref().map(|(folder, said)| format!("; {}: {said}", folder.display()));
        let settings = match settings {
            0 => String::new(),
            1 => "; 1 other setting".to_owned(),
            count => format!("; {count} other settings"),
        };
        match study {
            Err(error) => format!("{name}  (cannot be read: {error})\n"),
            Ok((claim, seconds)) => format!(
                "{name}  {}{}{settings}\n    {claim}\n",
                duration(*seconds),
                results.unwrap_or_default()
            ),
        }
    }

    fn json(&self) -> Json {
        let results = self.results.as_ref().map(
            |(folder, said)| json!({ "folder": folder.display().to_string(), "verdicts": said }),
        );
        let study = self.study.as_ref();
        json!({
            "study": self.name,
            "source": self.source.shown(),
            "claim": study.map_or_else(|e| format!("(cannot be read: {e})"), |s| s.0.clone()),
            "seconds": study.ok().map(|s| s.1),
            "results": results,
            "settings": self.settings,
        })
    }
}
