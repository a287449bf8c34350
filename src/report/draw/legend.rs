//! Legends stand above the panels, so that they never cover data.

use plotters::style::RGBAColor;

use super::font;
use super::look::Look;
use super::panel::arrow;
use super::scene::{Label, Point, Scene};
use super::style;
use super::style::Stroke;

/// The sample shown beside a word.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Symbol {
    /// A data point with its error bar.
    Point(Look),
    /// A hollow data point.
    Hollow(Look),
    /// A hollow point with an arrow.
    Bound(RGBAColor),
    /// A line.
    Line(Stroke),
    /// An upright line.
    Tick(Stroke),
    /// A filled box.
    Box(RGBAColor),
    /// A line on a band.
    Curve(RGBAColor),
    /// The sequential palette.
    Ramp,
}

/// Sample and word.
pub(crate) type Entry = (Symbol, String);

/// Entries in rows of equal columns.
pub(crate) struct Legend {
    entries: Vec<Entry>,
    columns: usize,
    pitch: f64,
}

const SAMPLE: f64 = 17.0;
const GAP: f64 = 3.5;
const LINE: f64 = 11.0;
const MOST_ROWS: usize = 8;

impl Legend {
    /// As many columns as fit into `width`; what does not fit into eight rows is counted.
    pub(crate) fn new(mut entries: Vec<Entry>, width: f64) -> Self {
        let widest = |entries: &[Entry]| {
            let widths = entries.iter().map(|(_, text)| font::width(text, style::SMALL, false));
            SAMPLE + GAP + widths.fold(0.0, f64::max)
        };
        let pitch = widest(&entries) + 9.0;
        let columns = (((width + 9.0) / pitch) as usize).clamp(1, entries.len().max(1));
        if entries.len() > columns * MOST_ROWS {
            let rest = entries.len() - columns * MOST_ROWS + 1;
            entries.truncate(columns * MOST_ROWS - 1);
            let nothing = style::solid(style::pale(style::BLACK, 0.0), 0.5);
            entries.push((Symbol::Line(nothing), format!("and {rest} more")));
        }
        // Rows as even as they can be.
        let rows = entries.len().div_ceil(columns).max(1);
        let columns = entries.len().div_ceil(rows).max(1);
        Self { entries, columns, pitch }
    }

    pub(crate) fn height(&self) -> f64 {
        LINE * self.entries.len().div_ceil(self.columns) as f64
    }

    fn width(&self) -> f64 {
        self.pitch * self.columns as f64 - 9.0
    }

    /// Draws it with its top at `top`, centred on `centre` as far as the page allows.
    pub(crate) fn draw(&self, scene: &mut Scene, centre: f64, top: f64) {
        let most = (scene.width - 3.0 - self.width()).max(3.0);
        let left = (centre - self.width() / 2.0).clamp(3.0, most);
        for (index, (symbol, text)) in self.entries.iter().enumerate() {
            let x = left + self.pitch * (index % self.columns) as f64;
            let y = top + LINE * (index / self.columns) as f64 + LINE / 2.0;
            symbol.draw(scene, (x, y));
            let at = (x + SAMPLE + GAP, y + style::SMALL * 0.36);
            scene.text(Label::new(text, at, style::SMALL));
        }
    }
}

impl Symbol {
    /// Draws the sample with the middle of its left side at a point.
    pub(crate) fn draw(self, scene: &mut Scene, (x, y): Point) {
        let (middle, ends) = ((x + SAMPLE / 2.0, y), [(x, y), (x + SAMPLE, y)]);
        match self {
            Self::Point(look) => {
                let bar = [(middle.0, y - 4.2), (middle.0, y + 4.2)];
                scene.line(&bar, style::solid(look.colour, 0.9));
                look.draw(scene, middle, 2.5, true);
            }
            Self::Hollow(look) => look.draw(scene, middle, 2.5, false),
            Self::Bound(colour) => {
                let at = (middle.0, y + 3.0);
                arrow(scene, at, colour, true);
                Look { colour, ..Look::number(0) }.draw(scene, at, 2.5, false);
            }
            Self::Line(stroke) => scene.line(&ends, stroke),
            Self::Tick(stroke) => {
                scene.line(&[(middle.0, y - 4.2), (middle.0, y + 4.2)], stroke);
            }
            Self::Box(colour) => scene.area(around(ends), colour),
            Self::Ramp => {
                const STEPS: usize = 17;
                for step in 0..STEPS {
                    let from = x + SAMPLE * step as f64 / STEPS as f64;
                    let slice = around([(from, y), (x + SAMPLE, y)]);
                    scene.area(slice, style::sequential(step, STEPS));
                }
            }
            Self::Curve(colour) => {
                scene.area(around(ends), style::pale(colour, 0.18));
                scene.line(&ends, style::solid(colour, 1.2));
            }
        }
    }
}

/// The box about a level line.
fn around([left, right]: [Point; 2]) -> Vec<Point> {
    let (top, bottom) = (left.1 - 3.0, left.1 + 3.0);
    vec![(left.0, top), (right.0, top), (right.0, bottom), (left.0, bottom)]
}
