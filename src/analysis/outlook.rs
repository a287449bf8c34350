//! Whether further data would likely settle a statement about an estimate.

use super::interval::Censoring;
use super::slope::{LEAST_ERROR, Slope};
use super::stats::{NORMAL_95, NORMAL_975};
use crate::model::expectation::Predicted;
use crate::model::tail::{student_upper, upper_quantile, upper_tail};

use super::judge::FAMILY_LEVEL;

/// Probability from which on data are expected to settle.
pub const LIKELY: f64 = 0.75;

/// What the error of an estimate is made of, as variances.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Noise {
    /// By the trials: 1/f of it is left after f times as many.
    pub trials: f64,
    /// What is left of that whatever their number.
    pub least: f64,
    /// By scatter about a line, which trials do not lessen.
    pub scatter: f64,
    /// Degrees of freedom that the scatter is known from.
    pub freedom: usize,
    /// Standard error of the prediction.
    pub doubt: f64,
}

impl From<&Slope> for Noise {
    fn from(fit: &Slope) -> Self {
        Self {
            trials: fit.variance,
            least: fit.squares * LEAST_ERROR * LEAST_ERROR,
            scatter: fit.scatter * fit.squares,
            freedom: fit.freedom,
            doubt: 0.0,
        }
    }
}

impl Noise {
    /// After `factor` times the trials.
    #[must_use]
    pub fn after(self, factor: usize) -> Self {
        Self { trials: (self.trials / factor as f64).max(self.least.min(self.trials)), ..self }
    }

    /// Half-width of the interval whose ends are passed with probability `tail` each.
    #[must_use]
    pub fn half_width(&self, tail: f64) -> f64 {
        let normal = upper_quantile(tail).powi(2) * self.trials;
        let scatter = if self.scatter > 0.0 {
            student_upper(tail, self.freedom).powi(2) * self.scatter
        } else {
            0.0
        };
        (normal + scatter + (NORMAL_975 * self.doubt).powi(2)).sqrt()
    }

    /// Variance by which the estimate is expected to move until its noise is `then`.
    ///
    /// With θ the truth, estimates v now and v' with more data, v' the weighted mean of v and the
    /// new data, Var(v' − θ) = Var(v − θ) − Var(v' − v).
    #[must_use]
    pub fn moves(&self, then: &Self) -> f64 {
        (self.trials + self.scatter - then.trials - then.scatter).max(0.0)
    }
}

/// A statement about an estimate, open as things are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The estimate.
    pub value: f64,
    /// On which side it is only a bound.
    pub bound: Censoring,
    /// What it should be.
    pub predicted: Predicted,
    /// How near counts as it.
    pub margin: f64,
    /// Tests that Holm's adjustment counts against it, its own included.
    pub tests: usize,
    /// Its noise now.
    pub noise: Noise,
}

impl Outlook {
    /// The probability that its verdict is not open once its noise is `then`.
    ///
    /// Whatever the truth is, the new estimate is normal about the one there is, with the variance
    /// [`Noise::moves`]; its interval is that of `then`. Holm's adjustment is taken as it stands.
    #[must_use]
    pub fn chance(&self, then: &Noise) -> f64 {
        chance(self.value, self.noise.moves(then), &self.settling(then))
    }

    /// The values that are no longer open when the noise is `then`, as in
    /// [`super::expect::adjusted`].
    fn settling(&self, then: &Noise) -> Vec<(f64, f64)> {
        const END: f64 = f64::INFINITY;
        let half = then.half_width(0.025);
        let low_known = self.bound != Censoring::Below;
        let high_known = self.bound != Censoring::Above;
        let level = FAMILY_LEVEL / self.tests.max(1) as f64;
        let sure = |tail: f64| half * (upper_quantile(tail) / NORMAL_975).max(1.0);
        let ranges = match self.predicted {
            Predicted::Value(x) => {
                let room = self.margin - half * NORMAL_95 / NORMAL_975;
                let off = sure(0.5 * level);
                vec![
                    (low_known && high_known, (x - room, x + room)),
                    (low_known, (x + off, END)),
                    (high_known, (-END, x - off)),
                ]
            }
            Predicted::AtLeast(x) => {
                vec![(low_known, (x + half, END)), (high_known, (-END, x - sure(level)))]
            }
            Predicted::AtMost(x) => {
                vec![(high_known, (-END, x - half)), (low_known, (x + sure(level), END))]
            }
        };
        ranges.into_iter().filter(|(known, _)| *known).map(|(_, range)| range).collect()
    }
}

/// Probability that a normal variable lies in any of `ranges`; those that end before they begin
/// hold nothing.
#[must_use]
pub fn chance(mean: f64, variance: f64, ranges: &[(f64, f64)]) -> f64 {
    let mut ranges: Vec<(f64, f64)> =
        ranges.iter().copied().filter(|(low, high)| low < high).collect();
    ranges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let below = |x: f64| {
        let away = x - mean;
        if variance > 0.0 { upper_tail(-away / variance.sqrt()) } else { f64::from(away > 0.0) }
    };
    let (mut total, mut reached) = (0.0, f64::NEG_INFINITY);
    for (low, high) in ranges {
        let low = low.max(reached);
        if low < high {
            total += below(high) - below(low);
            reached = high;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    fn outlook(value: f64, predicted: Predicted) -> Outlook {
        let noise = Noise { trials: 0.04, ..Noise::default() };
        Outlook { value, bound: Censoring::None, predicted, margin: 0.3, tests: 3, noise }
    }

    /// The truth is drawn given the estimate, the new trials given the truth, both are averaged, and
    /// the rule of the docs is applied to what results.
    #[test]
    fn chances_are_shares_of_simulated_studies() {
        use Predicted::{AtLeast, AtMost, Value};
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let mut normal = || -> f64 { StandardNormal.sample(&mut generator) };
        // Two-sided and one-sided normal quantiles of 5 % over 3.
        let (two, one) = (2.393_980, 2.128_045);
        for (value, predicted, factor) in [
            (0.1, Value(0.0), 2),
            (0.35, Value(0.0), 5),
            (0.35, Value(0.0), 20),
            (0.1, AtLeast(0.0), 4),
            (-0.2, AtLeast(0.0), 4),
            (0.3, AtMost(0.1), 8),
        ] {
            let statement = outlook(value, predicted);
            let then = statement.noise.after(factor);
            let error = (0.04 / factor as f64).sqrt();
            let mut settled = 0;
            for _ in 0..20_000 {
                let truth = value + 0.2 * normal();
                let new = truth + 0.2 / ((factor - 1) as f64).sqrt() * normal();
                let v = (value + (factor - 1) as f64 * new) / factor as f64;
                settled += u32::from(match predicted {
                    Value(x) => {
                        (v - x).abs() + 1.644_854 * error <= 0.3 || (v - x).abs() > two * error
                    }
                    AtLeast(x) => v - 1.959_964 * error >= x || v + one * error < x,
                    AtMost(x) => v + 1.959_964 * error <= x || v - one * error > x,
                });
            }
            let share = f64::from(settled) / 20_000.0;
            // Four standard errors of a share at most.
            let found = statement.chance(&then);
            assert!((found - share).abs() < 0.0142, "{predicted:?} × {factor}: {found} {share}");
        }
    }

    #[test]
    fn a_bound_is_never_settled_on_its_open_side() {
        let above = Outlook { bound: Censoring::Above, ..outlook(-1.0, Predicted::AtLeast(0.0)) };
        let none = Noise::default();
        assert!(above.chance(&none) < 1e-6, "it may be anything above −1");
        assert!(Outlook { value: 1.0, ..above }.chance(&none) > 1.0 - 1e-6);
        let both = outlook(-1.0, Predicted::AtLeast(0.0));
        assert!(both.chance(&none) > 1.0 - 1e-6);
    }

    #[test]
    fn scatter_and_least_errors_stay() {
        let noise = Noise { trials: 4.0, least: 1.0, scatter: 9.0, freedom: 2, doubt: 0.0 };
        let after = noise.after(64);
        assert_eq!((after.trials, after.scatter), (1.0, 9.0));
        assert_eq!((noise.moves(&after), after.moves(&noise)), (3.0, 0.0));
        // t with two degrees of freedom: 4.302653.
        let half = (1.959_964_f64.powi(2) + 4.302_653_f64.powi(2) * 9.0).sqrt();
        assert!((after.half_width(0.025) - half).abs() < 1e-5);
    }

    #[test]
    fn ranges_that_overlap_count_once() {
        let whole = [(-1.0, 1.0), (0.5, 2.0), (3.0, 2.5), (f64::NEG_INFINITY, -1.0)];
        let expected = upper_tail(-2.0);
        assert!((chance(0.0, 1.0, &whole) - expected).abs() < 1e-12);
        assert_eq!([chance(0.0, 0.0, &whole), chance(2.2, 0.0, &whole)], [1.0, 0.0]);
    }
}
