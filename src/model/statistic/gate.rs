//! What a channel weighs the other inputs with.

use super::{Channel, NULL_VARIANCE, Statistic};
use crate::model::activation::Activation;
use crate::model::quadrature::gaussian_mean;

/// The factor g of a channel's h(x) = x g(x), centred, with its law under the null; D± = φ'(±x + c).
///
/// | channel | g(x) before centring |
/// |---|---|
/// | `raw` | D⁺ |
/// | `even` | (D⁺ − D⁻)/2, an odd function |
/// | `odd`, `odd_no_linear` | (D⁺ + D⁻)/2, an even function |
///
/// Entry l ≠ j of the gradient at the basis vectors ±e_j is (1/n) Σ ỹ g(x_j) x_l, of the channel's
/// parity in both inputs together. What E g adds to it is E g (1/n) Σ ỹ x_l in every row alike,
/// which says nothing of j: hence the centring. Its standard deviation without signal, in units
/// of sd(y)/√n, is that of g.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    activation: Activation,
    channel: Channel,
    shift: f64,
    /// E g before centring.
    pub mean: f64,
    /// Standard deviation of g under the null.
    pub std: f64,
}

impl Gate {
    /// That of `h` without augmentation; none if it is constant, as for `linear`, or for the odd
    /// channels of ReLU at c = 0.
    #[must_use]
    pub fn of(h: &Statistic) -> Option<Self> {
        let Statistic { activation, channel, shift, .. } = *h;
        if channel == Channel::Linear || h.augmented {
            return None;
        }
        let centred = Self { activation, channel, shift, mean: 0.0, std: 1.0 };
        let mean = gaussian_mean(|x| centred.value(x), &h.kinks());
        let gate = Self { mean, ..centred };
        let variance = gaussian_mean(|x| gate.value(x).powi(2), &h.kinks());
        (variance > NULL_VARIANCE).then(|| Self { std: variance.sqrt(), ..gate })
    }

    /// g(x), centred.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        let derivative = |u: f64| self.activation.derivative(u + self.shift);
        let (a, b) = self.parts();
        f64::from(a) * derivative(x) + f64::from(b) * derivative(-x) - self.mean
    }

    /// a and b of g = a D⁺ + b D⁻ − E g.
    fn parts(&self) -> (f32, f32) {
        match self.channel {
            Channel::Even => (0.5, -0.5),
            Channel::Odd | Channel::OddNoLinear => (0.5, 0.5),
            Channel::Raw | Channel::Linear => (1.0, 0.0),
        }
    }

    /// [`Gate::value`] of a strip times `y`, in single precision.
    #[inline(always)]
    pub fn weigh(&self, x: &[f32], y: &[f32], out: &mut [f32]) {
        let (a, b) = self.parts();
        let (c, mean, activation) = (self.shift as f32, self.mean as f32, self.activation);
        let terms = out.iter_mut().zip(x).zip(y);
        if activation == Activation::Relu {
            for ((out, &x), &y) in terms {
                let plus = if x > -c { a } else { 0.0 };
                let minus = if x < c { b } else { 0.0 };
                *out = (plus + minus - mean) * y;
            }
        } else {
            for ((out, &x), &y) in terms {
                let derivative = |u: f32| activation.derivative_f32(u);
                *out = (a * derivative(c + x) + b * derivative(c - x) - mean) * y;
            }
        }
    }
}
