//! `manifest.json`: where the results of a folder come from.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::machine;
use super::read::{Profile, Study};
use super::shard::Shard;
use crate::error::{Error, Result};
use crate::replace::replace_file;
use crate::sample::{Key, simd};

/// Name of the manifest in a results folder.
pub const MANIFEST: &str = "manifest.json";

/// Folder of the manifests of all runs that added trials, by identifier.
pub const MANIFESTS: &str = "manifests";

/// Provenance of a results folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Identifier of all that follows but the shard, threads and times: the column `manifest`
    /// of the tables names it, and `manifests/….json` holds it.
    #[serde(default)]
    pub id: String,
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
    /// Compiler that built it.
    #[serde(default)]
    pub compiler: Option<String>,
    /// Operating system and architecture.
    pub platform: String,
    /// Name of the processor, if known.
    pub processor: Option<String>,
    /// Instruction set that the numerics run with; results do not depend on it.
    #[serde(default)]
    pub simd: String,
    /// The shard k/N that was run, if not all.
    #[serde(default)]
    pub shard: Option<Shard>,
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
    /// The manifest of a run of `study`, or of a shard of it, that starts now.
    #[must_use]
    pub fn start(study: &Study, shard: Option<Shard>, threads: usize) -> Self {
        let mut manifest = Self {
            id: String::new(),
            study: study.name.clone(),
            claim: study.claim.clone(),
            profile: study.profile.name().to_owned(),
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
            started: machine::now(),
            finished: None,
            cells: study.cells().map(super::Cell::name).collect(),
            resolved: study.resolved.clone(),
        };
        manifest.id = manifest.identifier();
        manifest
    }

    /// Hash of what decides the trials and where they come from.
    fn identifier(&self) -> String {
        let lasting = Self { shard: None, threads: 0, started: 0, ..self.clone() };
        let text = serde_json::to_string(&lasting).unwrap_or_default();
        format!("{:016x}", Key::root(0).named(&text).bits())
    }

    /// The study that was run.
    ///
    /// # Errors
    /// When this version does not know some of its keys.
    pub fn study(&self) -> Result<Study> {
        let mut resolved = self.resolved.clone();
        // TOML has no whole numbers above 2⁶³.
        resolved.as_object_mut().map(|keys| keys.remove("seed"));
        let text = toml::to_string(&resolved).map_err(|e| {
            Error::runtime(format!("the manifest of {} is no study: {e}", self.study))
        })?;
        let shown = format!("{MANIFEST} of {}", self.study);
        let seed = format!("seed={}", self.seed);
        Study::parse(&self.study, &shown, &text, Profile::Standard, &[seed])
    }

    /// The same, of a run that finished now.
    #[must_use]
    pub fn finished(&self) -> Self {
        Self { finished: Some(machine::now()), ..self.clone() }
    }

    /// Writes the manifest into `folder`, replacing an older one in one step: as
    /// `manifest.json`, or that of its shard, and among the `manifests` by its identifier.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let name = self.shard.map_or(MANIFEST.to_owned(), |s| s.file("manifest", ".json"));
        let all = folder.join(MANIFESTS);
        for path in [folder.join(name), all.join(format!("{}.json", self.id))] {
            let failed = |e: &dyn std::fmt::Display| {
                Error::runtime(format!("cannot write {}: {e}", path.display()))
                    .hint("check the folder's permissions and free space")
            };
            fs::create_dir_all(&all).map_err(|e| failed(&e))?;
            let text = serde_json::to_string_pretty(self).map_err(|e| failed(&e))?;
            replace_file(&path, (text + "\n").as_bytes()).map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    /// The manifest of the latest run in `folder`, if there is a readable one.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Self> {
        manifests(folder).iter().filter_map(|path| Self::read_file(path)).max_by_key(|m| m.started)
    }

    /// The manifest that rows of the tables in `folder` call `id`.
    #[must_use]
    pub fn named(folder: &Path, id: &str) -> Option<Self> {
        Self::read_file(&folder.join(MANIFESTS).join(format!("{id}.json")))
    }

    fn read_file(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }
}

/// The files of `manifest.json` and of the manifests of shards in `folder`.
#[must_use]
pub fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_one = |n: &str| n == MANIFEST || Shard::of_file(n, "manifest", ".json").is_some();
    let named = entries.filter(|e| e.file_name().to_str().is_some_and(is_one));
    let mut paths: Vec<PathBuf> = named.map(|e| e.path()).collect();
    paths.sort();
    paths
}
