//! Commands about results: `fit`, `plot`, and the report at the end of `study`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use secateur::analysis::{self, Analysis, Options};
use secateur::record::{self, Record};
use secateur::study::manifest::Manifest;
use secateur::study::store::TRIALS;
use secateur::{Error, Result, report};

use super::arguments::{FitArguments, FolderArguments, TableFormat};
use super::{Ending, print};

/// Options of the analysis at threshold `threshold`.
pub(crate) fn options(threshold: f64) -> Options {
    Options { threshold, ..Options::default() }
}

/// Analyses `records`, writes tables (and figures) into `folder`, prints the exponents.
pub(crate) fn report(
    study: &str,
    records: &[Record],
    options: &Options,
    folder: &Path,
    format: TableFormat,
    figures: bool,
) -> Result<Analysis> {
    let analysis = analysis::analyse(study, records, options)?;
    analysis::write::write(folder, &analysis)?;
    if figures {
        report::draw_all(&analysis, &folder.join("figures"))?;
    }
    match format {
        TableFormat::Json => print::json(&analysis),
        TableFormat::Markdown => print::text(&report::markdown_table(&analysis)),
        TableFormat::Text => {
            print::text(&report::exponent_table(&analysis));
            let notes = report::notes(&analysis);
            if !notes.is_empty() {
                print::text("");
                for note in &notes {
                    print::text(note);
                }
            }
        }
    }
    Ok(analysis)
}

/// `secateur fit`: thresholds, exponents and verdicts again.
pub(crate) fn fit(arguments: &FitArguments) -> Result<Ending> {
    let found = Found::load(&arguments.folder)?;
    let Found { study, records, options, folder } = &found;
    let analysis = report(study, records, options, folder, arguments.format, false)?;
    if arguments.details && arguments.format == TableFormat::Text {
        print::text(&format!("\n{}", report::details_table(&analysis)));
    }
    Ok(Ending::Done)
}

/// `secateur plot`: figures again.
pub(crate) fn plot(arguments: &FolderArguments) -> Result<Ending> {
    let found = Found::load(arguments)?;
    let analysis = analysis::analyse(&found.study, &found.records, &found.options)?;
    for path in report::draw_all(&analysis, &found.folder.join("figures"))? {
        print::text(&path.display().to_string());
    }
    Ok(Ending::Done)
}

/// Results on disk.
struct Found {
    folder: PathBuf,
    study: String,
    records: Vec<Record>,
    options: Options,
}

impl Found {
    fn load(arguments: &FolderArguments) -> Result<Self> {
        let folder = locate(&arguments.results, &arguments.out)?;
        let loaded = record::read(&folder.join(TRIALS))?;
        loaded.notes.iter().for_each(|n| print::note(&format!("note: {n}")));
        let manifest = Manifest::read(&folder);
        let mut records = loaded.records;
        let all = records.len();
        if let Some(manifest) = &manifest {
            let cells: HashSet<&String> = manifest.cells.iter().collect();
            records.retain(|r| cells.contains(&r.cell));
        }
        if records.len() < all {
            print::note(&format!(
                "note: {} of {all} trials belong to an earlier version of the study and are left out",
                all - records.len()
            ));
        }
        let study = match (&manifest, records.first()) {
            (Some(manifest), _) => manifest.study.clone(),
            (None, Some(record)) => record.study.clone(),
            (None, None) => arguments.results.clone(),
        };
        let usual = manifest.map_or(Options::default().threshold, |m| m.threshold);
        let options = options(arguments.threshold.unwrap_or(usual));
        Ok(Self { folder, study, records, options })
    }
}

/// The results folder that `results` names: itself, or one below `out`.
fn locate(results: &str, out: &Path) -> Result<PathBuf> {
    let direct = PathBuf::from(results);
    let named = out.join(results);
    let found = [named, direct].into_iter().find(|f| f.join(TRIALS).is_file());
    found.ok_or_else(|| {
        let names: Vec<String> = std::fs::read_dir(out)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|e| e.path().join(TRIALS).is_file())
            .filter_map(|e| e.file_name().to_str().map(str::to_owned))
            .collect();
        let error = Error::usage(format!("there are no results of `{results}`"));
        match secateur::error::nearest(results, names.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!(
                "run `secateur study {results}` first, or give a folder with a {TRIALS}"
            )),
        }
    })
}
