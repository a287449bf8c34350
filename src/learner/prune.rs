//! Gradient comparison and pruning: parts 1 to 3 of `PruneNetwork`.
//!
//! For each coordinate j the gradients of the first layer at the two shifted basis vectors,
//! g_j^± = (1/n) Σ_i ỹ_i φ'(±x_ij + c) x_ij, are combined into channels that see even
//! Hermite orders, odd ones, or odd ones without the first.

use super::options::{Keep, PruneOptions, Shift};
use super::ranking::Selected;
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::model::direction::Directions;
use crate::model::statistic::{Channel, Statistic, best_shift};
use crate::sample::{BLOCK, CentredLabels, LabelScratch, Samples, reduce, simd};

/// Scores coordinates by the channels of the even–odd decomposition.
#[derive(Clone, Debug)]
pub struct GradientComparison {
    activation: Activation,
    shift: f64,
    augmented: bool,
    channels: Vec<Statistic>,
}

impl GradientComparison {
    /// Resolves `auto` for links of information exponent `k_star`.
    ///
    /// # Errors
    /// When the shift is out of range, or the one channel asked for is identically zero.
    pub fn new(options: &PruneOptions, activation: Activation, k_star: u32) -> Result<Self> {
        let shift = match options.shift {
            Shift::Auto => best_shift(activation, k_star, options.augmented),
            Shift::Fixed(c) => c,
        };
        let statistic = |channel| Statistic::new(activation, channel, shift, options.augmented);
        let asked = options.channel.channels().iter().map(|&channel| statistic(channel));
        let asked = asked.collect::<Result<Vec<_>>>()?;
        let channels: Vec<_> = asked.iter().copied().filter(|s| !s.is_null()).collect();
        if channels.is_empty() {
            return Err(vanishes(&asked[0]));
        }
        Ok(Self { activation, shift, augmented: options.augmented, channels })
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

    /// The coordinates of `directions` that survive the comparison on `labels`.
    #[must_use]
    pub fn select(
        &self,
        labels: &CentredLabels<'_>,
        keep: Keep,
        directions: &Directions,
    ) -> Selected {
        let scores = self.scores(labels, directions.d());
        Selected::by(&scores, keep, directions, self.channels.len())
    }

    /// Score of each coordinate 0..d: the largest |g| of its channels, each divided by its
    /// null standard deviation √(Var y Var h / n).
    #[must_use]
    pub fn scores(&self, labels: &CentredLabels<'_>, d: usize) -> Vec<f64> {
        let n = labels.samples().n() as f64;
        let scale = n.sqrt() / labels.variance().sqrt().max(f64::MIN_POSITIVE);
        let sums = self.sums(labels, d);
        let gradients = sums.chunks_exact(3).map(|s| [s[0] / n, s[1] / n, s[2] / n]);
        gradients
            .map(|g| {
                let score = |s: &Statistic| combine(s, g).abs() / s.std * scale;
                self.channels.iter().map(score).fold(0.0, f64::max)
            })
            .collect()
    }

    /// Σ_i ỹ_i x_ij φ'(x_ij + c), Σ_i ỹ_i x_ij φ'(−x_ij + c) and Σ_i ỹ_i x_ij for every j.
    fn sums(&self, labels: &CentredLabels<'_>, d: usize) -> Vec<f64> {
        let samples = labels.samples();
        reduce::sum_blocks(
            samples.crew(),
            samples.blocks(),
            || vec![0.0; 3 * d],
            || (LabelScratch::default(), Vec::new()),
            |total: &mut Vec<f64>, (scratch, y), block| {
                y.resize(samples.block_len(block), 0.0);
                labels.block(block, scratch, y);
                self.add_block(samples, block, y, total);
            },
        )
    }

    fn add_block(&self, samples: &Samples<'_>, block: u64, y: &[f32], total: &mut [f64]) {
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
        let activation = self.activation;
        simd::vectorise(
            #[inline(always)]
            || {
                // The common cases are spelled out so that they compile to masks.
                if activation == Activation::Relu && !self.augmented {
                    let gate = |x: f32, _: f32, xy: f32| (keep_if(x > -c, xy), keep_if(x < c, xy));
                    for_coordinates(samples, block, y, shift, total, gate);
                } else if activation == Activation::Relu {
                    let gate = |x: f32, c: f32, xy: f32| {
                        (keep_if(c + slope * x > 0.0, xy), keep_if(c - slope * x > 0.0, xy))
                    };
                    for_coordinates(samples, block, y, shift, total, gate);
                } else {
                    let gate = |x: f32, c: f32, xy: f32| {
                        let derivative = |u: f32| activation.derivative_f32(u);
                        (xy * derivative(c + slope * x), xy * derivative(c - slope * x))
                    };
                    for_coordinates(samples, block, y, shift, total, gate);
                }
            },
        );
    }
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

/// Adds the three sums of a block to `total`, coordinate by coordinate; `gate` turns x, the
/// shift and x ỹ into (x ỹ φ'(x + c), x ỹ φ'(−x + c)).
#[inline(always)]
fn for_coordinates(
    samples: &Samples<'_>,
    block: u64,
    y: &[f32],
    shift: &[f32],
    total: &mut [f64],
    gate: impl Fn(f32, f32, f32) -> (f32, f32) + Copy,
) {
    let mut strip = [0.0_f32; BLOCK];
    let x = &mut strip[..y.len()];
    for (j, total) in total.chunks_exact_mut(3).enumerate() {
        samples.coordinate_inline(block, j as u32, x);
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

/// The coordinates that survive, increasing.
///
/// `s` is the sparsity of the target and `channels` the number of channels behind a score;
/// ties go to the smaller index. At least one coordinate survives.
#[must_use]
pub fn survivors(scores: &[f64], keep: Keep, s: usize, channels: usize) -> Vec<u32> {
    let d = scores.len();
    let mut order: Vec<u32> = (0..d as u32).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]).then(a.cmp(&b)));
    let count = match keep {
        Keep::Ratio(_) | Keep::Count(_) => kept_count(keep, s, d),
        Keep::Auto => {
            let cut = null_quantile(d, channels);
            scores.iter().filter(|&&score| score > cut).count()
        }
    };
    order.truncate(count.clamp(1, d));
    order.sort_unstable();
    order
}

/// M of d coordinates that `keep` asks for at sparsity `s`, at least one; s for
/// [`Keep::Auto`], which asks for no number.
#[must_use]
pub fn kept_count(keep: Keep, s: usize, d: usize) -> usize {
    let count = match keep {
        Keep::Ratio(rho) => (rho * s as f64).round() as usize,
        Keep::Count(count) => count,
        Keep::Auto => s,
    };
    count.clamp(1, d)
}

/// The (1 − 1/d) quantile of the largest |z| of `channels` independent standard normals.
///
/// Without signal the channels are uncorrelated (even, linear and remaining odd parts are
/// orthogonal) and, by the central limit theorem, nearly normal. With
/// P(|z| > t) = 1 − (1 − 1/d)^{1/channels} the largest exceeds t with probability 1/d.
fn null_quantile(d: usize, channels: usize) -> f64 {
    let log_below = (-1.0 / d.max(2) as f64).ln_1p() / channels.max(1) as f64;
    let tail = -log_below.exp_m1();
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if libm::erfc(middle / std::f64::consts::SQRT_2) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
