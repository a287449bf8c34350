//! The Hermite expansion of a link, as one more Gaussian variable sees it.

use super::Link;
use super::expression::{Key, Piece};
use super::moments::{MAX_ORDER, coefficients};
use crate::model::hermite::factorial;

/// Normalised Hermite coefficients of a link σ*, factor by factor: each term is a product of
/// functions of one variable.
///
/// With u = ⟨a, z⟩ + √(1 − ‖a‖²) g, g ~ N(0, 1) independent of z, and normalised polynomials he_k,
///
/// ```text
/// P_k(a)        = E σ*(z) he_k(u)        = Σ_{|β| = k} c_β √(k!/β!) a^β
/// E ∂_iσ* he_k  = ∂P_{k+1}/∂a_i / √(k+1)
/// ```
///
/// up to the degree of a polynomial, up to order 20 otherwise, where what is left out is of order
/// `‖a‖^21`.
#[derive(Clone, Debug)]
pub struct Expansion {
    r: usize,
    order: usize,
    terms: Vec<Term>,
}

/// A coefficient, and for each variable that the term depends on the series Σ_j c_j t^j/√j!.
type Term = (f64, Vec<(usize, Vec<f64>)>);

/// What [`Expansion::along`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Along {
    /// `P_k`, k = 0 … order.
    pub values: Vec<f64>,
    /// `∂P_k/∂a_i`, one list a variable.
    pub slopes: Vec<Vec<f64>>,
}

impl Expansion {
    /// That of `link`.
    #[must_use]
    pub fn new(link: &Link) -> Self {
        let polynomial = link.is_polynomial();
        let order = if polynomial { link.degree() as usize } else { MAX_ORDER };
        let series = |piece: &Piece| {
            let mut series = vec![0.0; order + 1];
            if polynomial {
                series[piece.order as usize] = 1.0;
            } else {
                let scaled = coefficients(piece).into_iter().enumerate();
                series.iter_mut().zip(scaled).for_each(|(s, (j, c))| *s = c / root(j));
            }
            series
        };
        let term = |(key, c): (&Key, &f64)| {
            (*c, key.iter().map(|(variable, piece)| (*variable, series(piece))).collect())
        };
        Self { r: link.r(), order, terms: link.expression.terms.iter().map(term).collect() }
    }

    /// The highest order.
    #[must_use]
    pub fn order(&self) -> usize {
        self.order
    }

    /// `P_k` and its slopes at `a`, of length r.
    #[must_use]
    pub fn along(&self, a: &[f64]) -> Along {
        let zero = || vec![0.0; self.order + 1];
        let (mut values, mut slopes) = (zero(), vec![zero(); self.r]);
        for (c, factors) in &self.terms {
            let product = |differentiated: Option<usize>| {
                let mut total = zero();
                total[0] = *c;
                for (variable, series) in factors {
                    let slope = differentiated == Some(*variable);
                    total = times(&total, series, a[*variable], slope);
                }
                total
            };
            add(&mut values, &product(None));
            for &(variable, _) in factors {
                add(&mut slopes[variable], &product(Some(variable)));
            }
        }
        for list in slopes.iter_mut().chain([&mut values]) {
            list.iter_mut().enumerate().for_each(|(k, p)| *p *= root(k));
        }
        Along { values, slopes }
    }
}

/// √k!.
fn root(k: usize) -> f64 {
    factorial(k as u32).sqrt()
}

fn add(total: &mut [f64], part: &[f64]) {
    total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
}

/// `total` times Σ_j `series[j]` a^j x^j, or its derivative by a, up to the length of `total`.
fn times(total: &[f64], series: &[f64], a: f64, slope: bool) -> Vec<f64> {
    let power = |j: usize| match (slope, j) {
        (false, _) => a.powi(j as i32),
        (true, 0) => 0.0,
        (true, _) => j as f64 * a.powi(j as i32 - 1),
    };
    let factor: Vec<f64> = series.iter().enumerate().map(|(j, c)| c * power(j)).collect();
    (0..total.len()).map(|k| (0..=k).map(|j| factor[j] * total[k - j]).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hermite::he_normalised;
    use crate::model::quadrature::gaussian_mean;

    /// E f(z₁, z₂, u) by quadrature in all three variables, for z ~ N(0, I₂) and u as above.
    fn mean(a: [f64; 2], f: impl Fn(f64, f64, f64) -> f64) -> f64 {
        let rest = (1.0 - a[0] * a[0] - a[1] * a[1]).sqrt();
        let inner =
            |x: f64, y: f64| gaussian_mean(|g| f(x, y, a[0] * x + a[1] * y + rest * g), &[]);
        // Twenty-four points a variable are exact to degree 47.
        let nodes = gauss_hermite(24);
        nodes
            .iter()
            .flat_map(|p| nodes.iter().map(move |q| (p, q)))
            .map(|(p, q)| p.1 * q.1 * inner(p.0, q.0))
            .sum()
    }

    /// Nodes and weights of N(0, 1), by bisection between sign changes of he_n.
    fn gauss_hermite(n: u32) -> Vec<(f64, f64)> {
        let f = |x: f64| he_normalised(n, x);
        let grid: Vec<f64> = (0..=4001).map(|i| -10.0 + 20.0 * f64::from(i) / 4001.0).collect();
        let crossing = |w: &[f64]| {
            let (mut low, mut high) = (w[0], w[1]);
            if f(low) * f(high) > 0.0 {
                return None;
            }
            for _ in 0..80 {
                let middle = f64::midpoint(low, high);
                if f(low) * f(middle) <= 0.0 { high = middle } else { low = middle }
            }
            Some((low, 1.0 / (f64::from(n) * he_normalised(n - 1, low).powi(2))))
        };
        let nodes: Vec<_> = grid.windows(2).filter_map(crossing).collect();
        assert_eq!(nodes.len(), n as usize);
        nodes
    }

    #[test]
    fn values_and_slopes_are_means_under_the_gaussian() {
        let (a, h) = ([0.4, -0.55], 1e-5);
        for text in ["z1*z2", "He3(z1) + 2*He1(z2)*He2(z1) - He2(z2)", "sum(He2)", "sin(z1)*z2"] {
            let link = Link::parse(text, Some(2)).unwrap();
            let expansion = Expansion::new(&link);
            let Along { values, slopes } = expansion.along(&a);
            for k in 0..=expansion.order().min(5) {
                let he = |u: f64| he_normalised(k as u32, u);
                let exact = mean(a, |x, y, u| link.eval(&[x, y]) * he(u));
                assert!((values[k] - exact).abs() < 1e-8, "{text} {k}: {} {exact}", values[k]);
                if k == expansion.order() {
                    continue;
                }
                for (i, slopes) in slopes.iter().enumerate() {
                    let exact = mean(a, |x, y, u| {
                        let [e, f] = [f64::from(i == 0) * h, f64::from(i == 1) * h];
                        let difference = link.eval(&[x + e, y + f]) - link.eval(&[x - e, y - f]);
                        difference / (2.0 * h) * he(u)
                    });
                    let found = slopes[k + 1] / (k as f64 + 1.0).sqrt();
                    assert!((found - exact).abs() < 1e-7, "{text} {k} {i}: {found} {exact}");
                }
            }
        }
    }
}
