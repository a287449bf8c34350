//! The pruned network on a transformed label, which statistical queries allow and correlational
//! ones do not.

use strum::IntoEnumIterator;

use super::contract::{Coordinates, Granted, Keys, Learner, Recipe};
use super::options::{COMPARISON, NETWORK, Options, TransformChoice};
use super::stage::{Budget, Case, Cost, GradientComparison, Scoring, Screen, TrainKept, Trained};
use crate::error::{Error, Result};
use crate::model::input::Input;
use crate::model::transform::{MAX_ORDER, Transform};
use crate::sample::Stage;

/// `pruned` with T(y), centred, in place of y in the comparison and in the gradient step; the
/// readout fits y itself. Single-index links only.
///
/// The order k' of T(y) takes the place of k* in every `"auto"`: n ≍ d^{αk'}. It may lie below
/// k*, down to the generative exponent s* (Damian, Pillaud-Vivien, Lee and Bruna 2024), hence
/// below the bound min(α, ½) k* for correlational queries. For He3: y² has order 2, sign y has
/// order 1 = s*. k' is granted to the learner, computed from the link, as k* is to `pruned`.
///
/// `transform = "auto"` spends a first stage of its own on the choice: among the dictionary, the
/// T whose largest coordinate score, in null standard deviations, is largest.
#[derive(Clone, Debug)]
pub struct LabelTransform {
    options: Options,
    /// The transformations in question, each with its order k'.
    orders: Vec<(Transform, Option<u32>)>,
}

impl Recipe for LabelTransform {
    const KEYS: Keys = &[NETWORK, COMPARISON, &["transform"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let dictionary = match options.transform {
            TransformChoice::Auto => Transform::iter().collect(),
            TransformChoice::Fixed(transform) => vec![transform],
        };
        let orders = dictionary.into_iter().map(|t| (t, granted.order(t))).collect();
        Ok(Self { options: options.clone(), orders })
    }
}

impl LabelTransform {
    fn screen(&self, order: u32) -> Result<Screen<GradientComparison>> {
        let Options { prune, activation, .. } = &self.options;
        Ok(Screen::new(GradientComparison::new(prune, *activation, order)?, &self.options))
    }

    /// The transformation with the largest score on the next stage, and its order.
    fn choose(&self, budget: &mut Budget<'_>) -> Result<(Transform, u32)> {
        let portion = budget.take(Stage::Choose)?;
        let mut best = None;
        let mut top = f64::NEG_INFINITY;
        for &(transform, order) in &self.orders {
            let Some(order) = order else { continue };
            let labels = portion.transformed(transform.function());
            let scores = self.screen(order)?.scoring().scores(&labels, budget.d());
            let largest = scores.iter().copied().fold(0.0, f64::max);
            if largest > top {
                (best, top) = (Some((transform, order)), largest);
            }
        }
        best.ok_or_else(|| no_order("any transformation"))
    }
}

fn no_order(what: &str) -> Error {
    Error::usage(format!("{what} of the label has no Hermite order up to {MAX_ORDER}"))
        .hint("choose another transform; \"auto\" tries the label itself too")
}

impl Learner for LabelTransform {
    fn stages(&self) -> usize {
        if self.options.transform == TransformChoice::Auto { 4 } else { 3 }
    }

    fn check(&self, d: usize, r: usize) -> Result<()> {
        if r > 1 {
            return Err(Error::usage(format!("`label_transform` is single-index, but r = {r}"))
                .hint("the order of a transformed label is computed for one variable only"));
        }
        let orders = self.orders.iter().filter_map(|&(_, order)| order);
        // One that vanishes is an error of its own, of the trials.
        orders.filter_map(|order| self.screen(order).ok()).try_for_each(|s| s.scoring().check(d))
    }

    fn coordinates(&self, input: Input) -> Coordinates {
        let [(_, order)] = self.orders[..] else {
            return Coordinates::Ranked(Err(Error::usage(
                "transform = \"auto\" reads the largest of all scores to choose by",
            )));
        };
        // Without an order nothing is ranked, and each trial says so.
        let screen = order.map(|order| self.screen(order)).transpose();
        screen.map_or_else(
            |why| Coordinates::Ranked(Err(why)),
            |screen| screen.map_or(Coordinates::All, |s| Coordinates::Ranked(s.check(input))),
        )
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let order = self.orders.iter().filter_map(|&(_, order)| order).min();
        let order = order.unwrap_or(case.k_star);
        let slowest = case.comparison(order, 0.8);
        let cost = Cost { slowest, ..Cost::of_step(case, case.kept()) };
        match self.screen(order) {
            Ok(screen) => cost.with(screen.screening(case)),
            Err(_) => cost,
        }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (transform, order) = match self.orders[..] {
            [(transform, order)] => (transform, order.ok_or_else(|| no_order(transform.name()))?),
            _ => self.choose(budget)?,
        };
        let portion = budget.take(Stage::Prune)?;
        let key = budget.key("nulls");
        let chosen = self.screen(order)?.select(&portion, transform.function(), key)?;
        let later = TrainKept::new(&self.options, order).with_labels(transform.function());
        Ok(later.train(budget, chosen.kept)?.by(chosen.scores))
    }
}
