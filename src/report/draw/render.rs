//! Paints a [`Scene`] on any plotters backend, as SVG and as PNG.

use std::fmt::Display;

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor};
use plotters::style::{ShapeStyle, TextStyle, WHITE};

use super::font;
use super::scene::{Align, Label, Point, Scene, Shape, dashes};
use crate::error::{Error, Result};

/// Resolution of a PNG, dots per inch.
const DPI: f64 = 300.0;
/// A PNG is painted this many times larger, then averaged down, for smooth edges.
const OVERSAMPLING: usize = 2;
/// A very tall figure gets fewer dots per inch rather than more dots than this.
const MOST_DOTS: f64 = 2.5e7;

/// How a backend turns points into dots, and where it puts text.
#[derive(Clone, Copy)]
struct Device {
    /// Dots a point.
    scale: f64,
    /// The font size that makes one em.
    size_per_em: f64,
    /// From the anchor of a text hung from its top down to the base line, in ems.
    drop: f64,
    /// Paint lines piece by piece with round corners: the bitmap backend's own corners
    /// break at sharp angles.
    pieces: bool,
}

impl Device {
    const SVG: Self = Self { scale: 20.0, size_per_em: 1.24, drop: 0.76, pieces: false };

    fn bitmap(scale: f64) -> Self {
        let size_per_em = font::LINE_HEIGHT;
        Self { scale, size_per_em, drop: size_per_em / 2.0, pieces: true }
    }

    fn dots(self, length: f64) -> u32 {
        (length * self.scale).round().clamp(1.0, 1e6) as u32
    }

    fn place(self, (x, y): Point) -> (i32, i32) {
        let dot = |v: f64| (v * self.scale).round().clamp(-1e6, 1e6) as i32;
        (dot(x), dot(y))
    }

    fn places(self, points: &[Point]) -> Vec<(i32, i32)> {
        let mut places: Vec<_> = points.iter().map(|&p| self.place(p)).collect();
        places.dedup();
        places
    }
}

impl Scene {
    /// The figure as an SVG document, sized in points.
    ///
    /// # Errors
    ///
    /// When the backend refuses a shape, which no figure of this crate makes it do.
    pub fn svg(&self) -> Result<String> {
        let device = Device::SVG;
        let size = (device.dots(self.width), device.dots(self.height));
        let mut svg = String::new();
        self.paint(&mut SVGBackend::with_string(&mut svg, size), device)?;
        let dots = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
        let points = format!("width=\"{:.1}pt\" height=\"{:.1}pt\"", self.width, self.height);
        Ok(svg.replacen(&dots, &points, 1))
    }

    /// The figure as a PNG of 300 dots per inch.
    ///
    /// # Errors
    ///
    /// When it cannot be painted.
    pub fn png(&self) -> Result<Vec<u8>> {
        let (width, height) = self.png_size();
        let (wide, tall) = (width as usize * OVERSAMPLING, height as usize * OVERSAMPLING);
        let mut large = vec![u8::MAX; wide * tall * 3];
        let device = Device::bitmap(self.png_scale() * OVERSAMPLING as f64);
        let size = (wide as u32, tall as u32);
        self.paint(&mut BitMapBackend::with_buffer(&mut large, size), device)?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let a_metre = (self.png_scale() * 72.0 / 0.0254).round() as u32;
        let (xppu, yppu, unit) = (a_metre, a_metre, png::Unit::Meter);
        encoder.set_pixel_dims(Some(png::PixelDimensions { xppu, yppu, unit }));
        let mut writer = encoder.write_header().map_err(fault)?;
        writer.write_image_data(&average_down(&large, wide)).map_err(fault)?;
        writer.finish().map_err(fault)?;
        Ok(bytes)
    }

    /// Width and height of the PNG in dots.
    #[must_use]
    pub fn png_size(&self) -> (u32, u32) {
        let dots = |length: f64| (length * self.png_scale()).round().clamp(1.0, 1e5) as u32;
        (dots(self.width), dots(self.height))
    }

    fn png_scale(&self) -> f64 {
        let most = (MOST_DOTS / (self.width * self.height)).sqrt();
        (DPI / 72.0).min(most)
    }

    fn paint<B: DrawingBackend>(&self, backend: &mut B, device: Device) -> Result<()> {
        font::register()?;
        let page = (device.dots(self.width) as i32, device.dots(self.height) as i32);
        backend.draw_rect((0, 0), page, &WHITE, true).map_err(fault)?;
        for shape in &self.shapes {
            match shape {
                Shape::Line(points, colour, width) => {
                    line(backend, device, &device.places(points), (*colour, *width))?;
                }
                Shape::Dashes(points, colour, width, lengths) => {
                    for piece in dashes(points, *lengths) {
                        line(backend, device, &device.places(&piece), (*colour, *width))?;
                    }
                }
                Shape::Area(points, colour) => {
                    let points = device.places(points);
                    backend.fill_polygon(points, colour).map_err(fault)?;
                }
                Shape::Disc(centre, radius, colour) => {
                    let (centre, radius) = (device.place(*centre), device.dots(*radius));
                    backend.draw_circle(centre, radius, colour, true).map_err(fault)?;
                }
                Shape::Text(label) => text(backend, device, label)?,
            }
        }
        backend.present().map_err(fault)
    }
}

fn line<B: DrawingBackend>(
    backend: &mut B,
    device: Device,
    points: &[(i32, i32)],
    (colour, width): (RGBAColor, f64),
) -> Result<()> {
    let stroke_width = device.dots(width);
    let style = ShapeStyle { color: colour, filled: false, stroke_width };
    if !device.pieces {
        return backend.draw_path(points.iter().copied(), &style).map_err(fault);
    }
    for piece in points.windows(2) {
        backend.draw_path(piece.iter().copied(), &style).map_err(fault)?;
    }
    for &corner in points.iter().skip(1).take(points.len().saturating_sub(2)) {
        backend.draw_circle(corner, stroke_width / 2, &colour, true).map_err(fault)?;
    }
    Ok(())
}

fn text<B: DrawingBackend>(backend: &mut B, device: Device, label: &Label) -> Result<()> {
    let size = label.size * device.scale * device.size_per_em;
    let drop = label.size * device.drop;
    let face = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::Name(font::FAMILY), size, face);
    let (x, y) = label.at;
    let (font, at) = if label.upward {
        (font.transform(FontTransform::Rotate270), (x - drop, y))
    } else {
        (font, (x, y - drop))
    };
    let side = match label.align {
        Align::Left => HPos::Left,
        Align::Centre => HPos::Center,
        Align::Right => HPos::Right,
    };
    let style = TextStyle::from(font).color(&label.colour).pos(Pos::new(side, VPos::Top));
    backend.draw_text(&label.text, &style, device.place(at)).map_err(fault)
}

/// Averages squares of dots of an RGB image `wide` dots wide.
fn average_down(large: &[u8], wide: usize) -> Vec<u8> {
    const K: usize = OVERSAMPLING;
    let rows = large.len() / (wide * 3);
    let mut small = Vec::with_capacity(large.len() / (K * K));
    for y in (0..rows).step_by(K) {
        for x in (0..wide).step_by(K) {
            for channel in 0..3 {
                let dot = |k| usize::from(large[((y + k / K) * wide + x + k % K) * 3 + channel]);
                small.push(((0..K * K).map(dot).sum::<usize>() / (K * K)) as u8);
            }
        }
    }
    small
}

fn fault(cause: impl Display) -> Error {
    Error::runtime(format!("the figure cannot be painted: {cause}"))
        .hint("please report this with the study's trials.csv")
}
