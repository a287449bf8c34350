//! `explain`: why a verdict is what it is.

use secateur::analysis::estimate::Exponent;
use secateur::analysis::explain::{Explanation, explain as explanations};
use secateur::model::Link;
use secateur::model::problem::{Problem, Real, Series};
use secateur::{Error, Result, report};

use super::arguments::{ExplainArguments, Format};
use super::ending::Ending;
use super::folder::Found;
use super::print;
use super::voice::Voice;

/// `secateur explain`.
pub(crate) fn explain(arguments: &ExplainArguments, voice: Voice) -> Result<Ending> {
    let ExplainArguments { folder, series, format } = arguments;
    let wanted = Wanted::parse(series)?;
    let found = Found::locate(folder, voice)?;
    let analysis = found.analyse()?;
    let chosen = explanations(&analysis, |e| wanted.holds(e));
    if chosen.is_empty() {
        let all = analysis.exponents.iter().chain(&analysis.pooled);
        let names: Vec<String> = all.map(|e| e.series.to_string()).collect();
        return Err(Error::usage(format!(
            "no series of {} is {}",
            folder.results,
            series.join(" ")
        ))
        .hint(format!("there are: {}", names.join("; "))));
    }
    let command = found.settling();
    match format {
        Format::Json => print::json(&chosen),
        Format::Text => {
            let text = |one: &Explanation| report::explanation(one, command.as_deref());
            print::sections(&chosen.iter().map(text).collect::<Vec<_>>())
        }
    }?;
    Ok(Ending::Done)
}

/// Which series are asked for.
struct Wanted {
    learners: Vec<String>,
    problem: Problem,
}

impl Wanted {
    /// From `pruned alpha=0.5`: names of learners, and values of the problem.
    fn parse(words: &[String]) -> Result<Self> {
        let mut wanted = Self { learners: Vec::new(), problem: Problem::default() };
        let problem = &mut wanted.problem;
        for word in words.iter().flat_map(|w| w.split([',', ' '])).filter(|w| !w.is_empty()) {
            let Some((key, value)) = word.split_once('=') else {
                wanted.learners.push(word.to_owned());
                continue;
            };
            let refused = || {
                Error::usage(format!("`{word}` says nothing of a series"))
                    .hint("write, for example, pruned alpha=0.5; or link=, r=, q=, noise=, input=")
            };
            let number = || value.parse().ok().and_then(Real::new).ok_or_else(refused);
            match key {
                "alpha" | "α" => problem.alpha = Some(number()?),
                "q" => problem.q = Some(number()?),
                "noise" => problem.noise = Some(number()?),
                "r" => problem.r = Some(value.parse().map_err(|_| refused())?),
                "link" => problem.link = Some(Link::canonical(value)?),
                "input" => problem.input = Some(value.to_owned()),
                _ => return Err(refused()),
            }
        }
        Ok(wanted)
    }

    fn holds(&self, e: &Exponent) -> bool {
        let Series { problem, learner } = &e.series;
        (self.learners.is_empty() || self.learners.contains(learner))
            && self.problem.admits(problem)
    }
}
