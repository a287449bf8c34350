//! What a study expects: pooled ratios against a direct computation and known truth, verdicts.

use crate::truth::Truth;
use crate::{analysed_as, set};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use secateur::analysis::estimate::{Analysis, Censoring, Judged, Resolution};
use secateur::analysis::expect::pooled;
use secateur::analysis::judge::Verdict;
use secateur::analysis::place::Place::{self, Above, Below, Inside};
use secateur::analysis::point::Point;
use secateur::model::expectation::{Basis, Expectation, Predicted, Quantity};
use secateur::model::metric::Metric;
use secateur::model::{Asked, LimitPoint, Problem, Real};
use secateur::results::Record;
use std::collections::HashMap;

fn usual() -> Truth {
    Truth { dimensions: vec![16, 34, 71, 148], ..Truth::usual() }
}

/// Trials of two learners with n* = 60 d^1.5 and 12 d^1.5.
fn both(seed: u64, shared: bool) -> Vec<Record> {
    let dear = usual();
    let cheap = Truth { constant: 12.0, ..dear.clone() };
    let mut records = dear.records("unpruned", seed, 2 * seed + 1);
    records.extend(cheap.records("pruned", seed + if shared { 0 } else { 1 << 40 }, 2 * seed));
    records
}

fn expectation(
    quantity: Quantity,
    selection: Problem,
    predicted: Predicted,
    margin: f64,
) -> Expectation {
    Expectation {
        claim: "c".into(),
        quantity,
        selection,
        predicted,
        basis: Basis::Stated,
        margin,
        posterior: false,
    }
}

fn ratio(predicted: Predicted) -> Expectation {
    let quantity = Quantity::Ratio { over: "unpruned".into(), under: "pruned".into() };
    expectation(quantity, Problem::default(), predicted, 1.25)
}

fn analysed(records: &[Record], expectation: Expectation) -> Analysis {
    crate::analysed(records, 200, &[expectation])
}

fn judged(records: &[Record], expectation: Expectation) -> Judged {
    analysed(records, expectation).expectations.remove(0)
}

#[test]
fn the_pooled_ratio_is_the_geometric_mean_of_those_of_the_cells() {
    let found = analysed(&both(3, true), ratio(Predicted::Value(5.0)));
    let n_star = |learner: &str, d: usize| {
        let cell = |t: &&_| {
            let t: &secateur::analysis::estimate::Threshold = t;
            t.series.learner == learner && t.d == d
        };
        found.thresholds.iter().find(cell).expect("the cell is there").n_star
    };
    let judged = &found.expectations[0];
    let mut sum = 0.0;
    for (cell, d) in judged.cells.iter().zip(usual().dimensions) {
        let direct = n_star("unpruned", d) / n_star("pruned", d);
        assert_eq!((cell.d, cell.series.learner.as_str()), (d, "pruned"));
        assert!((cell.value.value / direct - 1.0).abs() < 1e-9, "{cell:?} {direct}");
        assert!(cell.value.low < direct && direct < cell.value.high);
        sum += direct.ln();
    }
    let value = judged.value.expect("all cells cross");
    assert_eq!((judged.points, judged.censored, judged.cells.len()), (4, 0, 4));
    assert!((value.value.ln() - sum / 4.0).abs() < 1e-9);
}

fn point(place: Place, moves: &[f64]) -> Point {
    let moved = |by: &f64| match place {
        Inside(y) => Some(Inside(y + by)),
        other => Some(other),
    };
    Point { d: 9, size: 9.0, place, replicates: moves.iter().map(moved).collect(), trials: 8 }
}

/// The interval by the formula of the documentation, loop by loop.
#[test]
fn the_interval_of_a_pooled_ratio_is_that_of_the_formula() {
    let moves = [[0.3, -0.1, 0.2, -0.4, 0.1], [-0.2, 0.5, 0.1, 0.0, -0.3], [0.0; 5]];
    let places = [1.0, 2.5, -0.5];
    let points: Vec<Point> = places.iter().zip(&moves).map(|(&y, m)| point(Inside(y), m)).collect();
    let found = pooled(&points.iter().collect::<Vec<_>>()).expect("three values").0;
    let mut means = [0.0; 5];
    for (place, moves) in places.iter().zip(&moves) {
        for (mean, by) in means.iter_mut().zip(moves) {
            *mean += (place + by) / 3.0;
        }
    }
    let centre = means.iter().sum::<f64>() / 5.0;
    let mut v = means.iter().map(|m| (m - centre) * (m - centre)).sum::<f64>() / 4.0;
    // (T + 1)/(T − 1) with T = 8; the third cell has no bootstrap variance: 0.01² stand in for it.
    v *= 9.0 / 7.0;
    v += 0.01 * 0.01 / 9.0;
    let half = 1.959_963_984_540_054 * v.sqrt();
    assert!((found.value - 1.0).abs() < 1e-12, "{found:?}");
    assert!((found.high - 1.0 - half).abs() < 1e-12 && (1.0 - found.low - half).abs() < 1e-12);
}

#[test]
fn bounds_open_a_side_and_opposite_bounds_say_nothing() {
    let inside = point(Inside(1.0), &[0.1, -0.1]);
    let (above, below) = (point(Above(2.0), &[0.0; 2]), point(Below(0.5), &[0.0; 2]));
    let up = pooled(&[&inside, &above]).expect("one-sided");
    assert_eq!((up.0.value, up.0.high, up.1), (1.5, f64::INFINITY, Censoring::Above));
    let down = pooled(&[&inside, &below]).expect("one-sided");
    assert_eq!((down.0.low, down.1), (f64::NEG_INFINITY, Censoring::Below));
    assert_eq!((pooled(&[&above, &below]), pooled(&[])), (None, None));
}

/// A metric with a mean of 0.6 and a known interval, against numbers and bounds, with margins.
#[test]
fn an_interval_against_a_number_or_a_bound() {
    use Predicted::{AtLeast, AtMost, Value};
    use Verdict::{Above, Below, Matches, Open};
    let mut records = both(5, true);
    for (i, record) in records.iter_mut().enumerate() {
        set(record, Metric::Subspace, if i % 2 == 0 { 0.55 } else { 0.65 });
    }
    let quantity = || Quantity::Metric { metric: Metric::Subspace, learner: "pruned".into() };
    let judge = |predicted, margin| {
        judged(&records, expectation(quantity(), Problem::default(), predicted, margin))
    };
    let value = judge(Value(0.6), 0.05).value.expect("a mean");
    let (mean, half) = (value.value, value.high - value.value);
    assert!(half > 0.0 && half < 0.02, "{value:?}");
    // The 90 % interval reaches 1.645/1.960 of the way to the ends of that of 95 %.
    let inner = half * 1.644_853_626_951_472_7 / 1.959_963_984_540_054;
    let cases = [
        (Value(mean), inner * 1.001, Matches),
        (Value(mean), inner * 0.999, Open),
        (Value(mean + 0.5 * half), inner + 0.501 * half, Matches),
        (Value(mean + 0.5 * half), inner + 0.499 * half, Open),
        (Value(mean + 1.1 * half), 1e-6, Below),
        (Value(mean - 1.1 * half), 1e-6, Above),
        (AtLeast(mean - 1.001 * half), 0.05, Matches),
        (AtLeast(mean - 0.9 * half), 0.05, Open),
        (AtLeast(mean + 1.1 * half), 0.05, Below),
        (AtMost(mean + 1.001 * half), 0.05, Matches),
        (AtMost(mean), 0.05, Open),
        (AtMost(mean - 1.1 * half), 0.05, Above),
    ];
    for (predicted, margin, verdict) in cases {
        assert_eq!(judge(predicted, margin).verdict, verdict, "{predicted:?} {margin}");
    }
}

/// p = 4 % alone is `below`; beside another prediction that is as doubtful, Holm makes it 8 %.
#[test]
fn many_expectations_are_one_family() {
    let records = both(8, true);
    let alone = judged(&records, ratio(Predicted::Value(5.0)));
    let value = alone.value.expect("a ratio");
    let error = (value.high.ln() - value.value.ln()) / 1.959_963_984_540_054;
    // Two-sided 4 %: 2.0537 standard errors.
    let doubtful = Predicted::Value((value.value.ln() + 2.0537 * error).exp());
    let doubtful = Expectation { margin: 1.001, ..ratio(doubtful) };
    let one = judged(&records, doubtful.clone());
    assert!((one.p.expect("a test") - 0.04).abs() < 1e-4, "{one:?}");
    assert_eq!(one.verdict, Verdict::Below);
    let two = crate::analysed(&records, 200, &[doubtful.clone(), doubtful]).expectations;
    for judged in two {
        assert!((judged.p.expect("a test") - 0.08).abs() < 2e-4, "{judged:?}");
        assert_eq!(judged.verdict, Verdict::Open);
    }
}

/// 95 % intervals of the pooled ratio hold the true 5 in about 95 %, and shared data shorten them.
#[test]
fn intervals_of_a_pooled_ratio_hold_the_truth() {
    let repetitions = 150;
    let mut widths = Vec::new();
    for shared in [true, false] {
        let (mut held, mut width) = (0, 0.0);
        for seed in 0..repetitions {
            let value = judged(&both(seed, shared), ratio(Predicted::Value(5.0))).value;
            let value = value.expect("all cells cross");
            held += usize::from(value.low <= 5.0 && 5.0 <= value.high);
            width += (value.high / value.low).ln() / repetitions as f64;
        }
        // 95 % of 150 is 142.5, standard deviation 2.7.
        assert!((133..=149).contains(&held), "{held} {shared}");
        widths.push(width);
    }
    assert!(widths[0] < 0.7 * widths[1], "{widths:?}");
}

#[test]
fn a_ratio_has_the_verdict_of_its_prediction() {
    let records = both(8, true);
    let verdict = |predicted| judged(&records, ratio(predicted)).verdict;
    assert_eq!(verdict(Predicted::Value(5.0)), Verdict::Matches);
    assert_eq!(verdict(Predicted::Value(8.0)), Verdict::Below);
    assert_eq!(verdict(Predicted::AtLeast(3.0)), Verdict::Matches);
    assert_eq!(verdict(Predicted::AtMost(3.0)), Verdict::Above);
}

#[test]
fn exponents_are_judged_series_by_series() {
    let quantity = Quantity::Exponent { learner: "unpruned".into() };
    let expect = |predicted, alpha| {
        let selection = Problem { alpha, ..Problem::default() };
        expectation(quantity.clone(), selection, predicted, 0.15)
    };
    let dimensions = vec![16, 34, 71, 148, 311, 650];
    let records = Truth { trials: 64, dimensions, ..usual() }.records("unpruned", 4, 4);
    let alpha = records[0].series.problem.alpha;
    let one = judged(&records, expect(Predicted::Value(1.5), alpha));
    assert_eq!((one.verdict, one.points), (Verdict::Matches, 6));
    assert_eq!(one.series.expect("of a series").learner, "unpruned");
    let two = judged(&records, expect(Predicted::Value(2.0), None));
    assert_eq!(two.verdict, Verdict::Below);
    assert!(
        analysed(&records, expect(Predicted::Value(2.0), Real::new(0.01))).expectations.is_empty()
    );
    let short: Vec<Record> = records.into_iter().filter(|r| r.d < 100).collect();
    let three = judged(&short, expect(Predicted::AtLeast(1.0), None));
    assert_eq!(three.verdict, Verdict::TooFewDimensions);
}

/// n* in the limit off by a constant and a power of d: the predictions are those of the limit, by
/// hand, and what it does not know widens the interval.
#[test]
fn the_limit_predicts_ratios_and_exponents_with_its_own_error() {
    let records = both(6, true);
    let quantity = Quantity::Exponent { learner: "unpruned".into() };
    let exponent = expectation(quantity, Problem::default(), Predicted::Value(1.0), 0.15);
    let of = |basis, error: f64| {
        let limit = |record: &Record| {
            let (c, power) =
                if record.series.learner == "pruned" { (10.0, 1.5) } else { (40.0, 1.4) };
            let n_star = c * (record.d as f64).powf(power);
            (((*record.series).clone(), record.d), LimitPoint { n_star, error })
        };
        let limits: HashMap<_, _> = records.iter().map(limit).collect();
        let expectations =
            [ratio(Predicted::Value(1.0)), exponent.clone()].map(|e| Expectation { basis, ..e });
        let asked = Asked { expectations: expectations.to_vec(), limits, ..Asked::default() };
        analysed_as(&records, 200, &asked).expectations
    };
    let [pooled, slope] = of(Basis::Limit, 0.0).try_into().expect("one each");
    let ln_d = usual().dimensions.iter().map(|d| (*d as f64).ln()).sum::<f64>() / 4.0;
    assert!((pooled.predicted.number().ln() - (4.0_f64.ln() - 0.1 * ln_d)).abs() < 1e-9);
    assert!((slope.predicted.number() - 1.4).abs() < 1e-9);
    // 5 d^0 is measured: no sample size of the limit is near.
    assert_eq!((pooled.verdict, slope.basis), (Verdict::Above, Basis::Limit));
    // So unsure a limit says nothing against it.
    let unsure = &of(Basis::Limit, 3.0)[0];
    assert_eq!((unsure.verdict, unsure.value), (Verdict::Open, pooled.value));
    // What the limit does not know no trial of the study tells.
    assert_eq!(unsure.resolution, Some(Resolution { trials: None, dimensions: None }));
    assert_eq!(pooled.resolution, None);
    let without = &of(Basis::Law, 0.0)[0];
    assert_eq!(without.verdict, Verdict::Censored);
}

/// Mean and standard error of a metric by a loop over the rows at the largest n.
#[test]
fn a_metric_is_averaged_at_the_largest_n() {
    let mut records = both(5, true);
    for (i, record) in records.iter_mut().enumerate() {
        set(record, Metric::Subspace, 0.5 + 0.4 * ((i * 7919) % 101) as f64 / 101.0);
    }
    let (mut sum, mut square) = (0.0, 0.0);
    for d in usual().dimensions {
        let cell = || records.iter().filter(|r| r.d == d && r.series.learner == "pruned");
        let n = cell().map(|r| r.n).max().expect("rows");
        let values = cell().filter(|r| r.n == n).filter_map(|r| r.metric(Metric::Subspace));
        let values: Vec<f64> = values.collect();
        let (t, mean) = (values.len() as f64, values.iter().sum::<f64>() / values.len() as f64);
        sum += mean / 4.0;
        square += values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (t - 1.0) / t / 16.0;
    }
    let quantity = Quantity::Metric { metric: Metric::Subspace, learner: "pruned".into() };
    let predicted = Predicted::AtLeast(0.5);
    let expectation = expectation(quantity, Problem::default(), predicted, 1.25);
    let found = judged(&records, expectation);
    let value = found.value.expect("all cells have rows");
    assert!((value.value - sum).abs() < 1e-12, "{value:?} {sum}");
    assert!((value.high - sum - 1.959_963_984_540_054 * square.sqrt()).abs() < 1e-12);
    assert_eq!((found.verdict, found.cells.len()), (Verdict::Matches, 4));
}

/// Trials of one learner at the smallest and largest n, with a metric that is normal about `mean` and
/// a function of trial and d.
fn normals(trials: u32, seed: u64, mean: f64) -> Vec<Record> {
    let truth = Truth { trials, ..usual() };
    let mut records = truth.records("pruned", 1, 1);
    for d in &truth.dimensions {
        let sizes = records.iter().filter(|r| r.d == *d).map(|r| r.n);
        let (least, most) = (sizes.clone().min(), sizes.max());
        records.retain(|r| r.d != *d || [least, most].contains(&Some(r.n)));
    }
    for record in &mut records {
        let key = seed << 32 | (record.d as u64) << 16 | u64::from(record.trial);
        let error: f64 = StandardNormal.sample(&mut ChaCha8Rng::seed_from_u64(key));
        set(record, Metric::Subspace, mean + 0.17 * error);
    }
    records
}

/// The truth is anywhere, and advice is followed with new trials beside the old ones. Of these studies at least
/// three in four are settled by the rule, and not many more, as no fewer trials would have done.
#[test]
fn the_advice_for_an_open_expectation_is_as_good_as_it_says() {
    let quantity = Quantity::Metric { metric: Metric::Subspace, learner: "pruned".into() };
    let expected = expectation(quantity, Problem::default(), Predicted::Value(0.5), 0.05);
    let judge = |trials, seed, mean| {
        let expected = std::slice::from_ref(&expected);
        crate::analysed(&normals(trials, seed, mean), 40, expected).expectations.remove(0)
    };
    let (mut open, mut settled) = (0, 0);
    for seed in 0..200_u64 {
        // From far below the margin to far above it.
        let mean = 0.5 + 0.2 * (seed as f64 / 100.0 - 1.0);
        let found = judge(8, seed, mean);
        let Some(resolution) = found.resolution else {
            assert!(found.verdict != Verdict::Open, "{found:?}");
            continue;
        };
        assert_eq!((found.verdict, resolution.dimensions), (Verdict::Open, None));
        let Some(more) = resolution.trials else { continue };
        assert!(more.samples > 0.0 && (2..=64).contains(&more.factor), "{more:?}");
        open += 1;
        let then = judge(8 * more.factor as u32, seed, mean);
        settled += usize::from(then.verdict != Verdict::Open);
    }
    // Of 80 and more, three in four have a standard error of 5 %.
    let share = settled as f64 / open as f64;
    assert!(open >= 50 && (0.65..0.95).contains(&share), "{settled} of {open}");
}

/// An exponent that is open asks for trials or for dimensions, and a statement rests on the cells that
/// it names.
#[test]
fn what_is_open_says_on_which_cells_it_rests() {
    let records = Truth { trials: 8, noise: 0.7, ..usual() }.records("unpruned", 4, 4);
    let quantity = Quantity::Exponent { learner: "unpruned".into() };
    let open = expectation(quantity, Problem::default(), Predicted::Value(1.5), 0.15);
    let found = judged(&records, open);
    assert_eq!(found.verdict, Verdict::Open, "{found:?}");
    let Resolution { trials, dimensions } = found.resolution.expect("it is open");
    assert!(trials.is_some_and(|more| more.factor >= 2));
    assert!(dimensions.is_some_and(|more| more.dimensions.iter().all(|&d| d > 148)));
    let places: Vec<usize> = found.sources.iter().map(|(_, d)| *d).collect();
    assert_eq!(places, usual().dimensions);

    let found =
        judged(&both(8, true), Expectation { margin: 1.001, ..ratio(Predicted::Value(5.0)) });
    assert_eq!(found.verdict, Verdict::Open, "{found:?}");
    let sides = |learner: &str| found.sources.iter().filter(|s| s.0.learner == learner).count();
    assert_eq!([sides("unpruned"), sides("pruned")], [4, 4]);
    // The least error that is believed of n* is 0.01 a cell: too much for a margin of 0.1 %.
    let none = Resolution { trials: None, dimensions: None };
    let near = found.value.expect("a ratio").value;
    let exact = Expectation { margin: 1.001, ..ratio(Predicted::Value(near)) };
    assert_eq!(judged(&both(8, true), exact).resolution, Some(none));
}
