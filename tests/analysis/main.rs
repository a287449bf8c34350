//! Estimates and verdicts: against other formulations, and on trials whose law is known.

mod collapse;
mod compare;
mod estimates;
mod expectations;
mod exponents;
#[path = "../../scripts/coverage/truth.rs"]
mod truth;
