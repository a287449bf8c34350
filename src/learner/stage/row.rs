//! The whole gradient at the shifted basis vectors, in place of one entry of it.
//!
//! Coordinate j of the gradient at ±e_j is the diagonal of G = (1/n) Σ_i ỹ_i g(x_ij) x_iᵀ, one
//! matrix for every gate g ([`Gate`]). Its mean is V_jᵀ H V_j at k* = 2, H = E ∇²σ*, which
//! vanishes where V_j is isotropic for H; that of entry l is V_jᵀ H V_l.

use faer::{Mat, MatRef};

use super::block::{Block, add};
use crate::error::{Error, Result};
use crate::model::statistic::{Gate, Statistic};
use crate::sample::product::transposed_product;
use crate::sample::{CentredLabels, reduce, simd};

/// Largest dimension whose rows are formed: 24 d² bytes a gate and a thread, 0.4 GB.
const MAX_DIMENSION: usize = 4096;

/// Off the diagonal: the gates of the channels, each once.
#[derive(Clone, Debug)]
pub struct Rows {
    gates: Vec<Gate>,
}

impl Rows {
    /// Those of `channels` without augmentation, less those that are constant.
    #[must_use]
    pub fn of(channels: &[Statistic]) -> Self {
        Self { gates: channels.iter().filter_map(Gate::of).collect() }
    }

    /// Entries that the score of a coordinate is the largest of, beside the diagonal ones.
    #[must_use]
    pub fn entries(&self, d: usize) -> usize {
        self.gates.len() * d.saturating_sub(1)
    }

    /// Multiply–adds of a sample.
    #[must_use]
    pub fn products(&self, d: usize) -> f64 {
        self.gates.len() as f64 * (d as f64).powi(2)
    }

    /// Bytes of the sums of two threads, a part that waits for its turn, and a block's product.
    #[must_use]
    pub fn bytes(&self, d: usize) -> f64 {
        28.0 * self.products(d) + 8192.0 * d as f64
    }

    /// Whether d × d matrices fit.
    ///
    /// # Errors
    /// When they do not.
    pub fn check(&self, d: usize) -> Result<()> {
        if d > MAX_DIMENSION {
            return Err(Error::usage(format!(
                "score = \"row\" forms a {d} × {d} matrix, and {MAX_DIMENSION} is its largest dimension"
            ))
            .hint("choose smaller dimensions, or score = \"diagonal\""));
        }
        Ok(())
    }

    /// For every j: `strip` of its inputs and the labels, and max over gates and l ≠ j of
    /// |Σ_i ỹ_i g(x_ij) x_il|/sd(g).
    pub fn sums(
        &self,
        labels: &CentredLabels<'_>,
        d: usize,
        strip: impl Fn(&[f32], &[f32]) -> [f64; 3] + Sync,
    ) -> Vec<([f64; 3], f64)> {
        let (samples, square) = (labels.samples(), d * d);
        let all: Vec<u32> = (0..d as u32).collect();
        let sums = reduce::sum_blocks(
            samples.crew(),
            samples.blocks(),
            || vec![0.0; 3 * d + self.gates.len() * square],
            || (Block::default(), Vec::new(), Mat::<f32>::zeros(d, d)),
            |total: &mut Vec<f64>, (tile, weighed, part), block| {
                let rows = tile.fill(labels, &all, block);
                let (diagonal, products) = total.split_at_mut(3 * d);
                for (total, x) in diagonal.chunks_exact_mut(3).zip(tile.x.chunks_exact(rows)) {
                    for (total, sum) in total.iter_mut().zip(strip(x, &tile.y)) {
                        *total += sum;
                    }
                }
                let x = MatRef::from_column_major_slice(&tile.x, rows, d);
                weighed.resize(rows * d, 0.0);
                for (gate, total) in self.gates.iter().zip(products.chunks_exact_mut(square)) {
                    weigh(gate, tile, rows, weighed);
                    let weighed = MatRef::from_column_major_slice(weighed, rows, d);
                    transposed_product(part.as_mut(), weighed, x);
                    add(total, part);
                }
            },
        );
        let (diagonal, products) = sums.split_at(3 * d);
        let mut largest = vec![0.0_f64; d];
        for (gate, product) in self.gates.iter().zip(products.chunks_exact(square)) {
            for (l, column) in product.chunks_exact(d).enumerate() {
                for (j, (largest, sum)) in largest.iter_mut().zip(column).enumerate() {
                    if j != l {
                        *largest = largest.max(sum.abs() / gate.std);
                    }
                }
            }
        }
        diagonal.chunks_exact(3).map(|s| [s[0], s[1], s[2]]).zip(largest).collect()
    }
}

/// ỹ g(x) of every input of `tile`.
fn weigh(gate: &Gate, tile: &Block, rows: usize, out: &mut [f32]) {
    simd::vectorise(
        #[inline(always)]
        || {
            for (x, out) in tile.x.chunks_exact(rows).zip(out.chunks_exact_mut(rows)) {
                gate.weigh(x, &tile.y, out);
            }
        },
    );
}
