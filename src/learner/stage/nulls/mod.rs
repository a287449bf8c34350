//! The ranking without visiting the coordinates that carry no signal.
//!
//! Given the labels, scores of null coordinates are independent draws from one law
//! ([`ScoreLaw`](crate::model::nulls::ScoreLaw)), and independent of the scores of the s relevant
//! ones. Their p-values are then N = d − s independent uniforms, and all that selection and its
//! quality depend on is how many of them lie below the p-value of each relevant score: s
//! binomial numbers, whatever N is.

mod order;
mod pass;
mod ranked;

pub use order::Uniforms;
pub use pass::Pass;
pub use ranked::{RankedNulls, Relevant, Survivors};
