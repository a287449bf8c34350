//! The pruned network that is told nothing of the target.

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{Keep, NETWORK, Options, Shift};
use super::stage::{Budget, Case, Cost, GradientComparison, Screen, TrainKept, Trained, Work};
use crate::error::{Error, Result};
use crate::model::normal::distribution;
use crate::model::statistic::{Channel, ChannelChoice};
use crate::sample::Stage;

/// Orders that are looked for, each by its channel and its shift.
const ORDERS: std::ops::RangeInclusive<u32> = 1..=4;

/// False discovery rate of the coordinates that are kept.
pub const RATE: f64 = 0.25;

/// Samples of the first stage that have to lie beyond the shift of a channel, on average, for it to
/// be looked at. With fewer its scores are nearly discrete: they find nothing yet, and their law
/// takes seconds.
const REACHED: f64 = 40.0;

/// Samples beside which a null law costs nothing.
const MANY: f64 = 1e9;

/// `pruned` without s, k\* and the link: how many coordinates, which channel and which shifts are
/// read off the scores of the first stage.
///
/// ```text
/// for k = 1, 2, 3, 4     t_j^(k): the channel that sees order k, at its best shift
///                        p_j^(k) = P(null score > t_j^(k)), exact given the labels
///                        (k = 3 and 4 only if 40 of the samples, on average, have |x_j| beyond it)
/// M_k                    discoveries at false discovery rate ¼ (Benjamini and Hochberg 1995)
/// k̂                      the k of most evidence, by higher criticism (Donoho and Jin 2004)
/// ```
///
/// Then parts 4 to 6 with the shift c₂ of order k̂. Half of the neurons live on the M_k̂ discovered
/// coordinates, half on all d: where the target is dense no single coordinate can be discovered
/// from the samples that suffice for the unpruned network, and the second layer, which takes what
/// is of use, has both. So d is limited by memory, as for `unpruned`.
///
/// At the n* of `pruned` a share p of the s relevant coordinates is kept, p = (1 − τ)^{1/k\*}, and
/// s(1 − p) others with them: at τ = ½ a false discovery rate of 1 − p, 0.29 at k\* = 2 and 0.21
/// at k\* = 3. The threshold of the rate ¼ is the same one but for its logarithm, so n ≍ d^{αk\*}
/// ln d for α < 1 and d^{k\*} at α = 1 are expected, with nearly the constants of `pruned`.
#[derive(Clone, Debug)]
pub struct Adaptive {
    candidates: Vec<Candidate>,
}

/// A channel and what follows if it is chosen.
#[derive(Clone, Debug)]
struct Candidate {
    order: u32,
    screen: Screen<GradientComparison>,
    later: TrainKept,
}

impl Recipe for Adaptive {
    const KEYS: Keys = &[NETWORK, &["feature"]];

    fn new(options: &Options, _: &Granted<'_>) -> Result<Self> {
        let candidate = |order: u32| {
            let mut options = options.clone();
            options.prune.channel = ChannelChoice::Fixed(Channel::matching(order));
            options.prune.shift = Shift::Auto;
            options.prune.keep = Keep::Fdr(RATE);
            // An activation may have no channel that sees an order.
            let comparison = GradientComparison::new(&options.prune, options.activation, order);
            let (screen, later) =
                (Screen::new(comparison.ok()?, &options), TrainKept::new(&options, order));
            Some(Candidate { order, screen, later })
        };
        let candidates: Vec<_> = ORDERS.filter_map(candidate).collect();
        if candidates.is_empty() {
            return Err(Error::usage("no channel of this activation sees an order from 1 to 4")
                .hint("choose another activation"));
        }
        Ok(Self { candidates })
    }
}

impl Learner for Adaptive {
    fn stages(&self) -> usize {
        3
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let dense = Cost::of_step(case, case.d);
        let slowest = case.comparison(case.k_star, 0.8).min(dense.slowest);
        let mut cost = Cost { slowest, ..dense };
        let [first, others @ ..] = self.candidates.as_slice() else { return cost };
        for other in others {
            // Without the null law, which is priced once: most are left out where it is dear.
            let entries = other.screen.screening(case).entries(MANY) / MANY;
            cost.stages = cost.stages + Work::new(entries, 0.0);
        }
        cost.with(first.screen.screening(case))
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (portion, key) = (budget.take(Stage::Prune)?, budget.key("nulls"));
        let mut chosen = Vec::new();
        for candidate in &self.candidates {
            let shift = candidate.screen.scoring().shift().abs();
            if shift == 0.0 || 2.0 * distribution(-shift) * portion.n() as f64 >= REACHED {
                let key = key.child(u64::from(candidate.order));
                chosen.push((candidate, candidate.screen.select(&portion, |y| y, key)?));
            }
        }
        // The last of equals wins: the first order, where there is no evidence at all.
        let best =
            chosen.into_iter().rev().max_by(|(_, a), (_, b)| a.evidence.total_cmp(&b.evidence));
        let (candidate, selected) =
            best.ok_or_else(|| Error::runtime("there is no channel to choose"))?;
        let layer = candidate.later.initial(budget, budget.all());
        let trained = candidate.later.train_within(budget, layer, |layer| {
            for j in 0..layer.width().div_ceil(2) {
                layer.restrict(j, &selected.kept);
            }
        })?;
        Ok(trained.by(selected.scores))
    }
}
