//! Whole learning curves of a metric.

use super::frame::{look, page};
use super::words::{line_words, x_label};
use crate::analysis::collapse::scale;
use crate::analysis::estimate::Analysis;
use crate::model::metric::Metric;
use crate::model::question::{Measure, Place, Question, Spot};
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::Symbol;
use crate::report::draw::panel::Panel;
use crate::report::draw::scene::Scene;
use crate::report::draw::style;

/// Whole learning curves of a metric.
pub(super) fn curves(analysis: &Analysis, question: &Question, lines: &[&str]) -> Option<Scene> {
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
