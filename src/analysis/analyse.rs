//! From trials to all estimates of a study.

use rayon::prelude::*;

use super::Options;
use super::advantage;
use super::estimate::{Analysis, Exponent};
use super::expect::Grounds;
use super::exponent::{self, Crossings, OTHER_LEVELS};
use super::frame::Frame;
use super::success;
use super::threshold::{self, Crossing};
use crate::model::expectation::Expectation;
use crate::model::metric::Metric;
use crate::results::{CellTrials, Trials};
use crate::{Error, Result, threads};

/// All estimates of one study: curves, n*(d), β and its verdicts, and what the study expects held
/// against them.
///
/// Series come in the order of [`crate::model::Problem`] and learner; the cells of a series in
/// order of d.
///
/// # Errors
/// A usage error for bad `options`; a run-time error if there are no trials, if two cells
/// claim the same series and dimension, or if the threads cannot be started.
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
    let pool = threads::pool(options.threads)?;
    let crossings = curves.par_iter().zip(&ensembles).map(|(curve, ensemble)| {
        let mut crossings = threshold::cross(curve, ensemble, options, levels);
        crossings[0].threshold.logistic =
            success::crossing(&curve.ln_n(), ensemble, options.threshold);
        crossings
    });
    let crossings: Vec<Crossings> = pool.install(|| crossings.collect());
    let same = |a: &Crossings, b: &Crossings| a[0].threshold.series == b[0].threshold.series;
    let series: Vec<&[Crossings]> = crossings.chunk_by(same).collect();
    let exponents = series.par_iter().filter_map(|cells| exponent::of_series(cells));
    let exponents: Vec<Exponent> = pool.install(|| exponents.collect());
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
