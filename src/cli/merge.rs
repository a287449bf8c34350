//! `merge`: tables of shards, or of folders from elsewhere, into one.

use std::path::{Path, PathBuf};

use secateur::results::{self, disk};
use secateur::{Error, Result};

use super::arguments::MergeArguments;
use super::ending::Ending;
use super::voice::Voice;
use super::{folder, print};

/// `secateur merge`.
pub(crate) fn merge(arguments: &MergeArguments, voice: Voice) -> Result<Ending> {
    let MergeArguments { results, from, out } = arguments;
    let target = match folder::find(results, out, |_| Ok(true))? {
        Some(folder) => folder,
        None if from.is_empty() => return Err(folder::absent(results, out)),
        None => out.join(results),
    };
    if from.is_empty() && !folder::has_trials(&target)? {
        return Err(folder::absent(results, out));
    }
    let sources: Vec<PathBuf> = from.iter().map(|f| source(f, out)).collect::<Result<_>>()?;
    let merged = results::merge(&target, &sources)?;
    merged.notes.iter().for_each(|note| voice.note(note));
    let name = target.display();
    print::text(&format!(
        "{} trials of {} tables are in {name}/trials.csv; {} rows were in more than one, equal to the bit",
        merged.trials, merged.tables, merged.duplicates,
    ))?;
    print::note(&format!(
        "`secateur fit {name}` fits them; `secateur study` runs what is missing, and draws"
    ));
    Ok(Ending::Done)
}

fn source(name: &str, out: &Path) -> Result<PathBuf> {
    // A path is what it says; only then may it be the name of a study.
    let direct = PathBuf::from(name);
    if disk::is_folder(&direct)? {
        return Ok(direct);
    }
    folder::find(name, out, |_| Ok(true))?.ok_or_else(|| {
        Error::usage(format!("there is no folder {name}"))
            .hint("give the folders of results that were made elsewhere")
    })
}
