//! The headline: fitted exponents against the sparsity exponent, between the bounds of theory.

use super::bounds::{self, bounds};
use crate::analysis::estimate::{Analysis, Exponent, Interval};
use crate::analysis::judge::Verdict;
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::look::Look;
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::{Bar, Panel};
use crate::report::draw::scene::{Number, Scene};
use crate::report::draw::style;
use crate::report::group::{self, Learners, Setting};

const MOST_COLUMNS: usize = 3;
/// Sideways distance of learners at equal α, in points.
const SHIFT: f64 = 5.2;
/// Most that all of them take, in points.
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
    let columns = settings.len().min(MOST_COLUMNS);
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
        legend: Legend::new(legend(&fits, &learners), width - 6.0),
    };
    let mut scene = page.start(bounds::ALPHA, bounds::BETA);
    for (index, setting) in settings.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let rect = page.rect(row, column);
        let panel = Panel { rect, x: &x, y: &y, overhang: 3.5 };
        let mine = fits.iter().filter(|f| Setting::of(&f.exponent.series) == *setting);
        let mine: Vec<Fit> = mine.copied().collect();
        panel.grid(&mut scene);
        theory(&mut scene, &panel, setting, &mine, &learners);
        points(&mut scene, &panel, &mine, &learners);
        panel.axes(&mut scene, index + columns >= settings.len(), column == 0);
        page::title(&mut scene, rect, &setting.label(), 0);
    }
    Some(scene)
}

/// A series with its fitted exponent.
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

fn legend(fits: &[Fit], learners: &Learners) -> Vec<Entry> {
    let shown = |name: &&str| fits.iter().any(|f| f.exponent.series.learner == *name);
    let point =
        |name: &str| (Symbol::Point(learners.look(name)), crate::report::format::learner(name));
    let mut entries: Vec<Entry> = learners.names().filter(shown).map(point).collect();
    entries.extend(bounds::entries(learners, |kind| bounds::any_of(learners.names(), kind)));
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
    for name in learners.names().filter(|name| group::rank(name).0 == 2) {
        let mine = fits.iter().filter(|f| f.exponent.series.learner == name);
        let mut line: Vec<_> =
            mine.filter_map(|f| Some((f.alpha, f.exponent.predicted?.exponent))).collect();
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
        panel.curve(scene, &line, style::dashed(learners.look(name).colour, 0.7));
    }
}

fn points(scene: &mut Scene, panel: &Panel, fits: &[Fit], learners: &Learners) {
    for &Fit { exponent, alpha, beta, .. } in fits {
        // Only points whose intervals meet step aside: a shifted point sits off its line.
        let meets = |f: &&Fit| {
            f.alpha.total_cmp(&alpha).is_eq() && f.beta.low <= beta.high && beta.low <= f.beta.high
        };
        let rivals = fits.iter().filter(|f| f.exponent == exponent || meets(f));
        let rivals = rivals.map(|f| learners.index(&f.exponent.series.learner));
        let rivals = group::distinct(rivals, usize::cmp);
        let place = rivals.iter().position(|&i| i == learners.index(&exponent.series.learner));
        let step = SHIFT.min(room(panel, fits, alpha) / rivals.len() as f64);
        let shift = step * (place.unwrap_or_default() as f64 - (rivals.len() - 1) as f64 / 2.0);
        // All of them stay inside the frame.
        let widest = step * (rivals.len() - 1) as f64 / 2.0 + 4.0;
        let centre = panel.place((alpha, beta.value)).map_or(0.0, |(x, _)| x);
        let (left, right) = (panel.rect.left + widest, panel.rect.right() - widest);
        let shift = shift + if left < right { centre.clamp(left, right) - centre } else { 0.0 };
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
fn room(panel: &Panel, fits: &[Fit], alpha: f64) -> f64 {
    let others = fits.iter().map(|f| (f.alpha - alpha).abs());
    let nearest = others.filter(|distance| *distance > 0.0).fold(1.0, f64::min);
    (0.8 * nearest * panel.rect.width / (panel.x.range.1 - panel.x.range.0)).min(WIDEST)
}
