//! Names of the channels.

use crate::error::{Error, Result, nearest};

/// A combination of the gradients at the two shifted basis vectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    /// All channels.
    pub const ALL: [Self; 5] = [Self::Raw, Self::Even, Self::Odd, Self::OddNoLinear, Self::Linear];

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
        match self {
            Self::Raw => "raw",
            Self::Even => "even",
            Self::Odd => "odd",
            Self::OddNoLinear => "odd_no_linear",
            Self::Linear => "linear",
        }
    }

    /// The channel called `name`.
    ///
    /// # Errors
    ///
    /// An unknown name; the hint gives the nearest one, or all of them.
    pub fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|c| c.name() == name);
        found.ok_or_else(|| unknown(name, &Self::ALL.map(Self::name)))
    }
}

/// What a study asks for: one channel, or the best of three.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelChoice {
    /// The largest of even, odd without linear part, and linear, each over its null standard
    /// deviation.
    Auto,
    /// This channel.
    Only(Channel),
}

impl ChannelChoice {
    /// `auto`, or the name of a channel.
    ///
    /// # Errors
    ///
    /// An unknown name; the hint gives the nearest one, or all of them.
    pub fn parse(name: &str) -> Result<Self> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        let names: Vec<&str> =
            std::iter::once("auto").chain(Channel::ALL.map(Channel::name)).collect();
        Channel::parse(name).map(Self::Only).map_err(|_| unknown(name, &names))
    }

    /// The name used in study files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Only(channel) => channel.name(),
        }
    }

    /// The channels that are scored.
    #[must_use]
    pub fn channels(self) -> &'static [Channel] {
        match self {
            Self::Auto => &[Channel::Even, Channel::OddNoLinear, Channel::Linear],
            Self::Only(Channel::Raw) => &[Channel::Raw],
            Self::Only(Channel::Even) => &[Channel::Even],
            Self::Only(Channel::Odd) => &[Channel::Odd],
            Self::Only(Channel::OddNoLinear) => &[Channel::OddNoLinear],
            Self::Only(Channel::Linear) => &[Channel::Linear],
        }
    }
}

fn unknown(name: &str, known: &[&str]) -> Error {
    let hint = nearest(name, known.iter().copied()).map_or_else(
        || format!("channels: {}", known.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Error::usage(format!("unknown channel `{name}`")).hint(hint)
}
