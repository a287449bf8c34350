//! Trials one by one: a metric against another, as the study's question.

use crate::analysis::estimate::Analysis;
use crate::model::metric::Metric;
use crate::report::draw::axis::Axis;
use crate::report::draw::legend::{Entry, Symbol};
use crate::report::draw::look::Look;
use crate::report::draw::page::Page;
use crate::report::draw::panel::Panel;
use crate::report::draw::scene::Scene;
use crate::report::draw::style::{self, Stroke};
use crate::report::group;

/// Most trials of a series that are drawn, evenly chosen.
const MOST: usize = 500;
/// Radius of a trial.
const RADIUS: f64 = 1.1;
/// Risk above which all is drawn as one: the constant predictor has 1.
const WORST: f64 = 1.25;
/// Where an axis of risks ends.
const TOP: f64 = 1.3;

/// Draws every trial as a dot, `y` against `x`. Risk against mass stands beside 1 − mass^{k*}, of
/// `He_{k*}` the least risk of any function of coordinates that carry a share `mass` of ‖V‖².
///
/// `lines` are names and what the legend says in their place. None without a trial that has both.
pub(super) fn draw(
    analysis: &Analysis,
    [x, y]: [Metric; 2],
    lines: &[(&str, String)],
    page: impl FnOnce(Vec<Entry>) -> Page,
) -> Option<Scene> {
    let clouds = || analysis.clouds.iter().filter(|cloud| !cloud.points.is_empty());
    clouds().next()?;
    let theory = style::dashed(style::BLACK, 0.9);
    let known = clouds().filter_map(|cloud| cloud.series.problem.k_star);
    let known = known.filter(|_| (x, y) == (Metric::Mass, Metric::Risk));
    let orders = group::distinct(known, u32::cmp);
    let number = |line: &str| lines.iter().position(|(name, _)| *name == line).unwrap_or_default();
    let colour = |line: &str| Look::number(number(line)).colour;
    let entry = |(name, label): &(&str, String)| {
        (Symbol::Line(style::solid(colour(name), 2.0)), label.clone())
    };
    let mut legend: Vec<Entry> = lines.iter().map(entry).collect();
    if !orders.is_empty() {
        legend.push((Symbol::Line(theory), "1 − massᵏ*, least possible".to_owned()));
    }
    let page = page(legend);
    let (across, up) = (axis(x), axis(y));
    let mut scene = page.start(words(x), words(y));
    let panel = Panel { rect: page.rect(0, 0), x: &across, y: &up, overhang: 4.0 };
    panel.grid(&mut scene);
    for cloud in clouds() {
        let colour = style::pale(colour(&cloud.line), 0.45);
        let step = cloud.points.len().div_ceil(MOST);
        scene.of(&cloud.series, |scene| {
            for point in cloud.points.iter().step_by(step) {
                if let Some(at) = panel.place((shown(x, point.0), shown(y, point.1))) {
                    scene.disc(at, RADIUS, colour);
                }
            }
        });
    }
    for k in orders {
        least(&mut scene, &panel, k, theory);
    }
    panel.axes(&mut scene, true, true);
    Some(scene)
}

/// 1 − mass^k.
fn least(scene: &mut Scene, panel: &Panel<'_>, k: u32, stroke: Stroke) {
    let at = |i: i32| (f64::from(i) / 50.0, 1.0 - (f64::from(i) / 50.0).powi(k as i32));
    panel.curve(scene, &(0..=50).map(at).collect::<Vec<_>>(), stroke);
}

fn shown(metric: Metric, value: f64) -> f64 {
    if metric == Metric::Risk { value.min(WORST) } else { value }
}

fn axis(metric: Metric) -> Axis {
    match metric {
        Metric::Risk => Axis::linear(-0.03, TOP),
        Metric::Pearson | Metric::Spearman => Axis::linear(-1.03, 1.03),
        _ => Axis::linear(-0.03, 1.03),
    }
}

fn words(metric: Metric) -> &'static str {
    match metric {
        Metric::Mass => "mass: share of ‖V‖² on kept coordinates",
        Metric::Risk => "risk of a trial (1.25: that or more)",
        other => other.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::estimate::Cloud;
    use crate::report::draw::legend::Legend;
    use crate::report::fixture::realistic;

    fn drawn(points: Vec<(f64, f64)>, metrics: [Metric; 2]) -> Option<Scene> {
        let mut analysis = realistic();
        let series = analysis.exponents[0].series.clone();
        analysis.clouds = vec![Cloud { series, line: "a".to_owned(), points }];
        let page = |entries| Page {
            width: 200.0,
            rows: 1,
            columns: 1,
            aspect: 0.7,
            header: 4.0,
            right: 10.0,
            gap: 0.0,
            row_gap: 0.0,
            legend: Legend::new(entries, 190.0),
        };
        draw(&analysis, metrics, &[("a", "the first".to_owned())], page)
    }

    #[test]
    fn every_trial_is_a_dot_inside_the_frame_and_many_are_thinned() {
        let discs = |count: usize| {
            let points = (0..count).map(|i| (i as f64 / count as f64, 3.0)).collect();
            let svg = drawn(points, [Metric::Mass, Metric::Risk]).unwrap().svg().unwrap();
            svg.matches("<circle").count()
        };
        assert_eq!([discs(7), discs(500), discs(1200)], [7, 500, 400]);
    }

    #[test]
    fn no_metric_leaves_its_axis() {
        for (metrics, point) in [
            ([Metric::Pearson, Metric::Spearman], (-1.0, -1.0)),
            ([Metric::Risk, Metric::Auc], (1e9, 1.0)),
        ] {
            let svg = drawn(vec![point], metrics).unwrap().svg().unwrap();
            assert_eq!(svg.matches("<circle").count(), 1, "{metrics:?}");
        }
    }

    #[test]
    fn what_is_left_is_drawn_for_risk_against_mass_alone() {
        let says = |metrics| {
            let scene = drawn(vec![(0.5, 0.75)], metrics).unwrap();
            scene.labels().any(|label| label.text.contains("least possible"))
        };
        assert!(says([Metric::Mass, Metric::Risk]));
        assert!(!says([Metric::Recall, Metric::Risk]) && !says([Metric::Mass, Metric::Auc]));
        assert!(drawn(Vec::new(), [Metric::Mass, Metric::Risk]).is_none());
    }
}
