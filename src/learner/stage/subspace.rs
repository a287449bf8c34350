//! Leading eigenvectors of a symmetric matrix, and first layers spread over a subspace.

use faer::{Mat, Side};

use super::network::{Layer, gaussian_matrix};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::sample::Key;

/// Largest dimension whose d × d matrix is formed: 20 d² bytes, 0.34 GB a thread.
pub const MAX_DIMENSION: usize = 4096;

/// Vectors that are iterated beside the r wanted ones: the convergence is that of the gap to
/// the first one left out.
const GUARDS: usize = 8;

/// Most iterations. Without a gap, where there is no signal, any vectors near the edge of the
/// spectrum are as good as others.
const MOST_ITERATIONS: usize = 300;

/// Residual ‖Au − θu‖, relative to the largest eigenvalue, at which the iteration ends.
const TOLERANCE: f64 = 1e-8;

/// Unit eigenvectors of the `r` eigenvalues of largest absolute value, d × r, by subspace
/// iteration with Rayleigh–Ritz projection (Golub and Van Loan, *Matrix Computations*, 8.2.4).
///
/// # Errors
/// When the matrix is not finite.
pub fn leading_eigenvectors(matrix: &Mat<f64>, r: usize, key: Key) -> Result<Mat<f64>> {
    let d = matrix.nrows();
    let width = (r + GUARDS).min(d);
    let mut q = gaussian_matrix(key, d, width).qr().compute_thin_Q();
    for _ in 0..MOST_ITERATIONS {
        let image = matrix * &q;
        let projected = q.transpose() * &image;
        let eigen = projected.self_adjoint_eigen(Side::Lower).map_err(|_| not_finite())?;
        let mut order: Vec<usize> = (0..width).collect();
        order.sort_by(|&a, &b| eigen.S()[b].abs().total_cmp(&eigen.S()[a].abs()));
        let rotation = Mat::from_fn(width, width, |i, j| eigen.U()[(i, order[j])]);
        let (ritz, image) = (&q * &rotation, &image * &rotation);
        let largest = eigen.S()[order[0]].abs();
        if !largest.is_finite() {
            return Err(not_finite());
        }
        let converged = (0..r).all(|k| {
            let value = eigen.S()[order[k]];
            (0..d).map(|i| (image[(i, k)] - value * ritz[(i, k)]).powi(2)).sum::<f64>().sqrt()
                <= TOLERANCE * largest
        });
        q = ritz;
        if converged {
            break;
        }
        q = image.qr().compute_thin_Q();
    }
    Ok(Mat::from_fn(d, r, |i, k| q[(i, k)]))
}

fn not_finite() -> Error {
    Error::runtime("the label-weighted second moment is not finite")
        .hint("labels overflow: check the link")
}

/// A layer whose neurons are uniform on the unit sphere of the span of the orthonormal columns
/// of `basis` (M × r): w_j = U g_j/‖g_j‖ with g_j ~ N(0, `I_r`). For r = 1 these are ± u.
#[must_use]
pub fn spread(
    basis: &Mat<f64>,
    coordinates: Vec<u32>,
    width: usize,
    activation: Activation,
    key: Key,
) -> Layer {
    let mut g = gaussian_matrix(key, basis.ncols(), width);
    for j in 0..width {
        let norm = g.col(j).norm_l2().max(f64::MIN_POSITIVE);
        g.col_as_slice_mut(j).iter_mut().for_each(|g| *g /= norm);
    }
    let w = basis * &g;
    let weights = Mat::from_fn(w.nrows(), width, |i, j| w[(i, j)] as f32);
    Layer { coordinates, weights, activation }
}
