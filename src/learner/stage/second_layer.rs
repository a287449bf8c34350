//! The last stage of every learner: the second layer of a network whose first layer is there.

use super::budget::Budget;
use super::limit::Shadow;
use super::network::{Layer, Network, Trained};
use super::readout;
use super::reduced::Reduction;
use crate::error::Result;
use crate::learner::options::{Options, ReadoutOptions, Simulation};
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

    /// Fits on the next stage of `budget`, in reduced form where that pays: it is exact as long
    /// as `layer` is independent of these samples, as it is of fresh ones.
    ///
    /// # Errors
    /// When the linear system has no finite solution.
    pub fn fit(&self, layer: Layer, budget: &mut Budget<'_>) -> Result<Trained> {
        let (key, portion) = (budget.key("biases"), budget.take(Stage::Readout)?);
        let target = portion.world.target;
        let reduced = target.input().is_gaussian()
            && self.simulation.reduces(layer.coordinates.len(), layer.width(), budget.r());
        let network = if reduced {
            let reduction = Reduction::new(&layer, target)?;
            let samples = portion.within(&reduction.target).samples();
            let fitted = readout::fit(reduction.layer, &self.options, &samples, key)?;
            Network { layer, ..fitted }
        } else {
            readout::fit(layer, &self.options, &portion.samples(), key)?
        };
        Ok(Trained { network, reduced, scores: None, limit: None })
    }

    /// Fits the layer of `shadow` on the next stage of `budget` in its coordinates.
    ///
    /// # Errors
    /// When the linear system has no finite solution.
    pub fn fit_limit(&self, shadow: &Shadow, budget: &mut Budget<'_>) -> Result<Network> {
        let (key, portion) = (budget.key("biases"), budget.take(Stage::Readout)?);
        let samples = shadow.portion(&portion).0.samples();
        readout::fit(shadow.layer.clone(), &self.options, &samples, key)
    }
}
