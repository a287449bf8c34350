//! How many coordinates each round of a ranking leaves.

/// M₁, …, M_T of the T rounds of a ranking on the way from `d` to `m` coordinates, falling by equal
/// factors (Karnin, Koren and Somekh, ICML 2013, have the factor ½):
///
/// ```text
/// M_k = d (m/d)^{k/T},   k = 1, …, T
/// ```
///
/// The last is `m` to the bit.
pub fn round_counts(d: f64, m: f64, rounds: u32) -> impl Iterator<Item = f64> {
    let share = m / d;
    let count = move |k| d * share.powf(f64::from(k) / f64::from(rounds));
    (1..=rounds).map(move |k| if k == rounds { m } else { count(k) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_fall_by_equal_factors_to_the_last() {
        let counts: Vec<f64> = round_counts(1024.0, 32.0, 5).collect();
        for (count, halved) in counts.iter().zip([512.0, 256.0, 128.0, 64.0, 32.0]) {
            assert!((count - halved).abs() < 1e-9, "{counts:?}");
        }
        assert_eq!(counts[4], 32.0);
        assert_eq!(round_counts(7.0, 3.0, 1).collect::<Vec<_>>(), [3.0]);
        assert_eq!(round_counts(9.0, 9.0, 3).collect::<Vec<_>>(), [9.0; 3]);
    }
}
