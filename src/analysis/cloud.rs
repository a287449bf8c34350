//! Trials one by one: a metric against another.

use super::estimate::Cloud;
use crate::model::question::{Measure, Place, Question, Spot};
use crate::results::Trials;

/// The trials of each spot of `question`, if it asks for one metric against another: in the order
/// of the cells, sample sizes and trials.
pub(super) fn clouds(trials: &Trials, question: &Question) -> Vec<Cloud> {
    let Measure::Metric(y) = question.y else { return Vec::new() };
    let cloud = |spot: &Spot| {
        let Place::Of(x) = spot.x else { return None };
        let here = |d: usize| spot.d.is_none_or(|own| own == d);
        let cells = trials.cells().iter().filter(|c| *c.series == spot.series && here(c.d));
        let records = cells.flat_map(|cell| trials.of(cell));
        let points = records.filter_map(|r| Some((r.metric(x)?, r.metric(y)?))).collect();
        Some(Cloud { series: spot.series.clone(), line: spot.line.clone(), points })
    };
    question.spots.iter().filter_map(cloud).collect()
}
