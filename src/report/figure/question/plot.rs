//! Numbers against numbers.

use super::dot::Dot;
use super::frame::{EXPECTED, admitted, axis, look, page};
use super::words::{legend, number, words, x_label, y_label};
use crate::model::question::{Measure, Place, Question};
use crate::report::draw::aside::{Span, aside};
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::panel::{Bar, Panel, Rect};
use crate::report::draw::scene::{Point, Scene};
use crate::report::draw::style;
use crate::report::group;

/// Most that the lines at one x spread, in points.
const WIDEST: f64 = 36.0;

/// Numbers against numbers.
pub(super) fn plot(question: &Question, dots: &[Dot<'_>], lines: &[&str]) -> Option<Scene> {
    let at = |dot: &Dot<'_>| match dot.spot.x {
        Place::Number(x) => x,
        _ => f64::NAN,
    };
    let mut values = group::distinct(dots.iter().map(at), f64::total_cmp);
    values.retain(|x| x.is_finite());
    let (low, high) = extent(values.iter().copied())?;
    let x = if low > 0.0 && high / low >= 6.0 {
        Axis::log(values.iter().copied())?
    } else {
        let pad = 0.08 * (high - low).max(1e-9);
        Axis::linear(low - pad, high + pad)
    };
    let x = x.naming(values);
    let y = axis(question, dots)?;
    let page = page(legend(question, dots, lines));
    let mut scene = page.start(&x_label(question), &y_label(question));
    let panel = Panel { rect: page.rect(0, 0), x: &x, y: &y, overhang: 6.0 };
    panel.grid(&mut scene);
    let dots = placed(&panel, dots, at);
    for (dot, (x, _)) in &dots {
        for expected in &dot.spot.expected {
            let (least, most) = admitted(question.y, *expected);
            band(&mut scene, (*x, y_of(&panel, most), y_of(&panel, least)));
        }
    }
    for line in 0..lines.len() {
        let look = look(line, lines.len());
        let mut mine: Vec<&(&Dot<'_>, Point)> =
            dots.iter().filter(|(dot, _)| dot.line == line).collect();
        mine.sort_by(|(a, _), (b, _)| at(a).total_cmp(&at(b)));
        let Some((first, _)) = mine.first() else { continue };
        let theory: Vec<_> =
            mine.iter().filter_map(|(dot, _)| Some((at(dot), dot.theory?))).collect();
        scene.of(&first.spot.series, |scene| {
            panel.curve(scene, &theory, style::dashed(style::pale(look.colour, 0.8), 0.9));
            let known = mine.iter().filter(|(dot, _)| dot.bound.is_none());
            let through: Vec<Point> = known.map(|(_, place)| *place).collect();
            if question.y != Measure::Exponent {
                scene.line(&through, style::solid(style::pale(look.colour, 0.5), 0.8));
            }
        });
        for (dot, (x, y)) in mine {
            scene.value(&dot.spot.series, words(question, dot), number(question), |scene| {
                if let Some(upward) = dot.bound {
                    return panel.bound(scene, (*x, *y), look, upward);
                }
                let shift = x - panel.place((at(dot), dot.value)).map_or(*x, |own| own.0);
                let bar = Bar { x: at(dot), low: dot.low, high: dot.high, shift };
                panel.bar(scene, bar, look.colour);
                panel.point(scene, (*x, *y), look, true);
            });
        }
    }
    panel.axes(&mut scene, true, true);
    Some(scene)
}

/// The values that lie in the panel, with their places: side by side where their intervals meet.
pub(super) fn placed<'a>(
    panel: &Panel<'_>,
    dots: &'a [Dot<'a>],
    at: impl Fn(&Dot<'_>) -> f64,
) -> Vec<(&'a Dot<'a>, Point)> {
    let place = |dot: &'a Dot<'a>| Some((dot, panel.place((at(dot), dot.value))?));
    let mut placed: Vec<_> = dots.iter().filter_map(place).collect();
    placed.sort_by_key(|(dot, _)| dot.line);
    let span = |(dot, (x, y)): &(&Dot<'_>, Point)| {
        let (top, bottom) = (y_of(panel, dot.high), y_of(panel, dot.low));
        (*x, top.min(y - 3.0), bottom.max(y + 3.0))
    };
    let spans: Vec<Span> = placed.iter().map(span).collect();
    let shifts = aside(&spans, (panel.rect.left, panel.rect.right()), WIDEST);
    placed.iter_mut().zip(shifts).for_each(|((_, (x, _)), shift)| *x += shift);
    placed
}

/// The height of a value, or that of the end of the axis beyond which it lies.
fn y_of(panel: &Panel<'_>, value: f64) -> f64 {
    let fraction = match panel.y.fraction(value) {
        Some(fraction) => fraction.clamp(0.0, 1.0),
        None => f64::from(u8::from(value > 0.0)),
    };
    panel.rect.bottom() - fraction * panel.rect.height
}

/// What is expected at one x: a box between two heights.
fn band(scene: &mut Scene, (x, top, bottom): (f64, f64, f64)) {
    let rect = Rect { left: x - 3.5, top, width: 7.0, height: (bottom - top).max(0.8) };
    scene.area(rect.corners().to_vec(), EXPECTED);
}
