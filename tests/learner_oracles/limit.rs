//! Trials in the limit against trials that are exact in law.

use secateur::learner::options::{Keep, Normalize, Simulation};
use secateur::model::LearnerKind;

use crate::reduced::{Case, MEASURES, case, measures};
use crate::stats::{rank_sum, smirnov};

/// Trials on each side.
const TRIALS: u64 = 400;

/// Of the statistic of Kolmogorov and Smirnov at 2·10⁻⁵, and of a z at 7·10⁻⁶.
const KS: f64 = 2.4;
const Z: f64 = 4.5;

/// Every stage has more samples than a limit draws.
fn agree_in_law(case: &Case) {
    let reduced = measures(case, Simulation::Reduced, 80, TRIALS);
    let limit = measures(case, Simulation::Limit, 81, TRIALS);
    let name = format!("{:?} {} d = {} n = {}", case.kind, case.link, case.d, case.n);
    let mean = reduced[0].iter().sum::<f64>() / TRIALS as f64;
    assert!((0.3..0.95).contains(&mean), "{name}: mean risk {mean}");
    for ((a, b), measure) in reduced.iter().zip(&limit).zip(MEASURES) {
        let (distance, z) = (smirnov(a, b), rank_sum(a, b));
        assert!(distance < KS && z.abs() < Z, "{name}, {measure}: {distance} {z}");
    }
}

#[test]
fn unpruned_trials_in_the_limit_are_near_to_exact_ones() {
    agree_in_law(&case(LearnerKind::Unpruned, "He2", 256, 16, 100_000));
    agree_in_law(&case(LearnerKind::Unpruned, "He3", 64, 8, 300_000));
    let mut steps = case(LearnerKind::Unpruned, "He2", 256, 16, 90_000);
    steps.options.feature.steps = 2;
    steps.options.feature.normalize = Normalize::Global;
    agree_in_law(&steps);
}

#[test]
fn pruned_trials_in_the_limit_are_near_to_exact_ones() {
    let mut square = case(LearnerKind::Pruned, "He2", 128, 64, 80_000);
    square.options.prune.keep = Keep::Count(80);
    agree_in_law(&square);
    let mut cubic = case(LearnerKind::Pruned, "He3", 32, 12, 120_000);
    cubic.options.prune.keep = Keep::Count(12);
    agree_in_law(&cubic);
    let mut two = case(LearnerKind::Pruned, "He2(z1) + He2(z2)", 96, 40, 80_000);
    two.options.prune.keep = Keep::Count(50);
    agree_in_law(&two);
}
