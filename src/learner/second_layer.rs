//! The last stage of every learner: the second layer of a network whose first layer is there.

use super::network::{Layer, Network};
use super::options::{Options, ReadoutOptions, Simulation};
use super::reduced::Reduction;
use super::split::Split;
use super::{Task, readout};
use crate::error::Result;
use crate::sample::Stage;

/// Biases and second layer, on the samples of the readout stage.
#[derive(Clone, Debug)]
pub struct SecondLayer {
    options: ReadoutOptions,
    simulation: Simulation,
}

impl SecondLayer {
    /// As the options ask.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self { options: options.readout.clone(), simulation: options.simulation() }
    }

    /// Fits on `n` samples, in reduced form where that pays: it is exact as long as `layer` is
    /// independent of them, as it is of fresh samples.
    ///
    /// # Errors
    /// When the linear system has no finite solution.
    pub fn fit(&self, layer: Layer, task: &Task<'_>, split: &Split, n: u64) -> Result<Network> {
        let key = task.key.named("biases");
        let r = task.target.directions().r();
        if !self.simulation.reduces(layer.coordinates.len(), layer.width(), r) {
            let samples = split.samples(task, Stage::Readout, n);
            return readout::fit(layer, &self.options, &samples, key);
        }
        let reduction = Reduction::new(&layer, task.target)?;
        let task = Task { target: &reduction.target, ..*task };
        let samples = split.samples(&task, Stage::Readout, n);
        let fitted = readout::fit(reduction.layer, &self.options, &samples, key)?;
        Ok(Network { layer, reduced: true, ..fitted })
    }
}
