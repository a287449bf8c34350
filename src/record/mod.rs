//! Records: one row of `trials.csv` each, what a trial was and what it measured.

mod check;
mod column;
mod fault;
mod load;
mod name;
mod row;
mod unknown;
mod write;

pub use fault::{Fault, fault};
pub use load::{Loaded, parse, read};
pub use name::TrialName;
pub use unknown::{UNKNOWN, known, known_count};
pub use write::{fields, line};

use serde::Serialize;

/// A finished trial: one learner, one cell, one sample size, one trial index.
///
/// The fields are the columns of `trials.csv`, in this order, before the last: `check`, the
/// CRC-32 of the others but `seconds`, tells a damaged row from a whole one. A failed trial has a
/// `status` other than `ok` and not-a-number metrics; it is recorded, never dropped.
///
/// A table that another program wrote needs only the columns [`Record::REQUIRED`]. Where it
/// lacks others, what describes the target is *unknown*, and never printed as a number: an
/// empty link and input, 0 for k*, r and s ([`known_count`]), [`UNKNOWN`] for α, q and the noise. The cell is
/// named by its series and d, the study by the file, the status is `ok`, metrics and seconds
/// are not-a-number; `kept`, `width` and `seed`, which no estimate uses, are 0; the manifest is
/// empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// Name of the study.
    pub study: String,
    /// Key of the cell: a hash, 16 hexadecimal digits, of all that can change its numbers.
    pub cell: String,
    /// Name of the learner.
    pub learner: String,
    /// The link as written in the study.
    pub link: String,
    /// Information exponent k* of the link.
    pub k_star: u32,
    /// Number of relevant directions r.
    pub r: usize,
    /// Input dimension d.
    pub d: usize,
    /// Sparsity exponent α in [0, 1].
    pub alpha: f64,
    /// Norm exponent q in [0, 2) of the row sparsity; 0 counts non-zero rows.
    pub q: f64,
    /// Number of relevant rows s = max(r, round(d^α)).
    pub s: usize,
    /// Number of coordinates M that the learner kept.
    pub kept: usize,
    /// Network width m.
    pub width: usize,
    /// Total number of labelled samples n of all stages.
    pub n: u64,
    /// Trial index, from 0.
    pub trial: u32,
    /// The trial's derived seed.
    pub seed: u64,
    /// `ok`, or why the trial has no metrics.
    pub status: String,
    /// E(f − f*)² / Var f* on fresh samples.
    pub risk: f64,
    /// Mean over neurons of ‖Vᵀw‖ / ‖w‖, in [0, 1].
    pub alignment: f64,
    /// ‖V̂ᵀV‖_F² / r, V̂ the top r right singular vectors of the first layer, in [0, 1].
    pub subspace: f64,
    /// Share of the s relevant coordinates that were kept.
    pub recall: f64,
    /// Share of the kept coordinates that are relevant.
    pub precision: f64,
    /// ‖`V_kept`‖_F² / r, in [0, 1].
    pub mass: f64,
    /// `explicit` or `reduced`.
    pub simulation: String,
    /// Wall-clock seconds of this trial.
    pub seconds: f64,
    /// Standard deviation √Δ of the label noise.
    pub noise: f64,
    /// Law of the inputs by name, see [`crate::model::Input`]; empty if unknown.
    pub input: String,
    /// Pearson's correlation of scores and row norms ‖V_j‖₂; not-a-number, like the next two, for
    /// a learner that has no scores.
    pub pearson: f64,
    /// Spearman's.
    pub spearman: f64,
    /// Probability that a relevant coordinate scores above an irrelevant one.
    pub auc: f64,
    /// The manifest of the run that made the trial: `manifests/….json` beside the table.
    pub manifest: String,
}

impl Record {
    /// The columns of `trials.csv`.
    pub const COLUMNS: [&'static str; 31] = [
        "study",
        "cell",
        "learner",
        "link",
        "k_star",
        "r",
        "d",
        "alpha",
        "q",
        "s",
        "kept",
        "width",
        "n",
        "trial",
        "seed",
        "status",
        "risk",
        "alignment",
        "subspace",
        "recall",
        "precision",
        "mass",
        "simulation",
        "seconds",
        "noise",
        "input",
        "pearson",
        "spearman",
        "auc",
        "manifest",
        "check",
    ];

    /// The columns that every table of trials has, also one of another program.
    pub const REQUIRED: [&'static str; 5] = ["learner", "d", "n", "trial", "risk"];

    /// Whether the trial finished with finite metrics.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.status == "ok"
    }
}
