//! n* over the finite-size law of the ranking, and over the bare power: flat if right.

use crate::analysis::estimate::{Analysis, Censoring, Threshold};
use crate::model::problem::Real;
use crate::report::draw::axis::Axis;
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::look::Look;
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::{Bar, Panel};
use crate::report::draw::scene::{Number, Scene};
use crate::report::draw::style;
use crate::report::format;
use crate::report::group::{self, Setting};

/// What is divided out, one panel each.
const PANELS: [&str; 2] = ["n* / law of the ranking", "n* / dᵇ, 1 at the smallest d"];

/// Ratios that the axis names.
const LABELS: [f64; 11] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0];

/// One value of n* with its interval over what is divided out, in both panels.
struct Ratio<'a> {
    of: &'a Threshold,
    alpha: Option<Real>,
    d: f64,
    /// (value, low, high) a panel.
    over: [(f64, f64, f64); 2],
}

/// Draws n*/law and n*/d^b, b the exponent that theory names, against d.
///
/// A row a learner and target that the law covers, coloured by α. The right-hand panel starts
/// at 1 in every series: what it drifts by is what a bare power law misses. None where no cell
/// has a law.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let rows = rows(analysis);
    let alphas = group::distinct(rows.iter().flat_map(|r| &r.ratios).map(|r| r.alpha), Ord::cmp);
    let all = || rows.iter().flat_map(|row| &row.ratios);
    let x = Axis::log(all().map(|r| r.d))?;
    let y = Axis::log(all().flat_map(|r| r.over).flat_map(|(v, low, high)| {
        [v, low.max(v / 3.0), high.min(v * 3.0), 0.7, 1.4]
    }))?
    .naming(LABELS.to_vec());
    let width = style::PAGE;
    let page = Page {
        width,
        rows: rows.len(),
        columns: PANELS.len(),
        aspect: 0.5,
        header: 15.0,
        right: if rows.len() > 1 { 30.0 } else { 20.0 },
        gap: 9.0,
        row_gap: 5.0,
        legend: Legend::new(legend(&alphas), width - 6.0),
    };
    let mut scene = page.start("dimension d", "ratio");
    for (index, row) in rows.iter().enumerate() {
        for (column, name) in PANELS.iter().enumerate() {
            let panel = Panel { rect: page.rect(index, column), x: &x, y: &y, overhang: 4.0 };
            panel.grid(&mut scene);
            row.draw(&mut scene, &panel, column, &alphas);
            panel.axes(&mut scene, index + 1 == rows.len(), column == 0);
            if index == 0 {
                page::title(&mut scene, panel.rect, name, 0);
            }
        }
        let side = [format::learner(&row.learner), row.setting.label()];
        let shown = if rows.len() > 1 { &side[..] } else { &side[..1] };
        page::side_titles(&mut scene, page.rect(index, PANELS.len() - 1), shown);
    }
    Some(scene)
}

/// The series of one learner that differ in α alone.
struct Row<'a> {
    learner: String,
    setting: Setting,
    ratios: Vec<Ratio<'a>>,
}

fn rows(analysis: &Analysis) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let same = |a: &Threshold, b: &Threshold| a.series == b.series;
    for cells in analysis.thresholds.chunk_by(same) {
        let ratios = ratios(cells);
        if ratios.is_empty() {
            continue;
        }
        let (learner, setting) = (&cells[0].series.learner, Setting::of(&cells[0].series));
        match rows.iter_mut().find(|r| r.learner == *learner && r.setting == setting) {
            Some(row) => row.ratios.extend(ratios),
            None => rows.push(Row { learner: learner.clone(), setting, ratios }),
        }
    }
    rows
}

fn ratios(cells: &[Threshold]) -> Vec<Ratio<'_>> {
    let known = || cells.iter().filter(|t| t.censored == Censoring::None && t.law.is_some());
    let Some((first, rate)) = known().next().and_then(|t| Some((t, t.series.rate()?))) else {
        return Vec::new();
    };
    let power = |t: &Threshold| {
        first.n_star * (t.d as f64 / first.d as f64).powf(rate.exponent)
    };
    let over = |t: &Threshold, by: f64| (t.n_star / by, t.ci_low / by, t.ci_high / by);
    known()
        .filter_map(|t| {
            Some(Ratio {
                of: t,
                alpha: t.series.problem.alpha,
                d: t.d as f64,
                over: [over(t, t.law?), over(t, power(t))],
            })
        })
        .collect()
}

impl Row<'_> {
    fn draw(&self, scene: &mut Scene, panel: &Panel, column: usize, alphas: &[Option<Real>]) {
        let ends = [panel.x.range.0, panel.x.range.1].map(|log| (10_f64.powf(log), 1.0));
        panel.curve(scene, &ends, style::dashed(style::BLACK, 0.8));
        for alpha in alphas {
            let look = look(alphas, *alpha);
            let mine: Vec<&Ratio> = self.ratios.iter().filter(|r| r.alpha == *alpha).collect();
            let line: Vec<_> = mine.iter().map(|r| (r.d, r.over[column].0)).collect();
            let stroke = style::solid(style::pale(look.colour, 0.6), 0.9);
            let Some(first) = mine.first() else { continue };
            scene.of(&first.of.series, |scene| panel.curve(scene, &line, stroke));
            for ratio in mine {
                let (value, low, high) = ratio.over[column];
                let words = format!("{}; {} in this panel", group::n_star(ratio.of), format::short(value));
                scene.value(&ratio.of.series, words, Number::Other, |scene| {
                    panel.bar(scene, Bar { x: ratio.d, low, high, shift: 0.0 }, look.colour);
                    if let Some(at) = panel.place((ratio.d, value)) {
                        panel.point(scene, at, look, true);
                    }
                });
            }
        }
    }
}

/// A colour from light to dark with α, and a marker of its own.
fn look(alphas: &[Option<Real>], alpha: Option<Real>) -> Look {
    let index = alphas.iter().position(|a| *a == alpha).unwrap_or_default();
    Look { colour: style::sequential(index, alphas.len()), ..Look::number(index) }
}

fn legend(alphas: &[Option<Real>]) -> Vec<Entry> {
    let entry = |&alpha: &Option<Real>| (Symbol::Point(look(alphas, alpha)), format::alpha(alpha));
    alphas.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::realistic;

    #[test]
    fn the_figure_shows_what_has_a_law() {
        let mut analysis = realistic();
        assert!(draw(&analysis).is_none());
        for t in &mut analysis.thresholds {
            let below = t.series.problem.alpha() < Some(1.0);
            t.law = (t.series.learner == "pruned" && below).then_some(t.n_star * 1.1);
        }
        let rows = rows(&analysis);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].ratios.len(), 5 * 7 - 4);
        for ratio in &rows[0].ratios {
            assert!((ratio.over[0].0 - 1.0 / 1.1).abs() < 1e-12);
        }
        assert!(draw(&analysis).is_some());
    }
}
