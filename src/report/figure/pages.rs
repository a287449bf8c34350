//! Figures that would be too tall for a page, on several.

use crate::analysis::estimate::Analysis;
use crate::model::problem::Series;
use crate::report::draw::scene::Scene;
use crate::report::group::{self, Setting};

/// Most of a figure's height over its width.
pub(crate) const TALLEST: f64 = 1.5;

/// What `draw` makes of `analysis`: halved where its targets, learners or α come apart until no page
/// is too tall.
pub(super) fn pages(
    name: &str,
    analysis: &Analysis,
    draw: fn(&Analysis) -> Option<Scene>,
) -> Vec<Scene> {
    let Some(scene) = draw(analysis) else { return Vec::new() };
    let halves = if scene.height > TALLEST * scene.width { halves(name, analysis) } else { None };
    match halves {
        None => vec![scene],
        Some(halves) => {
            halves.iter().flat_map(|half| pages(name, &part(name, analysis, half), draw)).collect()
        }
    }
}

/// The series that a figure has a row or a panel for.
fn shown<'a>(name: &str, analysis: &'a Analysis) -> Box<dyn Iterator<Item = &'a Series> + 'a> {
    match name {
        "thresholds" | "law" => Box::new(analysis.thresholds.iter().map(|t| &t.series)),
        "forest" | "exponents" | "slopes" => Box::new(analysis.exponents.iter().map(|e| &e.series)),
        "question" => {
            let spots = analysis.question.iter().flat_map(|question| &question.spots);
            Box::new(spots.map(|spot| &spot.series))
        }
        _ => Box::new(analysis.curves.iter().map(|c| &c.series)),
    }
}

/// The analysis with `series` alone in what the figure has rows for. What it takes looks and
/// colours from stays whole, so that they are the same on all pages.
fn part(name: &str, analysis: &Analysis, series: &[Series]) -> Analysis {
    let mut part = analysis.clone();
    match name {
        "thresholds" | "law" => part.thresholds.retain(|t| series.contains(&t.series)),
        "forest" | "exponents" | "slopes" => part.exponents.retain(|e| series.contains(&e.series)),
        "question" => {
            if let Some(question) = &mut part.question {
                question.spots.retain(|spot| series.contains(&spot.series));
            }
        }
        _ => part.curves.retain(|c| series.contains(&c.series)),
    }
    part
}

/// Whether two series stay on one page.
type Alike = fn(&Series, &Series) -> bool;

fn halves(name: &str, analysis: &Analysis) -> Option<[Vec<Series>; 2]> {
    let all = shown(name, analysis).cloned();
    let all = group::distinct(all, |a, b| group::order(a, b).then(a.cmp(b)));
    let by_target: Alike = |a, b| Setting::of(a) == Setting::of(b);
    let by_learner: Alike = |a, b| a.learner == b.learner;
    // For panels that hold all learners.
    let by_alpha: Alike = |a, b| a.problem.alpha == b.problem.alpha;
    let alike = match name {
        "thresholds" => vec![by_target, by_alpha],
        // A row holds all targets.
        "question" => vec![by_learner],
        _ => vec![by_target, by_learner],
    };
    alike.into_iter().find_map(|alike| {
        let mut groups: Vec<Vec<Series>> = Vec::new();
        for series in &all {
            match groups.iter_mut().find(|group| alike(&group[0], series)) {
                Some(group) => group.push(series.clone()),
                None => groups.push(vec![series.clone()]),
            }
        }
        let second = groups.split_off(groups.len().div_ceil(2));
        (!second.is_empty()).then(|| [groups.concat(), second.concat()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::question::{Measure, Place, Question, Spot};
    use crate::report::figure::{learning_curves, question, thresholds};
    use crate::report::fixture::{add_series, key, realistic};

    #[test]
    fn what_is_too_tall_comes_in_pages_that_hold_all_of_it() {
        let mut analysis = realistic();
        for k in 1..=6 {
            for learner in ["pruned", "unpruned", "spectral"] {
                for alpha in [0.25, 0.5] {
                    add_series(
                        &mut analysis,
                        &key(learner, &format!("He{k}"), k, alpha),
                        &[64, 128, 256],
                    );
                }
            }
        }
        for name in ["learning_curves", "thresholds"] {
            let draw = if name == "thresholds" { thresholds::draw } else { learning_curves::draw };
            let pages = pages(name, &analysis, draw);
            assert!(pages.len() > 1);
            assert!(pages.iter().all(|scene| scene.height <= TALLEST * scene.width), "{name}");
            let frames: usize = pages.iter().map(|scene| scene.frames.len()).sum();
            assert_eq!(frames, draw(&analysis).unwrap().frames.len(), "{name}");
        }
    }

    #[test]
    fn a_question_of_many_rows_comes_in_pages_of_the_same_lines() {
        let mut analysis = realistic();
        let mut spots = Vec::new();
        for learner in 0..30 {
            for link in ["He2", "He3", "He4"] {
                let series = key(&format!("pruned/{learner:02}"), link, 2, 0.5);
                add_series(&mut analysis, &series, &[64, 128, 256, 512]);
                let x = Place::Name(series.learner.clone());
                let line = link.to_owned();
                spots.push(Spot { series, d: None, line, x, base: None, expected: Vec::new() });
            }
        }
        let (title, x, base, y) = (String::new(), "learner".into(), String::new(), Measure::NStar);
        let lines = Question::lines(&spots);
        assert_eq!(lines, ["He2", "He3", "He4"]);
        let by = Vec::new();
        analysis.question = Some(Question { by, title, x, y, base, spots, lines });
        let values = |scene: &Scene| scene.marks.iter().filter(|m| m.value.is_some()).count();
        let whole = question::draw(&analysis).unwrap();
        assert!(whole.height > TALLEST * whole.width && values(&whole) > 0);
        let pages = pages("question", &analysis, question::draw);
        assert!(pages.iter().all(|scene| scene.height <= TALLEST * scene.width));
        assert_eq!(pages.iter().map(values).sum::<usize>(), values(&whole));
    }
}
