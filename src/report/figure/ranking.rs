//! How well scores rank the coordinates, against n/(s^{k*} ln(d/s)).

use crate::analysis::collapse::scale;
use crate::analysis::estimate::{Analysis, Curve};
use crate::model::metric::Metric;
use crate::model::problem::Real;
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::Panel;
use crate::report::draw::scene::Scene;
use crate::report::draw::style;
use crate::report::format;
use crate::report::group::{self, Learners, Setting};

/// What is drawn, one column each.
const METRICS: [(&str, Metric); 4] = [
    ("recall", Metric::Recall),
    ("AUC", Metric::Auc),
    ("Spearman", Metric::Spearman),
    ("Pearson", Metric::Pearson),
];

/// Draws recall, AUC and both correlations of scores and row norms, means over trials.
///
/// A row for each target and each learner that scores coordinates, a curve for each dimension,
/// coloured by α. Curves that fall on each other show that n/(s^{k*} ln(d/s)) is what counts. None
/// without a single score.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let curves: Vec<Ranked> = analysis.curves.iter().filter_map(ranked).collect();
    let rows = rows(analysis, &curves);
    let alphas = group::alphas(curves.iter().map(|c| &c.0.series));
    let values = curves.iter().flat_map(|c| &c.0.points).map(|p| &p.means);
    let (low, _) =
        extent(values.flat_map(|r| METRICS.map(|(_, metric)| r[metric]).into_iter().flatten()))?;
    let x = Axis::log(curves.iter().flat_map(|c| c.0.points.iter().map(|p| p.n as f64 / c.1)))?;
    let y = Axis::linear(low.min(0.0) - 0.04, 1.06);
    let width = style::PAGE;
    let page = Page {
        width,
        rows: rows.len(),
        columns: METRICS.len(),
        aspect: 0.9,
        header: 15.0,
        right: page::side_room(rows.iter().map(|(s, l)| side(s, l).len()).max()?),
        gap: 6.0,
        row_gap: 4.0,
        legend: Legend::new(legend(&alphas), width - 6.0),
    };
    let x_label = "samples over their scale,  n / (sᵏ* ln(d/s))";
    let mut scene = page.start(x_label, "mean over trials");
    for (index, (setting, learner)) in rows.iter().enumerate() {
        let mine: Vec<&Ranked> = curves.iter().filter(|c| belongs(c.0, setting, learner)).collect();
        for (column, (name, metric)) in METRICS.iter().enumerate() {
            let rect = page.rect(index, column);
            let panel = Panel { rect, x: &x, y: &y, overhang: 3.0 };
            panel.grid(&mut scene);
            for (curve, scale) in &mine {
                let line = curve.points.iter();
                let line = line.filter_map(|p| Some((p.n as f64 / scale, p.means[*metric]?)));
                let line: Vec<_> = line.collect();
                let stroke = style::solid(colour(&alphas, curve.series.problem.alpha), 1.0);
                scene.of(&curve.series, |scene| panel.curve(scene, &line, stroke));
            }
            panel.axes(&mut scene, index + 1 == rows.len(), column == 0);
            page::title(&mut scene, rect, name, 0);
        }
        let side = side(setting, learner);
        page::side_titles(&mut scene, page.rect(index, METRICS.len() - 1), &side);
    }
    Some(scene)
}

/// Learner and target of a row.
fn side(setting: &Setting, learner: &str) -> Vec<String> {
    [format::learner(learner)].into_iter().chain(setting.lines()).collect()
}

/// A curve and its s^{k*} ln(d/s).
type Ranked<'a> = (&'a Curve, f64);

fn ranked(curve: &Curve) -> Option<Ranked<'_>> {
    let scale = scale(curve.series.problem.k_star, curve.s, curve.d)?;
    curve.points.iter().any(|p| p.means[Metric::Auc].is_some()).then_some((curve, scale))
}

fn rows(analysis: &Analysis, curves: &[Ranked]) -> Vec<(Setting, String)> {
    let learners = Learners::of(analysis);
    let mut rows = Vec::new();
    for setting in group::settings(curves.iter().map(|c| &c.0.series)) {
        let there = |name: &&str| curves.iter().any(|c| belongs(c.0, &setting, name));
        let names = learners.names().filter(there);
        rows.extend(names.map(|name| (setting.clone(), name.to_owned())));
    }
    rows
}

fn belongs(curve: &Curve, setting: &Setting, learner: &str) -> bool {
    curve.series.learner == learner && Setting::of(&curve.series) == *setting
}

fn colour(alphas: &[Option<Real>], alpha: Option<Real>) -> plotters::style::RGBAColor {
    let index = alphas.iter().position(|a| *a == alpha).unwrap_or_default();
    style::sequential(index, alphas.len())
}

fn legend(alphas: &[Option<Real>]) -> Vec<Entry> {
    let entry = |&alpha: &Option<Real>| {
        (Symbol::Line(style::solid(colour(alphas, alpha), 1.2)), format::alpha(alpha))
    };
    alphas.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::metric::Metrics;
    use crate::report::draw::scene::Shape;
    use crate::report::fixture::realistic;

    /// Two cells of the fixture whose metrics are one function of n/(s² ln(d/s)).
    fn collapsed() -> Analysis {
        let mut analysis = realistic();
        analysis
            .curves
            .retain(|c| c.series.learner == "pruned" && c.series.problem.alpha() < Some(0.3));
        analysis.curves.truncate(2);
        for curve in &mut analysis.curves {
            let scale = scale(curve.series.problem.k_star, curve.s, curve.d).unwrap();
            for (i, point) in curve.points.iter_mut().enumerate() {
                let ratio = 2_f64.powi(i as i32);
                point.n = (1e6 * scale * ratio) as u64;
                let value = Some(ratio / (1.0 + ratio));
                point.means = Metrics::from_fn(|m| value.filter(|_| m.is_of_ranking()));
            }
        }
        analysis
    }

    #[test]
    fn curves_of_one_function_fall_on_each_other() {
        let analysis = collapsed();
        let points = analysis.curves[0].points.len().min(analysis.curves[1].points.len());
        let scene = draw(&analysis).expect("there are scores");
        let thin = style::solid(colour(&[Real::new(0.25)], Real::new(0.25)), 1.0);
        let lines: Vec<_> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Line(line, colour, _) if *colour == thin.colour && line.len() > 2 => {
                    Some(line)
                }
                _ => None,
            })
            .collect();
        assert_eq!(lines.len(), 2 * METRICS.len());
        for pair in lines.chunks(2) {
            for (a, b) in pair[0].iter().zip(pair[1]).take(points) {
                assert!((a.0 - b.0).abs() < 0.01 && (a.1 - b.1).abs() < 0.01, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn without_scores_there_is_no_figure() {
        assert!(draw(&realistic()).is_none());
    }
}
