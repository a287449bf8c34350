//! Reduced simulation: the exact law of what the later stages see, without visiting d
//! coordinates a sample.
//!
//! Let A = [`V_kept`, W] (M × (r + m)) = Q R with orthonormal Q. Labels and pre-activations
//! depend on a sample through q = Qᵀx and, where pruning lost a part of V, through an
//! independent remainder, so the problem in coordinates q is again one of this program, in
//! dimension 2r + m: its layer is `R_W`, its directions are (`R_V`; E) with EᵀE = I − `R_V`ᵀ`R_V`.
//!
//! A gradient XᵀC, `C_ij` = ỹ_i φ'(…), splits into Q (QᵀXᵀC), which that problem yields, and
//! (I − QQᵀ) XᵀC. Given C, which depends on q and the remainder alone, the second has the law
//! of (I − QQᵀ) Ω Lᵀ with Ω an M × m Gaussian matrix and L Lᵀ = CᵀC. This is exact for
//! Gaussian inputs and samples that W does not depend on: fresh ones in every stage.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par, Side};

use super::block::symmetric;
use super::gradient::GradientSums;
use super::network::{Layer, gaussian_matrix};
use crate::error::{Error, Result};
use crate::model::direction::Directions;
use crate::model::target::Target;
use crate::sample::Key;

/// A layer and a target in the coordinates q = Qᵀx.
#[derive(Clone, Debug)]
pub struct Reduction {
    /// Q, M × (r + m).
    basis: Mat<f64>,
    /// The layer in coordinates q: `R_W`.
    pub layer: Layer,
    /// The target in coordinates q and the remainder: (`R_V`; E).
    pub target: Target,
}

impl Reduction {
    /// The reduction of `layer` and `target`; the layer has to have more than r + m
    /// coordinates.
    ///
    /// # Errors
    /// When a weight is not finite.
    pub fn new(layer: &Layer, target: &Target) -> Result<Self> {
        let r = target.directions().r();
        let (kept, width) = (layer.coordinates.len(), layer.width());
        let v = target.directions().rows_at(&layer.coordinates);
        let columns = Mat::from_fn(kept, r + width, |i, j| {
            if j < r { v[i * r + j] } else { f64::from(layer.weights[(i, j - r)]) }
        });
        let qr = columns.qr();
        let triangle = qr.thin_R();
        let weights = Mat::from_fn(r + width, width, |i, j| triangle[(i, r + j)] as f32);
        let coordinates = (0..(r + width) as u32).collect();
        let layer = Layer { coordinates, weights, activation: layer.activation };
        let head = Mat::from_fn(r, r, |i, j| triangle[(i, j)]);
        let target = reduced_target(target, &head, r + width)?;
        Ok(Self { basis: qr.compute_thin_Q(), layer, target })
    }

    /// XᵀC in the kept coordinates, from its sums in the reduced ones: M × m, column-major.
    ///
    /// # Errors
    /// When the second moment of C is not finite.
    pub fn lift(&self, sums: &GradientSums, key: Key) -> Result<Vec<f64>> {
        let (kept, width) = (self.basis.nrows(), self.layer.width());
        let p = self.basis.ncols();
        let root = scaled_root(&symmetric(width, &sums.second_moment))?;
        let omega = gaussian_matrix(key, kept, width);
        // Q (g − Qᵀ Ω Lᵀ) + Ω Lᵀ, with `root` = Lᵀ.
        let complement = &omega * &root;
        let inside = MatRef::from_column_major_slice(&sums.gradient, p, width);
        let inside = inside - self.basis.transpose() * &complement;
        let mut lifted = vec![0.0; kept * width];
        for (j, column) in lifted.chunks_exact_mut(kept).enumerate() {
            column.copy_from_slice(complement.col_as_slice(j));
        }
        let view = faer::MatMut::from_column_major_slice_mut(&mut lifted, kept, width);
        matmul(view, Accum::Add, self.basis.as_ref(), inside.as_ref(), 1.0, Par::Seq);
        Ok(lifted)
    }
}

/// The target whose directions have rows `head` at the first coordinates and, from
/// coordinate `p` on, what `head` lacks to orthonormal columns.
pub(super) fn reduced_target(target: &Target, head: &Mat<f64>, p: usize) -> Result<Target> {
    let r = head.ncols();
    let lacking = Mat::<f64>::identity(r, r) - head.transpose() * head;
    let remainder = square_root(lacking.as_ref())?;
    let mut support: Vec<u32> = (0..head.nrows() as u32).collect();
    let mut frame: Vec<f64> = (0..head.nrows()).flat_map(|i| head.row(i).iter().copied()).collect();
    // Without pruning nothing is lacking but rounding.
    if lacking.norm_l2() > 1e-12 {
        support.extend((p..p + r).map(|j| j as u32));
        frame.extend((0..r).flat_map(|i| remainder.row(i).iter().copied()));
    }
    let directions = Directions::from_rows(p + r, target.directions().s(), support, frame)?;
    Ok(Target::new(target.link().clone(), directions, target.noise()))
}

/// [`square_root`] by way of unit diagonal: each column has the precision of its own norm, not
/// of the largest, and that of a neuron which no sample activates is zero, not rounding that
/// the step would scale up to a weight.
pub(super) fn scaled_root(second: &Mat<f64>) -> Result<Mat<f64>> {
    let m = second.ncols();
    let scale: Vec<f64> = (0..m).map(|j| second[(j, j)].sqrt()).collect();
    let inverse = |j: usize| if scale[j] == 0.0 { 0.0 } else { 1.0 / scale[j] };
    let unit = Mat::from_fn(m, m, |i, j| second[(i, j)] * inverse(i) * inverse(j));
    let root = square_root(unit.as_ref())?;
    Ok(Mat::from_fn(m, m, |i, j| root[(i, j)] * scale[j]))
}

/// S with SᵀS = `matrix`, for a positive semi-definite matrix; rounding below zero is cut.
pub(super) fn square_root(matrix: MatRef<'_, f64>) -> Result<Mat<f64>> {
    let eigen = matrix.self_adjoint_eigen(Side::Lower).map_err(|_| {
        Error::runtime("the second moment of the gradient is not finite")
            .hint("labels or activations overflow: check the link and the activation")
    })?;
    let roots: Vec<f64> = eigen.S().column_vector().iter().map(|s| s.max(0.0).sqrt()).collect();
    Ok(Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| roots[i] * eigen.U()[(j, i)]))
}
