//! What no trial can have measured.

use super::{Record, UNKNOWN};

/// A value that no trial can have.
pub struct Fault {
    /// Name of the column.
    pub column: &'static str,
    /// The value found.
    pub found: String,
    /// What it should be.
    pub wanted: &'static str,
}

/// The first impossible value of a record, if there is one.
///
/// Only what the analysis uses is checked: d, n, α, q, the noise, and the risk of a successful trial.
#[must_use]
pub fn fault(record: &Record) -> Option<Fault> {
    let fault = |column, found: String, wanted| Some(Fault { column, found, wanted });
    if record.d == 0 {
        fault("d", record.d.to_string(), "at least 1")
    } else if record.n == 0 {
        fault("n", record.n.to_string(), "at least 1")
    } else if !(record.alpha.is_finite() || record.alpha == UNKNOWN) {
        fault("alpha", record.alpha.to_string(), "a finite number")
    } else if !(record.q.is_finite() || record.q == UNKNOWN) {
        fault("q", record.q.to_string(), "a finite number")
    } else if !(record.noise.is_finite() || record.noise == UNKNOWN) {
        fault("noise", record.noise.to_string(), "a finite number")
    } else if record.is_ok() && !(record.risk.is_finite() && record.risk >= 0.0) {
        fault("risk", record.risk.to_string(), "finite and at least 0, as the status is `ok`")
    } else {
        None
    }
}
