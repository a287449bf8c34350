//! Online gradient descent on a smoothed landscape (Damian, Nichani, Ge and Lee 2023).

use super::network::Network;
use super::options::{Options, Smoothing, width_for_starts};
use super::second_layer::SecondLayer;
use super::sphere_sgd::{Gate, descend, opposite_starts, repeated, step_size};
use super::split::Split;
use super::{Learner, Task};
use crate::error::{Error, Result};
use crate::sample::Stage;

/// Spherical gradient descent on the smoothed correlation loss, then on the plain one, then a
/// second layer, each on fresh samples.
///
/// ```text
/// L_λ(w; x, y) = −y E_z φ(⟨(w + λz)/√(1 + λ²), x⟩),     z uniform on the unit sphere ⟂ w
/// ```
///
/// with φ = He_{k*}/√k*! and λ = d^{1/4} (`smoothing = "auto"`) in the first stage, λ = 0 in the
/// second. Averaging over z leaves a drift of order d^{−1/2}, or one linear in ⟨w, v⟩, where the
/// plain loss has one of order ⟨w, v⟩^{k*−1}, and lowers the noise: n ≍ d^{max(1, k*/2)} samples,
/// up to logarithms, instead of d^{max(1, k*−1)}. The gradient is closed form, [`Gate::hermite`];
/// its step sizes are [`step_size`], that of the second stage being the one of `online_sgd`.
/// Starts are opposite pairs as there.
#[derive(Clone, Debug)]
pub struct SmoothedSgd {
    k_star: u32,
    width: usize,
    options: Options,
    split: Split,
    second: SecondLayer,
}

impl SmoothedSgd {
    /// The learner for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When there are more starts than neurons, or the split does not fit.
    pub fn new(options: &Options, k_star: u32) -> Result<Self> {
        Ok(Self {
            k_star,
            width: width_for_starts(options, "smoothed_sgd")?,
            options: options.clone(),
            split: Split::new(3, options.split.as_deref(), options.data)?,
            second: SecondLayer::new(options),
        })
    }
}

impl Learner for SmoothedSgd {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn check(&self, d: usize, _: usize) -> Result<()> {
        if d < 2 {
            return Err(Error::usage("`smoothed_sgd` needs d ≥ 2")
                .hint("it averages over directions orthogonal to the weights"));
        }
        Ok(())
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let (d, k, sgd) = (task.target.directions().d(), self.k_star, &self.options.sgd);
        self.check(d, 1)?;
        let smoothing = match sgd.smoothing {
            Smoothing::Auto => (d as f64).powf(0.25),
            Smoothing::Fixed(lambda) => lambda,
        };
        let mut starts = opposite_starts(d, sgd.starts, task.key.named("weights"));
        for (step, lambda) in [(0, smoothing), (1, 0.0)] {
            let samples = self.split.samples(task, Stage::Feature(step), sizes[step as usize]);
            let eta = step_size(sgd.step, k, lambda, d);
            descend(&mut starts, &samples, &Gate::hermite(k, lambda, d), eta)?;
        }
        let layer = repeated(&starts, self.width, task, self.options.activation);
        self.second.fit(layer, task, &self.split, sizes[2])
    }
}
