//! `[[expect]]`: from a table to an [`Expectation`] that some series can answer.

use std::collections::BTreeSet;

use strum::IntoEnumIterator;

use super::document::Node;
use super::limits;
use super::section::{Section, choice};
use crate::error::{Error, Result, nearest};
use crate::learner::options::Simulation;
use crate::model::expectation::{Basis, Expectation, MARGIN, Predicted, Quantity, Side};
use crate::model::link::Link;
use crate::model::metric::Metric;
use crate::model::problem::{Problem, Real};
use crate::study::cell::Series;
use crate::words::is_formula;

const EXPECT_KEYS: [&str; 17] = [
    "claim",
    "exponent",
    "ratio",
    "metric",
    "collapse",
    "level",
    "learner",
    "predicted",
    "margin",
    "leading",
    "posterior",
    "link",
    "r",
    "alpha",
    "q",
    "noise",
    "input",
];

/// The expectations of a study with these series.
pub(super) fn read_expectations(root: &Section<'_>, series: &[Series]) -> Result<Vec<Expectation>> {
    let Some(node) = root.get("expect") else { return Ok(Vec::new()) };
    let items = node.items("expect")?;
    if items.len() > limits::EXPECTATIONS {
        let most = limits::EXPECTATIONS;
        return Err(node
            .error(format!("there are more than {most} expectations"), "here")
            .hint("split the study into several files"));
    }
    items.iter().map(|one| read_expectation(one, series)).collect()
}

fn read_expectation(node: &Node, series: &[Series]) -> Result<Expectation> {
    let section = node.section("expect", &EXPECT_KEYS)?;
    let quantity = read_quantity(&section, series)?;
    let whole = |key| section.get(key).map(|n| n.whole(key, 1..=limits::D)).transpose();
    let number = |key| section.get(key).map(|n| real(n, key)).transpose();
    // Of a ratio, noise and input may be a pair, one for each side.
    let ratio = matches!(quantity, Quantity::Ratio { .. });
    let pair = |key: &str| ratio && section.get(key).is_some_and(Node::is_list);
    let selection = Problem {
        k_star: None,
        link: section.get("link").map(link).transpose()?,
        r: whole("r")?.map(|r| r as usize),
        alpha: number("alpha")?,
        q: number("q")?,
        noise: if pair("noise") { None } else { number("noise")? },
        input: if pair("input") { None } else { section.get("input").map(input).transpose()? },
    };
    let (predicted, basis) = read_predicted(&section, &quantity)?;
    let expectation = Expectation {
        claim: claim(section.required("claim")?)?.to_owned(),
        predicted,
        basis,
        margin: read_margin(&section, &quantity)?,
        posterior: section.get("posterior").map_or(Ok(false), |n| n.boolean("posterior"))?,
        quantity,
        selection,
    };
    if !is_answered(&expectation, series) {
        return Err(node
            .error(format!("no cell of this study answers {}", expectation.quantity.words()), "here")
            .hint("link, r, alpha, q, noise and input choose among the series of [[sweep]]; both sides of a ratio need a cell that agrees in the others and in d"));
    }
    let about = series.iter().filter(|s| expectation.speaks_of(&s.setting.series));
    let node = section.required("predicted")?;
    match basis {
        Basis::Law if !about.clone().all(has_law) => Err(node
            .error("there is no law of the ranking for all of these cells", "here")
            .hint("it is that of pruned and its variants below alpha = 1, with Gaussian inputs, hard directions and a channel that sees the link: give a number")),
        Basis::Limit => about
            .map(|s| s.setting.simulated(Simulation::Limit))
            .find_map(Result::err)
            .map_or(Ok(expectation), |error| Err(node.blame(&error))),
        _ => Ok(expectation),
    }
}

/// Whether the law of the ranking has something to say of every cell of a series.
fn has_law(series: &Series) -> bool {
    let Series { setting, cells } = series;
    // Whether there is one does not depend on the risk that has to be reached.
    cells.iter().all(|cell| setting.built.law(&setting.case(cell), 0.5).is_some())
}

/// A text that goes into a table.
fn claim(node: &Node) -> Result<&str> {
    let text = node.text("claim")?;
    if is_formula(text) {
        return Err(node.error("a claim that a spreadsheet would run", "here").hint(
            "it is a column of expectations.csv: do not begin it with `=`, `+`, `-` or `@`",
        ));
    }
    Ok(text)
}

fn read_quantity(section: &Section<'_>, series: &[Series]) -> Result<Quantity> {
    let keys = ["exponent", "ratio", "metric", "collapse"].map(|key| section.get(key));
    if keys[2].or(keys[3]).is_none()
        && let Some(node) = section.get("learner")
    {
        return Err(node
            .error("`learner` is only for a metric or a collapse", "here")
            .hint("write exponent = \"LEARNER\", or ratio = [\"LEARNER\", \"LEARNER\"]"));
    }
    if keys[3].is_none()
        && let Some(node) = section.get("level")
    {
        return Err(node
            .error("`level` is only for a collapse", "here")
            .hint("write collapse = \"recall\" with it"));
    }
    match keys {
        [Some(node), None, None, None] => {
            Ok(Quantity::Exponent { learner: learner(node, series)? })
        }
        [None, Some(node), None, None] => match node.items("ratio")? {
            [over, under] => {
                let [over, under] = [learner(over, series)?, learner(under, series)?];
                let (noises, inputs) = (pair(section, "noise")?, pair(section, "input")?);
                let side = |learner, i: usize| {
                    Ok(Side {
                        learner,
                        noise: noises.map(|n| real(&n[i], "noise")).transpose()?,
                        input: inputs.map(|n| input(&n[i])).transpose()?,
                    })
                };
                Ok(Quantity::Ratio { over: side(over, 0)?, under: side(under, 1)? })
            }
            _ => Err(node
                .error("ratio needs two learners", "here")
                .hint("write, for example, ratio = [\"unpruned\", \"pruned\"]")),
        },
        [None, None, Some(node), None] => Ok(Quantity::Metric {
            metric: choice(node, "metric", &metrics(|_| true))?,
            learner: learner(section.required("learner")?, series)?,
        }),
        [None, None, None, Some(node)] => Ok(Quantity::Collapse {
            metric: choice(node, "collapse", &metrics(Metric::is_of_ranking))?,
            level: section.number("level", 0.01..=0.99, 0.5)?,
            learner: learner(section.required("learner")?, series)?,
        }),
        _ => Err(section
            .node()
            .error("an expectation needs one of exponent, ratio, metric and collapse", "here")
            .hint("write, for example, exponent = \"pruned\"; docs/studies.md lists the keys")),
    }
}

/// The two values of `key`, if it is a list: one for each side of a ratio.
fn pair<'a>(section: &Section<'a>, key: &str) -> Result<Option<&'a [Node]>> {
    let Some(node) = section.get(key).filter(|node| node.is_list()) else { return Ok(None) };
    let values = node.items(key)?;
    if values.len() != 2 {
        return Err(node
            .error(format!("{key} needs one value, or two"), "here")
            .hint("two values are those of the two sides of a ratio, in its order"));
    }
    Ok(Some(values))
}

/// The canonical spelling of a link.
fn link(node: &Node) -> Result<String> {
    Link::canonical(node.text("link")?).map_err(|e| node.blame(&e))
}

/// The name of a law of the inputs.
fn input(node: &Node) -> Result<String> {
    Ok(node.input()?.name().into_owned())
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

fn read_predicted(section: &Section<'_>, quantity: &Quantity) -> Result<(Predicted, Basis)> {
    let node = section.required("predicted")?;
    let ratio = matches!(quantity, Quantity::Ratio { .. });
    let leading = section.get("leading").map_or(Ok(false), |n| n.boolean("leading"))?;
    if node.is_word("law") {
        return if ratio && !leading {
            // Filled in once the cells are known.
            Ok((Predicted::Value(1.0), Basis::Law))
        } else {
            Err(node
                .error("the law of the ranking predicts ratios, and beyond leading order", "here")
                .hint("write ratio = [\"pruned/a\", \"pruned/b\"] with predicted = \"law\", or a number"))
        };
    }
    if node.is_word("limit") {
        return if matches!(quantity, Quantity::Ratio { .. } | Quantity::Exponent { .. }) && !leading
        {
            Ok((Predicted::Value(1.0), Basis::Limit))
        } else {
            Err(node
                .error("the limit predicts exponents and ratios, and beyond leading order", "here")
                .hint("write exponent or ratio with predicted = \"limit\", or a number"))
        };
    }
    let predicted = read_number_or_bound(node, ratio)?;
    Ok((predicted, if leading { Basis::Leading } else { Basis::Stated }))
}

fn read_number_or_bound(node: &Node, ratio: bool) -> Result<Predicted> {
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
    if ratio && predicted.number() <= 0.0 {
        return Err(value
            .error("a ratio of sample sizes is positive", "not positive")
            .hint("write, for example, predicted = { at_least = 1 }"));
    }
    Ok(predicted)
}

/// How near the prediction counts as it: 0.15 for an exponent, a factor of 1.25 for a ratio, 0.05
/// for a metric.
fn read_margin(section: &Section<'_>, quantity: &Quantity) -> Result<f64> {
    match quantity {
        Quantity::Exponent { .. } | Quantity::Collapse { .. } => {
            section.number("margin", 1e-6..=1e6, MARGIN)
        }
        Quantity::Ratio { .. } => section.number("margin", 1.000_001..=1e6, 1.25),
        Quantity::Metric { .. } => section.number("margin", 1e-6..=1e6, 0.05),
    }
}

fn unclear(node: &Node) -> Error {
    node.error("predicted needs one of at_least and at_most", "here")
        .hint("write a number, { at_least = 2 } or { at_most = 2 }")
}

/// Whether there is a cell, or a pair of them, that an expectation speaks of.
fn is_answered(expectation: &Expectation, series: &[Series]) -> bool {
    let (over, under) = match &expectation.quantity {
        Quantity::Ratio { over, under } => (over.clone(), under.clone()),
        Quantity::Exponent { learner }
        | Quantity::Metric { learner, .. }
        | Quantity::Collapse { learner, .. } => (learner.as_str().into(), learner.as_str().into()),
    };
    let of = |side: &Side| -> BTreeSet<_> {
        let chosen = series.iter().filter(|s| {
            let own = &s.setting.series;
            side.holds(own) && expectation.selection.admits(&own.problem)
        });
        let cells = chosen.flat_map(|s| {
            // What the sides differ in is no part of what their cells have in common.
            let problem = s.setting.series.problem.clone();
            let common = Problem {
                noise: problem.noise.filter(|_| side.noise.is_none()),
                input: problem.input.clone().filter(|_| side.input.is_none()),
                ..problem
            };
            let common = std::rc::Rc::new(common);
            s.cells.iter().map(move |c| (c.d, common.clone()))
        });
        cells.collect()
    };
    if over == under {
        return !of(&over).is_empty();
    }
    !of(&over).is_disjoint(&of(&under))
}

fn real(node: &Node, key: &str) -> Result<Real> {
    Real::new(node.number(key)?).ok_or_else(|| node.error(format!("{key} is not finite"), "here"))
}

fn metrics(admitted: impl Fn(Metric) -> bool) -> Vec<(&'static str, Metric)> {
    Metric::iter().filter(|m| admitted(*m)).map(|m| (m.name(), m)).collect()
}
