//! Mean and own noise of a relevant coordinate's score.

use crate::model::hermite::{coefficients, factorial};
use crate::model::quadrature::gaussian_mean;

/// Highest order of the Hermite series. An order k counts with `‖V_j‖^k`.
const ORDER: usize = 40;

type Series = [f64; ORDER + 1];

/// One sample's contribution to a coordinate's score, over the null standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// |Mean|, without the factor 1/√(1 + Δ).
    pub mean: f64,
    /// Standard deviation σ: 1 for a null coordinate.
    pub std: f64,
}

/// A link and a coordinate statistic, as the score of a coordinate sees them.
///
/// For y = σ*(Vᵀx) + √Δ ξ and row v of V, the summand y h(x_j)/(sd(y) std h) of the score has
///
/// ```text
/// √(1+Δ) mean  =  m(v) = r^{−½} Σ_k c_k ρ_k A_k                              A_k = Σ_i v_i^k
/// (1+Δ) σ²     =  Δ − m² + (1/r) ( Σ_k F_k G_k A_k + Σ_{p,q} c_p c_q √C(p+q, p) G_{p+q} (A_p A_q − A_{p+q}) )
/// ```
///
/// c, F, ρ, G are the Hermite coefficients of f, f², h/std h, h²/std² h. The link is the sum
/// r^{−½} Σ_i f(z_i) over r directions, f of mean 0 and variance 1; r = 1 is the link f itself.
/// Both lines are Mehler's formula, E\[F(z) G(x)\] = Σ F_k G_k v^k for correlation v, and for two
/// directions E\[He_p(z₁) He_q(z₂) He_{p+q}(x)\] = (p+q)! v₁^p v₂^q. Series stop at order 40: exact
/// for polynomial links, otherwise to about `‖v‖^40`.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    link: Series,
    link_square: Series,
    statistic: Series,
    statistic_square: Series,
    /// c_p c_q √C(p+q, p) G_{p+q} of each p and q.
    pairs: Vec<(usize, usize, f64)>,
    noise: f64,
}

impl Signal {
    /// From the link f, the statistic and the noise variance Δ, each as a plain function with its
    /// kinks. `statistic` is x ↦ E h given the coordinate and `square` x ↦ E h²: two functions, as
    /// an augmented h also depends on the noise coordinate. All are centred and scaled here.
    ///
    /// ```
    /// use secateur::model::law::Signal;
    /// let he2 = |z: f64| (z * z - 1.0) / 2_f64.sqrt();
    /// let even = Signal::new(he2, &[], f64::abs, |x| x * x, &[0.0], 0.01);
    /// let score = even.score(&[0.25]);
    /// assert!((score.mean - even.leading(2) / 16.0).abs() < 1e-12 && score.std > 1.0);
    /// ```
    #[must_use]
    pub fn new(
        link: impl Fn(f64) -> f64,
        link_kinks: &[f64],
        statistic: impl Fn(f64) -> f64,
        square: impl Fn(f64) -> f64,
        kinks: &[f64],
        noise: f64,
    ) -> Self {
        let mean = gaussian_mean(&link, link_kinks);
        let std = gaussian_mean(|z| (link(z) - mean).powi(2), link_kinks).sqrt();
        let f = |z: f64| (link(z) - mean) / std;
        let centre = gaussian_mean(&statistic, kinks);
        let variance = gaussian_mean(|x| square(x) - centre * centre, kinks);
        let h = |x: f64| (statistic(x) - centre) / variance.sqrt();
        let h_square =
            |x: f64| (square(x) - 2.0 * centre * statistic(x) + centre * centre) / variance;
        let link = coefficients(f, link_kinks);
        let statistic_square = coefficients(h_square, kinks);
        Self {
            pairs: pairs(&link, &statistic_square),
            link_square: coefficients(|z| f(z).powi(2), link_kinks),
            statistic: coefficients(h, kinks),
            link,
            statistic_square,
            noise,
        }
    }

    /// The same link and statistic under the noise variance Δ.
    #[must_use]
    pub fn with_noise(self, noise: f64) -> Self {
        Self { noise, ..self }
    }

    /// Noise variance Δ in units of the link's variance.
    #[must_use]
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// |ρ_k c_k|: the mean of the score at a row (v) is this times v^k at leading order k.
    #[must_use]
    pub fn leading(&self, k: u32) -> f64 {
        let at = k as usize;
        if at > ORDER { 0.0 } else { (self.link[at] * self.statistic[at]).abs() }
    }

    /// u: how many null standard deviations s equal rows stand out by after `samples` of the ranking,
    /// at leading order k.
    ///
    /// u = √(n/(1+Δ)) |ρ_k c_k| s^{−k/2}, so that ln n = k ln s + 2 ln u + constant; for a pure link
    /// at n_rank it is t + σz.
    #[must_use]
    pub fn clearance(&self, samples: f64, k: u32, s: usize) -> f64 {
        let mean = self.leading(k) * (s as f64).powf(-0.5 * f64::from(k));
        (samples / (1.0 + self.noise)).sqrt() * mean
    }

    /// c_k² for k = 1 … 40: the share of the link's variance in each order.
    #[must_use]
    pub fn weights(&self) -> Vec<f64> {
        self.link[1..].iter().map(|c| c * c).collect()
    }

    /// Mean and own noise at a row of V, one entry a direction.
    #[must_use]
    pub fn score(&self, row: &[f64]) -> Score {
        let r = row.len() as f64;
        let sums: Series =
            std::array::from_fn(|k| row.iter().map(|v| v.powi(k as i32)).sum::<f64>());
        let along = |a: &Series, b: &Series, from: usize| {
            (from..=ORDER).map(|k| a[k] * b[k] * sums[k]).sum::<f64>()
        };
        let mean = along(&self.link, &self.statistic, 1) / r.sqrt();
        let own = along(&self.link_square, &self.statistic_square, 0);
        let square = (own + self.cross(row.len(), &sums)) / r;
        let variance = (square + self.noise - mean * mean) / (1.0 + self.noise);
        Score { mean: mean.abs(), std: variance.max(0.0).sqrt() }
    }

    /// Σ over pairs of directions of E f(z_i) f(z_l) h²(x)/std² h.
    fn cross(&self, r: usize, sums: &Series) -> f64 {
        if r < 2 {
            return 0.0;
        }
        let pair =
            |&(p, q, weight): &(usize, usize, f64)| weight * (sums[p] * sums[q] - sums[p + q]);
        self.pairs.iter().map(pair).sum()
    }
}

/// c_p c_q √C(p+q, p) G_{p+q} for p, q ≥ 1 with p + q at most [`ORDER`].
fn pairs(link: &Series, statistic_square: &Series) -> Vec<(usize, usize, f64)> {
    let orders = (1..ORDER).flat_map(|p| (1..=ORDER - p).map(move |q| (p, q)));
    let weight = |(p, q): (usize, usize)| {
        let choose = factorial((p + q) as u32) / factorial(p as u32) / factorial(q as u32);
        (p, q, link[p] * link[q] * choose.sqrt() * statistic_square[p + q])
    };
    orders.map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::quadrature::gaussian_mean_2d;

    fn he3_plus(a: f64) -> impl Fn(f64) -> f64 {
        move |z| (z * z * z - 3.0 * z + a * z) / (6.0 + a * a).sqrt()
    }

    /// An h with a jump, odd and even parts, and a mean.
    fn jump(x: f64) -> f64 {
        if x > -0.5 { x } else { 0.0 }
    }

    #[test]
    fn one_direction_is_the_double_integral() {
        let (link, noise) = (he3_plus(0.7), 0.3);
        let signal = Signal::new(&link, &[], jump, |x| jump(x).powi(2), &[-0.5], noise);
        let centre = gaussian_mean(jump, &[-0.5]);
        let std = gaussian_mean(|x| (jump(x) - centre).powi(2), &[-0.5]).sqrt();
        for v in [0.05_f64, 0.4, 0.8] {
            let other = (1.0 - v * v).sqrt();
            let mean_of = |power: i32| {
                let f = |x: f64, g: f64| {
                    (link(v * x + other * g) * (jump(x) - centre) / std).powi(power)
                };
                gaussian_mean_2d(f, &[-0.5], |_| Vec::new())
            };
            let (mean, square) = (mean_of(1), mean_of(2));
            let score = signal.score(&[v]);
            assert!((score.mean - mean.abs()).abs() < 1e-9, "{v}: {} {mean}", score.mean);
            let variance = (square + noise - mean * mean) / (1.0 + noise);
            assert!((score.std - variance.sqrt()).abs() < 1e-9, "{v}: {}", score.std);
        }
    }

    /// Σ He₂(z_i) is ‖z‖² − r: nothing but the length of a row counts, and a second direction in
    /// which the row has no part is noise of its own.
    #[test]
    fn sums_of_squares_do_not_depend_on_the_direction() {
        let signal = Signal::new(|z| z * z - 1.0, &[], f64::abs, |x| x * x, &[0.0], 0.01);
        let along = signal.score(&[0.5, 0.0, 0.0]);
        for row in [[0.3, 0.4, 0.0], [0.3, -0.4, 0.0], [0.1, 0.2, 0.2_f64.sqrt()]] {
            let score = signal.score(&row);
            assert!((score.mean - along.mean).abs() < 1e-12, "{row:?}");
            assert!((score.std - along.std).abs() < 1e-12, "{row:?}");
        }
        let single = signal.score(&[0.5]);
        assert!((along.mean - single.mean / 3_f64.sqrt()).abs() < 1e-12);
        let excess = |score: Score| score.std * score.std * 1.01 + score.mean.powi(2) - 1.01;
        assert!((excess(along) - excess(single) / 3.0).abs() < 1e-12);
    }

    /// Values of `scripts/own_noise.py` (`variances`), rounded there to a tenth.
    #[test]
    fn own_noise_is_that_of_the_script() {
        let signal = Signal::new(|z| z * z - 1.0, &[], f64::abs, |x| x * x, &[0.0], 0.0);
        for (s, variance) in [(4.0_f64, 2.055), (16.0, 1.253), (100.0, 1.0396)] {
            let found = signal.score(&[s.sqrt().recip()]).std.powi(2);
            assert!((found - variance).abs() < 1e-3, "{s}: {found}");
        }
    }

    #[test]
    fn a_pure_link_has_one_order() {
        let signal = Signal::new(he3_plus(0.0), &[], |x| x, |x| x * x, &[], 0.0);
        let weights = signal.weights();
        assert!((weights[2] - 1.0).abs() < 1e-12);
        assert!(weights.iter().sum::<f64>() < 1.0 + 1e-12);
        // x is blind to order 3.
        assert!(signal.leading(3) < 1e-12 && signal.leading(99) == 0.0);
    }
}
