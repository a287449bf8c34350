//! Monotone regression.

/// A run of points that share one fitted value.
struct Block {
    mean: f64,
    weight: f64,
    length: usize,
}

/// Weighted non-increasing least squares by pooling adjacent violators.
///
/// ```text
/// minimise Σᵢ wᵢ (fᵢ − yᵢ)²  subject to  f₁ ≥ f₂ ≥ … ≥ f_N
/// ```
///
/// | argument | shape | range |
/// |---|---|---|
/// | `values` y | N | finite |
/// | `weights` w | N | positive |
///
/// Neighbours that violate the order are pooled into their weighted mean until none do:
/// O(N) time. The solution is unique. Of arguments of unequal length, the common part is fitted.
///
/// Barlow, Bartholomew, Bremner and Brunk, *Statistical Inference under Order
/// Restrictions*, 1972, section 1.2.
///
/// ```
/// use secateur::analysis::isotonic::non_increasing;
/// assert_eq!(non_increasing(&[3.0, 1.0, 2.0], &[1.0, 1.0, 1.0]), [3.0, 1.5, 1.5]);
/// ```
#[must_use]
pub fn non_increasing(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<Block> = Vec::with_capacity(values.len());
    for (&mean, &weight) in values.iter().zip(weights) {
        let mut block = Block { mean, weight, length: 1 };
        while let Some(previous) = blocks.pop_if(|previous| previous.mean < block.mean) {
            block = pool(&previous, &block);
        }
        blocks.push(block);
    }
    blocks.iter().flat_map(|block| std::iter::repeat_n(block.mean, block.length)).collect()
}

fn pool(a: &Block, b: &Block) -> Block {
    let weight = a.weight + b.weight;
    let mean = (a.weight * a.mean + b.weight * b.mean) / weight;
    Block { mean, weight, length: a.length + b.length }
}
