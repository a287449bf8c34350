//! The table of exponents, and what it comes to.

use super::grid::{Form, Grid};
use crate::analysis::estimate::{Analysis, Exponent};
use crate::analysis::judge::Verdict;
use crate::model::rate::Rate;
use crate::report::format;
use crate::report::group::{Setting, sorted};

pub(crate) const HEADINGS: [&str; 9] =
    ["learner", "link", "α", "d", "β [95 %]", "b, γmax", "within", "verdict", "CSQ bound"];
/// Columns of numbers stand right.
pub(crate) const RIGHT: [bool; 9] = [false, false, true, true, true, true, true, false, false];
/// Which column is the verdict.
pub(crate) const VERDICT: usize = 7;
/// Columns that τ moves.
pub(crate) const MOVED: [usize; 5] = [3, 4, 6, VERDICT, 8];

/// The exponents: one series a line, sorted by link, learner and α, then what theory calls one
/// number over several α.
///
/// Ends with a line break. Without a series there is only the head.
#[must_use]
pub fn exponent_table(analysis: &Analysis, form: Form) -> String {
    grid(analysis).shown(form)
}

/// How many predictions match, are open and so on, and whether any contradicts theory; empty
/// without a prediction.
///
/// `9 match, 3 open; nothing contradicts theory`.
#[must_use]
pub fn conclusion(analysis: &Analysis) -> String {
    let all = || analysis.exponents.iter().chain(&analysis.pooled);
    let tally = tally(all().filter_map(|e| e.verdict).map(Verdict::word));
    if tally.is_empty() {
        return tally;
    }
    let against = match all().filter(|e| e.contradiction).count() {
        0 => "nothing contradicts theory".to_owned(),
        1 => "1 contradicts a theorem".to_owned(),
        count => format!("{count} contradict a theorem"),
    };
    format!("{tally}; {against}")
}

/// `Of the 6 expectations of the study: 5 match, 1 open.`, `The one expectation of the study:
/// matches.`, if there are any.
pub(crate) fn met(analysis: &Analysis) -> Option<String> {
    let all = &analysis.expectations;
    let words = tally(all.iter().map(|judged| judged.verdict.word()));
    match &all[..] {
        [] => None,
        [one] => Some(format!("The one expectation of the study: {}.", one.verdict.word())),
        _ => Some(format!("Of the {} expectations of the study: {words}.", all.len())),
    }
}

/// Verdicts counted: `9 match, 3 open`; empty without one.
#[must_use]
pub fn tally<'a>(verdicts: impl IntoIterator<Item = &'a str>) -> String {
    let verdicts: Vec<&str> = verdicts.into_iter().collect();
    let count = |words: &[Verdict]| {
        verdicts.iter().filter(|verdict| words.iter().any(|w| w.word() == **verdict)).count()
    };
    let parts = [
        ("match", &[Verdict::Matches, Verdict::MatchesUpToLog][..]),
        ("above", &[Verdict::Above]),
        ("below", &[Verdict::Below]),
        ("open", &[Verdict::Open]),
        ("with too few values", &[Verdict::Censored, Verdict::TooFewDimensions]),
    ];
    let parts = parts.map(|(word, verdicts)| (count(verdicts), word));
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn grid(analysis: &Analysis) -> Grid<'static, 9> {
    let rows = rows(&analysis.exponents, &analysis.pooled);
    Grid { headings: HEADINGS, right: RIGHT, rows }
}

/// The rows of the table: series, then those of several α.
pub(crate) fn rows(exponents: &[Exponent], pooled: &[Exponent]) -> Vec<[String; 9]> {
    let series = sorted(exponents).into_iter().map(|e| row(e, "–"));
    series.chain(sorted(pooled).into_iter().map(|e| row(e, "all"))).collect()
}

/// What τ moves of a row.
pub(crate) fn moved(row: &[String; 9]) -> [String; 5] {
    MOVED.map(|column| row[column].clone())
}

/// A series; `no_alpha` stands for an α that it does not have.
fn row(e: &Exponent, no_alpha: &str) -> [String; 9] {
    let range =
        if e.d_min == e.d_max { e.d_min.to_string() } else { format!("{}–{}", e.d_min, e.d_max) };
    let censored = match e.censored {
        0 => String::new(),
        n => format!(" (+{n} censored)"),
    };
    let alpha = e.series.problem.alpha().map_or_else(|| no_alpha.to_owned(), format::short);
    let csq = e.csq.map(|bound| {
        let word = e.verdict_csq.map_or("–", |v| v.word());
        format!("{word} {}", format::short(bound))
    });
    [
        e.series.learner.clone(),
        Setting::of(&e.series).words(),
        alpha,
        format!("{range}{censored}"),
        format::or_dash(e.exponent, format::interval),
        format::or_dash(e.predicted, rate),
        format::or_dash(e.within, format::exponent),
        e.verdict.map_or("–", Verdict::word).to_owned(),
        format::or_dash(csq, |text| text),
    ]
}

/// `0.5, 1`: the exponent b, and γmax, the largest power of ln d that theory leaves open.
fn rate(rate: Rate) -> String {
    format!("{}, {}", format::short(rate.exponent), format::short(rate.log_power))
}
