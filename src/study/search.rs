//! Which sample sizes of a cell are run.
//!
//! A search asks for lattice indices one after the other and is told the median risk of
//! each. What it asks for depends on those medians alone, never on timing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// How sample sizes are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Walk the lattice until the median risk has crossed the threshold with a point on
    /// each side to spare.
    Bracket,
    /// Every sample size of the range.
    Grid,
}

/// Sample sizes of one cell, in the making.
#[derive(Clone, Debug)]
pub struct Search {
    method: Method,
    range: RangeInclusive<u32>,
    threshold: f64,
    start: u32,
    medians: BTreeMap<u32, f64>,
}

impl Search {
    /// A search over the lattice indices `range`, starting near `start`.
    #[must_use]
    pub fn new(method: Method, range: RangeInclusive<u32>, threshold: f64, start: u32) -> Self {
        let start = start.clamp(*range.start(), *range.end());
        Self { method, range, threshold, start, medians: BTreeMap::new() }
    }

    /// Records the median risk at `index`; a cell without a successful trial has risk +∞.
    pub fn record(&mut self, index: u32, median: f64) {
        self.medians.insert(index, median);
    }

    /// The next index to run, or `None` when the search is over.
    #[must_use]
    pub fn next(&self) -> Option<u32> {
        match self.method {
            Method::Grid => self.range.clone().find(|i| !self.medians.contains_key(i)),
            Method::Bracket => self.next_of_bracket(),
        }
    }

    fn next_of_bracket(&self) -> Option<u32> {
        let Some((&lowest, _)) = self.medians.first_key_value() else { return Some(self.start) };
        let (&highest, _) = self.medians.last_key_value()?;
        let (low, high) = (*self.range.start(), *self.range.end());
        match self.crossing() {
            None if self.above(lowest) => (highest < high).then(|| highest + 1),
            None => (lowest > low).then(|| lowest - 1),
            // One point more on each side: cheap side first.
            Some(crossing) if lowest >= crossing - 1 && lowest > low => Some(lowest - 1),
            Some(crossing) if highest <= crossing && highest < high => Some(highest + 1),
            Some(_) => None,
        }
    }

    fn above(&self, index: u32) -> bool {
        self.medians[&index] > self.threshold
    }

    /// The first index at or below the threshold whose neighbour below is above it.
    #[must_use]
    pub fn crossing(&self) -> Option<u32> {
        let indices: Vec<u32> = self.medians.keys().copied().collect();
        indices.windows(2).find(|w| self.above(w[0]) && !self.above(w[1])).map(|w| w[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(mut search: Search, risk: impl Fn(u32) -> f64) -> Vec<u32> {
        let mut asked = Vec::new();
        while let Some(index) = search.next() {
            asked.push(index);
            search.record(index, risk(index));
            assert!(asked.len() < 1000, "does not end");
        }
        asked
    }

    fn falling(at: u32) -> impl Fn(u32) -> f64 {
        move |i| if i >= at { 0.1 } else { 0.9 }
    }

    #[test]
    fn a_bracket_has_a_point_to_spare_on_each_side_from_any_start() {
        for start in 0..=20 {
            let mut asked = run(Search::new(Method::Bracket, 0..=20, 0.5, start), falling(10));
            asked.sort_unstable();
            for needed in [8, 9, 10, 11] {
                assert!(asked.contains(&needed), "start {start}: {asked:?}");
            }
            let excess = asked.len() as i64 - (i64::from(start) - 10).abs();
            assert!(excess <= 5, "start {start}: {asked:?}");
        }
    }

    #[test]
    fn a_bracket_ends_at_the_ends_of_its_range() {
        assert_eq!(run(Search::new(Method::Bracket, 3..=6, 0.5, 4), |_| 0.9), [4, 5, 6]);
        assert_eq!(run(Search::new(Method::Bracket, 3..=6, 0.5, 4), |_| 0.1), [4, 3]);
        assert_eq!(run(Search::new(Method::Bracket, 3..=4, 0.5, 9), falling(4)), [4, 3]);
    }

    #[test]
    fn a_bracket_ends_on_a_wild_curve() {
        for seed in 0..200_u32 {
            let wild = |i: u32| f64::from((i * 7919 + seed * 104_729) % 97) / 97.0;
            let asked = run(Search::new(Method::Bracket, 0..=30, 0.5, seed % 31), wild);
            let mut unique = asked.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!(unique.len(), asked.len(), "asked twice");
        }
    }

    #[test]
    fn a_grid_runs_everything_once() {
        let asked = run(Search::new(Method::Grid, 2..=9, 0.5, 0), |_| 0.5);
        assert_eq!(asked, (2..=9).collect::<Vec<_>>());
    }
}
