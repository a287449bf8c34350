//! The coordinate statistic by which pruning ranks the input coordinates.
//!
//! The first-layer gradient of y φ(⟨w, x⟩ + c) at the shifted basis vectors w = ±e_j has
//! coordinate j equal to y x_j φ'(±x_j + c). Averaged over samples it is large when x_j matters.
//! Combinations of the two signs make the channels, each of which sees some Hermite orders of
//! the target and not others.

mod blind;
mod channel;
mod gate;
mod shift;
#[cfg(test)]
mod tests;

pub use blind::{Blind, blind_channels};
pub use channel::{Channel, ChannelChoice};
pub use gate::Gate;
pub use shift::{best_feature_shift, best_shift, feature_gain};

use super::activation::Activation;
use super::hermite::{factorial, he};
use super::quadrature::{gaussian_mean, gaussian_mean_2d};
use crate::error::{Error, Result};

/// Variance below which a statistic counts as identically zero.
const NULL_VARIANCE: f64 = 1e-13;

/// One coordinate statistic h, centred, with its law under the null.
///
/// With D± = φ'(±x + c), or D± = φ'(±√(1−c²) x + c ζ) with ζ ~ N(0, 1) independent when the data
/// are augmented:
///
/// | channel | h(x) before centring |
/// |---|---|
/// | `raw` | x D⁺ |
/// | `even` | x (D⁺ − D⁻)/2 |
/// | `odd` | x (D⁺ + D⁻)/2 |
/// | `odd_no_linear` | x (D⁺ + D⁻)/2 − a₁ x, a₁ = E[x² (D⁺ + D⁻)/2] |
/// | `linear` | x |
///
/// ```
/// use secateur::model::{Activation, Channel, Statistic};
/// let h = Statistic::new(Activation::Relu, Channel::Even, 0.0, false)?;
/// assert!((h.correlation(2) - 0.936).abs() < 5e-4);
/// # Ok::<(), secateur::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    /// The activation φ.
    pub activation: Activation,
    /// Which combination of the two signs.
    pub channel: Channel,
    /// The shift c.
    pub shift: f64,
    /// Whether the shift comes from an appended noise coordinate instead of a bias.
    pub augmented: bool,
    /// E h before centring.
    pub mean: f64,
    /// Linear coefficient a₁ = E[h(x) x], before it is removed in `odd_no_linear`.
    pub linear: f64,
    /// Standard deviation of [`value`](Self::value) under the null; 0 if the channel vanishes.
    pub std: f64,
}

impl Statistic {
    /// The statistic, its moments computed by quadrature.
    ///
    /// # Errors
    ///
    /// A shift that is not finite or beyond ±10; with augmentation, beyond ±1.
    pub fn new(
        activation: Activation,
        channel: Channel,
        shift: f64,
        augmented: bool,
    ) -> Result<Self> {
        check_shift(shift, augmented)?;
        let mut h =
            Self { activation, channel, shift, augmented, mean: 0.0, linear: 0.0, std: 1.0 };
        h.mean = h.raw_moment(0);
        h.linear = h.raw_moment(1);
        let variance = h.centred_variance();
        h.std = if variance > NULL_VARIANCE { variance.sqrt() } else { 0.0 };
        Ok(h)
    }

    /// h(x), centred, of data without augmentation; with it, the value at ζ = 0.
    #[must_use]
    #[inline]
    pub fn value(&self, x: f64) -> f64 {
        if self.augmented { self.value_augmented(x, 0.0) } else { self.centred(x, x, self.shift) }
    }

    /// h(x, ζ), centred, of augmented data; ζ is ignored without augmentation.
    #[must_use]
    #[inline]
    pub fn value_augmented(&self, x: f64, zeta: f64) -> f64 {
        if self.augmented {
            self.centred(x, self.scale() * x, self.shift * zeta)
        } else {
            self.centred(x, x, self.shift)
        }
    }

    /// Signed correlation of h with the normalised Hermite polynomial of order k under the null,
    /// ρ_k = E\[h(x) He_k(x)\]/(√k! std); 0 for k = 0 and for a channel that vanishes.
    #[must_use]
    pub fn correlation(&self, k: u32) -> f64 {
        let removed = k == 0 || (k == 1 && self.channel == Channel::OddNoLinear);
        if removed || self.is_null() {
            return 0.0;
        }
        self.raw_moment(k) / (factorial(k).sqrt() * self.std)
    }

    /// Whether the centred statistic is zero almost surely, as `odd_no_linear` of ReLU at c = 0.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.std <= 0.0
    }

    /// Factor of x inside φ': √(1−c²) with augmentation, else 1.
    fn scale(&self) -> f64 {
        if self.augmented { (1.0 - self.shift * self.shift).max(0.0).sqrt() } else { 1.0 }
    }

    #[inline]
    fn centred(&self, x: f64, inner: f64, bias: f64) -> f64 {
        let linear = if self.channel == Channel::OddNoLinear { self.linear * x } else { 0.0 };
        self.uncentred(x, inner, bias) - self.mean - linear
    }

    #[inline]
    fn uncentred(&self, x: f64, inner: f64, bias: f64) -> f64 {
        let d = |u: f64| self.activation.derivative(u + bias);
        match self.channel {
            Channel::Raw => x * d(inner),
            Channel::Even => 0.5 * x * (d(inner) - d(-inner)),
            Channel::Odd | Channel::OddNoLinear => 0.5 * x * (d(inner) + d(-inner)),
            Channel::Linear => x,
        }
    }

    /// E[h(x) He_k(x)] of the uncentred h, its linear part still in.
    fn raw_moment(&self, k: u32) -> f64 {
        if self.channel == Channel::Linear {
            return f64::from(k == 1);
        }
        if self.augmented {
            return self.augmented_moment(k);
        }
        gaussian_mean(|x| self.uncentred(x, x, self.shift) * he(k, x), &self.kinks())
    }

    /// x He_k = He_{k+1} + k He_{k−1}, and E[He_j(x) | u] = aʲ He_j(u) for u = a x + c ζ reduce
    /// the two-dimensional mean to one dimension. D⁻ gives the same up to the sign (−1)^{k+1}.
    fn augmented_moment(&self, k: u32) -> f64 {
        let visible = match self.channel {
            Channel::Raw => true,
            Channel::Even => k.is_multiple_of(2),
            Channel::Odd | Channel::OddNoLinear | Channel::Linear => !k.is_multiple_of(2),
        };
        if !visible {
            return 0.0;
        }
        let against = |order: u32| {
            let f = |u: f64| self.activation.derivative(u) * he(order, u);
            self.scale().powi(order as i32) * gaussian_mean(f, self.activation.kinks())
        };
        let lower = if k == 0 { 0.0 } else { f64::from(k) * against(k - 1) };
        against(k + 1) + lower
    }

    fn centred_variance(&self) -> f64 {
        if self.channel == Channel::Linear {
            return 1.0;
        }
        if self.augmented && self.shift != 0.0 {
            return self.augmented_variance();
        }
        let bias = if self.augmented { 0.0 } else { self.shift };
        gaussian_mean(|x| self.centred(x, x, bias).powi(2), &self.kinks())
    }

    /// The integrand jumps where ±a x + c ζ meets a kink. The outer variable is chosen so that
    /// the inner mean varies on a scale of at least 1 in it.
    fn augmented_variance(&self) -> f64 {
        let (a, c) = (self.scale(), self.shift);
        let square = |x: f64, zeta: f64| self.centred(x, a * x, c * zeta).powi(2);
        let crossings = |fixed: f64, factor: f64| -> Vec<f64> {
            let kinks = self.activation.kinks().iter();
            kinks.flat_map(|k| [(k - fixed) / factor, (fixed - k) / factor]).collect()
        };
        if c.abs() > a {
            let inner = |x: f64| {
                let mut ends = crossings(a * x, c);
                ends.extend(crossings(-a * x, c));
                ends
            };
            gaussian_mean_2d(square, self.activation.kinks(), inner)
        } else {
            let outer = |zeta: f64, x: f64| square(x, zeta);
            gaussian_mean_2d(outer, self.activation.kinks(), |zeta| crossings(c * zeta, a))
        }
    }

    /// Where h without augmentation jumps: ±x + c at a kink of φ'.
    fn kinks(&self) -> Vec<f64> {
        let bias = if self.augmented { 0.0 } else { self.shift };
        self.activation.kinks().iter().flat_map(|k| [k - bias, bias - k]).collect()
    }
}

/// The shift must be finite and inside ±10, or inside ±1 with augmentation.
fn check_shift(shift: f64, augmented: bool) -> Result<()> {
    let limit = if augmented { 1.0 } else { 10.0 };
    if shift.abs() <= limit {
        return Ok(());
    }
    let error = Error::usage(format!("shift = {shift} is outside [-{limit}, {limit}]"));
    Err(if augmented {
        error.hint("with augmentation the basis vector is √(1−c²) e_j + c e_{d+1}, so |c| ≤ 1")
    } else {
        error.hint("beyond that hardly a sample reaches the kink; `auto` finds the best shift")
    })
}
