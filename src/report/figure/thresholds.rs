//! Samples needed against dimension: one panel per target and α, all learners in it.

use super::bounds::fitted;
use crate::analysis::estimate::{Analysis, Censoring, Exponent, Threshold};
use crate::model::problem::{Real, Series};
use crate::report::draw::aside::{Span, aside};
use crate::report::draw::axis::Axis;
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::{Bar, Panel};
use crate::report::draw::scene::{Align, Label, Number, Point, Scene};
use crate::report::draw::style;
use crate::report::format;
use crate::report::group::{self, Learners, Setting};

const MOST_COLUMNS: usize = 3;
/// Height of a line of a panel's header.
const LINE: f64 = 10.0;
/// Width of the line of the limit simulation, which is no fit either.
const LIMIT: f64 = 1.6;
/// Fits named in a panel's header.
const MOST_LINES: usize = 6;

/// Draws n*(d) with intervals and fitted lines, both logarithmic, beside the slopes of theory.
///
/// A censored cell is a hollow point with an arrow. Each target has its own rows and scale
/// of n*, unless there is one α only. None without a single positive n*.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let x = dimension_axis(analysis)?;
    let learners = Learners::of(analysis);
    let rows = rows(analysis);
    let page = page(analysis, &learners, &rows)?;
    let tau = format::short(analysis.threshold);
    let mut scene = page.start("dimension d", &format!("samples to reach risk τ = {tau},  n*"));
    for (index, row) in rows.iter().enumerate() {
        let Some(y) = sample_axis(row.block.iter().flat_map(|c| &c.cells)) else { continue };
        for (column, contents) in row.contents.iter().enumerate() {
            let panel = Panel { rect: page.rect(index, column), x: &x, y: &y, overhang: 4.5 };
            panel.grid(&mut scene);
            contents.draw(&mut scene, &panel, &learners);
            let below = rows.get(index + 1).is_none_or(|next| next.contents.len() <= column);
            panel.axes(&mut scene, below, column == 0);
            contents.header(&mut scene, &panel, &learners, row.lines());
        }
    }
    Some(scene)
}

fn page(analysis: &Analysis, learners: &Learners, rows: &[Row]) -> Option<Page> {
    let columns = rows.iter().map(|row| row.contents.len()).max()?;
    let single = columns == 1;
    let width = if single { style::COLUMN } else { style::PAGE };
    Some(Page {
        width,
        rows: rows.len(),
        columns,
        aspect: if single { 0.78 } else { 0.85 },
        header: 15.0 + LINE * header_lines(rows) as f64,
        right: if single { 12.0 } else { 9.0 },
        gap: 10.0,
        row_gap: 5.0,
        legend: Legend::new(legend(analysis, learners), width - 6.0),
    })
}

/// Panels side by side.
struct Row<'a> {
    contents: Vec<Contents<'a>>,
    /// All the panels that share its scale.
    block: Vec<Contents<'a>>,
}

fn rows(analysis: &Analysis) -> Vec<Row<'_>> {
    let panels = panels(analysis);
    let blocks: Vec<_> = panels.chunk_by(|a, b| a.setting == b.setting).collect();
    let one_alpha = blocks.iter().all(|block| block.len() == 1);
    let blocks = if one_alpha { vec![&panels[..]] } else { blocks };
    let mut rows = Vec::new();
    for block in blocks {
        for contents in block.chunks(group::columns(block.len(), MOST_COLUMNS)) {
            rows.push(Row { contents: contents.to_vec(), block: block.to_vec() });
        }
    }
    rows
}

/// Lines above the panels of the row that has most, below its α.
fn header_lines(rows: &[Row]) -> usize {
    rows.iter().map(Row::lines).max().unwrap_or_default()
}

impl Row<'_> {
    /// Lines above its panels, below their α: a title stands next to what it is about.
    fn lines(&self) -> usize {
        self.contents.iter().map(|p| p.notes.len() + 1).max().unwrap_or_default()
    }
}

/// Cells that can be placed on logarithmic axes.
fn measured(cell: &Threshold) -> bool {
    cell.d > 0 && cell.n_star > 0.0 && cell.n_star.is_finite()
}

fn dimension_axis(analysis: &Analysis) -> Option<Axis> {
    let cells = analysis.thresholds.iter().filter(|t| measured(t));
    let dims = group::distinct(cells.map(|t| t.d), usize::cmp);
    let dims: Vec<f64> = dims.into_iter().map(|d| d as f64).collect();
    let named = if dims.len() > 12 { Vec::new() } else { dims.clone() };
    Some(Axis::log(dims)?.naming(named))
}

fn sample_axis<'a>(cells: impl Iterator<Item = &'a &'a Threshold>) -> Option<Axis> {
    // An interval without end must not squeeze everything else, and a bound has its arrow alone.
    let reach = |t: &Threshold| if t.censored == Censoring::None { 30.0 } else { 4.0 };
    let within = |t: &Threshold, end: f64| end.clamp(t.n_star / reach(t), t.n_star * reach(t));
    let ends = |t: &&Threshold| [t.n_star, within(t, t.ci_low), within(t, t.ci_high)];
    Axis::log(cells.filter(|t| measured(t)).flat_map(ends))
}

fn legend(analysis: &Analysis, learners: &Learners) -> Vec<Entry> {
    let shown = |name: &&str| analysis.thresholds.iter().any(|t| t.series.learner == *name);
    let point = |name: &str| (Symbol::Point(learners.look(name)), format::learner(name));
    let mut entries: Vec<Entry> = learners.names().filter(shown).map(point).collect();
    if analysis.exponents.iter().any(|e| fitted(e).is_some()) {
        let fit = Symbol::Line(style::solid(style::GREY, 1.2));
        entries.push((fit, "fit n* = C dᵝ".to_owned()));
    }
    if analysis.exponents.iter().any(|e| e.predicted.is_some()) {
        let theory = Symbol::Line(style::dashed(style::GREY, 0.8));
        entries.push((theory, "slope of theory".to_owned()));
    }
    if analysis.thresholds.iter().any(|t| t.limit.is_some()) {
        entries
            .push((Symbol::Line(style::dotted(style::GREY, LIMIT)), "limit simulation".to_owned()));
    }
    if analysis.thresholds.iter().any(|t| t.censored != Censoring::None) {
        entries.push((Symbol::Bound(style::GREY), "bound (censored)".to_owned()));
    }
    entries
}

/// What one panel shows.
#[derive(Clone)]
struct Contents<'a> {
    setting: Setting,
    alpha: Option<Real>,
    cells: Vec<&'a Threshold>,
    fits: Vec<&'a Exponent>,
    /// Fitted exponents in words, each with the learner it is about.
    notes: Vec<(Option<&'a str>, String)>,
}

fn panels(analysis: &Analysis) -> Vec<Contents<'_>> {
    let learners = Learners::of(analysis);
    let mut panels = Vec::new();
    let settings = group::settings(analysis.thresholds.iter().map(|t| &t.series));
    for setting in settings {
        let of_setting = analysis.thresholds.iter().filter(|t| Setting::of(&t.series) == setting);
        for alpha in group::alphas(of_setting.map(|t| &t.series)) {
            let here = |s: &Series| Setting::of(s) == setting && s.problem.alpha == alpha;
            let cells = analysis.thresholds.iter().filter(|t| here(&t.series)).collect();
            let fits = analysis.exponents.iter().filter(|e| here(&e.series));
            let mut fits: Vec<_> = fits.collect();
            fits.sort_by_key(|e| learners.index(&e.series.learner));
            let (setting, notes) = (setting.clone(), summaries(&fits));
            panels.push(Contents { setting, alpha, cells, fits, notes });
        }
    }
    panels
}

impl Contents<'_> {
    fn draw(&self, scene: &mut Scene, panel: &Panel, learners: &Learners) {
        for fit in &self.fits {
            scene.of(&fit.series, |scene| self.lines(scene, panel, fit, learners));
        }
        for cells in self.cells.chunk_by(|a, b| a.series == b.series) {
            let limit = |t: &&Threshold| Some((t.d as f64, t.limit?.n_star));
            let limits: Vec<(f64, f64)> = cells.iter().filter_map(limit).collect();
            let series = &cells[0].series;
            let line = style::dotted(learners.look(&series.learner).colour, LIMIT);
            scene.of(series, |scene| panel.curve(scene, &limits, line));
        }
        let place = |cell: &&'_ Threshold| panel.place((cell.d as f64, cell.n_star));
        let cells: Vec<(&Threshold, Point)> =
            self.cells.iter().filter_map(|cell| Some((*cell, place(cell)?))).collect();
        let spans: Vec<Span> = cells.iter().map(|(_, (x, y))| (*x, y - 1.5, y + 1.5)).collect();
        let shifts = aside(&spans, (panel.rect.left, panel.rect.right()), f64::INFINITY);
        for ((cell, (x, y)), shift) in cells.into_iter().zip(shifts) {
            let look = learners.look(&cell.series.learner);
            let at = (x + shift, y);
            scene.value(&cell.series, group::n_star(cell), Number::NStar(cell.d), |scene| {
                if cell.censored == Censoring::None {
                    let (low, high) = (cell.ci_low, cell.ci_high);
                    let bar = Bar { x: cell.d as f64, low, high, shift };
                    panel.bar(scene, bar, look.colour);
                    panel.point(scene, at, look, true);
                } else {
                    panel.bound(scene, at, look, cell.censored == Censoring::Above);
                }
            });
        }
    }

    /// The slope of theory through the middle of the data, and the fitted line.
    fn lines(&self, scene: &mut Scene, panel: &Panel, fit: &Exponent, learners: &Learners) {
        let colour = learners.look(&fit.series.learner).colour;
        let line = |slope: f64, constant: f64, ends: [f64; 2]| {
            ends.map(|d| (d, (constant + slope * d.ln()).exp())).to_vec()
        };
        let full = [panel.x.range.0, panel.x.range.1].map(|log| 10_f64.powf(log));
        let predicted = fit.predicted.map(|rate| rate.exponent);
        // A slope through a single point says nothing.
        let middle = self.middle(&fit.series).filter(|_| fit.points > 1);
        if let (Some(slope), Some((ln_d, ln_n))) = (predicted, middle) {
            let theory = line(slope, ln_n - slope * ln_d, full);
            panel.curve(scene, &theory, style::dashed(style::pale(colour, 0.75), 0.8));
        }
        if let (Some(beta), Some(constant)) = (fitted(fit), fit.log_constant) {
            let ends = [fit.d_min as f64, fit.d_max as f64];
            panel.curve(scene, &line(beta.value, constant, ends), style::solid(colour, 1.3));
        }
    }

    /// Mean of (ln d, ln n*) over the uncensored cells of a series.
    fn middle(&self, series: &Series) -> Option<(f64, f64)> {
        let mine =
            self.cells.iter().filter(|t| t.series == *series && t.censored == Censoring::None);
        let logs = mine.map(|t| ((t.d as f64).ln(), t.n_star.ln()));
        let logs: Vec<_> = logs.filter(|(d, n)| d.is_finite() && n.is_finite()).collect();
        let mean = |sum: f64| sum / logs.len() as f64;
        (!logs.is_empty())
            .then(|| (mean(logs.iter().map(|l| l.0).sum()), mean(logs.iter().map(|l| l.1).sum())))
    }

    /// α, the target, and the fitted exponent of every learner.
    fn header(&self, scene: &mut Scene, panel: &Panel, learners: &Learners, lines: usize) {
        let rect = panel.rect;
        page::title(scene, rect, &format::alpha(self.alpha), lines);
        let mut y = rect.top - 4.5 - LINE * lines as f64;
        y += LINE;
        let at = (rect.left + rect.width / 2.0, y);
        scene.text(Label::new(self.setting.label(), at, style::SMALL).align(Align::Centre));
        let left = rect.left + (rect.width - 118.0).max(0.0) / 2.0;
        for (learner, text) in &self.notes {
            y += LINE;
            if let Some(name) = learner {
                learners.look(name).draw(scene, (left + 3.0, y - 2.7), 2.3, true);
            }
            scene.text(Label::new(text, (left + 10.0, y), style::SMALL));
        }
    }
}

/// The fits in words; more than a header holds are those of the figure `forest`.
fn summaries<'a>(fits: &[&'a Exponent]) -> Vec<(Option<&'a str>, String)> {
    if fits.len() > MOST_LINES {
        return vec![(None, format!("{} exponents: figure forest", fits.len()))];
    }
    let words = |fit: &&'a Exponent| (Some(fit.series.learner.as_str()), summary(fit));
    fits.iter().map(words).collect()
}

/// `β = 1.01 ± 0.04 (theory 1)`.
fn summary(fit: &Exponent) -> String {
    let Some(beta) = fitted(fit) else {
        let plural = if fit.points == 1 { "" } else { "s" };
        return format!("no fit ({} point{plural})", fit.points);
    };
    let half = (beta.high - beta.low) / 2.0;
    let interval = if half < 100.0 { format!(" ± {half:.2}") } else { String::new() };
    let theory = fit.predicted.map(|p| format!(" (theory {})", format::short(p.exponent)));
    format!("β = {:.2}{interval}{}", beta.value, theory.unwrap_or_default())
}
