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

/// The pieces that these show.
const PIECES: [fn(&mut Rates) -> &mut f64; 4] =
    [|r| &mut r.entry, |r| &mut r.product, |r| &mut r.activation, |r| &mut r.trial];

/// Rounds of the fit; each piece is most of its trial, so few are needed.
const ROUNDS: usize = 50;

/// Measures the rates of one core of this machine, in less than a second.
///
/// # Errors
/// When the trials cannot be set up.
pub fn measure() -> Result<Rates> {
    let study = Study::parse("calibration", "calibration", TRIALS, Profile::Standard, &[])?;
    let test = study.samples.test;
    let trial = |i: usize| (&study.series[i].setting, &study.series[i].cells[0], SIZES[i]);
    let times = std::array::from_fn(|i| {
        let ((setting, cell, n), crew) = (trial(i), Crew::alone());
        let conditions = Conditions { study: &study.name, manifest: "", setting, cell, test, crew };
        let seconds = (0..REPEATS).filter_map(|trial| conditions.run(n, trial).seconds);
        seconds.fold(f64::INFINITY, f64::min)
    });
    let counted = |rates: &Rates, i: usize| {
        let (setting, cell, n) = trial(i);
        cost::trial_seconds(rates, setting, cell, n, test)
    };
    Ok(fitted(counted, times))
}

/// Rates at which the trials take `times`: each trial in turn corrects the rate of its piece.
fn fitted(counted: impl Fn(&Rates, usize) -> f64, times: [f64; PIECES.len()]) -> Rates {
    let mut rates = Rates::TYPICAL;
    for _ in 0..ROUNDS {
        for (i, (piece, time)) in PIECES.iter().zip(times).enumerate() {
            let (correction, usual) = (time / counted(&rates, i), *piece(&mut { Rates::TYPICAL }));
            let rate = piece(&mut rates);
            // A disturbed trial says nothing of its piece.
            *rate = (*rate * correction).clamp(usual / 100.0, usual * 100.0);
        }
    }
    rates
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
        let price = |row: [f64; 4], rates: &Rates| -> f64 {
            let share = |(of, share): (&fn(&mut Rates) -> &mut f64, f64)| {
                share * *of(&mut { *rates }) / *of(&mut { Rates::TYPICAL })
            };
            PIECES.iter().zip(row).map(share).sum()
        };
        let Rates { entry, product, activation, trial } = Rates::TYPICAL;
        let truth = Rates {
            entry: 3.0 * entry,
            product: 0.5 * product,
            activation: 2.0 * activation,
            trial,
        };
        let found = fitted(|rates, i| price(rows[i], rates), rows.map(|row| price(row, &truth)));
        for piece in PIECES {
            let ratio = *piece(&mut { found }) / *piece(&mut { truth });
            assert!((ratio - 1.0).abs() < 1e-6, "{found:?}");
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
