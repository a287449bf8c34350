//! The unpruned network with the sign of the gradient in place of the gradient.

use super::contract::Keys;
use super::options::NETWORK;
use super::unpruned::{Step, Whole};

/// Parts 4 to 6 of `PruneNetwork` with M = d and `w_ij` ← ± sign(`g_ij`)/√d in place of the scaled
/// gradient: the step of sign descent (Bernstein, Wang, Azizzadenesheli and Anandkumar 2018).
///
/// A sign gives each of the d − s irrelevant coordinates as much weight as a relevant one, however
/// small its noise: for |v_i| = s^{−1/2} the overlap with v is at most
///
/// ```text
/// ⟨v, w⟩ ≤ Σ_i |v_i|/√d = √(s/d) = d^{−(1 − α)/2}
/// ```
///
/// for any number of samples, where the plain step tends to 1 − o(1). The sparser the target, the
/// less a step of equal size in all coordinates can hold: for α < 1 no n suffices as d grows, and
/// n* ≍ d^{k\*} at α = 1, where all |v_i| are equal. That is a calculation for r = 1, and no rate
/// is stated.
pub type SignStep = Whole<Sign>;

/// The sign of each entry.
#[derive(Debug)]
pub struct Sign;

impl Step for Sign {
    const KEYS: Keys = &[NETWORK, &["data", "feature"]];
    // The sign of 0 is 0: of a neuron that no sample activates.
    const ENTRY: Option<fn(f64) -> f64> = Some(|g| if g == 0.0 { 0.0 } else { g.signum() });
}
