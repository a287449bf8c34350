//! Records → learning curves: the group-by, the one place that knows polars.

use polars::prelude::*;

use super::estimate::{Curve, CurvePoint, SeriesKey};
use crate::record::Record;
use crate::{Error, Result};

/// Order of the cells and of the points within them.
const ORDER: [&str; 8] = ["link", "k_star", "r", "q", "alpha", "learner", "d", "n"];

/// Learning curves, one a cell: at each n the count of successful and failed trials,
/// and median and quartiles of the risk of the successful ones.
///
/// Quantiles interpolate linearly, as [`super::stats::quantile`] does. Where no trial
/// succeeded they are not-a-number. Curves come in order of link, k*, r, q, α, learner,
/// d; points in order of n.
///
/// # Errors
/// A run-time error if the table cannot be built; none is known for checked records.
pub fn curves(records: &[Record]) -> Result<Vec<Curve>> {
    summary(records).and_then(|table| read_curves(&table)).map_err(|error| {
        Error::runtime(format!("grouping the trials failed: {error}"))
            .hint("this is a defect of secateur: please report it with the trials.csv")
    })
}

/// One row per cell and n, beside what the cell is, in [`ORDER`].
fn summary(records: &[Record]) -> PolarsResult<DataFrame> {
    let trials = frame(records)?.lazy();
    let identity = ["learner", "link", "k_star", "r", "alpha", "q", "d", "s"];
    let cells = trials.clone().group_by([col("cell")]).agg(identity.map(|name| col(name).first()));
    let quartile = |p: f64| col("risk").quantile(lit(p), QuantileMethod::Linear);
    let points = trials.group_by([col("cell"), col("n")]).agg([
        col("risk").count().cast(DataType::UInt64).alias("trials"),
        col("risk").null_count().cast(DataType::UInt64).alias("failed"),
        col("risk").median().alias("median"),
        quartile(0.25).alias("lower_quartile"),
        quartile(0.75).alias("upper_quartile"),
    ]);
    points
        .join(cells, [col("cell")], [col("cell")], JoinArgs::new(JoinType::Inner))
        .sort(ORDER, SortMultipleOptions::default())
        .collect()
}

/// The columns that the summary needs; the risk of a failed trial is null.
fn frame(records: &[Record]) -> PolarsResult<DataFrame> {
    fn column<T>(records: &[Record], of: impl Fn(&Record) -> T) -> Vec<T> {
        records.iter().map(of).collect()
    }
    let texts = |of: fn(&Record) -> &str| records.iter().map(of).collect::<Vec<_>>();
    df!(
        "cell" => texts(|r| &r.cell),
        "learner" => texts(|r| &r.learner),
        "link" => texts(|r| &r.link),
        "k_star" => column(records, |r| r.k_star as u64),
        "r" => column(records, |r| r.r as u64),
        "alpha" => column(records, |r| r.alpha),
        "q" => column(records, |r| r.q),
        "d" => column(records, |r| r.d as u64),
        "s" => column(records, |r| r.s as u64),
        "n" => column(records, |r| r.n),
        "risk" => column(records, |r| r.is_ok().then_some(r.risk)),
    )
}

/// Folds the rows of [`summary`] into curves; rows of a cell are neighbours.
fn read_curves(table: &DataFrame) -> PolarsResult<Vec<Curve>> {
    let cell = table.column("cell")?.str()?;
    let mut curves: Vec<Curve> = Vec::new();
    for (row, point) in read_points(table)?.into_iter().enumerate() {
        match curves.last_mut() {
            Some(curve) if Some(curve.cell.as_str()) == cell.get(row) => curve.points.push(point),
            _ => curves.push(read_curve(table, row, point)?),
        }
    }
    Ok(curves)
}

/// The curve that starts at `row` with `point`.
fn read_curve(table: &DataFrame, row: usize, point: CurvePoint) -> PolarsResult<Curve> {
    let text = |name| Ok::<_, PolarsError>(string(table.column(name)?.str()?, row));
    let whole = |name| Ok::<_, PolarsError>(count(table.column(name)?.u64()?, row));
    let real = |name| Ok::<_, PolarsError>(number(table.column(name)?.f64()?, row));
    let series = SeriesKey {
        learner: text("learner")?,
        link: text("link")?,
        k_star: whole("k_star")? as u32,
        r: whole("r")?,
        alpha: real("alpha")?,
        q: real("q")?,
    };
    Ok(Curve { series, cell: text("cell")?, d: whole("d")?, s: whole("s")?, points: vec![point] })
}

/// The points of all curves, row by row.
fn read_points(table: &DataFrame) -> PolarsResult<Vec<CurvePoint>> {
    let whole = |name: &str| table.column(name)?.u64();
    let real = |name: &str| table.column(name)?.f64();
    let (n, trials, failed) = (whole("n")?, whole("trials")?, whole("failed")?);
    let (median, lower, upper) =
        (real("median")?, real("lower_quartile")?, real("upper_quartile")?);
    let point = |row| CurvePoint {
        n: n.get(row).unwrap_or_default(),
        trials: count(trials, row),
        failed: count(failed, row),
        median: number(median, row),
        lower_quartile: number(lower, row),
        upper_quartile: number(upper, row),
    };
    Ok((0..table.height()).map(point).collect())
}

fn string(column: &StringChunked, row: usize) -> String {
    column.get(row).unwrap_or_default().to_owned()
}

fn count(column: &UInt64Chunked, row: usize) -> usize {
    column.get(row).unwrap_or_default() as usize
}

fn number(column: &Float64Chunked, row: usize) -> f64 {
    column.get(row).unwrap_or(f64::NAN)
}
