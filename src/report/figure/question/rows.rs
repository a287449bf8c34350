//! Names down the page, values across.

use super::dot::Dot;
use super::frame::{EXPECTED, WIDTH, admitted, axis, look};
use super::words::{legend, unsaid, words, y_label};
use crate::model::question::{Measure, Place, Question};
use crate::report::draw::axis::Axis;
use crate::report::draw::font;
use crate::report::draw::legend::Legend;
use crate::report::draw::look::Look;
use crate::report::draw::page::shrunk;
use crate::report::draw::panel::{GRID, Panel, Rect};
use crate::report::draw::scene::{Align, Label, Number, Scene};
use crate::report::draw::style::{self, Stroke};
use crate::report::{format, group};

/// Height of a line of a row.
pub(super) const LINE: f64 = 9.0;

/// Room for the names of rows.
const LONGEST_NAME: f64 = 150.0;

/// Names down the page, values across.
pub(super) fn rows(question: &Question, dots: &[Dot<'_>], lines: &[&str]) -> Option<Scene> {
    let name = |dot: &Dot<'_>| {
        let place = match &dot.spot.x {
            Place::Name(name) if question.x == "link" => format::link(name),
            Place::Name(name) => format::learner(name),
            Place::Number(x) => format::short(*x),
            Place::Samples | Place::Scaled | Place::Of(_) => String::new(),
        };
        place + &unsaid(question, dots, dot)
    };
    let mut rows: Vec<(String, Vec<&Dot<'_>>)> = Vec::new();
    for dot in dots {
        let name = name(dot);
        match rows.iter_mut().find(|(known, _)| *known == name) {
            Some((_, row)) => row.push(dot),
            None => rows.push((name, vec![dot])),
        }
    }
    let x = axis(question, dots)?;
    let wide = rows.iter().map(|(name, _)| font::width(name, style::SMALL, false));
    let widest = wide.fold(0.0, f64::max);
    let left = 12.0 + widest.min(LONGEST_NAME);
    let legend = Legend::new(legend(question, dots, lines), WIDTH - 6.0);
    let height: f64 = rows.iter().map(|(_, row)| row_height(row)).sum();
    let top = 5.0 + legend.height();
    let mut scene = Scene::new(WIDTH, top + height + 28.0);
    legend.draw(&mut scene, WIDTH / 2.0, 3.0);
    let y = Axis::linear(-height, 0.0);
    let rect = Rect { left, top, width: WIDTH - left - 10.0, height };
    let panel = Panel { rect, x: &x, y: &y, overhang: 6.0 };
    panel.x_grid(&mut scene);
    if question.y == Measure::Ratio {
        panel.curve(&mut scene, &[(1.0, -height), (1.0, 0.0)], style::solid(style::GREY, 0.7));
    }
    let mut above = 0.0;
    for (text, row) in &rows {
        scene.line(&[(left, top + above), (rect.right(), top + above)], GRID);
        let depth = above + row_height(row) / 2.0;
        let label = Label::new(text, (left - 6.0, top + depth + style::SMALL * 0.36), style::SMALL);
        let (from, _, to, _) = label.bounds();
        scene.text(shrunk(label.align(Align::Right), to - from, LONGEST_NAME));
        for (dot, depth) in row.iter().zip(depths(row, above)) {
            across(&mut scene, &panel, question, dot, (depth, look(dot.line, lines.len())));
        }
        above += row_height(row);
    }
    panel.x_ticks(&mut scene, true);
    panel.frame(&mut scene);
    let below = (left + rect.width / 2.0, scene.height - 5.0);
    scene.text(Label::new(y_label(question), below, style::LABEL).align(Align::Centre));
    Some(scene)
}

/// Room for the lines that a row has: a line without a value there takes none.
fn row_height(row: &[&Dot<'_>]) -> f64 {
    LINE * lines_of(row).len() as f64 + 5.0
}

fn lines_of(row: &[&Dot<'_>]) -> Vec<usize> {
    group::distinct(row.iter().map(|dot| dot.line), usize::cmp)
}

/// How far down each value of a row stands that begins at `above`, in the order of the lines.
fn depths(row: &[&Dot<'_>], above: f64) -> impl Iterator<Item = f64> {
    let lines = lines_of(row);
    let place = move |dot: &&Dot<'_>| {
        let index = lines.iter().position(|line| *line == dot.line).unwrap_or_default();
        above + 2.5 + LINE * (index as f64 + 0.5)
    };
    row.iter().map(place)
}

/// A value in its row, with what was expected and what theory says.
fn across(
    scene: &mut Scene,
    panel: &Panel<'_>,
    question: &Question,
    dot: &Dot<'_>,
    (depth, look): (f64, Look),
) {
    let Rect { left, width, top, .. } = panel.rect;
    let place = |value: f64| {
        let fraction =
            panel.x.fraction(value).map_or(f64::from(u8::from(value > 0.0)), |f| f.clamp(0.0, 1.0));
        left + width * fraction
    };
    for expected in &dot.spot.expected {
        let (least, most) = admitted(question.y, *expected);
        let (from, to) = (place(least), place(most));
        let box_of =
            Rect { left: from, top: top + depth - 3.5, width: (to - from).max(0.8), height: 7.0 };
        scene.area(box_of.corners().to_vec(), EXPECTED);
    }
    let upright = |scene: &mut Scene, value: f64, half: f64, stroke: Stroke| {
        panel.curve(scene, &[(value, -depth - half), (value, -depth + half)], stroke);
    };
    if let Some(theory) = dot.theory {
        upright(scene, theory, 4.5, style::dashed(style::BLACK, 1.0));
    }
    scene.value(&dot.spot.series, words(question, dot), Number::Other, |scene| {
        let stroke = style::solid(look.colour, 0.9);
        if dot.bound.is_none() {
            let (first, last) = (panel.x.range.0, panel.x.range.1);
            let ends =
                if panel.x.log { (10_f64.powf(first), 10_f64.powf(last)) } else { (first, last) };
            panel.curve(
                scene,
                &[(dot.low.max(ends.0), -depth), (dot.high.min(ends.1), -depth)],
                stroke,
            );
            for (beyond, end, step) in
                [(dot.low < ends.0, ends.0, 3.6), (dot.high > ends.1, ends.1, -3.6)]
            {
                if let Some((x, y)) = panel.place((end, -depth)).filter(|_| beyond) {
                    let tip = vec![(x, y), (x + step, y - 2.0), (x + step, y + 2.0)];
                    scene.area(tip, look.colour);
                }
            }
            upright(scene, dot.low, 1.8, stroke);
            upright(scene, dot.high, 1.8, stroke);
        }
        let Some(at) = panel.place((dot.value, -depth)) else { return };
        if let Some(upward) = dot.bound {
            let step = if upward { 8.0 } else { -8.0 };
            scene.line(&[at, (at.0 + step, at.1)], stroke);
            let tip = [
                (at.0 + 1.25 * step, at.1),
                (at.0 + 0.8 * step, at.1 - 2.0),
                (at.0 + 0.8 * step, at.1 + 2.0),
            ];
            scene.area(tip.to_vec(), look.colour);
        }
        panel.point(scene, at, look, dot.bound.is_none());
    });
}
