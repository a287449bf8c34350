//! Samples after which ranking coordinates by their scores keeps enough of V.

use crate::model::tail::upper_tail;

use super::rounds::round_counts;
use super::rows::Row;
use super::signal::{Score, Signal};

/// Which coordinates are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// The M with the largest scores.
    Count(f64),
    /// All with a score above this many null standard deviations.
    Above(f64),
}

/// A ranking of d coordinates by the largest of C channels, in the Gaussian limit of its scores.
///
/// After n samples row j scores |N(μ_j, σ_j²)|, μ_j = m_j √(n/(1+Δ)), in the channel that sees the
/// link and |N(0, 1)| in the C − 1 others; a null coordinate scores the largest of C such |N(0, 1)|.
/// With a cut at t they are kept with probability
///
/// ```text
/// P_j(t) = 1 − (Φ((t − μ_j)/σ_j) − Φ(−(t + μ_j)/σ_j)) (1 − 2Φ̄(t))^{C−1},      P_0(t) = 1 − (1 − 2Φ̄(t))^C
/// ```
///
/// and two equations determine n_rank and t: the number that is kept and the share p of V's mass
/// that the risk asks for ([`kept_share`]),
///
/// ```text
/// Σ_j P_j(t) + (d − s) P_0(t) = M,      Σ_j ‖V_j‖² P_j(t) = p Σ_j ‖V_j‖²                       (4)
/// ```
///
/// (with [`Keep::Above`] t is given). For s equal rows all P_j = p. At leading order in s/d then
/// P_0 = 2C Φ̄, P_j = Φ((μ − t)/σ), and
///
/// ```text
/// t = Φ̄⁻¹( (M − p s) / (2C (d − s)) ),      n_rank = (1 + Δ) (t + σz)²/m²,      z = Φ⁻¹(p)
/// ```
///
/// In T rounds ([`Ranking::in_rounds`]) each reads n_rank/T samples and keeps M_k of what the one
/// before it left ([`round_counts`]): with the cuts t_k of
///
/// ```text
/// Σ_j Π_{i≤k} P_j(t_i) + (d − s) Π_{i≤k} P_0(t_i) = M_k,     Σ_j ‖V_j‖² Π_k P_j(t_k) = p Σ_j ‖V_j‖²
/// ```
#[derive(Clone, Debug)]
pub struct Ranking {
    rows: Vec<(f64, f64, Score)>,
    nulls: f64,
    channels: f64,
    keep: Keep,
    rounds: u32,
    noise: f64,
}

impl Ranking {
    /// The ranking of `d` coordinates, of which `rows` are relevant, by `channels` channels.
    #[must_use]
    pub fn new(signal: &Signal, rows: &[Row], d: usize, channels: usize, keep: Keep) -> Self {
        let relevant: f64 = rows.iter().map(|row| row.count).sum();
        Self {
            rows: rows.iter().map(|r| (r.count, r.square(), signal.score(&r.entries))).collect(),
            nulls: (d as f64 - relevant).max(0.0),
            channels: channels.max(1) as f64,
            keep,
            rounds: 1,
            noise: signal.noise(),
        }
    }

    /// The same in `rounds` rounds, if it keeps a number of coordinates.
    #[must_use]
    pub fn in_rounds(self, rounds: u32) -> Self {
        Self { rounds: rounds.max(1), ..self }
    }

    /// n_rank: the samples of the ranking stage after which a share `p` of the mass is kept.
    ///
    /// 0 if a share `p` is kept without any ranking, ∞ if even a perfect one keeps less.
    #[must_use]
    pub fn samples(&self, p: f64) -> f64 {
        if self.mass(1e-9) >= p {
            return 0.0;
        }
        if self.most() < p * (1.0 + 1e-9) {
            return f64::INFINITY;
        }
        let (mut low, mut high) = (1e-9_f64.ln(), 0.0);
        while self.mass(f64::exp(high)) < p {
            if high > MOST_LN_SAMPLES {
                return f64::INFINITY;
            }
            low = high;
            high += 4.0;
        }
        zero(low, high, |ln_n| self.mass(ln_n.exp()) - p).exp()
    }

    /// Share of Σ ‖V_j‖² that is kept after `n` samples.
    #[must_use]
    pub fn mass(&self, n: f64) -> f64 {
        let root_n = (n / f64::from(self.rounds) / (1.0 + self.noise)).sqrt();
        let mut left = Left { rows: vec![1.0; self.rows.len()], nulls: self.nulls };
        for keep in self.keeps() {
            let t = match keep {
                Keep::Above(t) => t,
                Keep::Count(m) => {
                    zero(0.0, self.highest(root_n), |t| m - self.kept(&left, root_n, t))
                }
            };
            for (share, (_, _, score)) in left.rows.iter_mut().zip(&self.rows) {
                *share *= self.relevant(score, root_n, t);
            }
            left.nulls *= self.null(t);
        }
        let all: f64 = self.rows.iter().map(|(count, square, _)| count * square).sum();
        let kept = self.rows.iter().zip(&left.rows);
        kept.map(|((count, square, _), share)| count * square * share).sum::<f64>() / all
    }

    /// What each round keeps.
    fn keeps(&self) -> Vec<Keep> {
        let Keep::Count(m) = self.keep else { return vec![self.keep] };
        let d = self.nulls + self.rows.iter().map(|(count, ..)| count).sum::<f64>();
        round_counts(d, m, self.rounds).map(Keep::Count).collect()
    }

    /// Share of the mass in the M largest rows.
    fn most(&self) -> f64 {
        let Keep::Count(mut left) = self.keep else { return 1.0 };
        let mut sizes: Vec<(f64, f64)> =
            self.rows.iter().map(|(count, square, _)| (*square, *count)).collect();
        sizes.sort_by(|a, b| b.0.total_cmp(&a.0));
        let all: f64 = sizes.iter().map(|(square, count)| square * count).sum();
        let taken = sizes.iter().map(|(square, count)| {
            let taken = count.min(left);
            left -= taken;
            square * taken
        });
        taken.sum::<f64>() / all
    }

    /// A cut that no score exceeds.
    fn highest(&self, root_n: f64) -> f64 {
        let reach = |(_, _, score): &(f64, f64, Score)| score.mean * root_n + 40.0 * score.std;
        self.rows.iter().map(reach).fold(40.0, f64::max)
    }

    /// Expected number of those `left` that are kept at cut t.
    fn kept(&self, left: &Left, root_n: f64, t: f64) -> f64 {
        let rows = self.rows.iter().zip(&left.rows);
        let rows =
            rows.map(|((count, _, score), share)| count * share * self.relevant(score, root_n, t));
        left.nulls * self.null(t) + rows.sum::<f64>()
    }

    /// P_0(t).
    fn null(&self, t: f64) -> f64 {
        -(self.channels * ln_below(t)).exp_m1()
    }

    /// P_j(t).
    fn relevant(&self, score: &Score, root_n: f64, t: f64) -> f64 {
        let mean = score.mean * root_n;
        let others = ((self.channels - 1.0) * ln_below(t)).exp();
        let outside = upper_tail((t - mean) / score.std) + upper_tail((t + mean) / score.std);
        outside * others + (1.0 - others)
    }
}

/// What the rounds so far have left.
struct Left {
    /// The share of each class of rows.
    rows: Vec<f64>,
    /// The number of null coordinates.
    nulls: f64,
}

/// ln n beyond which a share counts as never kept.
const MOST_LN_SAMPLES: f64 = 200.0;

/// ln P(|z| < t); finite at 0 too.
fn ln_below(t: f64) -> f64 {
    (-2.0 * upper_tail(t)).ln_1p().max(-1e3)
}

/// The zero of an increasing `f` between `low` and `high`; an end if there is none.
///
/// Chandrupatla, *Advances in Engineering Software* 28, 1997, 145: inverse quadratic interpolation
/// where three points allow it, else bisection.
fn zero(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut at_a, mut at_b) = (f(a), f(b));
    if at_a >= 0.0 || at_b <= 0.0 {
        return if at_a >= 0.0 { low } else { high };
    }
    let mut share = 0.5;
    loop {
        let x = a + share * (b - a);
        let at_x = f(x);
        let (c, at_c) = if (at_x > 0.0) == (at_a > 0.0) {
            (a, at_a)
        } else {
            let before = (b, at_b);
            (b, at_b) = (a, at_a);
            before
        };
        (a, at_a) = (x, at_x);
        let best = if at_a.abs() < at_b.abs() { a } else { b };
        let least = 2.0 * f64::EPSILON * best.abs() / (b - a).abs();
        if least >= 0.5 || at_x == 0.0 {
            return best;
        }
        let (xi, phi) = ((a - b) / (c - b), (at_a - at_b) / (at_c - at_b));
        let quadratic = phi * phi < xi && (1.0 - phi).powi(2) < 1.0 - xi;
        share = if quadratic {
            at_a / (at_b - at_a) * at_c / (at_b - at_c)
                + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        } else {
            0.5
        };
        share = share.clamp(least, 1.0 - least);
    }
}

/// The share p of V's mass that has to be kept for a risk τ: Σ_k w_k p^k = 1 − τ.
///
/// `weights` w_k, k = 1, 2, …, are the shares of the link's variance in each Hermite order; with
/// all of it in order k*, p = (1 − τ)^{1/k*}. Of an order-k term of a direction, mass p keeps p^k.
/// 0 for τ ≥ 1.
#[must_use]
pub fn kept_share(weights: &[f64], tau: f64) -> f64 {
    let total: f64 = weights.iter().sum();
    let explained = |p: f64| weights.iter().rev().fold(0.0, |sum, w| (sum + w / total) * p);
    if tau >= 1.0 { 0.0 } else { zero(0.0, 1.0, |p| explained(p) - (1.0 - tau)) }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    use super::super::{equal_rows, frame_rows, profile_rows};
    use super::*;
    use crate::model::direction::DirectionLaw;
    use crate::model::tail::upper_quantile;

    fn he2(noise: f64) -> Signal {
        Signal::new(|z| z * z - 1.0, &[], f64::abs, |x| x * x, &[0.0], noise)
    }

    fn count(s: usize, d: usize, m: f64) -> Ranking {
        Ranking::new(&he2(0.01), &equal_rows(s), d, 2, Keep::Count(m))
    }

    /// (1 + Δ)(t + σz)²/m² of the docstring.
    fn closed(s: usize, d: usize) -> f64 {
        let (p, size) = (0.5_f64.sqrt(), s as f64);
        let t = upper_quantile(size * (1.0 - p) / (4.0 * (d - s) as f64));
        let score = he2(0.01).score(&equal_rows(s)[0].entries);
        1.01 * ((t + score.std * upper_quantile(1.0 - p)) / score.mean).powi(2)
    }

    #[test]
    fn the_closed_form_is_the_limit_of_few_relevant_coordinates() {
        for (s, d, most) in [(128, 16_384, 1e-3), (16, 65_536, 2e-4), (16, 1 << 40, 1e-6)] {
            let gap = count(s, d, s as f64).samples(0.5_f64.sqrt()) / closed(s, d) - 1.0;
            assert!(gap < 0.0 && gap > -most, "{s} {d}: {gap}");
        }
        // The study alpha_sweep measures 8.24e5 there.
        let n = 3.0 * count(128, 16_384, 128.0).samples(0.5_f64.sqrt());
        assert!((n / 8.2e5 - 1.0).abs() < 2e-3, "{n}");
    }

    #[test]
    fn nothing_is_needed_where_everything_is_kept_and_never_enough_where_too_little() {
        let p = 0.5_f64.sqrt();
        assert_eq!(count(16, 256, 256.0).samples(p), 0.0);
        assert_eq!(count(16, 256, 11.0).samples(p), f64::INFINITY);
        assert!(count(16, 256, 11.4).samples(p) < f64::INFINITY);
        assert_eq!(count(16, 256, 16.0).samples(0.0), 0.0);
        assert_eq!(count(256, 256, 256.0).samples(0.9), 0.0);
    }

    #[test]
    fn keeping_more_asks_for_fewer_samples_and_noise_for_more() {
        let p = 0.5_f64.sqrt();
        let each: Vec<f64> =
            [12.0, 16.0, 24.0, 64.0].iter().map(|m| count(16, 256, *m).samples(p)).collect();
        assert!(each.windows(2).all(|w| w[0] > w[1]), "{each:?}");
        let noisy = Ranking::new(&he2(1.0), &equal_rows(16), 256, 2, Keep::Count(16.0));
        let ratio = noisy.samples(p) / each[1];
        assert!(ratio > 1.7 && ratio < 2.0 / 1.01, "{ratio}");
    }

    #[test]
    fn a_cut_that_keeps_as_many_is_the_same_rule() {
        let (p, m) = (0.5_f64.sqrt(), 16.0);
        let n = count(16, 4096, m).samples(p);
        let root_n = (n / 1.01).sqrt();
        let all = Left { rows: vec![1.0], nulls: 4080.0 };
        let t = zero(0.0, 40.0, |t| m - count(16, 4096, m).kept(&all, root_n, t));
        let above = Ranking::new(&he2(0.01), &equal_rows(16), 4096, 2, Keep::Above(t));
        assert!((above.samples(p) / n - 1.0).abs() < 1e-9);
        assert!((above.mass(n) - p).abs() < 1e-9);
    }

    /// Share of the mass that rounds on to `counts` of d coordinates keep, with scores drawn one by
    /// one; `rows` are the relevant ones, each with its mass.
    fn drawn(rows: &[(f64, Score)], d: usize, counts: &[f64], n: f64, rng: &mut ChaCha8Rng) -> f64 {
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let mut left: Vec<usize> = (0..d).collect();
        let root_n = (n / counts.len() as f64 / 1.01).sqrt();
        for &m in counts {
            let mut score = |j: usize| {
                let (mean, std) = rows.get(j).map_or((0.0, 1.0), |(_, s)| (s.mean * root_n, s.std));
                (mean + std * normal()).abs().max(normal().abs())
            };
            let mut scored: Vec<(f64, usize)> = left.iter().map(|&j| (score(j), j)).collect();
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            left = scored.iter().take(m.round() as usize).map(|scored| scored.1).collect();
        }
        left.iter().filter_map(|&j| rows.get(j)).map(|row| row.0).sum()
    }

    fn rows(signal: &Signal, entries: impl Iterator<Item = f64>) -> Vec<(f64, Score)> {
        entries.map(|v| (v * v, signal.score(&[v]))).collect()
    }

    #[test]
    fn rounds_keep_what_a_simulation_of_them_keeps() {
        let (s, d, p) = (16, 400, 0.5_f64.sqrt());
        let n = count(s, d, 16.0).in_rounds(3).samples(p);
        let (counts, mut rng): (Vec<f64>, _) =
            (round_counts(400.0, 16.0, 3).collect(), ChaCha8Rng::seed_from_u64(7));
        let equal = rows(&he2(0.01), [0.25; 16].into_iter());
        let kept = (0..1000).map(|_| drawn(&equal, d, &counts, n, &mut rng));
        let share = kept.sum::<f64>() / 1000.0;
        // A share of 16 varies by 0.11; the law has expected counts in place of counts.
        assert!((share - p).abs() < 0.015, "{share}");
        // No gain: a sample has all coordinates, also those that have fallen.
        assert!(n > 1.1 * count(s, d, 16.0).samples(p), "{n}");
    }

    #[test]
    fn uneven_entries_keep_what_a_simulation_of_them_keeps() {
        let (s, d, p) = (16, 256, 0.5_f64.sqrt());
        let uneven = Ranking::new(&he2(0.01), &frame_rows(s, 1), d, 2, Keep::Count(16.0));
        let (n, mut rng) = (uneven.samples(p), ChaCha8Rng::seed_from_u64(8));
        let (law, signal) = (DirectionLaw::Uneven { alpha: 0.5 }, he2(0.01));
        let kept = (0..1000).map(|_| {
            let v = law.draw(d, 1, &mut rng).unwrap();
            drawn(&rows(&signal, v.rows().map(|row| row[0])), d, &[16.0], n, &mut rng)
        });
        let share = kept.sum::<f64>() / 1000.0;
        assert!((share - p).abs() < 0.015, "{share}");
        assert!(n < 0.8 * count(s, d, 16.0).samples(p), "{n}");
    }

    #[test]
    fn profiles_and_frames_are_rows_too() {
        let p = 0.5_f64.sqrt();
        let samples =
            |rows: &[Row]| Ranking::new(&he2(0.01), rows, 4096, 2, Keep::Count(16.0)).samples(p);
        let equal = samples(&equal_rows(16));
        assert!((samples(&profile_rows(&[0.3; 16])) / equal - 1.0).abs() < 1e-9);
        // A few large rows hold most of the mass, and stand out early.
        let profile: Vec<f64> = (1..=4096).map(|j| f64::from(j).powi(-2)).collect();
        assert!(samples(&profile_rows(&profile)) < 0.5 * equal);
        assert!(samples(&frame_rows(16, 1)) < equal);
    }

    #[test]
    fn shares_of_the_mass() {
        assert!((kept_share(&[0.0, 1.0], 0.5) - 0.5_f64.sqrt()).abs() < 1e-15);
        assert!((kept_share(&[0.0, 0.0, 2.0], 0.3) - 0.7_f64.cbrt()).abs() < 1e-15);
        // p/2 + p²/2 = 1/2.
        assert!((kept_share(&[0.5, 0.5], 0.5) - (5_f64.sqrt() - 1.0) / 2.0).abs() < 1e-15);
        assert_eq!(kept_share(&[0.0, 1.0], 1.0), 0.0);
    }

    #[test]
    fn zeros_are_found_to_the_last_bits() {
        for target in [1e-9, 0.3, 2.0, 39.0] {
            let found = zero(0.0, 40.0, |x| x.powi(3) - f64::powi(target, 3));
            assert!((found / target - 1.0).abs() < 1e-14, "{found}");
        }
        assert_eq!([zero(1.0, 2.0, |x| x), zero(1.0, 2.0, |x| x - 3.0)], [1.0, 2.0]);
    }
}
