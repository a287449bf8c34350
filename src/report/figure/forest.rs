//! Fitted exponents below each other, one series a line.

use std::cmp::Ordering;

use super::bounds::{self, fitted};
use crate::analysis::estimate::{Analysis, Exponent};
use crate::analysis::judge::Verdict;
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::font;
use crate::report::draw::legend::{Entry, Legend, Symbol};
use crate::report::draw::look::Look;
use crate::report::draw::page::shrunk;
use crate::report::draw::panel::{GRID, Panel, Rect};
use crate::report::draw::scene::{Align, Label, Number, Scene};
use crate::report::draw::style;
use crate::report::draw::style::Stroke;
use crate::report::figure::exponents::thin;
use crate::report::format;
use crate::report::group::{self, Learners, Setting};

/// As many series at one target and α are too many to stand side by side.
const CROWD: usize = 3;
/// As many verdicts are worth a figure of their own.
const MANY_VERDICTS: usize = 6;
/// Height of a line.
const LINE: f64 = 12.0;
/// Room above a panel, for its target.
const TITLE: f64 = 15.0;
const TOP: f64 = 3.0;
/// Distance between two sparsity exponents of a target.
const BREAK: f64 = 4.0;
/// Room at the sides, and between columns.
const MARGIN: f64 = 6.0;
const GAP: f64 = 7.0;
const BOTTOM: f64 = 28.0;
/// A longer name of a learner is set smaller.
const LONGEST_NAME: f64 = 170.0;
/// Least width of the axis in a figure one column wide.
const LEAST_PLOT: f64 = 130.0;

/// Draws β of every series with its interval, its prediction, the CSQ bound and its verdict.
///
/// One panel a target, in it one line a series, by α and learner. A hollow point rests on fewer
/// than four dimensions; a series without a fit has its verdict alone. None without a fit, or
/// with fewer than three series at any target and α and fewer than six verdicts: `exponents`
/// shows those.
#[must_use]
pub(crate) fn draw(analysis: &Analysis) -> Option<Scene> {
    let mut series = group::sorted(&analysis.exponents);
    series.sort_by(|a, b| target(a, b));
    if !wanted(&series) {
        return None;
    }
    let x = axis(&series)?;
    let learners = Learners::of(analysis);
    let page = Layout::of(&series);
    let mut top = TOP + page.legend.height();
    let mut scene = Scene::new(page.width, 0.0);
    page.legend.draw(&mut scene, page.width / 2.0, TOP);
    let one_setting =
        |a: &&Exponent, b: &&Exponent| Setting::of(&a.series) == Setting::of(&b.series);
    let mut blocks = series.chunk_by(one_setting).peekable();
    while let Some(block) = blocks.next() {
        let lines = lines(block);
        let height = lines.last().map_or(0.0, |(depth, _)| depth + LINE / 2.0);
        let rect = Rect { left: page.left, top: top + TITLE, width: page.plot, height };
        // Down the page in points: a line has a place, not a value.
        let y = Axis::linear(-height, 0.0);
        let panel = Panel { rect, x: &x, y: &y, overhang: 4.0 };
        page.title(&mut scene, &panel, block[0]);
        panel.x_grid(&mut scene);
        for (depth, exponent) in lines {
            page.words(&mut scene, exponent, rect.top + depth + style::SMALL * 0.36);
            scene.value(&exponent.series, group::beta(exponent), Number::Other, |scene| {
                estimate(scene, &panel, exponent, depth, &learners);
            });
        }
        panel.x_ticks(&mut scene, blocks.peek().is_none());
        panel.frame(&mut scene);
        top = rect.bottom() + 2.0;
    }
    scene.height = top + BOTTOM;
    let below = (page.left + page.plot / 2.0, scene.height - 5.0);
    scene.text(Label::new(bounds::BETA, below, style::LABEL).align(Align::Centre));
    Some(scene)
}

/// Whether the series are too many for `exponents`, or worth showing below each other.
fn wanted(series: &[&Exponent]) -> bool {
    let judged = |e: &&&Exponent| {
        !matches!(e.verdict, None | Some(Verdict::Censored | Verdict::TooFewDimensions))
    };
    let crowd = series.chunk_by(|a, b| target(a, b).is_eq()).any(|rows| rows.len() >= CROWD);
    crowd || series.iter().filter(judged).count() >= MANY_VERDICTS
}

/// Order by target and α.
fn target(a: &Exponent, b: &Exponent) -> Ordering {
    let setting = Setting::of(&a.series).order(&Setting::of(&b.series));
    setting.then(a.series.problem.alpha.cmp(&b.series.problem.alpha))
}

fn axis(series: &[&Exponent]) -> Option<Axis> {
    let fits = || series.iter().filter_map(|e| Some((e, fitted(e)?)));
    let ends = fits().flat_map(|(_, beta)| bounds::within_reach(beta));
    fits().next()?;
    let theory =
        series.iter().flat_map(|e| [e.predicted.map(|rate| rate.exponent), e.csq]).flatten();
    let (low, high) = extent(ends.chain(theory))?;
    let pad = 0.05 * (high - low).max(1e-3);
    Some(Axis::linear(low - pad, high + pad))
}

/// The series of a target with the places of their lines, below the top of its panel.
fn lines<'a>(block: &[&'a Exponent]) -> Vec<(f64, &'a Exponent)> {
    let mut depth = LINE / 2.0 + BREAK / 2.0;
    let mut lines = Vec::new();
    for (index, exponent) in block.iter().enumerate() {
        if index > 0 {
            depth += if target(block[index - 1], exponent).is_eq() { LINE } else { LINE + BREAK };
        }
        lines.push((depth, *exponent));
    }
    lines
}

/// Where things stand from left to right.
struct Layout {
    width: f64,
    /// Start and width of the panels.
    left: f64,
    plot: f64,
    /// Where the text of α begins, if there are several.
    alpha: Option<f64>,
    legend: Legend,
}

impl Layout {
    fn of(series: &[&Exponent]) -> Self {
        let widest = |text: &dyn Fn(&Exponent) -> String| {
            let widths = series.iter().map(|e| font::width(&text(e), style::SMALL, false));
            widths.fold(0.0, f64::max)
        };
        let names = widest(&|e| format::learner(&e.series.learner));
        let names_end = MARGIN + names.min(LONGEST_NAME);
        let several = group::alphas(series.iter().map(|e| &e.series)).len() > 1;
        let alpha = several.then_some(names_end + GAP);
        let alpha_end = alpha.map(|at| at + widest(&|e| format::alpha(e.series.problem.alpha)));
        let left = alpha_end.unwrap_or(names_end) + GAP;
        let right = GAP + widest(&|e| verdict(e).to_owned()) + MARGIN;
        let narrow = style::COLUMN - left - right >= LEAST_PLOT;
        let width = if narrow { style::COLUMN } else { style::PAGE };
        let legend = Legend::new(legend(series), width - 6.0);
        Self { width, left, plot: width - left - right, alpha, legend }
    }

    /// The target of a panel, with α if all series have the same.
    fn title(&self, scene: &mut Scene, panel: &Panel, first: &Exponent) {
        let mut text = Setting::of(&first.series).label();
        if self.alpha.is_none() {
            text += &format!(", {}", format::alpha(first.series.problem.alpha));
        }
        let centre = panel.rect.left + panel.rect.width / 2.0;
        let room = 2.0 * (centre.min(self.width - centre) - MARGIN);
        let at = (centre, panel.rect.top - 4.0);
        let label = Label::new(text, at, style::LABEL).align(Align::Centre).bold();
        let (left, _, right, _) = label.bounds();
        scene.text(shrunk(label, right - left, room));
    }

    /// Learner, α and verdict of a series, on the line `base`.
    fn words(&self, scene: &mut Scene, exponent: &Exponent, base: f64) {
        let series = &exponent.series;
        let name = Label::new(format::learner(&series.learner), (MARGIN, base), style::SMALL);
        let (left, _, right, _) = name.bounds();
        scene.text(shrunk(name, right - left, LONGEST_NAME));
        if let Some(at) = self.alpha {
            scene.text(Label::new(format::alpha(series.problem.alpha), (at, base), style::SMALL));
        }
        let at = (self.left + self.plot + GAP, base);
        scene.text(Label::new(verdict(exponent), at, style::SMALL));
    }
}

/// The word for a series: that of the table.
fn verdict(exponent: &Exponent) -> &'static str {
    match exponent.verdict {
        Some(verdict) => verdict.word(),
        None => "no prediction",
    }
}

fn prediction_line() -> Stroke {
    style::solid(style::BLACK, 1.3)
}

fn legend(series: &[&Exponent]) -> Vec<Entry> {
    let mut entries = Vec::new();
    if series.iter().any(|e| e.predicted.is_some()) {
        entries.push((Symbol::Tick(prediction_line()), "predicted".to_owned()));
    }
    if series.iter().any(|e| e.csq.is_some()) {
        entries.push((Symbol::Tick(bounds::csq_line()), "CSQ bound".to_owned()));
    }
    if series.iter().any(|e| fitted(e).is_some() && thin(e)) {
        entries.push((Symbol::Hollow(Look::grey()), "under 4 dimensions".to_owned()));
    }
    entries
}

/// β with its interval, prediction and bound of a series.
fn estimate(
    scene: &mut Scene,
    panel: &Panel,
    exponent: &Exponent,
    depth: f64,
    learners: &Learners,
) {
    let upright = |scene: &mut Scene, x: f64, half: f64, stroke| {
        panel.curve(scene, &[(x, -depth - half), (x, -depth + half)], stroke);
    };
    let (first, last) = panel.x.range;
    panel.curve(scene, &[(first, -depth), (last, -depth)], GRID);
    if let Some(csq) = exponent.csq {
        upright(scene, csq, LINE / 2.0, bounds::csq_line());
    }
    if let Some(predicted) = exponent.predicted {
        upright(scene, predicted.exponent, 0.38 * LINE, prediction_line());
    }
    let Some(beta) = fitted(exponent) else { return };
    let look = learners.look(&exponent.series.learner);
    let stroke = style::solid(look.colour, 0.9);
    // Where an interval goes on beyond the frame stands an arrow.
    let ends = [(beta.low.max(first), -depth), (beta.high.min(last), -depth)];
    panel.curve(scene, &ends, stroke);
    for (beyond, end, step) in [(beta.low < first, first, 1.0), (beta.high > last, last, -1.0)] {
        if let Some((x, y)) = panel.place((end, -depth)).filter(|_| beyond) {
            scene.area(
                vec![(x, y), (x + 3.6 * step, y - 2.0), (x + 3.6 * step, y + 2.0)],
                look.colour,
            );
        }
    }
    for end in [beta.low, beta.high] {
        upright(scene, end, 1.8, stroke);
    }
    if let Some(at) = panel.place((beta.value, -depth)) {
        panel.point(scene, at, look, !thin(exponent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::scene::Shape;
    use crate::report::fixture::{add_series, key, realistic};

    /// One target, α = ½: three series, the last without any fit.
    fn three() -> Analysis {
        let mut analysis = realistic();
        analysis.exponents.retain(|e| e.series.problem.alpha() == Some(0.5));
        add_series(&mut analysis, &key("spectral", "t^2 + t^4", 2, 0.5), &[64, 128, 256]);
        let last = analysis.exponents.last_mut().unwrap();
        (last.exponent, last.censored, last.verdict) = (None, 3, None);
        analysis
    }

    #[test]
    fn every_line_shows_what_the_analysis_says() {
        let analysis = three();
        let scene = draw(&analysis).unwrap();
        let series = group::sorted(&analysis.exponents);
        let (x, page) = (axis(&series).unwrap(), Layout::of(&series));
        let top = TOP + page.legend.height() + TITLE;
        let learners = Learners::of(&analysis);
        let place = |value: f64| page.left + x.fraction(value).unwrap() * page.plot;
        let upright = |value: f64, y: f64, stroke: Stroke| {
            scene.shapes.iter().any(|shape| match shape {
                Shape::Line(p, colour, width) | Shape::Dashes(p, colour, width, _) => {
                    let on = p.iter().all(|p| (p.0 - place(value)).abs() < 1e-9);
                    let near = p.iter().all(|p| (p.1 - y).abs() <= LINE / 2.0 + 1e-9);
                    on && near && (*colour, *width) == (stroke.colour, stroke.width)
                }
                _ => false,
            })
        };
        for (depth, exponent) in lines(&series) {
            let (y, look) = (top + depth, learners.look(&exponent.series.learner));
            assert!(upright(exponent.predicted.unwrap().exponent, y, prediction_line()));
            assert!(upright(exponent.csq.unwrap(), y, bounds::csq_line()));
            let on_line = |l: &&Label| (l.at.1 - y).abs() < LINE / 2.0 && l.size == style::SMALL;
            let texts: Vec<&str> =
                scene.labels().filter(on_line).map(|l| l.text.as_str()).collect();
            let marks = scene.shapes.iter().filter(|shape| match shape {
                Shape::Disc(at, _, colour) => (at.1 - y).abs() < 1e-9 && *colour == look.colour,
                Shape::Area(p, colour) => (p[0].1 - y).abs() < 5.0 && *colour == look.colour,
                _ => false,
            });
            let verdict = if let Some(beta) = exponent.exponent {
                assert!(upright(beta.low, y, style::solid(look.colour, 0.9)));
                assert!(upright(beta.high, y, style::solid(look.colour, 0.9)));
                assert_eq!(marks.count(), 1);
                exponent.verdict.unwrap().word()
            } else {
                assert_eq!(marks.count(), 0);
                "no prediction"
            };
            assert_eq!(texts, [exponent.series.learner.as_str(), verdict]);
        }
        assert!(scene.labels().any(|l| l.text == "t² + t⁴, k* = 2, α = 0.5"));
    }

    #[test]
    fn few_series_that_stand_apart_need_no_forest() {
        let mut analysis = three();
        analysis.exponents.pop();
        assert!(draw(&analysis).is_none());
        // Six verdicts, no two at one α and target.
        let mut analysis = realistic();
        analysis.exponents.retain(|e| e.series.learner == "unpruned");
        assert!(draw(&analysis).is_some());
        analysis.exponents.pop();
        assert!(draw(&analysis).is_none());
        let mut analysis = three();
        analysis.exponents.iter_mut().for_each(|e| e.exponent = None);
        assert!(draw(&analysis).is_none());
    }
}
