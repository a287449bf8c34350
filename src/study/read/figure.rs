//! `[figure]`: from a table to a [`Question`] that some series can answer.

use serde_json::Value as Json;
use strum::IntoEnumIterator;

use super::document::Node;
use super::section::{Section, choice};
use crate::error::Result;
use crate::model::expectation::Expectation;
use crate::model::metric::Metric;
use crate::model::problem::{Problem, Real};
use crate::model::question::{Measure, Place, Question, Spot};
use crate::model::{Series as Named, link::Link};
use crate::study::cell::{Series, Setting};

/// What a series says of itself, beside the options of its learner.
const OWN: [&str; 9] = ["learner", "kind", "alpha", "q", "noise", "k_star", "r", "link", "input"];

/// The question of a study with these series, if it names one.
pub(super) fn read_figure(
    root: &Section<'_>,
    series: &[Series],
    expectations: &[Expectation],
) -> Result<Option<Question>> {
    let Some(node) = root.get("figure") else { return Ok(None) };
    let section = node.section("figure", &["title", "x", "y", "by", "learner", "base"])?;
    let (x, y) = (section.required("x")?, section.required("y")?);
    let measure = choice(y, "y", &measures())?;
    let base = section.get("base").map(Base::read).transpose()?;
    if (measure == Measure::Ratio) != base.is_some() {
        return Err(section.get("base").unwrap_or(y).error("a ratio has a base, and nothing else has", "here").hint(
            "write y = \"ratio\" with, for example, base = { learner = \"unpruned\" } or base = { noise = 0 }",
        ));
    }
    let over = base.as_ref().map(Base::words).unwrap_or_default();
    let only = texts(section.get("learner"), "learner")?;
    let by = texts(section.get("by"), "by")?;
    let key = x.text("x")?;
    let by = if by.is_empty() { vec!["learner".to_owned()] } else { by };
    let whole = matches!(key, "n" | "scale");
    let metric = Metric::iter().find(|metric| metric.name() == key);
    if (whole || metric.is_some()) && !matches!(measure, Measure::Metric(_)) {
        return Err(x
            .error(format!("against {key} stands a metric"), "here")
            .hint("write y = \"recall\", say"));
    }
    let mut spots = Vec::new();
    for series in series {
        let setting = &series.setting;
        if !only.is_empty() && !only.contains(&setting.learner) {
            continue;
        }
        let options = serde_json::to_value(&setting.options).unwrap_or_default();
        let cells: Vec<Option<usize>> = if whole || key == "d" || by.iter().any(|b| b == "d") {
            series.cells.iter().map(|cell| Some(cell.d)).collect()
        } else {
            vec![None]
        };
        for d in cells {
            let value = |key: &str| value(setting, &options, d, key);
            let Some(x) = metric.map(Place::Of).or_else(|| value(key)) else { continue };
            let line: Vec<String> = by
                .iter()
                .filter(|b| *b != key)
                .filter_map(|b| Some(words(b, &value(b)?)))
                .collect();
            let own = setting.series.as_ref();
            let base = base.as_ref().map(|base| base.of(own));
            let mut spot = Spot {
                series: own.clone(),
                d,
                line: line.join(", "),
                x,
                base,
                expected: Vec::new(),
            };
            spot.expected = spot.expects(measure, expectations);
            spots.push(spot);
        }
    }
    spots.retain(|spot| spot.base.as_ref() != Some(&spot.series));
    let there = |named: &Named| series.iter().any(|s| *s.setting.series == *named);
    spots.retain(|spot| spot.base.as_ref().is_none_or(there));
    if spots.is_empty() {
        return Err(node.error(format!("no series has a place on `{key}`"), "here").hint(format!(
            "x is d, n, scale, a metric, one of {}, or an option with a number or a name, as in width or \
             feature.steps; learner chooses series, and a base has to be one of them",
            OWN.join(", ")
        )));
    }
    let title = section.get("title").map_or(Ok(""), |n| n.text("title"))?.to_owned();
    let (by, lines) = (by.clone(), Question::lines(&spots));
    Ok(Some(Question { by, title, x: key.to_owned(), y: measure, base: over, spots, lines }))
}

fn measures() -> Vec<(&'static str, Measure)> {
    let own = [
        ("n_star", Measure::NStar),
        ("exponent", Measure::Exponent),
        ("law", Measure::Law),
        ("ratio", Measure::Ratio),
    ];
    own.into_iter().chain(Metric::iter().map(|m| (m.name(), Measure::Metric(m)))).collect()
}

fn texts(node: Option<&Node>, key: &str) -> Result<Vec<String>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    node.items(key)?.iter().map(|item| item.text(key).map(str::to_owned)).collect()
}

/// What `key` is in a series, or in its cell of dimension `d`.
fn value(setting: &Setting, options: &Json, d: Option<usize>, key: &str) -> Option<Place> {
    let problem = &setting.series.problem;
    let real = |x: Option<Real>| x.map(|x| Place::Number(x.get()));
    match key {
        "n" => Some(Place::Samples),
        "scale" => Some(Place::Scaled),
        "d" => d.map(|d| Place::Number(d as f64)),
        "learner" => Some(Place::Name(setting.learner.clone())),
        "kind" => {
            let kind = setting.kind.map_or(setting.learner.as_str(), |kind| kind.name());
            Some(Place::Name(kind.to_owned()))
        }
        "alpha" => real(problem.alpha),
        "q" => real(problem.q),
        "noise" => real(problem.noise),
        "k_star" => problem.k_star.map(|k| Place::Number(f64::from(k))),
        "r" => problem.r.map(|r| Place::Number(r as f64)),
        "link" => problem.link.clone().map(Place::Name),
        "input" => problem.input.clone().map(Place::Name),
        _ => match options.pointer(&format!("/{}", key.replace('.', "/")))? {
            Json::Number(x) => x.as_f64().map(Place::Number),
            Json::String(name) => Some(Place::Name(name.clone())),
            _ => None,
        },
    }
}

/// The name of a line.
fn words(key: &str, value: &Place) -> String {
    match value {
        Place::Name(name) => name.clone(),
        Place::Number(x) => {
            let symbol = match key {
                "alpha" => "α",
                "noise" => "√Δ",
                "k_star" => "k*",
                other => other,
            };
            format!("{symbol} = {}", (x * 1000.0).round() / 1000.0)
        }
        Place::Samples | Place::Scaled | Place::Of(_) => String::new(),
    }
}

/// What a base differs in.
struct Base {
    learner: Option<String>,
    problem: Problem,
}

impl Base {
    fn read(node: &Node) -> Result<Self> {
        let section = node.section("base", &["learner", "alpha", "q", "noise", "input", "link"])?;
        let number = |key: &str| -> Result<Option<Real>> {
            Ok(section.get(key).map(|n| n.number(key)).transpose()?.and_then(Real::new))
        };
        let link = |node: &Node| Link::canonical(node.text("link")?).map_err(|e| node.blame(&e));
        let input = |node: &Node| node.input().map(|law| law.name().into_owned());
        Ok(Self {
            learner: section
                .get("learner")
                .map(|n| n.text("learner").map(str::to_owned))
                .transpose()?,
            problem: Problem {
                link: section.get("link").map(link).transpose()?,
                alpha: number("alpha")?,
                q: number("q")?,
                noise: number("noise")?,
                input: section.get("input").map(input).transpose()?,
                ..Problem::default()
            },
        })
    }

    fn words(&self) -> String {
        let Problem { link, alpha, q, noise, input, .. } = &self.problem;
        let real = |key: &str, x: Option<Real>| x.map(|x| words(key, &Place::Number(x.get())));
        let named = [self.learner.clone(), link.clone(), input.clone()];
        let numbers = [real("alpha", *alpha), real("q", *q), real("noise", *noise)];
        named.into_iter().chain(numbers).flatten().collect::<Vec<_>>().join(", ")
    }

    /// The series that is `own` but for what the base says.
    fn of(&self, own: &Named) -> Named {
        let (base, problem) = (&self.problem, &own.problem);
        Named {
            learner: self.learner.clone().unwrap_or_else(|| own.learner.clone()),
            problem: Problem {
                link: base.link.clone().or_else(|| problem.link.clone()),
                alpha: base.alpha.or(problem.alpha),
                q: base.q.or(problem.q),
                noise: base.noise.or(problem.noise),
                input: base.input.clone().or_else(|| problem.input.clone()),
                ..problem.clone()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::expectation::Predicted;
    use crate::study::read::catalogue::Catalogue;
    use crate::study::{Profile, Study};

    #[test]
    fn every_study_of_the_program_asks_something_in_every_profile() {
        for (name, source) in Catalogue::default().studies().unwrap() {
            for profile in [Profile::Quick, Profile::Standard, Profile::Full] {
                let study = Study::read(&source, profile, &[]).unwrap();
                let question = study.question.unwrap_or_else(|| panic!("{name}"));
                assert!(question.spots.len() > 1, "{name}, {}", profile.name());
            }
        }
    }

    #[test]
    fn what_is_expected_stands_where_it_is_judged() {
        let study = |name: &str| {
            let source = Catalogue::default().find(name).unwrap();
            Study::read(&source, Profile::Standard, &[]).unwrap().question.unwrap()
        };
        let noise = study("noise");
        assert_eq!((noise.base.as_str(), noise.spots.len()), ("√Δ = 0", 6));
        for spot in &noise.spots {
            let Place::Number(x) = spot.x else { panic!("{spot:?}") };
            // Of the pruned network the law is asked, which is no number of the study file.
            let stated = [(Predicted::Value(1.0 + x * x), 1.25)];
            let pruned = spot.series.learner == "pruned";
            assert_eq!(spot.expected, if pruned { &[][..] } else { &stated });
            assert_eq!(spot.base.as_ref().unwrap().learner, spot.series.learner);
        }
        let steps = study("multi_step");
        let fresh = |x: f64| {
            let here = |s: &&Spot| s.x == Place::Number(x) && s.line == "fresh";
            steps.spots.iter().find(here).unwrap().expected[0].0.number()
        };
        assert_eq!([1.0, 2.0, 4.0, 8.0].map(fresh), [2.0, 1.5, 1.25, 1.125]);
        // An expectation on the base over the spot is turned round.
        let sides = study("sparse_vs_dense");
        assert!(sides.spots.iter().all(|spot| spot.d.is_some() && spot.base.is_none()));
    }

    #[test]
    fn a_figure_that_nothing_can_answer_is_refused_with_its_place() {
        let text = "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [64]\n[figure]\n";
        for (figure, message) in [
            ("x = \"feature.stops\"\ny = \"exponent\"", "no series has a place on `feature.stops`"),
            ("x = \"d\"\ny = \"ratio\"", "a ratio has a base, and nothing else has"),
            (
                "x = \"d\"\ny = \"risk\"\nbase = { noise = 1 }",
                "a ratio has a base, and nothing else has",
            ),
            ("x = \"n\"\ny = \"n_star\"", "against n stands a metric"),
            (
                "x = \"d\"\ny = \"ratio\"\nbase = { learner = \"oracle\" }",
                "no series has a place on `d`",
            ),
        ] {
            let text = format!("{text}{figure}\n");
            let error = Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap_err();
            assert!(error.message().contains(message), "{error}");
            assert!(error.hint_text().is_some());
        }
    }
}
