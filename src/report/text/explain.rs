//! One screen about one series: how its verdict came about.

use super::expectations::numbers;
use super::grid::Grid;
use super::notes::{hopeless, statement, ways};
use crate::analysis::estimate::{Censoring, Resolution};
use crate::analysis::explain::{Expected, Explained, Explanation};
use crate::model::rate::{Rate, RateKind};
use crate::report::format;
use crate::report::group::Setting;

/// Columns of a terminal.
const WIDTH: usize = 100;

/// Characters of what a line is about.
const LABEL: usize = 9;

/// The points, the band, what a logarithm is worth, the law, which rule decided, what the study expects
/// and what would settle an open verdict: at most 100 columns. `command` runs what would settle it.
#[must_use]
pub fn explanation(explained: &Explanation, command: Option<&str>) -> String {
    let e = &explained.exponent;
    let alpha = e.series.problem.alpha.map_or("all α".to_owned(), |a| format::alpha(Some(a)));
    let mut text = format!(
        "{}, {}, {alpha}: {} at τ = {}\n\n",
        e.series.learner,
        Setting::of(&e.series).words(),
        e.verdict.map_or("no prediction", |v| v.word()),
        e.threshold
    );
    text += &Grid {
        headings: ["d", "s", "n* [95 %]", "law", "n*/law"],
        right: [true; 5],
        rows: explained.cells.iter().map(cell).collect(),
    }
    .text();
    text.push('\n');
    for (label, words) in lines(explained, command) {
        text += &line(label, &words);
    }
    text
}

fn cell(Explained { cell, over_law }: &Explained) -> [String; 5] {
    let [n, low, high] = [cell.n_star, cell.ci_low, cell.ci_high].map(format::samples);
    let n = match cell.censored {
        Censoring::None => format!("{n} [{low}, {high}]"),
        Censoring::Above => format!("> {n} (censored)"),
        Censoring::Below => format!("< {n} (censored)"),
    };
    let s = format::or_dash(cell.s, |s| s.to_string());
    let law = format::or_dash(cell.law, format::samples);
    [cell.d.to_string(), s, n, law, format::or_dash(*over_law, format::exponent)]
}

/// What each line is about, and what it says.
fn lines(explained: &Explanation, command: Option<&str>) -> Vec<(&'static str, String)> {
    let e = &explained.exponent;
    let mut lines = Vec::new();
    if let Some(beta) = e.exponent {
        let law =
            explained.law_exponent.map(|law| format!("; of the law {}", format::exponent(law)));
        lines.push(("slope", format!("β = {}{}", format::interval(beta), law.unwrap_or_default())));
    }
    if let Some(worth) = explained.log_worth {
        let most = e.predicted.map_or(0.0, |rate| rate.log_power) * worth;
        let words = format!("worth {} of slope at these d", format::exponent(worth));
        let allowed = format!("; theory leaves room for {}", format::exponent(most));
        lines.push(("ln d", words + &allowed));
    }
    lines.push(("theory", e.predicted.map_or("no prediction".to_owned(), rate)));
    if let (Some(low), Some(high)) = (e.rate_low, e.rate_high) {
        let [low, high] = [low, high].map(format::exponent);
        let within = e.within.map(|w| format!(", within {} of b", format::exponent(w)));
        let margin = format!("; the margin δ is {}", explained.margin);
        lines.push((
            "band",
            format!("[L, H] = [{low}, {high}]{}{margin}", within.unwrap_or_default()),
        ));
    }
    lines.extend(verdicts(explained));
    let expected = || explained.expectations.iter();
    lines.extend(expected().flat_map(expectation));
    let known = [&e.resolution, &e.resolution_csq].into_iter().flatten();
    let mut all = known.chain(expected().filter_map(|one| one.judged.resolution.as_ref()));
    let command = command.filter(|_| all.any(|resolution| !ways(resolution).is_empty()));
    lines.extend(command.map(|command| ("", command.to_owned())));
    lines
}

/// The verdicts on the series alone, each with what would settle it.
fn verdicts(explained: &Explanation) -> Vec<(&'static str, String)> {
    let e = &explained.exponent;
    let mut lines = Vec::new();
    if let (Some(verdict), Some(why)) = (e.verdict, &explained.decided) {
        lines.push(("verdict", format!("{}: {why}", verdict.word())));
    }
    lines.extend(e.resolution.iter().map(|resolution| settle(resolution, true)));
    if let (Some(verdict), Some(why)) = (e.verdict_csq, &explained.decided_csq) {
        lines.push(("CSQ bound", format!("{}: {why}", verdict.word())));
    }
    lines.extend(e.resolution_csq.iter().map(|resolution| settle(resolution, true)));
    if e.contradiction {
        lines.push(("", "this contradicts a theorem".to_owned()));
    }
    lines
}

/// `expected  n*(unpruned) / n*(pruned) ≥ 2, is 2.4 [1.9, 3.0]: open, …`, and what would settle it.
fn expectation(Expected { judged, decided }: &Expected) -> Vec<(&'static str, String)> {
    let value = judged.value.map(|value| format!(", is {}", numbers(value)));
    let why = decided.as_ref().map(|why| format!(", {why}"));
    let (value, why) = (value.unwrap_or_default(), why.unwrap_or_default());
    let words = format!("{}{value}: {}{why}", statement(judged), judged.verdict.word());
    let settle = judged.resolution.iter().map(|way| settle(way, judged.series.is_some()));
    std::iter::once(("expected", words)).chain(settle).collect()
}

/// What would settle an open verdict, on a slope or not.
fn settle(resolution: &Resolution, slope: bool) -> (&'static str, String) {
    let ways = ways(resolution);
    let words = if ways.is_empty() {
        format!("{} would do", hopeless(slope))
    } else {
        format!("{} would likely do", ways.join(", or "))
    };
    ("settle", words)
}

/// `n* = d^1 up to ln^γ d, γ ≤ γmax = 1, as an upper bound`.
fn rate(Rate { exponent, log_power, kind }: Rate) -> String {
    let kind = match kind {
        RateKind::Upper => "a theorem's upper bound",
        RateKind::Rate => "the rate of this procedure",
        RateKind::Lower => "a lower bound",
        RateKind::Heuristic => "a calculation that no theorem covers",
    };
    let [b, power] = [exponent, log_power].map(format::short);
    format!("n* = d^b ln^γ d, b = {b}, 0 ≤ γ ≤ γmax = {power}: {kind}")
}

/// A label and words beside it, as many to a line as fit.
fn line(label: &str, words: &str) -> String {
    let blank = " ".repeat(LABEL + 2);
    let mut text = format!("{label:<width$}", width = LABEL + 2);
    let mut column = LABEL + 2;
    for word in words.split(' ') {
        let length = word.chars().count();
        if column > LABEL + 2 && column + 1 + length > WIDTH {
            text.extend(["\n", &blank]);
            column = LABEL + 2;
        } else if column > LABEL + 2 {
            text.push(' ');
            column += 1;
        }
        text += word;
        column += length;
    }
    text + "\n"
}
