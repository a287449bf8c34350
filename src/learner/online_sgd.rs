//! Online stochastic gradient descent of single neurons (Ben Arous, Gheissari and Jagannath 2021).

use super::network::Network;
use super::options::{Neuron, Options, width_for_starts};
use super::second_layer::SecondLayer;
use super::sphere_sgd::{Gate, descend, opposite_starts, repeated, step_size};
use super::split::Split;
use super::{Learner, Task};
use crate::error::Result;
use crate::sample::Stage;

/// One pass of spherical gradient descent on −y φ(⟨w, x⟩) from each of a few random starts, then
/// a second layer on fresh samples.
///
/// ```text
/// w ← w + η y φ'(⟨w, x⟩) (x − ⟨w, x⟩ w),   w ← w/‖w‖,      η = δ d^{−max(1, k*/2)}
/// ```
///
/// with φ = He_{k*}/√k*!, whose correlation with the label is c_{k*} ⟨w, v⟩^{k*}, or the
/// network's own activation (`neuron`). From ⟨w, v⟩ ≍ d^{−1/2}, n ≍ d^{k*−1} samples find v for
/// k* ≥ 3, d log d for k* = 2 and d for k* = 1: exponent max(1, k* − 1). The step size is that of
/// the paper, δ_N/N with δ_N ≍ N^{−(k*−2)/2} for k* ≥ 3; it depends on d alone, not on n.
///
/// The paper's theorem starts on the half of the sphere where ⟨w, v⟩ > 0. Here starts come in
/// opposite pairs (`starts`, default 2), so one of each has the right sign and nothing about V is
/// granted. All read the same samples. Labels are used as they are, not centred: a mean would
/// need all samples first.
#[derive(Clone, Debug)]
pub struct OnlineSgd {
    k_star: u32,
    width: usize,
    options: Options,
    split: Split,
    second: SecondLayer,
}

impl OnlineSgd {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When there are more starts than neurons, or the split does not fit.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        Ok(Self {
            k_star,
            width: width_for_starts(options, "online_sgd")?,
            options: options.clone(),
            split: Split::new(2, options.split.as_deref(), options.data)?,
            second: SecondLayer::new(options),
        })
    }
}

impl Learner for OnlineSgd {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let (d, sgd) = (task.target.directions().d(), &self.options.sgd);
        let gate = match sgd.neuron {
            Neuron::Hermite => Gate::hermite(self.k_star, 0.0, d),
            Neuron::Activation => Gate::Activation(self.options.activation),
        };
        let mut starts = opposite_starts(d, sgd.starts, task.key.named("weights"));
        let eta = step_size(sgd.step, self.k_star, 0.0, d);
        let samples = self.split.samples(task, Stage::Feature(0), sizes[0]);
        descend(&mut starts, &samples, &gate, eta)?;
        let layer = repeated(&starts, self.width, task, self.options.activation);
        self.second.fit(layer, task, &self.split, sizes[1])
    }
}
