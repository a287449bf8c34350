//! Random features: a first layer that never learns.

use super::network::{Layer, Network};
use super::options::Options;
use super::second_layer::SecondLayer;
use super::split::Split;
use super::width::Width;
use super::{Learner, Task};
use crate::error::Result;
use crate::model::activation::Activation;

/// Ridge on m random features φ(⟨w_j, x⟩ + b_j), w_j uniform on the unit sphere of R^d and frozen,
/// with all n samples.
///
/// Risk falls from 1 to 0 for a link of degree p once both n and m exceed d^p (Ghorbani, Mei,
/// Misiakiewicz and Montanari 2021; Mei and Misiakiewicz 2022), whatever its sparsity: exponent
/// p as long as m ≫ n*, which is not checked. Defaults are m = 1024 and λ = `"validate"`; the
/// m × m system takes 8 m² bytes several times over.
#[derive(Clone, Debug)]
pub struct RandomFeatures {
    width: Width,
    activation: Activation,
    split: Split,
    second: SecondLayer,
}

impl RandomFeatures {
    /// The learner.
    ///
    /// # Errors
    /// When the split does not fit.
    pub fn new(options: &Options) -> Result<Self> {
        Ok(Self {
            width: options.width,
            activation: options.activation,
            split: Split::new(1, options.split.as_deref(), options.data)?,
            second: SecondLayer::new(options),
        })
    }
}

impl Learner for RandomFeatures {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let d = task.target.directions().d();
        let (all, width) = ((0..d as u32).collect(), self.width.at(d));
        let layer = Layer::on_sphere(all, width, self.activation, task.key.named("weights"));
        self.second.fit(layer, task, &self.split, sizes[0])
    }
}
