//! Which channels cannot see an order.

use strum::IntoEnumIterator;

use super::{Channel, Statistic};
use crate::error::Result;
use crate::model::activation::Activation;

/// Correlation below which an order is invisible.
const INVISIBLE: f64 = 1e-9;

/// A channel that cannot see an order, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Blind {
    /// The channel.
    pub channel: Channel,
    /// The shift c.
    pub shift: f64,
    /// The Hermite order that it misses.
    pub order: u32,
    /// Why, in words.
    pub reason: String,
}

/// The channels for which |ρ_k| < 1e-9 at order `k` and this shift.
///
/// ```
/// use secateur::model::{Activation, Channel, blind_channels};
/// let blind = blind_channels(Activation::Relu, 3, 0.0, false)?;
/// assert!(blind.iter().any(|b| b.channel == Channel::OddNoLinear));
/// # Ok::<(), secateur::Error>(())
/// ```
///
/// # Errors
///
/// A shift out of range, as for [`Statistic::new`].
pub fn blind_channels(
    activation: Activation,
    k: u32,
    shift: f64,
    augmented: bool,
) -> Result<Vec<Blind>> {
    let mut blind = Vec::new();
    for channel in Channel::iter() {
        let h = Statistic::new(activation, channel, shift, augmented)?;
        if h.correlation(k).abs() < INVISIBLE {
            blind.push(Blind { channel, shift, order: k, reason: reason(&h, k) });
        }
    }
    Ok(blind)
}

fn reason(h: &Statistic, k: u32) -> String {
    let name = h.activation.name();
    let even = k.is_multiple_of(2);
    match h.channel {
        _ if k == 0 => "the mean is removed from every channel".into(),
        Channel::Linear => "the linear channel sees order 1 only".into(),
        Channel::Even if !even => "the even channel sees even orders only".into(),
        Channel::Odd | Channel::OddNoLinear if even => {
            format!("the {} channel sees odd orders only", h.channel.name())
        }
        Channel::OddNoLinear if k == 1 => "the linear part is removed".into(),
        Channel::OddNoLinear if h.is_null() => {
            format!("the odd channel of {name} is linear at shift {}", h.shift)
        }
        _ if h.is_null() => {
            format!("the {} channel of {name} vanishes at shift {}", h.channel.name(), h.shift)
        }
        Channel::Odd | Channel::OddNoLinear if h.augmented => {
            format!("the noise averages the odd channel of {name} to its linear part")
        }
        _ => format!("order {k} of {name} vanishes at shift {}", h.shift),
    }
}
