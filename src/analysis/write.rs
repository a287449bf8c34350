//! The tables of the analysis, each written whole or not at all.
//!
//! Every table begins with the columns that name a series and ends with the manifest of the run
//! whose trials were analysed and a check of the row. What is not known is an empty field.

use std::path::Path;

use serde::Serialize;

use super::estimate::{
    Advantage, Analysis, Censoring, Exponent, Interval, Judged, LawRow, Ratio, Threshold,
};
use super::judge::{BoundVerdict, Verdict};
use crate::Result;
use crate::model::problem::Series;
use crate::results::{disk, signed_table};

/// A row of `thresholds.csv`: one a cell.
#[derive(Serialize)]
struct ThresholdRow {
    d: usize,
    s: Option<usize>,
    threshold: f64,
    n_star: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    censored: Censoring,
    trials: usize,
    se_ln: Option<f64>,
    n_star_median: Option<f64>,
    law: Option<f64>,
    limit: Option<f64>,
    limit_se_ln: Option<f64>,
}

/// A row of `exponents.csv`: one a series, then one for what theory calls one number over several
/// α, whose α is empty.
#[derive(Serialize)]
struct ExponentRow {
    d_min: usize,
    d_max: usize,
    points: usize,
    threshold: f64,
    exponent: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    log_corrected: Option<f64>,
    log_corrected_low: Option<f64>,
    log_corrected_high: Option<f64>,
    predicted: Option<f64>,
    log_power: Option<f64>,
    rate_low: Option<f64>,
    rate_high: Option<f64>,
    within: Option<f64>,
    p: Option<f64>,
    verdict: Option<Verdict>,
    csq: Option<f64>,
    verdict_csq: Option<BoundVerdict>,
    contradiction: bool,
}

/// A row of `diagnostics.csv`: one a series. Local slopes are `d1-d2:slope`, further dimensions
/// `d`, separated by spaces.
#[derive(Serialize)]
struct DiagnosticRow {
    threshold: f64,
    points: usize,
    censored: usize,
    scatter: Option<f64>,
    exponent_03: Option<f64>,
    exponent_03_low: Option<f64>,
    exponent_03_high: Option<f64>,
    exponent_07: Option<f64>,
    exponent_07_low: Option<f64>,
    exponent_07_high: Option<f64>,
    leave_one_out_low: Option<f64>,
    leave_one_out_high: Option<f64>,
    local_slopes: String,
    resolve_trials: Option<usize>,
    resolve_trials_samples: Option<f64>,
    resolve_dimensions: String,
    resolve_dimensions_samples: Option<f64>,
}

/// A row of `law.csv`: one a learner and problem without its α.
#[derive(Serialize)]
struct KappaRow {
    cells: usize,
    kappa: Option<f64>,
    kappa_low: Option<f64>,
    kappa_high: Option<f64>,
    constant: Option<f64>,
    constant_low: Option<f64>,
    constant_high: Option<f64>,
    scatter: f64,
}

/// A row of `ratios.csv`: one a series and dimension that the unpruned one shares.
#[derive(Serialize)]
struct RatioRow {
    d: usize,
    threshold: f64,
    ratio: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    censored: Censoring,
    shared: usize,
}

/// A row of `advantages.csv`: one a series with an unpruned twin.
#[derive(Serialize)]
struct AdvantageRow {
    d_min: usize,
    d_max: usize,
    points: usize,
    censored: usize,
    threshold: f64,
    exponent: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    predicted: Option<f64>,
}

/// A row of `expectations.csv`: one a value that was judged, before it those of its cells, which
/// have a d and no verdict. A value of several series names none.
#[derive(Clone, Serialize)]
struct ExpectationRow {
    d: Option<usize>,
    threshold: f64,
    quantity: String,
    value: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    points: usize,
    censored: usize,
    bound: Option<Censoring>,
    relation: &'static str,
    predicted: f64,
    margin: f64,
    p: Option<f64>,
    verdict: Option<Verdict>,
    basis: &'static str,
    posterior: bool,
    claim: String,
}

/// Writes `thresholds.csv`, `exponents.csv`, `diagnostics.csv`, `ratios.csv`,
/// `advantages.csv`, `expectations.csv` and `law.csv` into the folder `dir`. Each appears under its name
/// only when complete; a table without a row is none.
///
/// # Errors
/// A run-time error if a file cannot be written.
pub fn write(dir: &Path, analysis: &Analysis) -> Result<()> {
    disk::sweep(dir);
    for (name, bytes) in tables(analysis) {
        let path = dir.join(name);
        if bytes.is_empty() { disk::remove(&path) } else { disk::replace(&path, &bytes) }?;
    }
    Ok(())
}

/// The tables by name; empty where there is nothing to tell.
#[must_use]
pub fn tables(analysis: &Analysis) -> [(&'static str, Vec<u8>); 7] {
    [
        ("thresholds.csv", thresholds(analysis)),
        ("exponents.csv", exponents(analysis)),
        ("diagnostics.csv", diagnostics(analysis)),
        ("ratios.csv", ratios(analysis)),
        ("advantages.csv", advantages(analysis)),
        ("expectations.csv", expectations(analysis)),
        ("law.csv", laws(analysis)),
    ]
}

/// The text of `thresholds.csv`.
#[must_use]
pub fn thresholds(analysis: &Analysis) -> Vec<u8> {
    table(analysis, analysis.thresholds.iter().map(|t| (&t.series, ThresholdRow::from(t))))
}

/// The text of `exponents.csv`.
#[must_use]
pub fn exponents(analysis: &Analysis) -> Vec<u8> {
    let all = analysis.exponents.iter().chain(&analysis.pooled);
    table(analysis, all.map(|e| (&e.series, ExponentRow::from(e))))
}

fn laws(analysis: &Analysis) -> Vec<u8> {
    table(analysis, analysis.laws.iter().map(|law| (&law.series, KappaRow::from(law))))
}

fn diagnostics(analysis: &Analysis) -> Vec<u8> {
    table(analysis, analysis.exponents.iter().map(|e| (&e.series, DiagnosticRow::from(e))))
}

fn ratios(analysis: &Analysis) -> Vec<u8> {
    let rows = |a: &Advantage| -> Vec<RatioRow> {
        a.ratios.iter().map(|r| RatioRow::new(r, a.threshold)).collect()
    };
    let all = analysis.advantages.iter();
    table(analysis, all.flat_map(|a| rows(a).into_iter().map(move |row| (&a.series, row))))
}

fn advantages(analysis: &Analysis) -> Vec<u8> {
    table(analysis, analysis.advantages.iter().map(|a| (&a.series, AdvantageRow::from(a))))
}

fn expectations(analysis: &Analysis) -> Vec<u8> {
    let none = Series::default();
    let rows = analysis.expectations.iter().flat_map(|judged| {
        let whole = ExpectationRow::new(judged, analysis.threshold);
        let cells = judged.cells.iter().map({
            let whole = whole.clone();
            move |cell| {
                let [value, ci_low, ci_high] = parts(Some(cell.value));
                let row = ExpectationRow {
                    d: Some(cell.d),
                    value,
                    ci_low,
                    ci_high,
                    points: 1,
                    censored: usize::from(cell.censored != Censoring::None),
                    bound: Some(cell.censored),
                    verdict: None,
                    ..whole.clone()
                };
                (&cell.series, row)
            }
        });
        cells.chain([(judged.series.as_ref().unwrap_or(&none), whole)])
    });
    table(analysis, rows)
}

fn table<'a, R: Serialize>(
    analysis: &Analysis,
    rows: impl Iterator<Item = (&'a Series, R)>,
) -> Vec<u8> {
    signed_table(rows, analysis.manifest.as_deref())
}

impl From<&Threshold> for ThresholdRow {
    fn from(t: &Threshold) -> Self {
        Self {
            d: t.d,
            s: t.s,
            threshold: t.threshold,
            n_star: finite(t.n_star),
            ci_low: finite(t.ci_low),
            ci_high: finite(t.ci_high),
            censored: t.censored,
            trials: t.trials,
            se_ln: t.se_ln.and_then(finite),
            n_star_median: t.n_star_median,
            law: t.law.and_then(finite),
            limit: t.limit.map(|limit| limit.n_star),
            limit_se_ln: t.limit.map(|limit| limit.error),
        }
    }
}

impl From<&Exponent> for ExponentRow {
    fn from(e: &Exponent) -> Self {
        let [exponent, ci_low, ci_high] = parts(e.exponent);
        let [log_corrected, log_corrected_low, log_corrected_high] = parts(e.log_corrected);
        Self {
            d_min: e.d_min,
            d_max: e.d_max,
            points: e.points,
            threshold: e.threshold,
            exponent,
            ci_low,
            ci_high,
            log_corrected,
            log_corrected_low,
            log_corrected_high,
            predicted: e.predicted.map(|rate| rate.exponent),
            log_power: e.predicted.map(|rate| rate.log_power),
            rate_low: e.rate_low.and_then(finite),
            rate_high: e.rate_high.and_then(finite),
            within: e.within.and_then(finite),
            p: e.p,
            verdict: e.verdict,
            csq: e.csq,
            verdict_csq: e.verdict_csq,
            contradiction: e.contradiction,
        }
    }
}

impl From<&Exponent> for DiagnosticRow {
    fn from(e: &Exponent) -> Self {
        let d = &e.diagnostics;
        let trials = e.resolution.as_ref().and_then(|r| r.trials.as_ref());
        let dimensions = e.resolution.as_ref().and_then(|r| r.dimensions.as_ref());
        let slopes = e.local_slopes.iter().map(|(a, b, slope)| format!("{a}-{b}:{slope}"));
        let further = dimensions.iter().flat_map(|m| &m.dimensions).map(ToString::to_string);
        let [exponent_03, exponent_03_low, exponent_03_high] = parts(d.at_03);
        let [exponent_07, exponent_07_low, exponent_07_high] = parts(d.at_07);
        Self {
            threshold: e.threshold,
            points: e.points,
            censored: e.censored,
            scatter: d.scatter,
            exponent_03,
            exponent_03_low,
            exponent_03_high,
            exponent_07,
            exponent_07_low,
            exponent_07_high,
            leave_one_out_low: d.leave_one_out_low,
            leave_one_out_high: d.leave_one_out_high,
            local_slopes: slopes.collect::<Vec<_>>().join(" "),
            resolve_trials: trials.map(|t| t.factor),
            resolve_trials_samples: trials.map(|t| t.samples),
            resolve_dimensions: further.collect::<Vec<_>>().join(" "),
            resolve_dimensions_samples: dimensions.map(|m| m.samples),
        }
    }
}

impl From<&LawRow> for KappaRow {
    fn from(law: &LawRow) -> Self {
        let [kappa, kappa_low, kappa_high] = parts(law.kappa);
        let [constant, constant_low, constant_high] = parts(law.constant);
        Self {
            cells: law.cells,
            kappa,
            kappa_low,
            kappa_high,
            constant,
            constant_low,
            constant_high,
            scatter: law.scatter,
        }
    }
}

impl RatioRow {
    fn new(r: &Ratio, threshold: f64) -> Self {
        Self {
            d: r.d,
            threshold,
            ratio: finite(r.ratio),
            ci_low: finite(r.ci_low),
            ci_high: finite(r.ci_high),
            censored: r.censored,
            shared: r.shared,
        }
    }
}

impl From<&Advantage> for AdvantageRow {
    fn from(a: &Advantage) -> Self {
        let ds = || a.ratios.iter().map(|r| r.d);
        let [exponent, ci_low, ci_high] = parts(a.exponent);
        Self {
            d_min: ds().min().unwrap_or(0),
            d_max: ds().max().unwrap_or(0),
            points: a.points,
            censored: a.censored,
            threshold: a.threshold,
            exponent,
            ci_low,
            ci_high,
            predicted: a.predicted,
        }
    }
}

impl ExpectationRow {
    fn new(judged: &Judged, threshold: f64) -> Self {
        let [value, ci_low, ci_high] = parts(judged.value);
        Self {
            d: None,
            threshold,
            quantity: judged.quantity.clone(),
            value,
            ci_low,
            ci_high,
            points: judged.points,
            censored: judged.censored,
            bound: None,
            relation: judged.predicted.sign(),
            predicted: judged.predicted.number(),
            margin: judged.margin,
            p: judged.p,
            verdict: Some(judged.verdict),
            basis: judged.basis.word(),
            posterior: judged.posterior,
            claim: judged.claim.clone(),
        }
    }
}

fn parts(interval: Option<Interval>) -> [Option<f64>; 3] {
    interval.map_or([None; 3], |i| [i.value, i.low, i.high].map(finite))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
