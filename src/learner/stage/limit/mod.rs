//! The limit simulation: a trial at a cost that depends neither on n nor on d.
//!
//! **A prediction, not a measurement.** Every sum over the n samples of a stage is replaced by
//! its mean, known in closed form, and a fluctuation that has the covariance of the exact one but
//! is near to normal: n·mean + √(n/n₀)·(sum of n₀ samples − n₀·mean). Up to n = n₀ nothing is
//! replaced. What lies outside the span of V and the first layer matters through Gram matrices
//! alone, which are Wishart and drawn as such: this is exact.
//!
//! | file | what |
//! |---|---|
//! | `sum` | which samples stand for all |
//! | `mean` | means of the gradient and of the scores |
//! | `power` | mean of the gradient's covariance |
//! | `shadow` | first layer and target in the few coordinates that matter, and a gradient step there |
//! | `ranking` | the gradient comparison |

mod mean;
mod power;
mod ranking;
mod shadow;
mod sum;
#[cfg(test)]
mod tests;

pub use ranking::LimitRanking;
pub use shadow::Shadow;
pub use sum::{SAMPLES, Sum};
