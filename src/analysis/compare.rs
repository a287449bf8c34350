//! Two results side by side: which thresholds and exponents moved beyond their intervals.

use std::f64::consts::SQRT_2;

use serde::Serialize;

use super::estimate::{Censoring, Interval};
use super::slope::LEAST_ERROR;
use super::stats::{NORMAL_975, tail_mass};
use super::stored::{Cell, Fit, Tables};

/// Probability that a comparison of two honest runs of one study marks anything at all.
pub const LEVEL: f64 = 0.01;

/// What became of an estimate from A to B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Significantly larger in B.
    Larger,
    /// Significantly smaller in B.
    Smaller,
    /// The same, or different by no more than noise explains.
    None,
    /// Bounds that do not contradict each other, or no interval to judge by.
    Undecided,
}

/// n* of a cell in both results.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellPair {
    /// In A.
    pub a: Cell,
    /// In B.
    pub b: Cell,
    /// n*(B) / n*(A); absent if either is only a bound.
    pub ratio: Option<f64>,
    /// p-value of equality after Holm's correction; absent if undecided.
    pub p: Option<f64>,
    /// What became of it.
    pub change: Change,
}

/// β of a series in both results.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FitPair {
    /// In A.
    pub a: Fit,
    /// In B.
    pub b: Fit,
    /// β(B) − β(A) with its 95 % interval; absent if either is.
    pub difference: Option<Interval>,
    /// p-value of equality after Holm's correction; absent if undecided.
    pub p: Option<f64>,
    /// What became of it.
    pub change: Change,
}

/// What only one of two results has.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rest {
    /// Series without their like on the other side.
    pub exponents: Vec<Fit>,
    /// Cells without their like on the other side.
    pub thresholds: Vec<Cell>,
}

/// Two results side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Name of A.
    pub a: String,
    /// Name of B.
    pub b: String,
    /// Level of all tests together: [`LEVEL`].
    pub level: f64,
    /// Significant changes.
    pub changes: usize,
    /// The common series, in the order of A.
    pub exponents: Vec<FitPair>,
    /// The common cells, in the order of A.
    pub thresholds: Vec<CellPair>,
    /// What A alone has.
    pub only_a: Rest,
    /// What B alone has.
    pub only_b: Rest,
}

/// Holds B against A: cells that agree in learner, link, k*, r, α, q, noise, input, d and τ, series that
/// agree in all but d.
///
/// The test of a pair is two-sided, on x = ln n* and on x = β:
///
/// ```text
/// t = (x_B − x_A) / (√2 max(e_A, e_B)),   e = width of the 95 % interval / (2 · 1.96)
/// ```
///
/// against Student's law. Both guard against the noise of e, which decides far out in the
/// tails: the bootstrap of a few trials may be much too narrow by chance in one of two runs.
/// ν = T_A + T_B − 2 degrees of freedom for n*, T trials at each n, and e at least
/// [`LEAST_ERROR`]; ν = p_A + p_B − 4 for β, p dimensions.
///
/// A bound takes part with the end of its interval that is not open: n* > N in B is a change
/// if N exceeds n*(A) by so much; if it does not, nothing can be said. A cell with a single
/// trial has no noise to judge by. Rows that are equal are no change.
///
/// All tests of a comparison are one family: Holm's correction (*Scandinavian Journal of
/// Statistics* 6, 1979), which holds under any dependence, keeps the probability of any
/// false mark below [`LEVEL`]. Results that share random numbers differ less than that
/// supposes, and the test is conservative.
#[must_use]
pub fn compare(a: &Tables, b: &Tables) -> Comparison {
    let (mut cells, cells_a, cells_b) = pair(&a.cells, &b.cells, Cell::same, cell_pair);
    let (mut fits, fits_a, fits_b) = pair(&a.fits, &b.fits, Fit::same, fit_pair);
    let tests = fits.iter_mut().map(|f| (&mut f.p, &mut f.change));
    let changes = holm(tests.chain(cells.iter_mut().map(|c| (&mut c.p, &mut c.change))).collect());
    Comparison {
        a: a.name.clone(),
        b: b.name.clone(),
        level: LEVEL,
        changes,
        exponents: fits,
        thresholds: cells,
        only_a: Rest { exponents: fits_a, thresholds: cells_a },
        only_b: Rest { exponents: fits_b, thresholds: cells_b },
    }
}

/// The pairs, and what is left of either side.
fn pair<T: Clone, P>(
    a: &[T],
    b: &[T],
    same: impl Fn(&T, &T) -> bool,
    join: impl Fn(&T, &T) -> P,
) -> (Vec<P>, Vec<T>, Vec<T>) {
    let twin = |x: &T, others: &[T]| others.iter().position(|y| same(x, y));
    let pairs = a.iter().filter_map(|x| Some(join(x, &b[twin(x, b)?]))).collect();
    let alone = |these: &[T], others: &[T]| {
        these.iter().filter(|x| twin(x, others).is_none()).cloned().collect()
    };
    (pairs, alone(a, b), alone(b, a))
}

fn cell_pair(a: &Cell, b: &Cell) -> CellPair {
    let both = a.censored == Censoring::None && b.censored == Censoring::None;
    let ratio = (both && a.n_star > 0.0).then(|| b.n_star / a.n_star);
    let (p, change) = test_of_cells(a, b);
    CellPair { a: a.clone(), b: b.clone(), ratio, p, change }
}

/// p-value before correction, and the direction that the data point in.
fn test_of_cells(a: &Cell, b: &Cell) -> (Option<f64>, Change) {
    if (a.n_star, a.ci_low, a.ci_high, a.censored) == (b.n_star, b.ci_low, b.ci_high, b.censored) {
        return (Some(1.0), Change::None);
    }
    let undecided = (None, Change::Undecided);
    if a.trials.min(b.trials) < 2 || !(a.n_star > 0.0 && b.n_star > 0.0) {
        return undecided;
    }
    let difference = (b.n_star / a.n_star).ln();
    let direction = if difference > 0.0 { Change::Larger } else { Change::Smaller };
    // n* > N may be much larger, n* ≤ N much smaller: which differences a bound allows.
    let upwards = b.censored == Censoring::Above || a.censored == Censoring::Below;
    let downwards = b.censored == Censoring::Below || a.censored == Censoring::Above;
    let contradicted = match (upwards, downwards) {
        (false, false) => true,
        (true, false) => difference > 0.0,
        (false, true) => difference < 0.0,
        (true, true) => false,
    };
    match (contradicted, error(a), error(b)) {
        (true, Some(e), Some(f)) => {
            let t = difference / (SQRT_2 * e.max(f));
            (Some(tail_mass(t, a.trials + b.trials - 2)), direction)
        }
        _ => undecided,
    }
}

/// Standard error of ln n*, or of the logarithm of its bound, from the interval.
fn error(cell: &Cell) -> Option<f64> {
    let half = |ratio: f64| (ratio.is_finite() && ratio >= 1.0).then(|| ratio.ln() / NORMAL_975);
    let below = half(cell.n_star / cell.ci_low);
    let above = half(cell.ci_high / cell.n_star);
    let error = match (below, above) {
        (Some(below), Some(above)) => f64::midpoint(below, above),
        (one, other) => one.or(other)?,
    };
    Some(error.max(LEAST_ERROR))
}

fn fit_pair(a: &Fit, b: &Fit) -> FitPair {
    let difference = a.exponent.zip(b.exponent).map(|(a, b)| {
        let error = |i: Interval| (i.high - i.low) / (2.0 * NORMAL_975);
        let (value, error) = (b.value - a.value, SQRT_2 * error(a).max(error(b)));
        Interval { value, low: value - NORMAL_975 * error, high: value + NORMAL_975 * error }
    });
    let (p, change) = if a.exponent.is_some() && a.exponent == b.exponent {
        (Some(1.0), Change::None)
    } else {
        let freedom = (a.points + b.points).saturating_sub(4);
        difference.map_or((None, Change::Undecided), |d| test_of_difference(d, freedom))
    };
    FitPair { a: a.clone(), b: b.clone(), difference, p, change }
}

fn test_of_difference(difference: Interval, freedom: usize) -> (Option<f64>, Change) {
    let error = (difference.high - difference.low) / (2.0 * NORMAL_975);
    if freedom == 0 || !(error.is_finite() && error > 0.0) {
        return (None, Change::Undecided);
    }
    let direction = if difference.value > 0.0 { Change::Larger } else { Change::Smaller };
    (Some(tail_mass(difference.value / error, freedom)), direction)
}

/// Corrects the p-values in place, withdraws the changes that are not significant, and counts
/// the others: p₍ᵢ₎ → max over j ≤ i of min(1, (m − j) p₍ⱼ₎), j from 0, of m tests in order.
fn holm(tests: Vec<(&mut Option<f64>, &mut Change)>) -> usize {
    let mut tests: Vec<(&mut f64, &mut Change)> =
        tests.into_iter().filter_map(|(p, change)| Some((p.as_mut()?, change))).collect();
    tests.sort_by(|a, b| a.0.total_cmp(b.0));
    let count = tests.len();
    let (mut largest, mut changes) = (0.0_f64, 0);
    for (rank, (p, change)) in tests.into_iter().enumerate() {
        largest = largest.max((*p * (count - rank) as f64).min(1.0));
        *p = largest;
        if largest < LEVEL {
            changes += 1;
        } else {
            *change = Change::None;
        }
    }
    changes
}

impl Cell {
    fn same(&self, other: &Self) -> bool {
        (&self.series, self.d, self.threshold) == (&other.series, other.d, other.threshold)
    }
}

impl Fit {
    fn same(&self, other: &Self) -> bool {
        (&self.series, self.threshold) == (&other.series, other.threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::problem::{Problem, Series};

    fn cell(d: usize, n_star: f64, low: f64, high: f64, censored: Censoring) -> Cell {
        let problem = Problem { link: Some("He2".to_owned()), ..Problem::default() };
        let series = Series { problem, learner: "pruned".to_owned() };
        let (ci_low, ci_high) = (low, high);
        Cell { series, d, threshold: 0.5, n_star, ci_low, ci_high, censored, trials: 16 }
    }

    fn inside(n_star: f64) -> Cell {
        cell(64, n_star, n_star / 1.2, n_star * 1.2, Censoring::None)
    }

    fn above(n_max: f64) -> Cell {
        cell(64, n_max, n_max, f64::INFINITY, Censoring::Above)
    }

    fn below(n_min: f64) -> Cell {
        cell(64, n_min, 0.0, n_min, Censoring::Below)
    }

    fn verdict(a: &Cell, b: &Cell) -> Change {
        let tables = |cell: &Cell| Tables {
            name: String::new(),
            cells: vec![cell.clone()],
            fits: Vec::new(),
        };
        compare(&tables(a), &tables(b)).thresholds[0].change
    }

    #[test]
    fn a_difference_counts_beyond_both_intervals() {
        assert_eq!(verdict(&inside(1000.0), &inside(1000.0)), Change::None);
        assert_eq!(verdict(&inside(1000.0), &inside(1250.0)), Change::None);
        assert_eq!(verdict(&inside(1000.0), &inside(2000.0)), Change::Larger);
        assert_eq!(verdict(&inside(2000.0), &inside(1000.0)), Change::Smaller);
        let single = Cell { trials: 1, ..inside(2000.0) };
        assert_eq!(verdict(&inside(1000.0), &single), Change::Undecided);
        assert_eq!(verdict(&single, &single), Change::None);
    }

    /// `2 * scipy.stats.t.sf(abs(t), freedom)`.
    #[test]
    fn p_values_are_those_of_scipy() {
        for (t, freedom, expected) in [
            (0.0, 1, 1.0),
            (1.0, 1, 0.5),
            (-12.7, 1, 0.050_024_327_689_344_165),
            (2.5, 2, 0.129_611_720_221_510_82),
            (4.0, 3, 0.028_008_456_010_146_152),
            (5.5, 10, 0.000_261_788_373_494_536_67),
            (-3.1, 14, 0.007_832_391_618_398_596),
            (1.696, 30, 0.100_241_118_187_812_02),
            (4.0, 2082, 6.555_490_193_636_079e-5),
        ] {
            let found = tail_mass(t, freedom);
            assert!((found - expected).abs() < 1e-12, "{t}, {freedom}: {found}");
        }
    }

    #[test]
    fn a_statistic_is_the_difference_in_units_of_both_errors() {
        // e = ln 1.2 / 1.96 on both sides: t = 1.96 ln 1.25 / (√2 ln 1.2), with 30 degrees.
        let (p, _) = test_of_cells(&inside(1000.0), &inside(1250.0));
        assert!((p.expect("a test") - tail_mass(1.696_209_195_354_929_4, 30)).abs() < 1e-12);
    }

    #[test]
    fn bounds_count_only_where_they_contradict() {
        let cases = [
            (inside(1000.0), above(4000.0), Change::Larger),
            (inside(1000.0), above(900.0), Change::Undecided),
            (inside(1000.0), above(1100.0), Change::None),
            (above(4000.0), inside(1000.0), Change::Smaller),
            (above(900.0), inside(1000.0), Change::Undecided),
            (inside(1000.0), below(64.0), Change::Smaller),
            (inside(1000.0), below(4000.0), Change::Undecided),
            (below(64.0), inside(1000.0), Change::Larger),
            (below(64.0), above(4000.0), Change::Larger),
            (below(4000.0), above(64.0), Change::Undecided),
            (above(4000.0), below(64.0), Change::Smaller),
            (above(64.0), above(4000.0), Change::Undecided),
            (below(64.0), below(4000.0), Change::Undecided),
            (above(64.0), above(64.0), Change::None),
            // Nothing succeeded in B: nothing is known.
            (
                inside(1000.0),
                cell(64, 0.0, 0.0, f64::INFINITY, Censoring::Above),
                Change::Undecided,
            ),
        ];
        for (a, b, expected) in cases {
            assert_eq!(verdict(&a, &b), expected, "{a:?} {b:?}");
        }
    }

    #[test]
    fn holm_corrects_as_in_the_textbook() {
        // statsmodels.stats.multitest.multipletests([.01, .04, .03, .005], method="holm")
        let mut p = [Some(0.01), Some(0.04), Some(0.03), Some(0.005), None];
        let mut change = [Change::Larger; 5];
        holm(p.iter_mut().zip(&mut change).collect());
        let expected = [0.03, 0.06, 0.06, 0.02];
        for (p, expected) in p.iter().flatten().zip(expected) {
            assert!((p - expected).abs() < 1e-12, "{p} {expected}");
        }
        assert_eq!(p[4], None);
    }
}
