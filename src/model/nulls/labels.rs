//! What one pass over the labels leaves: power sums, and the few largest labels themselves.

use super::term::ORDER;

/// Share of the radius of convergence that a label inside the power sums may reach at one
/// standard deviation's tilt; 8 standard deviations then stay within half of the radius.
const REACH: f64 = 0.06;

/// Ratio of labels that count as one in [`LabelSums::repeated`].
const ALIKE: f64 = 1.05;

/// Labels summed side by side.
const LANES: usize = 32;

/// Sums over the centred labels ỹ of a stage, from which every channel's law follows:
///
/// ```text
/// P_k = Σ (ỹ/L)^k  over  |ỹ| ≤ L,   k = 0..32,     and each ỹ beyond L itself
/// ```
///
/// With them Σ_i κ(ỹ_i z) = Σ_k κ_k/k! z^k Σ_i ỹ_i^k + Σ_{large} κ(ỹ_i z): the sum over many
/// labels is a power series, so that an evaluation costs the same for any number of them, and the
/// few that could leave its radius of convergence are taken as they are. The sums can be merged,
/// so that blocks of labels may be read in any grouping.
#[derive(Clone, Debug)]
pub struct LabelSums {
    bound: f64,
    powers: [f64; ORDER + 1],
    /// The others, and how often each counts.
    large: Vec<(f64, f64)>,
}

impl LabelSums {
    /// Empty sums with the bound L.
    #[must_use]
    pub fn new(bound: f64) -> Self {
        Self { bound, powers: [0.0; ORDER + 1], large: Vec::new() }
    }

    /// The sums of `labels`, already centred, for laws of the smallest `radius`.
    #[must_use]
    pub fn of(labels: &[f32], radius: f64) -> Self {
        let mut sums = Self::new(Self::bound(labels, labels.len() as f64, radius));
        sums.add(labels);
        sums
    }

    /// The bound L for n labels that `sample` stands for, centred: the largest for which no label
    /// within reaches more than `REACH` of `radius` when tilted by one standard deviation,
    ///
    /// ```text
    /// L = REACH · radius · √(n · mean of ỹ² over |ỹ| ≤ L)
    /// ```
    ///
    /// so that the series holds however much of Σ ỹ² a few labels carry. At most
    /// ln(‖ỹ‖²/rest)/(REACH radius)² labels lie beyond it; 0 if all do, as few labels will.
    #[must_use]
    pub fn bound(sample: &[f32], n: f64, radius: f64) -> f64 {
        let scale = n / sample.len().max(1) as f64;
        let mut bound = f64::INFINITY;
        loop {
            let squares = sample.iter().map(|&y| f64::from(y)).filter(|y| y.abs() <= bound);
            // A sum over nothing is −0.
            let rest = 0.0 + scale * squares.map(|y| y * y).sum::<f64>();
            let next = REACH * radius * rest.sqrt();
            if next >= bound || next == 0.0 {
                return bound.min(next);
            }
            bound = next;
        }
    }

    /// How many equal labels all lie beyond the bound, 1/(REACH radius)²: about as many may.
    #[must_use]
    pub fn few(radius: f64) -> f64 {
        (REACH * radius).powi(-2)
    }

    /// Adds labels.
    pub fn add(&mut self, labels: &[f32]) {
        let mut chunk = [0.0; LANES];
        for labels in labels.chunks(LANES) {
            chunk.fill(0.0);
            for (t, &y) in chunk.iter_mut().zip(labels) {
                let y = f64::from(y);
                if y.abs() <= self.bound && self.bound > 0.0 {
                    *t = y / self.bound;
                    self.powers[0] += 1.0;
                } else {
                    self.large.push((y, 1.0));
                }
            }
            add_powers(&chunk, &mut self.powers);
        }
    }

    /// The sums of the same labels less `mean`, which is small against the bound.
    ///
    /// Σ (t + δ)^k = Σ_j C(k, j) δ^{k−j} Σ t^j, δ small against 1.
    #[must_use]
    pub fn less(mut self, mean: f64) -> Self {
        let delta = if self.bound > 0.0 { -mean / self.bound } else { 0.0 };
        // Pascal's rule, by Horner's scheme on the operator: each round raises one order.
        for order in 0..ORDER {
            for k in (order + 1..=ORDER).rev() {
                self.powers[k] += delta * self.powers[k - 1];
            }
        }
        self.large.iter_mut().for_each(|(y, _)| *y -= mean);
        self
    }

    /// The sums of the same labels, each `times` times; of the large ones, those within a share of
    /// `ALIKE` of each other count as their root mean square.
    #[must_use]
    pub fn repeated(mut self, times: u64) -> Self {
        self.powers.iter_mut().for_each(|power| *power *= times as f64);
        self.large.sort_by(|a, b| a.0.total_cmp(&b.0));
        let alike = |a: &(f64, f64), b: &(f64, f64)| {
            a.0.signum() == b.0.signum()
                && a.0.abs().max(b.0.abs()) <= ALIKE * a.0.abs().min(b.0.abs())
        };
        let mut groups: Vec<&[(f64, f64)]> = Vec::new();
        let mut rest = self.large.as_slice();
        while let Some(first) = rest.first() {
            let (group, others) =
                rest.split_at(rest.iter().take_while(|y| alike(first, y)).count());
            groups.push(group);
            rest = others;
        }
        let together = |group: &[(f64, f64)]| {
            let count: f64 = group.iter().map(|(_, count)| count).sum();
            let square: f64 = group.iter().map(|(y, count)| y * y * count).sum();
            ((square / count).sqrt().copysign(group[0].0), count * times as f64)
        };
        self.large = groups.into_iter().map(together).collect();
        self
    }

    /// Takes over the sums of other labels, with the same bound.
    pub fn merge(&mut self, other: &Self) {
        debug_assert!(self.bound == other.bound);
        self.powers.iter_mut().zip(other.powers).for_each(|(a, b)| *a += b);
        self.large.extend(&other.large);
    }

    /// Number of labels.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.powers[0] + self.large.iter().map(|(_, count)| count).sum::<f64>()
    }

    /// √Σ ỹ².
    #[must_use]
    pub fn norm(&self) -> f64 {
        let large: f64 = self.large.iter().map(|(y, count)| y * y * count).sum();
        (self.powers[2] * self.bound * self.bound + large).sqrt()
    }

    /// L/‖ỹ‖.
    pub(super) fn reach(&self) -> f64 {
        self.bound / self.norm()
    }

    /// Σ_i ỹ_i^k/‖ỹ‖^k over the labels within the bound, k = 0..32, and the others over ‖ỹ‖.
    pub(super) fn scaled(&self) -> ([f64; ORDER + 1], Vec<(f64, f64)>) {
        let norm = self.norm();
        let ratio = self.reach();
        let powers = std::array::from_fn(|k| self.powers[k] * ratio.powi(k as i32));
        (powers, self.large.iter().map(|(y, count)| (y / norm, *count)).collect())
    }
}

/// Adds Σ t^k to `powers[k]`, k ≥ 1.
fn add_powers(t: &[f64; LANES], powers: &mut [f64; ORDER + 1]) {
    let mut power = *t;
    for sum in &mut powers[1..] {
        *sum += power.iter().sum::<f64>();
        for (power, t) in power.iter_mut().zip(t) {
            *power *= t;
        }
    }
}
