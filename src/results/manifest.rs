//! `manifest.json`: where the results of a folder come from.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::shard::Shard;
use super::{disk, machine};
use crate::error::Result;
use crate::sample::Key;

/// Name of the manifest in a results folder.
pub const MANIFEST: &str = "manifest.json";

/// Folder of the manifests of all runs that added trials, by identifier.
pub const MANIFESTS: &str = "manifests";

/// Provenance of a results folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Identifier of all that follows but the shard, threads, count and times: the column
    /// `manifest` of the tables names it, and `manifests/….json` holds it.
    #[serde(default)]
    pub id: String,
    /// Name of the study.
    pub study: String,
    /// Its claim.
    pub claim: String,
    /// Profile that was run.
    pub profile: String,
    /// What the command changed in the study: assignments `key=value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
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
    /// Instruction set that the numerics run with; see [`crate::sample::simd::arithmetic`] for
    /// which ones give the same bits.
    #[serde(default)]
    pub simd: String,
    /// The shard k/N that was run, if not all.
    #[serde(default)]
    pub shard: Option<Shard>,
    /// Threads of the run.
    pub threads: usize,
    /// Which run in its folder it was, from 1: the latest has the largest. 0 in manifests that
    /// are older than this count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub run: u64,
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
    /// The same, under its identifier.
    #[must_use]
    pub fn identified(self) -> Self {
        Self { id: self.identifier(), ..self }
    }

    /// Hash of what decides the trials and where they come from. A field that is new has to be
    /// left out where it is empty: the identifiers of older manifests must not change.
    fn identifier(&self) -> String {
        let lasting = Self {
            id: String::new(),
            shard: None,
            threads: 0,
            run: 0,
            started: 0,
            finished: None,
            ..self.clone()
        };
        let text = serde_json::to_string(&lasting).unwrap_or_default();
        format!("{:016x}", Key::root(0).named(&text).bits())
    }

    /// The same, of a run that finished now.
    #[must_use]
    pub fn finished(&self) -> Self {
        Self { finished: Some(machine::now()), ..self.clone() }
    }

    /// The same, as the next run in `folder`.
    ///
    /// # Errors
    /// When the manifests that are there cannot be read.
    pub fn begin(&self, folder: &Path) -> Result<Self> {
        let mut run = 0;
        for path in manifests(folder)?.into_iter().chain(copies(folder)?) {
            match Look::at(&path)? {
                Look::Whole(manifest) => {
                    run = run.max(manifest.run);
                    manifest.keep(folder)?;
                }
                Look::Nothing | Look::Damaged(_) => {}
            }
        }
        Ok(Self { run: run + 1, ..self.clone() })
    }

    /// Writes the manifest into `folder`, replacing an older one in one step: among the
    /// `manifests` by its identifier, and as `manifest.json`, or that of its shard.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let name = self.shard.map_or(MANIFEST.to_owned(), |s| s.file("manifest", ".json"));
        self.write_copy(folder)?;
        self.write_as(&folder.join(name))
    }

    /// Sees to it that the `manifests` of `folder` have this one.
    ///
    /// # Errors
    /// When they cannot be read and written.
    pub fn keep(&self, folder: &Path) -> Result<()> {
        match Look::at(&copy(folder, &self.id))? {
            Look::Whole(_) => Ok(()),
            Look::Nothing | Look::Damaged(_) => self.write_copy(folder),
        }
    }

    fn write_copy(&self, folder: &Path) -> Result<()> {
        let all = folder.join(MANIFESTS);
        disk::make_folder(&all)?;
        disk::sweep(&all);
        self.write_as(&copy(folder, &self.id))
    }

    fn write_as(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(|e| disk::unwritable(path, &e))?;
        disk::replace(path, (text + "\n").as_bytes())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A file that should be a manifest.
#[derive(Clone, Debug)]
pub enum Look {
    /// There is no such file.
    Nothing,
    /// It is not as it was written: why not.
    Damaged(String),
    /// It is one, as it was written.
    Whole(Box<Manifest>),
}

impl Look {
    /// What is at `path`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn at(path: &Path) -> Result<Self> {
        let Some(text) = disk::read_if_there(path)? else { return Ok(Self::Nothing) };
        Ok(match serde_json::from_slice::<Manifest>(&text) {
            Err(_) if text.trim_ascii().is_empty() => Self::Damaged("it is empty".to_owned()),
            Err(error) => Self::Damaged(error.to_string()),
            Ok(manifest) if manifest.id != manifest.identifier() => {
                Self::Damaged("its content is not that of its id".to_owned())
            }
            Ok(manifest) => Self::Whole(Box::new(manifest)),
        })
    }
}

/// Where `folder` keeps the manifest that rows of its tables call `id`.
fn copy(folder: &Path, id: &str) -> PathBuf {
    folder.join(MANIFESTS).join(format!("{id}.json"))
}

/// The files of the manifests in `folder` that rows of its tables may name.
///
/// # Errors
/// When they cannot be listed.
pub fn copies(folder: &Path) -> Result<Vec<PathBuf>> {
    let all = folder.join(MANIFESTS);
    let mut names = disk::list(&all)?;
    names.retain(|name| Path::new(name).extension().is_some_and(|e| e == "json"));
    Ok(names.iter().map(|name| all.join(name)).collect())
}

/// The files of `manifest.json` and of the manifests of shards in `folder`.
///
/// # Errors
/// When the folder cannot be listed.
pub fn manifests(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut names = disk::list(folder)?;
    names.retain(|n| n == MANIFEST || Shard::of_file(n, "manifest", ".json").is_some());
    Ok(names.iter().map(|name| folder.join(name)).collect())
}
