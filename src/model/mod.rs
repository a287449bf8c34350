//! The statistical question: what is learned, from what, and what theory says it costs.
//!
//! A target is a [`Link`] σ* of a few hidden directions; a network is made of an
//! [`Activation`] φ; pruning ranks the coordinates by a [`Statistic`] of the first-layer
//! gradient at shifted basis vectors, one per [`Channel`]. [`theory`] holds the exponents that
//! measurements are compared with. Expectations under the standard Gaussian come from
//! [`quadrature`], orthogonal polynomials from [`hermite`]. Nothing here draws a random number.

pub mod activation;
mod asked;
pub mod choice;
pub mod direction;
pub mod expectation;
pub mod hermite;
pub mod input;
pub mod kind;
pub mod law;
pub mod link;
pub mod metric;
pub mod nulls;
pub mod problem;
pub mod quadrature;
pub mod rate;
pub mod statistic;
pub mod tail;
pub mod target;
pub mod theory;
pub mod transform;

pub(crate) mod normal;

pub use activation::Activation;
pub use asked::Asked;
pub use choice::Choice;
pub use input::Input;
pub use kind::LearnerKind;
pub use link::Link;
pub use metric::{Metric, Metrics};
pub use problem::{Problem, Real, Series};
pub use rate::{Rate, RateKind};
pub use statistic::{
    Blind, Channel, ChannelChoice, Statistic, best_feature_shift, best_shift, blind_channels,
    feature_gain,
};
pub use theory::{Prediction, predict};
pub use transform::Transform;
