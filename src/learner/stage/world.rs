//! What there is to be learned in one trial, behind a handle that learners cannot open.

use crate::model::target::Target;
use crate::sample::{Design, Samples, Stage};

/// Target and inputs of a trial. Learners pass it on; only what simulates samples, in this
/// module, looks inside.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    pub(super) target: &'a Target,
    pub(super) design: Design<'a>,
}

impl<'a> World<'a> {
    /// The world in which `target` labels the inputs of `design`.
    #[must_use]
    pub fn new(target: &'a Target, design: Design<'a>) -> Self {
        Self { target, design }
    }

    /// The first `n` samples of `stage`.
    pub(super) fn samples(&self, stage: Stage, n: u64) -> Samples<'a> {
        self.design.samples(self.target, stage, n)
    }
}
