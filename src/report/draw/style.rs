//! Colours, sizes, strokes: one style for all figures.
//!
//! Dimensions take a sequential palette, darker for larger.

use plotters::style::RGBAColor;

/// Width of one column of a paper, in points.
pub(crate) const COLUMN: f64 = 245.0;
/// Width of a figure that a column does not hold.
pub(crate) const WIDE: f64 = 1.4 * COLUMN;
/// Width of a page of two columns.
pub(crate) const PAGE: f64 = 504.0;
/// Font size of axis labels and titles.
pub(crate) const LABEL: f64 = 8.5;
/// Font size of tick labels, legends and annotations.
pub(crate) const SMALL: f64 = 7.5;

pub(crate) const BLACK: RGBAColor = RGBAColor(20, 20, 20, 1.0);
pub(crate) const GREY: RGBAColor = RGBAColor(110, 110, 110, 1.0);
pub(crate) const FAINT: RGBAColor = RGBAColor(228, 228, 228, 1.0);
pub(crate) const PAPER: RGBAColor = RGBAColor(255, 255, 255, 1.0);

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

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    /// Colour.
    pub colour: RGBAColor,
    /// Width.
    pub width: f64,
    /// Lengths of dash and gap; solid without.
    pub dash: Option<(f64, f64)>,
}

/// A solid line.
pub(crate) fn solid(colour: RGBAColor, width: f64) -> Stroke {
    Stroke { colour, width, dash: None }
}

/// A dashed line.
pub(crate) fn dashed(colour: RGBAColor, width: f64) -> Stroke {
    Stroke { colour, width, dash: Some((4.4, 2.6)) }
}

/// A dotted line.
pub(crate) fn dotted(colour: RGBAColor, width: f64) -> Stroke {
    Stroke { colour, width, dash: Some((1.1, 1.4)) }
}

/// The same colour, less opaque.
pub(crate) fn pale(colour: RGBAColor, alpha: f64) -> RGBAColor {
    RGBAColor(colour.0, colour.1, colour.2, alpha)
}

/// Colour number `index` of `count` in the sequential palette, the last the darkest.
pub(crate) fn sequential(index: usize, count: usize) -> RGBAColor {
    let t = if count > 1 { index as f64 / (count - 1) as f64 } else { 0.6 };
    mixed(&VIRIDIS, t)
}

/// Colour of a share in [0, 1], the larger the darker.
pub(crate) fn share(share: f64) -> RGBAColor {
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
