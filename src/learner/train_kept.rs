//! Parts 4 to 6 of `PruneNetwork` on any list of coordinates: re-initialise, step, fit the
//! second layer. What network learners differ in is how they come to their list.

use super::Task;
use super::feature::{FeatureStep, GradientSums, gradient_sums};
use super::network::{Layer, Network};
use super::options::{Options, Simulation};
use super::reduced::Reduction;
use super::second_layer::SecondLayer;
use super::split::Split;
use super::width::Width;
use crate::error::Result;
use crate::model::activation::Activation;
use crate::sample::{CentredLabels, Key, Stage};

/// Re-initialisation on the kept coordinates, gradient step, second layer.
#[derive(Clone, Debug)]
pub struct TrainKept {
    width: Width,
    activation: Activation,
    feature: FeatureStep,
    simulation: Simulation,
    second: SecondLayer,
    transform: fn(f64) -> f64,
}

impl TrainKept {
    /// Resolves `auto` for links of information exponent `k_star`.
    #[must_use]
    pub fn new(options: &Options, k_star: u32) -> Self {
        Self {
            width: options.width,
            activation: options.activation,
            feature: FeatureStep::new(&options.feature, options.activation, k_star),
            simulation: options.simulation(),
            second: SecondLayer::new(options),
            transform: |y| y,
        }
    }

    /// With T(y) in place of y in the gradient step; the second layer fits y itself.
    #[must_use]
    pub fn with_labels(self, transform: fn(f64) -> f64) -> Self {
        Self { transform, ..self }
    }

    /// A random first layer on the coordinates `kept`: part 4.
    #[must_use]
    pub fn initial(&self, task: &Task<'_>, kept: Vec<u32>) -> Layer {
        let width = self.width.at(task.target.directions().d());
        Layer::on_sphere(kept, width, self.activation, task.key.named("weights"))
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
        sizes: [u64; 2],
    ) -> Result<Network> {
        self.train_layer(task, self.initial(task, kept), split, sizes)
    }

    /// [`TrainKept::train`] from the first layer `layer`.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn train_layer(
        &self,
        task: &Task<'_>,
        mut layer: Layer,
        split: &Split,
        [feature, readout]: [u64; 2],
    ) -> Result<Network> {
        for step in 0..self.feature.steps() {
            let n = split.step_size(feature, step, self.feature.steps());
            let keys = ["complement", "signs"];
            let keys = keys.map(|name| task.key.named(name).child(u64::from(step)));
            self.step(task, &mut layer, split, (Stage::Feature(step), n), keys)?;
        }
        self.second.fit(layer, task, split, readout)
    }

    /// One gradient step on `n` samples of `stage`: part 5. `keys` are those of the complement
    /// of a reduced gradient and of the signs.
    ///
    /// # Errors
    /// When the gradient is zero or not finite.
    pub fn step(
        &self,
        task: &Task<'_>,
        layer: &mut Layer,
        split: &Split,
        stage: (Stage, u64),
        [complement, signs]: [Key; 2],
    ) -> Result<()> {
        let r = task.target.directions().r();
        let gradient = if self.simulation.reduces(layer.coordinates.len(), layer.width(), r) {
            let reduction = Reduction::new(layer, task.target)?;
            let task = Task { target: &reduction.target, ..*task };
            let sums = self.gradient(&reduction.layer, &task, split, stage, true);
            reduction.lift(&sums, complement)?
        } else {
            self.gradient(layer, task, split, stage, false).gradient
        };
        self.feature.apply(layer, &gradient, signs)
    }

    fn gradient(
        &self,
        layer: &Layer,
        task: &Task<'_>,
        split: &Split,
        (stage, n): (Stage, u64),
        second_moment: bool,
    ) -> GradientSums {
        let samples = split.samples(task, stage, n);
        let labels = CentredLabels::transformed(samples, self.transform);
        gradient_sums(layer, self.feature.shift() as f32, &labels, second_moment)
    }
}

/// [`TrainKept`] in two stages, feature and readout, for learners whose list of coordinates
/// costs no samples.
#[derive(Clone, Debug)]
pub struct TwoStages {
    train: TrainKept,
    split: Split,
}

impl TwoStages {
    /// Resolves `auto` for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the options do not fit together.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        Ok(Self {
            train: TrainKept::new(options, k_star),
            split: Split::new(2, options.split.as_deref(), options.data)?,
        })
    }

    /// Their number.
    #[must_use]
    pub fn count(&self) -> usize {
        self.split.stages()
    }

    /// Trains on the coordinates `kept` with all samples of `task`.
    ///
    /// # Errors
    /// When n is too small for the stages, or one has no finite result.
    pub fn train(&self, task: &Task<'_>, kept: Vec<u32>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        self.train.train(task, kept, &self.split, [sizes[0], sizes[1]])
    }
}
