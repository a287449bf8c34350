//! A block of samples at a time, and sums of products over blocks.

use faer::{Mat, MatRef};

use crate::sample::product::upper_product;
use crate::sample::{CentredLabels, LabelScratch, Lines};

/// Memory that a block is worked on in, kept from block to block.
#[derive(Default)]
pub(in crate::learner) struct Block {
    /// Inputs, rows × M.
    pub(in crate::learner) x: Lines,
    /// Centred labels, then coefficients.
    pub(in crate::learner) y: Vec<f32>,
    /// ‖x_i‖².
    pub(super) q: Vec<f64>,
    /// ⟨w, x_i⟩.
    pub(super) u: Vec<f64>,
    labels: LabelScratch,
}

impl Block {
    /// Reads the coordinates `kept` and the labels of a block; returns its length.
    pub(in crate::learner) fn fill(
        &mut self,
        labels: &CentredLabels<'_>,
        kept: &[u32],
        block: u64,
    ) -> usize {
        let samples = labels.samples();
        let rows = samples.block_len(block);
        self.x.resize(rows * kept.len());
        self.y.resize(rows, 0.0);
        samples.columns(block, kept, &mut self.x);
        labels.block(block, &mut self.labels, &mut self.y);
        rows
    }

    /// ‖x_i‖² over the coordinates read.
    pub(super) fn squares(&mut self) {
        let rows = self.y.len();
        self.q.clear();
        self.q.resize(rows, 0.0);
        for column in self.x.chunks_exact(rows) {
            for (q, &x) in self.q.iter_mut().zip(column) {
                *q += f64::from(x * x);
            }
        }
    }

    /// ⟨w, x_i⟩ over the coordinates read.
    pub(super) fn project(&mut self, w: &[f64]) {
        let rows = self.y.len();
        self.u.clear();
        self.u.resize(rows, 0.0);
        for (column, &w) in self.x.chunks_exact(rows).zip(w) {
            for (u, &x) in self.u.iter_mut().zip(column) {
                *u += w * f64::from(x);
            }
        }
    }
}

/// Adds the upper triangle of a symmetric `a`ᵀ`b` to that of the column-major `total`; `scratch`
/// has its shape.
pub(super) fn add_symmetric(
    total: &mut [f64],
    a: MatRef<'_, f32>,
    b: MatRef<'_, f32>,
    scratch: &mut Mat<f32>,
) {
    upper_product(scratch.as_mut(), a, b);
    for (j, total) in total.chunks_exact_mut(scratch.nrows()).enumerate() {
        for (t, &p) in total.iter_mut().zip(&scratch.col_as_slice(j)[..=j]) {
            *t += f64::from(p);
        }
    }
}

/// Adds `part` to the column-major `total`.
pub(in crate::learner) fn add(total: &mut [f64], part: &Mat<f32>) {
    for (j, total) in total.chunks_exact_mut(part.nrows()).enumerate() {
        for (total, &g) in total.iter_mut().zip(part.col_as_slice(j)) {
            *total += f64::from(g);
        }
    }
}

/// The matrix of which `upper` is the upper triangle, column-major with m columns.
pub(super) fn symmetric(m: usize, upper: &[f64]) -> Mat<f64> {
    Mat::from_fn(m, m, |i, j| upper[i.max(j) * m + i.min(j)])
}
