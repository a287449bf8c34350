//! Sums over many samples from few.

/// Most samples n₀ that are drawn in place of those of a stage.
pub const SAMPLES: u64 = 1 << 14;

/// A sum over n samples as a limit sees it: n₀ ≤ n of them are drawn, and each stands for about
/// `times` = ⌈n/cap⌉.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// n.
    pub n: u64,
    /// n₀ = ⌊n/times⌋.
    pub drawn: u64,
    /// ⌈n/cap⌉.
    pub times: u64,
}

impl Sum {
    /// That over `n` samples of which at most `cap` are drawn.
    #[must_use]
    pub fn of(n: u64, cap: u64) -> Self {
        let times = n.div_ceil(cap.max(1)).max(1);
        Self { n, drawn: n / times, times }
    }

    /// n/n₀.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.n as f64 / self.drawn as f64
    }

    /// n·mean + √(n/n₀)·(`drawn` − n₀·mean), from a sum over the n₀ samples and the mean of a
    /// summand: it has the mean and the variance of the sum over n.
    #[must_use]
    pub fn whole(&self, drawn: f64, mean: f64) -> f64 {
        self.n as f64 * mean + self.ratio().sqrt() * (drawn - self.drawn as f64 * mean)
    }
}
