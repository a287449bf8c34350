//! Records → curves → thresholds → exponents → verdicts.
//!
//! ```text
//! records ─ check ─► table (curves) ─┐
//!              └─► resample (trials) ──┴─► threshold ─┬─► fit ─► exponent ─► verdict ─► write
//!                                                     ├─► advantage (of two series)
//!                                                     └─► expect (what the study expects)
//! ```
//!
//! Every estimate is a function of the records and of [`Options`] alone: neither the
//! order of the records nor the number of threads changes a digit, and another
//! threshold never needs another simulation.

pub mod advantage;
pub mod against_law;
pub mod band;
mod check;
pub mod collapse;
pub mod compare;
pub mod diagnostics;
pub mod estimate;
pub mod expect;
pub mod exponent;
pub mod fit;
pub mod isotonic;
pub mod judge;
pub mod line;
pub mod mean;
pub mod resample;
pub mod resolve;
pub mod slope;
pub mod stats;
pub mod stored;
pub mod student;
pub mod success;
pub mod table;
pub mod threshold;
pub mod verdict;
pub mod write;

use crate::expectation::Expectation;
use crate::record::Record;
use crate::{Error, Result};

pub use estimate::Analysis;

use estimate::Exponent;
use expect::Grounds;
use exponent::{Crossings, OTHER_LEVELS};
use rayon::prelude::*;
use threshold::Crossing;

/// Replicates below which a 2.5 % percentile has no observation beyond it.
const FEWEST_REPLICATES: usize = 40;

/// What the analysis may vary; the records stay as they are.
///
/// | field | range | default |
/// |---|---|---|
/// | `threshold` | τ > 0, finite | 0.5 |
/// | `bootstrap` | B ≥ 40 replicates | 1000 |
/// | `seed` | any | 0 |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The risk τ that the median has to reach.
    pub threshold: f64,
    /// Bootstrap replicates B.
    pub bootstrap: usize,
    /// Seed of the bootstrap; each trial mixes in its own.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { threshold: 0.5, bootstrap: 1000, seed: 0 }
    }
}

impl Options {
    /// Refuses options that no estimate can be made with.
    ///
    /// # Errors
    /// A usage error if τ is not positive and finite, or if B < 40.
    pub fn validate(&self) -> Result<()> {
        if !(self.threshold.is_finite() && self.threshold > 0.0) {
            let message = format!("the threshold is {}, not a positive number", self.threshold);
            let hint = "the risk is a share of the target's variance: 0.5 is usual, 0.3 stricter";
            return Err(Error::usage(message).hint(hint));
        }
        if self.bootstrap < FEWEST_REPLICATES {
            let message = format!("{} bootstrap replicates are too few", self.bootstrap);
            let hint =
                format!("a 95 % interval needs at least {FEWEST_REPLICATES}; 1000 is the default");
            return Err(Error::usage(message).hint(hint));
        }
        Ok(())
    }
}

/// All estimates of one study: curves, n*(d), β and its verdicts.
///
/// Series come in order of link, k*, r, q, input, noise, α, learner; the cells of a series in order of d.
///
/// # Errors
/// A usage error for bad `options`; a run-time error if there are no records, if a record
/// is impossible (successful with a risk that is no number, n = 0, …) or doubled, or if
/// two cells claim the same series and dimension.
pub fn analyse(study: &str, records: &[Record], options: &Options) -> Result<Analysis> {
    analyse_expecting(study, records, options, &[])
}

/// [`analyse`], and what the study expects held against it.
///
/// # Errors
/// As [`analyse`].
pub fn analyse_expecting(
    study: &str,
    records: &[Record],
    options: &Options,
    expectations: &[Expectation],
) -> Result<Analysis> {
    options.validate()?;
    check::records(study, records)?;
    let curves = table::curves(records, options.threshold)?;
    let ensembles = resample::ensembles(records);
    let [low, high] = OTHER_LEVELS;
    let levels = [options.threshold, low, high];
    let crossings: Vec<Crossings> = curves
        .par_iter()
        .filter_map(|curve| {
            let ensemble = ensembles.get(curve.cell.as_str())?;
            let mut crossings = threshold::cross(curve, ensemble, options, levels);
            crossings[0].threshold.logistic =
                success::crossing(&curve.ln_n(), ensemble, options.threshold);
            Some(crossings)
        })
        .collect();
    let same = |a: &Crossings, b: &Crossings| a[0].threshold.series == b[0].threshold.series;
    let series: Vec<&[Crossings]> = crossings.chunk_by(same).collect();
    let exponents: Vec<Exponent> =
        series.par_iter().filter_map(|cells| exponent::of_series(cells)).collect();
    let usual: Vec<&Crossing> = crossings.iter().map(|[usual, ..]| usual).collect();
    let advantages = advantage::advantages(&usual);
    let grounds =
        Grounds { options, records, curves: &curves, crossings: &usual, exponents: &exponents };
    let expectations = expectations.iter().flat_map(|e| grounds.judge(e)).collect();
    let thresholds = usual.into_iter().map(|c| c.threshold.clone()).collect();
    Ok(Analysis {
        study: study.to_owned(),
        manifest: String::new(),
        threshold: options.threshold,
        curves,
        thresholds,
        exponents,
        advantages,
        expectations,
    })
}
