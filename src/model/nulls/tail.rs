//! The tail of one channel's null score, by an integral through the saddle point.

use std::f64::consts::{PI, TAU};

use super::complex::{c64, exp, real};
use super::labels::LabelSums;
use super::term::{ORDER, TermLaw, horner};

/// Standard deviations between the points whose saddles carry a line.
const SPACING: f64 = 2.5;

/// Lines end where the tail is below e^{−90}, or where they cannot be laid and it is below e^{−45}:
/// even of 2⁶² scores none lies there.
const DEEP: f64 = -90.0;
const ENOUGH: f64 = -45.0;

/// Largest saddle, in standard deviations; the series of K holds to twice of it.
const LARGEST_SADDLE: f64 = 14.0;

/// −ln of the error that aliasing may add, relative to the tail.
const ALIAS: f64 = 36.0;

/// Points that a line has at most. Fewer than 100 are the rule; the end is met by a few hundred
/// labels under a shift that leaves most inputs without effect, whose score is nearly discrete.
const MAX_POINTS: usize = 600;

/// Share of the radius of convergence within which the power sums stand for K.
const WITHIN: f64 = 0.55;

/// Squares of what an integrand may still be, relative to its start, where the power sums or the
/// points end.
const SERIES_LEFT: f64 = 1e-8;
const POINTS_LEFT: f64 = 1e-5;

/// Share of the θ for which K is finite that a line may go to: at the end aliases decay slowly.
const INSIDE: f64 = 0.95;

/// The law of S = Σ_i ỹ_i h(Z_i) given the labels ỹ, in its own standard deviations.
///
/// For any θ > 0 where K is finite,
///
/// ```text
/// P(S > x) = (1/π) ∫₀^∞ Re e^{K(z) − zx}/z dt,     z = θ + it
/// ```
///
/// On the line through the saddle K'(θ) = x the integrand falls like e^{−t²/2} and nothing
/// cancels, so that the tail has full *relative* precision at any level. The midpoint rule of
/// step h = 2π/X has the error −e^{−θX} P(S > x − X) − e^{θX} P(S > x + X) + …, which Chernoff's
/// bound makes small by choice of X. A line serves the points within 1.25 standard deviations:
/// beside its saddle it loses a factor of e^{0.8} of precision. So a handful of lines, laid once,
/// gives every tail by one sum over the points of a line.
///
/// The law of the negative score is that of K(−z).
#[derive(Clone, Debug)]
pub struct NullLaw {
    upper: Vec<Line>,
    /// `None` where it is that of the upper side.
    lower: Option<Vec<Line>>,
    unit: f64,
}

impl NullLaw {
    /// The law of the score of `term` given labels; none where it is so nearly discrete that the
    /// integrand does not fall, as under a shift that leaves most inputs without effect.
    #[must_use]
    pub fn new(term: &TermLaw, labels: &LabelSums) -> Option<Self> {
        let unit = term.unit();
        if labels.norm() == 0.0 {
            return Some(Self { upper: Vec::new(), lower: None, unit });
        }
        let side = |sign| lines(&Cumulants::new(term, labels, sign));
        let lower = if term.is_symmetric() { None } else { Some(side(-1.0)?) };
        Some(Self { upper: side(1.0)?, lower, unit })
    }

    /// P(S > x) for x ≥ 0, in null standard deviations; labels that are all 0 give 1.
    #[must_use]
    pub fn above(&self, x: f64) -> f64 {
        tail(&self.upper, x * self.unit)
    }

    /// P(S < −x) for x ≥ 0.
    #[must_use]
    pub fn below(&self, x: f64) -> f64 {
        tail(self.lower.as_ref().unwrap_or(&self.upper), x * self.unit)
    }

    /// P(|S| > x) for x ≥ 0.
    #[must_use]
    pub fn beyond(&self, x: f64) -> f64 {
        if self.lower.is_none() { 2.0 * self.above(x) } else { self.above(x) + self.below(x) }
            .min(1.0)
    }
}

fn tail(lines: &[Line], x: f64) -> f64 {
    let at = (x / SPACING) as usize;
    let Some(last) = lines.last() else { return 1.0 };
    if let Some(line) = lines.get(at) {
        return line.tail(x);
    }
    // Beyond the last line only the order of tails matters.
    let end = lines.len() as f64 * SPACING;
    last.tail(end) * libm::exp(last.saddle * (end - x))
}

/// K(± z) of a channel given labels, scaled to variance 1.
pub(super) struct Cumulants<'a> {
    term: &'a TermLaw,
    series: [f64; ORDER + 1],
    large: Vec<(f64, f64)>,
    /// The supremum of the θ for which K is finite.
    limit: f64,
    /// How far from the real axis the series stands for its part of K.
    horizon: f64,
    /// ln of the probability that every label meets the one value of positive probability.
    log_atom: f64,
}

impl<'a> Cumulants<'a> {
    /// K(z) for `sign` = 1, K(−z) for −1.
    pub(super) fn new(term: &'a TermLaw, labels: &LabelSums, sign: f64) -> Self {
        let (powers, large) = labels.scaled();
        let sign_to = |k: usize| if k % 2 == 1 { sign } else { 1.0 };
        let series = std::array::from_fn(|k| term.series()[k] * powers[k] * sign_to(k));
        let large: Vec<_> = large.iter().map(|(y, count)| (sign * y, *count)).collect();
        let limit = |(y, _): &(f64, f64)| term.limit(y.signum()) / y.abs();
        Self {
            term,
            series,
            limit: large.iter().map(limit).fold(f64::INFINITY, f64::min),
            large,
            horizon: WITHIN * term.radius() / labels.reach(),
            log_atom: labels.count() * libm::log(term.atom()),
        }
    }

    /// K(z), up to a multiple of 2πi.
    pub(super) fn at(&self, z: c64) -> c64 {
        let each = |&(y, count): &(f64, f64)| self.term.log_mgf(z * y) * count;
        let large: c64 = self.large.iter().map(each).sum();
        horner(&self.series, z) + large
    }

    fn real(&self, theta: f64) -> f64 {
        self.at(real(theta)).re
    }

    /// K'(θ), by a step along the imaginary axis: no difference is taken.
    pub(super) fn slope(&self, theta: f64) -> f64 {
        const STEP: f64 = 1e-20;
        self.at(c64::new(theta, STEP)).im / STEP
    }

    /// θ with K'(θ) = x, to the few digits that matter, or the largest there is.
    fn saddle(&self, x: f64) -> f64 {
        let (mut low, mut high) = (0.0, LARGEST_SADDLE.min(INSIDE * self.limit));
        if self.slope(high) <= x {
            return high;
        }
        for _ in 0..16 {
            let middle = f64::midpoint(low, high);
            if self.slope(middle) < x { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// The period X of the midpoint rule on the line through θ, for x between `low` and `high`.
    ///
    /// Relative to P(S > x) ≈ e^{K(θ) − θx}/(θ√2π), the aliases are at most e^{−θX} over it and,
    /// for any δ > 0, e^{K(θ+δ) − K(θ) − δ(x + X)} θ√2π.
    fn period(&self, theta: f64, low: f64, high: f64) -> f64 {
        let at = self.real(theta);
        let below = (ALIAS + (theta * high - at).max(0.0) + libm::log(1.0 + 3.0 * theta)) / theta;
        let room = 0.5 * (self.limit - theta);
        let above = [1.0_f64, 2.0, 4.0].map(|delta| {
            let delta = delta.min(room);
            (ALIAS + self.real(theta + delta) - at + 3.0) / delta - low
        });
        let above = above.into_iter().fold(f64::INFINITY, f64::min);
        below.max(above).clamp(12.0, 1e4)
    }
}

/// Lines through the saddles of 1.25, 3.75, 6.25, … standard deviations.
fn lines(cumulants: &Cumulants<'_>) -> Option<Vec<Line>> {
    let (mut lines, mut depth): (Vec<Line>, _) = (Vec::new(), 0.0);
    loop {
        let low = SPACING * lines.len() as f64;
        let x = low + 0.5 * SPACING;
        let Some(line) = Line::new(cumulants, cumulants.saddle(x), low, low + SPACING) else {
            return (depth < ENOUGH).then_some(lines);
        };
        depth = line.level - line.saddle * x;
        let last = depth < DEEP || line.saddle >= LARGEST_SADDLE || lines.len() > 40;
        lines.push(line);
        if last {
            return Some(lines);
        }
    }
}

/// e^{K(z) − K(θ)}/z at the points of a vertical line.
#[derive(Clone, Debug)]
struct Line {
    saddle: f64,
    /// K(θ).
    level: f64,
    step: f64,
    values: Vec<c64>,
}

impl Line {
    /// The line through θ, for tails at x from `low` to `high`.
    ///
    /// An atom of S at 0, all labels at the one value of positive probability, would keep the
    /// integrand from falling; it lies in no tail and is taken out of e^K.
    fn new(cumulants: &Cumulants<'_>, saddle: f64, low: f64, high: f64) -> Option<Self> {
        let level = cumulants.real(saddle);
        let step = TAU / cumulants.period(saddle, low, high);
        let atom = libm::exp(cumulants.log_atom - level);
        let mut values = Vec::new();
        let (mut quiet, mut left) = (0, 1.0);
        while quiet < 4 && values.len() < MAX_POINTS {
            let z = c64::new(saddle, (values.len() as f64 + 0.5) * step);
            let value = (exp(cumulants.at(z) - level) - atom) / z;
            values.push(value);
            left = value.norm_sqr() / values[0].norm_sqr();
            if z.im > cumulants.horizon {
                if left > SERIES_LEFT {
                    return None;
                }
                break;
            }
            quiet = if left < 1e-34 { quiet + 1 } else { 0 };
        }
        (left < POINTS_LEFT).then_some(Self { saddle, level, step, values })
    }

    fn tail(&self, x: f64) -> f64 {
        let turn = exp(c64::new(0.0, -self.step * x));
        let mut phase = exp(c64::new(0.0, -0.5 * self.step * x));
        let mut sum = 0.0;
        for value in &self.values {
            sum += value.re * phase.re - value.im * phase.im;
            phase *= turn;
        }
        (sum * self.step / PI * libm::exp(self.level - self.saddle * x)).clamp(0.0, 1.0)
    }
}
