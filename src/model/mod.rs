//! The statistical question: what is learned, from what, and what theory says it costs.
//!
//! A target is a [`Link`] σ* of a few hidden directions; a network is made of an
//! [`Activation`] φ; pruning ranks the coordinates by a [`Statistic`] of the first-layer
//! gradient at shifted basis vectors, one per [`Channel`]. [`theory`] holds the exponents that
//! measurements are compared with. Expectations under the standard Gaussian come from
//! [`quadrature`], orthogonal polynomials from [`hermite`]. Nothing here draws a random number.

pub mod activation;
pub mod direction;
pub mod hermite;
pub mod input;
pub mod law;
pub mod link;
pub mod quadrature;
pub mod rate;
pub mod statistic;
pub mod tail;
pub mod target;
pub mod theory;

pub(crate) mod normal;

pub use activation::Activation;
pub use input::Input;
pub use link::Link;
pub use statistic::{
    Blind, Channel, ChannelChoice, Statistic, best_feature_shift, best_shift, blind_channels,
    feature_gain,
};
pub use theory::{Prediction, predict};
