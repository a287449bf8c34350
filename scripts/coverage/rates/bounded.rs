//! The functional of the program written down again: n* by the mean of min(risk, 1): where it crosses the threshold, and the bootstrap of that.

use secateur::analysis::isotonic::non_increasing;
use secateur::analysis::place::Place;
use secateur::analysis::resample::bootstrap_shortfall;

/// The bounded risks of the trials of one cell.
///
/// ```text
/// m_i = (1/T_i) Σ_t min(risk_t(n_i), 1), a failed trial counting 1
/// minimise Σ_i T_i (f_i − m_i)²  subject to  f_1 ≥ f_2 ≥ …
/// ln n* on the straight line through (ln n_{i−1}, f_{i−1}) and (ln n_i, f_i), i the first with f_i ≤ τ
/// ```
///
/// Where coordinates are kept or lost as a whole, the risk of a trial is a staircase in n. The
/// median of trials jumps with it, and its crossing lies where the lattice happens to cut a
/// step; the mean passes through the steps in proportion, and more trials make it exact. A
/// constant predictor has risk 1, so what a broken network does worse than that is no information.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BoundedRisks {
    ln_n: Vec<f64>,
    /// At each n: (which of the trials, min(risk, 1)).
    points: Vec<Vec<(usize, f64)>>,
    trials: usize,
}

impl BoundedRisks {
    /// From the sample sizes, increasing, each with its trials: (slot of the trial, risk, if it
    /// has one). Slots run from 0; sizes without a single trial are passed over.
    pub(crate) fn new(sizes: impl IntoIterator<Item = (u64, Vec<(usize, Option<f64>)>)>) -> Self {
        let mut risks = Self { ln_n: Vec::new(), points: Vec::new(), trials: 0 };
        for (n, trials) in sizes {
            if trials.is_empty() {
                continue;
            }
            let bounded = |risk: Option<f64>| risk.map_or(1.0, |r| if r < 1.0 { r } else { 1.0 });
            risks.ln_n.push((n as f64).ln());
            risks.points.push(trials.iter().map(|&(slot, r)| (slot, bounded(r))).collect());
            let last = trials.iter().map(|&(slot, _)| slot + 1).max();
            risks.trials = risks.trials.max(last.unwrap_or(0));
        }
        risks
    }

    /// Number of trial slots: the length of a vector of weights.
    pub(crate) fn slots(&self) -> usize {
        self.trials
    }

    /// Weighted mean at each n, in order of n; `weights` has one entry a slot.
    pub(crate) fn means(&self, weights: &[f64]) -> Vec<f64> {
        let mean = |point: &Vec<(usize, f64)>| {
            let total: f64 = point.iter().map(|&(slot, _)| weights[slot]).sum();
            point.iter().map(|&(slot, risk)| weights[slot] * risk).sum::<f64>() / total
        };
        self.points.iter().map(mean).collect()
    }

    /// ln n* at threshold `tau`, or its bound; none without a trial.
    pub(crate) fn crossing(&self, tau: f64) -> Option<Place> {
        self.crossing_of(&vec![1.0; self.trials], tau)
    }

    /// The same in a bootstrap replicate that gives trial slot t the weight `weights[t]`.
    pub(crate) fn crossing_of(&self, weights: &[f64], tau: f64) -> Option<Place> {
        let counts: Vec<f64> = self.points.iter().map(|point| point.len() as f64).collect();
        let fit = non_increasing(&self.means(weights), &counts);
        let x = &self.ln_n;
        Some(match fit.iter().position(|&mean| mean <= tau) {
            None => Place::Above(*x.last()?),
            Some(0) => Place::Below(x[0]),
            Some(i) => {
                let share = (fit[i - 1] - tau) / (fit[i - 1] - fit[i]);
                Place::Inside(x[i - 1] + share * (x[i] - x[i - 1]))
            }
        })
    }
}

/// Variance of ln n* from its bootstrap `replicates` over `trials` trials; 0 for fewer than two.
pub(crate) fn crossing_variance(replicates: &[f64], trials: usize) -> f64 {
    let count = replicates.len() as f64;
    if count < 2.0 {
        return 0.0;
    }
    let mean = replicates.iter().sum::<f64>() / count;
    let square: f64 = replicates.iter().map(|x| (x - mean).powi(2)).sum();
    bootstrap_shortfall(trials) * square / (count - 1.0)
}
