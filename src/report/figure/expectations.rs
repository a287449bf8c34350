//! What the study expected, one line an expectation: measured against predicted, in margins.

use crate::analysis::estimate::{Analysis, Judged};
use crate::model::expectation::Predicted;
use crate::model::problem::Series;
use crate::report::draw::axis::Axis;
use crate::report::draw::font;
use crate::report::draw::look::Look;
use crate::report::draw::panel::{GRID, Panel, Rect};
use crate::report::draw::scene::{Align, Label, Number, Scene};
use crate::report::draw::style;
use crate::report::format;
use crate::report::group::Setting;

const LINE: f64 = 12.0;
/// Room above, for the names of the columns.
const HEADER: f64 = 15.0;
/// Width of the panel, and the distance of columns.
const PLOT: f64 = 160.0;
const GAP: f64 = 8.0;
/// What stands to the right of the panel.
const COLUMNS: [&str; 2] = ["found / expected", "verdict"];
/// Further from the prediction than this many margins stands an arrow: room for a point at 4.
const FARTHEST: f64 = 4.3;

/// Draws (measured − predicted)/margin with its interval, of a ratio ln(measured/predicted)/ln(margin):
/// inside the grey band is as expected, from −1 to 1, or on the one side of 0 that a bound admits.
/// None without an expectation.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let all = &analysis.expectations;
    if all.is_empty() {
        return None;
    }
    let height = LINE * all.len() as f64;
    let mut scene = Scene::new(style::PAGE, HEADER + height + 28.0);
    let columns = columns(all);
    let left = columns[0] - GAP - PLOT;
    let rect = Rect { left, top: HEADER, width: PLOT, height };
    let (x, y) = (Axis::linear(-FARTHEST, FARTHEST), Axis::linear(-height, 0.0));
    let panel = Panel { rect, x: &x, y: &y, overhang: 4.0 };
    for (words, at) in COLUMNS.iter().zip(columns) {
        scene.text(Label::new(words, (at, HEADER - 4.0), style::SMALL));
    }
    let mut above = 0.0;
    for alike in all.chunk_by(|a, b| admitted(a) == admitted(b)) {
        let ((from, to), below) = (admitted(&alike[0]), above - LINE * alike.len() as f64);
        let edges = [(from, below, above), (to, below, above)];
        panel.band(&mut scene, &edges, style::pale(style::BLACK, 0.09));
        above = below;
    }
    panel.curve(&mut scene, &[(0.0, -height), (0.0, 0.0)], style::solid(style::GREY, 0.8));
    for (i, judged) in all.iter().enumerate() {
        let depth = LINE * (i as f64 + 0.5);
        line(&mut scene, &panel, judged, (&claim(all, judged), depth), columns);
    }
    panel.x_ticks(&mut scene, true);
    panel.frame(&mut scene);
    let below = (left + rect.width / 2.0, scene.height - 5.0);
    let words = "measured less predicted, in margins";
    scene.text(Label::new(words, below, style::LABEL).align(Align::Centre));
    Some(scene)
}

/// Where the columns to the right of the panel begin, as wide as what is in them.
fn columns(all: &[Judged]) -> [f64; 2] {
    let wide = |texts: Vec<String>, name: &str| {
        let all = texts.iter().map(String::as_str).chain([name]);
        all.map(|text| font::width(text, style::SMALL, false)).fold(0.0, f64::max) + GAP
    };
    let words = all.iter().map(|judged| judged.verdict.word().to_owned()).collect();
    let verdict = style::PAGE - wide(words, COLUMNS[1]);
    [verdict - wide(all.iter().map(numbers).collect(), COLUMNS[0]), verdict]
}

/// What an expectation admits, in margins, as far as the panel shows it.
fn admitted(judged: &Judged) -> (f64, f64) {
    match judged.predicted {
        Predicted::Value(_) => (-1.0, 1.0),
        Predicted::AtLeast(_) => (0.0, FARTHEST),
        Predicted::AtMost(_) => (-FARTHEST, 0.0),
    }
}

fn numbers(judged: &Judged) -> String {
    let sign = judged.predicted.sign().trim_start_matches('=');
    let predicted = format!("{sign}{}", format::samples(judged.predicted.number()));
    let found = judged.value.map_or_else(|| "–".to_owned(), |v| format::samples(v.value));
    format!("{found} / {predicted}")
}

/// The claim; of several with the same words after what they are about.
fn claim(all: &[Judged], judged: &Judged) -> String {
    let alike: Vec<&Judged> = all.iter().filter(|other| other.claim == judged.claim).collect();
    if alike.len() < 2 {
        return judged.claim.clone();
    }
    let about: [fn(&Judged) -> String; 3] = [
        |j| j.series.as_ref().map_or_else(String::new, |s| Setting::of(s).label()),
        |j| j.series.as_ref().map_or_else(String::new, |s| format::alpha(s.problem.alpha)),
        |j| j.quantity.clone(),
    ];
    let tells = |about: &&fn(&Judged) -> String| {
        alike.iter().all(|one| about(one) != about(judged) || std::ptr::eq(*one, judged))
    };
    match about.iter().find(tells) {
        Some(about) => format!("{}: {}", about(judged), judged.claim),
        None => judged.claim.clone(),
    }
}

fn line(
    scene: &mut Scene,
    panel: &Panel<'_>,
    judged: &Judged,
    (claim, depth): (&str, f64),
    columns: [f64; 2],
) {
    let base = panel.rect.top + depth + style::SMALL * 0.36;
    let room = panel.rect.left - GAP - 4.0;
    scene.text(Label::new(fitting(claim, room), (4.0, base), style::SMALL));
    scene.text(Label::new(numbers(judged), (columns[0], base), style::SMALL));
    scene.text(Label::new(judged.verdict.word(), (columns[1], base), style::SMALL));
    panel.curve(scene, &[(-FARTHEST, -depth), (FARTHEST, -depth)], GRID);
    let Some(value) = judged.value else { return };
    let (low, value, high) =
        (margins(judged, value.low), margins(judged, value.value), margins(judged, value.high));
    if !value.is_finite() {
        return;
    }
    let none = Series::default();
    let words = format!("{}: {}, {}", judged.claim, judged.quantity, judged.verdict.word());
    scene.value(judged.series.as_ref().unwrap_or(&none), words, Number::Other, |scene| {
        let look = Look::number(0);
        let ends = [low, high].map(|end| end.clamp(-FARTHEST, FARTHEST));
        panel.curve(scene, &ends.map(|end| (end, -depth)), style::solid(look.colour, 0.9));
        for (end, beyond) in [(-FARTHEST, low < -FARTHEST), (FARTHEST, high > FARTHEST)] {
            if let Some((x, y)) = panel.place((end, -depth)).filter(|_| beyond) {
                let step = -end.signum() * 3.6;
                scene.area(vec![(x, y), (x + step, y - 2.0), (x + step, y + 2.0)], look.colour);
            }
        }
        if let Some(at) = panel.place((value, -depth)) {
            panel.point(scene, at, look, true);
        }
    });
}

/// As much of a claim as there is room for; the table has all of it.
fn fitting(claim: &str, room: f64) -> String {
    let wide = |text: &str| font::width(text, style::SMALL, false) > room;
    if !wide(claim) {
        return claim.to_owned();
    }
    let mut text: String = claim.chars().take(120).collect();
    while wide(&format!("{text}…")) && text.pop().is_some() {}
    format!("{}…", text.trim_end())
}

/// How many margins a value is from what was predicted.
fn margins(judged: &Judged, value: f64) -> f64 {
    let predicted = judged.predicted.number();
    // The quantity of a ratio is one n* over another.
    if judged.quantity.contains(" / ") {
        return (value / predicted).ln() / judged.margin.ln();
    }
    (value - predicted) / judged.margin
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::estimate::Interval;
    use crate::analysis::judge::Verdict;
    use crate::report::draw::scene::Shape;
    use crate::report::fixture::realistic;

    fn judged(quantity: &str, predicted: f64, margin: f64, value: f64) -> Judged {
        Judged {
            claim: "a claim that is much too long to stand in one line beside its value ".repeat(4),
            quantity: quantity.to_owned(),
            predicted: Predicted::Value(predicted),
            series: None,
            points: 4,
            censored: 0,
            value: Some(Interval { value, low: value * 0.9, high: value * 1.1 }),
            margin,
            p: None,
            verdict: Verdict::Open,
            posterior: false,
            basis: crate::model::expectation::Basis::Stated,
            cells: Vec::new(),
            sources: Vec::new(),
            resolution: None,
        }
    }

    #[test]
    fn equal_claims_say_what_they_are_about() {
        let mut analysis = realistic();
        let of = |link: &str, quantity: &str| {
            let mut one = judged(quantity, 1.0, 0.1, 1.0);
            one.claim = "the same".to_owned();
            one.series = Some(crate::report::fixture::key("pruned", link, 2, 0.5));
            one
        };
        analysis.expectations = vec![of("He2", "β"), of("cos", "β"), judged("β", 1.0, 0.1, 1.0)];
        let said = |analysis: &Analysis| -> Vec<String> {
            let all = &analysis.expectations;
            all.iter().map(|one| claim(all, one)).collect()
        };
        let first = said(&analysis);
        assert_eq!(first[..2], ["He₂, k* = 2: the same", "cos, k* = 2: the same"]);
        assert!(first[2].starts_with("a claim"));
        analysis.expectations = vec![of("He2", "β(a)"), of("He2", "β(b)")];
        assert_eq!(said(&analysis), ["β(a): the same", "β(b): the same"]);
    }

    #[test]
    fn the_grey_band_of_a_bound_is_the_side_that_it_admits() {
        let mut analysis = realistic();
        let bound = |predicted| Judged { predicted, ..judged("β(pruned)", 2.0, 0.1, 1.0) };
        let all = [Predicted::Value(2.0), Predicted::AtMost(2.0), Predicted::AtLeast(2.0)];
        analysis.expectations = all.map(bound).to_vec();
        let scene = draw(&analysis).unwrap();
        let [left, top, width, _] = scene.frames[0].rect;
        let grey = style::pale(style::BLACK, 0.09);
        let bands: Vec<[f64; 4]> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Area(points, colour) if *colour == grey => {
                    let x = |at: usize| ((points[at].0 - left) / width - 0.5) * 2.0 * FARTHEST;
                    Some([x(0), x(1), points[3].1 - top, points[0].1 - top])
                }
                _ => None,
            })
            .collect();
        let sides = [(-1.0, 1.0), (-FARTHEST, 0.0), (0.0, FARTHEST)];
        assert_eq!(bands.len(), sides.len());
        for (i, (band, (from, to))) in bands.iter().zip(sides).enumerate() {
            let (above, below) = (LINE * i as f64, LINE * (i + 1) as f64);
            for (found, right) in band.iter().zip([from, to, above, below]) {
                assert!((found - right).abs() < 1e-9, "{band:?} {right}");
            }
        }
    }

    #[test]
    fn a_value_stands_as_many_margins_from_its_prediction_as_it_is() {
        let mut analysis = realistic();
        assert!(draw(&analysis).is_none());
        // 1.25² over a margin of 1.25 is two margins, and so is 2.3 from 2 by 0.15.
        analysis.expectations = vec![
            judged("n*(a) / n*(b)", 1.0, 1.25, 1.25 * 1.25),
            judged("β(pruned)", 2.0, 0.15, 2.3),
            judged("β(pruned)", 2.0, 0.15, 2.0),
        ];
        let scene = draw(&analysis).unwrap();
        let colour = Look::number(0).colour;
        let discs: Vec<f64> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Disc(at, _, own) if *own == colour => Some(at.0),
                _ => None,
            })
            .collect();
        let [left, _, width, _] = scene.frames[0].rect;
        let margins: Vec<f64> =
            discs.iter().map(|x| ((x - left) / width - 0.5) * 2.0 * FARTHEST).collect();
        for (margin, expected) in margins.iter().zip([2.0, 2.0, 0.0]) {
            assert!((margin - expected).abs() < 1e-9, "{margins:?}");
        }
        // A point at four margins is inside the frame, and one beyond has an arrow instead.
        analysis.expectations = vec![judged("β(pruned)", 2.0, 0.1, 2.4)];
        let scene = draw(&analysis).unwrap();
        let [left, _, width, _] = scene.frames[0].rect;
        let inside = scene.shapes.iter().any(|shape| {
            matches!(shape, Shape::Disc(at, radius, own)
                if *own == colour && at.0 + radius < left + width)
        });
        assert!(inside);
        for label in scene.labels() {
            let (left, _, right, _) = label.bounds();
            assert!(left >= 0.0 && right <= scene.width, "{label:?}");
        }
    }
}
