//! The table of exponents, for the terminal and for Markdown.

use super::format;
use super::group::{Setting, rank};
use crate::analysis::estimate::{Analysis, Exponent, Interval, Verdict};

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
    aligned(&HEADINGS, &RIGHT, &rows(analysis))
}

/// Aligned text: headings, a rule, and the rows.
pub(super) fn aligned<const N: usize>(
    headings: &[&str; N],
    right: &[bool; N],
    rows: &[[String; N]],
) -> String {
    let head = headings.map(str::to_owned);
    let all = || std::iter::once(&head).chain(rows);
    let widths: [usize; N] =
        std::array::from_fn(|i| all().map(|row| row[i].chars().count()).max().unwrap_or_default());
    let rule = widths.map(|width| "─".repeat(width));
    let mut table = String::new();
    for row in [&head, &rule].into_iter().chain(rows) {
        let cells = row.iter().zip(widths).zip(right).map(|((cell, width), right)| {
            if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        table += cells.collect::<Vec<_>>().join("  ").trim_end();
        table.push('\n');
    }
    table
}

/// The exponents as a Markdown table with the same columns and order.
#[must_use]
pub fn markdown_table(analysis: &Analysis) -> String {
    let rule = RIGHT.map(|right| if right { "--:" } else { ":--" }.to_owned());
    let mut table = String::new();
    for row in [&HEADINGS.map(str::to_owned), &rule].into_iter().chain(&rows(analysis)) {
        let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        table.extend(["| ", &cells.join(" | "), " |\n"]);
    }
    table
}

type Row = [String; 10];

fn rows(analysis: &Analysis) -> Vec<Row> {
    sorted(analysis).into_iter().map(row).collect()
}

/// The exponents by link, learner and α.
pub(super) fn sorted(analysis: &Analysis) -> Vec<&Exponent> {
    let mut series: Vec<&Exponent> = analysis.exponents.iter().collect();
    series.sort_by(|a, b| {
        let (s, t) = (&a.series, &b.series);
        let setting = Setting::of(s).order(&Setting::of(t));
        setting.then(rank(&s.learner).cmp(&rank(&t.learner))).then(s.alpha.total_cmp(&t.alpha))
    });
    series
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
        format::short(e.series.alpha),
        range,
        format!("{}{censored}", e.points),
        e.exponent.map_or_else(|| "–".to_owned(), interval),
        e.predicted.map_or_else(|| "–".to_owned(), format::exponent),
        word(e.verdict).to_owned(),
        format::exponent(e.csq),
        word(e.verdict_csq).to_owned(),
    ]
}

pub(super) fn interval(beta: Interval) -> String {
    let [value, low, high] = [beta.value, beta.low, beta.high].map(format::exponent);
    format!("{value} [{low}, {high}]")
}

pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Consistent => "consistent",
        Verdict::Excluded => "excluded",
        Verdict::Unresolved => "unresolved",
        Verdict::Censored => "censored",
        Verdict::TooFewDimensions => "too few dimensions",
        Verdict::NoPrediction => "no prediction",
    }
}
