//! Coordinates of other laws than the Gaussian, made of several Gaussian strips each.
//!
//! Only products, quotients and roots are used, so every instruction set gives the same bits:
//!
//! ```text
//! rademacher   sign g₀
//! uniform      √3 g₀ / √(g₀² + g₁² + g₂²)                         (Archimedes: a coordinate on the sphere of R³)
//! laplace      (g₀ g₁ − g₂ g₃) / √2                               (a determinant)
//! student_t    √(3/5) g₀ / √((g₁² + … + g₅²)/5)                   (its definition)
//! correlated   (g₀ + g₀') / √2, g₀' the strip of coordinate j + 1
//! with a Σ     a g₀ + w_j g, g the strip of the group, see `model::covariance`
//! ```
//!
//! Source of the third: Kotz, Kozubowski and Podgórski 2001, *The Laplace Distribution and
//! Generalizations*, proposition 2.2.10.

use super::gaussian;
use super::key::Key;
use super::strip::{BLOCK, position};
use crate::model::input::Input;
use crate::model::target::Target;

/// Position of the first group, beyond every coordinate of a law that has groups.
const GROUPS: u32 = 1 << 31;

/// Writes coordinate `j` of `block`, under the inputs of `target`, of the stage whose key is
/// `stage`.
pub(super) fn fill(target: &Target, stage: Key, block: u64, j: u32, out: &mut [f32]) {
    let strip = |part: u64, j: u32| {
        let mut g = [0.0_f32; BLOCK];
        let key = if part == 0 { stage } else { stage.child(part) };
        gaussian::fill(key, position(block, j), &mut g[..out.len()]);
        g
    };
    let g = strip(0, j);
    match target.input() {
        Input::Gaussian => out.copy_from_slice(&g[..out.len()]),
        Input::Rademacher => {
            for (x, g) in out.iter_mut().zip(g) {
                *x = 1.0_f32.copysign(g);
            }
        }
        Input::Uniform => {
            let (g1, g2) = (strip(1, j), strip(2, j));
            for (i, x) in out.iter_mut().enumerate() {
                let square = g[i] * g[i] + g1[i] * g1[i] + g2[i] * g2[i];
                *x = 3.0_f32.sqrt() * g[i] / square.max(f32::MIN_POSITIVE).sqrt();
            }
        }
        Input::Laplace => {
            let (g1, g2, g3) = (strip(1, j), strip(2, j), strip(3, j));
            for (i, x) in out.iter_mut().enumerate() {
                *x = (g[i] * g1[i] - g2[i] * g3[i]) * std::f32::consts::FRAC_1_SQRT_2;
            }
        }
        Input::StudentT => {
            let parts: [_; 5] = std::array::from_fn(|k| strip(k as u64 + 1, j));
            for (i, x) in out.iter_mut().enumerate() {
                let square: f32 = parts.iter().map(|p| p[i] * p[i]).sum();
                *x = 3.0_f32.sqrt() * g[i] / square.max(f32::MIN_POSITIVE).sqrt();
            }
        }
        Input::Correlated => {
            let next = strip(0, j + 1);
            for (i, x) in out.iter_mut().enumerate() {
                *x = (g[i] + next[i]) * std::f32::consts::FRAC_1_SQRT_2;
            }
        }
        Input::Structured(covariance) => {
            let part = covariance.part(target.directions(), j);
            if part.shared == 0.0 {
                return out.copy_from_slice(&g[..out.len()]);
            }
            let common = strip(0, GROUPS + part.group);
            let (own, shared) = (part.own as f32, part.shared as f32);
            for (i, x) in out.iter_mut().enumerate() {
                *x = own * g[i] + shared * common[i];
            }
        }
    }
}

/// Gaussian strips that a coordinate is made of: what it costs, against 1.
#[must_use]
pub fn strips(input: Input) -> u32 {
    match input {
        Input::Gaussian | Input::Rademacher => 1,
        Input::Correlated | Input::Structured(_) => 2,
        Input::Uniform => 3,
        Input::Laplace => 4,
        Input::StudentT => 6,
    }
}
