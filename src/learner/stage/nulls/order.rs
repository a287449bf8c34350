//! Independent uniforms in increasing order, counted and not drawn.

use rand::Rng;
use rand_distr::{Distribution, Exp1, Gamma};

/// Expected count from which on a jump to an order statistic near it is worth its two gammas.
const JUMP: f64 = 16.0;

/// N independent uniforms on (0, 1), passed in increasing order.
///
/// Of those not yet passed nothing is known but that they lie above the present place, so they
/// are independent and uniform there: counts between increasing places are binomial numbers with
/// what is left. N goes up to 2⁶², where the uniforms themselves could not be told apart in
/// double precision near 1; places are therefore kept as −ln(1 − u).
#[derive(Debug)]
pub struct Uniforms<R> {
    rng: R,
    left: u64,
    /// −ln(1 − u) of the present place u.
    place: f64,
}

impl<R: Rng> Uniforms<R> {
    /// `count` uniforms, none of them passed.
    pub fn new(count: u64, rng: R) -> Self {
        Self { rng, left: count, place: 0.0 }
    }

    /// Goes on to `p` and returns how many are passed on the way; 0 if `p` is behind.
    pub fn pass(&mut self, p: f64) -> u64 {
        let place = -libm::log1p(-p.min(1.0));
        if place <= self.place {
            return 0;
        }
        let share = -libm::expm1(self.place - place);
        let passed = binomial(self.left, share, &mut self.rng);
        self.left -= passed;
        self.place = place;
        passed
    }
}

/// The number of `n` independent uniforms below `p`, exact in law up to rounding for any n.
///
/// U_(k) is a Beta(k, n + 1 − k) number. If it lies below p, so do the k first, and n − k remain
/// above it; if not, k − 1 remain below it. With k at the expected count a step leaves about the
/// root of it, so that few are needed from 2⁶² (Ahrens and Dieter 1974). Small counts come from
/// exponential spacings, −ln(1 − U_(k)) = Σ_{l≤k} E_l/(n − l + 1) (Rényi 1953). Samplers by
/// rejection on the binomial density lose it to cancellation beyond n ≈ 10¹², and inversion from
/// (1 − p)ⁿ loses p to the rounding of 1 − p.
fn binomial<R: Rng>(mut n: u64, mut p: f64, rng: &mut R) -> u64 {
    let mut count = 0;
    while p > 0.0 && n as f64 * p.min(1.0 - p) > JUMP {
        let k = (((n as f64 + 1.0) * p) as u64).clamp(1, n);
        let [low, high] = [k, n + 1 - k].map(|shape| gamma(shape as f64, rng));
        let place = low / (low + high);
        if place <= p {
            count += k;
            n -= k;
            p = (p - place) * (low + high) / high;
        } else {
            n = k - 1;
            p /= place;
        }
    }
    count + if p > 0.5 { n - by_spacings(n, 1.0 - p, rng) } else { by_spacings(n, p, rng) }
}

fn by_spacings<R: Rng>(n: u64, p: f64, rng: &mut R) -> u64 {
    let end = -libm::log1p(-p);
    let mut place = 0.0;
    for passed in 0..n {
        let gap: f64 = Exp1.sample(rng);
        place += gap / (n - passed) as f64;
        if place > end {
            return passed;
        }
    }
    n
}

/// A gamma number of scale 1.
fn gamma<R: Rng>(shape: f64, rng: &mut R) -> f64 {
    Gamma::new(shape, 1.0).map_or(shape, |law| law.sample(rng))
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    /// Pearson's statistic of two samples of counts is below its 99.9 % point, roughly
    /// f + 3.3 √(2f) + 4 with f degrees of freedom.
    fn same_law(a: &[u64], b: &[u64]) {
        let top = a.iter().chain(b).copied().max().unwrap_or(0) as usize;
        let bins = |x: &[u64]| {
            let mut bins = vec![0.0; top + 1];
            for &k in x {
                bins[k as usize] += 1.0;
            }
            bins
        };
        let (mut statistic, mut cells, mut pooled) = (0.0_f64, 0.0_f64, [0.0_f64; 2]);
        for (a, b) in bins(a).into_iter().zip(bins(b)) {
            pooled = [pooled[0] + a, pooled[1] + b];
            if pooled[0] + pooled[1] >= 20.0 {
                statistic += (pooled[0] - pooled[1]).powi(2) / (pooled[0] + pooled[1]);
                cells += 1.0;
                pooled = [0.0; 2];
            }
        }
        let bound = cells + 3.3 * (2.0 * cells).sqrt() + 4.0;
        assert!(statistic < bound, "{statistic} on {cells} cells");
    }

    #[test]
    fn counts_are_those_of_uniforms_drawn_one_by_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (n, places) in
            [(7, [0.02, 0.3, 0.9]), (60, [0.01, 0.4, 0.45]), (900, [0.03, 0.5, 0.99])]
        {
            let (mut drawn, mut counted) = ([(); 3].map(|()| vec![]), [(); 3].map(|()| vec![]));
            for _ in 0..4000 {
                let uniforms: Vec<f64> = (0..n).map(|_| rng.random()).collect();
                let below = |p: f64| uniforms.iter().filter(|u| **u < p).count() as u64;
                let mut order = Uniforms::new(n, &mut rng);
                let mut sum = 0;
                for (i, p) in places.into_iter().enumerate() {
                    drawn[i].push(below(p));
                    sum += order.pass(p);
                    counted[i].push(sum);
                }
                assert_eq!(order.pass(0.001), 0);
            }
            for (drawn, counted) in drawn.iter().zip(&counted) {
                same_law(drawn, counted);
            }
            // Jointly: the count between the first and the last place.
            let between = |x: &[Vec<u64>; 3]| -> Vec<u64> {
                x[2].iter().zip(&x[0]).map(|(b, a)| b - a).collect()
            };
            same_law(&between(&drawn), &between(&counted));
        }
    }

    /// At N = 2⁶² counts near 0 are those of a Poisson process, large ones nearly normal.
    #[test]
    fn counts_at_the_largest_dimensions() {
        const N: u64 = 1 << 62;
        let n = N as f64;
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let trials = 4000;
        for mean in [0.01, 3.0, 15.0, 40.0, 1e4, 1e9, 1e18, n / 2.0, 0.9 * n] {
            let p = mean / n;
            let z: Vec<f64> = (0..trials)
                .map(|_| {
                    (Uniforms::new(N, &mut rng).pass(p) as f64 - mean) / (mean * (1.0 - p)).sqrt()
                })
                .collect();
            let average = z.iter().sum::<f64>() / f64::from(trials);
            let square = z.iter().map(|z| z * z).sum::<f64>() / f64::from(trials);
            let root = f64::from(trials).sqrt();
            assert!(average.abs() < 4.0 / root, "mean {average} at {mean}");
            let spread = (2.0 + 1.0 / mean).sqrt();
            assert!((square - 1.0).abs() < 4.0 * spread / root, "variance {square} at {mean}");
        }
        let mut order = Uniforms::new(N, &mut rng);
        let passed: u64 =
            [1e-19, 1e-3, 0.5, 1.0 - 1e-15, 1.0].into_iter().map(|p| order.pass(p)).sum();
        assert_eq!(passed, N);
    }
}
