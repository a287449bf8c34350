//! The rows of V by their sizes, as the law of the ranking sees them.

use statrs::distribution::{Beta, ContinuousCDF};

use crate::model::tail::upper_quantile;

/// Representative rows of a frame of more than one direction.
const FRAME_ROWS: usize = 512;

/// Ratio of neighbouring row norms below which they are one class.
const SAME: f64 = 1.01;

/// Rows of V that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// How many.
    pub count: f64,
    /// The entries, one a direction.
    pub entries: Vec<f64>,
}

impl Row {
    /// ‖V_j‖².
    #[must_use]
    pub fn square(&self) -> f64 {
        self.entries.iter().map(|v| v * v).sum()
    }
}

/// s rows of one direction with entries ±s^{−½}.
#[must_use]
pub fn equal_rows(s: usize) -> Vec<Row> {
    vec![Row { count: s as f64, entries: vec![(s as f64).sqrt().recip()] }]
}

/// s ≥ r rows of r directions that share none: ⌈s/r⌉ each of the first s mod r, ⌊s/r⌋ of the others.
#[must_use]
pub fn disjoint_rows(s: usize, r: usize) -> Vec<Row> {
    let class = |directions: usize, each: usize| {
        let entry = |axis| if axis == 0 { (each as f64).sqrt().recip() } else { 0.0 };
        Row { count: (directions * each) as f64, entries: (0..r).map(entry).collect() }
    };
    let (each, more) = (s / r, s % r);
    let mut rows = vec![class(more, each + 1), class(r - more, each)];
    rows.retain(|row| row.count > 0.0);
    rows
}

/// Rows of one direction from their norms, which are scaled to ‖V‖ = 1: soft sparsity.
///
/// Norms within 1 % of each other are one class of their root mean square.
#[must_use]
pub fn profile_rows(norms: &[f64]) -> Vec<Row> {
    let mut sorted: Vec<f64> = norms.iter().copied().filter(|v| *v > 0.0).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = sorted.iter().map(|v| v * v).sum();
    let mut rows = Vec::new();
    let mut from = 0;
    while from < sorted.len() {
        let class = sorted[from..].iter().take_while(|v| **v * SAME > sorted[from]);
        let (count, square) = class.fold((0, 0.0), |(n, sum), v| (n + 1, sum + v * v));
        let entry = (square / total / count as f64).sqrt();
        rows.push(Row { count: count as f64, entries: vec![entry] });
        from += count;
    }
    rows
}

/// s rows of an orthonormal frame of r directions in general position.
///
/// A row of such a frame has a uniform direction and ‖V_j‖² ~ Beta(r/2, (s − r)/2). It is
/// represented by 512 points of the additive recurrence with the ratios φ^{−i}, φ^{r+2} = φ + 1
/// (Roberts, *The unreasonable effectiveness of quasirandom sequences*, 2018), scaled so that
/// Σ_j ‖V_j‖² = r.
#[must_use]
pub fn frame_rows(s: usize, r: usize) -> Vec<Row> {
    let size = Beta::new(r as f64 / 2.0, (s as f64 - r as f64) / 2.0).ok().filter(|_| s > r);
    let ratio = ratio(r + 1);
    let row = |i: usize| {
        let at = |axis: i32| (0.5 + (i + 1) as f64 * ratio.powi(-axis - 1)).fract();
        let direction: Vec<f64> =
            (1..=r).map(|axis| upper_quantile(at(axis as i32).clamp(1e-12, 1.0 - 1e-12))).collect();
        let length: f64 = direction.iter().map(|g| g * g).sum();
        let square = size.as_ref().map_or(1.0, |law| law.inverse_cdf(at(0)));
        direction.into_iter().map(|g| g * (square / length).sqrt()).collect::<Vec<f64>>()
    };
    let count = s as f64 / FRAME_ROWS as f64;
    let mut rows: Vec<Row> = (0..FRAME_ROWS).map(|i| Row { count, entries: row(i) }).collect();
    let total: f64 = rows.iter().map(|row| row.count * row.square()).sum();
    let scale = (r as f64 / total).sqrt();
    rows.iter_mut().flat_map(|row| &mut row.entries).for_each(|v| *v *= scale);
    rows
}

/// The root φ > 1 of φ^{axes + 1} = φ + 1.
fn ratio(axes: usize) -> f64 {
    (0..60).fold(2.0, |x: f64, _| (1.0 + x).powf(1.0 / (axes as f64 + 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(rows: &[Row], of: impl Fn(&Row) -> f64) -> f64 {
        let count: f64 = rows.iter().map(|row| row.count).sum();
        rows.iter().map(|row| row.count * of(row)).sum::<f64>() / count
    }

    /// Moments of the Beta law, and of a uniform direction.
    #[test]
    fn frames_have_the_moments_of_haar_measure() {
        for (s, r) in [(8, 2), (16, 3), (24, 4), (100, 2)] {
            let (rows, size, a) = (frame_rows(s, r), s as f64, r as f64 / 2.0);
            assert!((mean(&rows, Row::square) - r as f64 / size).abs() < 1e-12);
            let fourth = a * (a + 1.0) / (size / 2.0 * (size / 2.0 + 1.0));
            let found = mean(&rows, |row| row.square().powi(2));
            assert!((found / fourth - 1.0).abs() < 0.03, "{s} {r}: {found} {fourth}");
            let entry = mean(&rows, |row| row.entries[0].powi(2));
            assert!((entry * size - 1.0).abs() < 0.05, "{s} {r}: {entry}");
            assert!(rows.iter().all(|row| row.square() <= 1.02));
        }
        assert!(frame_rows(3, 3).iter().all(|row| (row.square() - 1.0).abs() < 1e-12));
    }

    #[test]
    fn profiles_keep_their_mass_and_number() {
        let norms: Vec<f64> = (1..=5000).map(|j| f64::from(j).powf(-0.7)).collect();
        let rows = profile_rows(&norms);
        assert!(rows.len() < 700, "{}", rows.len());
        assert_eq!(rows.iter().map(|row| row.count).sum::<f64>(), 5000.0);
        let mass: f64 = rows.iter().map(|row| row.count * row.square()).sum();
        assert!((mass - 1.0).abs() < 1e-12);
        assert_eq!(equal_rows(4), profile_rows(&[0.5; 4]));
        assert_eq!(equal_rows(4), disjoint_rows(4, 1));
        assert!((disjoint_rows(12, 3)[0].square() - 0.25).abs() < 1e-15);
        // Four directions of two rows and four of one.
        let uneven = disjoint_rows(12, 8);
        let classes: Vec<(f64, f64)> = uneven.iter().map(|row| (row.count, row.square())).collect();
        assert_eq!(classes.iter().map(|class| class.0).collect::<Vec<_>>(), [8.0, 4.0]);
        assert!((classes[0].1 - 0.5).abs() + (classes[1].1 - 1.0).abs() < 1e-15);
    }
}
