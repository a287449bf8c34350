//! Trials as a data frame, and what is grouped from it by cell and sample size.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::*;
use strum::IntoEnumIterator;

use super::estimate::{Curve, CurvePoint};
use super::resample::{Ensemble, Risks, data_streams, stream};
use super::stats::{mean, quantile};
use crate::model::metric::{Metric, Metrics};
use crate::results::Trials;
use crate::{Error, Result};

/// What a trial without a value stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Missing {
    /// Nothing: it takes no part.
    Dropped,
    /// This value.
    Counts(f64),
}

/// One row a trial: `cell`, its number in the order of the trials; `n`; `trial`; and every metric
/// by its name, null where the trial failed or has none.
///
/// Rows are in order of cell, n and trial whatever order the records came in, and what is
/// grouped keeps it: the last digit of a sum depends on the order of its terms.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    trials: &'a Trials,
    rows: DataFrame,
}

impl<'a> Frame<'a> {
    /// The frame of `trials`.
    ///
    /// # Errors
    /// None is known for trials that were checked.
    pub fn new(trials: &'a Trials) -> Result<Self> {
        let records = || trials.records().iter();
        let numbered = trials.cells().iter().enumerate();
        let cell: Vec<u32> =
            numbered.flat_map(|(i, cell)| vec![i as u32; trials.of(cell).len()]).collect();
        let mut columns = vec![
            Column::new("cell".into(), cell),
            Column::new("n".into(), records().map(|r| r.n).collect::<Vec<u64>>()),
            Column::new("trial".into(), records().map(|r| r.trial).collect::<Vec<u32>>()),
        ];
        columns.extend(Metric::iter().map(|metric| {
            let values: Vec<Option<f64>> = records().map(|r| r.metric(metric)).collect();
            Column::new(metric.name().into(), values)
        }));
        let rows = DataFrame::new(trials.records().len(), columns).map_err(|e| defect(&e))?;
        Ok(Self { trials, rows })
    }

    /// Learning curves, one a cell: at each n the count of trials that finished and that failed,
    /// median and quartiles of the risk of those that finished, means of the metrics, and the
    /// share of all that reached a risk of at most `threshold`. A failed trial has learned
    /// nothing: it counts in that share.
    ///
    /// # Errors
    /// As [`Frame::new`].
    pub fn curves(&self, threshold: f64) -> Result<Vec<Curve>> {
        let mut curves: Vec<Curve> = self.trials.cells().iter().map(blank).collect();
        let mut aggregates = vec![len().cast(DataType::UInt64).alias("trials")];
        aggregates.extend(Metric::iter().map(|metric| col(metric.name()).drop_nulls()));
        let groups = self.group(aggregates).and_then(|groups| {
            let all = groups.column("trials")?.u64()?.clone();
            (0..groups.height())
                .map(|row| {
                    let of = |metric: Metric| numbers(&groups, metric.name(), row);
                    let (cell, n) = place(&groups, row)?;
                    let risks = of(Metric::Risk)?;
                    let mut means = Metrics::default();
                    for metric in Metric::iter() {
                        means[metric] = mean(&of(metric)?);
                    }
                    let all = all.get(row).unwrap_or_default() as usize;
                    Ok((cell, point(n, all, &risks, means, threshold)))
                })
                .collect::<PolarsResult<Vec<_>>>()
        });
        for (cell, point) in groups.map_err(|e| defect(&e))? {
            curves[cell].points.push(point);
        }
        Ok(curves)
    }

    /// `scaled` values of a metric for resampling, one ensemble a cell in the order of the trials.
    /// An n at which no trial has a value keeps its place.
    ///
    /// # Errors
    /// As [`Frame::new`].
    pub fn ensembles(
        &self,
        metric: Metric,
        missing: Missing,
        scaled: impl Fn(f64) -> f64,
    ) -> Result<Vec<Ensemble>> {
        let value = col(metric.name());
        let here = col("trial").cast(DataType::Float64);
        let groups = self.group(match missing {
            Missing::Dropped => vec![here.filter(value.clone().is_not_null()), value.drop_nulls()],
            Missing::Counts(x) => vec![here, value.fill_null(lit(x))],
        });
        let mut points: Vec<Vec<Risks>> = vec![Vec::new(); self.trials.cells().len()];
        let groups = groups.and_then(|groups| {
            for row in 0..groups.height() {
                let trials = numbers(&groups, "trial", row)?.into_iter().map(|t| t as u32);
                let values = numbers(&groups, metric.name(), row)?.into_iter().map(&scaled);
                points[place(&groups, row)?.0].push(trials.zip(values).collect());
            }
            Ok(())
        });
        groups.map_err(|e| defect(&e))?;
        let cells = self.trials.cells().iter().zip(points);
        Ok(cells
            .map(|(cell, points)| {
                let streams = data_streams(self.trials.of(cell));
                Ensemble::new(points, |trial| stream(streams.as_ref(), &cell.key, trial))
            })
            .collect())
    }

    /// `aggregates` of every cell and n, in their order.
    fn group(&self, aggregates: Vec<Expr>) -> PolarsResult<DataFrame> {
        let keys = [col("cell"), col("n")];
        let groups = self.rows.clone().lazy().group_by_stable(keys).agg(aggregates);
        let groups = groups.sort(["cell", "n"], SortMultipleOptions::default());
        // It starts threads of its own, and where it cannot, it panics.
        catch_unwind(AssertUnwindSafe(|| groups.collect())).unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
            polars_bail!(ComputeError: "{}", message.unwrap_or("polars gave up"))
        })
    }
}

/// Number of the cell and n of a group.
fn place(groups: &DataFrame, row: usize) -> PolarsResult<(usize, u64)> {
    let cell = groups.column("cell")?.u32()?.get(row).unwrap_or_default();
    Ok((cell as usize, groups.column("n")?.u64()?.get(row).unwrap_or_default()))
}

/// The numbers of a list column in one row.
fn numbers(groups: &DataFrame, name: &str, row: usize) -> PolarsResult<Vec<f64>> {
    let list = groups.column(name)?.list()?.get_as_series(row);
    list.map_or(Ok(Vec::new()), |list| Ok(list.f64()?.into_no_null_iter().collect()))
}

fn defect(error: &PolarsError) -> Error {
    Error::runtime(format!("grouping the trials failed: {error}")).hint(
        "where few threads or open files are allowed (`ulimit -u`, `ulimit -n`), allow more; \
             otherwise this is a defect: please report it with the trials.csv",
    )
}

/// A curve without points.
fn blank(cell: &crate::results::CellTrials) -> Curve {
    Curve {
        series: cell.series.as_ref().clone(),
        cell: cell.key.to_string(),
        d: cell.d,
        s: cell.s,
        points: Vec::new(),
    }
}

fn point(n: u64, all: usize, risks: &[f64], means: Metrics, threshold: f64) -> CurvePoint {
    CurvePoint {
        n,
        trials: risks.len(),
        failed: all - risks.len(),
        median: quantile(risks, 0.5),
        lower_quartile: quantile(risks, 0.25),
        upper_quartile: quantile(risks, 0.75),
        bounded: (risks.iter().map(|risk| risk.min(1.0)).sum::<f64>() + (all - risks.len()) as f64)
            / all as f64,
        means,
        success: risks.iter().filter(|risk| **risk <= threshold).count() as f64 / all as f64,
    }
}
