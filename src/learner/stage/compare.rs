//! Gradient comparison and pruning: parts 1 to 3 of `PruneNetwork`.
//!
//! For each coordinate j the gradients of the first layer at the two shifted basis vectors,
//! g_j^± = (1/n) Σ_i ỹ_i φ'(±x_ij + c) x_ij, are combined into channels that see even
//! Hermite orders, odd ones, or odd ones without the first.

use super::price::Case;
use super::row::Rows;
use super::screen::Scoring;
use crate::error::{Error, Result};
use crate::learner::options::{self, PruneOptions, Score};
use crate::model::activation::Activation;
use crate::model::direction::DirectionLaw;
use crate::model::input::Input;
use crate::model::law::{
    Keep, LawPoint, Ranking, Signal, disjoint_rows, equal_rows, frame_rows, kept_share,
};
use crate::model::nulls::TermLaw;
use crate::model::statistic::{Channel, Statistic, best_shift};
use crate::model::tail::upper_quantile;
use crate::sample::{BLOCK, CentredLabels, LabelScratch, Samples, reduce, simd};

/// Correlations below this count as none.
const INVISIBLE: f64 = 1e-9;

/// Scores coordinates by the channels of the even–odd decomposition.
#[derive(Clone, Debug)]
pub struct GradientComparison {
    activation: Activation,
    shift: f64,
    augmented: bool,
    channels: Vec<Statistic>,
    /// The rest of each row, if the whole of it scores.
    rows: Option<Rows>,
    k_star: u32,
}

impl GradientComparison {
    /// Resolves `auto` for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the shift is out of range, the one channel asked for is identically zero, or whole
    /// rows of augmented data are asked for.
    pub fn new(options: &PruneOptions, activation: Activation, k_star: u32) -> Result<Self> {
        let shift = options.shift.or_else(|| best_shift(activation, k_star, options.augmented));
        let statistic = |channel| Statistic::new(activation, channel, shift, options.augmented);
        let asked = options.channel.channels().iter().map(|&channel| statistic(channel));
        let asked = asked.collect::<Result<Vec<_>>>()?;
        let channels: Vec<_> = asked.iter().copied().filter(|s| !s.is_null()).collect();
        if channels.is_empty() {
            return Err(vanishes(&asked[0]));
        }
        let augmented = options.augmented;
        let rows = match options.score {
            Score::Diagonal => None,
            Score::Row if augmented => return Err(shared_noise()),
            Score::Row => Some(Rows::of(&channels)),
        };
        Ok(Self { activation, shift, augmented, channels, rows, k_star })
    }

    /// Whether it can score in dimension `d`.
    ///
    /// # Errors
    /// When it would not fit into memory.
    pub fn check(&self, d: usize) -> Result<()> {
        self.rows.as_ref().map_or(Ok(()), |rows| rows.check(d))
    }

    /// The shift c in use.
    #[must_use]
    pub fn shift(&self) -> f64 {
        self.shift
    }

    /// The channels in use.
    #[must_use]
    pub fn channels(&self) -> &[Statistic] {
        &self.channels
    }

    /// ρ_{k*} of the channel that sees order k*, asked for or not; 0 if it is identically zero.
    #[must_use]
    pub fn correlation(&self) -> f64 {
        let channel = Channel::matching(self.k_star);
        Statistic::new(self.activation, channel, self.shift, self.augmented)
            .map_or(0.0, |s| if s.is_null() { 0.0 } else { s.correlation(self.k_star) })
    }

    /// The largest |ρ_{k*}| of its channels, at least a hundredth.
    #[must_use]
    pub fn sight(&self) -> f64 {
        let seen = self.channels.iter().map(|s| s.correlation(self.k_star).abs());
        seen.fold(0.01, f64::max)
    }

    /// How many times as many samples the diagonal is expected to need for one direction: with r of
    /// them ‖V_j‖² is r times as large, and every row has an entry that sees it.
    #[must_use]
    pub fn relief(&self, r: usize) -> f64 {
        if self.rows.is_some() { 1.7 * r as f64 } else { 1.0 }
    }

    /// Why it cannot rank the coordinates.
    #[must_use]
    pub fn blindness(&self) -> Option<String> {
        let k = self.k_star;
        let seen = self.channels.iter().any(|s| s.correlation(k).abs() > INVISIBLE);
        let names: Vec<&str> = self.channels.iter().map(|s| s.channel.name()).collect();
        (!seen).then(|| {
            format!(
                "no channel of the gradient comparison ({}) sees order {k} with {} at shift {:.3}{}",
                names.join(", "),
                self.activation.name(),
                self.shift,
                if self.augmented { " and augmentation" } else { "" }
            )
        })
    }

    /// n* by the finite-size law of the ranking ([`crate::model::law`]) for the risk `tau`, `share`
    /// of the samples being those of the ranking. None for scores of whole rows, inputs that are not
    /// Gaussian, soft or dense directions, links that are no sums over them, a channel that does not
    /// see the link, or where nothing is pruned.
    #[must_use]
    pub fn law(&self, case: &Case<'_>, tau: f64, share: f64) -> Option<LawPoint> {
        if self.rows.is_some() {
            return None;
        }
        let noise = case.plain_noise()? / case.link.variance();
        let channel = Channel::matching(self.k_star);
        let statistic = self.channels.iter().find(|s| s.channel == channel)?;
        let signal = Signal::of(&Signal::summand(case.link)?, statistic, noise)?;
        let r = case.link.r();
        let rows = match case.directions {
            DirectionLaw::Hard { .. } if r == 1 => equal_rows(case.s),
            DirectionLaw::Disjoint { .. } => disjoint_rows(case.s, r),
            _ => frame_rows(case.s, r),
        };
        let (channels, share_kept) = (self.channels.len(), kept_share(&signal.weights(), tau));
        let keep = match case.options.prune.keep {
            options::Keep::Auto => {
                Keep::Above(upper_quantile(0.5 / (channels as f64 * case.d as f64)))
            }
            // With a share of the relevant ones a share q of all that is kept is null.
            options::Keep::Fdr(q) => Keep::Count((case.s as f64 * share_kept / (1.0 - q)).max(1.0)),
            _ => Keep::Count(case.kept() as f64),
        };
        let rounds = case.options.prune.rounds;
        let ranking = Ranking::new(&signal, &rows, case.d, channels, keep).in_rounds(rounds);
        let samples = ranking.samples(share_kept);
        let mean = signal.score(&rows.first()?.entries).mean;
        let clearance = (samples / f64::from(rounds) / (1.0 + noise)).sqrt() * mean;
        let told = samples.is_finite() && samples > 0.0 && case.kept() < case.d;
        told.then_some(LawPoint { n_star: samples / share, clearance })
    }

    /// Scores of these `coordinates` by the diagonal; no other is read.
    #[must_use]
    pub fn scores_at(&self, labels: &CentredLabels<'_>, coordinates: &[u32]) -> Vec<f64> {
        let (n, scale) = scale(labels);
        let sums = self.sums(labels, coordinates);
        let gradients = sums.chunks_exact(3).map(|s| [s[0] / n, s[1] / n, s[2] / n]);
        gradients.map(|g| self.score(g) * scale).collect()
    }

    /// Σ_i ỹ_i x_ij φ'(x_ij + c), Σ_i ỹ_i x_ij φ'(−x_ij + c) and Σ_i ỹ_i x_ij for each of the
    /// `coordinates` j.
    fn sums(&self, labels: &CentredLabels<'_>, coordinates: &[u32]) -> Vec<f64> {
        let samples = labels.samples();
        reduce::sum_blocks(
            samples.crew(),
            samples.blocks(),
            || vec![0.0; 3 * coordinates.len()],
            || (LabelScratch::default(), Vec::new()),
            |total: &mut Vec<f64>, (scratch, y), block| {
                y.resize(samples.block_len(block), 0.0);
                labels.block(block, scratch, y);
                self.add_block(samples, (block, coordinates), y, total);
            },
        )
    }

    fn add_block(
        &self,
        samples: &Samples<'_>,
        (block, coordinates): (u64, &[u32]),
        y: &[f32],
        total: &mut [f64],
    ) {
        let mut zeta = [0.0_f32; BLOCK];
        let zeta = &mut zeta[..y.len()];
        let c = self.shift as f32;
        let (slope, shift): (f32, &[f32]) = if self.augmented {
            samples.auxiliary(block, zeta);
            for z in zeta.iter_mut() {
                *z *= c;
            }
            ((1.0 - c * c).max(0.0).sqrt(), zeta)
        } else {
            zeta.fill(c);
            (1.0, zeta)
        };
        let (activation, place) = (self.activation, (block, coordinates));
        simd::vectorise(
            #[inline(always)]
            || {
                // The common cases are spelled out so that they compile to masks.
                if activation == Activation::Relu && !self.augmented {
                    let gate = |x: f32, _: f32, xy: f32| (keep_if(x > -c, xy), keep_if(x < c, xy));
                    for_coordinates(samples, place, y, shift, total, gate);
                } else if activation == Activation::Relu {
                    let gate = |x: f32, c: f32, xy: f32| {
                        (keep_if(c + slope * x > 0.0, xy), keep_if(c - slope * x > 0.0, xy))
                    };
                    for_coordinates(samples, place, y, shift, total, gate);
                } else {
                    let gate = |x: f32, c: f32, xy: f32| {
                        let derivative = |u: f32| activation.derivative_f32(u);
                        (xy * derivative(c + slope * x), xy * derivative(c - slope * x))
                    };
                    for_coordinates(samples, place, y, shift, total, gate);
                }
            },
        );
    }
}

/// The score is the largest |g| of the channels, each divided by its null standard deviation
/// √(Var y Var h / n); of all entries of row j, if the whole of it scores.
impl Scoring for GradientComparison {
    fn scores(&self, labels: &CentredLabels<'_>, d: usize) -> Vec<f64> {
        if let Some(rows) = &self.rows {
            let (n, scale) = scale(labels);
            let sums = rows.sums(labels, d, |x, y| self.strip(x, y));
            let score = |(diagonal, rest)| self.score(diagonal).max(rest) / n * scale;
            return sums.into_iter().map(score).collect();
        }
        self.scores_at(labels, &(0..d as u32).collect::<Vec<_>>())
    }

    /// Σ y x φ'(x + c), Σ y x φ'(−x + c) and Σ y x, without augmentation.
    fn strip(&self, x: &[f32], y: &[f32]) -> [f64; 3] {
        let (c, activation) = (self.shift as f32, self.activation);
        let shift = &[c; BLOCK][..x.len()];
        simd::vectorise(
            #[inline(always)]
            || {
                if activation == Activation::Relu {
                    let gate = |x: f32, _: f32, xy: f32| (keep_if(x > -c, xy), keep_if(x < c, xy));
                    return strip_sums(x, y, shift, gate);
                }
                let derivative = |u: f32| activation.derivative_f32(u);
                let gate =
                    |x: f32, _: f32, xy: f32| (xy * derivative(c + x), xy * derivative(c - x));
                strip_sums(x, y, shift, gate)
            },
        )
    }

    /// The largest |g| of the channels, each divided by √Var h, from g⁺, g⁻ and Σ ỹ x, or all
    /// three over n.
    fn score(&self, gradient: [f64; 3]) -> f64 {
        let score = |s: &Statistic| combine(s, gradient).abs() / s.std;
        self.channels.iter().map(score).fold(0.0, f64::max)
    }

    fn channels(&self) -> usize {
        self.channels.len()
    }

    fn compared(&self, d: usize) -> usize {
        self.channels.len() + self.rows.as_ref().map_or(0, |rows| rows.entries(d))
    }

    fn products(&self, d: usize) -> f64 {
        self.rows.as_ref().map_or(0.0, |rows| rows.products(d))
    }

    fn bytes(&self, d: usize) -> f64 {
        self.rows.as_ref().map_or(0.0, |rows| rows.bytes(d))
    }

    fn terms(&self, input: Input) -> Result<Vec<TermLaw>> {
        if self.rows.is_some() {
            return Err(not_alone());
        }
        self.channels.iter().map(|h| TermLaw::of(h, input)).collect()
    }
}

/// n, and what a gradient of a unit statistic is multiplied by: √n over the standard deviation of
/// the labels.
fn scale(labels: &CentredLabels<'_>) -> (f64, f64) {
    let n = labels.samples().n() as f64;
    (n, n.sqrt() / labels.variance().sqrt().max(f64::MIN_POSITIVE))
}

#[inline(always)]
fn keep_if(active: bool, value: f32) -> f32 {
    if active { value } else { 0.0 }
}

fn vanishes(statistic: &Statistic) -> Error {
    let (channel, shift) = (statistic.channel.name(), statistic.shift);
    let activation = statistic.activation.name();
    Error::usage(format!("channel `{channel}` of {activation} at shift {shift} is zero everywhere"))
        .hint("choose another shift or channel, or \"auto\" for either")
}

fn shared_noise() -> Error {
    Error::usage("score = \"row\" has no gates for augmented data").hint(
        "shift by a bias, which sees more: leave out augmentation, or write score = \"diagonal\"",
    )
}

fn not_alone() -> Error {
    Error::usage("score = \"row\" multiplies each coordinate with those that the labels depend on")
        .hint("use samples.simulation = \"explicit\" or \"auto\", or score = \"diagonal\"")
}

/// The gradient of a channel from g⁺, g⁻ and (1/n) Σ ỹ x. Since Σ ỹ = 0, the mean of h
/// drops out.
fn combine(statistic: &Statistic, [plus, minus, linear]: [f64; 3]) -> f64 {
    let odd = 0.5 * (plus + minus);
    match statistic.channel {
        Channel::Raw => plus,
        Channel::Even => 0.5 * (plus - minus),
        Channel::Odd => odd,
        Channel::OddNoLinear => odd - statistic.linear * linear,
        Channel::Linear => linear,
    }
}

/// Adds the three sums of each of the coordinates of a block to `total`; `gate` turns x, the
/// shift and x ỹ into (x ỹ φ'(x + c), x ỹ φ'(−x + c)).
#[inline(always)]
fn for_coordinates(
    samples: &Samples<'_>,
    (block, coordinates): (u64, &[u32]),
    y: &[f32],
    shift: &[f32],
    total: &mut [f64],
    gate: impl Fn(f32, f32, f32) -> (f32, f32) + Copy,
) {
    let mut strip = [0.0_f32; BLOCK];
    let x = &mut strip[..y.len()];
    for (&j, total) in coordinates.iter().zip(total.chunks_exact_mut(3)) {
        samples.coordinate_inline(block, j, x);
        let sums = strip_sums(x, y, shift, gate);
        for (total, sum) in total.iter_mut().zip(sums) {
            *total += sum;
        }
    }
}

/// Lanes that a strip is summed in.
const LANES: usize = 16;

#[inline(always)]
fn strip_sums(
    x: &[f32],
    y: &[f32],
    shift: &[f32],
    gate: impl Fn(f32, f32, f32) -> (f32, f32),
) -> [f64; 3] {
    let mut sums = [[0.0_f32; LANES]; 3];
    let mut add = |lane: usize, x: f32, y: f32, c: f32| {
        let xy = x * y;
        let (plus, minus) = gate(x, c, xy);
        sums[0][lane] += plus;
        sums[1][lane] += minus;
        sums[2][lane] += xy;
    };
    let (x, x_rest) = x.as_chunks::<LANES>();
    let (y, y_rest) = y.as_chunks::<LANES>();
    let (c, c_rest) = shift.as_chunks::<LANES>();
    for ((x, y), c) in x.iter().zip(y).zip(c) {
        for lane in 0..LANES {
            add(lane, x[lane], y[lane], c[lane]);
        }
    }
    for (lane, ((x, y), c)) in x_rest.iter().zip(y_rest).zip(c_rest).enumerate() {
        add(lane, *x, *y, *c);
    }
    sums.map(|lanes| lanes.iter().map(|&s| f64::from(s)).sum())
}
