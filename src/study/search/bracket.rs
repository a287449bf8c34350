//! Which sample sizes of a cell are run, and how many trials of each.
//!
//! A search asks for trials at a lattice index and is told their risks. What it asks for
//! depends on those risks alone, never on timing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::model::tail::student_upper;

/// How sample sizes are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Walk the lattice with few trials until the mean risk has crossed the threshold with
    /// a point on each side to spare, then add trials next to the crossing.
    Bracket,
    /// Every sample size of the range, all trials.
    Grid,
}

/// What a search aims at.
#[derive(Clone, Debug, PartialEq)]
pub struct Aim {
    /// Bracket or grid.
    pub method: Method,
    /// Lattice indices that may be run.
    pub range: RangeInclusive<u32>,
    /// The risk τ to be crossed.
    pub threshold: f64,
    /// Half-width of the 95 % interval of ln n* at which a bracket needs no more trials.
    pub precision: f64,
    /// Most trials of a sample size.
    pub trials: u32,
}

impl Aim {
    /// Trials of a sample size while the bracket walks: a quarter of the most, at least 4.
    #[must_use]
    pub fn coarse(&self) -> u32 {
        (self.trials / 4).max(4).min(self.trials)
    }
}

/// The first `trials` trials at lattice index `index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Lattice index.
    pub index: u32,
    /// Number of trials, those already there included.
    pub trials: u32,
}

/// A sample size that was run.
#[derive(Clone, Debug)]
struct Point {
    /// Trials asked for.
    trials: u32,
    /// Mean of min(risk, 1), a failed trial counting 1.
    mean: f64,
    /// Half-width of the 95 % interval of that mean, by Student's t; infinite for one trial.
    uncertainty: f64,
}

impl Point {
    fn new(trials: u32, risks: &[f64]) -> Self {
        let count = risks.len() as f64;
        let mean = risks.iter().sum::<f64>() / count;
        let square = risks.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let student = student_upper(0.025, risks.len().saturating_sub(1));
        Self { trials, mean, uncertainty: student * (square / count).sqrt() }
    }
}

/// Sample sizes of one cell, in the making.
#[derive(Clone, Debug)]
pub struct Search {
    aim: Aim,
    start: u32,
    points: BTreeMap<u32, Point>,
}

impl Search {
    /// A search that starts near the lattice index `start`.
    #[must_use]
    pub fn new(aim: Aim, start: u32) -> Self {
        let start = start.clamp(*aim.range.start(), *aim.range.end());
        Self { aim, start, points: BTreeMap::new() }
    }

    /// Takes min(risk, 1) of the trials that were asked for, 1 for one that failed.
    pub fn record(&mut self, request: Request, risks: &[f64]) {
        self.points.insert(request.index, Point::new(request.trials, risks));
    }

    /// What to run next, or `None` when the search is over.
    #[must_use]
    pub fn next(&self) -> Option<Request> {
        match self.aim.method {
            Method::Grid => {
                let index = self.aim.range.clone().find(|i| !self.points.contains_key(i))?;
                Some(Request { index, trials: self.aim.trials })
            }
            Method::Bracket => self.walk().map_or_else(|| self.refine(), Some),
        }
    }

    /// The next step of the walk, with few trials.
    fn walk(&self) -> Option<Request> {
        let step = |index| Some(Request { index, trials: self.aim.coarse() });
        let Some((&lowest, _)) = self.points.first_key_value() else { return step(self.start) };
        let (&highest, _) = self.points.last_key_value()?;
        let (low, high) = (*self.aim.range.start(), *self.aim.range.end());
        match self.crossing() {
            None if self.above(lowest) && highest < high => step(highest + 1),
            None if !self.above(lowest) && lowest > low => step(lowest - 1),
            // One point more on each side: cheap side first.
            Some(crossing) if lowest >= crossing - 1 && lowest > low => step(lowest - 1),
            Some(crossing) if highest <= crossing && highest < high => step(highest + 1),
            None | Some(_) => None,
        }
    }

    /// More trials beside the crossing, twice as many each time; without a crossing, at the
    /// end of the range, where the censoring is decided.
    fn refine(&self) -> Option<Request> {
        let beside = if let Some(crossing) = self.crossing() {
            vec![crossing - 1, crossing]
        } else {
            let (&lowest, &highest) = (self.points.keys().next()?, self.points.keys().last()?);
            vec![if self.above(lowest) { highest } else { lowest }]
        };
        let fewest = |&index: &u32| self.points[&index].trials;
        let index = beside.iter().copied().min_by_key(fewest)?;
        let trials = self.points[&index].trials;
        let even = beside.iter().all(|i| fewest(i) == trials);
        if trials >= self.aim.trials || (even && self.is_precise()) {
            return None;
        }
        let most = beside.iter().map(fewest).max()?;
        let wanted = if even { 2 * trials } else { most };
        Some(Request { index, trials: wanted.min(self.aim.trials) })
    }

    /// Whether ln n* is known to the precision asked for: the root mean square of the
    /// uncertainties of the two means beside the crossing, as if n* were half way between them,
    /// over the slope of the straight line in (ln n, mean).
    fn is_precise(&self) -> bool {
        let Some(crossing) = self.crossing() else { return false };
        let (before, after) = (&self.points[&(crossing - 1)], &self.points[&crossing]);
        let uncertainty = 0.5 * before.uncertainty.hypot(after.uncertainty);
        let slope = (before.mean - after.mean) / super::lattice::STEP;
        uncertainty <= self.aim.precision * slope
    }

    fn above(&self, index: u32) -> bool {
        self.points[&index].mean > self.aim.threshold
    }

    /// The first index at or below the threshold whose neighbour below is above it.
    #[must_use]
    pub fn crossing(&self) -> Option<u32> {
        let indices: Vec<u32> = self.points.keys().copied().collect();
        indices.windows(2).find(|w| self.above(w[0]) && !self.above(w[1])).map(|w| w[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(method: Method, range: RangeInclusive<u32>) -> Aim {
        Aim { method, range, threshold: 0.5, precision: 0.05, trials: 24 }
    }

    /// Runs a search on a cell whose trial t at index i has risk `risk(i, t)`.
    fn run(mut search: Search, risk: impl Fn(u32, u32) -> f64) -> Vec<Request> {
        let mut asked = Vec::new();
        while let Some(request) = search.next() {
            asked.push(request);
            let risks = (0..request.trials).map(|trial| risk(request.index, trial));
            search.record(request, &risks.collect::<Vec<f64>>());
            assert!(asked.len() < 1000, "does not end");
        }
        asked
    }

    fn indices(asked: &[Request]) -> Vec<u32> {
        let mut indices: Vec<u32> = asked.iter().map(|r| r.index).collect();
        indices.dedup();
        indices
    }

    /// A steep curve that falls below 0.5 at `at`, with a spread of `spread` in ln risk.
    fn falling(at: u32, spread: f64) -> impl Fn(u32, u32) -> f64 {
        move |i, trial| {
            let level = if i >= at { 0.1 } else { 0.9 };
            (level * (spread * (f64::from(trial * 7 % 24) / 23.0 - 0.5)).exp()).min(1.0)
        }
    }

    #[test]
    fn a_bracket_has_a_point_to_spare_on_each_side_from_any_start() {
        for start in 0..=20 {
            let search = Search::new(aim(Method::Bracket, 0..=20), start);
            let asked = indices(&run(search, falling(10, 0.0)));
            for needed in [8, 9, 10, 11] {
                assert!(asked.contains(&needed), "start {start}: {asked:?}");
            }
            let excess = asked.len() as i64 - (i64::from(start) - 10).abs();
            assert!(excess <= 5, "start {start}: {asked:?}");
        }
    }

    #[test]
    fn trials_go_where_the_crossing_is_until_it_is_known() {
        let most = |asked: &[Request], index| {
            asked.iter().filter(|r| r.index == index).map(|r| r.trials).max().unwrap()
        };
        let noisy = run(Search::new(aim(Method::Bracket, 0..=20), 7), falling(10, 8.0));
        assert_eq!([7, 8, 9, 10, 11].map(|i| most(&noisy, i)), [6, 6, 24, 24, 6]);
        // Without spread, the walk itself knows all there is to know.
        let quiet = run(Search::new(aim(Method::Bracket, 0..=20), 7), falling(10, 0.0));
        assert!(quiet.iter().all(|r| r.trials == 6), "{quiet:?}");
    }

    #[test]
    fn a_bracket_ends_at_the_ends_of_its_range() {
        let ends = |range, start, risk: f64| {
            let asked = run(Search::new(aim(Method::Bracket, range), start), |_, _| risk);
            assert_eq!(asked.last().unwrap().trials, 24, "censoring is decided with all trials");
            indices(&asked)
        };
        assert_eq!(ends(3..=6, 4, 0.9), [4, 5, 6]);
        assert_eq!(ends(3..=6, 4, 0.1), [4, 3]);
        let edge = run(Search::new(aim(Method::Bracket, 3..=4), 9), falling(4, 0.0));
        assert_eq!(indices(&edge), [4, 3]);
    }

    #[test]
    fn a_bracket_ends_on_a_wild_curve() {
        for seed in 0..200_u32 {
            let wild = |i: u32, t: u32| f64::from((i * 7919 + t * 31 + seed * 104_729) % 97) / 97.0;
            let asked = run(Search::new(aim(Method::Bracket, 0..=30), seed % 31), wild);
            let mut unique = asked.clone();
            unique.sort_unstable_by_key(|r| (r.index, r.trials));
            unique.dedup();
            assert_eq!(unique.len(), asked.len(), "asked twice");
        }
    }

    #[test]
    fn trials_that_all_fail_count_as_above() {
        let mut search = Search::new(aim(Method::Bracket, 0..=4), 2);
        let mut asked = 0;
        while let Some(request) = search.next() {
            search.record(request, &vec![1.0; request.trials as usize]);
            asked += 1;
            assert!(asked < 20, "does not end");
        }
        assert_eq!(search.crossing(), None);
        assert!(search.points.keys().eq(&[2, 3, 4]));
    }

    #[test]
    fn a_grid_runs_everything_once() {
        let asked = run(Search::new(aim(Method::Grid, 2..=9), 0), |_, _| 0.5);
        assert_eq!(indices(&asked), (2..=9).collect::<Vec<_>>());
        assert!(asked.iter().all(|r| r.trials == 24));
    }

    /// Student's interval of a mean holds the truth in 95 % of Gaussian samples.
    #[test]
    fn the_uncertainty_of_a_mean_is_that_of_student() {
        let point = Point::new(4, &[0.1, 0.3, 0.4, 0.8]);
        assert!((point.mean - 0.4).abs() < 1e-15);
        // `scipy.stats.t.ppf(0.975, 3) * numpy.std(x, ddof=1) / 2`
        assert!((point.uncertainty - 0.468_443_412_303).abs() < 1e-9, "{}", point.uncertainty);
        assert!(!Point::new(1, &[0.3]).uncertainty.is_finite());
    }
}
