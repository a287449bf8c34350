//! How well scores order the coordinates.

use crate::model::direction::Directions;

/// Agreement of scores t_j with the row norms ‖V_j‖₂, j = 1..d.
///
/// `None` where it has no value: a correlation with a constant, or an AUC without irrelevant
/// coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranking {
    /// Pearson's correlation of t and ‖V_j‖₂, in [−1, 1].
    pub pearson: Option<f64>,
    /// Spearman's: Pearson's of the ranks, ties sharing their mean rank.
    pub spearman: Option<f64>,
    /// Area under the receiver operating characteristic: P(t_i > t_j) + ½ P(t_i = t_j) for a
    /// relevant coordinate i and an irrelevant j, in [0, 1] (Hanley and McNeil 1982).
    pub auc: Option<f64>,
}

impl Ranking {
    /// That of `scores`, one a coordinate.
    #[must_use]
    pub fn of(scores: &[f64], directions: &Directions) -> Self {
        let mut norms = vec![0.0; scores.len()];
        for (&j, row) in directions.support().iter().zip(directions.rows()) {
            norms[j as usize] = row.iter().map(|v| v * v).sum::<f64>().sqrt();
        }
        let ranks = ranks(scores);
        let relevant = directions.relevant();
        let (s, rest) = (relevant.len() as f64, (scores.len() - relevant.len()) as f64);
        // The statistic of Mann and Whitney: pairs in which the relevant one is ahead.
        let sum: f64 = relevant.iter().map(|&j| ranks[j as usize]).sum();
        Self {
            pearson: correlation(scores, &norms),
            spearman: correlation(&ranks, &self::ranks(&norms)),
            auc: (rest > 0.0).then(|| (sum - s * (s + 1.0) / 2.0) / (s * rest)),
        }
    }
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        for &at in tied {
            ranks[at] = below as f64 + f64::midpoint(1.0, tied.len() as f64);
        }
        below += tied.len();
    }
    ranks
}

fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    // The mean of equal numbers need not be that number: what is left over would be correlated.
    if is_constant(a) || is_constant(b) {
        return None;
    }
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    Some(ab / (aa * bb).sqrt()).filter(|c| !c.is_nan())
}

/// Whether all `values` are one.
pub(super) fn is_constant(values: &[f64]) -> bool {
    values.iter().all(|value| *value == values[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directions(rows: &[(u32, f64)], d: usize) -> Directions {
        let (support, frame) = rows.iter().copied().unzip();
        Directions::from_rows(d, rows.len(), support, frame).expect("directions")
    }

    /// scipy.stats.pearsonr and spearmanr, sklearn.metrics.roc_auc_score of
    /// t = (0.3, 2.0, 0.3, 1.1, 0.7, 2.5), ‖V_j‖ = (0, 0.6, 0, 0, 0.8, 0).
    #[test]
    fn agreement_is_that_of_scipy() {
        let v = directions(&[(1, 0.6), (4, 0.8)], 6);
        let ranking = Ranking::of(&[0.3, 2.0, 0.3, 1.1, 0.7, 2.5], &v);
        let expected = [0.089_250_409_846_260_51, 0.137_198_868_114_007_06, 0.625];
        let found = [ranking.pearson, ranking.spearman, ranking.auc];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found.unwrap() - expected).abs() < 1e-12, "{ranking:?}");
        }
    }

    #[test]
    fn the_auc_counts_pairs() {
        let scores: Vec<f64> = (0..40).map(|j| f64::from((j * 7919) % 13)).collect();
        let relevant = [3_u32, 8, 21, 22, 39];
        let rows: Vec<_> = relevant.iter().map(|&j| (j, 0.2_f64.sqrt())).collect();
        let ranking = Ranking::of(&scores, &directions(&rows, 40));
        let others = (0..40_u32).filter(|j| !relevant.contains(j));
        let ahead = |i: u32, j: u32| match scores[i as usize].total_cmp(&scores[j as usize]) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
        let pairs = others.flat_map(|j| relevant.map(|i| ahead(i, j)));
        let direct = pairs.sum::<f64>() / (5.0 * 35.0);
        assert!((ranking.auc.unwrap() - direct).abs() < 1e-12);
    }

    #[test]
    fn perfect_and_impossible_rankings() {
        let v = directions(&[(0, 0.5_f64.sqrt()), (2, 0.5_f64.sqrt())], 4);
        let perfect = Ranking::of(&[9.0, 1.0, 9.0, 1.0], &v);
        assert_eq!([perfect.auc, perfect.spearman], [Some(1.0); 2]);
        assert!((perfect.pearson.unwrap() - 1.0).abs() < 1e-12);
        for d in [2, 9, 96] {
            let norm = (d as f64).sqrt().recip();
            let all = directions(&(0..d).map(|j| (j, norm)).collect::<Vec<_>>(), d as usize);
            let scores: Vec<f64> = (0..d).map(|j| f64::from(j * 7 % 5)).collect();
            let none = Ranking::of(&scores, &all);
            assert_eq!([none.auc, none.pearson, none.spearman], [None; 3], "{d}");
        }
    }
}
