//! What a manifest says of the study that was run.

use serde_json::Value as Json;

use super::cell::Cell;
use super::read::Study;
use crate::error::Result;
use crate::results::manifest::MANIFEST;
use crate::results::{Manifest, Shard, machine};
use crate::sample::{Key, simd};

/// The manifest of a run of `study`, or of a shard of it, that starts now.
#[must_use]
pub fn start(study: &Study, shard: Option<Shard>, threads: usize) -> Manifest {
    let manifest = Manifest {
        id: String::new(),
        study: study.name.clone(),
        claim: study.claim.clone(),
        profile: study.profile.name().to_owned(),
        changes: study.change.assignments.clone(),
        seed: study.seed,
        threshold: study.samples.threshold,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("SECATEUR_COMMIT").map(str::to_owned),
        dirty: option_env!("SECATEUR_DIRTY").map(|d| d == "true"),
        compiler: option_env!("SECATEUR_COMPILER").map(str::to_owned),
        platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        processor: machine::processor(),
        simd: simd::name().to_owned(),
        shard,
        threads,
        run: 0,
        started: machine::now(),
        finished: None,
        cells: study.cells().map(Cell::name).collect(),
        resolved: study.resolved.clone(),
    };
    manifest.identified()
}

/// The study that was run, to run of it again.
///
/// # Errors
/// When this version does not know some of its keys.
pub fn study(manifest: &Manifest) -> Result<Study> {
    let Manifest { study, resolved, seed, .. } = manifest;
    let shown = format!("{MANIFEST} of {study}");
    Study::of_resolved(study, &shown, resolved.clone(), *seed)
}

/// The study that was run, to judge its trials: files that a learner in another program depends on
/// are not read, wherever they are now and whatever they hold; its cells have the names that they
/// had.
///
/// # Errors
/// When this version does not know some of its keys.
pub fn recorded(manifest: &Manifest) -> Result<Study> {
    let mut resolved = manifest.resolved.clone();
    let learners = resolved.get_mut("learner").and_then(Json::as_object_mut);
    for learner in learners.into_iter().flat_map(|all| all.values_mut()) {
        learner.as_object_mut().map(|keys| keys.remove("depends"));
    }
    let mut study = self::study(&Manifest { resolved, ..manifest.clone() })?;
    study.resolved.clone_from(&manifest.resolved);
    let names: Vec<Option<Key>> = manifest.cells.iter().map(|name| key(name)).collect();
    if names.len() == study.cells().count() {
        let cells = study.series.iter_mut().flat_map(|series| {
            let foreign = series.setting.kind.is_none();
            series.cells.iter_mut().map(move |cell| (foreign, cell))
        });
        for ((_, cell), name) in cells.zip(names).filter(|((foreign, _), _)| *foreign) {
            cell.id = name.unwrap_or(cell.id);
        }
    }
    Ok(study)
}

/// The key that has this name, see [`Cell::name`].
fn key(name: &str) -> Option<Key> {
    u64::from_str_radix(name, 16).ok().map(Key::from_bits)
}
