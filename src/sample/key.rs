//! Keys: every random number of a study descends from its seed through a tree of these.

/// A node of the key tree; its children are independent streams for all practical purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

/// 2⁶⁴ divided by the golden ratio, the increment of `SplitMix64`.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of `SplitMix64` (variant 13 of Stafford's mixers), a bijection of 64 bits.
#[inline(always)]
#[must_use]
pub const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Key {
    /// The root of the tree of `seed`.
    #[must_use]
    pub const fn root(seed: u64) -> Self {
        Self(mix(seed ^ GOLDEN))
    }

    /// Child number `index`; a bijection in `index` for a given parent.
    #[must_use]
    pub const fn child(self, index: u64) -> Self {
        Self(mix(self.0 ^ mix(index.wrapping_mul(GOLDEN).wrapping_add(GOLDEN))))
    }

    /// The child named by a text.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let start = self.child(name.len() as u64);
        name.as_bytes().chunks(8).fold(start, |key, chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            key.child(u64::from_le_bytes(word))
        })
    }

    /// The 64 bits themselves: a seed for a library's generator, or an identifier.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The node whose bits are `bits`: the inverse of [`Key::bits`].
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// The finaliser of `MurmurHash3` for 32 bits (Appleby), a bijection with full avalanche.
#[inline(always)]
const fn mix32(h: u32) -> u32 {
    let h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    let h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

/// Initial states of the lanes of the generator at `position` of the stream `key`.
///
/// For a given key the base state is a bijection of the position, and each lane has 128
/// bits of state, so two strips of one stream never share a state by construction of the
/// base and only with probability 2⁻¹²⁸ a pair through the lanes. Lanes are told apart by
/// 32-bit mixing, which vectorises.
#[inline(always)]
#[must_use]
pub fn lane_states<const LANES: usize>(key: Key, position: u64) -> [[u32; LANES]; 4] {
    let base = mix(position ^ key.0);
    let twin = mix(base ^ key.0.rotate_left(32) ^ GOLDEN);
    let words = [base as u32, (base >> 32) as u32, twin as u32, (twin >> 32) as u32];
    let mut state = [[0; LANES]; 4];
    for (state, word) in state.iter_mut().zip(words) {
        for (lane, state) in state.iter_mut().enumerate() {
            *state = mix32(word.wrapping_add((lane as u32).wrapping_mul(GOLDEN as u32 | 1)));
        }
    }
    // The all-zero state is the one fixed point of the generator.
    let [a, b, c, d] = &mut state;
    for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
        *d |= u32::from(*a | *b | *c == 0);
    }
    state
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn children_differ_from_each_other_and_from_their_parents() {
        let mut seen = HashSet::new();
        for seed in 0..20 {
            let root = Key::root(seed);
            assert!(seen.insert(root.bits()));
            for child in 0..200 {
                assert!(seen.insert(root.child(child).bits()));
            }
        }
        assert_ne!(Key::root(1).named("feature"), Key::root(1).named("readout"));
        assert_ne!(Key::root(1).named("a"), Key::root(1).named("a\0"));
    }

    #[test]
    fn one_flipped_bit_of_a_position_flips_half_of_the_state() {
        let key = Key::root(3);
        let mut flipped = 0;
        let positions = 200;
        for position in 0..positions {
            let a = lane_states::<16>(key, position);
            let b = lane_states::<16>(key, position ^ (1 << (position % 64)));
            for (x, y) in a.iter().flatten().zip(b.iter().flatten()) {
                flipped += (x ^ y).count_ones();
            }
        }
        let share = f64::from(flipped) / (positions as f64 * 64.0 * 32.0);
        assert!((share - 0.5).abs() < 0.005, "{share}");
    }
}
