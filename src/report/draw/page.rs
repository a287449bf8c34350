//! Panels in a grid under a legend, with shared axis labels.

use super::legend::Legend;
use super::panel::Rect;
use super::scene::{Align, Label, Scene};
use super::style;

/// The layout of a figure.
pub(crate) struct Page {
    pub(crate) width: f64,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Height of a panel over its width.
    pub(crate) aspect: f64,
    /// Room above each row of panels, for titles.
    pub(crate) header: f64,
    /// Room to the right of the panels.
    pub(crate) right: f64,
    /// Room between columns.
    pub(crate) gap: f64,
    /// Room between a row and the titles of the next.
    pub(crate) row_gap: f64,
    pub(crate) legend: Legend,
}

const LEFT: f64 = 42.0;
const BOTTOM: f64 = 28.0;
const TOP: f64 = 3.0;

impl Page {
    fn panel_width(&self) -> f64 {
        let gaps = self.gap * (self.columns - 1) as f64;
        ((self.width - LEFT - self.right - gaps) / self.columns as f64).max(20.0)
    }

    fn row_height(&self) -> f64 {
        self.header + self.panel_width() * self.aspect
    }

    fn top(&self) -> f64 {
        TOP + self.legend.height() + 2.0
    }

    /// The rectangle of a panel.
    pub(crate) fn rect(&self, row: usize, column: usize) -> Rect {
        let width = self.panel_width();
        Rect {
            left: LEFT + (width + self.gap) * column as f64,
            top: self.top() + (self.row_height() + self.row_gap) * row as f64 + self.header,
            width,
            height: width * self.aspect,
        }
    }

    /// An empty page with legend and axis labels.
    pub(crate) fn start(&self, x_label: &str, y_label: &str) -> Scene {
        let bottom = self.rect(self.rows - 1, 0).bottom();
        let mut scene = Scene::new(self.width, bottom + BOTTOM);
        let centre = f64::midpoint(LEFT, self.width - self.right);
        self.legend.draw(&mut scene, centre, TOP);
        let below = (centre, bottom + BOTTOM - 5.0);
        scene.text(Label::new(x_label, below, style::LABEL).align(Align::Centre));
        let middle = f64::midpoint(self.rect(0, 0).top, bottom);
        let beside = (style::LABEL + 0.5, middle);
        scene.text(Label::new(y_label, beside, style::LABEL).align(Align::Centre).upward());
        scene
    }
}

/// The title of a panel, `lines` text lines above its frame.
pub(crate) fn title(scene: &mut Scene, rect: Rect, text: &str, lines: usize) {
    let at = (rect.left + rect.width / 2.0, rect.top - 4.0 - 10.0 * lines as f64);
    let label = Label::new(text, at, style::LABEL).align(Align::Centre).bold();
    let (left, _, right, _) = label.bounds();
    scene.text(shrunk(label, right - left, rect.width));
}

/// Room to the right of a panel for so many lines of words.
pub(crate) fn side_room(lines: usize) -> f64 {
    9.0 + 10.5 * lines as f64
}

/// Words that read upwards to the right of a panel, the first of them bold.
pub(crate) fn side_titles(scene: &mut Scene, rect: Rect, texts: &[String]) {
    for (index, text) in texts.iter().enumerate() {
        let x = rect.right() + 11.0 + 10.5 * index as f64;
        let at = (x, rect.top + rect.height / 2.0);
        let label = Label::new(text, at, style::LABEL).align(Align::Centre).upward();
        let label = Label { bold: index == 0, ..label };
        let (_, top, _, bottom) = label.bounds();
        scene.text(shrunk(label, bottom - top, rect.height));
    }
}

/// A label `length` long made to fit into `room`.
pub(crate) fn shrunk(label: Label, length: f64, room: f64) -> Label {
    Label { size: label.size * (room / length).min(1.0), ..label }
}
