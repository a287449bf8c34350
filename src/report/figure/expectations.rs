//! What the study expected, one line an expectation: measured against predicted, in margins.

use crate::analysis::estimate::{Analysis, Judged};
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
/// Room for claim, numbers and verdict.
const CLAIM: f64 = 190.0;
const NUMBERS: f64 = 92.0;
/// Further from the prediction than this many margins stands an arrow: room for a point at 4.
const FARTHEST: f64 = 4.3;

/// Draws (measured − predicted)/margin with its interval, of a ratio ln(measured/predicted)/ln(margin):
/// inside the grey band, from −1 to 1, is as expected. None without an expectation.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let all = &analysis.expectations;
    if all.is_empty() {
        return None;
    }
    let (top, left) = (6.0, CLAIM + 8.0);
    let height = LINE * all.len() as f64;
    let mut scene = Scene::new(style::PAGE, top + height + 28.0);
    let verdicts = all.iter().map(|j| font::width(j.verdict.word(), style::SMALL, false));
    let right = NUMBERS + verdicts.fold(0.0, f64::max) + 12.0;
    let rect = Rect { left, top, width: style::PAGE - left - right, height };
    let (x, y) = (Axis::linear(-FARTHEST, FARTHEST), Axis::linear(-height, 0.0));
    let panel = Panel { rect, x: &x, y: &y, overhang: 4.0 };
    panel.band(
        &mut scene,
        &[(-1.0, -height, 0.0), (1.0, -height, 0.0)],
        style::pale(style::BLACK, 0.09),
    );
    panel.curve(&mut scene, &[(0.0, -height), (0.0, 0.0)], style::solid(style::GREY, 0.8));
    for (i, judged) in all.iter().enumerate() {
        let depth = LINE * (i as f64 + 0.5);
        line(&mut scene, &panel, judged, (&claim(all, judged), depth), right);
    }
    panel.x_ticks(&mut scene, true);
    panel.frame(&mut scene);
    let below = (left + rect.width / 2.0, scene.height - 5.0);
    let words = "measured less predicted, in margins";
    scene.text(Label::new(words, below, style::LABEL).align(Align::Centre));
    Some(scene)
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
    right: f64,
) {
    let base = panel.rect.top + depth + style::SMALL * 0.36;
    scene.text(Label::new(fitting(claim), (4.0, base), style::SMALL));
    let sign = judged.predicted.sign().trim_start_matches('=');
    let predicted = format!("{sign}{}", format::samples(judged.predicted.number()));
    let numbers = judged.value.map_or_else(
        || format!("– / {predicted}"),
        |v| format!("{} / {predicted}", format::samples(v.value)),
    );
    let at = style::PAGE - right + 6.0;
    scene.text(Label::new(numbers, (at, base), style::SMALL));
    scene.text(Label::new(judged.verdict.word(), (at + NUMBERS, base), style::SMALL));
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
fn fitting(claim: &str) -> String {
    let wide = |text: &str| font::width(text, style::SMALL, false) > CLAIM;
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
    use crate::model::expectation::Predicted;
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
