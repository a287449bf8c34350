//! A [`Scene`] as SVG inside a page: small, read out to those who do not see it, and named for a
//! script that moves and hides what it shows.
//!
//! The style sheet draws a path of class `l` in the colour that it inherits, and fills every other
//! shape with it; a line is [`WIDTH`] wide unless it says otherwise. A text of class `m` has its
//! middle, one of class `e` its end at its place.

use std::fmt::Write as _;
use std::ops::Range;

use maud::{Markup, PreEscaped, html};
use plotters::style::RGBAColor;

use super::scene::{Align, Frame, Label, Mark, Number, Point, Scene, Shape};
use super::style;
use crate::model::problem::Series;

/// Width of a line that says nothing else, and colour of a shape; as in the style sheet.
const WIDTH: f64 = 0.9;
const COLOUR: RGBAColor = style::BLACK;

impl Scene {
    /// The figure, called `title`; `number` counts the series of the page.
    ///
    /// A mark is a group with `data-s`, the number of its series; one with a value has a role, a
    /// title, whose words are read out and are the tip of a mouse, and `data-m`, the number that it
    /// shows.
    /// A frame has `data-y`, what its height means: whether it is logarithmic, and the values at its
    /// ends.
    pub(crate) fn inline(&self, title: &str, number: &dyn Fn(&Series) -> usize) -> Markup {
        let mut at = 0;
        let mut parts = Vec::new();
        for mark in &self.marks {
            let own = self.colour(mark.shapes.clone());
            parts.push(self.pieces(at..mark.shapes.start, COLOUR));
            let inside = self.pieces(mark.shapes.clone(), own);
            parts.push(group(mark, number(&mark.series), own, &inside));
            at = mark.shapes.end;
        }
        parts.push(self.pieces(at..self.shapes.len(), COLOUR));
        let figure = html! {
            svg viewBox={ "0 0 " (short(self.width)) " " (short(self.height)) }
                style={ "--w:" (short(self.width)) } role="group" aria-label=(title) {
                @for frame in &self.frames { (of_frame(frame)) }
                @for part in &parts { (part) }
            }
        };
        // Shapes are empty, and what users write has no such bracket any more.
        let closed = ["path", "circle", "rect"]
            .iter()
            .fold(figure.into_string(), |text, tag| text.replace(&format!("></{tag}>"), "/>"));
        PreEscaped(closed)
    }

    /// The colour of a mark: that of its last shape, its marker, that is neither paper nor ink.
    fn colour(&self, range: Range<usize>) -> RGBAColor {
        let all = self.shapes[range].iter().rev().filter_map(|shape| match shape {
            Shape::Line(_, ink, _)
            | Shape::Dashes(_, ink, ..)
            | Shape::Area(_, ink)
            | Shape::Disc(_, _, ink) => Some(*ink),
            Shape::Text(_) => None,
        });
        all.map(opaque).find(|c| ![COLOUR, style::PAPER].contains(c)).unwrap_or(COLOUR)
    }

    /// Shapes one after the other, in a group of the colour `own`; neighbours that look alike are
    /// one path.
    fn pieces(&self, range: Range<usize>, own: RGBAColor) -> Markup {
        let shapes = &self.shapes[range];
        let runs = shapes.chunk_by(|a, b| match (a, b) {
            (Shape::Line(_, a, wide), Shape::Line(_, b, broad)) => a == b && wide == broad,
            (Shape::Dashes(_, a, wide, dash), Shape::Dashes(_, b, broad, other)) => {
                (a, wide, dash) == (b, broad, other)
            }
            (Shape::Area(_, a), Shape::Area(_, b)) => a == b && a.3 >= 1.0,
            _ => false,
        });
        let mut runs = runs.peekable();
        html! {
            @while let Some(run) = runs.next() {
                // The white ground of a marker is an outline.
                @if runs.peek().is_some_and(|next| grounds(run, next)) {
                    @if let Some(next) = runs.next() { (piece(next, Some("h"), own)) }
                } @else {
                    (piece(run, None, own))
                }
            }
        }
    }
}

/// Whether `ground` is one white shape a little larger than `marker`, about the same centre.
fn grounds(ground: &[Shape], marker: &[Shape]) -> bool {
    let centre = |points: &[Point]| {
        let sum = points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
        (sum.0 / points.len() as f64, sum.1 / points.len() as f64)
    };
    let near = |a: Point, b: Point| (a.0 - b.0).hypot(a.1 - b.1) < 0.4;
    match (ground, marker) {
        ([Shape::Disc(a, _, paper)], [Shape::Disc(b, _, colour)]) => {
            *paper == style::PAPER && *colour != style::PAPER && a == b
        }
        ([Shape::Area(a, paper)], [Shape::Area(b, colour)]) => {
            let alike = a.len() == b.len() && near(centre(a), centre(b));
            *paper == style::PAPER && *colour != style::PAPER && alike
        }
        _ => false,
    }
}

fn of_frame(Frame { rect: [x, y, width, height], range, log }: &Frame) -> Markup {
    html! {
        rect.f x=(short(*x)) y=(short(*y)) width=(short(*width)) height=(short(*height))
            data-y={ (u8::from(*log)) " " (range.0) " " (range.1) } {}
    }
}

fn group(mark: &Mark, series: usize, own: RGBAColor, inside: &Markup) -> Markup {
    let colour = colour(own, COLOUR);
    let Some((words, number)) = &mark.value else {
        return html! { g data-s=(series) color=[colour] { (inside) } };
    };
    let moved = match number {
        Number::NStar(d) => Some(format!("{series}:{d}")),
        Number::Beta => Some(series.to_string()),
        Number::Other => None,
    };
    html! {
        g.p data-s=(series) data-m=[moved] color=[colour] role="img" {
            title { (words) }
            (inside)
        }
    }
}

/// Shapes that look alike.
fn piece(run: &[Shape], class: Option<&str>, own: RGBAColor) -> Markup {
    let (mut path, mut last) = (String::new(), None);
    for shape in run {
        match shape {
            Shape::Line(points, ..) | Shape::Dashes(points, ..) => {
                trace(&mut path, points, &mut last);
            }
            Shape::Area(points, _) => {
                // Closing it goes back to its first point.
                let first = points.first().map(|&(x, y)| (tenths(x), tenths(y)));
                trace(&mut path, points, &mut last);
                path.push('z');
                last = first;
            }
            Shape::Disc(..) | Shape::Text(_) => {}
        }
    }
    let stroked = |ink: RGBAColor, width: f64, dash: Option<String>| {
        html! {
            path.l d=(path) color=[colour(ink, own)] stroke-opacity=[opacity(ink)]
                stroke-width=[Some(short(width)).filter(|w| *w != short(WIDTH))]
                stroke-dasharray=[dash] {}
        }
    };
    match &run[0] {
        Shape::Line(_, ink, width) => stroked(*ink, *width, None),
        Shape::Dashes(_, ink, width, (dash, gap)) => {
            stroked(*ink, *width, Some(format!("{} {}", short(*dash), short(*gap))))
        }
        Shape::Area(_, ink) => html! {
            path class=[class] d=(path) color=[colour(*ink, own)] fill-opacity=[opacity(*ink)] {}
        },
        Shape::Disc((x, y), radius, ink) => html! {
            circle class=[class] cx=(short(*x)) cy=(short(*y)) r=(short(*radius))
                color=[colour(*ink, own)] {}
        },
        Shape::Text(label) => text(label),
    }
}

fn text(label: &Label) -> Markup {
    let (x, y) = (short(label.at.0), short(label.at.1));
    let anchor = match label.align {
        Align::Left => None,
        Align::Centre => Some("m"),
        Align::Right => Some("e"),
    };
    let turn = label.upward.then(|| format!("rotate(-90 {x} {y})"));
    let size = (label.size != style::SMALL).then(|| short(label.size));
    html! {
        text class=[anchor] x=(x) y=(y) transform=[turn] font-size=[size]
            font-weight=[label.bold.then_some("bold")] { (label.text) }
    }
}

/// The points as a path, relative after the first of all; `last` is where it has come to.
fn trace(path: &mut String, points: &[Point], last: &mut Option<(i64, i64)>) {
    for (i, (x, y)) in points.iter().map(|&(x, y)| (tenths(x), tenths(y))).enumerate() {
        let (a, b) = last.unwrap_or_default();
        let (dx, dy) = (x - a, y - b);
        // Writing to a text cannot fail.
        let _ = match (i, *last) {
            (0, None) => write!(path, "M{}", pair(x, y)),
            (0, Some(_)) => write!(path, "m{}", pair(dx, dy)),
            _ if (dx, dy) == (0, 0) => Ok(()),
            _ if dy == 0 => write!(path, "h{}", decimal(dx)),
            _ if dx == 0 => write!(path, "v{}", decimal(dy)),
            _ => write!(path, "l{}", pair(dx, dy)),
        };
        *last = Some((x, y));
    }
}

/// Two numbers; a sign parts them as well as a space.
fn pair(x: i64, y: i64) -> String {
    let space = if y < 0 { "" } else { " " };
    format!("{}{space}{}", decimal(x), decimal(y))
}

fn tenths(length: f64) -> i64 {
    (length * 10.0).round().clamp(-1e6, 1e6) as i64
}

fn decimal(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    match (tenths.abs() / 10, tenths.abs() % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (0, rest) => format!("{sign}.{rest}"),
        (whole, rest) => format!("{sign}{whole}.{rest}"),
    }
}

/// A length to a tenth of a point, or to a hundredth below 2.
fn short(length: f64) -> String {
    if length.abs() < 2.0 {
        return ((length * 100.0).round() / 100.0).to_string();
    }
    decimal(tenths(length))
}

/// `ink` for a shape within one that has the colour `own`.
fn colour(ink: RGBAColor, own: RGBAColor) -> Option<String> {
    (opaque(ink) != opaque(own)).then(|| hex(ink))
}

fn opaque(RGBAColor(r, g, b, _): RGBAColor) -> RGBAColor {
    RGBAColor(r, g, b, 1.0)
}

fn hex(RGBAColor(r, g, b, _): RGBAColor) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn opacity(colour: RGBAColor) -> Option<f64> {
    (colour.3 < 1.0).then_some(colour.3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::style::{BLACK, dashed};

    #[test]
    fn a_path_is_where_its_points_are() {
        let points = [(1.0, 2.04), (1.0, -3.0), (2.25, -3.0), (0.0, 0.0), (0.0, 0.0)];
        let (mut path, mut last) = (String::new(), None);
        trace(&mut path, &points, &mut last);
        assert_eq!(path, "M1 2v-5h1.3l-2.3 3");
        trace(&mut path, &[(1.0, 1.0), (2.0, 0.5)], &mut last);
        assert_eq!(path, "M1 2v-5h1.3l-2.3 3m1 1l1-.5");
        assert_eq!(
            (short(-0.04), short(1.254), short(504.0)),
            ("-0.04".into(), "1.25".into(), "504".into())
        );
    }

    #[test]
    fn marks_are_groups_and_what_users_write_is_escaped() {
        let mut scene = Scene::new(100.0, 50.0);
        let hostile = "<script>alert('\"')</script>";
        scene.text(Label::new(hostile, (1.0, 1.0), style::SMALL));
        let series = Series::default();
        scene.of(&series, |scene| scene.line(&[(0.0, 0.0), (9.0, 0.0)], dashed(BLACK, 1.0)));
        scene.value(&series, hostile.to_owned(), Number::NStar(64), |scene| {
            scene.disc((5.0, 5.0), 2.0, BLACK);
        });
        // Shapes without any are no mark.
        scene.of(&series, |_| ());
        let svg = scene.inline(hostile, &|_| 7).into_string();
        assert!(!svg.contains("<script"), "{svg}");
        assert_eq!(svg.matches("&lt;script&gt;").count(), 3);
        assert!(svg.contains("<g data-s=\"7\"><path class=\"l\" d=\"M0 0h9\""), "{svg}");
        assert!(svg.contains("stroke-dasharray=\"4.4 2.6\"/></g>"), "{svg}");
        assert!(svg.contains("data-m=\"7:64\" role=\"img\"><title>&lt;script"), "{svg}");
        assert_eq!(svg.matches("<g ").count(), 2);
        let mut scene = Scene::new(9.0, 9.0);
        crate::report::draw::look::Look::number(1).draw(&mut scene, (4.0, 4.0), 2.5, false);
        let svg = scene.inline("", &|_| 0).into_string();
        // The ground is an outline, the hollow inside is there.
        assert_eq!((svg.matches("<path").count(), svg.matches("class=\"h\"").count()), (2, 1));
    }
}
