//! How a result was made, and how to make it again.

use maud::{Markup, html};

use super::embed::download;
use crate::analysis::estimate::Analysis;
use crate::analysis::write::tables;
use crate::report::format;
use crate::results::Manifest;
use crate::words::{date, duration};

/// Where the estimates of a page come from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The manifest of the run, if there is one.
    pub manifest: Option<&'a Manifest>,
    /// The results as a command names them, quoted for a shell.
    pub command: &'a str,
}

impl Origin<'_> {
    /// The claim of the study, if it is known.
    pub(super) fn claim(&self) -> Option<&str> {
        self.manifest.map(|m| m.claim.as_str())
    }

    /// What was changed in the study as it is written, if anything: `profile quick,
    /// model.noise=0.2`.
    pub(super) fn setting(&self) -> Option<String> {
        let m = self.manifest?;
        let profile = (m.profile != "standard").then(|| format!("profile {}", m.profile));
        let all: Vec<String> = profile.into_iter().chain(m.changes.iter().cloned()).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// A text of the study file: `expected`, say.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.manifest?.resolved.get(key)?.as_str()
    }

    /// Seed, machine, commit, commands, and the tables as downloads.
    pub(super) fn section(&self, analysis: &Analysis) -> Markup {
        html! {
            section id="made" {
                h2 { "How it was made" }
                @if let Some(m) = self.manifest { (facts(m)) }
                h3 { "Again" }
                pre tabindex="0" { (self.commands()) }
                h3 { "Tables" }
                p {
                    @if let Some(study) = self.study() {
                        (download(&format!("{}.toml", analysis.study), "text/plain", &study))
                        " (the study as it was run)"
                    }
                    @for (name, bytes) in tables(analysis).iter().filter(|(_, b)| !b.is_empty()) {
                        " · " (download(name, "text/csv", &String::from_utf8_lossy(bytes)))
                    }
                }
            }
        }
    }

    /// The study file of the run: that of the repository with all that the command changed in it.
    fn study(&self) -> Option<String> {
        let mut resolved = self.manifest?.resolved.clone();
        // TOML has no whole numbers above 2⁶³: the command gives the seed.
        resolved.as_object_mut()?.remove("seed");
        toml::to_string(&resolved).ok()
    }

    fn commands(&self) -> String {
        let Self { manifest, command } = self;
        let mut lines = Vec::new();
        if let Some(m) = manifest {
            lines.extend(
                m.commit.as_ref().map(|c| format!("git checkout {c} && cargo install --path .")),
            );
            lines.push(format!(
                "secateur study {}.toml --seed {}    # the file below",
                m.study, m.seed
            ));
        }
        lines.push(format!("secateur fit {command}    # the estimates again, from trials.csv"));
        lines.join("\n")
    }
}

fn facts(m: &Manifest) -> Markup {
    let commit = m.commit.clone().unwrap_or_else(|| "not known".to_owned());
    let changed = if m.dirty == Some(true) { ", with changes" } else { "" };
    let time = |from: u64| {
        m.finished.map(|to| format!(", in {}", duration(to.saturating_sub(from) as f64)))
    };
    let rows = [
        ("profile", m.profile.clone()),
        ("seed", m.seed.to_string()),
        ("threshold", format!("τ = {}", format::short(m.threshold))),
        ("cells", m.cells.len().to_string()),
        (
            "last run",
            format!(
                "{}{}, {} threads",
                date(m.started),
                time(m.started).unwrap_or_default(),
                m.threads
            ),
        ),
        (
            "machine",
            format!(
                "{}, {}, {}",
                m.processor.as_deref().unwrap_or("unknown processor"),
                m.platform,
                m.simd
            ),
        ),
        ("program", format!("secateur {}, commit {commit}{changed}", m.version)),
        ("manifest", m.id.clone()),
    ];
    html! { dl { @for (name, value) in &rows { dt { (name) } dd { (value) } } } }
}
