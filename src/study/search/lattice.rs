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
    // Sizes grow by 41 %, so the nearest index is off by one at most.
    let low = nearest_index(n_min as f64);
    let low = low + u32::from(size(low) < n_min);
    let above = nearest_index(n_max as f64);
    let above = above + u32::from(size(above) <= n_max);
    match above.checked_sub(1) {
        Some(high) => low..=high,
        #[expect(clippy::reversed_empty_ranges, reason = "no size is that small")]
        None => 1..=0,
    }
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
        assert!(indices(1, 63).is_empty() && indices(63, 64) == (0..=0));
        for (n_min, n_max) in [(1, 1 << 40), (182, 182), (90, 5793), (91, 5792), (92, 5791)] {
            let inside = (0..70).filter(|&i| (n_min..=n_max).contains(&size(i)));
            assert!(indices(n_min, n_max).eq(inside), "{n_min} to {n_max}");
        }
    }
}
