//! The exponent of a metric in s^{k*} ln(d/s), on made-up trials whose law is known.

use secateur::analysis::estimate::Judged;
use secateur::analysis::judge::Verdict;
use secateur::model::Problem;
use secateur::model::expectation::{Basis, Expectation, Predicted, Quantity};
use secateur::model::metric::Metric;
use secateur::results::{Record, parse};

const CELLS: [(f64, usize, usize); 6] = [
    (0.25, 256, 4),
    (0.25, 1296, 6),
    (0.25, 4096, 8),
    (0.5, 64, 8),
    (0.5, 144, 12),
    (0.5, 256, 16),
];

/// Trials at n = 64 · 2^{i/2} whose recall is ½ + ⅓ ln(n/n½) between 0 and 1, with
/// n½ = 6 (s² ln(d/s))^β times what each trial has of its own.
fn records(beta: f64, noise: f64) -> Vec<Record> {
    let mut text = "learner,link,k_star,r,d,alpha,q,s,n,trial,risk,recall,noise,input\n".to_owned();
    for (alpha, d, s) in CELLS {
        let half = 6.0 * ((s * s) as f64 * (d as f64 / s as f64).ln()).powf(beta);
        for i in 0..20 {
            let n = (64.0 * 2_f64.powf(f64::from(i) / 2.0)).round();
            for trial in 0..16 {
                let own = (noise * (f64::from(trial * 37 + d as u32) * 12.9898).sin()).exp();
                let recall = (0.5 + (n / (half * own)).ln() / 3.0).clamp(0.0, 1.0);
                let head = format!("pruned,He2,2,1,{d},{alpha},0,{s},{n},{trial}");
                text += &format!("{head},0.9,{recall:?},0.1,gaussian\n");
            }
        }
    }
    parse("trials.csv", text.as_bytes()).expect("a good table").records
}

fn judged(records: &[Record], metric: Metric) -> Judged {
    let expectation = Expectation {
        claim: "c".into(),
        quantity: Quantity::Collapse { metric, level: 0.5, learner: "pruned".into() },
        selection: Problem::default(),
        predicted: Predicted::Value(1.0),
        basis: Basis::Stated,
        margin: 0.15,
        posterior: false,
    };
    crate::analysed(records, 100, &[expectation]).expectations.remove(0)
}

#[test]
fn without_noise_the_exponent_is_that_of_the_law() {
    for (beta, verdict) in [(1.0, Verdict::Matches), (0.7, Verdict::Below)] {
        let found = judged(&records(beta, 0.0), Metric::Recall);
        let value = found.value.expect("all cells cross");
        assert!((value.value - beta).abs() < 1e-9, "{value:?}");
        assert_eq!((found.points, found.censored, found.verdict), (6, 0, verdict));
    }
}

#[test]
fn noise_of_the_trials_widens_the_interval() {
    let exact = judged(&records(1.0, 0.0), Metric::Recall).value.expect("crosses");
    let noisy = judged(&records(1.0, 0.5), Metric::Recall).value.expect("crosses");
    assert!(noisy.low < 1.0 && 1.0 < noisy.high, "{noisy:?}");
    assert!(noisy.high - noisy.low > 1.5 * (exact.high - exact.low), "{noisy:?} {exact:?}");
}

#[test]
fn a_metric_that_no_trial_has_is_censored() {
    let found = judged(&records(1.0, 0.0), Metric::Auc);
    assert_eq!((found.value, found.verdict, found.censored), (None, Verdict::Censored, 6));
}

/// Where no n reaches the level the cell is a bound, as that of a threshold is.
#[test]
fn a_cell_that_never_crosses_is_counted() {
    let mut all = records(1.0, 0.0);
    all.retain(|r| r.d != 4096 || r.n < 400);
    let found = judged(&all, Metric::Recall);
    assert_eq!((found.points, found.censored), (6, 1));
}
