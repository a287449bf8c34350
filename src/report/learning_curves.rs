//! Risk against samples: one panel per learner and α, one curve per dimension.

use super::axis::{Axis, extent};
use super::format;
use super::group::{self, Learners, Setting};
use super::legend::{Entry, Legend, Symbol};
use super::page::{self, Page};
use super::panel::{Panel, Rect};
use super::scene::{Align, Label, Scene};
use super::style;
use crate::analysis::estimate::{Analysis, Curve};

/// More sparsity exponents than this start a new block of rows.
const MOST_COLUMNS: usize = 6;

/// Draws the median risk with its quartile band against n, both logarithmic, and τ.
///
/// Rows are learners (and targets), columns are α. None without a single finite risk.
#[must_use]
pub fn draw(analysis: &Analysis) -> Option<Scene> {
    let points = || analysis.curves.iter().flat_map(|c| &c.points).filter(|p| p.median > 0.0);
    let x = Axis::log(points().map(|p| p.n as f64))?;
    let risks = points().map(|p| p.median);
    let (low, high) = extent(risks.filter(|r| r.is_finite()).chain([analysis.threshold]))?;
    let y = Axis::log([low, high, low.min(0.4), high.max(1.0)])?;
    points().find(|p| p.median.is_finite())?;

    let dims = dimensions(analysis);
    let rows = rows(analysis);
    let columns = rows.iter().map(|row| row.alphas.len()).max()?;
    let single = columns == 1 && rows.len() == 1;
    let width = if columns == 1 { style::COLUMN } else { style::PAGE };
    let page = Page {
        width,
        rows: rows.len(),
        columns,
        aspect: if single { 0.72 } else { 1.0 },
        header: 15.0,
        right: 17.0,
        gap: 6.0,
        legend: Legend::new(legend(analysis, &dims), width - 6.0),
    };
    let mut scene = page.start("total samples n", "risk  E(f − f*)² / Var f*");
    for (index, row) in rows.iter().enumerate() {
        for (column, &alpha) in row.alphas.iter().enumerate() {
            let rect = page.rect(index, column);
            let panel = Panel { rect, x: &x, y: &y, overhang: 2.0 };
            let below = rows.get(index + 1).is_none_or(|next| next.alphas.len() <= column);
            panel.grid(&mut scene);
            curves(&mut scene, &panel, analysis, row, alpha, &dims);
            panel.axes(&mut scene, below, column == 0);
            page::title(&mut scene, rect, &format!("α = {}", format::short(alpha)), 0);
        }
        side_title(&mut scene, page.rect(index, row.alphas.len() - 1), &row.title);
    }
    Some(scene)
}

/// Panels side by side: one learner on one target, some values of α.
struct Row {
    learner: String,
    setting: Setting,
    alphas: Vec<f64>,
    title: String,
}

fn rows(analysis: &Analysis) -> Vec<Row> {
    let series = || analysis.curves.iter().map(|c| &c.series);
    let settings = group::settings(series());
    let mut rows = Vec::new();
    for setting in &settings {
        let of_setting = |s: &&_| Setting::of(s) == *setting;
        let alphas = group::alphas(series().filter(of_setting));
        for block in alphas.chunks(MOST_COLUMNS) {
            for learner in Learners::of(analysis).names() {
                if !series().filter(of_setting).any(|s| s.learner == learner) {
                    continue;
                }
                let name = format::learner(learner);
                let title =
                    if settings.len() > 1 { format!("{name}, {}", setting.label()) } else { name };
                let (learner, alphas) = (learner.to_owned(), block.to_vec());
                rows.push(Row { learner, setting: setting.clone(), alphas, title });
            }
        }
    }
    rows
}

fn dimensions(analysis: &Analysis) -> Vec<usize> {
    group::distinct(analysis.curves.iter().map(|c| c.d), usize::cmp)
}

fn legend(analysis: &Analysis, dims: &[usize]) -> Vec<Entry> {
    let entry = |(index, d): (usize, &usize)| {
        (Symbol::Curve(style::sequential(index, dims.len())), format!("d = {d}"))
    };
    let tau = format!("τ = {}", format::short(analysis.threshold));
    let tau = (Symbol::Line(style::dashed(style::BLACK, 0.8)), tau);
    dims.iter().enumerate().map(entry).chain([tau]).collect()
}

/// The curves of one panel, the largest dimension on top.
fn curves(
    scene: &mut Scene,
    panel: &Panel,
    analysis: &Analysis,
    row: &Row,
    alpha: f64,
    dims: &[usize],
) {
    let mine = |c: &&Curve| {
        let s = &c.series;
        s.learner == row.learner
            && s.alpha.total_cmp(&alpha).is_eq()
            && Setting::of(s) == row.setting
    };
    let mut curves: Vec<&Curve> = analysis.curves.iter().filter(mine).collect();
    curves.sort_by_key(|c| c.d);
    let colour = |d| {
        let index = dims.binary_search(&d).unwrap_or_default();
        style::sequential(index, dims.len())
    };
    for curve in &curves {
        let edges = curve.points.iter().map(|p| (p.n as f64, p.lower_quartile, p.upper_quartile));
        let edges: Vec<_> = edges.filter(|e| e.1 > 0.0 && e.2.is_finite()).collect();
        panel.band(scene, &edges, style::pale(colour(curve.d), 0.18));
    }
    let tau = [10_f64.powf(panel.x.range.0), 10_f64.powf(panel.x.range.1)];
    let tau = tau.map(|n| (n, analysis.threshold));
    panel.curve(scene, &tau, style::dashed(style::BLACK, 0.8));
    for curve in &curves {
        let line: Vec<_> = curve.points.iter().map(|p| (p.n as f64, p.median)).collect();
        panel.curve(scene, &line, style::solid(colour(curve.d), 1.2));
        if let ([only], true) = (&line[..], line.len() == 1)
            && let Some(at) = panel.place(*only)
        {
            scene.disc(at, 1.6, colour(curve.d));
        }
    }
}

/// The name of a row, beside its last panel.
fn side_title(scene: &mut Scene, rect: Rect, text: &str) {
    let at = (rect.right() + 11.0, rect.top + rect.height / 2.0);
    let label = Label::new(text, at, style::LABEL).align(Align::Centre).bold().upward();
    let (_, top, _, bottom) = label.bounds();
    let size = label.size * (rect.height / (bottom - top)).min(1.0);
    scene.text(Label { size, ..label });
}
