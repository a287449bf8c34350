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

/// More entries than this do not fit into a legend one column wide.
const CROWD: usize = 8;

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

/// Draws n*/law and n*/d^b, b the predicted exponent, against d.
///
/// Every learner and target that the law covers, each with a marker of its own, coloured by α.
/// The right-hand panel starts at 1 in every series: what it drifts by is what a bare power law
/// misses. None where no cell has a law.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let rows = rows(analysis);
    let all = || rows.iter().flat_map(|row| &row.ratios);
    let alphas = group::distinct(all().map(|r| r.alpha), Ord::cmp);
    let x = Axis::log(all().map(|r| r.d))?;
    let y = Axis::log(
        all()
            .flat_map(|r| r.over)
            .flat_map(|(v, low, high)| [v, low.max(v / 3.0), high.min(v * 3.0), 0.7, 1.4]),
    )?
    .naming(LABELS.to_vec());
    let names: Vec<(&str, &Setting)> = rows.iter().map(|r| (&*r.learner, &r.setting)).collect();
    let page = page(PANELS.len(), 0.72, &alphas, &names);
    let mut scene = page.start(&at_alpha("dimension d", &alphas), "ratio");
    for (column, name) in PANELS.iter().enumerate() {
        let panel = Panel { rect: page.rect(0, column), x: &x, y: &y, overhang: 4.0 };
        panel.grid(&mut scene);
        for (index, row) in rows.iter().enumerate() {
            let filled = is_filled(&alphas, index);
            row.draw(&mut scene, &panel, (column, filled), |alpha| look(&alphas, alpha, index));
        }
        panel.axes(&mut scene, true, column == 0);
        page::title(&mut scene, panel.rect, name, 0);
    }
    Some(scene)
}

/// One row of panels below a legend of α by colour, and of learners and targets by marker.
pub(super) fn page(
    columns: usize,
    aspect: f64,
    alphas: &[Option<Real>],
    names: &[(&str, &Setting)],
) -> Page {
    let colour =
        |alpha: &Option<Real>| (Symbol::Point(look(alphas, *alpha, 0)), format::alpha(*alpha));
    let name = |(index, (learner, setting)): (usize, &(&str, &Setting))| {
        let look = Look::number(index);
        let look = if alphas.len() > 1 { Look { colour: style::BLACK, ..look } } else { look };
        let filled = is_filled(alphas, index);
        let symbol = if filled { Symbol::Point(look) } else { Symbol::Hollow(look) };
        (symbol, format!("{}, {}", format::learner(learner), setting.label()))
    };
    let colours = alphas.iter().map(colour).filter(|_| alphas.len() > 1);
    let entries: Vec<Entry> = colours.chain(names.iter().enumerate().map(name)).collect();
    let width = match columns {
        1 if entries.len() > CROWD => style::WIDE,
        1 => style::COLUMN,
        _ => style::PAGE,
    };
    let legend = Legend::new(entries, width - 6.0);
    Page {
        width,
        rows: 1,
        columns,
        aspect,
        // A single panel has no title.
        header: if columns == 1 { 4.0 } else { 15.0 },
        right: 7.0,
        gap: 9.0,
        row_gap: 5.0,
        legend,
    }
}

/// The label of an axis; of a single α it says which, as no colour does.
pub(super) fn at_alpha(label: &str, alphas: &[Option<Real>]) -> String {
    match alphas {
        [alpha] => format!("{label}  ({})", format::alpha(*alpha)),
        _ => label.to_owned(),
    }
}

/// Whether the marker of learner and target number `index` is filled.
pub(super) fn is_filled(alphas: &[Option<Real>], index: usize) -> bool {
    alphas.len() == 1 || Look::is_filled(index)
}

/// A colour from light to dark with α, and the marker of learner and target number `index`; of a
/// single α the colour is theirs too.
pub(super) fn look(alphas: &[Option<Real>], alpha: Option<Real>, index: usize) -> Look {
    if alphas.len() == 1 {
        return Look::number(index);
    }
    let place = alphas.iter().position(|a| *a == alpha).unwrap_or_default();
    Look { colour: style::sequential(place, alphas.len()), ..Look::number(index) }
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
        let ratios = ratios(analysis, cells);
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

fn ratios<'a>(analysis: &Analysis, cells: &'a [Threshold]) -> Vec<Ratio<'a>> {
    let own = |t: &Threshold| analysis.exponents.iter().find(|e| e.series == t.series);
    let known = || cells.iter().filter(|t| t.censored == Censoring::None && t.law.is_some());
    let Some((first, rate)) = known().next().and_then(|t| Some((t, own(t)?.predicted?))) else {
        return Vec::new();
    };
    let power = |t: &Threshold| first.n_star * (t.d as f64 / first.d as f64).powf(rate.exponent);
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
    fn draw(
        &self,
        scene: &mut Scene,
        panel: &Panel,
        (column, filled): (usize, bool),
        look: impl Fn(Option<Real>) -> Look,
    ) {
        let ends = [panel.x.range.0, panel.x.range.1].map(|log| (10_f64.powf(log), 1.0));
        panel.curve(scene, &ends, style::dashed(style::BLACK, 0.8));
        for alpha in group::distinct(self.ratios.iter().map(|r| r.alpha), Ord::cmp) {
            let look = look(alpha);
            let mine: Vec<&Ratio> = self.ratios.iter().filter(|r| r.alpha == alpha).collect();
            let line: Vec<_> = mine.iter().map(|r| (r.d, r.over[column].0)).collect();
            let stroke = style::solid(style::pale(look.colour, 0.6), 0.9);
            let Some(first) = mine.first() else { continue };
            scene.of(&first.of.series, |scene| panel.curve(scene, &line, stroke));
            for ratio in mine {
                let (value, low, high) = ratio.over[column];
                let words =
                    format!("{}; {} in this panel", group::n_star(ratio.of), format::short(value));
                scene.value(&ratio.of.series, words, Number::Other, |scene| {
                    panel.bar(scene, Bar { x: ratio.d, low, high, shift: 0.0 }, look.colour);
                    if let Some(at) = panel.place((ratio.d, value)) {
                        panel.point(scene, at, look, filled);
                    }
                });
            }
        }
    }
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
