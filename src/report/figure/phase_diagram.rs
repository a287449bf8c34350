//! Success over sparsity and sample size, with the boundaries of theory and the measured one.

use super::bounds::{self, bounds};
use crate::analysis::estimate::{Analysis, Censoring, Curve, Threshold};
use crate::model::problem::Problem;
use crate::model::theory::fewest_samples;
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::{Bar, Panel, Rect};
use crate::report::draw::scene::{Align, Label, Number, Scene};
use crate::report::draw::style;
use crate::report::format;
use crate::report::group::{self, Learners, Setting};

/// Fewer sparsity exponents than this make no map.
const FEWEST_ALPHAS: usize = 5;
/// Dimensions side by side.
const MOST_COLUMNS: usize = 3;
/// Room for the scale of colours.
const SCALE: f64 = 40.0;
/// What was not run.
const EMPTY: plotters::style::RGBAColor = style::FAINT;

/// Draws the share of trials that reach the threshold over α and ln n / ln d, on it α k*, k*
/// and min(α, ½) k* of theory, the law of the ranking, Fano's bound on every learner, and the
/// measured n*(d).
///
/// Rows are targets and learners; columns are at most three dimensions, as n* = C d^β puts the
/// measured boundary ln C / ln d above its exponent, less the larger d. A rectangle reaches
/// half way to the neighbouring α and n. None without five different α at one dimension.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let learners = Learners::of(analysis);
    let rows = rows(analysis, &learners);
    let x = alpha_axis(&rows)?;
    let page = page(&rows, &x, &learners)?;
    let mut scene = page.start(bounds::ALPHA, "ln n / ln d");
    for (index, row) in rows.iter().enumerate() {
        let y = sample_axis(&rows, &row.setting)?;
        for map in &row.maps {
            let rect = page.rect(index, map.column);
            let panel = Panel { rect, x: &x, y: &y, overhang: 3.5 };
            map.draw(&mut scene, &panel, &learners);
            let below = rows.get(index + 1).is_none_or(|next| !next.fills(map.column));
            let beside = map.column == 0 || !row.fills(map.column - 1);
            panel.axes(&mut scene, below, beside);
            let title = format!("{}, d = {}", format::learner(&map.learner), map.d);
            page::title(&mut scene, rect, &title, 0);
        }
        let last = page.rect(index, page.columns - 1);
        page::side_titles(&mut scene, last, &[row.setting.label()]);
    }
    scale(&mut scene, &page, analysis.threshold);
    Some(scene)
}

/// A rectangle of the map: its sides, and the share in it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tile {
    x: (f64, f64),
    y: (f64, f64),
    share: f64,
}

/// What one panel shows.
struct Map<'a> {
    learner: String,
    d: usize,
    column: usize,
    k_star: Option<u32>,
    tiles: Vec<Tile>,
    cells: Vec<&'a Threshold>,
}

/// A target and a learner.
struct Row<'a> {
    setting: Setting,
    maps: Vec<Map<'a>>,
}

impl Row<'_> {
    /// Whether it has a panel in this column.
    fn fills(&self, column: usize) -> bool {
        self.maps.iter().any(|map| map.column == column)
    }
}

fn several(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.setting != rows[0].setting)
}

fn rows<'a>(analysis: &'a Analysis, learners: &Learners) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for setting in group::settings(analysis.curves.iter().map(|c| &c.series)) {
        let names: Vec<&str> =
            learners.names().filter(|n| !dimensions(analysis, &setting, n).is_empty()).collect();
        let of_learners = names.iter().map(|n| dimensions(analysis, &setting, n));
        let columns = columns(&of_learners.collect::<Vec<_>>());
        for name in names {
            let here = |(column, &d)| map(analysis, &setting, name, d, column);
            let maps: Vec<Map> = columns.iter().enumerate().filter_map(here).collect();
            if !maps.is_empty() {
                rows.push(Row { setting: setting.clone(), maps });
            }
        }
    }
    rows
}

/// The curves of a learner at one target and dimension, in order of α.
fn curves<'a>(
    analysis: &'a Analysis,
    setting: &Setting,
    learner: &str,
    d: usize,
) -> Vec<&'a Curve> {
    let mine = |c: &&Curve| {
        let s = &c.series;
        c.d == d && s.learner == learner && s.problem.alpha.is_some() && Setting::of(s) == *setting
    };
    let mut curves: Vec<&Curve> = analysis.curves.iter().filter(mine).collect();
    curves.sort_by_key(|c| c.series.problem.alpha);
    curves
}

/// The dimensions at which a learner was run at enough different α, in order.
fn dimensions(analysis: &Analysis, setting: &Setting, learner: &str) -> Vec<usize> {
    let all = group::distinct(analysis.curves.iter().map(|c| c.d), usize::cmp);
    let enough = |&d: &usize| {
        let curves = curves(analysis, setting, learner, d);
        d > 1 && group::alphas(curves.iter().map(|c| &c.series)).len() >= FEWEST_ALPHAS
    };
    all.into_iter().filter(enough).collect()
}

/// The smallest, a middle and the largest of the dimensions, of those common to all learners
/// if there are any.
fn columns(of_learners: &[Vec<usize>]) -> Vec<usize> {
    let common = |d: &usize| of_learners.iter().all(|dims| dims.contains(d));
    let all = group::distinct(of_learners.iter().flatten().copied(), usize::cmp);
    let shared: Vec<usize> = all.iter().copied().filter(common).collect();
    let dims = if shared.is_empty() { all } else { shared };
    match dims.len() {
        0..=MOST_COLUMNS => dims,
        n => vec![dims[0], dims[n / 2], dims[n - 1]],
    }
}

fn map<'a>(
    analysis: &'a Analysis,
    setting: &Setting,
    learner: &str,
    d: usize,
    column: usize,
) -> Option<Map<'a>> {
    if !dimensions(analysis, setting, learner).contains(&d) {
        return None;
    }
    let tiles = tiles(&curves(analysis, setting, learner, d), (d as f64).ln());
    let cells = analysis
        .thresholds
        .iter()
        .filter(|t| t.d == d && t.series.learner == learner && Setting::of(&t.series) == *setting);
    let (learner, k_star, cells) = (learner.to_owned(), setting.k_star(), cells.collect());
    Some(Map { learner, d, column, k_star, tiles, cells })
}

/// A rectangle for every point of the curves.
fn tiles(curves: &[&Curve], ln_d: f64) -> Vec<Tile> {
    let alphas: Vec<f64> = curves.iter().filter_map(|c| c.series.problem.alpha()).collect();
    let heights: Vec<Vec<f64>> =
        curves.iter().map(|c| c.ln_n().iter().map(|ln_n| ln_n / ln_d).collect()).collect();
    let wide = usual_gap([&alphas[..]]).unwrap_or(0.1);
    // A cell with a single n is as high as the lattice of the searches is fine.
    let high = usual_gap(heights.iter().map(Vec::as_slice)).unwrap_or(0.5 * 2_f64.ln() / ln_d);
    let sides = edges(&alphas, wide, f64::INFINITY);
    let mut tiles = Vec::new();
    for ((curve, x), heights) in curves.iter().zip(sides).zip(&heights) {
        for (point, y) in curve.points.iter().zip(edges(heights, high, 1.5 * high)) {
            tiles.push(Tile { x, y, share: point.success });
        }
    }
    tiles
}

/// The median distance of neighbours.
fn usual_gap<'a>(lists: impl IntoIterator<Item = &'a [f64]>) -> Option<f64> {
    let gaps = lists.into_iter().flat_map(|list| list.windows(2)).map(|pair| pair[1] - pair[0]);
    let mut gaps: Vec<f64> = gaps.filter(|gap| gap.is_finite() && *gap > 0.0).collect();
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).copied()
}

/// From half way to the neighbour below to half way to that above. Where there is none, or
/// none within `reach`, half the usual gap: what lies beyond was not run.
fn edges(values: &[f64], gap: f64, reach: f64) -> Vec<(f64, f64)> {
    let half = |to: Option<&f64>, from: f64| {
        let distance = to.map(|to| (to - from).abs()).filter(|distance| *distance <= reach);
        distance.unwrap_or(gap) / 2.0
    };
    let around = |(i, &v): (usize, &f64)| {
        let below = i.checked_sub(1).and_then(|i| values.get(i));
        (v - half(below, v), v + half(values.get(i + 1), v))
    };
    values.iter().enumerate().map(around).collect()
}

fn alpha_axis(rows: &[Row]) -> Option<Axis> {
    let tiles = rows.iter().flat_map(|row| &row.maps).flat_map(|m| &m.tiles);
    let (low, high) = extent(tiles.flat_map(|t| [t.x.0, t.x.1]))?;
    Some(Axis::linear(low, high).naming(bounds::QUARTERS.to_vec()))
}

/// The axis of ln n / ln d of a target, with room for the arrows of bounds.
fn sample_axis(rows: &[Row], setting: &Setting) -> Option<Axis> {
    let maps = || rows.iter().filter(|row| row.setting == *setting).flat_map(|row| &row.maps);
    let sides = maps().flat_map(|m| &m.tiles).flat_map(|t| [t.y.0, t.y.1]);
    let theory = [0.0, setting.k_star().map_or(0.0, f64::from)];
    let (low, high) = extent(sides.chain(theory))?;
    let bounds = maps().flat_map(|m| m.cells.iter().map(|t| (m.exponent(t.n_star), t.censored)));
    let above = bounds.filter(|(_, censored)| *censored == Censoring::Above).map(|bound| bound.0);
    let top = extent(above).map_or(high, |(_, top)| high.max(low + 1.1 * (top - low)));
    Some(Axis::linear(low, top))
}

fn page(rows: &[Row], x: &Axis, learners: &Learners) -> Option<Page> {
    let columns = 1 + rows.iter().flat_map(|row| &row.maps).map(|m| m.column).max()?;
    let width = if columns == 1 { style::COLUMN } else { style::PAGE };
    Some(Page {
        width,
        rows: rows.len(),
        columns,
        aspect: if columns == 2 { 0.72 } else { 0.95 },
        header: 15.0,
        right: SCALE + 12.0,
        gap: 9.0,
        row_gap: if several(rows) { 16.0 } else { 7.0 },
        legend: Legend::new(legend(rows, x, learners), width - 6.0),
    })
}

fn legend(rows: &[Row], x: &Axis, learners: &Learners) -> Vec<Entry> {
    let maps = || rows.iter().flat_map(|row| &row.maps);
    let shown = |name: &&str| maps().any(|m| m.learner == *name);
    let known_k = maps().any(|m| m.k_star.is_some());
    let mapped = |kind: &str| bounds::any_of(maps().map(|m| m.learner.as_str()), kind);
    let mut entries: Vec<Entry> = bounds::entries(learners, mapped).filter(|_| known_k).collect();
    if maps().any(|m| m.law().len() > 1) {
        entries
            .push((Symbol::Line(law_line()), "law of the ranking, with its constant".to_owned()));
    }
    if maps().any(|m| m.information().len() > 1) {
        entries.push((
            Symbol::Line(information_line()),
            "too few samples for any learner (Fano)".to_owned(),
        ));
    }
    entries.extend(learners.names().filter(shown).map(|name| {
        (Symbol::Point(learners.look(name)), format!("n* of {}", format::learner(name)))
    }));
    if maps().flat_map(|m| &m.cells).any(|t| t.censored != Censoring::None && t.n_star > 0.0) {
        entries.push((Symbol::Bound(style::GREY), "bound (censored)".to_owned()));
    }
    let covered = |row: &Row| {
        let y = sample_axis(rows, &row.setting);
        y.is_some_and(|y| row.maps.iter().all(|m| m.covers(x, &y)))
    };
    if !rows.iter().all(covered) {
        entries.push((Symbol::Box(EMPTY), "not run".to_owned()));
    }
    entries
}

impl Map<'_> {
    /// ln n / ln d.
    fn exponent(&self, n: f64) -> f64 {
        n.ln() / (self.d as f64).ln()
    }

    /// Whether the rectangles leave nothing of the panel empty.
    fn covers(&self, x: &Axis, y: &Axis) -> bool {
        let area: f64 = self.tiles.iter().map(|t| (t.x.1 - t.x.0) * (t.y.1 - t.y.0)).sum();
        area > (1.0 - 1e-9) * (x.range.1 - x.range.0) * (y.range.1 - y.range.0)
    }

    fn draw(&self, scene: &mut Scene, panel: &Panel, learners: &Learners) {
        scene.area(panel.rect.corners().to_vec(), EMPTY);
        // A rectangle reaches a little under those drawn after it, or hairlines shine through.
        let seam = |axis: &Axis, length: f64| 0.25 * (axis.range.1 - axis.range.0) / length;
        let seams = (seam(panel.x, panel.rect.width), seam(panel.y, panel.rect.height));
        for Tile { x, y, share } in &self.tiles {
            let top = y.1 + seams.1;
            let edges = [(x.0, y.0, top), (x.1 + seams.0, y.0, top)];
            panel.band(scene, &edges, style::share(*share));
        }
        if let Some(k_star) = self.k_star {
            let own = |kind: &str| bounds::any_of([self.learner.as_str()].into_iter(), kind);
            let bounds = bounds(k_star, learners, own);
            for bound in &bounds {
                panel.casing(scene, &bound.points, bound.stroke.width);
            }
            for bound in &bounds {
                panel.curve(scene, &bound.points, bound.stroke);
            }
        }
        for (points, stroke) in [(self.law(), law_line()), (self.information(), information_line())]
        {
            panel.casing(scene, &points, stroke.width);
            panel.curve(scene, &points, stroke);
        }
        self.boundary(scene, panel, learners);
    }

    /// Where the law of the ranking puts the boundary: exponents alone leave out ln C / ln d.
    fn law(&self) -> Vec<(f64, f64)> {
        self.across(|t| t.law)
    }

    /// Below it no learner finds a hard support as often as not, see [`fewest_samples`].
    fn information(&self) -> Vec<(f64, f64)> {
        self.across(|t| {
            let Problem { q, noise, .. } = &t.series.problem;
            let hard = q.is_none_or(|q| q.get() == 0.0);
            let n = fewest_samples(t.d, t.s.filter(|_| hard)?, noise.as_ref()?.get());
            Some(n).filter(|n| *n >= 1.0)
        })
    }

    /// ln n / ln d against α of the cells that have an `n`.
    fn across(&self, n: impl Fn(&Threshold) -> Option<f64>) -> Vec<(f64, f64)> {
        let at = |t: &&Threshold| Some((t.series.problem.alpha()?, self.exponent(n(t)?)));
        let mut points: Vec<(f64, f64)> = self.cells.iter().filter_map(at).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }

    /// The measured n*.
    fn boundary(&self, scene: &mut Scene, panel: &Panel, learners: &Learners) {
        let look = learners.look(&self.learner);
        for cell in &self.cells {
            let Some(x) = cell.series.problem.alpha() else { continue };
            let Some(at) = panel.place((x, self.exponent(cell.n_star))) else { continue };
            scene.value(&cell.series, group::n_star(cell), Number::Other, |scene| {
                if cell.censored == Censoring::None {
                    let (low, high) = (self.exponent(cell.ci_low), self.exponent(cell.ci_high));
                    panel.casing(scene, &[(x, low), (x, high)], 0.9);
                    panel.bar(scene, Bar { x, low, high, shift: 0.0 }, look.colour);
                    panel.point(scene, at, look, true);
                } else {
                    panel.bound(scene, at, look, cell.censored == Censoring::Above);
                }
            });
        }
    }
}

fn law_line() -> style::Stroke {
    style::dashed(style::BLACK, 1.2)
}

fn information_line() -> style::Stroke {
    style::solid(style::BLACK, 0.9)
}

/// The scale of colours, to the right of the first row.
fn scale(scene: &mut Scene, page: &Page, tau: f64) {
    const STEPS: u32 = 60;
    let Rect { top, height, .. } = page.rect(0, 0);
    let (left, width) = (page.width - SCALE + 9.0, 8.0);
    let slice = |from: f64, to: f64| Rect {
        left,
        top: top + height * (1.0 - to),
        width,
        height: height * (to - from),
    };
    for step in 0..STEPS {
        let from = f64::from(step) / f64::from(STEPS);
        let share = f64::from(step) / f64::from(STEPS - 1);
        scene.area(slice(from, 1.0).corners().to_vec(), style::share(share));
    }
    let [a, b, c, d] = slice(0.0, 1.0).corners();
    scene.line(&[a, b, c, d, a, b], style::solid(style::BLACK, 0.6));
    for (at, text) in [(0.0, "0"), (0.5, "½"), (1.0, "1")] {
        let y = top + height * (1.0 - at);
        scene.line(&[(left + width, y), (left + width - 2.5, y)], style::solid(style::BLACK, 0.6));
        let beside = (left + width + 3.0, y + style::SMALL * 0.36);
        scene.text(Label::new(text, beside, style::SMALL));
    }
    let words = format!("share of trials with risk ≤ {}", format::short(tau));
    let at = (page.width - 3.5, top + height / 2.0);
    let label = Label::new(words, at, style::SMALL).align(Align::Centre).upward();
    let (_, start, _, end) = label.bounds();
    scene.text(page::shrunk(label, end - start, height));
}

#[cfg(test)]
mod tests {
    use plotters::style::RGBAColor;

    use super::*;
    use crate::report::draw::scene::{Point, Shape};
    use crate::report::fixture::{ALPHAS, realistic};

    /// Every map of a figure with the panel that it is drawn in.
    fn for_each_map(analysis: &Analysis, mut check: impl FnMut(&Map, &Panel, &Scene)) {
        let learners = Learners::of(analysis);
        let rows = rows(analysis, &learners);
        let (x, scene) = (alpha_axis(&rows).unwrap(), draw(analysis).unwrap());
        let page = page(&rows, &x, &learners).unwrap();
        for (index, row) in rows.iter().enumerate() {
            let y = sample_axis(&rows, &row.setting).unwrap();
            for map in &row.maps {
                let rect = page.rect(index, map.column);
                check(map, &Panel { rect, x: &x, y: &y, overhang: 0.0 }, &scene);
            }
        }
    }

    /// The colour of the last rectangle of more than a marker's size at a point.
    fn ground(scene: &Scene, (x, y): Point) -> Option<RGBAColor> {
        let tile = |shape: &Shape| match shape {
            Shape::Area(corners, colour) if corners.len() == 4 => {
                let (left, right) = extent(corners.iter().map(|c| c.0))?;
                let (top, bottom) = extent(corners.iter().map(|c| c.1))?;
                let inside = (left..=right).contains(&x) && (top..=bottom).contains(&y);
                (inside && right - left > 8.0).then_some(*colour)
            }
            _ => None,
        };
        scene.shapes.iter().rev().find_map(tile)
    }

    #[test]
    fn the_ground_at_every_n_has_the_colour_of_its_share() {
        let analysis = realistic();
        let mut seen = Vec::new();
        for_each_map(&analysis, |map, panel, scene| {
            let mine = |c: &&Curve| c.d == map.d && c.series.learner == map.learner;
            for curve in analysis.curves.iter().filter(mine) {
                for point in &curve.points {
                    let height = (point.n as f64).ln() / (map.d as f64).ln();
                    let at = panel.place((curve.series.problem.alpha().unwrap(), height)).unwrap();
                    assert_eq!(ground(scene, at), Some(style::share(point.success)));
                    seen.push(point.success);
                }
            }
            // The axis begins at 0, far below the smallest n.
            let corner = (panel.rect.left + 1.0, panel.rect.bottom() - 1.0);
            assert_eq!(ground(scene, corner), Some(EMPTY));
        });
        // 2 learners, 3 dimensions, 6 values of α but for one series without d = 512 and 4096,
        // 11 sizes but for one censored cell with 6.
        assert_eq!(seen.len(), (2 * 3 * 6 - 2) * 11 - 5);
        assert!([0.0, 8.0 / 15.0, 1.0].iter().all(|share| seen.contains(share)), "{seen:?}");
    }

    #[test]
    fn points_and_lines_stand_where_the_analysis_puts_them() {
        let analysis = realistic();
        let learners = Learners::of(&analysis);
        for_each_map(&analysis, |map, panel, scene| {
            let look = learners.look(&map.learner);
            for cell in &map.cells {
                let height = cell.n_star.ln() / (map.d as f64).ln();
                let (x, y) = panel.place((cell.series.problem.alpha().unwrap(), height)).unwrap();
                let marks = |shape: &&Shape| match shape {
                    Shape::Disc(at, _, colour) => *at == (x, y) && *colour == look.colour,
                    Shape::Area(corners, colour) => {
                        let close = |c: &Point| ((c.0 - x).abs() - (c.1 - y).abs()).abs() < 1e-9;
                        *colour == look.colour && corners.iter().all(close)
                    }
                    _ => false,
                };
                assert!(scene.shapes.iter().any(|shape| marks(&shape)), "{cell:?}");
            }
            // The axis begins a little before α = ¼, where k* = 2 predicts ½.
            let ends = [panel.x.range.0, 1.0].map(|alpha| panel.place((alpha, 2.0 * alpha)));
            let near = |a: Point, b: Point| (a.0 - b.0).hypot(a.1 - b.1) < 1e-9;
            let pruned = style::solid(learners.look("pruned").colour, 1.0);
            // Beside the line of its own learner.
            assert!(
                map.learner != "pruned"
                    || scene.shapes.iter().any(|shape| match shape {
                        Shape::Line(points, colour, width) => {
                            let theory = (*colour, *width) == (pruned.colour, pruned.width);
                            let whole = points.len() == 2;
                            let mut pairs = points.iter().zip(ends);
                            theory && whole && pairs.all(|(&p, end)| near(p, end.unwrap()))
                        }
                        _ => false,
                    })
            );
        });
    }

    /// At d = 64 and s = 16 ln C(64, 16) is 33.8224, so that with Δ = 0.01
    /// (16.9112 − 0.6931)/(½ ln 101) = 7.0282 samples are the fewest.
    #[test]
    fn the_bound_of_every_learner_is_drawn_where_directions_are_hard_and_labels_noisy() {
        let mut analysis = realistic();
        for cell in &mut analysis.thresholds {
            cell.s = Some(16);
        }
        let (mut maps, mut found) = (0, 0);
        for_each_map(&analysis, |map, _, scene| {
            maps += 1;
            for (_, height) in map.information().iter().filter(|_| map.d == 64) {
                assert!((height - 7.0282_f64.ln() / 64_f64.ln()).abs() < 1e-5, "{height}");
                found += 1;
            }
            assert!(scene.labels().any(|label| label.text.contains("Fano")));
        });
        assert!(maps > 0 && found > 0);
        for cell in &mut analysis.thresholds {
            cell.series.problem.noise = crate::model::problem::Real::new(0.0);
        }
        for_each_map(&analysis, |map, _, _| assert!(map.information().is_empty()));
    }

    #[test]
    fn too_few_sparsity_exponents_make_no_map() {
        let mut analysis = realistic();
        analysis.curves.retain(|c| c.series.problem.alpha() != Some(ALPHAS[0]));
        assert!(draw(&analysis).is_some());
        analysis.curves.retain(|c| c.series.problem.alpha() != Some(ALPHAS[1]));
        assert!(draw(&analysis).is_none());
        // Six of them, but hardly two at any dimension.
        let mut analysis = realistic();
        for (i, curve) in analysis.curves.iter_mut().enumerate() {
            curve.d = 64 + i;
        }
        assert!(draw(&analysis).is_none());
    }

    #[test]
    fn rectangles_reach_half_way_but_not_over_what_was_not_run() {
        let values = [0.0, 1.0, 2.0, 6.0];
        let near = edges(&values, 1.0, 1.5);
        assert_eq!(near, [(-0.5, 0.5), (0.5, 1.5), (1.5, 2.5), (5.5, 6.5)]);
        let far = edges(&values, 1.0, f64::INFINITY);
        assert_eq!(far, [(-0.5, 0.5), (0.5, 1.5), (1.5, 4.0), (4.0, 6.5)]);
        assert_eq!(usual_gap([&values[..], &[3.0]]), Some(1.0));
    }

    #[test]
    fn three_dimensions_that_all_learners_have() {
        let dims = |range: std::ops::Range<u32>| range.map(|k| 1 << k).collect::<Vec<usize>>();
        assert_eq!(columns(&[dims(4..11), dims(6..13)]), [64, 256, 1024]);
        assert_eq!(columns(&[dims(4..5), dims(6..7)]), [16, 64]);
    }
}
