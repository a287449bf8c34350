//! The table of exponents, for the terminal and for Markdown.

use super::grid::Grid;
use crate::analysis::estimate::{Analysis, Exponent};
use crate::report::format;
use crate::report::group::{Setting, sorted};

const HEADINGS: [&str; 10] = [
    "learner",
    "link",
    "α",
    "d",
    "points",
    "β [95 % interval]",
    "predicted",
    "verdict",
    "CSQ bound",
    "verdict on CSQ",
];
/// Columns of numbers stand right.
const RIGHT: [bool; 10] = [false, false, true, true, true, true, true, false, true, false];

/// The exponents as aligned text: one series a line, sorted by link, learner and α.
///
/// Ends with a line break. Without a series there is only the head.
#[must_use]
pub fn exponent_table(analysis: &Analysis) -> String {
    grid(analysis).text()
}

/// The exponents as a Markdown table with the same columns and order.
#[must_use]
pub fn markdown_table(analysis: &Analysis) -> String {
    grid(analysis).markdown()
}

fn grid(analysis: &Analysis) -> Grid<'static, 10> {
    Grid { headings: HEADINGS, right: RIGHT, rows: rows(analysis) }
}

type Row = [String; 10];

fn rows(analysis: &Analysis) -> Vec<Row> {
    sorted(analysis).into_iter().map(row).collect()
}

fn row(e: &Exponent) -> Row {
    let range =
        if e.d_min == e.d_max { e.d_min.to_string() } else { format!("{}–{}", e.d_min, e.d_max) };
    let censored = match e.censored {
        0 => String::new(),
        n => format!(" (+{n} censored)"),
    };
    [
        e.series.learner.clone(),
        Setting::of(&e.series).words(),
        format::or_dash(e.series.problem.alpha(), format::short),
        range,
        format!("{}{censored}", e.points),
        format::or_dash(e.exponent, format::interval),
        format::or_dash(e.predicted, format::exponent),
        e.verdict.word().to_owned(),
        format::or_dash(e.csq, format::exponent),
        e.verdict_csq.word().to_owned(),
    ]
}
