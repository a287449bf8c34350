//! A record as a row of `trials.csv`: the one place that spells its columns.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use csv::{DeserializeErrorKind, QuoteStyle, StringRecord, WriterBuilder};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use super::check::check;
use super::record::{Fault, Measured, Record, Simulated};
use crate::model::Link;
use crate::model::metric::{Metric, Metrics};
use crate::model::problem::{Problem, Real, Series};
use crate::words::is_formula;

/// Characters of the longest name of a learner, link or law of inputs.
const LONGEST_TEXT: usize = 1000;

/// Separates the fields that a check is made of: no text holds it.
const SEPARATOR: u8 = 0x1f;

/// The columns of `trials.csv`, in this order. A failed trial has a `status` other than `ok`
/// and no metrics; what is not known is an empty field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Row<'a> {
    #[serde(borrow)]
    study: Cow<'a, str>,
    #[serde(borrow)]
    cell: Cow<'a, str>,
    #[serde(borrow)]
    learner: Cow<'a, str>,
    #[serde(deserialize_with = "given")]
    link: Option<Cow<'a, str>>,
    #[serde(deserialize_with = "count")]
    k_star: Option<u32>,
    #[serde(deserialize_with = "count")]
    r: Option<usize>,
    #[serde(deserialize_with = "count")]
    d: Option<usize>,
    #[serde(deserialize_with = "real")]
    alpha: Option<f64>,
    #[serde(deserialize_with = "real")]
    q: Option<f64>,
    #[serde(deserialize_with = "real")]
    noise: Option<f64>,
    #[serde(deserialize_with = "given")]
    input: Option<Cow<'a, str>>,
    #[serde(deserialize_with = "count")]
    s: Option<usize>,
    #[serde(deserialize_with = "count")]
    kept: Option<usize>,
    #[serde(deserialize_with = "count")]
    width: Option<usize>,
    #[serde(deserialize_with = "count")]
    n: Option<u64>,
    #[serde(deserialize_with = "count")]
    trial: Option<u32>,
    #[serde(deserialize_with = "count")]
    seed: Option<u64>,
    #[serde(deserialize_with = "text")]
    status: Option<Cow<'a, str>>,
    #[serde(deserialize_with = "real")]
    risk: Option<f64>,
    #[serde(deserialize_with = "real")]
    alignment: Option<f64>,
    #[serde(deserialize_with = "real")]
    subspace: Option<f64>,
    #[serde(deserialize_with = "real")]
    recall: Option<f64>,
    #[serde(deserialize_with = "real")]
    precision: Option<f64>,
    #[serde(deserialize_with = "real")]
    mass: Option<f64>,
    #[serde(deserialize_with = "real")]
    pearson: Option<f64>,
    #[serde(deserialize_with = "real")]
    spearman: Option<f64>,
    #[serde(deserialize_with = "real")]
    auc: Option<f64>,
    #[serde(deserialize_with = "given")]
    simulation: Option<Cow<'a, str>>,
    #[serde(deserialize_with = "real")]
    seconds: Option<f64>,
    #[serde(deserialize_with = "given")]
    manifest: Option<Cow<'a, str>>,
    /// CRC-32 of the other fields but `seconds`: tells a damaged row from a whole one.
    #[serde(deserialize_with = "given")]
    check: Option<Cow<'a, str>>,
}

/// The columns of `trials.csv`.
#[must_use]
pub fn columns() -> &'static [String] {
    static COLUMNS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let header = Row::default().bytes(WriterBuilder::new().has_headers(true));
        let first = header.split(|&b| b == b'\n').next().unwrap_or_default();
        String::from_utf8_lossy(first).split(',').map(str::to_owned).collect()
    });
    &COLUMNS
}

/// The header of `trials.csv`, with its end.
#[must_use]
pub fn header() -> String {
    columns().join(",") + "\n"
}

/// The line of `trials.csv` that holds `record`, with its check and its end; numbers in the
/// shortest form that is read back to the same bits.
#[must_use]
pub fn line(record: &Record) -> Vec<u8> {
    let row = Row::of(record);
    let signature = check(Row { seconds: None, ..row.clone() }.separated().fields());
    Row { check: Some(signature.into()), ..row }.bytes(WriterBuilder::new().has_headers(false))
}

/// Columns and fields of `record` as [`line()`] writes them, but for the check.
#[must_use]
pub fn fields(record: &Record) -> Vec<(&'static str, String)> {
    let separated = Row::of(record).separated();
    let texts = separated.fields().map(|field| String::from_utf8_lossy(field).into_owned());
    columns().iter().map(String::as_str).zip(texts).collect()
}

/// Whether two records say the same, bit by bit; wall time and provenance aside.
#[must_use]
pub fn same_result(a: &Record, b: &Record) -> bool {
    let bare = |record| Row { seconds: None, manifest: None, ..Row::of(record) }.separated();
    bare(a) == bare(b)
}

/// By how much the metrics of two records of one trial differ at most, relative where they are
/// above 1; none if the records differ in anything else. Wall time and provenance aside.
#[must_use]
pub fn difference(a: &Record, b: &Record) -> Option<f64> {
    let (Ok(x), Ok(y)) = (&a.outcome, &b.outcome) else {
        return same_result(a, b).then_some(0.0);
    };
    let alike = Record { outcome: Ok(Measured { metrics: x.metrics, ..*y }), ..b.clone() };
    let apart = |metric| match (x.metrics[metric], y.metrics[metric]) {
        (Some(x), Some(y)) => Some((x - y).abs() / x.abs().max(y.abs()).max(1.0)),
        (None, None) => Some(0.0),
        _ => None,
    };
    let apart: Option<Vec<f64>> = Metric::iter().map(apart).collect();
    apart.filter(|_| same_result(a, &alike)).map(|apart| apart.into_iter().fold(0.0, f64::max))
}

impl Serialize for Record {
    /// As its row, without a check.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Row::of(self).serialize(serializer)
    }
}

/// A row with [`SEPARATOR`] between its fields, unquoted.
#[derive(PartialEq)]
struct Separated(Vec<u8>);

impl Separated {
    /// The fields before the check, which is the last.
    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|&b| b == SEPARATOR).take(columns().len() - 1)
    }
}

impl<'a> Row<'a> {
    /// The row of `record`, without its check.
    fn of(record: &'a Record) -> Self {
        let Series { problem, learner } = &*record.series;
        let measured = record.measured().copied().unwrap_or_default();
        let metric = |metric| measured.metrics[metric];
        let name = |simulated: Simulated| <&str>::from(simulated).into();
        Self {
            study: Cow::from(&*record.study),
            cell: Cow::from(&*record.cell),
            learner: learner.into(),
            link: problem.link.as_deref().map(Cow::from),
            k_star: problem.k_star,
            r: problem.r,
            d: Some(record.d),
            alpha: problem.alpha(),
            q: problem.q.map(Real::get),
            noise: problem.noise.map(Real::get),
            input: problem.input.as_deref().map(Cow::from),
            s: record.s,
            kept: measured.kept,
            width: record.width,
            n: Some(record.n),
            trial: Some(record.trial),
            seed: record.seed,
            status: Some(
                record.outcome.as_ref().map_or_else(|why| why.as_str().into(), |_| OK.into()),
            ),
            risk: metric(Metric::Risk),
            alignment: metric(Metric::Alignment),
            subspace: metric(Metric::Subspace),
            recall: metric(Metric::Recall),
            precision: metric(Metric::Precision),
            mass: metric(Metric::Mass),
            pearson: metric(Metric::Pearson),
            spearman: metric(Metric::Spearman),
            auc: metric(Metric::Auc),
            simulation: measured.simulation.map(name),
            seconds: record.seconds,
            manifest: record.manifest.as_deref().map(Cow::from),
            check: None,
        }
    }

    fn separated(&self) -> Separated {
        let mut builder = WriterBuilder::new();
        builder.has_headers(false).delimiter(SEPARATOR).quote_style(QuoteStyle::Never);
        Separated(self.bytes(&mut builder))
    }

    fn bytes(&self, builder: &mut WriterBuilder) -> Vec<u8> {
        let mut writer = builder.buffer_capacity(1 << 9).from_writer(Vec::with_capacity(1 << 9));
        // Neither can fail: the row is flat, and memory takes every byte.
        let _ = writer.serialize(self);
        writer.into_inner().unwrap_or_default()
    }

    fn metrics(&self) -> Metrics {
        let value = |metric| match metric {
            Metric::Risk => self.risk,
            Metric::Alignment => self.alignment,
            Metric::Subspace => self.subspace,
            Metric::Recall => self.recall,
            Metric::Precision => self.precision,
            Metric::Mass => self.mass,
            Metric::Pearson => self.pearson,
            Metric::Spearman => self.spearman,
            Metric::Auc => self.auc,
        };
        Metrics::from_fn(|metric| value(metric).filter(|x| !x.is_nan()))
    }

    fn series(&self) -> Result<Series, Fault> {
        let positive = |column, zero: bool| {
            if zero { Err(fault(column, 0, "at least 1")) } else { Ok(()) }
        };
        positive("k_star", self.k_star == Some(0))?;
        positive("r", self.r == Some(0))?;
        positive("s", self.s == Some(0))?;
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        Ok(Series {
            problem: Problem {
                link: text(&self.link),
                k_star: self.k_star,
                r: self.r,
                q: finite("q", self.q)?,
                input: text(&self.input),
                noise: finite("noise", self.noise)?,
                alpha: finite("alpha", self.alpha)?,
            },
            learner: self.learner.clone().into_owned(),
        })
    }

    /// The record of the row, or what is wrong with it. `interned` keeps one of each text and
    /// series; `study` is the name of the study if the row does not give one.
    pub(super) fn record(&self, interned: &mut Interned, study: &str) -> Result<Record, Fault> {
        let empty = |column| Err(fault(column, "", "a name"));
        if self.learner.is_empty() {
            return empty("learner");
        }
        let status = self.status.as_deref().unwrap_or(OK);
        if status.is_empty() {
            return empty("status");
        }
        let whole = |column, there: bool| {
            if there { Ok(()) } else { Err(fault(column, "", "a whole number")) }
        };
        whole("d", self.d.is_some())?;
        whole("n", self.n.is_some())?;
        whole("trial", self.trial.is_some())?;
        let series = interned.series(self.series()?)?;
        let d = self.d.unwrap_or_default();
        let cell = if self.cell.is_empty() {
            interned.text(&format!("{series}, d = {d}"))
        } else {
            interned.text(&self.cell)
        };
        let simulation = self.simulation.as_deref().map(|name| {
            Simulated::from_str(name).map_err(|_| fault("simulation", name, "a kind of simulation"))
        });
        let measured = Measured {
            metrics: self.metrics(),
            kept: self.kept,
            simulation: simulation.transpose()?,
        };
        let study = if self.study.is_empty() { study } else { &self.study };
        let record = Record {
            study: interned.text(study),
            cell,
            series,
            d,
            s: self.s,
            width: self.width,
            n: self.n.unwrap_or_default(),
            trial: self.trial.unwrap_or_default(),
            seed: self.seed,
            manifest: self.manifest.as_deref().map(|id| interned.text(id)),
            seconds: self.seconds,
            outcome: if status == OK { Ok(measured) } else { Err(status.to_owned()) },
        };
        record.fault().map_or(Ok(record), Err)
    }
}

/// The status of a successful trial.
const OK: &str = "ok";

/// Texts and series that many records share, each kept once.
#[derive(Default)]
pub(super) struct Interned {
    texts: HashSet<Arc<str>>,
    series: HashSet<Arc<Series>>,
}

impl Interned {
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.texts.insert(new.clone());
        new
    }

    fn series(&mut self, series: Series) -> Result<Arc<Series>, Fault> {
        if let Some(known) = self.series.get(&series) {
            return Ok(known.clone());
        }
        let Problem { link, input, .. } = &series.problem;
        for (column, name) in
            [("learner", Some(&series.learner)), ("link", link.as_ref()), ("input", input.as_ref())]
        {
            let Some(name) = name else { continue };
            if name.chars().count() > LONGEST_TEXT {
                return Err(fault(column, name, "a name of at most 1000 characters"));
            }
            // A link may begin with a sign, and then is arithmetic and no more.
            let arithmetic = || column == "link" && Link::parse(name, None).is_ok();
            if is_formula(name) && !arithmetic() {
                return Err(fault(column, name, "a name: a spreadsheet would run it"));
            }
        }
        let new = Arc::new(series);
        self.series.insert(new.clone());
        Ok(new)
    }
}

/// What is wrong with the first field of `row` that is not what its column holds: column, field,
/// and what it should be. Only the field alone tells: the error of a whole row names none.
pub(super) fn fault_of(header: &StringRecord, row: &StringRecord) -> Option<[String; 3]> {
    (0..row.len()).find_map(|at| {
        let alone = |(i, field)| if i == at { field } else { "" };
        let alone: StringRecord = row.iter().enumerate().map(alone).collect();
        let error = alone.deserialize::<Row<'_>>(Some(header)).err()?;
        let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return None };
        let wanted = match err.kind() {
            DeserializeErrorKind::Message(wanted) => wanted.clone(),
            other => other.to_string(),
        };
        Some([header[at].to_owned(), row[at].to_owned(), wanted])
    })
}

fn fault(column: &'static str, found: impl Display, wanted: &'static str) -> Fault {
    Fault { column, found: found.to_string(), wanted }
}

fn finite(column: &'static str, value: Option<f64>) -> Result<Option<Real>, Fault> {
    let real = |x| Real::new(x).ok_or_else(|| fault(column, x, "a finite number"));
    value.map(real).transpose()
}

/// A text; none if it is not given.
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    <&str>::deserialize(field).map(|text| (!text.is_empty()).then(|| text.into()))
}

fn text<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    <&str>::deserialize(field).map(|text| Some(text.into()))
}

/// A number; none if it is not given.
fn real<'de, D: Deserializer<'de>>(field: D) -> Result<Option<f64>, D::Error> {
    match <&str>::deserialize(field)? {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| D::Error::custom("a number")),
    }
}

/// A whole number, also one written with a point or an exponent; none if it is not given.
fn count<'de, D: Deserializer<'de>, T: Count>(field: D) -> Result<Option<T>, D::Error> {
    let text = <&str>::deserialize(field)?;
    if text.is_empty() {
        return Ok(None);
    }
    let value = text.parse().ok().or_else(|| whole(text).and_then(|v| T::try_from(v).ok()));
    value.map(Some).ok_or_else(|| D::Error::custom(T::WANTED))
}

/// Whole numbers of a record.
trait Count: TryFrom<u64> + FromStr {
    const WANTED: &str = "a whole number";
}
impl Count for u64 {}
impl Count for usize {}
impl Count for u32 {
    const WANTED: &str = "a whole number below 2^32";
}

/// A whole number written as tables of floats do.
fn whole(text: &str) -> Option<u64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let value: f64 = text.parse().ok()?;
    (value.fract() == 0.0 && (0.0..=LARGEST).contains(&value)).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_name_series_cell_trial_metrics_and_provenance() {
        let names: Vec<&str> = columns().iter().map(String::as_str).collect();
        assert_eq!(names[..3], ["study", "cell", "learner"]);
        assert_eq!(names[names.len() - 3..], ["seconds", "manifest", "check"]);
        assert_eq!(names.len(), 31);
    }
}
