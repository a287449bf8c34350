//! The n samples of a trial, and how stages get their shares of them.

use super::world::World;
use crate::error::{Error, Result};
use crate::learner::options::DataUse;
use crate::model::target::Target;
use crate::sample::{CentredLabels, Key, LabelMap, Samples, Stage};

/// Fewest samples that a stage can centre its labels on.
const SMALLEST: u64 = 2;

/// Shares of n that stages get.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    shares: Vec<f64>,
    data: DataUse,
}

impl Split {
    /// Equal shares over `stages`, or the given positive ones.
    ///
    /// # Errors
    /// When the number of shares is not that of the stages, or one is not positive.
    pub fn new(stages: usize, shares: Option<&[f64]>, data: DataUse) -> Result<Self> {
        let shares = shares.map_or_else(|| vec![1.0; stages], <[f64]>::to_vec);
        if shares.len() != stages {
            return Err(Error::usage(format!(
                "split has {} shares for {stages} stages",
                shares.len()
            ))
            .hint("docs/studies.md lists the stages of each learner; pruned has prune, feature, readout"));
        }
        if shares.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
            return Err(Error::usage("a share of split is not positive")
                .hint("give positive numbers; only their ratios matter"));
        }
        Ok(Self { shares, data })
    }

    /// Stage sizes for `n` samples in total: shares rounded down, the rest to the last stage.
    ///
    /// # Errors
    /// When a stage would have fewer than two samples.
    pub fn sizes(&self, n: u64) -> Result<Vec<u64>> {
        let stages = self.shares.len();
        let mut sizes = vec![n; stages];
        if self.data == DataUse::Fresh {
            let total: f64 = self.shares.iter().sum();
            for (size, share) in sizes.iter_mut().zip(&self.shares) {
                *size = (n as f64 * share / total + 1e-9).floor() as u64;
            }
            let given: u64 = sizes.iter().rev().skip(1).sum();
            if let Some(last) = sizes.last_mut() {
                *last = n.saturating_sub(given);
            }
        }
        if sizes.iter().any(|&size| size < SMALLEST) {
            return Err(Error::usage(format!(
                "n = {n} samples are too few for {stages} stages: each needs {SMALLEST}"
            ))
            .hint("raise samples.n_min, or give the smallest stage a larger share of the split"));
        }
        Ok(sizes)
    }

    /// The share of n that goes to stage number `stage`.
    #[must_use]
    pub fn share(&self, stage: usize) -> Option<f64> {
        let own = self.shares.get(stage)?;
        let total: f64 = self.shares.iter().sum();
        Some(if self.data == DataUse::Fresh { own / total } else { 1.0 })
    }

    /// Whether `n` samples suffice for every stage, the first with `rounds` rounds and the feature
    /// stage (the last but one) with `steps` gradient steps.
    ///
    /// # Errors
    /// When they do not.
    pub fn check(&self, n: u64, rounds: u32, steps: u32) -> Result<()> {
        let sizes = self.sizes(n)?;
        let first = sizes.first().copied().unwrap_or(n);
        let feature = sizes.iter().rev().nth(1).copied().unwrap_or(n);
        let parts = [
            (first, rounds, "rounds of the ranking", "rounds"),
            (feature, steps, "gradient steps", "feature.steps"),
        ];
        for (size, count, what, key) in parts {
            if (0..count).any(|at| part_size(self.data, size, at, count) < SMALLEST) {
                return Err(Error::usage(format!(
                    "n = {n} samples are too few for {count} {what}: each needs {SMALLEST}"
                ))
                .hint(format!("lower {key}, or raise samples.n_min")));
            }
        }
        Ok(())
    }
}

/// Samples of part number `at` of `count`, a round or a gradient step: an equal part of the stage's
/// `n`, or all of them when data are reused.
fn part_size(data: DataUse, n: u64, at: u32, count: u32) -> u64 {
    if data == DataUse::Reuse {
        return n;
    }
    let (at, count) = (u64::from(at), u64::from(count));
    n * (at + 1) / count - n * at / count
}

/// What a learner has in one trial: its samples, its randomness, and what it is told of the
/// target. It reads the target through labels only.
#[derive(Debug)]
pub struct Budget<'a> {
    pub(super) world: World<'a>,
    key: Key,
    data: DataUse,
    sizes: std::vec::IntoIter<u64>,
    taken: Vec<(Stage, u64)>,
}

impl<'a> Budget<'a> {
    /// `n` samples of `world`, split as `split` says; `key` is that of the learner's randomness.
    ///
    /// # Errors
    /// When n is too small for the stages.
    pub fn new(world: World<'a>, key: Key, split: &Split, n: u64) -> Result<Self> {
        Ok(Self {
            world,
            key,
            data: split.data,
            sizes: split.sizes(n)?.into_iter(),
            taken: Vec::new(),
        })
    }

    /// The samples of the next stage: its share of n, as samples of `stage`.
    ///
    /// # Errors
    /// When the learner takes more stages than it has.
    pub fn take(&mut self, stage: Stage) -> Result<Portion<'a>> {
        let portion = self.next(stage)?;
        self.taken.push((portion.stage, portion.n));
        Ok(portion)
    }

    /// The samples of the next stage, in one portion for each of `steps` steps.
    ///
    /// # Errors
    /// When the learner takes more stages than it has.
    pub fn take_steps(
        &mut self,
        steps: u32,
    ) -> Result<impl Iterator<Item = Portion<'a>> + use<'a>> {
        self.take_parts(steps, Stage::Feature)
    }

    /// The samples of the next stage, in one portion for each of `rounds` rounds of a ranking.
    ///
    /// # Errors
    /// When the learner takes more stages than it has.
    pub fn take_rounds(
        &mut self,
        rounds: u32,
    ) -> Result<impl Iterator<Item = Portion<'a>> + use<'a>> {
        // The first has the samples of a ranking without rounds.
        self.take_parts(rounds, |round| if round == 0 { Stage::Prune } else { Stage::Round(round) })
    }

    fn take_parts(
        &mut self,
        count: u32,
        stage: fn(u32) -> Stage,
    ) -> Result<impl Iterator<Item = Portion<'a>> + use<'a>> {
        let (data, all) = (self.data, self.next(stage(0))?);
        let portions = (0..count).map(move |at| {
            let stage = if data == DataUse::Reuse { all.stage } else { stage(at) };
            Portion { stage, n: part_size(data, all.n, at, count), ..all }
        });
        self.taken.extend(portions.clone().map(|portion| (portion.stage, portion.n)));
        Ok(portions)
    }

    fn next(&mut self, stage: Stage) -> Result<Portion<'a>> {
        let n = self.sizes.next().ok_or_else(|| Error::runtime("n is spent already"))?;
        Ok(self.portion(stage, n))
    }

    /// The samples that were taken so far: of which stage, and how many.
    #[must_use]
    pub fn taken(&self) -> &[(Stage, u64)] {
        &self.taken
    }

    /// `n` samples that the budget does not count.
    #[must_use]
    pub fn beside(&self, stage: Stage, n: u64) -> Portion<'a> {
        Portion { world: self.world, stage, n }
    }

    fn portion(&self, stage: Stage, n: u64) -> Portion<'a> {
        let stage = if self.data == DataUse::Reuse { Stage::Shared } else { stage };
        self.beside(stage, n)
    }

    /// Whether every stage has had its share.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.sizes.len() == 0
    }

    /// Key of the randomness called `name`.
    #[must_use]
    pub fn key(&self, name: &str) -> Key {
        self.key.named(name)
    }

    /// Granted to all: the dimension d.
    #[must_use]
    pub fn d(&self) -> usize {
        self.world.target.directions().d()
    }

    /// Granted to all: the number r of directions.
    #[must_use]
    pub fn r(&self) -> usize {
        self.world.target.directions().r()
    }

    /// Granted to those that keep a multiple of it: the sparsity s.
    #[must_use]
    pub fn s(&self) -> usize {
        self.world.target.directions().s()
    }

    /// Granted to learners in other programs: the standard deviation √Δ of the label noise.
    #[must_use]
    pub fn noise(&self) -> f64 {
        self.world.target.noise()
    }

    /// Granted to `oracle` alone: the relevant coordinates.
    #[must_use]
    pub fn relevant(&self) -> Vec<u32> {
        self.world.target.directions().relevant()
    }

    /// Every coordinate.
    #[must_use]
    pub fn all(&self) -> Vec<u32> {
        (0..self.d() as u32).collect()
    }
}

/// Samples of one stage, not simulated yet.
#[derive(Clone, Copy, Debug)]
pub struct Portion<'a> {
    pub(super) world: World<'a>,
    pub(super) stage: Stage,
    n: u64,
}

impl<'a> Portion<'a> {
    /// How many.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The first `n` of them, at most all.
    pub(super) fn first(self, n: u64) -> Self {
        Self { n: n.min(self.n), ..self }
    }

    /// The samples, simulated in full.
    #[must_use]
    pub fn samples(&self) -> Samples<'a> {
        self.world.samples(self.stage, self.n)
    }

    /// Their labels, centred.
    #[must_use]
    pub fn labels(&self) -> CentredLabels<'a> {
        CentredLabels::new(self.samples())
    }

    /// T(y) of their labels, centred.
    #[must_use]
    pub fn transformed(&self, map: impl Into<LabelMap>) -> CentredLabels<'a> {
        CentredLabels::transformed(self.samples(), map)
    }

    /// As many samples of the same stage in another world.
    pub(super) fn within<'b>(&self, target: &'b Target) -> Portion<'b>
    where
        'a: 'b,
    {
        Portion { world: World { target, ..self.world }, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Link;
    use crate::model::direction::Directions;
    use crate::sample::Design;

    #[test]
    fn sizes_add_up_and_the_rest_goes_last() {
        let equal = Split::new(3, None, DataUse::Fresh).unwrap();
        assert_eq!(equal.sizes(64).unwrap(), [21, 21, 22]);
        assert_eq!(equal.sizes(66).unwrap(), [22, 22, 22]);
        let uneven = Split::new(2, Some(&[3.0, 1.0]), DataUse::Fresh).unwrap();
        assert_eq!(uneven.sizes(100).unwrap(), [75, 25]);
        let reuse = Split::new(3, None, DataUse::Reuse).unwrap();
        assert_eq!(reuse.sizes(64).unwrap(), [64, 64, 64]);
    }

    #[test]
    fn every_share_is_handed_out_once() {
        let directions = Directions::from_rows(4, 1, vec![2], vec![1.0]).unwrap();
        let target = Target::new(Link::parse("He2", None).unwrap(), directions, 0.1);
        let world = World::new(&target, Design::new(Key::root(1)));
        let budget = |data| {
            let split = Split::new(3, Some(&[1.0, 2.0, 1.0]), data).unwrap();
            Budget::new(world, Key::root(2), &split, 41).unwrap()
        };
        let mut fresh = budget(DataUse::Fresh);
        assert_eq!((fresh.d(), fresh.r(), fresh.s(), fresh.relevant()), (4, 1, 1, vec![2]));
        let first = fresh.take(Stage::Prune).unwrap();
        assert_eq!((first.stage, first.n()), (Stage::Prune, 10));
        let steps: Vec<_> =
            fresh.take_steps(3).unwrap().map(|portion| (portion.stage, portion.n())).collect();
        let third = Stage::Feature;
        assert_eq!(steps, [(third(0), 6), (third(1), 7), (third(2), 7)]);
        assert!(!fresh.is_spent());
        assert_eq!(fresh.take(Stage::Readout).unwrap().n(), 11);
        assert!(fresh.is_spent() && fresh.take(Stage::Readout).is_err());
        let mut reused = budget(DataUse::Reuse);
        for portion in reused.take_steps(2).unwrap().chain(reused.take(Stage::Readout)) {
            assert_eq!((portion.stage, portion.n()), (Stage::Shared, 41));
        }
    }

    #[test]
    fn too_few_samples_are_refused() {
        let equal = Split::new(3, None, DataUse::Fresh).unwrap();
        let error = equal.sizes(5).unwrap_err();
        assert_eq!(error.to_string(), "n = 5 samples are too few for 3 stages: each needs 2");
        assert!(Split::new(3, Some(&[1.0, 1.0]), DataUse::Fresh).is_err());
        assert!(Split::new(2, Some(&[1.0, -1.0]), DataUse::Fresh).is_err());
    }
}
