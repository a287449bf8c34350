//! The table of diagnostics: how far an exponent can be trusted.

use super::format;
use super::grid::Grid;
use super::group::Setting;
use super::table::{interval, sorted};
use crate::analysis::estimate::{Analysis, Exponent, Interval, Preference};

const HEADINGS: [&str; 10] = [
    "learner",
    "link",
    "α",
    "β, ln d divided out",
    "ΔAICc",
    "preferred",
    "β at τ = 0.3, 0.7",
    "leave one out",
    "scatter",
    "β extrapolated",
];
/// Columns of numbers stand right.
const RIGHT: [bool; 10] = [false, false, true, true, true, false, true, true, true, true];

/// The diagnostics as aligned text: one series a line, in the order of the exponents.
///
/// Ends with a line break. Without a series there is only the head.
#[must_use]
pub fn details_table(analysis: &Analysis) -> String {
    let rows = sorted(analysis).into_iter().map(row).collect();
    Grid { headings: HEADINGS, right: RIGHT, rows }.text()
}

fn row(e: &Exponent) -> [String; 10] {
    let d = &e.diagnostics;
    let number = |value: Option<f64>| value.map_or_else(none, format::exponent);
    let with_ends = |value: Option<Interval>| value.map_or_else(none, interval);
    let point = |value: Option<Interval>| number(value.map(|i| i.value));
    let range = |low, high| format!("{} to {}", number(low), number(high));
    let left_out = match d.leave_one_out_low {
        Some(_) => range(d.leave_one_out_low, d.leave_one_out_high),
        None => none(),
    };
    [
        e.series.learner.clone(),
        Setting::of(&e.series).words(),
        format::short(e.series.alpha),
        with_ends(e.log_corrected),
        d.delta_aicc.map_or_else(none, |delta| format!("{delta:+.1}")),
        d.preferred.map_or("–", law).to_owned(),
        format!("{}, {}", point(d.at_03), point(d.at_07)),
        left_out,
        number(d.scatter),
        with_ends(d.extrapolated),
    ]
}

fn none() -> String {
    "–".to_owned()
}

fn law(preference: Preference) -> &'static str {
    match preference {
        Preference::Power => "d^β",
        Preference::PowerLog => "d^β ln d",
        Preference::Neither => "neither",
    }
}
