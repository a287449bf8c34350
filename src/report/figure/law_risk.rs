//! Mean risk against n over the finite-size law of the ranking: one curve if the law is all.

use super::law;
use crate::analysis::estimate::{Analysis, Curve};
use crate::report::draw::axis::Axis;
use crate::report::draw::panel::Panel;
use crate::report::draw::scene::Scene;
use crate::report::draw::style;
use crate::report::group::{self, Setting};

/// Multiples of the law beyond which the risk says nothing about it.
const FAR: f64 = 30.0;

/// A cell: its curve, and n* by the law.
type Cell<'a> = (&'a Curve, f64);

/// Draws the mean of min(risk, 1) against n/law, a curve a cell, coloured by α, with a marker for
/// each learner and target. None where no cell has a law.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let cells: Vec<Cell<'_>> = analysis
        .curves
        .iter()
        .filter_map(|curve| {
            let same = |t: &&_| {
                let t: &crate::analysis::estimate::Threshold = t;
                t.d == curve.d && t.series == curve.series
            };
            Some((curve, analysis.thresholds.iter().find(same)?.law?))
        })
        .collect();
    let alphas = group::distinct(cells.iter().map(|(c, _)| c.series.problem.alpha), Ord::cmp);
    let key = |(curve, _): &Cell<'_>| (curve.series.learner.clone(), Setting::of(&curve.series));
    let mut names: Vec<(String, Setting)> = Vec::new();
    for name in cells.iter().map(key) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let x = Axis::log(cells.iter().flat_map(points).map(|(x, _)| x))?;
    // A point at 0 stands inside the frame.
    let y = Axis::linear(-0.04, 1.05);
    let shown: Vec<(&str, &Setting)> = names.iter().map(|(l, s)| (l.as_str(), s)).collect();
    let page = law::page(1, 0.8, &alphas, &shown);
    let mut scene =
        page.start(&law::at_alpha("n / law of the ranking", &alphas), "mean of min(risk, 1)");
    let panel = Panel { rect: page.rect(0, 0), x: &x, y: &y, overhang: 4.0 };
    panel.grid(&mut scene);
    let dashed = style::dashed(style::BLACK, 0.8);
    let ends = [x.range.0, x.range.1].map(|log| (10_f64.powf(log), analysis.threshold));
    panel.curve(&mut scene, &ends, dashed);
    panel.curve(&mut scene, &[(1.0, y.range.0), (1.0, y.range.1)], dashed);
    for cell in &cells {
        let index = names.iter().position(|name| *name == key(cell)).unwrap_or_default();
        let look = law::look(&alphas, cell.0.series.problem.alpha, index);
        let points: Vec<_> = points(cell).collect();
        panel.curve(&mut scene, &points, style::solid(style::pale(look.colour, 0.6), 0.9));
        for at in points.into_iter().filter_map(|point| panel.place(point)) {
            panel.point(&mut scene, at, look, law::is_filled(&alphas, index));
        }
    }
    panel.axes(&mut scene, true, true);
    Some(scene)
}

/// (n/law, mean risk) of a cell.
fn points<'a>((curve, law): &Cell<'a>) -> impl Iterator<Item = (f64, f64)> + use<'a> {
    let law = *law;
    let all = curve.points.iter().map(move |p| (p.n as f64 / law, p.bounded));
    all.filter(|(x, _)| (FAR.recip()..=FAR).contains(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::scene::Shape;
    use crate::report::fixture::{add_series, key, realistic};

    #[test]
    fn the_figure_shows_what_has_a_law() {
        let mut analysis = realistic();
        assert!(draw(&analysis).is_none());
        for t in &mut analysis.thresholds {
            t.law = (t.series.learner == "pruned").then_some(t.n_star);
        }
        assert!(draw(&analysis).is_some());
    }

    #[test]
    fn a_risk_of_nothing_stands_inside_the_frame_and_every_target_in_the_legend() {
        let mut analysis = realistic();
        let links: Vec<String> = (2..12).map(|k| format!("He{k}")).collect();
        for link in &links {
            add_series(&mut analysis, &key("pruned", link, 2, 0.5), &[64, 128]);
        }
        for t in &mut analysis.thresholds {
            t.law = (t.series.learner == "pruned").then_some(t.n_star);
        }
        for point in analysis.curves.iter_mut().flat_map(|c| &mut c.points) {
            point.bounded = 0.0;
        }
        let scene = draw(&analysis).unwrap();
        assert!(scene.labels().all(|label| !label.text.starts_with("and ")));
        let [_, top, _, height] = scene.frames[0].rect;
        for shape in &scene.shapes {
            if let Shape::Disc((_, y), radius, _) = shape {
                assert!(y + radius < top + height);
            }
        }
    }
}
