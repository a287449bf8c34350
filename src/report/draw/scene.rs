//! A figure as a list of shapes, in points (1/72 inch) from the top left corner.

use std::ops::Range;

use plotters::style::RGBAColor;

use super::font;
use super::style::{BLACK, Stroke};
use crate::model::problem::Series;

/// A place on the page.
pub type Point = (f64, f64);

/// Where the anchor of a text lies on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// The anchor is the start.
    Left,
    /// The anchor is the middle.
    Centre,
    /// The anchor is the end.
    Right,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The words.
    pub text: String,
    /// The anchor, on the base line.
    pub at: Point,
    /// Font size.
    pub size: f64,
    /// Which part of the text stands at the anchor.
    pub align: Align,
    /// Bold face.
    pub bold: bool,
    /// Turned to read from bottom to top.
    pub upward: bool,
    /// Colour.
    pub colour: RGBAColor,
}

impl Label {
    pub(crate) fn new(text: impl AsRef<str>, at: Point, size: f64) -> Self {
        let text = text.as_ref().chars().filter(|c| !c.is_control()).collect();
        Self { text, at, size, align: Align::Left, bold: false, upward: false, colour: BLACK }
    }

    pub(crate) fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub(crate) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) fn upward(self) -> Self {
        Self { upward: true, ..self }
    }

    /// The box that the text covers: (left, top, right, bottom).
    #[must_use]
    pub fn bounds(&self) -> (f64, f64, f64, f64) {
        let width = font::width(&self.text, self.size, self.bold);
        let start = match self.align {
            Align::Left => 0.0,
            Align::Centre => -width / 2.0,
            Align::Right => -width,
        };
        let (x, y) = self.at;
        let (up, down) = (font::CAP_HEIGHT * self.size, font::DESCENT * self.size);
        if self.upward {
            (x - up, y - start - width, x + down, y - start)
        } else {
            (x + start, y - up, x + start + width, y + down)
        }
    }
}

/// What a page is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// An open line through the points.
    Line(Vec<Point>, RGBAColor, f64),
    /// The same in dashes, with the lengths of a dash and of a gap.
    Dashes(Vec<Point>, RGBAColor, f64, (f64, f64)),
    /// A filled polygon.
    Area(Vec<Point>, RGBAColor),
    /// A filled disc: centre, radius.
    Disc(Point, f64, RGBAColor),
    /// A text.
    Text(Label),
}

/// Which number of a series a mark shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// n* at this dimension.
    NStar(usize),
    /// β.
    Beta,
    /// A number that the threshold τ does not move, or moves in a way of its own.
    Other,
}

/// Shapes that stand for something: a page lets a reader point at them, and reads them out.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Of which series.
    pub series: Series,
    /// The value in words; none for a line or band.
    pub value: Option<(String, Number)>,
    /// Its shapes.
    pub shapes: Range<usize>,
}

/// A frame, and what its height means.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Left, top, width and height.
    pub rect: [f64; 4],
    /// Values at the bottom and at the top, as log₁₀ when logarithmic.
    pub range: (f64, f64),
    /// Whether the axis is logarithmic.
    pub log: bool,
}

/// A figure: its size and its shapes, in the order in which they are painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// The shapes, the lowest first.
    pub shapes: Vec<Shape>,
    /// What some of them stand for, in order, none inside another.
    pub marks: Vec<Mark>,
    /// The frames of its panels.
    pub frames: Vec<Frame>,
}

impl Scene {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, shapes: Vec::new(), marks: Vec::new(), frames: Vec::new() }
    }

    /// Draws a line or band of `series`.
    pub(crate) fn of(&mut self, series: &Series, draw: impl FnOnce(&mut Self)) {
        self.mark(series, None, draw);
    }

    /// Draws a value of `series`, which is `words`.
    pub(crate) fn value(
        &mut self,
        series: &Series,
        words: String,
        number: Number,
        draw: impl FnOnce(&mut Self),
    ) {
        self.mark(series, Some((words, number)), draw);
    }

    fn mark(
        &mut self,
        series: &Series,
        value: Option<(String, Number)>,
        draw: impl FnOnce(&mut Self),
    ) {
        let start = self.shapes.len();
        draw(self);
        let shapes = start..self.shapes.len();
        if !shapes.is_empty() {
            self.marks.push(Mark { series: series.clone(), value, shapes });
        }
    }

    /// The same in another size, `width` points wide, with all that is in it.
    #[must_use]
    pub fn scaled(&self, width: f64) -> Self {
        let f = width / self.width;
        let place = |&(x, y): &Point| (f * x, f * y);
        let places = |points: &[Point]| points.iter().map(place).collect();
        let shape = |shape: &Shape| match shape {
            Shape::Line(points, ink, wide) => Shape::Line(places(points), *ink, f * wide),
            Shape::Dashes(points, ink, wide, (dash, gap)) => {
                Shape::Dashes(places(points), *ink, f * wide, (f * dash, f * gap))
            }
            Shape::Area(points, ink) => Shape::Area(places(points), *ink),
            Shape::Disc(centre, radius, ink) => Shape::Disc(place(centre), f * radius, *ink),
            Shape::Text(label) => {
                let (at, size) = (place(&label.at), f * label.size);
                Shape::Text(Label { at, size, ..label.clone() })
            }
        };
        let frame = |frame: &Frame| Frame { rect: frame.rect.map(|length| f * length), ..*frame };
        Self {
            width,
            height: f * self.height,
            shapes: self.shapes.iter().map(shape).collect(),
            marks: self.marks.clone(),
            frames: self.frames.iter().map(frame).collect(),
        }
    }

    /// Every text on the page.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text(label) => Some(label),
            _ => None,
        })
    }

    pub(crate) fn text(&mut self, label: Label) {
        self.shapes.push(Shape::Text(label));
    }

    pub(crate) fn area(&mut self, points: Vec<Point>, colour: RGBAColor) {
        if points.len() > 2 {
            self.shapes.push(Shape::Area(points, colour));
        }
    }

    pub(crate) fn disc(&mut self, centre: Point, radius: f64, colour: RGBAColor) {
        self.shapes.push(Shape::Disc(centre, radius, colour));
    }

    pub(crate) fn line(&mut self, points: &[Point], stroke: Stroke) {
        if points.len() < 2 {
            return;
        }
        let (points, Stroke { colour, width, dash }) = (points.to_vec(), stroke);
        self.shapes.push(match dash {
            None => Shape::Line(points, colour, width),
            Some(dash) => Shape::Dashes(points, colour, width, dash),
        });
    }
}

/// Cuts a line into dashes that go round its corners.
pub(super) fn dashes(points: &[Point], (dash, gap): (f64, f64)) -> Vec<Vec<Point>> {
    let (mut pieces, mut left, mut drawing) = (Vec::new(), dash, true);
    let mut piece = vec![points[0]];
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let rest = (to.0 - from.0).hypot(to.1 - from.1);
            if rest <= left {
                left -= rest;
                piece.push(to);
                break;
            }
            let t = left / rest;
            from = (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1));
            piece.push(from);
            let done = std::mem::replace(&mut piece, vec![from]);
            if drawing {
                pieces.push(done);
            }
            drawing = !drawing;
            left = if drawing { dash } else { gap };
        }
    }
    if drawing && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::dashes;

    #[test]
    fn dashes_cover_their_share_of_the_line() {
        let pieces = dashes(&[(0.0, 0.0), (6.0, 0.0), (6.0, 6.0)], (2.0, 1.0));
        assert_eq!(pieces.len(), 4);
        assert_eq!(pieces[0], [(0.0, 0.0), (2.0, 0.0)]);
        assert_eq!(pieces[3], [(6.0, 3.0), (6.0, 5.0)]);
    }
}
