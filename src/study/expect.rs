//! `[[expect]]`: from a table to an [`Expectation`] that some series can answer.

use std::collections::BTreeSet;

use super::cell::Series;
use super::document::{Node, Section, choice};
use super::sweep::MAX_D;
use crate::error::{Error, Result, nearest};
use crate::expectation::{Expectation, Metric, Predicted, Quantity, Selection};

const EXPECT_KEYS: [&str; 10] =
    ["claim", "exponent", "ratio", "metric", "learner", "predicted", "link", "r", "alpha", "q"];

/// The expectations of a study with these series.
pub(super) fn read_expectations(root: &Section<'_>, series: &[Series]) -> Result<Vec<Expectation>> {
    let Some(node) = root.get("expect") else { return Ok(Vec::new()) };
    node.items("expect")?.iter().map(|one| read_expectation(one, series)).collect()
}

fn read_expectation(node: &Node, series: &[Series]) -> Result<Expectation> {
    let section = node.section("expect", &EXPECT_KEYS)?;
    let quantity = read_quantity(&section, series)?;
    let whole = |key| section.get(key).map(|n| n.whole(key, 1..=MAX_D)).transpose();
    let number = |key| section.get(key).map(|n| n.number(key)).transpose();
    let selection = Selection {
        link: section.get("link").map(|n| n.text("link").map(str::to_owned)).transpose()?,
        r: whole("r")?.map(|r| r as usize),
        alpha: number("alpha")?,
        q: number("q")?,
    };
    let expectation = Expectation {
        claim: section.required("claim")?.text("claim")?.to_owned(),
        predicted: read_predicted(section.required("predicted")?, &quantity)?,
        quantity,
        selection,
    };
    if cells(&expectation, series) == 0 {
        return Err(node
            .error(format!("no cell of this study answers {}", expectation.quantity.words()), "here")
            .hint("link, r, alpha and q choose among the series of [[sweep]]; both learners of a ratio need a cell of equal link, r, alpha, q and d"));
    }
    Ok(expectation)
}

fn read_quantity(section: &Section<'_>, series: &[Series]) -> Result<Quantity> {
    let keys = ["exponent", "ratio", "metric"].map(|key| section.get(key));
    if section.get("metric").is_none()
        && let Some(node) = section.get("learner")
    {
        return Err(node
            .error("`learner` is only for a metric", "here")
            .hint("write exponent = \"LEARNER\", or ratio = [\"LEARNER\", \"LEARNER\"]"));
    }
    match keys {
        [Some(node), None, None] => Ok(Quantity::Exponent { learner: learner(node, series)? }),
        [None, Some(node), None] => match node.items("ratio")? {
            [over, under] => {
                Ok(Quantity::Ratio { over: learner(over, series)?, under: learner(under, series)? })
            }
            _ => Err(node
                .error("ratio needs two learners", "here")
                .hint("write, for example, ratio = [\"unpruned\", \"pruned\"]")),
        },
        [None, None, Some(node)] => Ok(Quantity::Metric {
            metric: choice(node, "metric", &Metric::NAMES)?,
            learner: learner(section.required("learner")?, series)?,
        }),
        _ => Err(section
            .node()
            .error("an expectation needs one of exponent, ratio and metric", "here")
            .hint("write, for example, exponent = \"pruned\"; docs/studies.md lists the keys")),
    }
}

/// A learner that some sweep runs.
fn learner(node: &Node, series: &[Series]) -> Result<String> {
    let name = node.text("learner")?;
    let known: BTreeSet<&str> = series.iter().map(|s| s.setting.learner.as_str()).collect();
    if known.contains(name) {
        return Ok(name.to_owned());
    }
    let error = node.error(format!("no sweep runs a learner `{name}`"), "not in a sweep");
    let all = || known.iter().copied().collect::<Vec<_>>().join(", ");
    Err(match nearest(name, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("the sweeps run {}", all())),
    })
}

fn read_predicted(node: &Node, quantity: &Quantity) -> Result<Predicted> {
    let (value, predicted) = if node.is_table() {
        let table = node.section("predicted", &["at_least", "at_most"])?;
        match (table.get("at_least"), table.get("at_most")) {
            (Some(least), None) => (least, Predicted::AtLeast(least.number("at_least")?)),
            (None, Some(most)) => (most, Predicted::AtMost(most.number("at_most")?)),
            _ => return Err(unclear(node)),
        }
    } else {
        (node, Predicted::Value(node.number("predicted")?))
    };
    if matches!(quantity, Quantity::Ratio { .. }) && predicted.number() <= 0.0 {
        return Err(value
            .error("a ratio of sample sizes is positive", "not positive")
            .hint("write, for example, predicted = { at_least = 1 }"));
    }
    Ok(predicted)
}

fn unclear(node: &Node) -> Error {
    node.error("predicted needs one of at_least and at_most", "here")
        .hint("write a number, { at_least = 2 } or { at_most = 2 }")
}

/// Cells, or pairs of them, that an expectation speaks of.
fn cells(expectation: &Expectation, series: &[Series]) -> usize {
    let learners = expectation.quantity.learners();
    let of = |name: &str| {
        let name = name.to_owned();
        let chosen = series.iter().filter(move |s| {
            let t = &s.setting;
            t.learner == name
                && expectation.selection.admits(t.link.text(), t.link.r(), t.alpha, t.q)
        });
        chosen.flat_map(|s| {
            let t = &s.setting;
            let key = (t.link.text(), t.link.r(), t.alpha.to_bits(), t.q.to_bits());
            s.cells.iter().map(move |c| (key, c.d))
        })
    };
    let first: BTreeSet<_> = of(learners[0]).collect();
    of(learners[learners.len() - 1]).filter(|cell| first.contains(cell)).count()
}
