//! How a result was made, and how to make it again.

use maud::{Markup, html};

use super::embed::download;
use crate::analysis::estimate::Analysis;
use crate::analysis::write::tables;
use crate::report::format;
use crate::results::Manifest;

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
                        (download(&format!("{}.toml", analysis.study), "text/plain", study.as_bytes()))
                        " (the study as it was run)"
                    }
                    @for (name, bytes) in tables(analysis).iter().filter(|(_, b)| !b.is_empty()) {
                        " · " (download(name, "text/csv", bytes))
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
    let time =
        |from: u64| m.finished.map(|to| format!(", in {}", duration(to.saturating_sub(from))));
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

fn duration(seconds: u64) -> String {
    crate::words::duration(seconds as f64)
}

/// The day of `seconds` since 1970, UTC: Hinnant, *chrono-compatible low-level date algorithms*.
fn date(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    format!("{}-{month:02}-{of_month:02}", year + 400 * era + u64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_have_dates() {
        // By `date -u -d @SECONDS +%F`.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_794_000_000, "2026-11-06"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), day);
        }
    }
}
