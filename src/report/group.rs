//! Series sorted into panels, rows and looks.

use std::cmp::Ordering;

use super::format;
use super::style::Look;
use crate::analysis::estimate::{Analysis, SeriesKey};
use crate::model::input::Input;
use crate::model::target::USUAL_NOISE;
use crate::record::{known, known_count};

/// What a panel holds fixed besides α: the target, without the learner.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting {
    link: String,
    pub(super) k_star: u32,
    r: usize,
    q: f64,
    noise: f64,
    input: String,
}

impl Setting {
    pub(super) fn of(series: &SeriesKey) -> Self {
        Self {
            link: series.link.clone(),
            k_star: series.k_star,
            r: series.r,
            q: series.q,
            noise: series.noise,
            input: series.input.clone(),
        }
    }

    pub(super) fn order(&self, other: &Self) -> Ordering {
        (self.k_star, &self.link, self.r)
            .cmp(&(other.k_star, &other.link, other.r))
            .then(self.q.total_cmp(&other.q))
            .then(input_rank(&self.input).cmp(&input_rank(&other.input)))
            .then(self.noise.total_cmp(&other.noise))
    }

    /// For a figure: `t² + t⁴, k* = 2`.
    pub(super) fn label(&self) -> String {
        let mut head = format::link(&self.link);
        if head.is_empty() {
            head += "link not given";
        }
        if let Some(k_star) = known_count(self.k_star) {
            head += &format!(", k* = {k_star}");
        }
        self.with_rarities(head, [", r = ", ", q = ", ", √Δ = ", ", "])
    }

    /// For words: the link as written.
    pub(super) fn words(&self) -> String {
        let link = if self.link.is_empty() { "–" } else { &self.link };
        self.with_rarities(link.to_owned(), [" r=", " q=", " noise=", " "])
    }

    /// Adds r, q, noise and input where they are not the usual 1, 0, 0.1 and Gaussian.
    fn with_rarities(&self, mut text: String, [r, q, noise, input]: [&str; 4]) -> String {
        if self.r > 1 {
            text.extend([r, &self.r.to_string()]);
        }
        if let Some(known) = known(self.q).filter(|known| *known != 0.0) {
            text.extend([q, &format::short(known)]);
        }
        if let Some(known) = known(self.noise).filter(|known| *known != USUAL_NOISE) {
            text.extend([noise, &format::short(known)]);
        }
        if input_rank(&self.input).0 > 0 {
            text.extend([input, &self.input.replace('_', " ")]);
        }
        text
    }
}

/// Order of laws of the inputs: the Gaussian, or one that is not given, first.
fn input_rank(name: &str) -> (usize, &str) {
    (usize::from(!name.is_empty() && name != Input::Gaussian.name()), name)
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

/// The targets among the series, in order.
pub(super) fn settings<'a>(series: impl IntoIterator<Item = &'a SeriesKey>) -> Vec<Setting> {
    distinct(series.into_iter().map(Setting::of), Setting::order)
}

/// The sparsity exponents among the series, in order.
pub(super) fn alphas<'a>(series: impl IntoIterator<Item = &'a SeriesKey>) -> Vec<f64> {
    distinct(series.into_iter().map(|s| s.alpha), f64::total_cmp)
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

/// Series by target, learner and α: the order of tables and notes.
pub(super) fn order(s: &SeriesKey, t: &SeriesKey) -> Ordering {
    let setting = Setting::of(s).order(&Setting::of(t));
    setting.then(rank(&s.learner).cmp(&rank(&t.learner))).then(s.alpha.total_cmp(&t.alpha))
}

/// Order of learners.
pub(super) fn rank(name: &str) -> (usize, &str) {
    match name {
        "pruned" => (0, name),
        "unpruned" => (1, name),
        _ => (2, name),
    }
}
