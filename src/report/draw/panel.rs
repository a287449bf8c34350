//! One pair of axes, and what can be drawn on it.

use plotters::style::RGBAColor;

use super::axis::Axis;
use super::look::Look;
use super::scene::{Align, Frame, Label, Point, Scene};
use super::style;
use super::style::Stroke;
use super::ticks::{Room, Tick, ticks};

/// Faint lines that only guide the eye.
pub(crate) const GRID: Stroke = Stroke { colour: style::FAINT, width: 0.45, dash: None };

/// A rectangle of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    pub(crate) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(crate) fn bottom(self) -> f64 {
        self.top + self.height
    }

    /// Its corners, the first at the bottom on the left.
    pub(crate) fn corners(self) -> [Point; 4] {
        let (right, bottom) = (self.right(), self.bottom());
        [(self.left, bottom), (right, bottom), (right, self.top), (self.left, self.top)]
    }
}

/// A rectangle with axes.
pub(crate) struct Panel<'a> {
    pub(crate) rect: Rect,
    pub(crate) x: &'a Axis,
    pub(crate) y: &'a Axis,
    /// How far tick labels of the x axis may stick out.
    pub(crate) overhang: f64,
}

/// A measured value with its interval, at one x.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar {
    pub(crate) x: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Sideways shift, in points, to keep equal x apart.
    pub(crate) shift: f64,
}

impl Panel<'_> {
    /// Place of a value, in or out of the rectangle.
    pub(crate) fn place(&self, (x, y): (f64, f64)) -> Option<Point> {
        let (x, y) = (self.x.fraction(x)?, self.y.fraction(y)?);
        let Rect { left, width, height, .. } = self.rect;
        Some((left + x * width, self.rect.bottom() - y * height))
    }

    /// Frame and ticks; labels at the bottom and on the left where wanted.
    ///
    /// What looks alike is drawn together: a page then has one path of it.
    pub(crate) fn axes(&self, scene: &mut Scene, below: bool, beside: bool) {
        let (across, up) = (self.across(), self.up());
        for major in [false, true] {
            self.x_marks(scene, &across, major);
            let Rect { left, height, .. } = self.rect;
            for tick in up.iter().filter(|tick| tick.label.is_some() == major) {
                let y = self.rect.bottom() - tick.at * height;
                mark(scene, major, |length| [(left, y), (left + length, y)]);
            }
        }
        self.frame(scene);
        if below {
            self.x_labels(scene, across);
        }
        if beside {
            self.y_labels(scene, up);
        }
    }

    /// Ticks of the x axis, labelled if wanted.
    pub(crate) fn x_ticks(&self, scene: &mut Scene, below: bool) {
        let across = self.across();
        for major in [false, true] {
            self.x_marks(scene, &across, major);
        }
        if below {
            self.x_labels(scene, across);
        }
    }

    fn across(&self) -> Vec<Tick> {
        ticks(self.x, Room::Across(self.rect.width, self.overhang))
    }

    fn up(&self) -> Vec<Tick> {
        ticks(self.y, Room::Up(self.rect.height))
    }

    fn x_marks(&self, scene: &mut Scene, ticks: &[Tick], major: bool) {
        let (Rect { left, width, .. }, bottom) = (self.rect, self.rect.bottom());
        for tick in ticks.iter().filter(|tick| tick.label.is_some() == major) {
            let x = left + tick.at * width;
            mark(scene, major, |length| [(x, bottom), (x, bottom - length)]);
        }
    }

    fn x_labels(&self, scene: &mut Scene, ticks: Vec<Tick>) {
        for Tick { at, label } in ticks {
            let x = self.rect.left + at * self.rect.width;
            let at = (x, self.rect.bottom() + 2.6 + style::SMALL * 0.78);
            if let Some(text) = label {
                scene.text(Label::new(text, at, style::SMALL).align(Align::Centre));
            }
        }
    }

    fn y_labels(&self, scene: &mut Scene, ticks: Vec<Tick>) {
        for Tick { at, label } in ticks {
            let y = self.rect.bottom() - at * self.rect.height;
            let at = (self.rect.left - 3.0, y + style::SMALL * 0.36);
            if let Some(text) = label {
                scene.text(Label::new(text, at, style::SMALL).align(Align::Right));
            }
        }
    }

    /// The line round the rectangle.
    pub(crate) fn frame(&self, scene: &mut Scene) {
        let [a, b, c, d] = self.rect.corners();
        let frame = [a, b, c, d, a, b];
        scene.line(&frame, style::solid(style::BLACK, 0.6));
        let Rect { left, top, width, height } = self.rect;
        let (range, log) = (self.y.range, self.y.log);
        scene.frames.push(Frame { rect: [left, top, width, height], range, log });
    }

    /// Faint lines at the labelled ticks.
    pub(crate) fn grid(&self, scene: &mut Scene) {
        self.x_grid(scene);
        let Rect { left, height, .. } = self.rect;
        for tick in self.up() {
            let y = self.rect.bottom() - tick.at * height;
            if tick.label.is_some() {
                scene.line(&[(left, y), (self.rect.right(), y)], GRID);
            }
        }
    }

    /// Faint lines at the labelled ticks of the x axis.
    pub(crate) fn x_grid(&self, scene: &mut Scene) {
        let Rect { left, top, width, .. } = self.rect;
        for tick in self.across() {
            let x = left + tick.at * width;
            if tick.label.is_some() {
                scene.line(&[(x, top), (x, self.rect.bottom())], GRID);
            }
        }
    }

    /// A line through values, as far as it lies inside.
    pub(crate) fn curve(&self, scene: &mut Scene, values: &[(f64, f64)], stroke: Stroke) {
        let points: Vec<_> = values.iter().filter_map(|&v| self.place(v)).collect();
        let mut run: Vec<Point> = Vec::new();
        for pair in points.windows(2) {
            let Some((from, to)) = clip(self.rect, pair[0], pair[1]) else { continue };
            if run.last() != Some(&from) {
                scene.line(&std::mem::take(&mut run), stroke);
                run.push(from);
            }
            run.push(to);
        }
        scene.line(&run, stroke);
    }

    /// A white ground for a line of this width, to show on dark colours.
    pub(crate) fn casing(&self, scene: &mut Scene, values: &[(f64, f64)], width: f64) {
        self.curve(scene, values, style::solid(style::PAPER, width + 1.8));
    }

    /// The area between two curves over the same x.
    pub(crate) fn band(&self, scene: &mut Scene, edges: &[(f64, f64, f64)], colour: RGBAColor) {
        let place = |x, y| self.place((x, y)).map(|p| self.inside(p));
        let lower = edges.iter().filter_map(|&(x, low, _)| place(x, low));
        let upper = edges.iter().rev().filter_map(|&(x, _, high)| place(x, high));
        scene.area(lower.chain(upper).collect(), colour);
    }

    /// An error bar; where it leaves the frame it has an arrow in place of a cap.
    pub(crate) fn bar(&self, scene: &mut Scene, bar: Bar, colour: RGBAColor) {
        let ends = (self.place((bar.x, bar.low)), self.place((bar.x, bar.high)));
        let (Some(low), Some(high)) = ends else { return };
        let moved = |(x, y)| (x + bar.shift, y);
        let (low, high) = (moved(low), moved(high));
        let Some(inside) = clip(self.rect, low, high) else { return };
        let stroke = style::solid(colour, 0.9);
        scene.line(&[inside.0, inside.1], stroke);
        for (end, (x, y), down) in [(low, inside.0, -1.0), (high, inside.1, 1.0)] {
            if self.inside(end) == end {
                scene.line(&[(x - 1.8, y), (x + 1.8, y)], stroke);
            } else {
                scene.area(
                    vec![(x, y), (x - 2.0, y + 3.6 * down), (x + 2.0, y + 3.6 * down)],
                    colour,
                );
            }
        }
    }

    /// A data point, unless it lies outside.
    pub(crate) fn point(&self, scene: &mut Scene, at: Point, look: Look, filled: bool) {
        if self.inside(at) == at {
            look.draw(scene, at, 2.5, filled);
        }
    }

    /// A hollow point with an arrow towards where the value must lie.
    pub(crate) fn bound(&self, scene: &mut Scene, at: Point, look: Look, upward: bool) {
        if self.inside(at) == at {
            arrow(scene, at, look.colour, upward);
            look.draw(scene, at, 2.5, false);
        }
    }

    /// The nearest point of the rectangle.
    fn inside(&self, (x, y): Point) -> Point {
        let Rect { left, top, .. } = self.rect;
        (x.clamp(left, self.rect.right()), y.clamp(top, self.rect.bottom()))
    }
}

fn mark(scene: &mut Scene, major: bool, ends: impl Fn(f64) -> [Point; 2]) {
    let (length, stroke) = if major {
        (3.0, style::solid(style::BLACK, 0.6))
    } else {
        (1.7, style::solid(style::GREY, 0.4))
    };
    scene.line(&ends(length), stroke);
}

/// The arrow of a bound.
pub(crate) fn arrow(scene: &mut Scene, (x, y): Point, colour: RGBAColor, upward: bool) {
    let up = if upward { -1.0 } else { 1.0 };
    scene.line(&[(x, y), (x, y + up * 7.0)], style::solid(colour, 0.9));
    let tip = [(x, y + up * 9.2), (x - 2.0, y + up * 5.6), (x + 2.0, y + up * 5.6)];
    scene.area(tip.to_vec(), colour);
}

/// The part of a segment inside a rectangle (Liang and Barsky).
fn clip(rect: Rect, from: Point, to: Point) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    let sides = [
        (-dx, from.0 - rect.left),
        (dx, rect.right() - from.0),
        (-dy, from.1 - rect.top),
        (dy, rect.bottom() - from.1),
    ];
    for (speed, room) in sides {
        if speed == 0.0 && room < 0.0 {
            return None;
        }
        if speed < 0.0 {
            start = start.max(room / speed);
        } else if speed > 0.0 {
            end = end.min(room / speed);
        }
    }
    let at = |t: f64| (from.0 + t * dx, from.1 + t * dy);
    let first = if start == 0.0 { from } else { at(start) };
    let last = if end >= 1.0 { to } else { at(end) };
    (start <= end).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::{Axis, Bar, Panel, Rect, Scene, clip, style};
    use crate::report::draw::scene::Shape;

    #[test]
    fn a_bar_has_caps_where_it_ends_and_an_arrow_where_it_leaves_the_frame() {
        let rect = Rect { left: 0.0, top: 0.0, width: 10.0, height: 10.0 };
        let axis = Axis::linear(0.0, 10.0);
        let panel = Panel { rect, x: &axis, y: &axis, overhang: 0.0 };
        for (high, caps) in [(8.0, 2), (10.0, 2), (30.0, 1)] {
            let mut scene = Scene::new(10.0, 10.0);
            panel.bar(&mut scene, Bar { x: 5.0, low: 2.0, high, shift: 0.0 }, style::BLACK);
            let flat = |shape: &&Shape| matches!(shape, Shape::Line(p, ..) if p[0].1 == p[1].1);
            assert_eq!(scene.shapes.iter().filter(flat).count(), caps);
            let arrows: Vec<_> = scene
                .shapes
                .iter()
                .filter_map(|shape| match shape {
                    Shape::Area(points, _) => Some(points[0]),
                    _ => None,
                })
                .collect();
            assert_eq!(arrows, vec![(5.0, 0.0); 2 - caps]);
        }
    }

    #[test]
    fn segments_are_cut_at_the_frame() {
        let rect = Rect { left: 0.0, top: 0.0, width: 10.0, height: 10.0 };
        assert_eq!(clip(rect, (-5.0, 5.0), (15.0, 5.0)), Some(((0.0, 5.0), (10.0, 5.0))));
        assert_eq!(clip(rect, (2.0, 2.0), (3.0, 4.0)), Some(((2.0, 2.0), (3.0, 4.0))));
        assert_eq!(clip(rect, (-5.0, 0.0), (-1.0, 9.0)), None);
    }
}
