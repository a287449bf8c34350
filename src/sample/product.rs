//! Products of matrices in single precision, added in one order on every machine.
//!
//! faer's products are chains of fused multiply-adds with AVX2 and AVX-512, in the same order;
//! with NEON, or without fused multiply-adds, they are others, and single precision shows it in
//! the seventh digit of a trial. There the loops below take their place, in the order of AVX2.

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};

use super::simd;

/// Terms that are added before their sum joins that of the terms before.
const DEPTH: usize = 512;

/// The same where faer copies a small transposed matrix.
const SMALL_DEPTH: usize = 64;

/// Multiplications up to which a product is small.
const SMALL: usize = 16 * 16 * 16;

/// Sets the m × n matrix `out` to A B, for a column-major A and B.
pub fn product(out: MatMut<'_, f32>, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
    if simd::is_fused() {
        return matmul(out, Accum::Replace, a, b, 1.0, Par::Seq);
    }
    let (m, n, k) = (a.nrows(), b.ncols(), b.nrows());
    if m == 1 && n > 1 {
        return in_lanes(out, a, b);
    }
    let depth = if n == 1 || m * n * k <= SMALL { k } else { DEPTH };
    in_chains(out, a, b, depth, false);
}

/// Sets the m × n matrix `out` to Aᵀ B, for a column-major A and B.
pub fn transposed_product(out: MatMut<'_, f32>, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
    if simd::is_fused() {
        return matmul(out, Accum::Replace, a.transpose(), b, 1.0, Par::Seq);
    }
    let (m, n, k) = (a.ncols(), b.ncols(), b.nrows());
    if m == 1 || n == 1 {
        return in_lanes(out, a.transpose(), b);
    }
    let depth = if m * n * k <= SMALL { SMALL_DEPTH } else { DEPTH };
    in_chains(out, a.transpose(), b, depth, false);
}

/// Sets the upper triangle of the square `out` to that of Aᵀ B, for a column-major A and B.
pub fn upper_product(out: MatMut<'_, f32>, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
    if simd::is_fused() {
        let (whole, upper) = (BlockStructure::Rectangular, BlockStructure::TriangularUpper);
        let left = a.transpose();
        return triangular::matmul(
            out,
            upper,
            Accum::Replace,
            left,
            whole,
            b,
            whole,
            1.0,
            Par::Seq,
        );
    }
    in_chains(out, a.transpose(), b, DEPTH, true);
}

/// Rows and columns of a tile of `out`, whose sums stay in registers.
const ROWS: usize = 16;
const COLUMNS: usize = 4;

/// Sets `out` to A B; each entry is a chain of fused multiply-adds over `depth` terms, plus one
/// over the next, and so on. With `upper` what is below the diagonal may stay as it is.
fn in_chains(
    mut out: MatMut<'_, f32>,
    a: MatRef<'_, f32>,
    b: MatRef<'_, f32>,
    depth: usize,
    upper: bool,
) {
    let (m, n, k) = (a.nrows(), b.ncols(), b.nrows());
    let mut panel = vec![[0.0; ROWS]; depth.min(k)];
    for start in (0..k).step_by(depth.max(1)) {
        let panel = &mut panel[..depth.min(k - start)];
        for top in (0..m).step_by(ROWS) {
            let rows = ROWS.min(m - top);
            for (l, line) in panel.iter_mut().enumerate() {
                for (i, value) in line[..rows].iter_mut().enumerate() {
                    *value = a[(top + i, start + l)];
                }
            }
            let first = if upper { top } else { 0 };
            for left in (first..n).step_by(COLUMNS) {
                let columns = COLUMNS.min(n - left);
                // Columns past the end repeat the last.
                let b: [&[f32]; COLUMNS] = std::array::from_fn(|j| {
                    &column(b, left + j.min(columns - 1))[start..start + panel.len()]
                });
                let sums = simd::vectorise(
                    #[inline(always)]
                    || tile(panel, b),
                );
                for (j, sums) in sums[..columns].iter().enumerate() {
                    for (i, &sum) in sums[..rows].iter().enumerate() {
                        let entry = &mut out[(top + i, left + j)];
                        *entry = if start == 0 { sum } else { *entry + sum };
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn tile(panel: &[[f32; ROWS]], b: [&[f32]; COLUMNS]) -> [[f32; ROWS]; COLUMNS] {
    let mut sums = [[0.0; ROWS]; COLUMNS];
    for (l, line) in panel.iter().enumerate() {
        for (sums, b) in sums.iter_mut().zip(b) {
            let factor = b[l];
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum = value.mul_add(factor, *sum);
            }
        }
    }
    sums
}

/// Numbers in a vector of AVX2, and vectors that faer adds up side by side.
const LANES: usize = 8;
const VECTORS: usize = 4;

/// Sets `out`, of one row or one column, to A B, each entry a sum over lanes.
fn in_lanes(mut out: MatMut<'_, f32>, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
    for j in 0..b.ncols() {
        for i in 0..a.nrows() {
            let mut sums = [[0.0_f32; LANES]; VECTORS];
            for (l, &b) in column(b, j).iter().enumerate() {
                let sum = &mut sums[l / LANES % VECTORS][l % LANES];
                *sum = a[(i, l)].mul_add(b, *sum);
            }
            let [p, q, r, s] = sums;
            let lane = |i: usize| (p[i] + q[i]) + (r[i] + s[i]);
            let half = |i: usize| lane(i) + lane(i + 4);
            out[(i, j)] = (half(0) + half(2)) + (half(1) + half(3));
        }
    }
}

fn column(matrix: MatRef<'_, f32>, j: usize) -> &[f32] {
    let column = matrix.col(j).try_as_col_major();
    column.map_or(&[], faer::ColRef::as_slice)
}

#[cfg(test)]
mod tests {
    use faer::linalg::solvers::Solve;
    use faer::{Mat, Side};

    use super::*;
    use crate::sample::key::mix;
    use crate::sample::{Key, gaussian};

    fn random(count: usize, seed: u64) -> Vec<f32> {
        let mut values = vec![0.0; count];
        gaussian::fill(Key::root(seed), 0, &mut values);
        values
    }

    /// Sets of bits, hashed.
    fn hash(matrix: MatRef<'_, f64>) -> u64 {
        let entries = (0..matrix.ncols()).flat_map(|j| (0..matrix.nrows()).map(move |i| (i, j)));
        entries.fold(0, |key, (i, j)| mix(key ^ matrix[(i, j)].to_bits()))
    }

    /// Pins the order in which faer adds in double precision to that of AVX2: with the feature
    /// `x86-v4` of pulp, which any dependency may turn on, it is another with AVX-512.
    #[test]
    fn linear_algebra_adds_in_the_order_of_avx2() {
        if !simd::is_fused() {
            return;
        }
        let values: Vec<f64> = random(150 * 70, 1).into_iter().map(f64::from).collect();
        let a = MatRef::from_column_major_slice(&values, 150, 70).to_owned();
        let gram = a.transpose() * &a;
        let eigen = gram.self_adjoint_eigen(Side::Lower).unwrap();
        let norms = Mat::from_fn(70, 2, |j, square| {
            let column = a.col(j);
            if square == 1 { column.squared_norm_l2() } else { column.norm_l2() }
        });
        let found = [
            gram.as_ref(),
            (a.transpose() * a.col(3)).as_mat(),
            norms.as_ref(),
            a.qr().compute_thin_Q().as_ref(),
            gram.llt(Side::Lower).unwrap().solve(&a.transpose()).as_ref(),
            eigen.U(),
            eigen.S().column_vector().as_mat(),
        ]
        .map(hash);
        let pinned = [
            0xc0b2_d804_583a_20ac,
            0xe18b_e2c4_4db2_afc4,
            0x208a_1b31_b57a_61fe,
            0x408d_21d7_b42b_907e,
            0xef21_ee5e_54c1_b6bd,
            0xf744_32ff_7a05_3b91,
            0xf83a_2097_aa61_df38,
        ];
        assert_eq!(found, pinned);
    }

    /// The upper triangle alone, or all, as bits.
    fn bits(matrix: &Mat<f32>, upper: bool) -> Vec<u32> {
        let rows = |j| (0..matrix.nrows()).filter(move |&i| !upper || i <= j);
        let entries = (0..matrix.ncols()).flat_map(|j| rows(j).map(move |i| (i, j)));
        entries.map(|(i, j)| matrix[(i, j)].to_bits()).collect()
    }

    #[test]
    fn loops_add_in_the_order_of_faer_on_avx2() {
        type Product = fn(MatMut<'_, f32>, MatRef<'_, f32>, MatRef<'_, f32>);
        if !simd::is_fused() {
            return;
        }
        let sizes = [1, 2, 3, 5, 8, 17, 49, 100, 257];
        for (m, n) in sizes.into_iter().flat_map(|m| sizes.map(|n| (m, n))) {
            for k in [1, 5, 8, 33, 63, 65, 130, 513, 1000, 1024, 1100] {
                let (x, y) = (random(m * k, 1), random(k * n, 2));
                let b = MatRef::from_column_major_slice(&y, k, n);
                let (plain, columns) = (
                    MatRef::from_column_major_slice(&x, m, k),
                    MatRef::from_column_major_slice(&x, k, m),
                );
                let cases: [(&str, Product, _); 3] = [
                    ("A B", product, plain),
                    ("AᵀB", transposed_product, columns),
                    ("upper AᵀB", upper_product, columns),
                ];
                for (name, multiply, a) in cases {
                    let upper = name.starts_with("upper");
                    if upper && m != n {
                        continue;
                    }
                    let mut theirs = Mat::zeros(m, n);
                    multiply(theirs.as_mut(), a, b);
                    let mut ours = Mat::zeros(m, n);
                    simd::without_fused(|| multiply(ours.as_mut(), a, b));
                    assert_eq!(bits(&theirs, upper), bits(&ours, upper), "{name}: {m} {n} {k}");
                }
            }
        }
    }
}
