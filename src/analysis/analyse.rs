//! From trials to all estimates of a study.

use rayon::prelude::*;

use super::advantage;
use super::against_law::{LawCell, against_law};
use super::cloud::clouds;
use super::estimate::{Analysis, Exponent, LawRow, Level, Threshold};
use super::expect::{Grounds, adjusted};
use super::exponent::{self, Crossings, Fitted, OTHER_LEVELS};
use super::frame::{Frame, Missing};
use super::judge::{BoundVerdict, Case, Verdict, judge};
use super::options::Options;
use super::point::{Point, dimensions};
use super::resolve::{resolve, resolve_bound};
use super::threshold::{self, Crossing, Risks};
use crate::model::Asked;
use crate::model::kind::LearnerKind;
use crate::model::metric::Metric;
use crate::model::problem::{Problem, Series};
use crate::results::{CellTrials, Trials};
use crate::{Error, Result, threads};

/// All estimates of one study: curves, n*(d), β and its verdicts, and what the study expects held
/// against them.
///
/// Series come in the order of [`Problem`] and learner; the cells of a series in order of d.
///
/// # Errors
/// A usage error for bad `options`; a run-time error if there are no trials, if two cells
/// claim the same series and dimension, or if the threads cannot be started.
pub fn analyse(trials: &Trials, asked: &Asked, options: &Options) -> Result<Analysis> {
    options.validate()?;
    if trials.is_empty() {
        return Err(Error::runtime(format!("study `{}` has no trials to analyse", asked.study))
            .hint("run the study first; `trials.csv` has a header and no rows"));
    }
    one_cell_a_dimension(trials)?;
    let frame = Frame::new(trials)?;
    let curves = frame.curves(options.threshold)?;
    let pool = threads::pool(options.threads)?;
    let [low, high] = OTHER_LEVELS;
    let taus = [options.threshold, low, high];
    let mut crossings = pool.install(|| crossings(&frame, &curves, options, taus))?;
    for Threshold { series, d, law, limit, .. } in crossings.iter_mut().map(|c| &mut c[0].threshold)
    {
        let cell = (series.clone(), *d);
        *law = asked.laws.get(&cell).map(|point| point.n_star);
        *limit = asked.limits.get(&cell).copied();
    }
    let (exponents, pooled) = pool.install(|| exponents(&crossings, asked, options, true));
    let usual: Vec<&Crossing> = crossings.iter().map(|levels| &levels[0]).collect();
    let grounds = Grounds {
        options,
        trials,
        frame: &frame,
        curves: &curves,
        crossings: &usual,
        exponents: &exponents,
    };
    let mut expected = Vec::new();
    for expectation in &asked.expectations {
        expected.extend(grounds.judge(expectation)?);
    }
    let advantages = advantage::advantages(&usual, asked);
    let laws = laws(&usual, asked);
    let thresholds = usual.into_iter().map(|c| c.threshold.clone()).collect();
    Ok(Analysis {
        study: asked.study.clone(),
        manifest: None,
        threshold: options.threshold,
        predictions: trials.records().iter().filter(|r| r.is_prediction()).count(),
        curves,
        thresholds,
        exponents,
        pooled,
        laws,
        advantages,
        expectations: adjusted(expected),
        clouds: asked.question.as_ref().map_or_else(Vec::new, |q| clouds(trials, q)),
        question: asked.question.clone(),
    })
}

/// Thresholds and verdicts at each of several risks τ, all else as in [`analyse`]: neither
/// diagnostics nor what would settle an open verdict. The verdicts of one τ are one family.
///
/// # Errors
/// As [`analyse`].
pub fn levels<const N: usize>(
    trials: &Trials,
    asked: &Asked,
    options: &Options,
    taus: [f64; N],
) -> Result<Vec<Level>> {
    options.validate()?;
    one_cell_a_dimension(trials)?;
    let frame = Frame::new(trials)?;
    let curves = frame.curves(options.threshold)?;
    let pool = threads::pool(options.threads)?;
    pool.install(|| {
        let cells = crossings(&frame, &curves, options, taus)?;
        let level = |(i, &threshold): (usize, &f64)| {
            let own: Vec<Crossings> = cells.iter().map(|all| vec![all[i].clone()]).collect();
            let (exponents, pooled) = exponents(&own, asked, options, false);
            let thresholds = own.into_iter().flatten().map(|c| c.threshold).collect();
            Level { threshold, thresholds, exponents, pooled }
        };
        Ok(taus.par_iter().enumerate().map(level).collect())
    })
}

/// Crossings of every cell with each of `taus`.
fn crossings<const N: usize>(
    frame: &Frame<'_>,
    curves: &[super::estimate::Curve],
    options: &Options,
    taus: [f64; N],
) -> Result<Vec<Crossings>> {
    let bounded = frame.ensembles(Metric::Risk, Missing::Counts(1.0), |risk| risk.min(1.0))?;
    let plain = frame.ensembles(Metric::Risk, Missing::Dropped, |risk| risk)?;
    let cells = curves.par_iter().zip(&bounded).zip(&plain);
    let cross = |((curve, bounded), plain): ((&_, _), _)| {
        threshold::cross(curve, Risks { bounded, plain }, options, taus).into()
    };
    Ok(cells.map(cross).collect())
}

/// The exponents of all series and those of several α, with their verdicts.
fn exponents(
    cells: &[Crossings],
    asked: &Asked,
    options: &Options,
    advise: bool,
) -> (Vec<Exponent>, Vec<Exponent>) {
    let same = |a: &Crossings, b: &Crossings| a[0].threshold.series == b[0].threshold.series;
    let series: Vec<&[Crossings]> = cells.chunk_by(same).collect();
    let fitted = series.par_iter().filter_map(|cells| exponent::of_series(cells, asked)).collect();
    judged(fitted, exponent::pooled(&series, asked), options, advise)
}

/// The exponents with their verdicts, those of series and those of several α: one family.
fn judged(
    fitted: Vec<Fitted>,
    pooled: Vec<Fitted>,
    options: &Options,
    advise: bool,
) -> (Vec<Exponent>, Vec<Exponent>) {
    let count = fitted.len();
    let mut all: Vec<Fitted> = fitted.into_iter().chain(pooled).collect();
    if let Some(log_power) = options.log_power {
        for rate in all.iter_mut().filter_map(|f| f.exponent.predicted.as_mut()) {
            rate.log_power = log_power;
        }
    }
    let seen: Vec<_> = all.iter().map(|f| dimensions(&f.points)).collect();
    let cases: Vec<Case<'_>> = all
        .iter()
        .zip(&seen)
        .map(|(f, points)| Case {
            points,
            predicted: f.exponent.predicted,
            csq: f.exponent.csq,
            correlational: f.exponent.series.kind().is_some_and(LearnerKind::is_correlational),
        })
        .collect();
    let judgements = judge(&cases);
    let mut exponents: Vec<Exponent> = all
        .into_iter()
        .zip(judgements)
        .map(|(Fitted { exponent, points }, j)| Exponent {
            rate_low: j.band.as_ref().map(super::band::Band::low),
            rate_high: j.band.as_ref().map(super::band::Band::high),
            within: j.within,
            p: j.p_adjusted,
            verdict: j.verdict,
            verdict_csq: j.csq,
            contradiction: j.contradiction,
            resolution: (advise && j.verdict == Some(Verdict::Open))
                .then(|| resolve(&points, exponent.predicted))
                .flatten(),
            resolution_csq: exponent
                .csq
                .filter(|_| advise && j.csq == Some(BoundVerdict::Open))
                .and_then(|bound| resolve_bound(&points, log_power(&exponent), bound)),
            ..exponent
        })
        .collect();
    let pooled = exponents.split_off(count);
    (exponents, pooled)
}

/// γmax of the band of an exponent.
fn log_power(exponent: &Exponent) -> f64 {
    exponent.predicted.map_or(0.0, |rate| rate.log_power)
}

/// The study against the law, a row a learner and problem without its α.
fn laws(crossings: &[&Crossing], asked: &Asked) -> Vec<LawRow> {
    let mut rows: Vec<(Series, Vec<LawCell>)> = Vec::new();
    for crossing in crossings {
        let series = &crossing.threshold.series;
        let Some((common, cell)) = law_cell(crossing, series, asked) else { continue };
        match rows.iter_mut().find(|(key, _)| *key == common) {
            Some((_, cells)) => cells.push(cell),
            None => rows.push((common, vec![cell])),
        }
    }
    let row = |(series, cells): (Series, Vec<LawCell>)| {
        let found = against_law(&cells);
        let (kappa, constant) = (found.kappa, found.constant);
        LawRow { series, kappa, constant, scatter: found.scatter, cells: found.cells }
    };
    rows.into_iter().map(row).collect()
}

fn law_cell(crossing: &Crossing, series: &Series, asked: &Asked) -> Option<(Series, LawCell)> {
    let point = asked.laws.get(&(series.clone(), crossing.threshold.d))?;
    let point_of_cell = Point::of(crossing).filter(Point::is_value)?;
    let (s, k_star) = (crossing.threshold.s?, series.problem.k_star?);
    let cell = LawCell {
        alpha: series.problem.alpha()?,
        ln_power: f64::from(k_star) * (s as f64).ln(),
        ln_n: point_of_cell.place.ln_n(),
        variance: point_of_cell.variance(),
        ln_law: point.n_star.ln(),
        ln_clearance: 2.0 * point.clearance.ln(),
    };
    let problem = Problem { alpha: None, ..series.problem.clone() };
    Some((Series { problem, learner: series.learner.clone() }, cell))
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
