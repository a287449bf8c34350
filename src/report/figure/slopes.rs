//! Where a power law bends: n* over its fit, and the slope from each dimension to the next.

use super::bounds::fitted;
use crate::analysis::estimate::{Analysis, Censoring, Exponent, Threshold};
use crate::model::problem::Real;
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::look::Look;
use crate::report::draw::page::{self, Page};
use crate::report::draw::panel::{Bar, Panel};
use crate::report::draw::scene::{Number, Scene};
use crate::report::draw::style;
use crate::report::format;
use crate::report::group::{self, Setting};

/// Fewer dimensions than this have no bend to show.
const FEWEST: usize = 4;

/// Draws n*/(C d^β) of the fit of each series, and the slopes of ln n* on ln d between neighbouring
/// dimensions at their geometric mean, against the exponent of theory.
///
/// A row a learner and target, coloured by α. None without a series of four values.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let bends = |e: &&Exponent| fitted(e).is_some() && e.local_slopes.len() + 1 >= FEWEST;
    let series: Vec<&Exponent> =
        group::sorted(&analysis.exponents).into_iter().filter(bends).collect();
    let alphas = group::alphas(series.iter().map(|e| &e.series));
    let same = |a: &&Exponent, b: &&Exponent| {
        a.series.learner == b.series.learner && Setting::of(&a.series) == Setting::of(&b.series)
    };
    let rows: Vec<&[&Exponent]> = series.chunk_by(same).collect();
    let cells = || series.iter().flat_map(|e| residuals(analysis, e));
    let x = Axis::log(cells().map(|cell| cell.0.d as f64))?;
    let ratios = cells().flat_map(|(_, [value, low, high])| {
        [value, low.max(value / 2.0), high.min(value * 2.0), 0.8, 1.25]
    });
    let ratio = Axis::log(ratios)?;
    let slopes = series.iter().flat_map(|e| {
        let theory = e.predicted.map(|rate| rate.exponent);
        e.local_slopes.iter().map(|s| s.2).chain(theory)
    });
    let (low, high) = extent(slopes)?;
    let pad = 0.06 * (high - low).max(0.1);
    let slope = Axis::linear(low - pad, high + pad);
    let width = style::PAGE;
    let page = Page {
        width,
        rows: rows.len(),
        columns: 2,
        aspect: 0.5,
        header: 15.0,
        right: page::side_room(rows.iter().map(|row| side(row).len()).max()?),
        gap: 31.0,
        row_gap: 5.0,
        legend: Legend::new(legend(&alphas), width - 6.0),
    };
    let mut scene = page.start("dimension d", "ratio");
    for (index, row) in rows.iter().enumerate() {
        let panel = |column, y| Panel { rect: page.rect(index, column), x: &x, y, overhang: 4.0 };
        let panels = [panel(0, &ratio), panel(1, &slope)];
        for (panel, name) in panels.iter().zip(["n* / its fit", "slope to the next dimension"]) {
            panel.grid(&mut scene);
            if index == 0 {
                page::title(&mut scene, panel.rect, name, 0);
            }
        }
        for exponent in *row {
            let look = look(&alphas, exponent.series.problem.alpha);
            residual(&mut scene, &panels[0], analysis, exponent, look);
            local(&mut scene, &panels[1], exponent, look);
        }
        for panel in &panels {
            panel.axes(&mut scene, index + 1 == rows.len(), true);
        }
        page::side_titles(&mut scene, page.rect(index, 1), &side(row));
    }
    Some(scene)
}

/// Learner and target of a row.
fn side(row: &[&Exponent]) -> Vec<String> {
    let first = &row[0].series;
    let learner = [format::learner(&first.learner)];
    learner.into_iter().chain(Setting::of(first).lines()).collect()
}

/// The cells of a series with n* and its ends over the fit.
fn residuals<'a>(analysis: &'a Analysis, e: &Exponent) -> Vec<(&'a Threshold, [f64; 3])> {
    let (Some(beta), Some(constant)) = (fitted(e), e.log_constant) else { return Vec::new() };
    let mine = |t: &&Threshold| t.series == e.series && t.censored == Censoring::None;
    let over = |t: &'a Threshold| {
        let fit = (constant + beta.value * (t.d as f64).ln()).exp();
        (t, [t.n_star, t.ci_low, t.ci_high].map(|n| n / fit))
    };
    analysis.thresholds.iter().filter(mine).map(over).collect()
}

fn residual(scene: &mut Scene, panel: &Panel<'_>, analysis: &Analysis, e: &Exponent, look: Look) {
    let ends = [panel.x.range.0, panel.x.range.1].map(|log| (10_f64.powf(log), 1.0));
    panel.curve(scene, &ends, style::dashed(style::BLACK, 0.7));
    for (t, [value, low, high]) in residuals(analysis, e) {
        let times = format::short(value);
        let words = format!(
            "{}, d = {}: {times} times its fit, n* {}",
            group::name(&t.series),
            t.d,
            format::samples(t.n_star)
        );
        scene.value(&e.series, words, Number::Other, |scene| {
            panel.bar(scene, Bar { x: t.d as f64, low, high, shift: 0.0 }, look.colour);
            if let Some(at) = panel.place((t.d as f64, value)) {
                panel.point(scene, at, look, true);
            }
        });
    }
}

fn local(scene: &mut Scene, panel: &Panel<'_>, e: &Exponent, look: Look) {
    let middle = |&(a, b, slope): &(usize, usize, f64)| ((a as f64 * b as f64).sqrt(), slope);
    let line: Vec<_> = e.local_slopes.iter().map(middle).collect();
    scene.of(&e.series, |scene| {
        if let Some(rate) = e.predicted {
            let ends =
                [panel.x.range.0, panel.x.range.1].map(|log| (10_f64.powf(log), rate.exponent));
            panel.curve(scene, &ends, style::dashed(style::pale(look.colour, 0.8), 0.8));
        }
        panel.curve(scene, &line, style::solid(style::pale(look.colour, 0.6), 0.9));
    });
    for ((from, to, slope), at) in e.local_slopes.iter().zip(line) {
        let words = format!(
            "{}: slope {} from d = {from} to {to}",
            group::name(&e.series),
            format::short(*slope)
        );
        scene.value(&e.series, words, Number::Other, |scene| {
            if let Some(at) = panel.place(at) {
                panel.point(scene, at, look, true);
            }
        });
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
    use crate::report::fixture::{add_series, key, realistic};

    #[test]
    fn residuals_are_one_on_the_fit_and_every_slope_is_shown() {
        let mut analysis = realistic();
        assert!(draw(&analysis).is_none());
        for e in &mut analysis.exponents {
            let (beta, constant) = (e.exponent.unwrap().value, e.log_constant.unwrap());
            for t in analysis.thresholds.iter_mut().filter(|t| t.series == e.series) {
                t.n_star = 1.1 * (constant + beta * (t.d as f64).ln()).exp();
            }
            let dims = analysis.thresholds.iter().filter(|t| t.series == e.series).map(|t| t.d);
            let dims: Vec<usize> = dims.collect();
            e.local_slopes = dims.windows(2).map(|pair| (pair[0], pair[1], beta)).collect();
        }
        for e in &analysis.exponents {
            for (t, [value, low, high]) in residuals(&analysis, e) {
                assert!((value - 1.1).abs() < 1e-12);
                assert!((high / value - t.ci_high / t.n_star).abs() < 1e-12 && low < high);
            }
        }
        let scene = draw(&analysis).unwrap();
        // 12 series of 7 dimensions, one censored; one of three has no bend to show.
        let values = scene.marks.iter().filter(|mark| mark.value.is_some()).count();
        assert_eq!(values, 11 * 7 - 1 + 11 * 6);
    }

    #[test]
    fn a_long_target_stands_in_lines_that_can_be_read() {
        let link = "z1*z2 + z3*z4 + z5*z6 + z7*z8";
        let mut analysis = realistic();
        add_series(&mut analysis, &key("pruned", link, 2, 0.5), &[64, 128, 256, 512, 1024]);
        for e in &mut analysis.exponents {
            e.local_slopes = vec![(64, 128, 1.0), (128, 256, 1.0), (256, 512, 1.0)];
        }
        let scene = draw(&analysis).unwrap();
        let upward: Vec<_> = scene.labels().filter(|label| label.upward).collect();
        assert!(upward.iter().any(|label| label.text == "z₁·z₂ + z₃·z₄ + z₅·z₆ + z₇·z₈"));
        assert!(upward.iter().all(|label| label.size > 5.5 && label.bounds().2 <= scene.width));
    }
}
