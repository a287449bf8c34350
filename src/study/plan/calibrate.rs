//! How fast this machine is: a few trials whose cost is dominated by one piece each.

use super::cost::{self, Rates};
use crate::error::Result;
use crate::sample::Crew;
use crate::study::read::{Profile, Study};
use crate::study::trial::Conditions;

/// One series a piece of a trial's cost, in the order of [`Rates`]: `entry`, `product`,
/// `activation`, `trial`.
const TRIALS: &str = r#"
claim = "speed of this machine"
model.link = "He2"
samples.test = 64
samples.simulation = "explicit"
learner."pruned/entry".width = 1
learner."unpruned/product".width = 256
learner."unpruned/trial".width = 1
[[sweep]]
learner = "pruned/entry"
alpha = 0
d = 4096
[[sweep]]
learner = "unpruned/product"
alpha = 0.5
d = 512
[[sweep]]
learner = "unpruned"
alpha = 0.5
d = 4
[[sweep]]
learner = "unpruned/trial"
alpha = 0.5
d = 4
"#;

/// Sample sizes of these trials.
const SIZES: [u64; 4] = [6144, 6144, 65_536, 64];

/// Times that each is run; the fastest counts, as others were disturbed.
const REPEATS: u32 = 3;

/// Sweeps of the elimination; the system is nearly diagonal.
const SWEEPS: usize = 50;

/// Least share of a time that is taken for the piece which it is meant to show.
const LEAST: f64 = 0.05;

/// Measures the rates of one core of this machine, in less than a second.
///
/// # Errors
/// When the trials cannot be set up.
pub fn measure() -> Result<Rates> {
    let study = Study::parse("calibration", "calibration", TRIALS, Profile::Standard, &[])?;
    let mut rows = [[0.0; 4]; 4];
    let mut times = [0.0; 4];
    for (i, series) in study.series.iter().enumerate().take(4) {
        let (setting, cell, n) = (&series.setting, &series.cells[0], SIZES[i]);
        let conditions = Conditions {
            study: &study.name,
            manifest: "",
            setting,
            cell,
            test: study.samples.test,
            crew: Crew::alone(),
        };
        let seconds = (0..REPEATS).filter_map(|trial| conditions.run(n, trial).seconds);
        times[i] = seconds.fold(f64::INFINITY, f64::min);
        rows[i] = units().map(|rates| cost::trial_seconds(&rates, setting, cell, n, 64));
    }
    let [entry, product, activation, trial] = solve(&rows, &times);
    Ok(Rates { entry, product, activation, trial })
}

/// The rates of which one is 1 and the others 0: what a trial costs of each piece.
fn units() -> [Rates; 4] {
    let none = Rates { entry: 0.0, product: 0.0, activation: 0.0, trial: 0.0 };
    [
        Rates { entry: 1.0, ..none },
        Rates { product: 1.0, ..none },
        Rates { activation: 1.0, ..none },
        Rates { trial: 1.0, ..none },
    ]
}

/// Positive x with Σ_j `rows[i][j] x_j` near `times[i]`, by Gauss–Seidel sweeps; each
/// equation is solved for its diagonal.
fn solve(rows: &[[f64; 4]; 4], times: &[f64; 4]) -> [f64; 4] {
    let mut x = [0.0; 4];
    for _ in 0..SWEEPS {
        for (i, (row, time)) in rows.iter().zip(times).enumerate() {
            let others: f64 = (0..4).filter(|&j| j != i).map(|j| row[j] * x[j]).sum();
            x[i] = (time - others).max(LEAST * time) / row[i];
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_that_are_known_are_found_again() {
        let rows = [
            [9.0, 1.0, 0.5, 1.0],
            [2.0, 40.0, 1.0, 1.0],
            [0.1, 3.0, 20.0, 1.0],
            [0.0, 0.1, 0.2, 1.0],
        ];
        let truth = [3e-4, 2e-5, 7e-4, 1e-4];
        let times = rows.map(|row| row.iter().zip(truth).map(|(a, x)| a * x).sum());
        for (found, truth) in solve(&rows, &times).iter().zip(truth) {
            assert!((found / truth - 1.0).abs() < 1e-9, "{found} {truth}");
        }
    }

    #[test]
    fn every_piece_of_a_trial_is_measured() {
        let rates = measure().expect("the trials are sound");
        for rate in [rates.entry, rates.product, rates.activation, rates.trial] {
            assert!(rate > 0.0 && rate < 1e-2, "{rates:?}");
        }
    }
}
