//! Records → curves → thresholds → exponents → verdicts.
//!
//! ```text
//! trials ─► frame ─┬─► curves ──────────────┐
//!                  └─► resample (trials) ──┴─► threshold ─┬─► fit ─► exponent ─► verdict ─► write
//!                                                     ├─► advantage (of two series)
//!                                                     └─► expect (what the study expects)
//! ```
//!
//! Every estimate is a function of the records and of [`Options`] alone: neither the
//! order of the records nor the number of threads changes a digit, and another
//! threshold never needs another simulation.

pub mod advantage;
pub mod collapse;
pub mod compare;
pub mod diagnostics;
pub mod estimate;
pub mod expect;
pub mod exponent;
pub mod fit;
pub mod frame;
pub mod isotonic;
pub mod line;
pub mod resample;
pub mod resolve;
pub mod stats;
pub mod stored;
pub mod success;
pub mod threshold;
pub mod verdict;
pub mod write;

use crate::model::expectation::Expectation;
use crate::model::metric::Metric;
use crate::results::{CellTrials, Trials};
use crate::{Error, Result};

pub use estimate::Analysis;

use estimate::Exponent;
use expect::Grounds;
use exponent::{Crossings, OTHER_LEVELS};
use frame::Frame;
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

/// All estimates of one study: curves, n*(d), β and its verdicts, and what the study expects held
/// against them.
///
/// Series come in the order of [`crate::model::Problem`] and learner; the cells of a series in
/// order of d.
///
/// # Errors
/// A usage error for bad `options`; a run-time error if there are no trials, or if two cells
/// claim the same series and dimension.
pub fn analyse(
    study: &str,
    trials: &Trials,
    options: &Options,
    expectations: &[Expectation],
) -> Result<Analysis> {
    options.validate()?;
    if trials.is_empty() {
        return Err(Error::runtime(format!("study `{study}` has no trials to analyse"))
            .hint("run the study first; `trials.csv` has a header and no rows"));
    }
    one_cell_a_dimension(trials)?;
    let frame = Frame::new(trials)?;
    let curves = frame.curves(options.threshold)?;
    let ensembles = frame.ensembles(Metric::Risk, |risk| risk)?;
    let [low, high] = OTHER_LEVELS;
    let levels = [options.threshold, low, high];
    let crossings: Vec<Crossings> = curves
        .par_iter()
        .zip(&ensembles)
        .map(|(curve, ensemble)| {
            let mut crossings = threshold::cross(curve, ensemble, options, levels);
            crossings[0].threshold.logistic =
                success::crossing(&curve.ln_n(), ensemble, options.threshold);
            crossings
        })
        .collect();
    let same = |a: &Crossings, b: &Crossings| a[0].threshold.series == b[0].threshold.series;
    let series: Vec<&[Crossings]> = crossings.chunk_by(same).collect();
    let exponents: Vec<Exponent> =
        series.par_iter().filter_map(|cells| exponent::of_series(cells)).collect();
    let usual: Vec<&Crossing> = crossings.iter().map(|[usual, ..]| usual).collect();
    let advantages = advantage::advantages(&usual);
    let grounds = Grounds {
        options,
        trials,
        frame: &frame,
        curves: &curves,
        crossings: &usual,
        exponents: &exponents,
    };
    let mut judged = Vec::new();
    for expectation in expectations {
        judged.extend(grounds.judge(expectation)?);
    }
    let thresholds = usual.into_iter().map(|c| c.threshold.clone()).collect();
    Ok(Analysis {
        study: study.to_owned(),
        manifest: None,
        threshold: options.threshold,
        curves,
        thresholds,
        exponents,
        advantages,
        expectations: judged,
    })
}

fn one_cell_a_dimension(trials: &Trials) -> Result<()> {
    let same = |a: &CellTrials, b: &CellTrials| (&a.series, a.d) == (&b.series, b.d);
    let twins = trials.cells().windows(2).find(|pair| same(&pair[0], &pair[1]));
    twins.map_or(Ok(()), |pair| {
        let (CellTrials { key: a, series, d, .. }, b) = (&pair[0], &pair[1].key);
        Err(Error::runtime(format!("cells {a} and {b} are both {series} at d = {d}")).hint(
            "they differ in something a series does not name (width, keep, …): \
             give each setting a study of its own, or start afresh after changing it",
        ))
    })
}
