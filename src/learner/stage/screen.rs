//! The choice of coordinates by scores that each reads from its own inputs: parts 1 to 3 of
//! `PruneNetwork`, with every coordinate visited, or the relevant ones alone.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::OnceLock;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::index;

use super::budget::Portion;
use super::keep::{discoveries, kept_count, normal_quantile, normal_tail, survivors};
use super::network::Scores;
use super::nulls::{Pass, RankedNulls, Relevant, Survivors};
use super::price::{Case, Screening};
use crate::error::{Error, Result};
use crate::learner::options::{Keep, Options, Simulation};
use crate::model::direction::{Directions, NAMES};
use crate::model::input::Input;
use crate::model::nulls::{LabelSums, NullLaw, ScoreLaw, TermLaw};
use crate::sample::{CentredLabels, Key, Samples};

/// t_j = g(Σ_i ỹ_i a(x_ij))/‖ỹ‖, three functions a at most, in null standard deviations.
pub trait Scoring {
    /// t_j of every coordinate j = 0..d.
    fn scores(&self, labels: &CentredLabels<'_>, d: usize) -> Vec<f64>;

    /// Σ_i `y_i` a(`x_i`) over a strip.
    fn strip(&self, x: &[f32], y: &[f32]) -> [f64; 3];

    /// g.
    fn score(&self, sums: [f64; 3]) -> f64;

    /// Channels of which g takes the largest.
    fn channels(&self) -> usize;

    /// Numbers that the score of a coordinate is the largest of, if every one is visited.
    fn compared(&self, _d: usize) -> usize {
        self.channels()
    }

    /// Multiply–adds of a sample, beside visiting its coordinates.
    fn products(&self, _d: usize) -> f64 {
        0.0
    }

    /// Bytes that these take.
    fn bytes(&self, _d: usize) -> f64 {
        0.0
    }

    /// The law of a term of each channel, on inputs that the labels do not depend on.
    ///
    /// # Errors
    /// Where it has no form that can be computed; the message says why.
    fn terms(&self, input: Input) -> Result<Vec<TermLaw>>;
}

/// Dimension up to which every coordinate may be visited.
pub const VISITED: u64 = 1 << 30;

/// What was chosen.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The coordinates, increasing; null ones by a name that V does not have.
    pub kept: Vec<u32>,
    /// What they were chosen by.
    pub scores: Scores,
    /// How sure it is that not all are null, see [`Discoveries`](super::keep::Discoveries); 0 but
    /// for [`Keep::Fdr`].
    pub evidence: f64,
}

/// Chooses coordinates by the scores of `S`.
///
/// For hard V and inputs with independent coordinates, null coordinates have independent scores
/// of a known law given the labels, so that all scores, or those of relevant coordinates alone,
/// lead to the same law of what is chosen ([`super::nulls`]).
#[derive(Clone, Debug)]
pub struct Screen<S> {
    scoring: S,
    keep: Keep,
    simulation: Simulation,
    /// The laws of terms on the inputs that were first asked for: a study has one law of inputs a
    /// learner, and a trial of a millisecond would feel the quadratures.
    terms: OnceLock<(Input, Option<Vec<TermLaw>>)>,
}

impl<S: Scoring + Sync> Screen<S> {
    /// As the options ask.
    pub fn new(scoring: S, options: &Options) -> Self {
        let (keep, simulation) = (options.prune.keep, options.simulation());
        Self { scoring, keep, simulation, terms: OnceLock::new() }
    }

    /// [`Scoring::terms`], where there are any.
    fn terms(&self, input: Input) -> Option<Cow<'_, [TermLaw]>> {
        let computed = || self.scoring.terms(input).ok();
        let (first, terms) = self.terms.get_or_init(|| (input, computed()));
        if *first == input {
            terms.as_deref().map(Cow::Borrowed)
        } else {
            computed().map(Cow::Owned)
        }
    }

    /// How many it keeps.
    pub fn keep(&self) -> Keep {
        self.keep
    }

    /// What scores.
    pub fn scoring(&self) -> &S {
        &self.scoring
    }

    /// Whether null scores have a law on inputs of the law `input`.
    ///
    /// # Errors
    /// When they have none; the message says why.
    pub fn check(&self, input: Input) -> Result<()> {
        self.scoring.terms(input).map(|_| ())
    }

    /// What choosing costs.
    pub fn screening(&self, case: &Case<'_>) -> Screening {
        let terms = self.terms(case.input).filter(|_| case.directions.is_hard());
        self.priced(case.d, case.s, terms.as_deref())
    }

    fn priced(&self, d: usize, s: usize, terms: Option<&[TermLaw]>) -> Screening {
        let (simulation, channels) = (self.simulation, self.scoring.channels() as f64);
        let few = terms.filter(|_| s < d).map(|terms| LabelSums::few(radius(terms)));
        let tested = matches!(self.keep, Keep::Auto | Keep::Fdr(_));
        let (products, held) = (self.scoring.products(d), self.scoring.bytes(d));
        Screening { simulation, d: d as f64, s: s as f64, channels, few, tested, products, held }
    }

    /// Chooses by T(y) of the samples of `portion`; null scores and names are drawn from `key`.
    ///
    /// Where the null law given these labels cannot be computed, every coordinate is visited. That
    /// depends on nothing but the labels, which are the same by either way.
    ///
    /// # Errors
    /// When these would be too many.
    pub fn select(
        &self,
        portion: &Portion<'_>,
        transform: fn(f64) -> f64,
        key: Key,
    ) -> Result<Selected> {
        let target = portion.world.target;
        let (directions, terms) = (target.directions(), self.terms(target.input()));
        let (d, s) = (directions.d(), directions.s());
        let hard = directions.support().len() == s;
        let screening = self.priced(d, s, terms.as_deref().filter(|_| hard));
        let (samples, share) = (portion.samples(), 1.0 / d.max(2) as f64);
        if let (true, Some(terms)) = (screening.is_reduced(portion.n() as f64), &terms) {
            let (scores, law) = self.known(&samples, transform, terms, directions.support());
            if let Some(law) = law {
                return Ok(self.rank(directions, &scores, &law, share, key));
            }
            if d as u64 > VISITED {
                return Err(nearly_discrete(portion.n()));
            }
        }
        let scores = self.scoring.scores(&portion.transformed(transform), d);
        let exact = |terms: Cow<'_, [TermLaw]>| self.known(&samples, transform, &terms, &[]).1;
        let (cut, evidence) = match self.keep {
            Keep::Auto => (self.threshold(terms.and_then(exact).as_ref(), d, share), 0.0),
            Keep::Fdr(q) => self.discovered(&scores, terms.and_then(exact).as_ref(), q),
            Keep::Ratio(_) | Keep::Count(_) => (f64::INFINITY, 0.0),
        };
        let kept = survivors(&scores, self.keep, s, cut);
        Ok(Selected { kept, scores: scores.into(), evidence })
    }

    /// What a null score of the law `law`, nearly normal if it is not known, exceeds with
    /// probability `p` in dimension `d`.
    fn threshold(&self, law: Option<&ScoreLaw>, d: usize, p: f64) -> f64 {
        law.map_or_else(|| normal_quantile(p, self.scoring.compared(d)), |law| law.threshold(p))
    }

    /// The largest score that is no discovery at the rate q, and the evidence.
    fn discovered(&self, scores: &[f64], law: Option<&ScoreLaw>, q: f64) -> (f64, f64) {
        let tail = |t: f64| {
            let compared = self.scoring.compared(scores.len());
            law.map_or_else(|| normal_tail(t, compared), |law| law.beyond(t))
        };
        let mut sorted: Vec<(f64, Cell<Option<f64>>)> =
            scores.iter().map(|&t| (t, Cell::new(None))).collect();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
        // A p-value takes a millisecond at few samples: each is computed once, and few are.
        let p = |(t, known): &(f64, Cell<Option<f64>>)| {
            known.get().unwrap_or_else(|| {
                let p = tail(*t);
                known.set(Some(p));
                p
            })
        };
        let below = |u: f64| sorted.partition_point(|entry| p(entry) <= u);
        let found = discoveries(q, scores.len() as u64, |u| below(u) as u64);
        let beyond = sorted.get(below(found.cut)).map(|entry| entry.0);
        (beyond.unwrap_or(f64::NEG_INFINITY), found.evidence)
    }

    /// Ranks the relevant coordinates, whose scores these are, among null ones of the law `law`;
    /// `share` is that of [`rule`].
    fn rank(
        &self,
        directions: &Directions,
        scores: &[f64],
        law: &ScoreLaw,
        share: f64,
        key: Key,
    ) -> Selected {
        let (d, s, support) = (directions.d(), directions.s(), directions.support());
        let norms: Vec<f64> = directions.row_norms().collect();
        let rule = rule(self.keep, s, d, share);
        let mut rng = ChaCha8Rng::seed_from_u64(key.bits());
        let relevant = Relevant { scores, norms: &norms };
        let found = RankedNulls::draw(relevant, (d - s) as u64, law, rule, &mut rng);
        let mut kept = null_names(directions, found.nulls as usize, &mut rng);
        kept.extend(found.relevant.iter().map(|&at| support[at]));
        kept.sort_unstable();
        let (scores, evidence) = (Scores::Relevant(found.ranking), found.evidence);
        Selected { kept, scores, evidence }
    }

    /// Scores of the increasing `coordinates` by labels T(y), and the law of the score of any
    /// coordinate that the labels do not depend on, from the `terms` of [`Scoring::terms`], if it
    /// can be computed.
    pub fn known(
        &self,
        samples: &Samples<'_>,
        transform: fn(f64) -> f64,
        terms: &[TermLaw],
        coordinates: &[u32],
    ) -> (Vec<f64>, Option<ScoreLaw>) {
        let strip = |x: &[f32], y: &[f32]| self.scoring.strip(x, y);
        let Pass { sums, labels } =
            Pass::read(samples, transform, coordinates, radius(terms), strip);
        let scale = labels.norm().max(f64::MIN_POSITIVE).recip();
        let scores = sums.into_iter().map(|sums| self.scoring.score(sums) * scale).collect();
        (scores, score_law(terms, &labels))
    }
}

/// The law of a score of which these are the terms, given the labels, if it can be computed.
pub(super) fn score_law(terms: &[TermLaw], labels: &LabelSums) -> Option<ScoreLaw> {
    let channels = terms.iter().map(|term| NullLaw::new(term, labels));
    channels.collect::<Option<_>>().map(ScoreLaw::new)
}

/// Which of d coordinates survive under `keep`; [`Keep::Auto`] keeps what a `share` of the null
/// ones exceeds.
pub(super) fn rule(keep: Keep, s: usize, d: usize, share: f64) -> Survivors {
    match keep {
        Keep::Auto => Survivors::Beyond(share),
        Keep::Fdr(q) => Survivors::Discovered(q),
        keep => Survivors::Largest(kept_count(keep, s, d) as u64),
    }
}

pub(super) fn nearly_discrete(n: u64) -> Error {
    Error::runtime(format!("the null scores of {n} labels are too nearly discrete to have a law"))
        .hint(
            "the shift leaves most inputs without effect: raise samples.n_min, or lower the shift",
        )
}

/// The smallest radius of convergence among the channels.
pub(super) fn radius(terms: &[TermLaw]) -> f64 {
    terms.iter().map(TermLaw::radius).fold(f64::INFINITY, f64::min)
}

/// Names of `count` null coordinates, uniform among those that V does not have: null coordinates
/// are exchangeable, so that any names will do.
fn null_names(directions: &Directions, count: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let support = directions.support();
    let free = directions.d().min(NAMES) - support.len();
    let mut names = index::sample(rng, free, count.min(free)).into_vec();
    names.sort_unstable();
    let mut before = 0;
    for name in &mut names {
        while support.get(before).is_some_and(|&j| j as usize <= *name + before) {
            before += 1;
        }
        *name += before;
    }
    names.into_iter().map(|name| name as u32).collect()
}
