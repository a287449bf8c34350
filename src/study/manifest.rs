//! What a manifest says of the study that was run.

use super::cell::Cell;
use super::read::Study;
use crate::error::Result;
use crate::results::manifest::MANIFEST;
use crate::results::{Manifest, Shard, machine};
use crate::sample::simd;

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

/// The study that was run.
///
/// # Errors
/// When this version does not know some of its keys.
pub fn study(manifest: &Manifest) -> Result<Study> {
    let Manifest { study, resolved, seed, .. } = manifest;
    let shown = format!("{MANIFEST} of {study}");
    Study::of_resolved(study, &shown, resolved.clone(), *seed)
}
