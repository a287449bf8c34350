//! A record as a row of `trials.csv`.

use csv_core::{WriteResult, Writer};

use super::Record;
use super::check::check;
use super::column::Column;

/// Fields before the check.
const FIELDS: usize = Record::COLUMNS.len() - 1;
/// The field that the check leaves out: wall time differs from run to run.
const SECONDS: usize = Column::Seconds as usize;

/// The line of `trials.csv` that holds `record`, with its check and its end.
#[must_use]
pub fn line(record: &Record) -> Vec<u8> {
    let fields = fields(record);
    let checked =
        fields.iter().enumerate().filter(|&(i, _)| i != SECONDS).map(|(_, f)| f.as_bytes());
    let check = check(checked);
    let mut writer = Writer::new();
    // Quoted, every byte might be doubled.
    let most = fields.iter().map(|f| 2 * f.len() + 3).sum::<usize>() + check.len();
    let mut line = vec![0; most];
    let mut end = 0;
    for field in &fields {
        let (written, _, bytes) = writer.field(field.as_bytes(), &mut line[end..]);
        debug_assert_eq!(written, WriteResult::InputEmpty);
        end += bytes;
        end += writer.delimiter(&mut line[end..]).1;
    }
    line.truncate(end);
    line.extend(check.bytes());
    line.push(b'\n');
    line
}

/// The fields of the row before the check, in the order of [`Record::COLUMNS`]; numbers in
/// the shortest form that is read back to the same bits.
#[must_use]
pub fn fields(r: &Record) -> [String; FIELDS] {
    let real = |x: f64| format!("{x:?}");
    [
        r.study.clone(),
        r.cell.clone(),
        r.learner.clone(),
        r.link.clone(),
        r.k_star.to_string(),
        r.r.to_string(),
        r.d.to_string(),
        real(r.alpha),
        real(r.q),
        r.s.to_string(),
        r.kept.to_string(),
        r.width.to_string(),
        r.n.to_string(),
        r.trial.to_string(),
        r.seed.to_string(),
        r.status.clone(),
        real(r.risk),
        real(r.alignment),
        real(r.subspace),
        real(r.recall),
        real(r.precision),
        real(r.mass),
        r.simulation.clone(),
        real(r.seconds),
        real(r.noise),
        r.input.clone(),
        real(r.pearson),
        real(r.spearman),
        real(r.auc),
        r.manifest.clone(),
    ]
}
