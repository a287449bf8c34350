//! The lines of theory over the sparsity exponent, alike in every figure that shows them.

use crate::analysis::estimate::{Exponent, Interval};
use crate::report::draw::legend::{Entry, Symbol};
use crate::report::draw::style;
use crate::report::draw::style::Stroke;
use crate::report::group::Learners;

/// The axis of α.
pub(crate) const ALPHA: &str = "sparsity exponent α";
/// The axis of β.
pub(crate) const BETA: &str = "fitted exponent β in n* = C dᵝ";
/// How far from β an interval may stretch the axis: one without end must not squeeze the rest.
const STRETCH: f64 = 1.5;
/// Values of α that an axis had better name.
pub(crate) const QUARTERS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// β of a series, if a figure can show it.
pub(crate) fn fitted(exponent: &Exponent) -> Option<Interval> {
    exponent.exponent.filter(|beta| beta.value.abs() < 1e3)
}

/// β and the ends of its interval, as far as an axis should reach for them.
pub(crate) fn within_reach(beta: Interval) -> [f64; 3] {
    let value = beta.value;
    [value, beta.low.max(value - STRETCH), beta.high.min(value + STRETCH)]
}

/// One line of theory.
pub(crate) struct Bound {
    /// (α, exponent) at its ends and corners.
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) stroke: Stroke,
    name: &'static str,
}

/// α k* and k* for α in [0, 1], each if its learner is `shown`, and min(α, ½) k* last.
pub(crate) fn bounds(k_star: u32, learners: &Learners, shown: impl Fn(&str) -> bool) -> Vec<Bound> {
    let k = f64::from(k_star);
    let (pruned, unpruned) = (learners.look("pruned").colour, learners.look("unpruned").colour);
    let all = [
        Bound {
            points: vec![(0.0, 0.0), (1.0, k)],
            stroke: style::solid(pruned, 1.0),
            name: "α k*  (pruned)",
        },
        Bound {
            points: vec![(0.0, k), (1.0, k)],
            stroke: style::dashed(unpruned, 1.0),
            name: "k*  (unpruned)",
        },
        Bound {
            points: vec![(0.0, 0.0), (0.5, k / 2.0), (1.0, k / 2.0)],
            stroke: csq_line(),
            name: "min(α, ½) k*  (CSQ)",
        },
    ];
    let asked = [shown("pruned"), shown("unpruned"), true];
    all.into_iter().zip(asked).filter_map(|(bound, asked)| asked.then_some(bound)).collect()
}

/// Whether a name of `names` is the learner `kind` or a variant of it.
pub(crate) fn any_of<'a>(mut names: impl Iterator<Item = &'a str>, kind: &str) -> bool {
    names.any(|name| name.split('/').next() == Some(kind))
}

/// How the CSQ bound is drawn.
pub(crate) fn csq_line() -> Stroke {
    style::dotted(style::BLACK, 1.1)
}

/// The lines in a legend.
pub(crate) fn entries(
    learners: &Learners,
    shown: impl Fn(&str) -> bool,
) -> impl Iterator<Item = Entry> {
    bounds(1, learners, shown).into_iter().map(|b| (Symbol::Line(b.stroke), b.name.to_owned()))
}
