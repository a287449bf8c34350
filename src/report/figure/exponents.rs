//! The headline: fitted exponents against the sparsity exponent, between the bounds of theory.

use super::bounds::{self, bounds};
use crate::analysis::estimate::{Analysis, Exponent, Interval};
use crate::analysis::judge::Verdict;
use crate::report::draw::aside::{Span, aside};
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::look::Look;
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::{Bar, Panel};
use crate::report::draw::scene::{Number, Scene};
use crate::report::draw::style;
use crate::report::group::{self, Learners, Setting};

const MOST_COLUMNS: usize = 3;
/// Width of the line of theory of any other learner.
const OTHER: f64 = 0.7;
/// Most that learners at equal α spread, in points.
const WIDEST: f64 = 36.0;

/// Draws β against α for every learner, with α k*, k* and the CSQ bound min(α, ½) k*.
///
/// One panel per target. A hollow point rests on fewer than four dimensions. None without
/// a single fitted exponent.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let fits: Vec<Fit> = analysis.exponents.iter().filter_map(fit).collect();
    let settings = group::settings(fits.iter().map(|f| &f.exponent.series));
    let (x, y) = axes(&fits)?;
    let learners = Learners::of(analysis);
    let columns = group::columns(settings.len(), MOST_COLUMNS);
    let single = settings.len() == 1;
    let width = if single { style::COLUMN } else { style::PAGE };
    let page = Page {
        width,
        rows: settings.len().div_ceil(columns),
        columns,
        aspect: if single { 0.8 } else { 0.95 },
        header: 15.0,
        right: 9.0,
        gap: 9.0,
        row_gap: 5.0,
        legend: Legend::new(legend(&fits, &settings, &learners), width - 6.0),
    };
    let mut scene = page.start(bounds::ALPHA, bounds::BETA);
    for (index, setting) in settings.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let rect = page.rect(row, column);
        let panel = Panel { rect, x: &x, y: &y, overhang: 3.5 };
        let mine = of(&fits, setting);
        panel.grid(&mut scene);
        theory(&mut scene, &panel, setting, &mine, &learners);
        points(&mut scene, &panel, &mine, &learners);
        panel.axes(&mut scene, index + columns >= settings.len(), column == 0);
        page::title(&mut scene, rect, &setting.label(), 0);
    }
    Some(scene)
}

/// A fitted exponent with what places it: α, k* and β.
#[derive(Clone, Copy)]
struct Fit<'a> {
    exponent: &'a Exponent,
    alpha: f64,
    k_star: u32,
    beta: Interval,
}

fn fit(exponent: &Exponent) -> Option<Fit<'_>> {
    let problem = &exponent.series.problem;
    let (alpha, k_star) = (problem.alpha()?, problem.k_star?);
    Some(Fit { exponent, alpha, k_star, beta: bounds::fitted(exponent)? })
}

fn axes(fits: &[Fit]) -> Option<(Axis, Axis)> {
    let (low, high) = extent(fits.iter().map(|f| f.alpha))?;
    let x = Axis::linear(low.min(0.0) - 0.04, high.max(1.0) + 0.08);
    let bounds = fits.iter().map(|f| f64::from(f.k_star));
    let ends = fits.iter().flat_map(|f| bounds::within_reach(f.beta));
    let (low, high) = extent(bounds.chain(ends).chain([0.0]))?;
    let pad = 0.05 * (high - low).max(1e-3);
    let x = x.naming(bounds::QUARTERS.to_vec());
    Some((x, Axis::linear(if low < 0.0 { low - pad } else { 0.0 }, high + 1.5 * pad)))
}

/// The fits of a target.
fn of<'a>(fits: &[Fit<'a>], setting: &Setting) -> Vec<Fit<'a>> {
    fits.iter().filter(|f| Setting::of(&f.exponent.series) == *setting).copied().collect()
}

fn legend(fits: &[Fit], settings: &[Setting], learners: &Learners) -> Vec<Entry> {
    let shown = |name: &&str| fits.iter().any(|f| f.exponent.series.learner == *name);
    let point =
        |name: &str| (Symbol::Point(learners.look(name)), crate::report::format::learner(name));
    let mut entries: Vec<Entry> = learners.names().filter(shown).map(point).collect();
    entries.extend(bounds::entries(learners, |kind| bounds::any_of(learners.names(), kind)));
    let drawn = |name| settings.iter().any(|setting| !line_of(&of(fits, setting), name).is_empty());
    if others(learners).any(drawn) {
        let line = Symbol::Line(style::dashed(style::GREY, OTHER));
        entries.push((line, "theory of others".to_owned()));
    }
    if fits.iter().any(|f| thin(f.exponent)) {
        entries.push((Symbol::Hollow(Look::grey()), "under 4 dimensions".to_owned()));
    }
    entries
}

/// Too few dimensions for the fit to carry a verdict.
pub(crate) fn thin(exponent: &Exponent) -> bool {
    exponent.points < 4
        || matches!(exponent.verdict, Some(Verdict::TooFewDimensions | Verdict::Censored))
}

fn theory(scene: &mut Scene, panel: &Panel, setting: &Setting, fits: &[Fit], learners: &Learners) {
    let Some(k_star) = setting.k_star() else { return };
    let bounds = bounds(k_star, learners, |kind| bounds::any_of(learners.names(), kind));
    let [.., csq] = &bounds[..] else { return };
    let below: Vec<_> = csq.points.iter().map(|&(alpha, bound)| (alpha, 0.0, bound)).collect();
    panel.band(scene, &below, style::pale(style::BLACK, 0.07));
    for bound in &bounds {
        panel.curve(scene, &bound.points, bound.stroke);
    }
    for name in others(learners) {
        let stroke = style::dashed(learners.look(name).colour, OTHER);
        panel.curve(scene, &line_of(fits, name), stroke);
    }
}

/// The learners whose theory is neither α k* nor k* by name.
fn others(learners: &Learners) -> impl Iterator<Item = &str> {
    learners.names().filter(|name| group::rank(name).0 == 2)
}

/// (α, predicted exponent) of a learner; a single one makes no line.
fn line_of(fits: &[Fit], learner: &str) -> Vec<(f64, f64)> {
    let mine = fits.iter().filter(|f| f.exponent.series.learner == learner);
    let mut line: Vec<_> =
        mine.filter_map(|f| Some((f.alpha, f.exponent.predicted?.exponent))).collect();
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    if line.len() < 2 { Vec::new() } else { line }
}

fn points(scene: &mut Scene, panel: &Panel, fits: &[Fit], learners: &Learners) {
    let mut fits = fits.to_vec();
    fits.sort_by_key(|f| learners.index(&f.exponent.series.learner));
    // Only points whose intervals meet step aside: a shifted point sits off its line.
    let span = |f: &Fit| {
        let y = |beta| panel.place((f.alpha, beta)).map(|(_, y)| y);
        let (top, bottom) = (y(f.beta.high), y(f.beta.low));
        let x = panel.place((f.alpha, f.beta.value)).map_or(0.0, |(x, _)| x);
        (x, top.map_or(f64::NEG_INFINITY, |y| y - 1.0), bottom.map_or(f64::INFINITY, |y| y + 1.0))
    };
    let spans: Vec<Span> = fits.iter().map(span).collect();
    let shifts = aside(&spans, (panel.rect.left, panel.rect.right()), room(panel, &fits));
    for (&Fit { exponent, alpha, beta, .. }, shift) in fits.iter().zip(shifts) {
        let look = learners.look(&exponent.series.learner);
        let bar = Bar { x: alpha, low: beta.low, high: beta.high, shift };
        scene.value(&exponent.series, group::beta(exponent), Number::Beta, |scene| {
            panel.bar(scene, bar, look.colour);
            if let Some((x, y)) = panel.place((alpha, beta.value)) {
                panel.point(scene, (x + shift, y), look, !thin(exponent));
            }
        });
    }
}

/// How far the points at one α may spread, in points: not to those at the next, nor far from
/// where they belong.
fn room(panel: &Panel, fits: &[Fit]) -> f64 {
    let alphas = group::distinct(fits.iter().map(|f| f.alpha), f64::total_cmp);
    let nearest = alphas.windows(2).map(|pair| pair[1] - pair[0]).fold(1.0, f64::min);
    (0.8 * nearest * panel.rect.width / (panel.x.range.1 - panel.x.range.0)).min(WIDEST)
}
