//! Sums over blocks whose value does not depend on who adds what.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::crew::Crew;

/// Spans that a sum is split into. The split depends on the number of blocks alone, so the
/// spans may be added by any threads; they are merged in their order.
const SPANS: u64 = 16;

/// Blocks from which helpers are asked for: below, starting a thread costs what it saves.
const WORTH_SHARING: u64 = 2 * SPANS;

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
///
/// Each thread that takes part has a `scratch` of its own. Idle threads of `crew` help, and
/// leave when trials need them.
pub fn sum_blocks<A: Merge + Send, S>(
    crew: &Crew,
    blocks: u64,
    zero: impl Fn() -> A + Sync,
    scratch: impl Fn() -> S + Sync,
    visit: impl Fn(&mut A, &mut S, u64) + Sync,
) -> A {
    let spans: Vec<Range<u64>> = spans(blocks).collect();
    let next = AtomicUsize::new(0);
    let sum = Mutex::new(InOrder::new(zero()));
    let work = |before_span: &dyn Fn() -> bool| {
        let mut scratch = scratch();
        while before_span() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(span) = spans.get(index) else { break };
            let mut part = zero();
            for block in span.clone() {
                visit(&mut part, &mut scratch, block);
            }
            sum.lock().unwrap_or_else(PoisonError::into_inner).add(index, part);
        }
    };
    let work = &work;
    thread::scope(|scope| {
        work(&|| {
            let left = spans.len().saturating_sub(next.load(Ordering::Relaxed) + 1);
            if blocks >= WORTH_SHARING {
                // A helper that cannot be started is not missed: the sum is the same without.
                for seat in (0..left).map_while(|_| crew.helper()) {
                    let helper = move || work(&|| !seat.is_needed());
                    if thread::Builder::new().spawn_scoped(scope, helper).is_err() {
                        break;
                    }
                }
            }
            true
        });
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner).total
}

/// Adds parts in the order of their numbers, whatever order they come in.
struct InOrder<A> {
    total: A,
    next: usize,
    early: BTreeMap<usize, A>,
}

impl<A: Merge> InOrder<A> {
    fn new(total: A) -> Self {
        Self { total, next: 0, early: BTreeMap::new() }
    }

    fn add(&mut self, index: usize, part: A) {
        self.early.insert(index, part);
        while let Some(part) = self.early.remove(&self.next) {
            self.total.merge(part);
            self.next += 1;
        }
    }
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

    #[test]
    fn helpers_change_no_bit() {
        let sum = |threads: usize| {
            let crew = Crew::new(threads);
            let _seat = crew.enter();
            let term = |block: u64| (block as f64 + 0.1).sin() * 1e3_f64.powf((block % 7) as f64);
            let visit = |total: &mut [f64; 1], (): &mut (), block| total[0] += term(block);
            sum_blocks(&crew, 5000, || [0.0], || (), visit)[0].to_bits()
        };
        let alone = sum(1);
        for threads in [0, 2, 3, 4, 40] {
            assert_eq!(sum(threads), alone, "{threads} threads");
        }
    }

    #[test]
    fn parts_out_of_order_are_added_in_order() {
        let mut sum = InOrder::new([0.0]);
        for (index, part) in [(2, 1.0), (0, 1e16), (1, -1e16)] {
            sum.add(index, [part]);
        }
        assert_eq!(sum.total, [1.0]);
    }
}
