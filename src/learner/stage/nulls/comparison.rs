//! The gradient comparison on relevant coordinates alone.

use rand::Rng;

use super::pass::Pass;
use super::ranked::{RankedNulls, Relevant, Survivors};
use crate::error::Result;
use crate::learner::stage::compare::GradientComparison;
use crate::model::Input;
use crate::model::nulls::{NullLaw, ScoreLaw, TermLaw};
use crate::sample::Samples;

/// A gradient comparison whose null scores are known in law.
#[derive(Clone, Debug)]
pub struct NullComparison<'a> {
    comparison: &'a GradientComparison,
    terms: Vec<TermLaw>,
}

impl<'a> NullComparison<'a> {
    /// That of `comparison` for inputs of the law `input`.
    ///
    /// # Errors
    /// Where the law of null scores has no form that can be computed; the message says why.
    pub fn new(comparison: &'a GradientComparison, input: Input) -> Result<Self> {
        let terms = comparison.channels().iter().map(|h| TermLaw::of(h, input));
        Ok(Self { comparison, terms: terms.collect::<Result<_>>()? })
    }

    /// Scores of the increasing `coordinates` by labels T(y) of `samples`, and the law of the
    /// score of any coordinate that the labels do not depend on.
    #[must_use]
    pub fn scores(
        &self,
        samples: &Samples<'_>,
        transform: fn(f64) -> f64,
        coordinates: &[u32],
    ) -> (Vec<f64>, ScoreLaw) {
        let radius = self.terms.iter().map(TermLaw::radius).fold(f64::INFINITY, f64::min);
        let strip = |x: &[f32], y: &[f32]| self.comparison.strip(x, y);
        let Pass { sums, labels } = Pass::read(samples, transform, coordinates, radius, strip);
        let scale = labels.norm().max(f64::MIN_POSITIVE).recip();
        let scores = sums.into_iter().map(|sums| self.comparison.score(sums) * scale);
        let channels = self.terms.iter().map(|term| NullLaw::new(term, &labels));
        (scores.collect(), ScoreLaw::new(channels.collect()))
    }

    /// Ranks the increasing `coordinates`, whose rows of V have the norms `norms`, among `nulls`
    /// others that the labels do not depend on.
    #[must_use]
    pub fn rank(
        &self,
        samples: &Samples<'_>,
        transform: fn(f64) -> f64,
        (coordinates, norms): (&[u32], &[f64]),
        nulls: u64,
        survivors: Survivors,
        rng: &mut impl Rng,
    ) -> RankedNulls {
        let (scores, law) = self.scores(samples, transform, coordinates);
        RankedNulls::draw(Relevant { scores: &scores, norms }, nulls, &law, survivors, rng)
    }
}
