//! The sample sizes: n_i = round(64 · 2^{i/2}).

use std::ops::RangeInclusive;

/// Smallest sample size of the lattice.
const FIRST: f64 = 64.0;

/// ln(n_{i+1} / n_i), but for rounding.
pub const STEP: f64 = 0.5 * std::f64::consts::LN_2;

/// The sample size n_i = round(64 · 2^{i/2}).
#[must_use]
pub fn size(index: u32) -> u64 {
    (FIRST * 2_f64.powf(0.5 * f64::from(index))).round() as u64
}

/// The index whose sample size is nearest to `n` on the logarithmic scale.
#[must_use]
pub fn nearest_index(n: f64) -> u32 {
    (2.0 * (n / FIRST).log2()).round().max(0.0) as u32
}

/// Indices whose sample sizes lie in [n_min, n_max]; empty if none does.
#[must_use]
pub fn indices(n_min: u64, n_max: u64) -> RangeInclusive<u32> {
    let mut low = nearest_index(n_min as f64);
    while size(low) < n_min {
        low += 1;
    }
    let mut high = nearest_index(n_max as f64);
    while high > 0 && size(high) > n_max {
        high -= 1;
    }
    low..=high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lattice_is_the_one_of_the_definition() {
        let sizes: Vec<u64> = (0..6).map(size).collect();
        assert_eq!(sizes, [64, 91, 128, 181, 256, 362]);
        for index in 0..60 {
            assert_eq!(nearest_index(size(index) as f64), index);
        }
    }

    #[test]
    fn a_range_holds_exactly_the_sizes_inside() {
        assert_eq!(indices(64, 1 << 24), 0..=36);
        assert_eq!(indices(65, 255), 1..=3);
        assert!(indices(300, 310).is_empty());
    }
}
