//! Sums over blocks whose value does not depend on who adds what.

use std::ops::Range;

/// Spans that a sum is split into. The split depends on the number of blocks alone, so the
/// spans may be added by any threads in any order and merged in theirs.
const SPANS: u64 = 16;

/// An accumulator that takes over the content of another.
pub trait Merge {
    /// Adds `other` to `self`.
    fn merge(&mut self, other: Self);
}

impl<const N: usize> Merge for [f64; N] {
    fn merge(&mut self, other: Self) {
        for (a, b) in self.iter_mut().zip(other) {
            *a += b;
        }
    }
}

impl Merge for Vec<f64> {
    fn merge(&mut self, other: Self) {
        for (a, b) in self.iter_mut().zip(other) {
            *a += b;
        }
    }
}

fn spans(blocks: u64) -> impl Iterator<Item = Range<u64>> {
    let count = SPANS.min(blocks.max(1));
    (0..count).map(move |i| (blocks * i / count)..(blocks * (i + 1) / count))
}

/// Σ over `blocks` of what `visit` adds to an accumulator that starts at `zero`.
pub fn sum_blocks<A: Merge>(
    blocks: u64,
    zero: impl Fn() -> A,
    mut visit: impl FnMut(&mut A, u64),
) -> A {
    let mut total = zero();
    for span in spans(blocks) {
        let mut part = zero();
        for block in span {
            visit(&mut part, block);
        }
        total.merge(part);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover_every_block_once() {
        for blocks in [0, 1, 2, 15, 16, 17, 1000] {
            let covered: Vec<u64> = spans(blocks).flatten().collect();
            assert_eq!(covered, (0..blocks).collect::<Vec<_>>());
        }
    }
}
