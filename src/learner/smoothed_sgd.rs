//! Online gradient descent on a smoothed landscape (Damian, Nichani, Ge and Lee 2023).

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{NETWORK, Options};
use super::stage::sphere_sgd::{Gate, descend, escape_cost, opposite_starts, repeated, step_size};
use super::stage::{Budget, Case, Cost, SecondLayer, Trained};
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
    second: SecondLayer,
}

impl Recipe for SmoothedSgd {
    /// One pass over fresh samples is what it is.
    const KEYS: Keys = &[NETWORK, &["starts", "step", "smoothing"]];

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        Ok(Self {
            k_star: granted.k_star(),
            width: options.width_for_starts("smoothed_sgd")?,
            options: options.clone(),
            second: SecondLayer::new(options),
        })
    }
}

impl Learner for SmoothedSgd {
    fn stages(&self) -> usize {
        3
    }

    fn check(&self, d: usize, _: usize) -> Result<()> {
        if d < 2 {
            return Err(Error::usage("`smoothed_sgd` needs d ≥ 2")
                .hint("it averages over directions orthogonal to the weights"));
        }
        Ok(())
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        escape_cost(case, 0.5 * f64::from(case.k_star), 2.0)
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        let (d, k, sgd) = (budget.d(), self.k_star, &self.options.sgd);
        let smoothing = sgd.smoothing.or_else(|| (d as f64).powf(0.25));
        let mut starts = opposite_starts(d, sgd.starts, budget.key("weights"));
        for (step, lambda) in [(0, smoothing), (1, 0.0)] {
            let samples = budget.take(Stage::Feature(step))?.samples();
            let eta = step_size(sgd.step, k, lambda, d);
            descend(&mut starts, &samples, &Gate::hermite(k, lambda, d), eta)?;
        }
        let signs = budget.key("signs");
        let layer = repeated(&starts, self.width, self.options.activation, signs);
        self.second.fit(layer, budget)
    }
}
