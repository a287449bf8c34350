//! The target: y = σ*(Vᵀx) + √Δ ξ.

use super::direction::Directions;
use super::link::Link;

/// What a learner has to learn in one trial.
#[derive(Clone, Debug)]
pub struct Target {
    link: Link,
    directions: Directions,
    noise: f64,
    variance: f64,
}

impl Target {
    /// A target from its parts; `noise` is √Δ ≥ 0.
    #[must_use]
    pub fn new(link: Link, directions: Directions, noise: f64) -> Self {
        let variance = link.variance();
        Self { link, directions, noise, variance }
    }

    /// The link σ*.
    #[must_use]
    pub fn link(&self) -> &Link {
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

    /// Var σ*(z), z ~ N(0, `I_r`).
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }
}
