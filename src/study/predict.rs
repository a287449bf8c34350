//! n* by the limit simulation.

use std::sync::Arc;

use rayon::prelude::*;

use super::cell::{Cell, Setting};
use super::search::lattice;
use super::trial::Conditions;
use crate::error::{Error, Result};
use crate::learner::Granted;
use crate::learner::options::{Options, Simulation};
use crate::model::{LearnerKind, LimitPoint};
use crate::sample::Crew;

/// Steps of the lattice that the search for a bracket goes at a time.
const STRIDE: u32 = 8;

/// Share of the trials that the search makes do with.
const COARSE: u32 = 8;

/// The largest index: n = 64 · 2^56.
const LAST: u32 = 112;

impl Setting {
    /// The same, with trials as `simulation` says.
    ///
    /// # Errors
    /// When the learner has no such simulation.
    pub fn simulated(&self, simulation: Simulation) -> Result<Self> {
        let has_limit = |kind: &LearnerKind| simulation != Simulation::Limit || kind.has_limit();
        let kind = self.kind.filter(has_limit).ok_or_else(|| {
            Error::usage(format!("{} has no {} simulation", self.learner, <&str>::from(simulation)))
                .hint("pruned, unpruned, oracle and random_mask have one in the limit")
        })?;
        let options = Options { simulation, ..self.options.clone() };
        let built = kind.build(&options, &Granted::new(&self.link, self.k_star))?;
        Ok(Self { options, built: Arc::new(built), ..self.clone() })
    }
}

/// The n at which the mean of min(risk, 1) over trials in the limit crosses `tau`, linear between
/// lattice sizes in (ln n, mean) as the estimate of a study is; `None` if the mean stays above.
///
/// `test` samples measure the risk of each of `trials` trials; a failed one counts 1. The trials of
/// a cell run side by side, with the same numbers on any number of threads.
///
/// # Errors
/// When the learner has no limit simulation.
pub fn n_star(
    setting: &Setting,
    cell: &Cell,
    tau: f64,
    test: u64,
    trials: u32,
) -> Result<Option<LimitPoint>> {
    let setting = &setting.simulated(Simulation::Limit)?;
    let mean = |index: u32, trials: u32| {
        let conditions =
            Conditions { study: "", manifest: "", setting, cell, test, crew: Crew::alone() };
        let run =
            |trial| conditions.run(lattice::size(index), trial).risk().unwrap_or(1.0).min(1.0);
        let risks: Vec<f64> = (0..trials).into_par_iter().map(run).collect();
        let n = risks.len() as f64;
        let mean = risks.iter().sum::<f64>() / n;
        let squares: f64 = risks.iter().map(|r| (r - mean).powi(2)).sum();
        [mean, squares / (n - 1.0).max(1.0) / n]
    };
    let above = |index| mean(index, trials.div_ceil(COARSE).max(2))[0] > tau;
    let Some(mut high) = (0..=LAST).step_by(STRIDE as usize).find(|&index| !above(index)) else {
        return Ok(None);
    };
    let mut low = high.saturating_sub(STRIDE);
    while high - low > 1 {
        let middle = u32::midpoint(low, high);
        if above(middle) { low = middle } else { high = middle }
    }
    // Few trials may have chosen a neighbour of the right interval.
    let mut at = [low, low + 1].map(|index| mean(index, trials));
    while at[0][0] <= tau && low > 0 {
        low -= 1;
        at = [mean(low, trials), at[0]];
    }
    while at[1][0] > tau && low < LAST {
        low += 1;
        at = [at[1], mean(low + 1, trials)];
    }
    let [[first, first_variance], [second, second_variance]] = at;
    let share = ((first - tau) / (first - second)).clamp(0.0, 1.0);
    let ln = |index: u32| (lattice::size(index) as f64).ln();
    let step = ln(low + 1) - ln(low);
    let variance = (1.0 - share).powi(2) * first_variance + share.powi(2) * second_variance;
    let error = step * variance.sqrt() / (first - second);
    Ok(Some(LimitPoint { n_star: (ln(low) + share * step).exp(), error }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Profile, Study};

    fn study(learner: &str, alpha: f64, d: usize) -> Study {
        let text = format!(
            "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"{learner}\"\n\
             alpha = {alpha}\nd = {d}\n"
        );
        Study::parse("mine", "mine.toml", &text, Profile::Standard, &[]).unwrap()
    }

    /// At the predicted n*, explicit trials of their own have the mean risk ½.
    #[test]
    fn explicit_trials_cross_where_the_limit_says() {
        for (learner, alpha, d) in [("pruned", 0.25, 256), ("unpruned", 0.5, 64)] {
            let study = study(learner, alpha, d);
            let (setting, cell) = (&study.series[0].setting, &study.series[0].cells[0]);
            let found = n_star(setting, cell, 0.5, 2048, 200).unwrap().unwrap();
            assert!((0.0..0.05).contains(&found.error), "{learner}: {found:?}");
            let setting = &setting.simulated(Simulation::Explicit).unwrap();
            let crew = Crew::alone();
            let explicit = Conditions { study: "", manifest: "", setting, cell, test: 2048, crew };
            let risk = |trial| explicit.run(found.n_star as u64, trial).risk().unwrap().min(1.0);
            let mean = (1000..1300).map(risk).sum::<f64>() / 300.0;
            assert!((mean - 0.5).abs() < 0.05, "{learner}: {mean} at {found:?}");
        }
    }

    #[test]
    fn what_never_learns_has_no_crossing_and_others_no_limit() {
        let control = study("random_mask", 0.5, 256);
        let (setting, cell) = (&control.series[0].setting, &control.series[0].cells[0]);
        assert_eq!(n_star(setting, cell, 0.5, 512, 8).unwrap(), None);
        let error = study("spectral", 0.5, 64).series[0].setting.simulated(Simulation::Limit);
        assert_eq!(error.unwrap_err().message(), "spectral has no limit simulation");
    }
}
