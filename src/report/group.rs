//! Series sorted into panels, rows and looks.

use std::cmp::Ordering;

use super::format;
use crate::analysis::estimate::{Analysis, Censoring, Exponent, Threshold};
use crate::model::input::Input;
use crate::model::problem::{Problem, Real, Series};
use crate::model::target::USUAL_NOISE;
use crate::report::draw::font;
use crate::report::draw::look::Look;
use crate::report::draw::style;

/// A line beside a panel is shrunk to fit, of such a length in points to two thirds.
const LONGEST_LINE: f64 = 130.0;

/// What a panel holds fixed besides α: the problem without it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting(Problem);

impl Setting {
    pub(super) fn of(series: &Series) -> Self {
        Self(series.problem.at_alpha(None))
    }

    pub(super) fn k_star(&self) -> Option<u32> {
        self.0.k_star
    }

    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |p: &'_ Problem| (p.k_star, p.link.clone(), p.r, p.q, input_rank(p), p.noise);
        key(&self.0).cmp(&key(&other.0))
    }

    /// For a figure: `t² + t⁴, k* = 2`.
    pub(super) fn label(&self) -> String {
        let mut head =
            self.0.link.as_deref().map_or_else(|| "link not given".to_owned(), format::link);
        if let Some(k_star) = self.0.k_star {
            head += &format!(", k* = {k_star}");
        }
        self.with_rarities(head, [", r = ", ", q = ", ", √Δ = ", ", "])
    }

    /// The label beside a panel: in two lines where one would be set too small to be read.
    pub(super) fn lines(&self) -> Vec<String> {
        let label = self.label();
        let long = font::width(&label, style::LABEL, false) > LONGEST_LINE;
        match label.split_once(", ").filter(|_| long) {
            Some((link, rest)) => vec![link.to_owned(), rest.to_owned()],
            None => vec![label],
        }
    }

    /// For words: the link as written.
    pub(super) fn words(&self) -> String {
        let link = self.0.link.as_deref().unwrap_or("–");
        self.with_rarities(link.to_owned(), [" r=", " q=", " noise=", " "])
    }

    /// Adds r, q, noise and input where they are not the usual 1, 0, 0.1 and Gaussian.
    fn with_rarities(&self, mut text: String, [r, q, noise, input]: [&str; 4]) -> String {
        let problem = &self.0;
        if let Some(known) = problem.r.filter(|known| *known > 1) {
            text.extend([r, &known.to_string()]);
        }
        if let Some(known) = problem.q.map(Real::get).filter(|known| *known != 0.0) {
            text.extend([q, &format::short(known)]);
        }
        if let Some(known) = problem.noise.map(Real::get).filter(|known| *known != USUAL_NOISE) {
            text.extend([noise, &format::short(known)]);
        }
        if let (true, name) = input_rank(problem) {
            text.extend([input, &name.replace('_', " ")]);
        }
        text
    }
}

/// Order of laws of the inputs: the Gaussian, or one that is not given, first.
fn input_rank(problem: &Problem) -> (bool, String) {
    let name = problem.input.clone().unwrap_or_default();
    (!name.is_empty() && name != Input::Gaussian.name(), name)
}

/// Distinct values in order.
pub(super) fn distinct<T>(
    values: impl IntoIterator<Item = T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_by(&order);
    values.dedup_by(|a, b| order(a, b) == Ordering::Equal);
    values
}

/// Columns of a row, so that as few rows as can be, of `most` columns, are as even as can be.
pub(super) fn columns(count: usize, most: usize) -> usize {
    count.div_ceil(count.div_ceil(most).max(1)).max(1)
}

/// The targets among the series, in order.
pub(super) fn settings<'a>(series: impl IntoIterator<Item = &'a Series>) -> Vec<Setting> {
    distinct(series.into_iter().map(Setting::of), Setting::order)
}

/// The sparsity exponents among the series, in order.
pub(super) fn alphas<'a>(series: impl IntoIterator<Item = &'a Series>) -> Vec<Option<Real>> {
    distinct(series.into_iter().map(|s| s.problem.alpha), Ord::cmp)
}

/// The learners of a study, in the order of legends: pruned, unpruned, the others by name.
#[derive(Clone, Debug)]
pub(super) struct Learners(Vec<String>);

impl Learners {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let curves = analysis.curves.iter().map(|c| &c.series);
        let thresholds = analysis.thresholds.iter().map(|t| &t.series);
        let exponents = analysis.exponents.iter().map(|e| &e.series);
        let names = curves.chain(thresholds).chain(exponents).map(|s| s.learner.clone());
        Self(distinct(names, |a, b| rank(a).cmp(&rank(b))))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Position in the legend.
    pub(super) fn index(&self, name: &str) -> usize {
        self.names().position(|n| n == name).unwrap_or(self.0.len())
    }

    /// The same in every figure; pruned and unpruned the same in every study.
    pub(super) fn look(&self, name: &str) -> Look {
        let two = self.names().filter(|n| rank(n).0 < 2).count();
        Look::number(match rank(name).0 {
            fixed @ 0..=1 => fixed,
            _ => 2 + self.index(name) - two.min(self.index(name)),
        })
    }
}

/// A series in words: `pruned, He2, α = 0.5`.
pub(super) fn name(series: &Series) -> String {
    let alpha = series.problem.alpha.map_or_else(|| "all α".to_owned(), |a| format::alpha(Some(a)));
    format!("{}, {}, {alpha}", format::learner(&series.learner), Setting::of(series).words())
}

/// n* in words: `pruned, He2, α = 0.5, d = 1024: n* 38900, 95 % 36100 to 42000, 24 trials`.
pub(super) fn n_star(t: &Threshold) -> String {
    let [n, low, high] = [t.n_star, t.ci_low, t.ci_high].map(format::samples);
    let value = match t.censored {
        Censoring::None => format!("{n}, 95 % {low} to {high}"),
        Censoring::Above => format!("above {n}"),
        Censoring::Below => format!("below {n}"),
    };
    let law = t.law.map(|law| format!("; law {}", format::samples(law))).unwrap_or_default();
    format!("{}, d = {}: n* {value}, {} trials{law}", name(&t.series), t.d, t.trials)
}

/// β in words: `pruned, He2, α = 0.5: β 1.012 [0.954, 1.070], theory 1, matches`.
pub(super) fn beta(e: &Exponent) -> String {
    let beta =
        e.exponent.map_or_else(|| "no β".to_owned(), |b| format!("β {}", format::interval(b)));
    let theory = e.predicted.map(|p| format!(", theory {}", format::short(p.exponent)));
    let verdict = e.verdict.map(|v| format!(", {}", v.word())).unwrap_or_default();
    format!("{}: {beta}{}{verdict}", name(&e.series), theory.unwrap_or_default())
}

/// Series by target, learner and α: the order of tables and notes.
pub(super) fn order(s: &Series, t: &Series) -> Ordering {
    let setting = Setting::of(s).order(&Setting::of(t));
    setting
        .then(rank(&s.learner).cmp(&rank(&t.learner)))
        .then(s.problem.alpha.cmp(&t.problem.alpha))
}

/// The exponents by link, learner and α.
pub(crate) fn sorted(exponents: &[Exponent]) -> Vec<&Exponent> {
    let mut series: Vec<&Exponent> = exponents.iter().collect();
    series.sort_by(|a, b| order(&a.series, &b.series));
    series
}

/// Order of learners.
pub(super) fn rank(name: &str) -> (usize, &str) {
    match name {
        "pruned" => (0, name),
        "unpruned" => (1, name),
        _ => (2, name),
    }
}
