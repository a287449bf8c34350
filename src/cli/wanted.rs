//! Series as a command names them: `pruned alpha=0.5`.

use secateur::model::Link;
use secateur::model::problem::{Problem, Real, Series};
use secateur::{Error, Result};

/// Which series are asked for.
pub(crate) struct Wanted {
    learners: Vec<String>,
    problem: Problem,
}

impl Wanted {
    /// From `pruned alpha=0.5`: names of learners, and values of the problem.
    pub(crate) fn parse(words: &[String]) -> Result<Self> {
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

    pub(crate) fn holds(&self, series: &Series) -> bool {
        let Series { problem, learner } = series;
        (self.learners.is_empty() || self.learners.contains(learner))
            && self.problem.admits(problem)
    }
}
