//! Random features: a first layer that never learns.

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{Lambda, NETWORK, Options, Width};
use super::stage::{Budget, Case, Cost, Layer, SecondLayer, Trained, Work};
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
    second: SecondLayer,
}

impl Recipe for RandomFeatures {
    const KEYS: Keys = &[NETWORK];

    /// Nothing is learned, so width has to make up for it.
    fn defaults() -> Options {
        let mut options = Options { width: 1024.into(), ..Options::default() };
        options.readout.lambda = Lambda::Validate;
        options
    }

    fn new(options: &Options, _: &Granted<'_>) -> Result<Self> {
        let (width, activation) = (options.width, options.activation);
        Ok(Self { width, activation, second: SecondLayer::new(options) })
    }
}

impl Learner for RandomFeatures {
    fn stages(&self) -> usize {
        1
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let (d, m) = (case.d as f64, case.width());
        Cost {
            slowest: 0.5 * d.powi(case.link.degree() as i32),
            bytes: 64.0 * m * m,
            ..Cost::of(case.d, Work::default())
        }
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (width, key) = (self.width.at(budget.d()), budget.key("weights"));
        let layer = Layer::on_sphere(budget.all(), width, self.activation, key);
        self.second.fit(layer, budget)
    }
}
