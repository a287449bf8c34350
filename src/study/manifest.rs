//! `manifest.json`: where the results of a folder come from.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::file::Study;
use crate::error::{Error, Result};
use crate::replace::replace_file;

/// Name of the manifest in a results folder.
pub const MANIFEST: &str = "manifest.json";

/// Provenance of a results folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the study.
    pub study: String,
    /// Its claim.
    pub claim: String,
    /// Profile that was run.
    pub profile: String,
    /// Seed of every random number.
    pub seed: u64,
    /// The risk τ of the thresholds.
    pub threshold: f64,
    /// Version of the program.
    pub version: String,
    /// Commit that it was built from, if known.
    pub commit: Option<String>,
    /// Whether the source differed from that commit.
    pub dirty: Option<bool>,
    /// Operating system and architecture.
    pub platform: String,
    /// Name of the processor, if known.
    pub processor: Option<String>,
    /// Threads of the run.
    pub threads: usize,
    /// Start of the last run, seconds since 1970 UTC.
    pub started: u64,
    /// End of the last run; absent while it runs or when it was interrupted.
    pub finished: Option<u64>,
    /// Keys of the cells that belong to the study as it was last run.
    pub cells: Vec<String>,
    /// The resolved study file.
    pub resolved: Json,
}

impl Manifest {
    /// The manifest of a run of `study` that starts now.
    #[must_use]
    pub fn start(study: &Study, threads: usize) -> Self {
        Self {
            study: study.name.clone(),
            claim: study.claim.clone(),
            profile: study.profile.name().to_owned(),
            seed: study.seed,
            threshold: study.samples.threshold,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("SECATEUR_COMMIT").map(str::to_owned),
            dirty: option_env!("SECATEUR_DIRTY").map(|d| d == "true"),
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            processor: processor(),
            threads,
            started: now(),
            finished: None,
            cells: study.cells().map(super::Cell::name).collect(),
            resolved: study.resolved.clone(),
        }
    }

    /// Marks the run as finished now.
    pub fn finish(&mut self) {
        self.finished = Some(now());
    }

    /// Writes the manifest into `folder`, replacing an older one in one step.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST);
        let failed = |e: &dyn std::fmt::Display| {
            Error::runtime(format!("cannot write {}: {e}", path.display()))
                .hint("check the folder's permissions and free space")
        };
        let text = serde_json::to_string_pretty(self).map_err(|e| failed(&e))?;
        replace_file(&path, (text + "\n").as_bytes()).map_err(|e| failed(&e))
    }

    /// The manifest of `folder`, if it has a readable one.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(MANIFEST)).ok()?).ok()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs())
}

fn processor() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|l| l.starts_with("model name"))?;
    Some(line.split(':').nth(1)?.trim().to_owned())
}
