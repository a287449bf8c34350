//! Risk against samples: one panel per learner and α, one curve per dimension.

use crate::analysis::estimate::{Analysis, Curve};
use crate::model::problem::Real;
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::Panel;
use crate::report::draw::scene::Scene;
use crate::report::draw::style;
use crate::report::format;
use crate::report::group::{self, Learners, Setting};

/// More sparsity exponents than this start a new row.
const MOST_ALPHAS: usize = 6;
/// More dimensions than this have a scale of colours in place of an entry each.
const MOST_DIMENSIONS: usize = 10;
/// More learners than this start a new row, when they stand side by side.
const MOST_LEARNERS: usize = 3;

/// Draws the median risk with its quartile band against n, both logarithmic, and τ.
///
/// Rows are learners (and targets) and columns are α; learners stand side by side when
/// there is only one α. What was not run has no panel. None without a single positive risk.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let y = risk_axis(analysis)?;
    let dims = group::distinct(analysis.curves.iter().map(|c| c.d), usize::cmp);
    let rows = rows(analysis);
    let page = page(analysis, &rows, &dims)?;
    let mut scene = page.start("total samples n", "risk  E(f − f*)² / Var f*");
    for (index, row) in rows.iter().enumerate() {
        let Some(x) = sample_axis(analysis, &row.setting) else { continue };
        let next = rows.get(index + 1).filter(|next| next.setting == row.setting);
        for (column, view) in row.views.iter().enumerate().filter(|(_, view)| view.there) {
            let rect = page.rect(index, column);
            let panel = Panel { rect, x: &x, y: &y, overhang: 2.0 };
            panel.grid(&mut scene);
            let curves = view.curves(analysis, &row.setting);
            draw_curves(&mut scene, &panel, &curves, &dims, analysis.threshold);
            let below = next.is_none_or(|next| !next.fills(column));
            let beside = column == 0 || !row.fills(column - 1);
            panel.axes(&mut scene, below, beside);
            page::title(&mut scene, rect, &view.title, 0);
        }
        page::side_titles(&mut scene, page.rect(index, row.views.len() - 1), &row.side);
    }
    Some(scene)
}

fn page(analysis: &Analysis, rows: &[Row], dims: &[usize]) -> Option<Page> {
    let columns = rows.iter().map(|row| row.views.len()).max()?;
    let width = if columns == 1 { style::COLUMN } else { style::PAGE };
    let several = rows.iter().any(|row| row.setting != rows[0].setting);
    let sides = rows.iter().map(|row| row.side.len()).max()?;
    Some(Page {
        width,
        rows: rows.len(),
        columns,
        aspect: if columns <= 3 { 0.72 } else { 1.05 },
        header: 15.0,
        right: page::side_room(sides),
        gap: 6.0,
        row_gap: if several { 16.0 } else { 5.0 },
        legend: Legend::new(legend(analysis, dims), width - 6.0),
    })
}

fn risk_axis(analysis: &Analysis) -> Option<Axis> {
    let risks = analysis.curves.iter().flat_map(|c| &c.points).map(|p| p.median);
    let (low, high) = extent(risks.filter(|&risk| risk > 0.0))?;
    Axis::log([low, high, low.min(0.4), high.max(1.0), analysis.threshold])
}

fn sample_axis(analysis: &Analysis, setting: &Setting) -> Option<Axis> {
    let mine = analysis.curves.iter().filter(|c| Setting::of(&c.series) == *setting);
    Axis::log(mine.flat_map(|c| &c.points).filter(|p| p.median > 0.0).map(|p| p.n as f64))
}

/// Panels side by side on one target.
struct Row {
    setting: Setting,
    views: Vec<View>,
    /// Words to the right of the row.
    side: Vec<String>,
}

impl Row {
    /// Whether there is a panel in `column`.
    fn fills(&self, column: usize) -> bool {
        self.views.get(column).is_some_and(|view| view.there)
    }
}

/// What one panel shows of a target.
struct View {
    learner: String,
    alpha: Option<Real>,
    title: String,
    /// Whether it was run.
    there: bool,
}

impl View {
    /// Its curves, the largest dimension last.
    fn curves<'a>(&self, analysis: &'a Analysis, setting: &Setting) -> Vec<&'a Curve> {
        let mine = |c: &&Curve| {
            let s = &c.series;
            let alike = s.problem.alpha == self.alpha && Setting::of(s) == *setting;
            alike && s.learner == self.learner
        };
        let mut curves: Vec<&Curve> = analysis.curves.iter().filter(mine).collect();
        curves.sort_by_key(|c| c.d);
        curves
    }
}

fn rows(analysis: &Analysis) -> Vec<Row> {
    let settings = group::settings(analysis.curves.iter().map(|c| &c.series));
    let one_alpha = settings.iter().all(|setting| alphas(analysis, setting, None).len() == 1);
    let mut rows = Vec::new();
    for setting in &settings {
        let mut new =
            if one_alpha { by_learner(analysis, setting) } else { by_alpha(analysis, setting) };
        for row in &mut new {
            row.side.extend(setting.lines());
        }
        rows.append(&mut new);
    }
    rows
}

fn by_alpha(analysis: &Analysis, setting: &Setting) -> Vec<Row> {
    let mut rows = Vec::new();
    let all = alphas(analysis, setting, None);
    for block in all.chunks(group::columns(all.len(), MOST_ALPHAS)) {
        for learner in learners(analysis, setting) {
            let run = alphas(analysis, setting, Some(&learner));
            let view = |&alpha: &Option<Real>| {
                let (learner, title) = (learner.clone(), format::alpha(alpha));
                View { learner, alpha, title, there: run.contains(&alpha) }
            };
            let (views, side) = (block.iter().map(view).collect(), vec![format::learner(&learner)]);
            rows.push(Row { setting: setting.clone(), views, side });
        }
    }
    rows.retain(|row| row.views.iter().any(|view| view.there));
    rows
}

fn by_learner(analysis: &Analysis, setting: &Setting) -> Vec<Row> {
    let view = |learner: &String| {
        let alpha = alphas(analysis, setting, Some(learner))[0];
        let title = format!("{}, {}", format::learner(learner), format::alpha(alpha));
        View { learner: learner.clone(), alpha, title, there: true }
    };
    let learners = learners(analysis, setting);
    let blocks = learners.chunks(group::columns(learners.len(), MOST_LEARNERS));
    let row = |block: &[String]| {
        let views = block.iter().map(view).collect();
        Row { setting: setting.clone(), views, side: Vec::new() }
    };
    blocks.map(row).collect()
}

fn alphas(analysis: &Analysis, setting: &Setting, learner: Option<&str>) -> Vec<Option<Real>> {
    let series = analysis.curves.iter().map(|c| &c.series);
    let asked = series.filter(|s| learner.is_none_or(|name| s.learner == name));
    group::alphas(asked.filter(|s| Setting::of(s) == *setting))
}

fn learners(analysis: &Analysis, setting: &Setting) -> Vec<String> {
    let all = Learners::of(analysis);
    let some = all.names().filter(|name| !alphas(analysis, setting, Some(name)).is_empty());
    some.map(str::to_owned).collect()
}

fn legend(analysis: &Analysis, dims: &[usize]) -> Vec<Entry> {
    let entry = |(index, d): (usize, &usize)| {
        (Symbol::Curve(style::sequential(index, dims.len())), format!("d = {d}"))
    };
    let tau = format!("τ = {}", format::short(analysis.threshold));
    let tau = (Symbol::Line(style::dashed(style::BLACK, 0.8)), tau);
    if let ([first, .., last], true) = (dims, dims.len() > MOST_DIMENSIONS) {
        return vec![(Symbol::Ramp, format!("d = {first} to {last}, {} values", dims.len())), tau];
    }
    dims.iter().enumerate().map(entry).chain([tau]).collect()
}

/// Bands below, then τ, then the medians.
fn draw_curves(scene: &mut Scene, panel: &Panel, curves: &[&Curve], dims: &[usize], tau: f64) {
    let colour = |d| style::sequential(dims.binary_search(&d).unwrap_or_default(), dims.len());
    for curve in curves {
        let edges = curve.points.iter().map(|p| (p.n as f64, p.lower_quartile, p.upper_quartile));
        let edges: Vec<_> = edges.filter(|e| e.1 > 0.0 && e.2.is_finite()).collect();
        scene.of(&curve.series, |scene| {
            panel.band(scene, &edges, style::pale(colour(curve.d), 0.25));
        });
    }
    let (first, last) = panel.x.range;
    let level = [(10_f64.powf(first), tau), (10_f64.powf(last), tau)];
    panel.curve(scene, &level, style::dashed(style::BLACK, 0.8));
    for curve in curves {
        let line: Vec<_> = curve.points.iter().map(|p| (p.n as f64, p.median)).collect();
        scene.of(&curve.series, |scene| {
            panel.curve(scene, &line, style::solid(colour(curve.d), 1.2));
            if let [only] = line[..]
                && let Some(at) = panel.place(only)
            {
                scene.disc(at, 1.6, colour(curve.d));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::realistic;

    #[test]
    fn what_was_not_run_has_no_panel() {
        let mut analysis = realistic();
        let panels = |analysis: &Analysis| draw(analysis).unwrap().frames.len();
        let all = panels(&analysis);
        let gone =
            |c: &Curve| c.series.learner == "unpruned" && c.series.problem.alpha() < Some(0.6);
        let some = group::alphas(analysis.curves.iter().filter(|c| gone(c)).map(|c| &c.series));
        analysis.curves.retain(|c| !gone(c));
        assert!(some.len() > 1);
        assert_eq!(panels(&analysis), all - some.len());
    }

    #[test]
    fn rows_are_as_even_as_they_can_be() {
        let columns = [1, 2, 3, 4, 5, 6, 7, 13].map(|count| group::columns(count, 6));
        assert_eq!(columns, [1, 2, 3, 4, 5, 6, 4, 5]);
        assert_eq!(group::columns(0, 6), 1);
    }
}
