//! Moments of the inputs weighted by centred labels, summed block by block.

use faer::{Mat, MatRef};

use super::block::{Block, add, add_symmetric, symmetric};
use crate::model::hermite::he_normalised;
use crate::sample::product::transposed_product;
use crate::sample::{CentredLabels, reduce};

/// Σ_i ỹ_i ω(‖x_i‖²) x_i x_iᵀ over the coordinates `kept`, symmetric M × M; ‖x_i‖² runs over
/// the same coordinates.
///
/// Needs 20 M² bytes a thread that takes part.
#[must_use]
pub fn second_moment(
    labels: &CentredLabels<'_>,
    kept: &[u32],
    weigh: impl Fn(f64) -> f64 + Sync,
) -> Mat<f64> {
    let (m, samples) = (kept.len(), labels.samples());
    let sum = reduce::sum_blocks(
        samples.crew(),
        samples.blocks(),
        || vec![0.0; m * m],
        || (Block::default(), Vec::new(), Mat::<f32>::zeros(m, m)),
        |total: &mut Vec<f64>, (tile, weighted, part), block| {
            let rows = tile.fill(labels, kept, block);
            tile.squares();
            for (y, &q) in tile.y.iter_mut().zip(&tile.q) {
                *y = (f64::from(*y) * weigh(q)) as f32;
            }
            weighted.clear();
            for column in tile.x.chunks_exact(rows) {
                weighted.extend(column.iter().zip(&tile.y).map(|(x, c)| x * c));
            }
            let x = MatRef::from_column_major_slice(&tile.x, rows, m);
            let wx = MatRef::from_column_major_slice(weighted, rows, m);
            add_symmetric(total, x, wx, part);
        },
    );
    symmetric(m, &sum)
}

/// Σ_i ỹ_i ω(‖x_i‖², ⟨w, x_i⟩) x_i over all coordinates, and Σ_i ỹ_i ⟨w, x_i⟩; d = the length
/// of `w`.
#[must_use]
pub fn first_moment(
    labels: &CentredLabels<'_>,
    w: &[f64],
    weigh: impl Fn(f64, f64) -> f64 + Sync,
) -> (Vec<f64>, f64) {
    let samples = labels.samples();
    let all: Vec<u32> = (0..w.len() as u32).collect();
    let mut sum = reduce::sum_blocks(
        samples.crew(),
        samples.blocks(),
        || vec![0.0; w.len() + 1],
        Block::default,
        |total: &mut Vec<f64>, tile, block| {
            let rows = tile.fill(labels, &all, block);
            tile.squares();
            tile.project(w);
            let mut inside = 0.0;
            for ((y, &q), &u) in tile.y.iter_mut().zip(&tile.q).zip(&tile.u) {
                inside += f64::from(*y) * u;
                *y = (f64::from(*y) * weigh(q, u)) as f32;
            }
            for (t, column) in total.iter_mut().zip(tile.x.chunks_exact(rows)) {
                *t += column.iter().zip(&tile.y).map(|(&x, &c)| f64::from(x * c)).sum::<f64>();
            }
            total[w.len()] += inside;
        },
    );
    let inside = sum.pop().unwrap_or(0.0);
    (sum, inside)
}

/// Σ_i ỹ_i he_a(x_ij) he_b(x_il) over all coordinates j, l, column l after column l − 1; he_a = He_a/√a!.
#[must_use]
pub fn product_moment(labels: &CentredLabels<'_>, all: &[u32], a: u32, b: u32) -> Vec<f64> {
    let (d, samples) = (all.len(), labels.samples());
    reduce::sum_blocks(
        samples.crew(),
        samples.blocks(),
        || vec![0.0; d * d],
        || (Block::default(), Vec::new(), Mat::<f32>::zeros(d, d)),
        |total: &mut Vec<f64>, (tile, left, part), block| {
            let rows = tile.fill(labels, all, block);
            left.clear();
            for column in tile.x.chunks_exact(rows) {
                let term = |(&x, &y): (&f32, &f32)| y * he_normalised(a, f64::from(x)) as f32;
                left.extend(column.iter().zip(&tile.y).map(term));
            }
            for x in tile.x.iter_mut() {
                *x = he_normalised(b, f64::from(*x)) as f32;
            }
            let left = MatRef::from_column_major_slice(left, rows, d);
            let right = MatRef::from_column_major_slice(&tile.x, rows, d);
            transposed_product(part.as_mut(), left, right);
            add(total, part);
        },
    )
}

/// Σ_i ỹ_i x_ij² for each coordinate j = 0..d.
#[must_use]
pub fn diagonal(labels: &CentredLabels<'_>, d: usize) -> Vec<f64> {
    let samples = labels.samples();
    reduce::sum_blocks(
        samples.crew(),
        samples.blocks(),
        || vec![0.0; d],
        || (Block::default(), [0]),
        |total: &mut Vec<f64>, (tile, one), block| {
            for (j, total) in (0_u32..).zip(total.iter_mut()) {
                one[0] = j;
                if j == 0 {
                    tile.fill(labels, one, block);
                } else {
                    samples.columns(block, one, &mut tile.x);
                }
                *total += square_sum(&tile.x, &tile.y);
            }
        },
    )
}

/// Σ_i y_i x_i² of a strip.
#[must_use]
pub fn square_sum(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).map(|(&x, &y)| f64::from(x * x * y)).sum()
}
