//! What the picture says: names, labels, legend, and the words of a value.

use super::dot::Dot;
use super::frame::{EXPECTED, look};
use crate::model::problem::Problem;
use crate::model::question::{Measure, Question};
use crate::report::draw::legend::{Entry, Symbol};
use crate::report::draw::scene::Number;
use crate::report::draw::style;
use crate::report::figure::bounds;
use crate::report::{format, group};

/// The name of a line as a legend has it: links set as formulas.
pub(super) fn line_words(question: &Question, line: &str) -> String {
    let is_link = |part: &str| {
        question.spots.iter().any(|spot| spot.series.problem.link.as_deref() == Some(part))
    };
    let word = |part| if is_link(part) { format::link(part) } else { format::learner(part) };
    line.split(", ").map(word).collect::<Vec<_>>().join(", ")
}

/// A part of a target: the key that chooses it, and what it is in words.
type Part = (&'static str, fn(&Problem) -> Option<String>);

const PARTS: [Part; 6] = [
    ("link", |p| p.link.as_deref().map(format::link)),
    ("alpha", |p| p.alpha.map(|alpha| format::alpha(Some(alpha)))),
    ("r", |p| p.r.map(|r| format!("r = {r}"))),
    ("q", |p| p.q.map(|q| format!("q = {}", format::short(q.get())))),
    ("noise", |p| p.noise.map(|noise| format!("√Δ = {}", format::short(noise.get())))),
    ("input", |p| p.input.as_deref().map(format::learner)),
];

/// What of the target of `dot` neither its row nor its line says, if others differ in it: every α,
/// and of the rest what is not the most frequent.
pub(super) fn unsaid(question: &Question, dots: &[Dot<'_>], dot: &Dot<'_>) -> String {
    let said = |key: &str| question.x == key || question.by.iter().any(|by| by == key);
    let mut words = String::new();
    for (key, part) in PARTS.into_iter().filter(|(key, _)| !said(key)) {
        let of = |dot: &Dot<'_>| part(&dot.spot.series.problem);
        let count = |value: &Option<String>| dots.iter().filter(|dot| of(dot) == *value).count();
        let own = of(dot);
        let most = dots.iter().map(of).map(|value| count(&value)).max().unwrap_or_default();
        let varies = count(&own) < dots.len();
        if let Some(own) = own.filter(|_| varies && (key == "alpha" || count(&of(dot)) < most)) {
            words += &format!(", {own}");
        }
    }
    words
}

pub(super) fn y_label(question: &Question) -> String {
    match question.y {
        Measure::NStar => "samples n*".to_owned(),
        Measure::Exponent => bounds::BETA.to_owned(),
        Measure::Law => "n* / law of the ranking".to_owned(),
        Measure::Ratio => format!("n* over that of {}", format::learner(&question.base)),
        Measure::Metric(metric) => format!("{} at the largest n", metric.name()),
    }
}

pub(super) fn x_label(question: &Question) -> String {
    match question.x.as_str() {
        "alpha" => bounds::ALPHA.to_owned(),
        "d" => "dimension d".to_owned(),
        "noise" => "label noise √Δ".to_owned(),
        "q" => "norm exponent q".to_owned(),
        "k_star" => "information exponent k*".to_owned(),
        "r" => "directions r".to_owned(),
        "n" => "total samples n".to_owned(),
        "scale" => "samples over their scale,  n / (sᵏ* ln(d/s))".to_owned(),
        "shift" => "shift c".to_owned(),
        "width" => "width m".to_owned(),
        "keep.ratio" => "kept coordinates M / s".to_owned(),
        "feature.steps" => "gradient steps T".to_owned(),
        other => other.replace(['_', '.'], " "),
    }
}

pub(super) fn legend(question: &Question, dots: &[Dot<'_>], lines: &[&str]) -> Vec<Entry> {
    let name = |(i, line): (usize, &&str)| {
        (Symbol::Point(look(i, lines.len())), line_words(question, line))
    };
    let mut entries: Vec<Entry> = Vec::new();
    let shown = |(i, _): &(usize, &&str)| dots.iter().any(|dot| dot.line == *i);
    if lines.len() > 1 || !lines[0].is_empty() {
        entries.extend(lines.iter().enumerate().filter(shown).map(name));
    }
    if dots.iter().any(|dot| dot.theory.is_some()) {
        let word = match question.y {
            Measure::Exponent => "theory",
            Measure::Ratio => "limit simulation",
            Measure::NStar if dots.iter().any(|dot| dot.is_limit) => "limit simulation",
            _ => "law of the ranking",
        };
        entries.push((Symbol::Line(style::dashed(style::GREY, 0.9)), word.to_owned()));
    }
    if dots.iter().any(|dot| !dot.spot.expected.is_empty()) {
        entries.push((Symbol::Box(EXPECTED), "expected, with its margin".to_owned()));
    }
    if dots.iter().any(|dot| dot.bound.is_some()) {
        entries.push((Symbol::Bound(style::GREY), "bound (censored)".to_owned()));
    }
    entries
}

pub(super) fn words(question: &Question, dot: &Dot<'_>) -> String {
    let d = dot
        .d
        .filter(|_| !matches!(question.y, Measure::Exponent))
        .filter(|_| dot.spot.d.is_some() || question.y != Measure::Ratio);
    let d = d.map(|d| format!(", d = {d}")).unwrap_or_default();
    let [value, low, high] = [dot.value, dot.low, dot.high].map(format::samples);
    let value = match dot.bound {
        Some(true) => format!("above {value}"),
        Some(false) => format!("below {value}"),
        None if dot.low == dot.high => value,
        None => format!("{value}, 95 % {low} to {high}"),
    };
    let mut text = format!("{}{d}: {} {value}", group::name(&dot.spot.series), y_label(question));
    for (predicted, _) in &dot.spot.expected {
        let sign = predicted.sign().trim_start_matches('=');
        text += &format!(", expected {sign}{}", format::samples(predicted.number()));
    }
    text
}

pub(super) fn number(question: &Question) -> Number {
    if question.y == Measure::Exponent { Number::Beta } else { Number::Other }
}
