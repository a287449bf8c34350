//! The generative leap of links of several directions, numerically.
//!
//! Damian, Lee and Bruna 2025 (arXiv 2506.05500): directions are found in turns. With a subspace U
//! found, the next order is the smallest k ≥ 1 with
//!
//! ```text
//! λ_k² = E ‖E[He_k(z_⊥)/√k! | y, Uᵀz]‖² > 0,     z_⊥ the part of z outside of U
//! ```
//!
//! and what these conditional tensors span is added to U, until that is everything. The leap is the
//! largest k on the way; of a single direction it is the generative exponent.

use faer::{Mat, Side};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::model::hermite::{factorial, fill_normalised};

/// Points z ~ N(0, I).
const POINTS: usize = 1 << 18;
/// Cells of (y, Uᵀz), of equal probability.
const CELLS: usize = 512;
/// λ_k², and its share along a direction, below this counts as zero.
const TOLERANCE: f64 = 7e-3;
/// Highest order that is tried.
const HIGHEST: u32 = 6;
/// Most entries of a tensor.
const MOST_ENTRIES: usize = 400;
/// Parts that cells divide each found direction into, by how many there are; what is left of
/// [`CELLS`] divides y.
const PARTS: [usize; 3] = [1, 16, 8];

/// The leap of y = `f`(z), z of `r` columns of n points; `None` where an order above [`HIGHEST`]
/// would be needed, or there are too many entries or directions to condition on.
///
/// Cells only ever average E[He_k | y, Uᵀz] further, so that no order is found too early but by
/// chance: six standard deviations of independent points, or [`TOLERANCE`].
pub(super) fn leap(f: impl FnOnce(&[f64], usize, &mut [f64]), r: usize) -> Option<u32> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let z: Vec<f64> = StandardNormal.sample_iter(&mut rng).take(r * POINTS).collect();
    let mut y = vec![0.0; POINTS];
    f(&z, POINTS, &mut y);
    let (mut basis, mut found, mut leap) = (Mat::identity(r, r), 0, 0);
    while found < r {
        let turned = turned(&z, &basis);
        let (known, rest) = turned.split_at(found * POINTS);
        let cells = cells(&y, known, *PARTS.get(found)?);
        let (k, span) = (1..=HIGHEST).find_map(|k| {
            let span = Span::new(rest, &cells, k)?;
            (span.count > 0).then_some((k, span))
        })?;
        leap = leap.max(k);
        let outside = basis.subcols(found, r - found) * &span.vectors;
        basis.subcols_mut(found, r - found).copy_from(&outside);
        found += span.count;
    }
    Some(leap)
}

/// The columns Bᵀz, one after the other.
fn turned(z: &[f64], basis: &Mat<f64>) -> Vec<f64> {
    let r = basis.ncols();
    let mut out = vec![0.0; r * POINTS];
    for (b, column) in out.chunks_exact_mut(POINTS).enumerate() {
        for (a, z) in z.chunks_exact(POINTS).enumerate() {
            let weight = basis[(a, b)];
            column.iter_mut().zip(z).for_each(|(out, z)| *out += weight * z);
        }
    }
    out
}

/// The points of each cell.
fn cells(y: &[f64], known: &[f64], parts: usize) -> Vec<Vec<u32>> {
    let mut keys: Vec<(&[f64], usize)> =
        known.chunks_exact(POINTS).map(|column| (column, parts)).collect();
    keys.push((y, CELLS / parts.pow(keys.len() as u32)));
    split((0..POINTS as u32).collect(), &keys)
}

/// Parts of equal size by the first key, each of them by the next.
fn split(mut points: Vec<u32>, keys: &[(&[f64], usize)]) -> Vec<Vec<u32>> {
    let Some(((key, parts), rest)) = keys.split_first() else { return vec![points] };
    points.sort_by(|a, b| key[*a as usize].total_cmp(&key[*b as usize]));
    let size = points.len().div_ceil(*parts);
    points.chunks(size).flat_map(|part| split(part.to_vec(), rest)).collect()
}

/// What the conditional tensors of one order span.
struct Span {
    /// Orthonormal, the directions that they span first.
    vectors: Mat<f64>,
    /// How many these are.
    count: usize,
}

impl Span {
    /// That of order `k` of the columns `rest`; none if the tensor has too many entries.
    ///
    /// With T the tensor, `T_β` its entry of content β in the orthonormal basis Π he_{β_i},
    ///
    /// ```text
    /// M_ab = Σ_cells P Σ_γ (k−1)!/γ! √((γ+e_a)! (γ+e_b)!)/k! T_{γ+e_a} T_{γ+e_b},   tr M = λ_k²
    /// ```
    fn new(rest: &[f64], cells: &[Vec<u32>], k: u32) -> Option<Self> {
        let q = rest.len() / POINTS;
        let (entries, lower) = (contents(q, k)?, contents(q, k - 1)?);
        // What independent points have beside λ_k², spread evenly over directions.
        let noise = entries.len() as f64 * cells.len() as f64 / POINTS as f64;
        let spread = (2.0 * entries.len() as f64 * cells.len() as f64).sqrt() / POINTS as f64;
        let raised = raised(&entries, &lower, q);
        let mut matrix = Mat::from_fn(q, q, |a, b| if a == b { -noise / q as f64 } else { 0.0 });
        for cell in cells {
            let tensor = mean_tensor(rest, cell, &entries, k);
            let share = cell.len() as f64 / POINTS as f64;
            for (gamma, above) in lower.iter().zip(&raised) {
                let ways = factorial(k - 1) / factorials(gamma) / factorial(k);
                let side = |a: usize| factorials(&entries[above[a]]).sqrt() * tensor[above[a]];
                let sides: Vec<f64> = (0..q).map(side).collect();
                for a in 0..q {
                    for b in 0..q {
                        matrix[(a, b)] += share * ways * sides[a] * sides[b];
                    }
                }
            }
        }
        let least = TOLERANCE.max(6.0 * spread);
        let eigen = matrix.self_adjoint_eigen(Side::Lower).ok()?;
        // They come in increasing order.
        let vectors = Mat::from_fn(q, q, |a, b| eigen.U()[(a, q - 1 - b)]);
        let trace: f64 = (0..q).map(|a| matrix[(a, a)]).sum();
        let along = (0..q).filter(|&a| eigen.S()[a] > least).count();
        Some(Self { vectors, count: if trace > least { along } else { 0 } })
    }
}

/// The multi-indices of order `k` in `q` variables; none if they are too many.
fn contents(q: usize, k: u32) -> Option<Vec<Vec<u32>>> {
    let mut all = vec![vec![0; q]];
    for _ in 0..k {
        // Raising at or after the last raised place makes each once.
        let grown = all.iter().flat_map(|beta| {
            let last = beta.iter().rposition(|&b| b > 0).unwrap_or(0);
            (last..q).map(move |a| {
                let mut beta = beta.clone();
                beta[a] += 1;
                beta
            })
        });
        all = grown.take(MOST_ENTRIES + 1).collect();
        if all.len() > MOST_ENTRIES {
            return None;
        }
    }
    Some(all)
}

/// For each of `lower` and each variable a, where the multi-index raised at a is among `entries`.
fn raised(entries: &[Vec<u32>], lower: &[Vec<u32>], q: usize) -> Vec<Vec<usize>> {
    let place = |gamma: &Vec<u32>, a: usize| {
        let mut beta = gamma.clone();
        beta[a] += 1;
        entries.iter().position(|entry| *entry == beta).unwrap_or_default()
    };
    lower.iter().map(|gamma| (0..q).map(|a| place(gamma, a)).collect()).collect()
}

fn factorials(beta: &[u32]) -> f64 {
    beta.iter().map(|&b| factorial(b)).product()
}

/// The mean of Π he_{β_i}(z_i) over the points of a cell, for every β of `entries`.
fn mean_tensor(rest: &[f64], cell: &[u32], entries: &[Vec<u32>], k: u32) -> Vec<f64> {
    let (q, order) = (rest.len() / POINTS, k as usize + 1);
    let (mut he, mut total) = (vec![0.0; q * order], vec![0.0; entries.len()]);
    for &i in cell {
        for (a, he) in he.chunks_exact_mut(order).enumerate() {
            fill_normalised(rest[a * POINTS + i as usize], he);
        }
        for (total, beta) in total.iter_mut().zip(entries) {
            let factor = |(a, &b): (usize, &u32)| he[a * order + b as usize];
            *total += beta.iter().enumerate().map(factor).product::<f64>();
        }
    }
    total.iter().map(|sum| sum / cell.len() as f64).collect()
}
