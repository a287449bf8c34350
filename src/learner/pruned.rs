//! The pruned network: the paper's `PruneNetwork`.

use super::feature::{FeatureStep, GradientSums, gradient_sums};
use super::network::{Layer, Network};
use super::options::{Keep, Options, ReadoutOptions, Simulation};
use super::prune::{GradientComparison, survivors};
use super::reduced::Reduction;
use super::split::Split;
use super::{Learner, Task, readout};
use crate::error::Result;
use crate::model::activation::Activation;
use crate::sample::{CentredLabels, Stage};

/// Gradient comparison, pruning, re-initialisation, gradient step, readout.
#[derive(Clone, Debug)]
pub struct Pruned {
    comparison: GradientComparison,
    keep: Keep,
    later: TrainKept,
    split: Split,
}

impl Pruned {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        Ok(Self {
            comparison: GradientComparison::new(&options.prune, options.activation, k_star)?,
            keep: options.prune.keep,
            later: TrainKept::new(options, k_star),
            split: Split::new(3, options.split.as_deref(), options.data)?,
        })
    }
}

impl Learner for Pruned {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let labels = CentredLabels::new(self.split.samples(task, Stage::Prune, sizes[0]));
        let directions = task.target.directions();
        let scores = self.comparison.scores(&labels, directions.d());
        let channels = self.comparison.channels().len();
        let kept = survivors(&scores, self.keep, directions.s(), channels);
        self.later.train(task, kept, &self.split, [sizes[1], sizes[2]])
    }
}

/// Parts 4 to 6, which every network learner shares: re-initialise on the kept coordinates,
/// step, fit the second layer.
#[derive(Clone, Debug)]
pub struct TrainKept {
    width: usize,
    activation: Activation,
    feature: FeatureStep,
    readout: ReadoutOptions,
    simulation: Simulation,
}

impl TrainKept {
    /// Resolves `auto` for links of information exponent `k_star`.
    #[must_use]
    pub fn new(options: &Options, k_star: u32) -> Self {
        Self {
            width: options.width,
            activation: options.activation,
            feature: FeatureStep::new(&options.feature, options.activation, k_star),
            readout: options.readout.clone(),
            simulation: options.simulation(),
        }
    }

    /// Trains on the coordinates `kept` with [feature, readout] samples.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn train(
        &self,
        task: &Task<'_>,
        kept: Vec<u32>,
        split: &Split,
        [feature, readout]: [u64; 2],
    ) -> Result<Network> {
        let key = task.key.named("weights");
        let mut layer = Layer::on_sphere(kept, self.width, self.activation, key);
        let r = task.target.directions().r();
        let reduce = self.simulation.reduces(layer.coordinates.len(), self.width, r);
        for step in 0..self.feature.steps() {
            let n = split.step_size(feature, step, self.feature.steps());
            let stage = (Stage::Feature(step), n);
            let gradient = if reduce {
                let reduction = Reduction::new(&layer, task.target)?;
                let task = Task { target: &reduction.target, ..*task };
                let sums = self.gradient(&reduction.layer, &task, split, stage, true);
                reduction.lift(&sums, task.key.named("complement").child(u64::from(step)))?
            } else {
                self.gradient(&layer, task, split, stage, false).gradient
            };
            let key = task.key.named("signs").child(u64::from(step));
            self.feature.apply(&mut layer, &gradient, key)?;
        }
        self.read_out(layer, task, split, readout, reduce)
    }

    fn gradient(
        &self,
        layer: &Layer,
        task: &Task<'_>,
        split: &Split,
        (stage, n): (Stage, u64),
        second_moment: bool,
    ) -> GradientSums {
        let labels = CentredLabels::new(split.samples(task, stage, n));
        gradient_sums(layer, self.feature.shift() as f32, &labels, second_moment)
    }

    fn read_out(
        &self,
        layer: Layer,
        task: &Task<'_>,
        split: &Split,
        n: u64,
        reduce: bool,
    ) -> Result<Network> {
        let key = task.key.named("biases");
        if !reduce {
            let samples = split.samples(task, Stage::Readout, n);
            return readout::fit(layer, &self.readout, &samples, key);
        }
        let reduction = Reduction::new(&layer, task.target)?;
        let task = Task { target: &reduction.target, ..*task };
        let samples = split.samples(&task, Stage::Readout, n);
        let fitted = readout::fit(reduction.layer, &self.readout, &samples, key)?;
        Ok(Network { layer, reduced: true, ..fitted })
    }
}
