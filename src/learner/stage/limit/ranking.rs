//! The gradient comparison in the limit.

use rand::Rng;

use super::mean;
use super::sum::{SAMPLES, Sum};
use crate::error::Result;
use crate::learner::options::Keep;
use crate::learner::ranking::Ranking;
use crate::learner::stage::budget::Portion;
use crate::learner::stage::compare::GradientComparison;
use crate::learner::stage::network::Kept;
use crate::learner::stage::nulls::{RankedNulls, Relevant};
use crate::learner::stage::screen::{Scoring, nearly_discrete, radius, rule, score_law};
use crate::model::input::Input;
use crate::model::link::Expansion;
use crate::model::nulls::{LabelSums, ScoreLaw, TermLaw};
use crate::sample::LabelScratch;

/// Fewest samples that are drawn in place of a stage, however many coordinates are relevant.
const FEWEST: u64 = 1 << 11;

/// Coordinates of samples that are drawn, beyond that.
const ENTRIES: u64 = 1 << 20;

/// A gradient comparison whose scores are drawn in the limit.
#[derive(Clone, Debug)]
pub struct LimitRanking {
    comparison: GradientComparison,
    terms: Vec<TermLaw>,
    samples: u64,
}

impl LimitRanking {
    /// That of `comparison`, for Gaussian inputs.
    ///
    /// # Errors
    /// Where the law of null scores has no form that can be computed; the message says why.
    pub fn new(comparison: &GradientComparison) -> Result<Self> {
        let terms = comparison.terms(Input::Gaussian)?;
        Ok(Self { comparison: comparison.clone(), terms, samples: SAMPLES })
    }

    /// The same with at most `samples` drawn.
    #[must_use]
    pub fn with_samples(self, samples: u64) -> Self {
        Self { samples, ..self }
    }

    /// Scores of the coordinates that V touches, and the law of all others given the labels of
    /// the samples that are drawn.
    ///
    /// The variance of the labels, which divides the scores, is a sum as well.
    ///
    /// # Errors
    /// When the scores are nearly discrete: their law is then not computed.
    pub fn scores(&self, portion: &Portion<'_>) -> Result<(Vec<f64>, ScoreLaw)> {
        let target = portion.world.target;
        let directions = target.directions();
        let support = directions.support();
        let cap = (ENTRIES / support.len().max(1) as u64).max(FEWEST).min(self.samples);
        let sum = Sum::of(portion.n(), cap);
        let labels = portion.first(sum.drawn).labels();
        let samples = labels.samples();
        let mut sums = vec![[0.0; 3]; support.len()];
        let (mut all, mut y, mut x) = (Vec::new(), Vec::new(), Vec::new());
        let mut scratch = LabelScratch::default();
        for block in 0..samples.blocks() {
            let rows = samples.block_len(block);
            y.resize(rows, 0.0);
            x.resize(rows * support.len(), 0.0);
            labels.block(block, &mut scratch, &mut y);
            samples.columns(block, support, &mut x);
            for (sums, x) in sums.iter_mut().zip(x.chunks_exact(rows)) {
                let part = self.comparison.strip(x, &y);
                sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            }
            all.extend_from_slice(&y);
        }
        let n = sum.n as f64;
        let variance = target.variance() + target.noise().powi(2);
        let variance = if sum.times == 1 {
            labels.variance()
        } else {
            sum.whole(sum.drawn as f64 * labels.variance(), variance) / n
        };
        let scale = n.sqrt() * variance.max(f64::MIN_POSITIVE).sqrt();
        let expansion = Expansion::new(target.link());
        let (activation, shift) =
            (self.comparison.channels()[0].activation, self.comparison.shift());
        let gate = mean::gate(activation, 1.0, shift, expansion.order() + 1);
        let score = |(row, drawn): (&[f64], [f64; 3])| {
            let mean = mean::scores(row, &expansion, &gate);
            let whole = |k: usize| sum.whole(drawn[k], mean[k]);
            let whole = if sum.times == 1 { drawn } else { std::array::from_fn(whole) };
            self.comparison.score(whole) / scale
        };
        let scores = directions.rows().zip(sums).map(score).collect();
        let mut powers = LabelSums::new(LabelSums::bound(&all, n, radius(&self.terms)));
        powers.add(&all);
        let law = score_law(&self.terms, &powers.repeated(sum.times));
        Ok((scores, law.ok_or_else(|| nearly_discrete(sum.n))?))
    }

    /// Ranks all d coordinates on the samples of `portion`.
    ///
    /// # Errors
    /// As [`LimitRanking::scores`].
    pub fn rank(
        &self,
        portion: &Portion<'_>,
        keep: Keep,
        rng: &mut impl Rng,
    ) -> Result<(Kept, Ranking)> {
        let (scores, law) = self.scores(portion)?;
        let directions = portion.world.target.directions();
        let (d, support) = (directions.d(), directions.support());
        let survivors = rule(keep, directions.s(), d, 1.0 / d as f64);
        let norms: Vec<f64> = directions.row_norms().collect();
        let relevant = Relevant { scores: &scores, norms: &norms };
        let nulls = (d - support.len()) as u64;
        let RankedNulls { relevant, nulls, ranking, .. } =
            RankedNulls::draw(relevant, nulls, &law, survivors, rng);
        let touched: Vec<u32> = relevant.into_iter().map(|j| support[j]).collect();
        let count = touched.len() as u64 + nulls;
        Ok((Kept { touched, count }, ranking))
    }
}
