//! From a study file to a checked [`Study`], every message with its place in the file.

pub mod catalogue;
mod document;
mod expect;
mod faint;
mod figure;
mod inherit;
mod learner;
mod limits;
mod samples;
mod section;
mod setting;
mod study;
mod sweep;

pub use samples::SamplePlan;
pub use setting::{Change, is_setting};
pub use study::{Profile, Study};
