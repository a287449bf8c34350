//! The estimates against independent formulations and against simulations of known truth.

use std::collections::{BTreeMap, BTreeSet};

use crate::truth::{self, Truth};
use crate::{of_learner, risk, set};
use faer::Mat;
use faer::linalg::solvers::SolveLstsq;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use secateur::analysis::estimate::{Analysis, Censoring};
use secateur::analysis::frame::{Frame, Missing};
use secateur::analysis::isotonic::non_increasing;
use secateur::analysis::judge::{BoundVerdict, Verdict};
use secateur::analysis::line::weighted_line;
use secateur::analysis::place::{Place, locate};
use secateur::analysis::resample::{Ensemble, Stream};
use secateur::analysis::stats::{quantile, variance};
use secateur::analysis::{Options, analyse, write};
use secateur::model::Asked;
use secateur::model::Metric;
use secateur::results::{Record, Trials};

fn record(cell: &str, d: usize, n: u64, trial: u32, risk: f64) -> Record {
    let s = Some((d as f64).sqrt() as usize);
    Record { cell: cell.into(), s, seed: None, ..truth::record("unpruned", d, n, trial, 0, risk) }
}

fn failed(cell: &str, d: usize, n: u64, trial: u32) -> Record {
    Record { outcome: Err("failed".to_owned()), ..record(cell, d, n, trial, 1.0) }
}

fn normal(generator: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(generator)
}

/// Trials with n* = C d^β and this standard deviation of ln risk, half its variance a trial's own
/// at all n.
fn study(
    (beta, constant): (f64, f64),
    noise: f64,
    trials: u32,
    dimensions: &[usize],
    seed: u64,
) -> Vec<Record> {
    let (noise, dimensions) = (noise / 2_f64.sqrt(), dimensions.to_vec());
    let truth =
        Truth { beta, constant, noise, measurement: noise, trials, dimensions, ..Truth::usual() };
    truth.records("unpruned", seed, seed)
}

fn analyse_default(records: &[Record]) -> Analysis {
    crate::analysed(records, 1000, &[])
}

/// min-max formula: fᵢ = min over a ≤ i of max over b ≥ i of the mean of y from a to b.
#[test]
fn isotonic_fit_is_the_min_max_formula() {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..200 {
        let count = generator.random_range(1..12_usize);
        let y: Vec<f64> = (0..count).map(|_| normal(&mut generator)).collect();
        let w: Vec<f64> = (0..count).map(|_| generator.random_range(1..9_u32).into()).collect();
        let mean = |a: usize, b: usize| {
            let sum: f64 = (a..=b).map(|i| w[i] * y[i]).sum();
            sum / w[a..=b].iter().sum::<f64>()
        };
        let expected = (0..count).map(|i| {
            let over = |a| (i..count).map(|b| mean(a, b)).fold(f64::NEG_INFINITY, f64::max);
            (0..=i).map(over).fold(f64::INFINITY, f64::min)
        });
        for (fitted, expected) in non_increasing(&y, &w).into_iter().zip(expected) {
            assert!((fitted - expected).abs() < 1e-12, "{fitted} {expected}");
        }
    }
}

/// QR of the scaled design √w (1, x), instead of the closed form.
#[test]
fn weighted_line_is_the_least_squares_solution_by_qr() {
    let mut generator = ChaCha8Rng::seed_from_u64(2);
    for count in [2, 3, 4, 9] {
        let x: Vec<f64> = (0..count).map(|i| i as f64 + generator.random::<f64>()).collect();
        let y: Vec<f64> = (0..count).map(|_| normal(&mut generator)).collect();
        let w: Vec<f64> = (0..count).map(|_| 0.1 + generator.random::<f64>()).collect();
        let design = Mat::from_fn(count, 2, |i, j| w[i].sqrt() * if j == 0 { 1.0 } else { x[i] });
        let target = Mat::from_fn(count, 1, |i, _| w[i].sqrt() * y[i]);
        let solution = design.qr().solve_lstsq(&target);
        let line = weighted_line(&x, &y, &w).expect("the x differ");
        assert!((line.intercept - solution[(0, 0)]).abs() < 1e-10);
        assert!((line.slope - solution[(1, 0)]).abs() < 1e-10);
        let residual = &design * &solution - &target;
        assert!((line.chi2 - residual.col(0).squared_norm_l2()).abs() < 1e-10);
    }
    assert_eq!(weighted_line(&[1.0, 1.0], &[1.0, 2.0], &[1.0, 1.0]), None);
    assert_eq!(weighted_line(&[], &[], &[]), None);
}

#[test]
fn curves_are_what_a_loop_over_the_records_counts() {
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let mut records = Vec::new();
    for (cell, d) in [("b", 16), ("a", 64), ("c", 4)] {
        for n in [90, 64, 128] {
            for trial in 0..generator.random_range(1..12_u32) {
                let mut record = record(cell, d, n, trial, generator.random());
                if d != 4 {
                    let auc = 1.0 - 0.5 * risk(&record);
                    set(&mut record, Metric::Auc, auc);
                }
                if generator.random_range(0..4) == 0 {
                    record = failed(cell, d, n, trial);
                }
                records.push(record);
            }
        }
    }
    let mut groups: BTreeMap<(usize, u64), (Vec<f64>, usize)> = BTreeMap::new();
    for record in &records {
        let group = groups.entry((record.d, record.n)).or_default();
        if record.is_ok() { group.0.push(risk(record)) } else { group.1 += 1 }
    }
    let trials = Trials::new(records).expect("good");
    let curves = Frame::new(&trials).expect("good").curves(0.6).expect("good");
    assert_eq!(curves.iter().map(|c| c.cell.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
    let points = curves.iter().flat_map(|c| c.points.iter().map(move |p| (c.d, p)));
    assert_eq!(points.clone().count(), groups.len());
    for ((d, point), (key, (risks, failed))) in points.zip(groups) {
        assert_eq!((d, point.n), key);
        assert_eq!((point.trials, point.failed), (risks.len(), failed));
        let successes = risks.iter().filter(|&&risk| risk <= 0.6).count();
        let share = successes as f64 / (risks.len() + failed) as f64;
        assert!((point.success - share).abs() < 1e-15);
        let aucs = risks.iter().map(|risk| 1.0 - 0.5 * risk);
        let mean = aucs.sum::<f64>() / risks.len() as f64;
        match point.means[Metric::Auc] {
            Some(auc) => assert!(d != 4 && (auc - mean).abs() < 1e-15, "{auc} {mean}"),
            None => assert!(d == 4 || risks.is_empty()),
        }
        let found = [point.lower_quartile, point.median, point.upper_quartile];
        for (found, p) in found.into_iter().zip([0.25, 0.5, 0.75]) {
            let expected = quantile(&risks, p);
            assert!((found - expected).abs() < 1e-15 || found.is_nan() && expected.is_nan());
        }
    }
}

/// A mean risk that is straight in ln n crosses exactly where it does, whatever the risks of
/// single trials are; those above 1 count as 1.
#[test]
fn a_curve_straight_in_ln_n_crosses_exactly() {
    let n = [64_u64, 91, 128, 181, 256];
    let risk = |n: u64| 0.5 - 0.3 * (n as f64 / 150.0).ln();
    let records: Vec<Record> =
        n.iter().flat_map(|&n| (0..4).map(move |t| record("a", 16, n, t, risk(n)))).collect();
    let found = &analyse_default(&records).thresholds[0];
    for value in [found.n_star, found.ci_low, found.ci_high] {
        assert!((value - 150.0).abs() < 1e-9, "{found:?}");
    }
    assert_eq!((found.censored, found.trials), (Censoring::None, 4));
    // Three risks of 0.2 and one of anything above 1 have the mean 0.4 of the bounded risks.
    let mixed: Vec<Record> = n
        .iter()
        .flat_map(|&n| {
            let lost = move |t: u32| if n < 150 || t == 3 { 1e6 } else { 0.2 };
            (0..4).map(move |t| record("a", 16, n, t, lost(t)))
        })
        .collect();
    let found = &analyse_default(&mixed).thresholds[0];
    let share = (1.0 - 0.5) / (1.0 - 0.4);
    let expected = (128_f64.ln() + share * (181.0 / 128_f64).ln()).exp();
    assert!((found.n_star - expected).abs() < 1e-9, "{found:?} {expected}");
}

#[test]
fn plateaus_at_the_threshold_count_from_their_left_end() {
    let ln_n = [0.0, 1.0, 2.0, 3.0];
    let place = |risks: [f64; 4]| {
        let medians = risks.map(|risk: f64| (!risk.is_nan()).then_some((risk, 5)));
        locate(&ln_n, &medians, 0.5_f64.ln())
    };
    assert_eq!(place([0.9, 0.5, 0.5, 0.1]), Some(Place::Inside(1.0)));
    assert_eq!(place([0.5, 0.5, 0.5, 0.5]), Some(Place::Below(0.0)));
    assert_eq!(place([0.9, 0.8, 0.7, 0.5]), Some(Place::Inside(3.0)));
    assert_eq!(place([0.9, 0.8, 0.7, 0.6]), Some(Place::Above(3.0)));
    assert_eq!(place([0.2, 0.1, 0.1, 0.1]), Some(Place::Below(0.0)));
    assert_eq!(place([1.0, f64::NAN, 0.25, 0.0]), Some(Place::Inside(1.0)));
    assert_eq!(place([f64::NAN; 4]), None);
    // 0.4 and 0.9 pool into 0.6, above the threshold: the dip does not count.
    let Some(Place::Inside(ln_n)) = place([1.0, 0.4, 0.9, 0.1]) else { panic!("it crosses") };
    assert!((2.0..3.0).contains(&ln_n));
}

#[test]
fn cells_outside_the_range_are_censored_and_kept() {
    let mut records = Vec::new();
    for (d, level) in [(16, 0.1), (32, 0.9), (64, 0.8), (128, 0.7)] {
        for n in [64, 91, 128] {
            records.extend(
                (0..5).map(|t| record(&d.to_string(), d, n, t, level + 1e-3 * f64::from(t))),
            );
        }
    }
    let analysis = analyse_default(&records);
    let [below, above, ..] = &analysis.thresholds[..] else { panic!("four cells") };
    assert_eq!((below.censored, below.ci_low), (Censoring::Below, 0.0));
    assert_eq!((above.censored, above.ci_high), (Censoring::Above, f64::INFINITY));
    assert!((below.n_star - 64.0).abs() < 1e-9 && (above.n_star - 128.0).abs() < 1e-9);
    let series = &analysis.exponents[0];
    assert_eq!((series.points, series.censored, series.d_min, series.d_max), (0, 4, 16, 128));
    assert_eq!((series.exponent, series.verdict), (None, Some(Verdict::Censored)));
}

#[test]
fn two_uncensored_dimensions_still_give_an_exponent() {
    let mut records = study((1.0, 20.0), 0.1, 5, &[64, 256, 1024, 4096], 7);
    // Short of n* = 20 d a cell does not cross.
    let limits = [256, 1024].map(|d| (d, 15 * d as u64));
    records.retain(|r| limits.iter().all(|&(d, limit)| r.d != d || r.n <= limit));
    let series = &analyse_default(&records).exponents[0];
    assert_eq!((series.points, series.censored, series.d_min, series.d_max), (2, 2, 64, 4096));
    assert!((series.exponent.expect("two points").value - 1.0).abs() < 0.1);
    assert_eq!((series.verdict, series.local_slopes.len()), (Some(Verdict::Censored), 1));
    records.retain(|r| r.d != 64);
    let series = &analyse_default(&records).exponents[0];
    assert_eq!((series.points, series.d_min, series.d_max), (1, 256, 4096));
    assert_eq!((series.exponent, series.verdict), (None, Some(Verdict::TooFewDimensions)));
}

#[test]
fn failed_trials_count_as_nothing_learned() {
    let records: Vec<Record> = (0..3).map(|t| failed("a", 16, 64, t)).collect();
    let analysis = analyse_default(&records);
    assert_eq!((analysis.curves[0].points[0].failed, analysis.thresholds[0].trials), (3, 3));
    let found = &analysis.thresholds[0];
    assert_eq!((found.n_star, found.censored), (64.0, Censoring::Above));
    assert_eq!(found.ci_high, f64::INFINITY);
    assert_eq!(found.n_star_median, None);
    // Half of the trials fail, the others have risk 0: the mean is ½, the median of those 0.
    let mut records = Vec::new();
    for n in [64, 128] {
        records.extend((0..4).map(|t| {
            if n == 64 || t < 2 { failed("a", 16, n, t) } else { record("a", 16, n, t, 0.0) }
        }));
    }
    let found = &analyse_default(&records).thresholds[0];
    assert!((found.n_star - 128.0).abs() < 1e-9, "{found:?}");
}

/// The median of N = 101 normal draws has standard deviation √(π/2N) to within 1 %.
#[test]
fn bootstrap_spread_of_a_median_is_the_asymptotic_one() {
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    let count = 101_u32;
    let spreads = (0..40).map(|i| {
        let point = (0..count).map(|t| (t, normal(&mut generator))).collect();
        let ensemble = Ensemble::new([point], |trial| Stream::of_cell("cell", trial));
        let medians = ensemble.replicates(400, i).filter_map(|m| m[0]).map(|m| m.0);
        variance(&medians.collect::<Vec<_>>()).sqrt()
    });
    let spread = spreads.sum::<f64>() / 40.0;
    let asymptotic = (std::f64::consts::PI / (2.0 * f64::from(count))).sqrt();
    assert!((spread / asymptotic - 1.0).abs() < 0.12, "{spread} {asymptotic}");
}

#[test]
fn trials_are_weighted_as_a_whole() {
    let points = [
        (0..9).map(|t| (t, f64::from(t))).collect::<Vec<_>>(),
        (0..9).map(|t| (t, f64::from(t) + 100.0)).collect(),
        vec![(7, 1.5)],
        vec![],
    ];
    let shared = Ensemble::new(points, |trial| Stream::of_cell("cell", trial));
    let mut distinct = BTreeSet::new();
    for medians in shared.replicates(200, 0) {
        let [Some((first, 9)), Some((second, 9)), Some((lone, 1)), None] = medians[..] else {
            panic!("{medians:?}")
        };
        assert!((first + 100.0 - second).abs() < 1e-9);
        assert_eq!(lone, 1.5);
        distinct.insert(first.to_bits());
    }
    assert_eq!(distinct.len(), 200);
}

/// Quantile ½ of the distribution function that is linear between the middles of the steps.
#[test]
fn a_replicate_is_the_median_of_the_weighted_distribution() {
    let risks = [0.1, 0.4, 0.5, 0.9, 1.3];
    let point = |order: [u32; 5]| order.map(|t| (t, risks[t as usize])).to_vec();
    let ensemble =
        Ensemble::new([point([3, 0, 4, 1, 2])], |trial| Stream::of_data(8, trial.into()));
    // The same streams, each trial alone, show the weights: a risk of a lone trial does not.
    let pairs = |t: u32| {
        let sample = vec![(t, 0.0), (t + 1, 1.0)];
        Ensemble::new([sample], |trial| Stream::of_data(8, trial.into()))
    };
    let medians = |e: &Ensemble| e.replicates(50, 3).map(|m| m[0].expect("there").0).collect();
    let whole: Vec<f64> = medians(&ensemble);
    // Of two values 0 and 1 with weights v and w the median is w/(v + w) = r/(1 + r), r = w/v.
    let shares: Vec<Vec<f64>> = (0..4).map(|t| medians(&pairs(t))).collect();
    for (b, found) in whole.iter().enumerate() {
        let mut weights = vec![1.0];
        for share in &shares {
            let last = weights[weights.len() - 1];
            weights.push(last * share[b] / (1.0 - share[b]));
        }
        let total: f64 = weights.iter().sum();
        let level = |t: usize| (weights[..t].iter().sum::<f64>() + weights[t] / 2.0) / total;
        let expected = match (0..5).find(|&t| level(t) >= 0.5) {
            Some(0) => risks[0],
            None => risks[4],
            Some(t) => {
                let share = (0.5 - level(t - 1)) / (level(t) - level(t - 1));
                risks[t - 1] + share * (risks[t] - risks[t - 1])
            }
        };
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }
}

#[test]
fn the_exponent_of_a_noiseless_law_is_found_and_floored() {
    let analysis = analyse_default(&study((1.5, 3.0), 0.0, 3, &[64, 256, 1024, 4096], 0));
    let series = &analysis.exponents[0];
    let beta = series.exponent.expect("four points");
    assert!((beta.value - 1.5).abs() < 0.005, "{beta:?}");
    assert!(beta.low < 1.5 && 1.5 < beta.high && beta.high - beta.low < 0.05, "{beta:?}");
    assert!((series.log_constant.expect("four points") - 3_f64.ln()).abs() < 0.05);
    assert_eq!((series.points, series.local_slopes.len()), (4, 3));
    for &(_, _, slope) in &series.local_slopes {
        assert!((slope - 1.5).abs() < 0.02);
    }
    let corrected = series.log_corrected.expect("four points");
    assert!(corrected.value < beta.value - 0.1, "{corrected:?}");
    assert_eq!(series.verdict, Some(Verdict::Below));
    assert_eq!(series.verdict_csq, Some(BoundVerdict::Above));
}

#[test]
fn scatter_about_the_line_widens_the_interval() {
    let straight = study((2.0, 1.0), 0.02, 16, &[64, 128, 256, 512], 1);
    let mut bent = straight.clone();
    for record in &mut bent {
        // Every other dimension needs 1.4 times the samples.
        record.n = if record.d == 128 || record.d == 512 { record.n * 7 / 5 } else { record.n };
    }
    let width = |records: &[Record]| {
        let found = analyse_default(records).exponents[0].exponent.expect("four points");
        found.high - found.low
    };
    assert!(width(&bent) > 5.0 * width(&straight), "{} {}", width(&bent), width(&straight));
}

#[test]
fn shuffled_records_and_repeated_runs_give_the_same_analysis() {
    let mut records = study((1.0, 20.0), 0.3, 8, &[64, 128, 256, 512], 4);
    let mut pruned: Vec<Record> = records.iter().map(|r| of_learner(r, "pruned")).collect();
    for record in &mut pruned {
        // Numbers whose sum shows in what order they were added.
        let auc = 1.0 / (1.0 + risk(record));
        set(record, Metric::Auc, auc);
    }
    records.extend(pruned);
    let first = analyse_default(&records);
    assert_eq!(first, analyse_default(&records));
    let mut generator = ChaCha8Rng::seed_from_u64(6);
    for i in (1..records.len()).rev() {
        records.swap(i, generator.random_range(0..=i));
    }
    assert_eq!(first, analyse_default(&records));
    let learners: Vec<&str> = first.exponents.iter().map(|e| e.series.learner.as_str()).collect();
    assert_eq!(learners, ["pruned", "unpruned"]);
    let other = Options { seed: 1, ..Options::default() };
    let asked = Asked { study: "synthetic".to_owned(), ..Asked::default() };
    let trials = Trials::new(records).expect("good");
    assert_ne!(first, analyse(&trials, &asked, &other).expect("good"));
}

#[test]
fn records_that_do_not_belong_together_are_refused() {
    let asked = Asked { study: "demo".to_owned(), ..Asked::default() };
    let message = |records: &[Record], options: Options| {
        let analysed =
            Trials::new(records.to_vec()).and_then(|trials| analyse(&trials, &asked, &options));
        analysed.expect_err("bad").message().to_owned()
    };
    let good = record("a", 16, 64, 0, 0.5);
    let ok = Options::default();
    let series = "unpruned, He2, k* = 2, r = 1, alpha = 0.5, q = 0, noise = 0.1, input = gaussian";
    assert_eq!(message(&[], ok), "study `demo` has no trials to analyse");
    assert_eq!(
        message(&[good.clone(), good.clone()], ok),
        "cell a, n = 64, trial 0 is recorded twice"
    );
    assert_eq!(
        message(&[good.clone(), record("b", 16, 91, 0, 0.5)], ok),
        format!("cells a and b are both {series} at d = 16")
    );
    assert_eq!(
        message(&[good.clone(), record("a", 32, 91, 0, 0.5)], ok),
        format!("cell a stands for two things: {series} at d = 16 and {series} at d = 32")
    );
    assert_eq!(
        message(&[record("a", 16, 64, 0, f64::NAN)], ok),
        "cell a, n = 64, trial 0: `risk` is NaN, not finite and at least 0, as the status is `ok`"
    );
    for threshold in [0.0, -1.0, 1.0, f64::NAN, f64::INFINITY] {
        let found = message(std::slice::from_ref(&good), Options { threshold, ..ok });
        assert_eq!(found, format!("the threshold is {threshold}, not between 0 and 1"));
    }
    let few = message(&[good], Options { bootstrap: 10, ..ok });
    assert_eq!(few, "10 bootstrap replicates are too few");
}

#[test]
fn ensembles_keep_the_place_of_points_without_success() {
    let records = vec![failed("a", 16, 64, 0), record("a", 16, 91, 0, 0.3)];
    let trials = Trials::new(records).expect("good");
    let ensembles =
        Frame::new(&trials).and_then(|f| f.ensembles(Metric::Risk, Missing::Dropped, |risk| risk));
    assert_eq!(ensembles.expect("good")[0].medians(), [None, Some((0.3, 1))]);
    let bounded = Frame::new(&trials)
        .and_then(|f| f.ensembles(Metric::Risk, Missing::Counts(1.0), |risk| risk.min(1.0)));
    let means = bounded.expect("good")[0].means_of(&[1.0, 1.0]);
    assert_eq!(means, [Some((1.0, 1)), Some((0.3, 1))]);
}

#[test]
fn tables_have_the_columns_of_the_design() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut records = Vec::new();
    for n in [64, 128] {
        records.extend((0..2).map(|t| record("a", 16, n, t, 8.0 / (n as f64))));
    }
    records.extend((0..2).map(|t| record("b", 32, 64, t, 2.0)));
    let options = Options { threshold: 0.125, ..Options::default() };
    let trials = Trials::new(records).expect("good");
    let asked = Asked { study: "test".to_owned(), ..Asked::default() };
    let analysis = analyse(&trials, &asked, &options).expect("good");
    let analysis = Analysis { manifest: Some("00ff".to_owned()), ..analysis };
    write::write(folder.path(), &analysis).expect("written");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("written");
    let exponents = read("exponents.csv");
    let (rows, check) = exponents.rsplit_once(',').expect("a check");
    assert_eq!(
        rows,
        "learner,link,k_star,r,alpha,q,noise,input,d_min,d_max,points,threshold,exponent,ci_low,\
         ci_high,log_corrected,log_corrected_low,log_corrected_high,predicted,log_power,rate_low,\
         rate_high,within,p,verdict,csq,verdict_csq,contradiction,manifest,check\n\
         unpruned,He2,2,1,0.5,0.0,0.1,gaussian,16,32,0,0.125,,,,,,,2.0,0.0,,,,,\
         too few dimensions,1.0,,false,00ff"
    );
    assert!(check.len() == 9 && check.trim_end().chars().all(|c| c.is_ascii_hexdigit()), "{check}");
    let thresholds = read("thresholds.csv");
    let mut lines = thresholds.lines();
    assert_eq!(
        lines.next(),
        Some(
            "learner,link,k_star,r,alpha,q,noise,input,d,s,threshold,n_star,ci_low,ci_high,\
             censored,trials,se_ln,n_star_median,law,limit,limit_se_ln,manifest,check"
        )
    );
    let first = lines.next().expect("two cells");
    assert!(first.starts_with("unpruned,He2,2,1,0.5,0.0,0.1,gaussian,16,4,0.125,"), "{first}");
    assert!(first.contains(",0.0,64.0,below,2,,,,,,00ff,"), "{first}");
    let second = lines.next().expect("two cells");
    assert!(second.contains(",64.0,64.0,,above,2,,,,,,00ff,"), "{second}");
    assert_eq!(read("diagnostics.csv").lines().count(), 2);
    // One learner and no expectations: there are no other tables.
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 3);
}
