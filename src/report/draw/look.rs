//! How learners look: colour-blind-safe palettes, and a marker each.

use plotters::style::RGBAColor;

use super::scene::{Point, Scene};
use super::style::{GREY, PAPER};

/// Seven of Okabe and Ito, then five of Tol's muted ones.
const COLOURS: [RGBAColor; 12] = [
    RGBAColor(0, 114, 178, 1.0),
    RGBAColor(213, 94, 0, 1.0),
    RGBAColor(0, 158, 115, 1.0),
    RGBAColor(204, 121, 167, 1.0),
    RGBAColor(230, 159, 0, 1.0),
    RGBAColor(86, 180, 233, 1.0),
    RGBAColor(120, 94, 60, 1.0),
    RGBAColor(51, 34, 136, 1.0),
    RGBAColor(136, 34, 85, 1.0),
    RGBAColor(153, 153, 51, 1.0),
    RGBAColor(68, 170, 153, 1.0),
    RGBAColor(90, 90, 90, 1.0),
];

/// Shape of a data point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
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
pub(crate) struct Look {
    pub(crate) colour: RGBAColor,
    pub(crate) marker: Marker,
}

impl Look {
    /// The look of learner number `index`; the first 60 differ, the first 12 in colour.
    pub(crate) fn number(index: usize) -> Self {
        Self { colour: COLOURS[index % COLOURS.len()], marker: MARKERS[index % MARKERS.len()] }
    }

    /// A grey circle, that of no learner.
    pub(crate) fn grey() -> Self {
        Self { colour: GREY, ..Self::number(0) }
    }

    /// Whether the marker of number `index` is filled: where a colour says something else, as many
    /// again are told apart by hollow ones.
    pub(crate) fn is_filled(index: usize) -> bool {
        (index / MARKERS.len()).is_multiple_of(2)
    }

    /// Draws a data point, hollow or filled.
    pub(crate) fn draw(self, scene: &mut Scene, at: Point, radius: f64, filled: bool) {
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
