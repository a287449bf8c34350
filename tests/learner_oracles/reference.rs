//! The default learners against a second implementation of the same protocol.
//!
//! `tests/fixtures/reference_trials.csv` holds trials of scripts/oracle, seed 20240608: plain
//! `NumPy` in double precision, written from the specification alone, with random numbers of
//! its own. Laws are compared, never single trials.

use secateur::model::metric::Metric;
use secateur::results::Record;
use secateur::sample::Crew;
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

use crate::stats::{rank_sum, smirnov, welch};
use crate::{Measures, metric_bits};

const ONE_STEP: &str = include_str!("../fixtures/one_step_reuse.csv");
const REFERENCE: &str = include_str!("../fixtures/reference_trials.csv");

/// Columns risk, alignment, subspace, recall of the rows of `case` at `n`.
fn reference(case: &str, n: u64) -> [Vec<f64>; 4] {
    let mut columns: [Vec<f64>; 4] = Default::default();
    for line in REFERENCE.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[0] == case && fields[1].parse() == Ok(n) {
            for (column, field) in columns.iter_mut().zip(&fields[2..]) {
                column.push(field.parse().unwrap());
            }
        }
    }
    columns
}

fn study(learner: &str, link: &str, d: usize, alpha: f64) -> Study {
    let text = format!(
        "claim = \"reference\"\nseed = 5\n[model]\nlink = \"{link}\"\n\
         [[sweep]]\nlearner = \"{learner}\"\nalpha = {alpha}\nd = {d}\n"
    );
    Study::parse("reference", "reference.toml", &text, Profile::Standard, &[]).unwrap()
}

fn run(study: &Study, n: u64, trials: u32) -> Vec<Record> {
    let series = &study.series[0];
    let (setting, cell) = (&series.setting, &series.cells[0]);
    let crew = Crew::alone();
    let conditions =
        Conditions { study: "reference", manifest: "", setting, cell, test: 4096, crew };
    (0..trials).map(|trial| conditions.run(n, trial)).collect()
}

/// Tests whose level is 7·10⁻⁶ two-sided, 4.5σ: means of three metrics, and ranks and the whole
/// distribution of the risk. `mean_recall` is the reference's own summary.
#[expect(clippy::print_stdout, reason = "the comparison is worth reading")]
fn compare(case: &str, study: &Study, n: u64, mean_recall: f64) {
    let trials = 200;
    let records = run(study, n, trials);
    assert!(records.iter().all(Record::is_ok));
    let of = |metric| records.iter().map(|r| r.of(metric)).collect::<Vec<f64>>();
    let [risk, alignment, subspace, recall] = reference(case, n);
    let mean = recall.iter().sum::<f64>() / recall.len() as f64;
    assert!(risk.len() >= 100 && (mean - mean_recall).abs() < 1e-4, "{} {mean}", risk.len());
    let ours = of(Metric::Risk);
    // 2·exp(−2·2.51²) = 7·10⁻⁶.
    let distance = smirnov(&ours, &risk);
    let mut found = vec![("rank of risk", rank_sum(&ours, &risk))];
    found.push(("alignment", welch(&of(Metric::Alignment), &alignment)));
    found.push(("subspace", welch(&of(Metric::Subspace), &subspace)));
    if mean_recall < 1.0 {
        found.push(("recall", welch(&of(Metric::Recall), &recall)));
    } else {
        assert!(records.iter().all(|r| r.of(Metric::Recall).to_bits() == 1.0_f64.to_bits()));
    }
    println!("{case} n = {n}: Smirnov {distance:.2}, {found:.2?}");
    assert!(distance < 2.51, "{case} n = {n}: {distance}");
    assert!(found.iter().all(|(_, z)| z.abs() < 4.5), "{case} n = {n}: {found:?}");
}

#[test]
fn pruned_he2_sqrt_sparse() {
    let study = study("pruned", "He2", 256, 0.5);
    compare("pruned_he2_half", &study, 4096, 0.441_25);
    compare("pruned_he2_half", &study, 8192, 0.685_94);
}

#[test]
fn pruned_he2_very_sparse() {
    compare("pruned_he2_quarter", &study("pruned", "He2", 256, 0.25), 1024, 0.827_5);
}

#[test]
fn pruned_he3() {
    compare("pruned_he3", &study("pruned", "He3", 256, 0.25), 8192, 0.810_42);
}

#[test]
fn pruned_product_of_two_directions() {
    compare("pruned_z1z2", &study("pruned", "z1*z2", 64, 0.5), 4096, 0.6);
}

#[test]
fn unpruned_he2() {
    compare("unpruned_he2", &study("unpruned", "He2", 64, 0.5), 4096, 1.0);
}

#[test]
fn unpruned_he3() {
    compare("unpruned_he3", &study("unpruned", "He3", 16, 0.5), 4096, 1.0);
}

#[test]
fn a_trial_run_twice_gives_the_same_bits() {
    for learner in ["pruned", "unpruned"] {
        let study = study(learner, "He2", 64, 0.5);
        let bits = |n| {
            let all = |r: &Record| (r.seed, r.measured().unwrap().kept, metric_bits(r));
            run(&study, n, 3).iter().map(all).collect::<Vec<_>>()
        };
        assert_eq!(bits(2048), bits(2048));
        assert_ne!(bits(2048)[0].2, bits(2048)[1].2);
        assert_ne!(bits(2048)[0].2, bits(2896)[0].2);
    }
}

/// scripts/oracle/one_step_reuse.py: d = 64, m = 256, He2, noise variance ¼, 40 trials each.
#[test]
fn one_step_on_reused_data() {
    let text = "claim = \"c\"\n[model]\nlink = \"He2\"\nnoise = 0.5\n\
                [[sweep]]\nlearner = \"one_step_reuse\"\nalpha = 1\nd = 64\n";
    let study = Study::parse("r", "r.toml", text, Profile::Standard, &[]).unwrap();
    for n in [512, 2048, 8192] {
        let theirs: Vec<f64> = ONE_STEP
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("{n},")))
            .map(|line| line.split(',').next_back().unwrap().parse().unwrap())
            .collect();
        let records = run(&study, n, 40);
        assert!(theirs.len() == 40 && records.iter().all(Record::is_ok));
        let ours: Vec<f64> = records.iter().map(|r| r.of(Metric::Risk)).collect();
        assert!(rank_sum(&ours, &theirs).abs() < 4.5, "n = {n}: {ours:?}");
        assert!(smirnov(&ours, &theirs) < 2.51, "n = {n}: {ours:?}");
        assert!(welch(&ours, &theirs).abs() < 4.5, "n = {n}: {ours:?}");
    }
}
