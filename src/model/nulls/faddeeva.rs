//! The complementary error function of a complex argument.

use std::f64::consts::{FRAC_1_PI, PI};
use std::sync::OnceLock;

use super::complex::{c64, exp, real};

/// Nodes of the rule on either half line.
const NODES: usize = 12;

/// e^{z²} erfc(z) for Re z ≥ 0, to about 1e-15 of its modulus.
///
/// With w the Faddeeva function it is w(iz), and for Im ζ > 0
///
/// ```text
/// w(ζ) = (i/π) ∫ e^{−t²}/(ζ − t) dt  =  (2ihζ/π) Σ_{k≥0} e^{−t_k²}/(ζ² − t_k²)  +  2 e^{−ζ²}/(1 + e^{−2πiζ/h})
/// ```
///
/// with the midpoint rule t_k = (k + ½)h; the last term is the pole that the rule misses, needed
/// only below its reach Im ζ < π/h. Next to a node the two terms are large and cancel: there the
/// trapezoidal rule t_k = kh, whose nodes lie between, takes over. Al Azah and Chandler-Wilde
/// 2021, *Computation of the complex error function using modified trapezoidal rules*.
pub(super) fn erfcx(z: c64) -> c64 {
    // w(−ζ̄) is the conjugate of w(ζ): the first quadrant is enough.
    let w = faddeeva(c64::new(z.im.abs(), z.re));
    if z.im > 0.0 { w.conj() } else { w }
}

/// w(ζ) in the first quadrant.
fn faddeeva(zeta: c64) -> c64 {
    let step = step();
    let reach = PI / step;
    let beside = (zeta.re / step).fract();
    if zeta.im >= zeta.re.max(reach) {
        return midpoint(zeta);
    }
    let turn = exp(c64::new(2.0 * zeta.im, -2.0 * zeta.re) * reach);
    let pole = 2.0 * exp(-zeta * zeta);
    if zeta.im < zeta.re && (0.25..=0.75).contains(&beside) {
        trapezoid(zeta) + pole / (1.0 - turn)
    } else {
        midpoint(zeta) + pole / (1.0 + turn)
    }
}

/// h = √(π/12): the rule's error e^{−π²/h²} and the first term left out are alike.
fn step() -> f64 {
    (PI / NODES as f64).sqrt()
}

fn midpoint(zeta: c64) -> c64 {
    static RULE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
    let rule = RULE.get_or_init(|| rule(0.5));
    zeta * c64::new(0.0, 2.0 * step() * FRAC_1_PI) * sum(rule, zeta * zeta)
}

fn trapezoid(zeta: c64) -> c64 {
    static RULE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
    let rule = RULE.get_or_init(|| rule(1.0));
    let at_0 = real(1.0) / zeta;
    (at_0 + 2.0 * zeta * sum(rule, zeta * zeta)) * c64::new(0.0, step() * FRAC_1_PI)
}

/// t² and e^{−t²} at t = (first + k)h.
fn rule(first: f64) -> [(f64, f64); NODES] {
    std::array::from_fn(|k| {
        let square = ((first + k as f64) * step()).powi(2);
        (square, libm::exp(-square))
    })
}

/// Σ e^{−t²}/(ζ² − t²).
fn sum(rule: &[(f64, f64); NODES], square: c64) -> c64 {
    let term = |&(node, weight): &(f64, f64)| {
        let below = square - node;
        below.conj() * (weight / below.norm_sqr())
    };
    rule.iter().map(term).sum()
}
