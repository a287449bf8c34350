//! The law of the Gaussian stream over 2³⁰ draws: moments, distribution, tails, correlations.
//!
//! `cargo bench --bench gaussian_law` prints each statistic with its z-score against the exact
//! standard normal value, and fails when one is beyond 5. A number behind `--` is the number of
//! draws.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::ExitCode;

use secateur::sample::{BLOCK, Key, gaussian};

const DRAWS: u64 = 1 << 30;

/// Edges that the distribution function is compared at, on [−8, 8].
const BINS: usize = 1 << 20;

/// Two strips whose entries should be independent: name, and position and key of the second
/// for those of the first.
type Neighbour = (&'static str, fn(Key, u64) -> (Key, u64));

const NEIGHBOURS: [Neighbour; 4] = [
    ("next coordinate", |key, at| (key, at + 1)),
    ("next block", |key, at| (key, at + (1 << 32))),
    ("next stage", |key, at| (key.child(1), at)),
    ("key with one bit flipped", |key, at| (Key::from_bits(key.bits() ^ 1), at)),
];

/// Distances inside a strip: neighbours, branches of one pair, the same lane one round later.
const LAGS: [usize; 3] = [1, gaussian::LANES, gaussian::ROUND];

#[derive(Default)]
struct Statistics {
    draws: f64,
    powers: [f64; 8],
    beyond: [f64; 3],
    lagged: [[f64; 2]; LAGS.len()],
    lagged_pairs: [f64; LAGS.len()],
    crossed: [[f64; 2]; NEIGHBOURS.len()],
    counts: Vec<u64>,
}

fn main() -> ExitCode {
    let draws = std::env::args().filter_map(|a| a.parse().ok()).next_back().unwrap_or(DRAWS);
    let mut statistics = Statistics { counts: vec![0; BINS], ..Statistics::default() };
    let key = Key::root(20_261_122);
    let (mut strip, mut other) = ([0.0_f32; BLOCK], [0.0_f32; BLOCK]);
    for index in 0..draws.div_ceil(BLOCK as u64) {
        let at = ((index >> 10) << 32) | (index & 1023);
        gaussian::fill(key, at, &mut strip);
        statistics.add_strip(&strip);
        let which = index as usize % NEIGHBOURS.len();
        let (key, at) = NEIGHBOURS[which].1(key, at);
        gaussian::fill(key, at, &mut other);
        add_products(&mut statistics.crossed[which], &strip, &other);
    }
    statistics.report()
}

/// Adds Σ x y and Σ (x² − 1)(y² − 1).
fn add_products(sums: &mut [f64; 2], x: &[f32], y: &[f32]) {
    for (&x, &y) in x.iter().zip(y) {
        let (x, y) = (f64::from(x), f64::from(y));
        sums[0] += x * y;
        sums[1] += (x * x - 1.0) * (y * y - 1.0);
    }
}

impl Statistics {
    fn add_strip(&mut self, strip: &[f32]) {
        self.draws += strip.len() as f64;
        for &value in strip {
            let x = f64::from(value);
            let mut power = 1.0;
            for sum in &mut self.powers {
                power *= x;
                *sum += power;
            }
            for (beyond, sigma) in self.beyond.iter_mut().zip([4.0, 5.0, 6.0]) {
                *beyond += f64::from(x.abs() > sigma);
            }
            self.counts[((x + 8.0) / 16.0 * BINS as f64) as usize] += 1;
        }
        for (i, lag) in LAGS.into_iter().enumerate() {
            add_products(&mut self.lagged[i], strip, &strip[lag..]);
            self.lagged_pairs[i] += (strip.len() - lag) as f64;
        }
    }

    fn report(&self) -> ExitCode {
        println!("{} draws\n{:<36} {:>14} {:>14} {:>7}", self.draws, "", "found", "exact", "z");
        let mut worst: f64 = 0.0;
        let mut line = |name: &str, found: f64, exact: f64, deviation: f64| {
            let z = (found - exact) / deviation;
            worst = worst.max(z.abs());
            println!("{name:<36} {found:>14.7} {exact:>14.7} {z:>7.2}");
        };
        let n = self.draws;
        for (i, sum) in self.powers.iter().enumerate() {
            let k = i as i32 + 1;
            let exact = if k % 2 == 0 { double_factorial(k - 1) } else { 0.0 };
            let deviation = (double_factorial(2 * k - 1) - exact * exact).sqrt();
            line(&format!("E x^{k}"), sum / n, exact, deviation / n.sqrt());
        }
        for (sigma, count) in [4.0_f64, 5.0, 6.0].into_iter().zip(self.beyond) {
            let exact = n * libm::erfc(sigma / std::f64::consts::SQRT_2);
            line(&format!("draws beyond {sigma} sigma"), count, exact, exact.sqrt());
        }
        for (i, lag) in LAGS.into_iter().enumerate() {
            let pairs = self.lagged_pairs[i];
            let [xy, squares] = self.lagged[i].map(|sum| sum / pairs);
            line(&format!("E xy, {lag} apart"), xy, 0.0, 1.0 / pairs.sqrt());
            line(&format!("E (x²−1)(y²−1), {lag} apart"), squares, 0.0, 2.0 / pairs.sqrt());
        }
        for ((name, _), sums) in NEIGHBOURS.iter().zip(self.crossed) {
            let pairs = n / NEIGHBOURS.len() as f64;
            let [xy, squares] = sums.map(|sum| sum / pairs);
            line(&format!("E xy, {name}"), xy, 0.0, 1.0 / pairs.sqrt());
            line(&format!("E (x²−1)(y²−1), {name}"), squares, 0.0, 2.0 / pairs.sqrt());
        }
        let distance = self.kolmogorov_smirnov();
        // Level 10⁻⁶ of the limit law, 2 exp(−2 t²).
        println!("sqrt(n) sup |F_n − Φ| = {distance:.3} (critical value at level 1e-6: 2.69)");
        let passed = worst < 5.0 && distance < 2.69;
        println!("largest |z| {worst:.2}: {}", if passed { "passed" } else { "FAILED" });
        if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// √n sup |F_n − Φ| over the edges of the bins.
    fn kolmogorov_smirnov(&self) -> f64 {
        let mut below = 0;
        let mut largest: f64 = 0.0;
        for (bin, count) in self.counts.iter().enumerate() {
            below += count;
            let edge = (bin + 1) as f64 / BINS as f64 * 16.0 - 8.0;
            let exact = 0.5 * libm::erfc(-edge / std::f64::consts::SQRT_2);
            largest = largest.max((below as f64 / self.draws - exact).abs());
        }
        largest * self.draws.sqrt()
    }
}

/// k!! for odd k.
fn double_factorial(k: i32) -> f64 {
    (1..=k).rev().step_by(2).map(f64::from).product()
}
