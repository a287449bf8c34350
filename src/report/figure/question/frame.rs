//! What all forms of the picture share: size, colours, and the axis of the measured number.

use super::dot::Dot;
use crate::model::expectation::Predicted;
use crate::model::metric::Metric;
use crate::model::question::{Measure, Question};
use crate::report::draw::axis::{Axis, extent};
use crate::report::draw::legend::{Entry, Legend};
use crate::report::draw::look::Look;
use crate::report::draw::page::Page;
use crate::report::draw::style;

/// Width of the picture.
pub(super) const WIDTH: f64 = style::WIDE;

pub(super) const EXPECTED: plotters::style::RGBAColor =
    plotters::style::RGBAColor(190, 190, 190, 0.6);

/// A colour and marker a line; more than seven lines are told apart from light to dark.
pub(super) fn look(line: usize, count: usize) -> Look {
    let plain = Look::number(line);
    if count > 7 { Look { colour: style::sequential(line, count), ..plain } } else { plain }
}

/// A page of one panel below its legend.
pub(super) fn page(entries: Vec<Entry>) -> Page {
    let legend = Legend::new(entries, WIDTH - 6.0);
    Page {
        width: WIDTH,
        rows: 1,
        columns: 1,
        aspect: 0.72,
        header: 4.0,
        right: 10.0,
        gap: 0.0,
        row_gap: 0.0,
        legend,
    }
}

/// What an expectation admits, as far as an axis from `low` to `high` shows it.
pub(super) fn admitted(measure: Measure, (predicted, margin): (Predicted, f64)) -> (f64, f64) {
    let (least, most) = match measure {
        Measure::Ratio => (predicted.number() / margin, predicted.number() * margin),
        _ => (predicted.number() - margin, predicted.number() + margin),
    };
    match predicted {
        Predicted::Value(_) => (least, most),
        Predicted::AtLeast(x) => (x, f64::INFINITY),
        Predicted::AtMost(x) => (f64::NEG_INFINITY, x),
    }
}

/// The axis of the measured number.
pub(super) fn axis(question: &Question, dots: &[Dot<'_>]) -> Option<Axis> {
    let number = |e: &(Predicted, f64)| e.0.number();
    let expected = dots.iter().flat_map(|dot| dot.spot.expected.iter().map(number));
    let theory = dots.iter().filter_map(|dot| dot.theory);
    let values = || dots.iter().map(|dot| dot.value);
    if is_log(question.y) {
        let ends = dots
            .iter()
            .flat_map(|dot| [dot.low.max(dot.value / 3.0), dot.high.min(dot.value * 3.0)]);
        let all: Vec<f64> = values().chain(ends).chain(theory).chain(expected).collect();
        let (low, high) = extent(all.iter().copied().filter(|x| *x > 0.0))?;
        // A range of its own for values that hardly differ.
        return Axis::log([low.min(high / 1.5), high]);
    }
    let ends =
        dots.iter().flat_map(|dot| [dot.low.max(dot.value - 1.5), dot.high.min(dot.value + 1.5)]);
    let (low, high) = extent(values().chain(ends).chain(theory).chain(expected))?;
    let pad = 0.08 * (high - low).max(0.1);
    Some(Axis::linear(low - pad, high + pad))
}

fn is_log(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::NStar | Measure::Law | Measure::Ratio | Measure::Metric(Metric::Risk)
    )
}
