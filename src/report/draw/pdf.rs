//! A [`Scene`] as a PDF of one page: shapes as vectors, text as the outlines of its letters, so that
//! no reader needs the font. The same scene gives the same bytes.

use ab_glyph::{Font, FontRef, OutlineCurve};
use pdf_writer::types::LineJoinStyle;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};
use plotters::style::RGBAColor;

use super::font;
use super::scene::{Align, Label, Point, Scene, Shape, dashes};
use crate::error::Result;

/// How far the ends of a quarter of a circle pull, in radii.
const QUARTER: f64 = 0.552_285;

/// What is painted, and the opacities in it.
struct Painter {
    content: Content,
    alphas: Vec<f64>,
}

impl Scene {
    /// The figure as a PDF document of its size in points.
    ///
    /// # Errors
    /// When the font cannot be read.
    pub fn pdf(&self) -> Result<Vec<u8>> {
        let faces = font::faces()?;
        let mut painter = Painter { content: Content::new(), alphas: Vec::new() };
        // Points run down the page, those of a PDF up.
        painter.content.transform([1.0, 0.0, 0.0, -1.0, 0.0, self.height as f32]);
        painter.content.set_line_join(LineJoinStyle::RoundJoin);
        for shape in &self.shapes {
            match shape {
                Shape::Line(points, ink, width) => {
                    painter.ink(*ink);
                    painter.content.set_line_width(*width as f32);
                    painter.path(points);
                    painter.content.stroke();
                }
                Shape::Dashes(points, ink, width, lengths) => {
                    painter.ink(*ink);
                    painter.content.set_line_width(*width as f32);
                    for piece in dashes(points, *lengths) {
                        painter.path(&piece);
                    }
                    painter.content.stroke();
                }
                Shape::Area(points, ink) => {
                    painter.ink(*ink);
                    painter.path(points);
                    painter.content.fill_nonzero();
                }
                Shape::Disc(centre, radius, ink) => {
                    painter.ink(*ink);
                    painter.disc(*centre, *radius);
                }
                Shape::Text(label) => {
                    painter.ink(label.colour);
                    painter.text(label, &faces[usize::from(label.bold)]);
                }
            }
        }
        Ok(painter.document(self))
    }
}

impl Painter {
    fn document(self, scene: &Scene) -> Vec<u8> {
        let [catalogue, tree, page, content] = [1, 2, 3, 4].map(Ref::new);
        let opacity = |index: usize| Ref::new(5 + index as i32);
        let mut pdf = Pdf::new();
        pdf.catalog(catalogue).pages(tree);
        pdf.pages(tree).kids([page]).count(1);
        let mut sheet = pdf.page(page);
        sheet.media_box(Rect::new(0.0, 0.0, scene.width as f32, scene.height as f32));
        sheet.parent(tree).contents(content);
        let mut resources = sheet.resources();
        let mut states = resources.ext_g_states();
        for index in 0..self.alphas.len() {
            states.pair(Name(name(index).as_bytes()), opacity(index));
        }
        states.finish();
        resources.finish();
        sheet.finish();
        for (index, alpha) in self.alphas.iter().enumerate() {
            let mut state = pdf.ext_graphics(opacity(index));
            state.non_stroking_alpha(*alpha as f32).stroking_alpha(*alpha as f32);
        }
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&self.content.finish(), 6);
        pdf.stream(content, &packed).filter(Filter::FlateDecode);
        pdf.finish()
    }

    fn ink(&mut self, RGBAColor(red, green, blue, alpha): RGBAColor) {
        let known = self.alphas.iter().position(|a| *a == alpha);
        let index = known.unwrap_or_else(|| {
            self.alphas.push(alpha);
            self.alphas.len() - 1
        });
        let [red, green, blue] = [red, green, blue].map(|part| f32::from(part) / 255.0);
        self.content.set_parameters(Name(name(index).as_bytes()));
        self.content.set_fill_rgb(red, green, blue).set_stroke_rgb(red, green, blue);
    }

    fn path(&mut self, points: &[Point]) {
        for (i, &point) in points.iter().enumerate() {
            let (x, y) = single(point);
            if i == 0 {
                self.content.move_to(x, y)
            } else {
                self.content.line_to(x, y)
            };
        }
    }

    fn curve(&mut self, points: [Point; 3]) {
        let [(x1, y1), (x2, y2), (x3, y3)] = points.map(single);
        self.content.cubic_to(x1, y1, x2, y2, x3, y3);
    }

    fn disc(&mut self, (x, y): Point, r: f64) {
        let at = |dx: f64, dy: f64| (x + r * dx, y + r * dy);
        self.path(&[at(1.0, 0.0)]);
        let mut side = (1.0, 0.0);
        for _ in 0..4 {
            let (c, s) = side;
            let next = (-s, c);
            let pulled =
                |(c, s): (f64, f64), way: f64| at(c - way * QUARTER * s, s + way * QUARTER * c);
            self.curve([pulled(side, 1.0), pulled(next, -1.0), at(next.0, next.1)]);
            side = next;
        }
        self.content.fill_nonzero();
    }

    fn text(&mut self, label: &Label, face: &FontRef<'_>) {
        let em = label.size / f64::from(face.units_per_em().unwrap_or(2048.0));
        let letters: Vec<_> = label.text.chars().map(|c| face.glyph_id(c)).collect();
        let advance = |at: usize| {
            let kern =
                letters.get(at + 1).map_or(0.0, |next| face.kern_unscaled(letters[at], *next));
            em * f64::from(face.h_advance_unscaled(letters[at]) + kern)
        };
        let width: f64 = (0..letters.len()).map(advance).sum();
        let mut along = match label.align {
            Align::Left => 0.0,
            Align::Centre => -width / 2.0,
            Align::Right => -width,
        };
        let (x, y) = label.at;
        for (at, letter) in letters.iter().enumerate() {
            let place = |p: ab_glyph::Point| {
                let (right, up) = (along + em * f64::from(p.x), em * f64::from(p.y));
                if label.upward { (x - up, y - right) } else { (x + right, y - up) }
            };
            let mut pen = None;
            for curve in face.outline(*letter).into_iter().flat_map(|outline| outline.curves) {
                let (first, last) = match curve {
                    OutlineCurve::Line(a, b)
                    | OutlineCurve::Quad(a, _, b)
                    | OutlineCurve::Cubic(a, _, _, b) => (a, b),
                };
                if pen != Some(first) {
                    self.path(&[place(first)]);
                }
                pen = Some(last);
                match curve {
                    OutlineCurve::Line(_, b) => {
                        let (x, y) = single(place(b));
                        self.content.line_to(x, y);
                    }
                    OutlineCurve::Quad(a, pull, b) => {
                        let towards = |(x, y): Point| {
                            let pull = place(pull);
                            (x + 2.0 / 3.0 * (pull.0 - x), y + 2.0 / 3.0 * (pull.1 - y))
                        };
                        self.curve([towards(place(a)), towards(place(b)), place(b)]);
                    }
                    OutlineCurve::Cubic(_, p, q, b) => self.curve([place(p), place(q), place(b)]),
                }
            }
            if pen.is_some() {
                self.content.fill_nonzero();
            }
            along += advance(at);
        }
    }
}

/// Of an opacity.
fn name(index: usize) -> String {
    format!("a{index}")
}

/// Hundredths of a point are finer than any eye.
fn single((x, y): Point) -> (f32, f32) {
    let round = |v: f64| ((v * 100.0).round() / 100.0) as f32;
    (round(x), round(y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::style;

    /// The operators of the page, in order.
    fn operators(scene: &Scene) -> Vec<String> {
        let pdf = scene.pdf().unwrap();
        assert_eq!(pdf, scene.pdf().unwrap());
        let find = |what: &[u8], from: usize| {
            from + pdf[from..].windows(what.len()).position(|w| w == what).expect("it is there")
        };
        let start = find(b"stream\n", 0) + 7;
        let end = find(b"\nendstream", start);
        let text = miniz_oxide::inflate::decompress_to_vec_zlib(&pdf[start..end]).unwrap();
        String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_shape_is_painted_where_it_is() {
        let mut scene = Scene::new(200.0, 100.0);
        scene.line(&[(10.0, 20.0), (30.5, 40.25)], style::solid(style::BLACK, 1.5));
        scene.area(vec![(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], style::pale(style::BLACK, 0.25));
        scene.disc((50.0, 60.0), 2.0, style::GREY);
        // A letter of one contour and one of two.
        scene.text(Label::new("lo", (100.0, 50.0), 10.0).align(Align::Right));
        scene.text(Label::new("l", (150.0, 50.0), 10.0).upward());
        let all = operators(&scene);
        let count =
            |end: &str| all.iter().filter(|line| line.split(' ').next_back() == Some(end)).count();
        assert_eq!((count("S"), count("f")), (1, 1 + 1 + 2 + 1), "{all:?}");
        // Line, area, disc, l, the two of o, l.
        assert_eq!(count("m"), 7);
        assert!(
            all.iter().any(|line| line == "10 20 m")
                && all.iter().any(|line| line == "30.5 40.25 l")
        );
        assert!(all.iter().any(|line| line == "1.5 w"));
        // A disc goes through the four points at its radius.
        for end in ["50 62 c", "48 60 c", "50 58 c", "52 60 c"] {
            assert!(all.iter().any(|line| line.ends_with(end)), "{end}");
        }
        // The box of each text holds every point of its letters.
        let numbers = |line: &String| -> Vec<f64> {
            let words: Vec<&str> = line.split(' ').collect();
            words[..words.len() - 1].iter().filter_map(|word| word.parse().ok()).collect()
        };
        let from = all.iter().rposition(|line| line.ends_with("52 60 c")).unwrap();
        let fills: Vec<usize> = (from..all.len()).filter(|&i| all[i] == "f").collect();
        for (label, range) in scene.labels().zip([fills[0]..fills[2], fills[2]..fills[3]]) {
            let (left, top, right, bottom) = label.bounds();
            let ends = all[range].iter().filter(|line| line.ends_with(['m', 'l', 'c']));
            for end in ends.map(numbers) {
                let [.., x, y] = end[..] else { panic!("{end:?}") };
                let near = |v: f64, low: f64, high: f64| (low - 0.6..=high + 0.6).contains(&v);
                assert!(near(x, left, right) && near(y, top - 1.0, bottom), "{end:?} {label:?}");
            }
        }
        let pdf = String::from_utf8_lossy(&scene.pdf().unwrap()).into_owned();
        assert!(pdf.contains("/MediaBox [0 0 200 100]") && pdf.contains("/ca 0.25"), "{pdf}");
    }
}
