//! Relevant directions V ∈ R^{d×r}, VᵀV = `I_r`, and their row sparsity.
//!
//! Row sparsity is ‖V‖_{2,q}^q = Σ_j ‖V_j‖₂^q, rows `V_j`; q = 0 counts the non-zero rows.
//! A sparsity exponent α means ‖V‖_{2,q}^q ≍ d^{α(1−q/2)} (Vural & Erdogdu 2024).

use faer::Mat;
use rand::seq::{SliceRandom, index};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use crate::error::{Error, Result};

/// Names that coordinates have at most. V is drawn on that many if d is larger: all that is asked
/// of a coordinate is whether it is one of V's.
pub const NAMES: usize = u32::MAX as usize - 1;

/// The law that V is drawn from, anew in every trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DirectionLaw {
    /// s = max(r, round(d^α)) rows at random. r = 1: entries ±1/√s; r > 1: an orthonormal
    /// frame by QR of a Gaussian matrix on those rows.
    Hard {
        /// Sparsity exponent α ∈ [0, 1].
        alpha: f64,
    },
    /// s = max(r, round(d^α)) rows at random, each of them one direction's alone: s/r rows each,
    /// rounded up for the first ones, with entries ± one number.
    Disjoint {
        /// Sparsity exponent α ∈ [0, 1].
        alpha: f64,
    },
    /// s = max(r, round(d^α)) rows at random with entries of unequal size: an s × r matrix of
    /// independent N(0, 1) with its columns orthonormalised, the Gaussian spike on a random support of
    /// sparse principal components. r = 1: v_j = g_j/‖g‖, so that v_j² ~ Beta(½, (s − 1)/2) of mean
    /// 1/s and, for large s, variance 2/s². r > 1: the law of [`DirectionLaw::Hard`], whose rows are
    /// unequal as well.
    Uneven {
        /// Sparsity exponent α ∈ [0, 1].
        alpha: f64,
    },
    /// Row norms decay like min(1, (j/s₀)^{−1/q}), s₀ solved for ‖V‖_{2,q}^q = d^{α(1−q/2)},
    /// rows permuted at random. For r > 1 the profile holds before orthonormalisation.
    Soft {
        /// Sparsity exponent α ∈ [0, 1].
        alpha: f64,
        /// Norm exponent q ∈ (0, 2).
        q: f64,
    },
    /// A rotation of the sphere: α = 1.
    Dense,
}

impl DirectionLaw {
    /// Sparsity exponent α.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        match *self {
            Self::Hard { alpha }
            | Self::Disjoint { alpha }
            | Self::Uneven { alpha }
            | Self::Soft { alpha, .. } => alpha,
            Self::Dense => 1.0,
        }
    }

    /// Whether s rows carry V, and no other does.
    #[must_use]
    pub fn is_hard(&self) -> bool {
        match self {
            Self::Hard { .. } | Self::Disjoint { .. } | Self::Uneven { .. } => true,
            Self::Soft { .. } | Self::Dense => false,
        }
    }

    /// Norm exponent q.
    #[must_use]
    pub fn q(&self) -> f64 {
        match *self {
            Self::Soft { q, .. } => q,
            Self::Hard { .. } | Self::Disjoint { .. } | Self::Uneven { .. } | Self::Dense => 0.0,
        }
    }

    /// s = max(r, round(d^α)), at most d: the rows that carry V.
    #[must_use]
    pub fn sparsity(&self, d: usize, r: usize) -> usize {
        ((d as f64).powf(self.alpha()).round() as usize).max(r).min(d)
    }

    /// Whether V exists for this d and r.
    ///
    /// # Errors
    /// When r > d, or when a soft profile cannot be as concentrated as α asks.
    pub fn check(&self, d: usize, r: usize) -> Result<()> {
        if r > d {
            return Err(Error::usage(format!(
                "r = {r} directions do not fit into d = {d} dimensions"
            ))
            .hint("V has orthonormal columns: choose r ≤ d"));
        }
        if let Self::Soft { alpha, q } = *self {
            soft_profile(d, alpha, q)?;
        }
        Ok(())
    }

    /// Draws V for dimension `d` with `r` columns.
    ///
    /// # Errors
    /// Those of [`DirectionLaw::check`].
    pub fn draw(&self, d: usize, r: usize, rng: &mut impl Rng) -> Result<Directions> {
        self.check(d, r)?;
        let s = self.sparsity(d, r);
        let (support, profile): (Vec<usize>, Vec<f64>) = match *self {
            Self::Hard { .. } | Self::Disjoint { .. } | Self::Uneven { .. } => {
                let mut rows = index::sample(rng, d.min(NAMES), s).into_vec();
                rows.sort_unstable();
                (rows, vec![1.0; s])
            }
            Self::Soft { alpha, q } => {
                let mut profile = soft_profile(d, alpha, q)?;
                profile.shuffle(rng);
                ((0..d).collect(), profile)
            }
            Self::Dense => ((0..d).collect(), vec![1.0; d]),
        };
        let frame = if matches!(self, Self::Disjoint { .. }) {
            separate(s, r, rng)
        } else {
            let signs_only = r == 1 && !matches!(self, Self::Dense | Self::Uneven { .. });
            orthonormal(&profile, r, signs_only, rng)
        };
        Ok(Directions { d, r, s, support: support.iter().map(|&j| j as u32).collect(), frame })
    }
}

/// Orthonormal columns: QR of diag(profile) times random signs or Gaussians, row-major.
fn orthonormal(profile: &[f64], r: usize, signs_only: bool, rng: &mut impl Rng) -> Vec<f64> {
    let gaussian = Mat::from_fn(profile.len(), r, |i, _| {
        let g: f64 = StandardNormal.sample(rng);
        profile[i] * if signs_only { g.signum() } else { g }
    });
    if r == 1 {
        let norm = gaussian.norm_l2();
        return gaussian.col(0).iter().map(|v| v / norm).collect();
    }
    let q = gaussian.qr().compute_thin_Q();
    let mut frame = Vec::with_capacity(profile.len() * r);
    for i in 0..profile.len() {
        frame.extend(q.row(i).iter());
    }
    frame
}

/// s rows dealt at random to r columns, as evenly as can be; a column of m rows has entries
/// ±m^{−½}. Row-major.
fn separate(s: usize, r: usize, rng: &mut impl Rng) -> Vec<f64> {
    let mut columns: Vec<usize> = (0..s).map(|i| i % r).collect();
    columns.shuffle(rng);
    let mut frame = vec![0.0; s * r];
    for (row, column) in frame.chunks_exact_mut(r).zip(columns) {
        let rows = (s - column).div_ceil(r) as f64;
        row[column] = if rng.random() { rows.sqrt().recip() } else { -rows.sqrt().recip() };
    }
    frame
}

/// Row norms min(1, (j/s₀)^{−1/q}), j = 1..d, not yet normalised.
fn soft_profile(d: usize, alpha: f64, q: f64) -> Result<Vec<f64>> {
    let target = (d as f64).powf(alpha * (1.0 - q / 2.0));
    let profile = |s0: f64| -> Vec<f64> {
        (1..=d).map(|j| (j as f64 / s0).powf(-1.0 / q).min(1.0)).collect()
    };
    // ‖V‖_{2,q}^q of the profile scaled to ‖V‖₂ = 1; it grows with s₀.
    let sparsity = |s0: f64| {
        let p = profile(s0);
        let square: f64 = p.iter().map(|v| v * v).sum();
        p.iter().map(|v| v.powf(q)).sum::<f64>() / square.powf(q / 2.0)
    };
    let (mut low, mut high) = (1.0, d as f64);
    if sparsity(low) > target * (1.0 + 1e-12) {
        return Err(Error::usage(format!(
            "a soft profile with q = {q} cannot be as sparse as α = {alpha} at d = {d}"
        ))
        .hint(format!(
            "its smallest ‖V‖_{{2,q}}^q is {:.3}, α asks for {target:.3}: raise α or d, or lower q",
            sparsity(low)
        )));
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if sparsity(middle) < target { low = middle } else { high = middle }
    }
    Ok(profile(0.5 * (low + high)))
}

/// One draw of V, by its non-zero rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Directions {
    d: usize,
    r: usize,
    s: usize,
    support: Vec<u32>,
    frame: Vec<f64>,
}

impl Directions {
    /// Directions from the rows `frame` (row-major, r entries each) at the increasing
    /// coordinates `support` of d dimensions; `s` is the sparsity they stand for.
    ///
    /// # Errors
    /// When a row is missing or out of range, or the columns are not orthonormal to 10⁻⁶.
    pub fn from_rows(d: usize, s: usize, support: Vec<u32>, frame: Vec<f64>) -> Result<Self> {
        let r = frame.len().checked_div(support.len()).unwrap_or(0);
        let fits = r > 0
            && frame.len() == r * support.len()
            && support.is_sorted_by(|a, b| a < b)
            && support.last().is_some_and(|&j| (j as usize) < d);
        let product = |a: usize, b: usize| frame.chunks(r).map(|v| v[a] * v[b]).sum::<f64>();
        let orthonormal =
            || (0..r).all(|a| (0..=a).all(|b| (product(a, b) - f64::from(a == b)).abs() < 1e-6));
        if fits && orthonormal() {
            Ok(Self { d, r, s, support, frame })
        } else {
            Err(Error::runtime("these rows are not those of orthonormal directions"))
        }
    }

    /// Input dimension d.
    #[must_use]
    pub fn d(&self) -> usize {
        self.d
    }

    /// Number of directions r.
    #[must_use]
    pub fn r(&self) -> usize {
        self.r
    }

    /// The sparsity s = max(r, round(d^α)) that V was drawn with.
    #[must_use]
    pub fn s(&self) -> usize {
        self.s
    }

    /// Indices of the rows that may be non-zero, increasing.
    #[must_use]
    pub fn support(&self) -> &[u32] {
        &self.support
    }

    /// Those rows, r entries each, in the order of [`Directions::support`].
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.frame.chunks_exact(self.r)
    }

    /// ‖V‖_{2,q}^q; q = 0 counts the non-zero rows.
    #[must_use]
    pub fn row_sparsity(&self, q: f64) -> f64 {
        self.row_norms()
            .filter(|&norm| norm > 0.0)
            .map(|norm| if q == 0.0 { 1.0 } else { norm.powf(q) })
            .sum()
    }

    /// Their norms ‖V_j‖₂.
    pub fn row_norms(&self) -> impl Iterator<Item = f64> + '_ {
        self.rows().map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt())
    }

    /// The s rows of largest norm, increasing: what pruning should find.
    #[must_use]
    pub fn relevant(&self) -> Vec<u32> {
        let mut rows: Vec<(f64, u32)> =
            self.row_norms().zip(self.support.iter().copied()).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut relevant: Vec<u32> = rows.iter().take(self.s).map(|&(_, j)| j).collect();
        relevant.sort_unstable();
        relevant
    }

    /// The rows of V at `coordinates` (increasing), row-major with r columns.
    #[must_use]
    pub fn rows_at(&self, coordinates: &[u32]) -> Vec<f64> {
        let mut out = vec![0.0; coordinates.len() * self.r];
        for (&j, row) in coordinates.iter().zip(out.chunks_exact_mut(self.r)) {
            if let Ok(at) = self.support.binary_search(&j) {
                row.copy_from_slice(&self.frame[at * self.r..(at + 1) * self.r]);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;
    use statrs::distribution::{Beta, ContinuousCDF};

    use super::*;

    fn rng(seed: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(seed)
    }

    fn gram(v: &Directions) -> Vec<f64> {
        let mut gram = vec![0.0; v.r() * v.r()];
        for row in v.rows() {
            for a in 0..v.r() {
                for b in 0..v.r() {
                    gram[a * v.r() + b] += row[a] * row[b];
                }
            }
        }
        gram
    }

    #[test]
    fn columns_are_orthonormal_under_every_law() {
        let laws = [
            DirectionLaw::Hard { alpha: 0.5 },
            DirectionLaw::Disjoint { alpha: 0.5 },
            DirectionLaw::Uneven { alpha: 0.5 },
            DirectionLaw::Soft { alpha: 0.6, q: 1.0 },
            DirectionLaw::Dense,
        ];
        for law in laws {
            for r in 1..=4 {
                let v = law.draw(200, r, &mut rng(r as u64)).unwrap();
                for (i, g) in gram(&v).iter().enumerate() {
                    let exact = f64::from(i % (r + 1) == 0);
                    assert!((g - exact).abs() < 1e-12, "{law:?}, r = {r}");
                }
            }
        }
    }

    #[test]
    fn ten_unit_rows_count_ten() {
        let law = DirectionLaw::Hard { alpha: 1.0 };
        let v = law.draw(10, 10, &mut rng(1)).unwrap();
        let norms: Vec<f64> = v.row_norms().collect();
        assert!(norms.iter().all(|n| (n - 1.0).abs() < 1e-12));
        assert_eq!(v.row_sparsity(0.0), 10.0);
    }

    #[test]
    fn hard_single_index_has_equal_entries_on_s_rows() {
        let v = DirectionLaw::Hard { alpha: 0.5 }.draw(256, 1, &mut rng(5)).unwrap();
        assert_eq!(v.support().len(), 16);
        assert!(v.rows().all(|row| (row[0].abs() - 0.25).abs() < 1e-15));
        assert_eq!(v.row_sparsity(0.0), 16.0);
        assert_eq!(v.relevant(), v.support());
    }

    #[test]
    fn disjoint_rows_belong_to_one_direction_each() {
        let v = DirectionLaw::Disjoint { alpha: 0.5 }.draw(289, 3, &mut rng(6)).unwrap();
        assert_eq!((v.s(), v.support().len()), (17, 17));
        let mut rows = [0; 3];
        for row in v.rows() {
            let own: Vec<usize> = (0..3).filter(|&a| row[a] != 0.0).collect();
            assert_eq!(own.len(), 1, "{row:?}");
            rows[own[0]] += 1;
        }
        assert_eq!(rows, [6, 6, 5]);
        let signs = v.rows().flatten().filter(|v| **v > 0.0).count();
        assert!((1..17).contains(&signs), "{signs}");
        assert_eq!(v.relevant(), v.support());
    }

    /// E v⁴ = 3/(s(s + 2)) and the distribution function of v² ~ Beta(½, (s − 1)/2), on s rows.
    #[test]
    fn uneven_entries_are_those_of_a_gaussian_direction_on_the_support() {
        let (s, draws) = (16, 4000);
        let law = DirectionLaw::Uneven { alpha: 0.5 };
        let mut squares = Vec::new();
        let (mut positive, mut fourth) = (0, 0.0);
        for key in 0..draws {
            let v = law.draw(256, 1, &mut rng(key)).unwrap();
            assert_eq!((v.s(), v.support().len()), (s, s));
            assert_eq!(v.relevant(), v.support());
            for row in v.rows() {
                squares.push(row[0] * row[0]);
                positive += i32::from(row[0] > 0.0);
                fourth += row[0].powi(4);
            }
        }
        let count = squares.len() as f64;
        // E v⁸ = 105/(s(s + 2)(s + 4)(s + 6)): the mean of 64 000 has the error 1.1·10⁻⁴.
        let exact = 3.0 / (16.0 * 18.0);
        assert!((fourth / count - exact).abs() < 5e-4, "{}", fourth / count);
        assert!((f64::from(positive) / count - 0.5).abs() < 4.5 * 0.5 / count.sqrt());
        let beta = Beta::new(0.5, 7.5).unwrap();
        squares.sort_by(f64::total_cmp);
        let distance =
            squares.iter().zip(1..).map(|(x, i)| (f64::from(i) / count - beta.cdf(*x)).abs());
        // Entries of one draw repel each other a little: the level is 10⁻⁴ or less.
        let largest = distance.fold(0.0, f64::max) * count.sqrt();
        assert!(largest < 2.3, "{largest}");
    }

    /// The Q of s × r Gaussians, row for row.
    #[test]
    fn uneven_frames_are_those_of_the_hard_law() {
        for r in [2, 3] {
            let draw = |law: DirectionLaw| law.draw(256, r, &mut rng(9)).unwrap();
            let uneven = draw(DirectionLaw::Uneven { alpha: 0.5 });
            assert_eq!(uneven, draw(DirectionLaw::Hard { alpha: 0.5 }));
        }
    }

    #[test]
    fn soft_rows_meet_the_sparsity_that_alpha_asks_for() {
        for q in [0.5, 1.0, 1.5] {
            let (d, alpha) = (2000, 0.7);
            let v = DirectionLaw::Soft { alpha, q }.draw(d, 1, &mut rng(2)).unwrap();
            let expected = (d as f64).powf(alpha * (1.0 - q / 2.0));
            assert!((v.row_sparsity(q) / expected - 1.0).abs() < 1e-9, "q = {q}");
        }
    }

    #[test]
    fn support_and_signs_vary_with_the_key_and_cover_the_coordinates() {
        let law = DirectionLaw::Hard { alpha: 0.5 };
        let mut hits = vec![0; 64];
        let mut positive = 0;
        for key in 0..800 {
            let v = law.draw(64, 1, &mut rng(key)).unwrap();
            for (&j, row) in v.support().iter().zip(v.rows()) {
                hits[j as usize] += 1;
                positive += i32::from(row[0] > 0.0);
            }
        }
        // 800 draws of 8 of 64: 100 ± 9.4 each; 6400 signs: 3200 ± 40.
        assert!(hits.iter().all(|h| (55..=145).contains(h)), "{hits:?}");
        assert!((positive - 3200).abs() < 180, "{positive}");
    }

    #[test]
    fn impossible_directions_are_refused() {
        let error = DirectionLaw::Hard { alpha: 0.5 }.draw(4, 5, &mut rng(0)).unwrap_err();
        assert_eq!(error.to_string(), "r = 5 directions do not fit into d = 4 dimensions");
        assert!(DirectionLaw::Soft { alpha: 0.0, q: 1.0 }.check(1000, 1).is_err());
    }
}
