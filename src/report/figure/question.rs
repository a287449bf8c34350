//! The study's own question: one number against what was varied, with what was expected.

mod curves;
mod dot;
mod frame;
mod plot;
mod rows;
mod words;

use self::curves::curves;
use self::dot::{Dot, dot};
use self::frame::page;
use self::plot::plot;
use self::rows::rows;
use self::words::line_words;
use crate::analysis::estimate::Analysis;
use crate::model::question::{Measure, Place};
use crate::report::draw::scene::Scene;

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

#[cfg(test)]
mod tests {
    use super::dot::{pairs, ratio};
    use super::frame::EXPECTED;
    use super::plot::placed;
    use super::rows::LINE;
    use super::*;
    use crate::analysis::estimate::{Censoring, Threshold};
    use crate::model::expectation::Predicted;
    use crate::model::problem::Series;
    use crate::model::question::{Question, Spot};
    use crate::report::draw::axis::Axis;
    use crate::report::draw::panel::{Panel, Rect};
    use crate::report::draw::scene::Label;
    use crate::report::draw::scene::Shape;
    use crate::report::draw::style;
    use crate::report::fixture::realistic;
    use crate::report::format;

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

    /// Every spot on a line of its own.
    fn on_lines(mut analysis: Analysis) -> Analysis {
        let question = analysis.question.as_mut().unwrap();
        for (i, spot) in question.spots.iter_mut().enumerate() {
            spot.line = format!("line {i}");
        }
        question.lines = Question::lines(&question.spots);
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
        let analysis = on_lines(asking(Measure::Exponent, true));
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
        let analysis = on_lines(asking(Measure::Exponent, false));
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
