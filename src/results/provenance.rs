//! Which manifest a folder of results stands for, and which one a row.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::manifest::{Look, MANIFEST, MANIFESTS, Manifest, copies, manifests};
use super::record::Record;
use crate::error::{Error, Result};

/// The manifest of the latest run in `folder`, whose tables hold `records`; none if it never
/// had one.
///
/// Runs are counted in their manifests, and clocks are not asked: those of two machines may
/// disagree. Among manifests of one count the one that most rows name is taken.
///
/// # Errors
/// When a manifest cannot be read, is damaged, or is missing though there were some.
pub fn latest(folder: &Path, records: &[Record]) -> Result<Option<Manifest>> {
    let mut whole = Vec::new();
    for path in manifests(folder)? {
        match Look::at(&path)? {
            Look::Whole(manifest) => whole.push(*manifest),
            Look::Damaged(why) => return Err(damaged(folder, &path, &why, records)),
            // Removed since the folder was listed.
            Look::Nothing => return Err(damaged(folder, &path, "it has vanished", records)),
        }
    }
    let latest = latest_of(whole, records);
    let had = records.iter().any(|r| r.manifest.is_some()) || !copies(folder)?.is_empty();
    if latest.is_none() && had {
        return Err(damaged(folder, &folder.join(MANIFEST), "it is missing", records));
    }
    Ok(latest)
}

/// Of `found` the one with the largest count of runs, then the one that most of `records` name.
fn latest_of(found: Vec<Manifest>, records: &[Record]) -> Option<Manifest> {
    let mut named: HashMap<&str, usize> = HashMap::new();
    for id in records.iter().filter_map(|record| record.manifest.as_deref()) {
        *named.entry(id).or_default() += 1;
    }
    let rows = |m: &Manifest| named.get(m.id.as_str()).copied().unwrap_or_default();
    let key = |m: &Manifest| (m.run, rows(m), m.shard.is_none(), m.id.clone());
    found.into_iter().max_by_key(key)
}

/// The whole ones of the manifests at `paths`.
fn whole(paths: Vec<PathBuf>) -> Vec<Manifest> {
    let look = |path: PathBuf| match Look::at(&path) {
        Ok(Look::Whole(manifest)) => Some(*manifest),
        _ => None,
    };
    paths.into_iter().filter_map(look).collect()
}

/// That the threshold, the cells and the expectations of `folder` are not known.
fn damaged(folder: &Path, path: &Path, why: &str, records: &[Record]) -> Error {
    let good = latest_of(whole(copies(folder).unwrap_or_default()), records);
    let bring = match good {
        Some(good) => format!("copy {MANIFESTS}/{}.json of the folder over it", good.id),
        None => "bring it back from where the results were made".to_owned(),
    };
    Error::runtime(format!("{} cannot be used: {why}", path.display())).hint(format!(
        "it says at which risk the thresholds are, and which trials belong to the study; {bring}, \
         or run `secateur study` again, which writes it; `secateur fit {} --threshold RISK` does \
         without it",
        folder.display()
    ))
}

/// The manifest that `record`, a row of a table in `folder`, names; of a row that names none
/// that of the latest run.
///
/// # Errors
/// When it cannot be read, or is nowhere in the folder as it was written.
pub fn of_row(folder: &Path, record: &Record) -> Result<Manifest> {
    let id = record.manifest.as_deref().unwrap_or_default();
    let all = folder.join(MANIFESTS);
    let missing = |why: &str| {
        Error::runtime(format!("{} has no manifest {id}{why}", folder.display())).hint(
            "manifests/ and manifest.json say what was run: bring them back from where the results \
             were made; `secateur merge` brings those of other folders here",
        )
    };
    if id.is_empty() {
        return latest(folder, std::slice::from_ref(record))?.ok_or_else(|| missing(""));
    }
    let found = Look::at(&all.join(format!("{id}.json")))?;
    if let Look::Whole(manifest) = &found
        && manifest.id == id
    {
        return Ok(*manifest.clone());
    }
    // Others may say the same.
    let same = whole(manifests(folder)?).into_iter().find(|manifest| manifest.id == id);
    same.ok_or_else(|| match found {
        Look::Damaged(why) => missing(&format!(" that is whole: {why}")),
        Look::Whole(_) => missing(" that is whole: its file holds another"),
        Look::Nothing => missing(""),
    })
}

/// Brings the manifests of the folders `sources` into `folder`, mends those that are damaged
/// there and whole elsewhere, and makes `manifest.json` the one of the latest run. Of several
/// folders it is that of the one whose manifest has most of the merged `records` among its
/// cells. Returns what the user should know.
///
/// # Errors
/// When they cannot be read or written.
pub fn collect(folder: &Path, sources: &[PathBuf], records: &[Record]) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let mut found = Vec::new();
    for place in std::iter::once(folder).chain(sources.iter().map(PathBuf::as_path)) {
        let latest = latest_whole(place, folder, records, &mut notes)?;
        found.extend(latest.map(|manifest| (covered(&manifest, records), place, manifest)));
    }
    // The first of those with the most.
    let most = found.iter().map(|(covered, ..)| *covered).max();
    let Some((_, _, chosen)) = found.iter().find(|(covered, ..)| Some(*covered) == most) else {
        return Ok(notes);
    };
    for (_, place, other) in found.iter().filter(|(.., m)| m.threshold != chosen.threshold) {
        notes.push(format!(
            "{} was run for thresholds at the risk {}; they are now at {}, where most trials come \
             from: `secateur fit --threshold` chooses another",
            place.display(),
            other.threshold,
            chosen.threshold,
        ));
    }
    Manifest { shard: None, ..chosen.clone() }.begin(folder)?.write(folder)?;
    Ok(notes)
}

/// The manifest of the latest run in `place`, of those that are whole; all of them are kept in
/// `folder`.
fn latest_whole(
    place: &Path,
    folder: &Path,
    records: &[Record],
    notes: &mut Vec<String>,
) -> Result<Option<Manifest>> {
    let mut look = |paths: Vec<PathBuf>| -> Result<_> {
        let (mut found, mut all_whole) = (Vec::new(), !paths.is_empty());
        for path in paths {
            match Look::at(&path)? {
                Look::Nothing => {}
                Look::Whole(manifest) => {
                    manifest.keep(folder)?;
                    found.push(*manifest);
                }
                Look::Damaged(why) => {
                    all_whole = false;
                    notes.push(format!("{} is not used: {why}", path.display()));
                }
            }
        }
        Ok((found, all_whole))
    };
    let ((mut found, all_whole), (kept, _)) = (look(manifests(place)?)?, look(copies(place)?)?);
    if !all_whole {
        // The one that is damaged or missing is among those that rows name.
        found.extend(kept);
    }
    Ok(latest_of(found, records))
}

/// How many of `records` belong to the study that `manifest` is of.
fn covered(manifest: &Manifest, records: &[Record]) -> usize {
    let cells: HashSet<&str> = manifest.cells.iter().map(String::as_str).collect();
    records.iter().filter(|record| cells.contains(&*record.cell)).count()
}
