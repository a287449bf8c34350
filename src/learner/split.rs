//! How n samples are shared out over the stages of a learner.

use super::Task;
use super::options::DataUse;
use crate::error::{Error, Result};
use crate::sample::{Samples, Stage};

/// Fewest samples that a stage can centre its labels on.
const SMALLEST: u64 = 2;

/// Hands out the samples of each stage.
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

    /// Number of stages.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.shares.len()
    }

    /// Stage sizes for `n` samples in total: shares rounded down, the rest to the last stage.
    ///
    /// # Errors
    /// When a stage would have fewer than two samples.
    pub fn sizes(&self, n: u64) -> Result<Vec<u64>> {
        if self.data == DataUse::Reuse {
            return Self::large_enough(n, vec![n; self.stages()]);
        }
        let total: f64 = self.shares.iter().sum();
        let mut sizes: Vec<u64> =
            self.shares.iter().map(|s| (n as f64 * s / total + 1e-9).floor() as u64).collect();
        let given: u64 = sizes.iter().rev().skip(1).sum();
        if let Some(last) = sizes.last_mut() {
            *last = n.saturating_sub(given);
        }
        Self::large_enough(n, sizes)
    }

    fn large_enough(n: u64, sizes: Vec<u64>) -> Result<Vec<u64>> {
        if sizes.iter().any(|&size| size < SMALLEST) {
            let stages = sizes.len();
            return Err(Error::usage(format!(
                "n = {n} samples are too few for {stages} stages: each needs {SMALLEST}"
            ))
            .hint("raise samples.n_min, or give the smallest stage a larger share of the split"));
        }
        Ok(sizes)
    }

    /// Whether `n` samples suffice for every stage, the feature stage (the last but one) with
    /// `steps` gradient steps.
    ///
    /// # Errors
    /// When they do not.
    pub fn check(&self, n: u64, steps: u32) -> Result<()> {
        let sizes = self.sizes(n)?;
        let feature = sizes.iter().rev().nth(1).copied().unwrap_or(n);
        if (0..steps).any(|step| self.step_size(feature, step, steps) < SMALLEST) {
            return Err(Error::usage(format!(
                "n = {n} samples are too few for {steps} gradient steps: each needs {SMALLEST}"
            ))
            .hint("lower feature.steps, or raise samples.n_min"));
        }
        Ok(())
    }

    /// Samples of gradient step number `step` of `steps`: an equal part of the stage's `n`, or
    /// all of them when data are reused.
    #[must_use]
    pub fn step_size(&self, n: u64, step: u32, steps: u32) -> u64 {
        if self.data == DataUse::Reuse {
            return n;
        }
        let (step, steps) = (u64::from(step), u64::from(steps));
        n * (step + 1) / steps - n * step / steps
    }

    /// The samples of `stage` when it is given `n` of them.
    #[must_use]
    pub fn samples<'a>(&self, task: &Task<'a>, stage: Stage, n: u64) -> Samples<'a> {
        let stage = if self.data == DataUse::Reuse { Stage::Shared } else { stage };
        task.design.samples(task.target, stage, n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn too_few_samples_are_refused() {
        let equal = Split::new(3, None, DataUse::Fresh).unwrap();
        let error = equal.sizes(5).unwrap_err();
        assert_eq!(error.to_string(), "n = 5 samples are too few for 3 stages: each needs 2");
        assert!(Split::new(3, Some(&[1.0, 1.0]), DataUse::Fresh).is_err());
        assert!(Split::new(2, Some(&[1.0, -1.0]), DataUse::Fresh).is_err());
    }
}
