//! Pruning at every step: the ranking in rounds, each among those that the one before it kept.

use super::budget::{Budget, Portion};
use super::compare::GradientComparison;
use super::keep::{kept_count, survivors};
use super::network::Trained;
use super::price::{Case, Cost, Screening};
use super::train_kept::TrainKept;
use crate::error::{Error, Result};
use crate::learner::options::{DataUse, Keep, Options, Score, Simulation};
use crate::model::law::round_counts;

/// Gradient comparison in T > 1 rounds, and the training that goes with them.
///
/// Round k = 1, …, T has an equal part of the ranking's samples to itself. It compares the
/// coordinates that round k − 1 kept, reads no other, and keeps the
///
/// ```text
/// M_k = round(d (M/d)^{k/T})
/// ```
///
/// best of them: sequential halving (Karnin, Koren and Somekh, ICML 2013), with d/M in T equal
/// factors in place of halves. Rounds and the S gradient steps alternate, a round before each step:
/// of T > S rounds the first T − S come before all that, of S > T steps the last S − T come after
/// the last round, on M coordinates. The first layer is drawn on the coordinates that there are when
/// it begins to be trained; a later round takes the others out of it ([`Layer::shrink`]).
///
/// A round scores by the gradient at ±e_j, as every ranking of `pruned`, and not by the weights.
///
/// [`Layer::shrink`]: super::network::Layer::shrink
#[derive(Clone, Debug)]
pub struct Rounds {
    comparison: GradientComparison,
    keep: Keep,
    count: u32,
}

impl Rounds {
    /// Those of `options`, whose comparison this is; none if there is one round only.
    ///
    /// # Errors
    /// When the rounds would read the same samples, have no number to fall to, compare coordinates
    /// with others, or be simulated in the limit.
    pub fn new(options: &Options, comparison: &GradientComparison) -> Result<Option<Self>> {
        let (keep, count) = (options.prune.keep, options.prune.rounds);
        if count == 1 {
            return Ok(None);
        }
        let refused = |why: &str, hint: &str| {
            Err(Error::usage(format!("rounds = {count} {why}")).hint(hint.to_owned()))
        };
        if options.data == DataUse::Reuse {
            return refused(
                "of the same samples are one: the best of the best are the best of all",
                "write data = \"fresh\", or leave rounds out",
            );
        }
        if matches!(keep, Keep::Auto | Keep::Fdr(_)) {
            return refused(
                "fall to a number of coordinates, which keep has to name",
                "write keep = { ratio = 1.0 } or keep = { count = 64 }",
            );
        }
        if options.prune.score == Score::Row {
            return refused(
                "compare coordinates one by one, and score = \"row\" each with all others",
                "write score = \"diagonal\", or leave rounds out",
            );
        }
        if options.simulation() == Simulation::Limit {
            return refused(
                "have no limit simulation",
                "leave rounds out, or use samples.simulation = \"auto\" or \"explicit\"",
            );
        }
        Ok(Some(Self { comparison: comparison.clone(), keep, count }))
    }

    /// Why every coordinate of the first round is visited, and every one that it keeps.
    #[must_use]
    pub fn explicit(&self) -> Error {
        Error::usage(format!(
            "rounds = {} choose among survivors, of which no law is computed",
            self.count
        ))
    }

    /// `cost`, that of one round, with these in its place: a round costs what it has left to
    /// compare, a step what it is taken on.
    #[must_use]
    pub fn cost(&self, cost: Cost, case: &Case<'_>, screening: Screening) -> Cost {
        let (rounds, steps) = (self.count, case.options.feature.steps);
        let counts = self.counts(case.d, case.kept());
        let before = std::iter::once(&case.d).chain(&counts).take(rounds as usize);
        let compared = before.map(|&m| m as f64).sum::<f64>() / f64::from(rounds);
        let lead = rounds.saturating_sub(steps) as usize;
        let at = |step: usize| counts[(lead + step).min(counts.len() - 1)] as f64;
        let moved = (0..rounds.min(steps) as usize).map(at).sum::<f64>()
            + case.kept() as f64 * f64::from(steps.saturating_sub(rounds));
        let moved = (moved / f64::from(steps)).round() as usize;
        let (stages, fixed) = (case.step(moved), case.steps_fixed(moved));
        let screening = Screening { d: compared, simulation: Simulation::Explicit, ..screening };
        Cost { stages, fixed, ..cost }.with(screening)
    }

    /// Trains from all of `budget`: rounds, gradient steps and, by `later`, the second layer.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn train(&self, budget: &mut Budget<'_>, later: &TrainKept) -> Result<Trained> {
        let counts = self.counts(budget.d(), kept_count(self.keep, budget.s(), budget.d()));
        let mut rounds = budget.take_rounds(self.count)?.zip(counts);
        let mut kept = budget.all();
        let lead = self.count.saturating_sub(later.steps()) as usize;
        for (portion, count) in rounds.by_ref().take(lead) {
            kept = self.best(&portion, &kept, count);
        }
        let layer = later.initial(budget, kept);
        // Once before the first step, once after each.
        later.train_within(budget, layer, |layer| {
            if let Some((portion, count)) = rounds.next() {
                let kept = self.best(&portion, &layer.coordinates, count);
                layer.shrink(kept);
            }
        })
    }

    /// M₁, …, M_T on the way from `d` to `m` coordinates.
    fn counts(&self, d: usize, m: usize) -> Vec<usize> {
        let counts = round_counts(d as f64, m as f64, self.count);
        counts.map(|count| (count.round() as usize).clamp(m, d)).collect()
    }

    /// The `count` of the `coordinates` with the largest scores on the samples of `portion`.
    fn best(&self, portion: &Portion<'_>, coordinates: &[u32], count: usize) -> Vec<u32> {
        let scores = self.comparison.scores_at(&portion.labels(), coordinates);
        let best = survivors(&scores, Keep::Count(count), count, f64::INFINITY);
        best.into_iter().map(|at| coordinates[at as usize]).collect()
    }
}
