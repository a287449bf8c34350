//! The table of diagnostics: how far an exponent can be trusted.

use super::grid::{Form, Grid};
use crate::analysis::estimate::{Analysis, Exponent, Interval};
use crate::report::format;
use crate::report::group::{Setting, sorted};

const HEADINGS: [&str; 8] = [
    "learner",
    "link",
    "α",
    "β, ln d divided out",
    "β at τ = 0.3, 0.7",
    "leave one out",
    "scatter",
    "rate band",
];
/// Columns of numbers stand right.
const RIGHT: [bool; 8] = [false, false, true, true, true, true, true, true];

/// The diagnostics: one series a line, in the order of the exponents.
///
/// Ends with a line break. Without a series there is only the head.
#[must_use]
pub fn details_table(analysis: &Analysis, form: Form) -> String {
    let rows = sorted(&analysis.exponents).into_iter().map(row).collect();
    Grid { headings: HEADINGS, right: RIGHT, rows }.shown(form)
}

fn row(e: &Exponent) -> [String; 8] {
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
        format!("{}, {}", point(d.at_03), point(d.at_07)),
        format::or_dash(left_out, range),
        number(d.scatter),
        format::or_dash(e.rate_low.zip(e.rate_high), band),
    ]
}

/// `[0.44, 0.57]`: between what exponents n* can grow, up to the logarithms that theory allows.
fn band((low, high): (f64, f64)) -> String {
    format!("[{}, {}]", format::exponent(low), format::exponent(high))
}
