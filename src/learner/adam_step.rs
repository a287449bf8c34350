//! The unpruned network with Adam's first step in place of the gradient.

use super::contract::Keys;
use super::options::NETWORK;
use super::unpruned::{Step, Whole};

/// ε of Kingma and Ba 2015, added to the root of the second moment.
pub const EPSILON: f64 = 1e-8;

/// Parts 4 to 6 of `PruneNetwork` with M = d and Adam's first step (Kingma and Ba 2015), whose
/// corrected moments are m̂ = g and v̂ = g²:
///
/// ```text
/// w_ij ← ± g_ij/(|g_ij| + ε), scaled to unit neurons,     ε = 10⁻⁸
/// ```
///
/// g is the mean gradient of labels of variance 1. The map is linear below ε and a sign above it;
/// it shrinks large entries and never small ones, so for no ε does it tell relevant coordinates
/// from others better than the gradient. A null entry is of order n^{−1/2}, above ε up to n = 10¹⁶:
/// until then this is `sign_step`. Steps after the first begin anew, without the moments of the
/// ones before them.
pub type AdamStep = Whole<Adam>;

/// Adam's first step.
#[derive(Debug)]
pub struct Adam;

impl Step for Adam {
    const KEYS: Keys = &[NETWORK, &["data", "feature"]];
    const ENTRY: Option<fn(f64) -> f64> = Some(|g| g / (g.abs() + EPSILON));
}
