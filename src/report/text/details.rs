//! The table of diagnostics: how far an exponent can be trusted.

use super::grid::Grid;
use crate::analysis::estimate::{Analysis, Exponent, Interval, Preference};
use crate::report::format;
use crate::report::group::{Setting, sorted};

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
    let number = |value: Option<f64>| format::or_dash(value, format::exponent);
    let with_ends = |value: Option<Interval>| format::or_dash(value, format::interval);
    let point = |value: Option<Interval>| number(value.map(|i| i.value));
    let left_out = d.leave_one_out_low.zip(d.leave_one_out_high);
    let range = |(low, high)| format!("{} to {}", format::exponent(low), format::exponent(high));
    [
        e.series.learner.clone(),
        Setting::of(&e.series).words(),
        format::or_dash(e.series.problem.alpha(), format::short),
        with_ends(e.log_corrected),
        format::or_dash(d.delta_aicc, |delta| format!("{delta:+.1}")),
        format::or_dash(d.preferred, law),
        format!("{}, {}", point(d.at_03), point(d.at_07)),
        format::or_dash(left_out, range),
        number(d.scatter),
        with_ends(d.extrapolated),
    ]
}

fn law(preference: Preference) -> String {
    match preference {
        Preference::Power => "d^β",
        Preference::PowerLog => "d^β ln d",
        Preference::Neither => "neither",
    }
    .to_owned()
}
