//! The pruned network as a ranking of Gaussian scores: risks that fall in steps.

use std::collections::BTreeMap;

use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Gamma};
use secateur::model::law::{Keep, Ranking, Score, Signal, equal_rows, kept_share};
use secateur::model::tail::upper_quantile;

use crate::world::normal;

/// Label noise Δ.
const NOISE: f64 = 0.01;

/// A pure Hermite link of order k*, by its channel.
#[derive(Clone, Debug)]
pub(crate) struct Staircase {
    order: i32,
    channels: usize,
    /// Score and ln n* of each (d, s) that was asked for.
    known: BTreeMap<(usize, usize), (Score, f64)>,
}

impl Staircase {
    /// He₂ under the even channel of ReLU, for these (d, s).
    pub(crate) fn he2(sizes: &[(usize, usize)]) -> Self {
        let link = |z: f64| z * z - 1.0;
        let signal = Signal::new(link, &[], f64::abs, |x| x * x, &[0.0], NOISE);
        Self::knowing(2, 2, &signal, sizes)
    }

    /// He₃ under the odd channel of ReLU shifted by 2.045, its linear part removed.
    pub(crate) fn he3(sizes: &[(usize, usize)]) -> Self {
        const SHIFT: f64 = 2.045;
        // E[h x] of h = x 1(|x| < c) + x/2 elsewhere.
        let density = (-0.5 * SHIFT * SHIFT).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let outside = 2.0 * secateur::model::tail::upper_tail(SHIFT);
        let linear = 1.0 - 0.5 * (outside + 2.0 * SHIFT * density);
        let h = move |x: f64| x * if x.abs() < SHIFT { 1.0 } else { 0.5 } - linear * x;
        let link = |z: f64| z * z * z - 3.0 * z;
        let signal = Signal::new(link, &[], h, move |x| h(x) * h(x), &[SHIFT, -SHIFT], NOISE);
        Self::knowing(3, 3, &signal, sizes)
    }

    fn knowing(order: i32, channels: usize, signal: &Signal, sizes: &[(usize, usize)]) -> Self {
        let share = kept_share(&signal.weights(), 0.5);
        let one = |&(d, s): &(usize, usize)| {
            let (rows, keep) = (equal_rows(s), Keep::Count(s as f64));
            let ranking = Ranking::new(signal, &rows, d, channels, keep);
            ((d, s), (signal.score(&rows[0].entries), (3.0 * ranking.samples(share)).ln()))
        };
        Self { order, channels, known: sizes.iter().map(one).collect() }
    }

    /// ln n* by the law of the ranking, with a third of n.
    pub(crate) fn ln_n_star(&self, d: usize, s: usize) -> f64 {
        self.known[&(d, s)].1
    }

    /// Risks of one trial at increasing n: s relevant scores that share their samples, the s
    /// largest of d − s null ones, the s largest of all kept, and a readout of 48/n.
    pub(crate) fn risks(
        &self,
        d: usize,
        s: usize,
        sizes: &[u64],
        rng: &mut ChaCha8Rng,
    ) -> Vec<f64> {
        let score = self.known[&(d, s)].0;
        let (mut walk, mut last) = (vec![0.0; s], 0.0);
        let mut risk = |&n: &u64| {
            let n1 = n as f64 / 3.0;
            for w in &mut walk {
                *w += (n1 - last).sqrt() * normal(rng);
            }
            last = n1;
            let mean = score.mean * (n1 / (1.0 + NOISE)).sqrt();
            let mut relevant: Vec<f64> = walk
                .iter()
                .map(|w| {
                    let seen = (mean + score.std * w / n1.sqrt()).abs();
                    (1..self.channels).fold(seen, |most, _| most.max(normal(rng).abs()))
                })
                .collect();
            relevant.sort_by(|a, b| b.total_cmp(a));
            let nulls = self.largest_nulls(d - s, s, rng);
            let beats = |i: &usize| nulls.get(s - 1 - i).is_none_or(|null| relevant[*i] > *null);
            let kept = (0..s).filter(beats).count() as f64 / s as f64;
            let lost = 1.0 - kept.powi(self.order);
            let readout = (lost + NOISE) * 48.0 / n as f64 * (0.35 * normal(rng)).exp();
            (lost + readout + 0.004 * normal(rng).abs()).min(1.35)
        };
        sizes.iter().map(&mut risk).collect()
    }

    /// The `most` largest of `count` null scores, decreasing.
    fn largest_nulls(&self, count: usize, most: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let most = most.min(count);
        let mut sum = 0.0;
        let steps: Vec<f64> = (0..most)
            .map(|_| {
                let step: f64 = Exp1.sample(rng);
                sum += step;
                sum
            })
            .collect();
        let rest = Gamma::new((count - most + 1) as f64, 1.0).expect("a positive shape");
        let total = sum + rest.sample(rng);
        let score = |place: f64| {
            // P(max of C |z| > t) = place.
            let tail = -0.5 * ((-place).ln_1p() / self.channels as f64).exp_m1();
            upper_quantile(tail)
        };
        steps.iter().map(|step| score(step / total)).collect()
    }
}
