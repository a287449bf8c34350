//! The null law of a score: the largest of several channels.

use super::tail::NullLaw;
use crate::model::quadrature::legendre;

/// The law of max_c |S_c|, each channel's score in its null standard deviations.
///
/// Channels are taken as independent,
///
/// ```text
/// P(max > t) = 1 − Π_c (1 − P(|S_c| > t))
/// ```
///
/// They are uncorrelated: even, linear and remaining odd parts are orthogonal. What is neglected
/// is the difference between P(both > t) and the product of the two, of the order of the square
/// of the tail; among the M largest of d scores a share of the order of M/d.
#[derive(Clone, Debug)]
pub struct ScoreLaw {
    channels: Vec<NullLaw>,
}

impl ScoreLaw {
    /// That of the given channels.
    #[must_use]
    pub fn new(channels: Vec<NullLaw>) -> Self {
        Self { channels }
    }

    /// P(score > t): the p-value of a score t.
    #[must_use]
    pub fn beyond(&self, t: f64) -> f64 {
        if let [channel] = self.channels.as_slice() {
            return channel.beyond(t);
        }
        let within: f64 = self.channels.iter().map(|c| libm::log1p(-c.beyond(t))).sum();
        -libm::expm1(within)
    }

    /// The score t that a null coordinate exceeds with probability `p`, to about 10⁻¹².
    #[must_use]
    pub fn threshold(&self, p: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        while self.beyond(high) > p && high < 1e3 {
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..48 {
            let middle = f64::midpoint(low, high);
            if self.beyond(middle) > p { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// E t^k of a null score t for k = 1..4, from E t^k = ∫ k t^{k−1} P(score > t) dt.
    #[must_use]
    pub fn moments(&self) -> [f64; 4] {
        let mut moments = [0.0; 4];
        let rule = legendre(8);
        for panel in 0..30 {
            for &(node, weight) in &rule {
                let t = f64::from(panel) + 0.5 + 0.5 * node;
                let mut term = 0.5 * weight * self.beyond(t);
                for (k, moment) in (1_u32..).zip(&mut moments) {
                    *moment += f64::from(k) * term;
                    term *= t;
                }
            }
            if self.beyond(f64::from(panel) + 1.0) < 1e-18 {
                break;
            }
        }
        moments
    }
}
