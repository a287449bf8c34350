//! Names of the channels.

use serde::Serialize;
use strum::{EnumIter, IntoStaticStr};

use crate::error::{Result, named_or};
use crate::model::choice::Choice;

/// A combination of the gradients at the two shifted basis vectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EnumIter, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The gradient at +e_j alone.
    Raw,
    /// Half the difference: sees even orders only.
    Even,
    /// Half the sum: sees odd orders only.
    Odd,
    /// Half the sum without its linear part: sees odd orders from 3 on.
    OddNoLinear,
    /// The correlation of the label with the coordinate: sees order 1 only.
    Linear,
}

impl Channel {
    /// The channel without linear part that sees order `k_star`; order 1 is the linear part.
    #[must_use]
    pub fn matching(k_star: u32) -> Self {
        match k_star {
            1 => Self::Linear,
            k if k.is_multiple_of(2) => Self::Even,
            _ => Self::OddNoLinear,
        }
    }

    /// The name used in study files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a study asks for: one channel, or the largest of even, odd without linear part, and
/// linear, each over its null standard deviation.
pub type ChannelChoice = Choice<Channel>;

impl ChannelChoice {
    /// `auto`, or the name of a channel.
    ///
    /// # Errors
    ///
    /// An unknown name; the hint gives the nearest one, or all of them.
    pub fn parse(name: &str) -> Result<Self> {
        named_or("channel", name, "auto").map(|found| found.map_or(Self::Auto, Self::Fixed))
    }

    /// The channels that are scored.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        match self {
            Self::Auto => &[Channel::Even, Channel::OddNoLinear, Channel::Linear],
            Self::Fixed(channel) => std::slice::from_ref(channel),
        }
    }
}
