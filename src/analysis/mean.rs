//! n* by the mean of min(risk, 1): where it crosses the threshold, and the bootstrap of that.

use super::isotonic::non_increasing;
use super::student::student_upper;
use super::threshold::Place;
use crate::model::tail::upper_quantile;

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
pub struct BoundedRisks {
    ln_n: Vec<f64>,
    /// At each n: (which of the trials, min(risk, 1)).
    points: Vec<Vec<(usize, f64)>>,
    trials: usize,
}

impl BoundedRisks {
    /// From the sample sizes, increasing, each with its trials: (slot of the trial, risk, if it
    /// has one). Slots run from 0; sizes without a single trial are passed over.
    pub fn new(sizes: impl IntoIterator<Item = (u64, Vec<(usize, Option<f64>)>)>) -> Self {
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
    #[must_use]
    pub fn slots(&self) -> usize {
        self.trials
    }

    /// Most trials of a sample size.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.points.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Weighted mean at each n, in order of n; `weights` has one entry a slot.
    #[must_use]
    pub fn means(&self, weights: &[f64]) -> Vec<f64> {
        let mean = |point: &Vec<(usize, f64)>| {
            let total: f64 = point.iter().map(|&(slot, _)| weights[slot]).sum();
            point.iter().map(|&(slot, risk)| weights[slot] * risk).sum::<f64>() / total
        };
        self.points.iter().map(mean).collect()
    }

    /// ln n* at threshold `tau`, or its bound; none without a trial.
    #[must_use]
    pub fn crossing(&self, tau: f64) -> Option<Place> {
        self.crossing_of(&vec![1.0; self.trials], tau)
    }

    /// The same in a bootstrap replicate that gives trial slot t the weight `weights[t]`.
    #[must_use]
    pub fn crossing_of(&self, weights: &[f64], tau: f64) -> Option<Place> {
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

/// What the variance of a Bayesian bootstrap of a mean of `trials` values falls short by:
/// (T + 1)/(T − 1); 1 for one trial, of which no variance is known.
///
/// With weights g_t/Σg, g exponential, the variance of the weighted mean is Σ(x − x̄)²/(T (T + 1))
/// (Rubin, *Annals of Statistics* 9, 1981, 130); the unbiased estimate is Σ(x − x̄)²/(T (T − 1)).
#[must_use]
pub fn bootstrap_shortfall(trials: usize) -> f64 {
    if trials > 1 { (trials as f64 + 1.0) / (trials as f64 - 1.0) } else { 1.0 }
}

/// Variance of ln n* from its bootstrap `replicates` over `trials` trials; 0 for fewer than two.
#[must_use]
pub fn crossing_variance(replicates: &[f64], trials: usize) -> f64 {
    let count = replicates.len() as f64;
    if count < 2.0 {
        return 0.0;
    }
    let mean = replicates.iter().sum::<f64>() / count;
    let square: f64 = replicates.iter().map(|x| (x - mean).powi(2)).sum();
    bootstrap_shortfall(trials) * square / (count - 1.0)
}

/// What the ends of the central 95 % of the bootstrap are to be moved away from ln n* by.
///
/// ```text
/// √((T + 1)/(T − 1)) · t_{T−1, 0.975}/z_{0.975}
/// ```
///
/// With it the percentile interval of a mean is as long as Student's: 1.05 for 48 trials, 1.11
/// for 24, 1.37 for 8.
#[must_use]
pub fn interval_stretch(trials: usize) -> f64 {
    let student = student_upper(0.025, trials.saturating_sub(1));
    bootstrap_shortfall(trials).sqrt() * student / upper_quantile(0.025)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn risks(sizes: &[(u64, &[Option<f64>])]) -> BoundedRisks {
        let slots = |trials: &[Option<f64>]| trials.iter().copied().enumerate().collect();
        BoundedRisks::new(sizes.iter().map(|(n, trials)| (*n, slots(trials))))
    }

    #[test]
    fn a_crossing_by_hand() {
        // Means 1, 0.7, 0.3: a failed trial and a risk of 7 count 1.
        let cell = risks(&[
            (64, &[Some(7.0), None]),
            (128, &[Some(0.4), None]),
            (256, &[Some(0.2), Some(0.4)]),
        ]);
        assert_eq!(cell.means(&[1.0, 1.0])[0], 1.0);
        let Some(Place::Inside(ln_n)) = cell.crossing(0.5) else { panic!("inside") };
        let expected = 128_f64.ln() + 0.5 * 2_f64.ln();
        assert!((ln_n - expected).abs() < 1e-14);
        assert_eq!(cell.crossing(0.2), Some(Place::Above(256_f64.ln())));
        assert_eq!(cell.crossing(1.0), Some(Place::Below(64_f64.ln())));
        // All weight on the trial that is better at 128.
        let Some(Place::Inside(first)) = cell.crossing_of(&[1.0, 0.0], 0.5) else {
            panic!("inside")
        };
        assert!((first - (64_f64.ln() + 5.0 / 6.0 * 2_f64.ln())).abs() < 1e-14);
    }

    #[test]
    fn risks_that_rise_are_pooled_by_their_trials() {
        // (0.4 · 1 + 0.7 · 3)/4 = 0.625 at 128 and 256.
        let cell = risks(&[
            (64, &[Some(0.9)]),
            (128, &[Some(0.4)]),
            (256, &[Some(0.7), Some(0.7), Some(0.7)]),
            (512, &[Some(0.125)]),
        ]);
        let Some(Place::Inside(ln_n)) = cell.crossing(0.5) else { panic!("inside") };
        assert!((ln_n - (256_f64.ln() + 0.25 * 2_f64.ln())).abs() < 1e-14);
        assert_eq!((cell.slots(), cell.trials()), (3, 3));
    }

    #[test]
    fn cells_without_trials_have_no_crossing_and_failures_are_a_bound() {
        assert_eq!(risks(&[]).crossing(0.5), None);
        assert_eq!(risks(&[(64, &[])]).crossing(0.5), None);
        assert_eq!(
            risks(&[(64, &[None]), (91, &[Some(f64::NAN)])]).crossing(0.5),
            Some(Place::Above(91_f64.ln()))
        );
    }

    /// The crossing of two points moves with the mean: its variance is that of a mean.
    #[test]
    fn the_corrected_bootstrap_variance_is_unbiased() {
        use rand::SeedableRng;
        use rand_distr::{Distribution, Exp1, StandardNormal};
        let mut rng = rand::rngs::ChaCha8Rng::seed_from_u64(1);
        let trials = 6;
        let (mut estimates, mut means) = (0.0, Vec::new());
        let studies = 400;
        for _ in 0..studies {
            let x: Vec<f64> = (0..trials).map(|_| StandardNormal.sample(&mut rng)).collect();
            let replicates: Vec<f64> = (0..200)
                .map(|_| {
                    let w: Vec<f64> = (0..trials).map(|_| Exp1.sample(&mut rng)).collect();
                    let total: f64 = w.iter().sum();
                    w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>() / total
                })
                .collect();
            estimates += crossing_variance(&replicates, trials) / f64::from(studies);
            means.push(x.iter().sum::<f64>() / trials as f64);
        }
        // The mean of six has variance 1/6; 400 estimates of five degrees of freedom scatter by 3 %.
        assert!((estimates * 6.0 - 1.0).abs() < 0.12, "{estimates}");
        assert_eq!([bootstrap_shortfall(1), bootstrap_shortfall(3)], [1.0, 2.0]);
        assert_eq!(crossing_variance(&[1.0], 9), 0.0);
    }

    #[test]
    fn stretches_are_those_of_student() {
        for (trials, expected) in [(8, 1.368), (24, 1.100), (48, 1.048)] {
            let found = interval_stretch(trials);
            assert!((found - expected).abs() < 1e-3, "{trials}: {found}");
        }
    }
}
