//! Colours, sizes, markers: one look for all figures.
//!
//! Learners take the colour-blind-safe palette of Okabe and Ito and differ in marker too;
//! dimensions take a sequential palette, darker for larger.

use plotters::style::RGBAColor;

use super::scene::{Point, Scene, Stroke};

/// Width of one column of a paper, in points.
pub(super) const COLUMN: f64 = 245.0;
/// Width of a page of two columns.
pub(super) const PAGE: f64 = 504.0;
/// Font size of axis labels and titles.
pub(super) const LABEL: f64 = 8.5;
/// Font size of tick labels, legends and annotations.
pub(super) const SMALL: f64 = 7.5;

pub(super) const BLACK: RGBAColor = RGBAColor(20, 20, 20, 1.0);
pub(super) const GREY: RGBAColor = RGBAColor(110, 110, 110, 1.0);
pub(super) const FAINT: RGBAColor = RGBAColor(228, 228, 228, 1.0);
pub(super) const PAPER: RGBAColor = RGBAColor(255, 255, 255, 1.0);

const OKABE_ITO: [RGBAColor; 7] = [
    RGBAColor(0, 114, 178, 1.0),
    RGBAColor(213, 94, 0, 1.0),
    RGBAColor(0, 158, 115, 1.0),
    RGBAColor(204, 121, 167, 1.0),
    RGBAColor(230, 159, 0, 1.0),
    RGBAColor(86, 180, 233, 1.0),
    RGBAColor(120, 94, 60, 1.0),
];

/// Viridis without its palest end.
const VIRIDIS: [(f64, f64, f64); 7] = [
    (170.0, 205.0, 60.0),
    (86.0, 192.0, 103.0),
    (31.0, 158.0, 137.0),
    (42.0, 119.0, 142.0),
    (57.0, 86.0, 140.0),
    (72.0, 40.0, 120.0),
    (50.0, 0.0, 70.0),
];

/// Pale to dark green; its lightness alone tells the shares apart.
const GREENS: [(f64, f64, f64); 5] = [
    (245.0, 251.0, 242.0),
    (199.0, 233.0, 192.0),
    (116.0, 196.0, 118.0),
    (35.0, 139.0, 69.0),
    (0.0, 82.0, 36.0),
];

/// A solid line.
pub(super) fn solid(colour: RGBAColor, width: f64) -> Stroke {
    Stroke { colour, width, dash: None }
}

/// A dashed line.
pub(super) fn dashed(colour: RGBAColor, width: f64) -> Stroke {
    Stroke { colour, width, dash: Some((3.2, 2.0)) }
}

/// A dotted line.
pub(super) fn dotted(colour: RGBAColor, width: f64) -> Stroke {
    Stroke { colour, width, dash: Some((1.1, 1.4)) }
}

/// The same colour, less opaque.
pub(super) fn pale(colour: RGBAColor, alpha: f64) -> RGBAColor {
    RGBAColor(colour.0, colour.1, colour.2, alpha)
}

/// Colour number `index` of `count` in the sequential palette, the last the darkest.
pub(super) fn sequential(index: usize, count: usize) -> RGBAColor {
    let t = if count > 1 { index as f64 / (count - 1) as f64 } else { 0.6 };
    mixed(&VIRIDIS, t)
}

/// Colour of a share in [0, 1], the larger the darker.
pub(super) fn share(share: f64) -> RGBAColor {
    mixed(&GREENS, share)
}

/// The colour at `t` in [0, 1] of an even palette.
fn mixed(palette: &[(f64, f64, f64)], t: f64) -> RGBAColor {
    let at = t.clamp(0.0, 1.0) * (palette.len() - 1) as f64;
    let low = (at as usize).min(palette.len() - 2);
    let mix = |a: f64, b: f64| (a + (at - low as f64) * (b - a)).round() as u8;
    let (a, b) = (palette[low], palette[low + 1]);
    RGBAColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2), 1.0)
}

/// Shape of a data point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Diamond,
    Triangle,
    Cross,
}

const MARKERS: [Marker; 5] =
    [Marker::Circle, Marker::Square, Marker::Diamond, Marker::Triangle, Marker::Cross];

/// How a learner looks in every figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) colour: RGBAColor,
    pub(super) marker: Marker,
}

impl Look {
    /// The look of learner number `index`; the first 35 differ.
    pub(super) fn number(index: usize) -> Self {
        Self { colour: OKABE_ITO[index % OKABE_ITO.len()], marker: MARKERS[index % MARKERS.len()] }
    }

    /// Draws a data point, hollow or filled.
    pub(super) fn draw(self, scene: &mut Scene, at: Point, radius: f64, filled: bool) {
        let outer = |scene: &mut Scene, r, colour| self.marker.fill(scene, at, r, colour);
        outer(scene, radius + 0.55, PAPER);
        outer(scene, radius, self.colour);
        if !filled {
            outer(scene, radius - 1.0, PAPER);
        }
    }
}

impl Marker {
    fn fill(self, scene: &mut Scene, (x, y): Point, radius: f64, colour: RGBAColor) {
        let corners: &[Point] = match self {
            Self::Circle => return scene.disc((x, y), radius, colour),
            Self::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Self::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
            Self::Triangle => &[(0.0, 1.2), (1.15, -0.8), (-1.15, -0.8)],
            Self::Cross => &[
                (-0.4, -1.1),
                (0.4, -1.1),
                (0.4, -0.4),
                (1.1, -0.4),
                (1.1, 0.4),
                (0.4, 0.4),
                (0.4, 1.1),
                (-0.4, 1.1),
                (-0.4, 0.4),
                (-1.1, 0.4),
                (-1.1, -0.4),
                (-0.4, -0.4),
            ],
        };
        let place = |&(dx, dy): &Point| (x + radius * dx, y + radius * dy);
        scene.area(corners.iter().map(place).collect(), colour);
    }
}
