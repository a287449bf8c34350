//! Records → learning curves: the group-by, the one place that knows polars.

use std::cmp::Ordering;
use std::collections::HashMap;

use polars::prelude::*;

use super::estimate::{Curve, CurvePoint, RankingMeans, SeriesKey};
use crate::expectation::Metric;
use crate::record::Record;
use crate::{Error, Result};

/// Learning curves, one a cell: at each n the count of trials that finished and that failed,
/// median and quartiles of the risk of those that finished, means of what tells of their ranking,
/// and the share of all that reached a risk of at most `threshold`. A failed trial has learned
/// nothing: it counts in that share.
///
/// Quantiles interpolate linearly, as [`super::stats::quantile`] does. Where no trial
/// succeeded they are not-a-number. Curves come in order of link, k*, r, q, input, noise,
/// α, learner, d; points in order of n.
///
/// # Errors
/// A run-time error if the table cannot be built; none is known for checked records.
pub fn curves(records: &[Record], threshold: f64) -> Result<Vec<Curve>> {
    let (firsts, numbers) = number(records);
    let points = summary(records, &numbers, threshold).and_then(|table| points(&table)).map_err(
        |error| {
            Error::runtime(format!("grouping the trials failed: {error}"))
                .hint("this is a defect of secateur: please report it with the trials.csv")
        },
    )?;
    let mut curves: Vec<Curve> = firsts.into_iter().map(blank).collect();
    // Both in order of cell number and n.
    for ((cell, point), ranking) in points.into_iter().zip(rankings(records, &numbers)) {
        curves[cell].points.push(CurvePoint { ranking, ..point });
    }
    curves.sort_by(order);
    Ok(curves)
}

/// The cells in the order in which they first appear: the first record of each, and the
/// number of each record's cell. Numbers group a million trials faster than keys do.
fn number(records: &[Record]) -> (Vec<&Record>, Vec<u32>) {
    let mut cells: Vec<&Record> = Vec::new();
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let of_record = records.iter().map(|record| {
        *numbers.entry(&record.cell).or_insert_with(|| {
            cells.push(record);
            cells.len() as u32 - 1
        })
    });
    let of_record = of_record.collect();
    (cells, of_record)
}

/// What tells of the ranking, per cell number and n in their order. Summed in order of the
/// trials: the last digit of a mean must not depend on that of the rows, as in polars it does.
fn rankings(records: &[Record], cells: &[u32]) -> Vec<RankingMeans> {
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_unstable_by_key(|&i| (cells[i], records[i].n, records[i].trial));
    let same = |a: &usize, b: &usize| (cells[*a], records[*a].n) == (cells[*b], records[*b].n);
    let means = |trials: &[usize]| {
        let mean = |metric: Metric| {
            let trials = trials.iter().map(|&i| &records[i]).filter(|r| r.is_ok());
            let values: Vec<f64> = trials.map(|r| metric.of(r)).filter(|x| x.is_finite()).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        RankingMeans {
            recall: mean(Metric::Recall),
            pearson: mean(Metric::Pearson),
            spearman: mean(Metric::Spearman),
            auc: mean(Metric::Auc),
        }
    };
    order.chunk_by(same).map(means).collect()
}

/// One row per cell number and n, in their order; the risk of a failed trial is null.
fn summary(records: &[Record], cells: &[u32], threshold: f64) -> PolarsResult<DataFrame> {
    let n: Vec<u64> = records.iter().map(|r| r.n).collect();
    let risk: Vec<Option<f64>> = records.iter().map(|r| r.is_ok().then_some(r.risk)).collect();
    let trials = df!("cell" => cells, "n" => n, "risk" => risk)?.lazy();
    let quartile = |p: f64| col("risk").quantile(lit(p), QuantileMethod::Linear);
    trials
        .group_by([col("cell"), col("n")])
        .agg([
            col("risk").count().cast(DataType::UInt64).alias("trials"),
            col("risk").null_count().cast(DataType::UInt64).alias("failed"),
            col("risk").median().alias("median"),
            quartile(0.25).alias("lower_quartile"),
            quartile(0.75).alias("upper_quartile"),
            col("risk").lt_eq(lit(threshold)).fill_null(lit(false)).mean().alias("success"),
        ])
        .sort(["cell", "n"], SortMultipleOptions::default())
        .collect()
}

/// A curve without points.
fn blank(first: &Record) -> Curve {
    let series = SeriesKey {
        learner: first.learner.clone(),
        link: first.link.clone(),
        k_star: first.k_star,
        r: first.r,
        alpha: first.alpha,
        q: first.q,
        noise: first.noise,
        input: first.input.clone(),
    };
    Curve { series, cell: first.cell.clone(), d: first.d, s: first.s, points: Vec::new() }
}

/// Link, k*, r, q, input, noise, α, learner, d.
fn order(a: &Curve, b: &Curve) -> Ordering {
    let (s, t) = (&a.series, &b.series);
    (&s.link, s.k_star, s.r)
        .cmp(&(&t.link, t.k_star, t.r))
        .then(s.q.total_cmp(&t.q))
        .then(s.input.cmp(&t.input))
        .then(s.noise.total_cmp(&t.noise))
        .then(s.alpha.total_cmp(&t.alpha))
        .then((&s.learner, a.d).cmp(&(&t.learner, b.d)))
}

/// The cell number and the point of every row of [`summary`].
fn points(table: &DataFrame) -> PolarsResult<Vec<(usize, CurvePoint)>> {
    let whole = |name: &str| table.column(name)?.u64();
    let real = |name: &str| table.column(name)?.f64();
    let cell = table.column("cell")?.u32()?;
    let (n, trials, failed) = (whole("n")?, whole("trials")?, whole("failed")?);
    let (median, lower, upper) =
        (real("median")?, real("lower_quartile")?, real("upper_quartile")?);
    let success = real("success")?;
    let count = |column: &UInt64Chunked, row| column.get(row).unwrap_or_default() as usize;
    let number = |column: &Float64Chunked, row| column.get(row).unwrap_or(f64::NAN);
    let point = |row| CurvePoint {
        n: n.get(row).unwrap_or_default(),
        trials: count(trials, row),
        failed: count(failed, row),
        median: number(median, row),
        lower_quartile: number(lower, row),
        upper_quartile: number(upper, row),
        ranking: RankingMeans::default(),
        success: number(success, row),
    };
    let cell = |row| cell.get(row).unwrap_or_default() as usize;
    Ok((0..table.height()).map(|row| (cell(row), point(row))).collect())
}
