//! The target: y = σ*(Vᵀx) + √Δ ξ.

use std::sync::Arc;

use super::direction::Directions;
use super::input::Input;
use super::link::Link;
use crate::error::Result;

/// Standard deviation √Δ of the label noise unless a study says otherwise.
pub const USUAL_NOISE: f64 = 0.1;

/// Least share of its Gaussian variance that a target has to show: below it f* is a constant
/// but for rare samples, and a risk, its error over its variance, says nothing.
pub const LEAST_VARIANCE: f64 = 1e-4;

/// What a learner has to learn in one trial.
#[derive(Clone, Debug)]
pub struct Target {
    link: Arc<Link>,
    directions: Directions,
    noise: f64,
    input: Input,
    scale: f64,
    variance: f64,
}

impl Target {
    /// A target of Gaussian inputs from its parts; `noise` is √Δ ≥ 0.
    #[must_use]
    pub fn new(link: impl Into<Arc<Link>>, directions: Directions, noise: f64) -> Self {
        let link = link.into();
        let variance = link.variance();
        Self { link, directions, noise, input: Input::Gaussian, scale: 1.0, variance }
    }

    /// The same target on inputs of another law. If that has a covariance Σ, r has to be 1, and
    /// the link reads vᵀx/√(vᵀΣv).
    #[must_use]
    pub fn on(self, input: Input) -> Self {
        let variance = input.covariance().map(|sigma| sigma.variance(&self.directions));
        let scale = variance.map_or(1.0, |variance| variance.sqrt().recip());
        Self { input, scale, ..self }
    }

    /// The same target of the whitened inputs Σ^{−1/2}x: its direction is Σ^{1/2}v, scaled.
    ///
    /// # Errors
    /// Where inputs cannot be whitened.
    pub fn whitened(self) -> Result<Self> {
        let white = self.input.whitened()?;
        let directions = match self.input.covariance() {
            Some(sigma) => sigma.whitened(&self.directions)?,
            None => self.directions.clone(),
        };
        Ok(Self { directions, ..self }.on(white))
    }

    /// What Vᵀx is multiplied by before the link reads it: 1 unless inputs have a covariance.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The link σ*.
    #[must_use]
    pub fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// The relevant directions V.
    #[must_use]
    pub fn directions(&self) -> &Directions {
        &self.directions
    }

    /// Standard deviation √Δ of the label noise.
    #[must_use]
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// Law of the inputs.
    #[must_use]
    pub fn input(&self) -> Input {
        self.input
    }

    /// Var σ*(z), z ~ N(0, `I_r`): that of the noiseless labels if the inputs are Gaussian.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }
}
