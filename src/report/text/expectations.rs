//! The table of what the study expects.

use super::grid::{Form, Grid};
use crate::analysis::estimate::{Analysis, Interval, Judged};
use crate::model::expectation::{Basis, Predicted};
use crate::report::format;
use crate::report::group::Setting;

const HEADINGS: [&str; 8] =
    ["quantity", "series", "measured [95 %]", "predicted", "margin", "points", "verdict", "claim"];
/// Columns of numbers stand right.
const RIGHT: [bool; 8] = [false, false, true, true, true, true, false, false];

/// What the study expects, in the order of its file; empty if it expects nothing.
#[must_use]
pub fn expectation_table(analysis: &Analysis, form: Form) -> String {
    grid(analysis).map_or(String::new(), |grid| grid.shown(form))
}

pub(crate) fn grid(analysis: &Analysis) -> Option<Grid<'static, 8>> {
    let rows: Vec<_> = analysis.expectations.iter().map(row).collect();
    (!rows.is_empty()).then_some(Grid { headings: HEADINGS, right: RIGHT, rows })
}

fn row(judged: &Judged) -> [String; 8] {
    let censored = match judged.censored {
        0 => String::new(),
        n => format!(" ({n} censored)"),
    };
    let series = judged.series.as_ref().map(|key| {
        let alpha = key.problem.alpha().map(|a| format!(", α = {}", format::short(a)));
        Setting::of(key).words() + &alpha.unwrap_or_default()
    });
    let sign = judged.predicted.sign().trim_start_matches('=');
    let number = format::samples(judged.predicted.number());
    let margin = match judged.predicted {
        Predicted::Value(_) => format::short(judged.margin),
        Predicted::AtLeast(_) | Predicted::AtMost(_) => "–".to_owned(),
    };
    let basis = match judged.basis {
        Basis::Stated => String::new(),
        basis => format!(" ({})", basis.word()),
    };
    let after = if judged.posterior { " (written after the results)" } else { "" };
    [
        judged.quantity.clone(),
        series.unwrap_or_else(|| "all".to_owned()),
        format::or_dash(judged.value, numbers),
        format!("{sign} {number}{basis}").trim_start().to_owned(),
        margin,
        format!("{}{censored}", judged.points),
        judged.verdict.word().to_owned(),
        format!("{}{after}", judged.claim),
    ]
}

pub(super) fn numbers(interval: Interval) -> String {
    let [value, low, high] = [interval.value, interval.low, interval.high].map(format::samples);
    format!("{value} [{low}, {high}]")
}
