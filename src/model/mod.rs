//! The statistical question: what is learned, from what, and what theory says it costs.
//!
//! A [`Problem`] is a target without its dimension: a [`Link`] σ* of a few hidden directions, how
//! sparse they are, the noise, the inputs. A network is made of an [`Activation`] φ; pruning ranks
//! the coordinates by a [`Statistic`] of the first-layer gradient at shifted basis vectors, one per
//! [`Channel`]; a [`Metric`] is what is measured of it. What theory says is a [`Rate`] for each
//! [`LearnerKind`], from the exponents of [`theory`], and for the ranking a finite-size [`law`] with
//! its constant. Expectations under the standard Gaussian come from [`quadrature`], orthogonal
//! polynomials from [`hermite`]. Nothing here draws a random number but from a generator that it is
//! handed; points of a numerical integral have one of a fixed seed.

pub mod activation;
mod asked;
pub mod choice;
pub mod covariance;
pub mod direction;
pub mod expectation;
pub mod formula;
pub mod hermite;
pub mod input;
pub mod kind;
pub mod law;
pub mod link;
pub mod metric;
pub mod nulls;
pub mod problem;
pub mod quadrature;
pub mod question;
pub mod rate;
pub mod statistic;
pub mod tail;
pub mod target;
pub mod theory;
pub mod transform;

pub(crate) mod normal;

pub use activation::Activation;
pub use asked::{Asked, LimitPoint};
pub use choice::Choice;
pub use covariance::Covariance;
pub use formula::{Formula, OwnRate};
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
