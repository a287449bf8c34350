//! The study's own question: one number against what was varied, with what was expected.

use super::bounds::fitted;
use crate::analysis::collapse::scale;
use crate::analysis::estimate::{Analysis, Censoring, Threshold};
use crate::model::expectation::Predicted;
use crate::model::metric::Metric;
use crate::model::problem::{Problem, Series};
use crate::model::question::{Measure, Place, Question, Spot};
use crate::report::draw::aside::{Span, aside};
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::font;
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::look::Look;
use crate::report::draw::page::{Page, shrunk};
use crate::report::draw::panel::{Bar, GRID, Panel, Rect};
use crate::report::draw::scene::{Align, Label, Number, Point, Scene};
use crate::report::draw::style::{self, Stroke};
use crate::report::format;
use crate::report::group;

/// Width of the picture.
const WIDTH: f64 = style::WIDE;
/// Height of a line of a row.
const LINE: f64 = 9.0;
/// Most that the lines at one x spread, in points.
const WIDEST: f64 = 36.0;
/// Room for the names of rows.
const LONGEST_NAME: f64 = 150.0;

/// A value in the picture.
struct Dot<'a> {
    spot: &'a Spot,
    line: usize,
    d: Option<usize>,
    value: f64,
    low: f64,
    high: f64,
    /// Whether it is only a bound, and if so from below.
    bound: Option<bool>,
    theory: Option<f64>,
    /// Whether that is the limit simulation.
    is_limit: bool,
}

/// Draws the number that the study names against what it varied: names as rows, numbers as an axis,
/// whole learning curves against n or n/(s^{k*} ln(d/s)). A dashed line is theory (the rate of an
/// exponent, the limit simulation or the law of the ranking of an n*, the limit of a ratio); a grey box is what an `[[expect]]` admits.
///
/// n* is that in the largest dimension that all series have, or else of each its own. A ratio is a
/// geometric mean over the dimensions that both sides have; its interval takes their errors for
/// independent. None without a question or without a value.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let question = analysis.question.as_ref()?;
    let lines: Vec<&str> = question.lines.iter().map(String::as_str).collect();
    match (&question.spots[0].x, question.y) {
        (Place::Samples | Place::Scaled, _) => return curves(analysis, question, &lines),
        (Place::Of(x), Measure::Metric(y)) => {
            let label = |line: &&str| line_words(question, line);
            let named: Vec<_> = lines.iter().map(|line| (*line, label(line))).collect();
            return super::cloud::draw(analysis, [*x, y], &named, page);
        }
        _ => {}
    }
    let dots: Vec<Dot<'_>> =
        question.spots.iter().filter_map(|spot| dot(analysis, question, spot, &lines)).collect();
    if question.spots.iter().all(|spot| matches!(spot.x, Place::Number(_))) {
        plot(question, &dots, &lines)
    } else {
        rows(question, &dots, &lines)
    }
}

/// The name of a line as a legend has it: links set as formulas.
fn line_words(question: &Question, line: &str) -> String {
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
fn unsaid(question: &Question, dots: &[Dot<'_>], dot: &Dot<'_>) -> String {
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

/// A colour and marker a line; more than seven lines are told apart from light to dark.
fn look(line: usize, count: usize) -> Look {
    let plain = Look::number(line);
    if count > 7 { Look { colour: style::sequential(line, count), ..plain } } else { plain }
}

fn dot<'a>(
    analysis: &Analysis,
    question: &Question,
    spot: &'a Spot,
    lines: &[&str],
) -> Option<Dot<'a>> {
    let line = lines.iter().position(|l| *l == spot.line)?;
    let d = spot.d.or_else(|| largest(analysis, question, &spot.series));
    let is_limit = analysis.thresholds.iter().any(|t| t.limit.is_some());
    let dot = |value, low, high, bound, theory| {
        Some(Dot { spot, line, d, value, low, high, bound, theory, is_limit })
    };
    match question.y {
        Measure::Exponent => {
            let e = analysis.exponents.iter().find(|e| e.series == spot.series)?;
            let beta = fitted(e)?;
            // What the study expects here stands in its place.
            let theory = e.predicted.filter(|_| spot.expected.is_empty()).map(|rate| rate.exponent);
            dot(beta.value, beta.low, beta.high, None, theory)
        }
        Measure::NStar => {
            let t = cell(analysis, &spot.series, d?)?;
            // One theory a figure: the legend has one name for it.
            let theory = if is_limit { t.limit.map(|limit| limit.n_star) } else { t.law };
            dot(t.n_star, t.ci_low, t.ci_high, bound(t), theory)
        }
        Measure::Law => {
            let t = cell(analysis, &spot.series, d?)?;
            let law = t.law?;
            dot(t.n_star / law, t.ci_low / law, t.ci_high / law, bound(t), Some(1.0))
        }
        Measure::Ratio => {
            let pairs = pairs(analysis, spot);
            let (value, low, high, bound) = ratio(&pairs)?;
            dot(value, low, high, bound, limit_ratio(&pairs))
        }
        Measure::Metric(metric) => {
            let curve =
                analysis.curves.iter().find(|c| c.series == spot.series && Some(c.d) == d)?;
            let value = curve.points.last()?.means[metric]?;
            let judged =
                analysis.expectations.iter().filter(|j| j.quantity.starts_with(metric.name()));
            let mut cells = judged.flat_map(|j| &j.cells);
            let known = cells.find(|c| c.series == spot.series && Some(c.d) == d).map(|c| c.value);
            let (low, high) = known.map_or((value, value), |i| (i.low, i.high));
            dot(value, low, high, None, None)
        }
    }
}

fn cell<'a>(analysis: &'a Analysis, series: &Series, d: usize) -> Option<&'a Threshold> {
    let usable = |t: &&Threshold| t.n_star.is_finite() && t.n_star > 0.0;
    analysis.thresholds.iter().find(|t| t.series == *series && t.d == d).filter(usable)
}

fn bound(t: &Threshold) -> Option<bool> {
    (t.censored != Censoring::None).then_some(t.censored == Censoring::Above)
}

/// The largest dimension that all series of the question have, or else that of this one.
fn largest(analysis: &Analysis, question: &Question, series: &Series) -> Option<usize> {
    let of = |series: &Series| -> Vec<usize> {
        analysis.curves.iter().filter(|c| c.series == *series).map(|c| c.d).collect()
    };
    let own = of(series);
    let shared = |d: &&usize| question.spots.iter().all(|spot| of(&spot.series).contains(d));
    own.iter().filter(shared).max().or_else(|| own.iter().max()).copied()
}

/// The cells of a spot with those of its base, in the dimensions that both have.
fn pairs<'a>(analysis: &'a Analysis, spot: &Spot) -> Vec<(&'a Threshold, &'a Threshold)> {
    let Some(base) = &spot.base else { return Vec::new() };
    let own = analysis.thresholds.iter().filter(|t| t.series == spot.series);
    let own = own.filter(|t| spot.d.is_none_or(|d| d == t.d));
    own.filter_map(|t| Some((cell(analysis, &spot.series, t.d)?, cell(analysis, base, t.d)?)))
        .collect()
}

/// n* over that of the base: value, ends, whether it is a bound.
fn ratio(pairs: &[(&Threshold, &Threshold)]) -> Option<(f64, f64, f64, Option<bool>)> {
    let known = pairs.iter().filter(|(a, b)| bound(a).or(bound(b)).is_none());
    let logs: Vec<(f64, f64)> = known
        .filter_map(|(a, b)| {
            Some(((a.n_star / b.n_star).ln(), a.se_ln?.powi(2) + b.se_ln?.powi(2)))
        })
        .collect();
    if logs.is_empty() {
        let (a, b) = pairs.iter().rev().find(|(a, b)| bound(a).is_some() && bound(b).is_none())?;
        let value = a.n_star / b.n_star;
        return Some((value, value, value, bound(a)));
    }
    let count = logs.len() as f64;
    let mean = logs.iter().map(|(log, _)| log).sum::<f64>() / count;
    let half = 1.96 * logs.iter().map(|(_, variance)| variance).sum::<f64>().sqrt() / count;
    Some((mean.exp(), (mean - half).exp(), (mean + half).exp(), None))
}

/// The same ratio in the limit simulation, over the dimensions that both sides are known in.
fn limit_ratio(pairs: &[(&Threshold, &Threshold)]) -> Option<f64> {
    let limit = |t: &Threshold| Some(t.limit?.n_star.ln());
    let logs: Vec<f64> = pairs.iter().filter_map(|(a, b)| Some(limit(a)? - limit(b)?)).collect();
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
}

/// What an expectation admits, as far as an axis from `low` to `high` shows it.
fn admitted(measure: Measure, (predicted, margin): (Predicted, f64)) -> (f64, f64) {
    let (least, most) = match measure {
        Measure::Ratio => (predicted.number() / margin, predicted.number() * margin),
        _ => (predicted.number() - margin, predicted.number() + margin),
    };
    match predicted {
        Predicted::Value(_) => (least, most),
        Predicted::AtLeast(x) => (x, f64::INFINITY),
        Predicted::AtMost(x) => (f64::NEG_INFINITY, x),
    }
}

/// The axis of the measured number.
fn axis(question: &Question, dots: &[Dot<'_>]) -> Option<Axis> {
    let number = |e: &(Predicted, f64)| e.0.number();
    let expected = dots.iter().flat_map(|dot| dot.spot.expected.iter().map(number));
    let theory = dots.iter().filter_map(|dot| dot.theory);
    let values = || dots.iter().map(|dot| dot.value);
    if is_log(question.y) {
        let ends = dots
            .iter()
            .flat_map(|dot| [dot.low.max(dot.value / 3.0), dot.high.min(dot.value * 3.0)]);
        let all: Vec<f64> = values().chain(ends).chain(theory).chain(expected).collect();
        let (low, high) = extent(all.iter().copied().filter(|x| *x > 0.0))?;
        // A range of its own for values that hardly differ.
        return Axis::log([low.min(high / 1.5), high]);
    }
    let ends =
        dots.iter().flat_map(|dot| [dot.low.max(dot.value - 1.5), dot.high.min(dot.value + 1.5)]);
    let (low, high) = extent(values().chain(ends).chain(theory).chain(expected))?;
    let pad = 0.08 * (high - low).max(0.1);
    Some(Axis::linear(low - pad, high + pad))
}

fn is_log(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::NStar | Measure::Law | Measure::Ratio | Measure::Metric(Metric::Risk)
    )
}

fn y_label(question: &Question) -> String {
    match question.y {
        Measure::NStar => "samples n*".to_owned(),
        Measure::Exponent => super::bounds::BETA.to_owned(),
        Measure::Law => "n* / law of the ranking".to_owned(),
        Measure::Ratio => format!("n* over that of {}", format::learner(&question.base)),
        Measure::Metric(metric) => format!("{} at the largest n", metric.name()),
    }
}

fn x_label(question: &Question) -> String {
    match question.x.as_str() {
        "alpha" => super::bounds::ALPHA.to_owned(),
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

fn legend(question: &Question, dots: &[Dot<'_>], lines: &[&str]) -> Vec<Entry> {
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

const EXPECTED: plotters::style::RGBAColor = plotters::style::RGBAColor(190, 190, 190, 0.6);

fn words(question: &Question, dot: &Dot<'_>) -> String {
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

fn number(question: &Question) -> Number {
    if question.y == Measure::Exponent { Number::Beta } else { Number::Other }
}

/// Numbers against numbers.
fn plot(question: &Question, dots: &[Dot<'_>], lines: &[&str]) -> Option<Scene> {
    let at = |dot: &Dot<'_>| match dot.spot.x {
        Place::Number(x) => x,
        _ => f64::NAN,
    };
    let mut values = group::distinct(dots.iter().map(at), f64::total_cmp);
    values.retain(|x| x.is_finite());
    let (low, high) = extent(values.iter().copied())?;
    let x = if low > 0.0 && high / low >= 6.0 {
        Axis::log(values.iter().copied())?
    } else {
        let pad = 0.08 * (high - low).max(1e-9);
        Axis::linear(low - pad, high + pad)
    };
    let x = x.naming(values);
    let y = axis(question, dots)?;
    let page = page(legend(question, dots, lines));
    let mut scene = page.start(&x_label(question), &y_label(question));
    let panel = Panel { rect: page.rect(0, 0), x: &x, y: &y, overhang: 6.0 };
    panel.grid(&mut scene);
    let dots = placed(&panel, dots, at);
    for (dot, (x, _)) in &dots {
        for expected in &dot.spot.expected {
            let (least, most) = admitted(question.y, *expected);
            band(&mut scene, (*x, y_of(&panel, most), y_of(&panel, least)));
        }
    }
    for line in 0..lines.len() {
        let look = look(line, lines.len());
        let mut mine: Vec<&(&Dot<'_>, Point)> =
            dots.iter().filter(|(dot, _)| dot.line == line).collect();
        mine.sort_by(|(a, _), (b, _)| at(a).total_cmp(&at(b)));
        let Some((first, _)) = mine.first() else { continue };
        let theory: Vec<_> =
            mine.iter().filter_map(|(dot, _)| Some((at(dot), dot.theory?))).collect();
        scene.of(&first.spot.series, |scene| {
            panel.curve(scene, &theory, style::dashed(style::pale(look.colour, 0.8), 0.9));
            let known = mine.iter().filter(|(dot, _)| dot.bound.is_none());
            let through: Vec<Point> = known.map(|(_, place)| *place).collect();
            if question.y != Measure::Exponent {
                scene.line(&through, style::solid(style::pale(look.colour, 0.5), 0.8));
            }
        });
        for (dot, (x, y)) in mine {
            scene.value(&dot.spot.series, words(question, dot), number(question), |scene| {
                if let Some(upward) = dot.bound {
                    return panel.bound(scene, (*x, *y), look, upward);
                }
                let shift = x - panel.place((at(dot), dot.value)).map_or(*x, |own| own.0);
                let bar = Bar { x: at(dot), low: dot.low, high: dot.high, shift };
                panel.bar(scene, bar, look.colour);
                panel.point(scene, (*x, *y), look, true);
            });
        }
    }
    panel.axes(&mut scene, true, true);
    Some(scene)
}

/// A page of one panel below its legend.
fn page(entries: Vec<Entry>) -> Page {
    let legend = Legend::new(entries, WIDTH - 6.0);
    Page {
        width: WIDTH,
        rows: 1,
        columns: 1,
        aspect: 0.72,
        header: 4.0,
        right: 10.0,
        gap: 0.0,
        row_gap: 0.0,
        legend,
    }
}

/// The values that lie in the panel, with their places: side by side where their intervals meet.
fn placed<'a>(
    panel: &Panel<'_>,
    dots: &'a [Dot<'a>],
    at: impl Fn(&Dot<'_>) -> f64,
) -> Vec<(&'a Dot<'a>, Point)> {
    let place = |dot: &'a Dot<'a>| Some((dot, panel.place((at(dot), dot.value))?));
    let mut placed: Vec<_> = dots.iter().filter_map(place).collect();
    placed.sort_by_key(|(dot, _)| dot.line);
    let span = |(dot, (x, y)): &(&Dot<'_>, Point)| {
        let (top, bottom) = (y_of(panel, dot.high), y_of(panel, dot.low));
        (*x, top.min(y - 3.0), bottom.max(y + 3.0))
    };
    let spans: Vec<Span> = placed.iter().map(span).collect();
    let shifts = aside(&spans, (panel.rect.left, panel.rect.right()), WIDEST);
    placed.iter_mut().zip(shifts).for_each(|((_, (x, _)), shift)| *x += shift);
    placed
}

/// The height of a value, or that of the end of the axis beyond which it lies.
fn y_of(panel: &Panel<'_>, value: f64) -> f64 {
    let fraction = match panel.y.fraction(value) {
        Some(fraction) => fraction.clamp(0.0, 1.0),
        None => f64::from(u8::from(value > 0.0)),
    };
    panel.rect.bottom() - fraction * panel.rect.height
}

/// What is expected at one x: a box between two heights.
fn band(scene: &mut Scene, (x, top, bottom): (f64, f64, f64)) {
    let rect = Rect { left: x - 3.5, top, width: 7.0, height: (bottom - top).max(0.8) };
    scene.area(rect.corners().to_vec(), EXPECTED);
}

/// Names down the page, values across.
fn rows(question: &Question, dots: &[Dot<'_>], lines: &[&str]) -> Option<Scene> {
    let name = |dot: &Dot<'_>| {
        let place = match &dot.spot.x {
            Place::Name(name) if question.x == "link" => format::link(name),
            Place::Name(name) => format::learner(name),
            Place::Number(x) => format::short(*x),
            Place::Samples | Place::Scaled | Place::Of(_) => String::new(),
        };
        place + &unsaid(question, dots, dot)
    };
    let mut rows: Vec<(String, Vec<&Dot<'_>>)> = Vec::new();
    for dot in dots {
        let name = name(dot);
        match rows.iter_mut().find(|(known, _)| *known == name) {
            Some((_, row)) => row.push(dot),
            None => rows.push((name, vec![dot])),
        }
    }
    let x = axis(question, dots)?;
    let wide = rows.iter().map(|(name, _)| font::width(name, style::SMALL, false));
    let widest = wide.fold(0.0, f64::max);
    let left = 12.0 + widest.min(LONGEST_NAME);
    let legend = Legend::new(legend(question, dots, lines), WIDTH - 6.0);
    let height: f64 = rows.iter().map(|(_, row)| row_height(row)).sum();
    let top = 5.0 + legend.height();
    let mut scene = Scene::new(WIDTH, top + height + 28.0);
    legend.draw(&mut scene, WIDTH / 2.0, 3.0);
    let y = Axis::linear(-height, 0.0);
    let rect = Rect { left, top, width: WIDTH - left - 10.0, height };
    let panel = Panel { rect, x: &x, y: &y, overhang: 6.0 };
    panel.x_grid(&mut scene);
    if question.y == Measure::Ratio {
        panel.curve(&mut scene, &[(1.0, -height), (1.0, 0.0)], style::solid(style::GREY, 0.7));
    }
    let mut above = 0.0;
    for (text, row) in &rows {
        scene.line(&[(left, top + above), (rect.right(), top + above)], GRID);
        let depth = above + row_height(row) / 2.0;
        let label = Label::new(text, (left - 6.0, top + depth + style::SMALL * 0.36), style::SMALL);
        let (from, _, to, _) = label.bounds();
        scene.text(shrunk(label.align(Align::Right), to - from, LONGEST_NAME));
        for (dot, depth) in row.iter().zip(depths(row, above)) {
            across(&mut scene, &panel, question, dot, (depth, look(dot.line, lines.len())));
        }
        above += row_height(row);
    }
    panel.x_ticks(&mut scene, true);
    panel.frame(&mut scene);
    let below = (left + rect.width / 2.0, scene.height - 5.0);
    scene.text(Label::new(y_label(question), below, style::LABEL).align(Align::Centre));
    Some(scene)
}

/// Room for the lines that a row has: a line without a value there takes none.
fn row_height(row: &[&Dot<'_>]) -> f64 {
    LINE * lines_of(row).len() as f64 + 5.0
}

fn lines_of(row: &[&Dot<'_>]) -> Vec<usize> {
    group::distinct(row.iter().map(|dot| dot.line), usize::cmp)
}

/// How far down each value of a row stands that begins at `above`, in the order of the lines.
fn depths(row: &[&Dot<'_>], above: f64) -> impl Iterator<Item = f64> {
    let lines = lines_of(row);
    let place = move |dot: &&Dot<'_>| {
        let index = lines.iter().position(|line| *line == dot.line).unwrap_or_default();
        above + 2.5 + LINE * (index as f64 + 0.5)
    };
    row.iter().map(place)
}

/// A value in its row, with what was expected and what theory says.
fn across(
    scene: &mut Scene,
    panel: &Panel<'_>,
    question: &Question,
    dot: &Dot<'_>,
    (depth, look): (f64, Look),
) {
    let Rect { left, width, top, .. } = panel.rect;
    let place = |value: f64| {
        let fraction =
            panel.x.fraction(value).map_or(f64::from(u8::from(value > 0.0)), |f| f.clamp(0.0, 1.0));
        left + width * fraction
    };
    for expected in &dot.spot.expected {
        let (least, most) = admitted(question.y, *expected);
        let (from, to) = (place(least), place(most));
        let box_of =
            Rect { left: from, top: top + depth - 3.5, width: (to - from).max(0.8), height: 7.0 };
        scene.area(box_of.corners().to_vec(), EXPECTED);
    }
    let upright = |scene: &mut Scene, value: f64, half: f64, stroke: Stroke| {
        panel.curve(scene, &[(value, -depth - half), (value, -depth + half)], stroke);
    };
    if let Some(theory) = dot.theory {
        upright(scene, theory, 4.5, style::dashed(style::BLACK, 1.0));
    }
    scene.value(&dot.spot.series, words(question, dot), Number::Other, |scene| {
        let stroke = style::solid(look.colour, 0.9);
        if dot.bound.is_none() {
            let (first, last) = (panel.x.range.0, panel.x.range.1);
            let ends =
                if panel.x.log { (10_f64.powf(first), 10_f64.powf(last)) } else { (first, last) };
            panel.curve(
                scene,
                &[(dot.low.max(ends.0), -depth), (dot.high.min(ends.1), -depth)],
                stroke,
            );
            for (beyond, end, step) in
                [(dot.low < ends.0, ends.0, 3.6), (dot.high > ends.1, ends.1, -3.6)]
            {
                if let Some((x, y)) = panel.place((end, -depth)).filter(|_| beyond) {
                    let tip = vec![(x, y), (x + step, y - 2.0), (x + step, y + 2.0)];
                    scene.area(tip, look.colour);
                }
            }
            upright(scene, dot.low, 1.8, stroke);
            upright(scene, dot.high, 1.8, stroke);
        }
        let Some(at) = panel.place((dot.value, -depth)) else { return };
        if let Some(upward) = dot.bound {
            let step = if upward { 8.0 } else { -8.0 };
            scene.line(&[at, (at.0 + step, at.1)], stroke);
            let tip = [
                (at.0 + 1.25 * step, at.1),
                (at.0 + 0.8 * step, at.1 - 2.0),
                (at.0 + 0.8 * step, at.1 + 2.0),
            ];
            scene.area(tip.to_vec(), look.colour);
        }
        panel.point(scene, at, look, dot.bound.is_none());
    });
}

/// Whole learning curves of a metric.
fn curves(analysis: &Analysis, question: &Question, lines: &[&str]) -> Option<Scene> {
    let Measure::Metric(metric) = question.y else { return None };
    let curve = |spot: &Spot| {
        let curve =
            analysis.curves.iter().find(|c| c.series == spot.series && Some(c.d) == spot.d)?;
        let over = match spot.x {
            Place::Scaled => scale(curve.series.problem.k_star, curve.s, curve.d)?,
            _ => 1.0,
        };
        let points =
            curve.points.iter().filter_map(|p| Some((p.n as f64 / over, p.means[metric]?)));
        Some(points.collect::<Vec<(f64, f64)>>())
    };
    let all: Vec<_> = question.spots.iter().filter_map(|spot| Some((spot, curve(spot)?))).collect();
    let values = || all.iter().flat_map(|(_, points)| points);
    let x = Axis::log(values().map(|p| p.0))?;
    let (low, high) = extent(values().map(|p| p.1))?;
    let y = if metric == Metric::Risk {
        Axis::log([low, high])?
    } else {
        Axis::linear(low.min(0.0) - 0.04, high.max(1.0) + 0.04)
    };
    let entry = |(i, line): (usize, &&str)| {
        (Symbol::Line(style::solid(look(i, lines.len()).colour, 1.2)), line_words(question, line))
    };
    let page = page(lines.iter().enumerate().map(entry).collect());
    let mut scene = page.start(&x_label(question), &format!("mean {}", metric.name()));
    let panel = Panel { rect: page.rect(0, 0), x: &x, y: &y, overhang: 4.0 };
    panel.grid(&mut scene);
    for (spot, points) in &all {
        let line = lines.iter().position(|l| *l == spot.line).unwrap_or_default();
        let stroke = style::solid(look(line, lines.len()).colour, 1.0);
        scene.of(&spot.series, |scene| panel.curve(scene, points, stroke));
    }
    panel.axes(&mut scene, true, true);
    Some(scene)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::scene::Shape;
    use crate::report::fixture::realistic;

    fn spot(series: &Series, x: Place, base: Option<Series>) -> Spot {
        let line = series.learner.clone();
        let expected = vec![(Predicted::Value(2.0), 1.25)];
        Spot { series: series.clone(), d: None, line, x, base, expected }
    }

    /// β against α of the pruned, and n* of the pruned over that of the unpruned.
    fn asking(y: Measure, names: bool) -> Analysis {
        let mut analysis = realistic();
        for t in &mut analysis.thresholds {
            t.se_ln = (t.censored == Censoring::None).then_some(0.1);
        }
        let all = analysis.exponents.iter().map(|e| &e.series);
        let spots = all.filter(|s| s.learner == "pruned").map(|series| {
            let base = Series { learner: "unpruned".to_owned(), ..series.clone() };
            let alpha = series.problem.alpha().unwrap();
            let x = if names { Place::Name(format!("{alpha}")) } else { Place::Number(alpha) };
            spot(series, x, (y == Measure::Ratio).then_some(base))
        });
        let spots: Vec<Spot> = spots.collect();
        let (title, x, base) = (String::new(), "alpha".to_owned(), "unpruned".to_owned());
        let by = vec!["learner".to_owned()];
        let lines = Question::lines(&spots);
        analysis.question = Some(Question { by, title, x, y, base, spots, lines });
        analysis
    }

    #[test]
    fn a_ratio_is_the_geometric_mean_over_what_both_have() {
        let analysis = asking(Measure::Ratio, false);
        let question = analysis.question.as_ref().unwrap();
        for spot in &question.spots {
            let of = |learner: &str| -> Vec<f64> {
                let mine = |t: &&Threshold| {
                    t.series.learner == learner && t.series.problem == spot.series.problem
                };
                let whole = |t: &&Threshold| t.censored == Censoring::None;
                analysis.thresholds.iter().filter(mine).filter(whole).map(|t| t.n_star).collect()
            };
            let logs: Vec<f64> =
                of("pruned").iter().zip(of("unpruned")).map(|(a, b)| (a / b).ln()).collect();
            let (value, low, high, bound) = ratio(&pairs(&analysis, spot)).unwrap();
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            assert!((value.ln() - mean).abs() < 1e-12 && bound.is_none());
            // Of independent errors of 0.1 each.
            let half = 1.96 * 0.1 * (2.0 / logs.len() as f64).sqrt();
            assert!(((high / low).ln() - 2.0 * half).abs() < 1e-12);
        }
    }

    #[test]
    fn a_row_has_room_for_the_lines_in_it_and_they_stand_about_its_name() {
        let mut analysis = asking(Measure::Exponent, true);
        let question = analysis.question.as_mut().unwrap();
        for (i, spot) in question.spots.iter_mut().enumerate() {
            spot.line = format!("line {i}");
        }
        question.lines = Question::lines(&question.spots);
        let scene = draw(&analysis).unwrap();
        let rows = scene.marks.iter().filter(|mark| mark.value.is_some()).count();
        let height = scene.frames[0].rect[3];
        assert_eq!((rows, height), (6, 6.0 * (LINE + 5.0)));
        for mark in &scene.marks {
            let points = scene.shapes[mark.shapes.clone()].iter().filter_map(|shape| match shape {
                Shape::Line(points, ..) => points.first(),
                _ => None,
            });
            let middle = points.map(|(_, y)| *y).next().unwrap();
            let named = |label: &Label| (label.at.1 - style::SMALL * 0.36 - middle).abs() < 1e-9;
            assert!(scene.labels().any(named), "{mark:?}");
        }
    }

    #[test]
    fn a_value_stands_at_its_number_unless_another_is_there() {
        let mut analysis = asking(Measure::Exponent, false);
        let question = analysis.question.as_mut().unwrap();
        for (i, spot) in question.spots.iter_mut().enumerate() {
            spot.line = format!("line {i}");
        }
        question.lines = Question::lines(&question.spots);
        let question = analysis.question.as_ref().unwrap();
        let lines: Vec<&str> = question.lines.iter().map(String::as_str).collect();
        let dots: Vec<_> =
            question.spots.iter().filter_map(|s| dot(&analysis, question, s, &lines)).collect();
        let at = |dot: &Dot<'_>| match dot.spot.x {
            Place::Number(x) => x,
            _ => f64::NAN,
        };
        let (x, y) = (Axis::linear(0.0, 1.2), Axis::linear(0.0, 3.0));
        let rect = Rect { left: 0.0, top: 0.0, width: 200.0, height: 100.0 };
        let panel = Panel { rect, x: &x, y: &y, overhang: 0.0 };
        for (dot, place) in placed(&panel, &dots, at) {
            assert_eq!(Some(place), panel.place((at(dot), dot.value)));
        }
    }

    #[test]
    fn a_row_says_in_what_its_target_is_not_as_the_others() {
        let mut analysis = asking(Measure::Exponent, true);
        let question = analysis.question.as_mut().unwrap();
        question.x = "link".to_owned();
        question.by = vec!["alpha".to_owned()];
        for (i, spot) in question.spots.iter_mut().enumerate() {
            spot.line = format!("t^2 + t^4, α = {i}");
            spot.x = Place::Name("He2".to_owned());
        }
        question.lines = Question::lines(&question.spots);
        let texts = |analysis: &Analysis| -> Vec<String> {
            draw(analysis).unwrap().labels().map(|label| label.text.clone()).collect()
        };
        let rows = |analysis: &Analysis| -> Vec<String> {
            texts(analysis).into_iter().filter(|text| text.starts_with("He₂")).collect()
        };
        assert_eq!(rows(&analysis), ["He₂"]);
        assert!(texts(&analysis).contains(&"t² + t⁴, α = 3".to_owned()));
        let soft = |q| Some(crate::model::problem::Real::new(q).unwrap());
        let spots = &mut analysis.question.as_mut().unwrap().spots;
        for spot in spots.iter_mut() {
            spot.series.problem.q = soft(0.0);
        }
        spots[3].series.problem.q = soft(1.0);
        let changed = spots[3].series.clone();
        let fits = analysis.exponents.iter_mut();
        for e in fits.filter(|e| e.series.learner == "pruned") {
            e.series.problem.q = soft(0.0);
            if e.series.problem.alpha == changed.problem.alpha {
                e.series = changed.clone();
            }
        }
        assert!(rows(&analysis).contains(&"He₂, q = 1".to_owned()), "{:?}", rows(&analysis));
        analysis.question.as_mut().unwrap().by.clear();
        assert!(rows(&analysis).iter().any(|row| row == "He₂, α = 0.25"), "{:?}", rows(&analysis));
    }

    #[test]
    fn numbers_make_an_axis_and_names_make_rows_and_both_show_the_values() {
        for (y, names) in [
            (Measure::Exponent, false),
            (Measure::Exponent, true),
            (Measure::Ratio, true),
            (Measure::NStar, false),
        ] {
            let analysis = asking(y, names);
            let scene = draw(&analysis).unwrap();
            let values = scene.marks.iter().filter(|mark| mark.value.is_some()).count();
            assert_eq!(values, 6);
            let boxes = scene
                .shapes
                .iter()
                .filter(|shape| matches!(shape, Shape::Area(_, colour) if *colour == EXPECTED));
            // And one in the legend.
            assert_eq!(boxes.count(), 7);
            for mark in &scene.marks {
                if let (Some((words, _)), Measure::Exponent) = (&mark.value, y) {
                    let e = analysis.exponents.iter().find(|e| e.series == mark.series).unwrap();
                    let beta = format::samples(e.exponent.unwrap().value);
                    assert!(words.contains(&beta), "{words}");
                }
            }
        }
        assert!(draw(&realistic()).is_none());
    }
}
