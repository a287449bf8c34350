//! The Gaussian stream: lane-parallel xoshiro128++ and a vectorised Box–Muller transform.
//!
//! Sixteen generators run side by side; one round of each gives a radius, the next an
//! angle, and so 32 standard normals in f32. Only IEEE additions, products and square
//! roots are used, in a fixed order and without fused operations, so every instruction set
//! gives the same bits. Radii come from 32-bit uniforms: |x| reaches 6.76.
//!
//! Sources: Blackman & Vigna 2021, *Scrambled linear pseudorandom number generators*;
//! Box & Muller 1958. The polynomials are minimax fits on the reduced ranges; their errors
//! (below 2·10⁻⁷ for the logarithm, relative; below 5·10⁻⁸ for sine and cosine) are
//! measured in the tests against f64.

use super::key::{Key, lane_states};
use super::simd;

/// Generators that run side by side.
pub const LANES: usize = 16;

/// Normals made in one round: a cosine and a sine branch for each lane.
pub const ROUND: usize = 2 * LANES;

/// Writes the first `out.len()` standard normals of the strip at `position` of stream `key`.
///
/// A shorter `out` gets a prefix of what a longer one would get.
pub fn fill(key: Key, position: u64, out: &mut [f32]) {
    simd::vectorise(
        #[inline(always)]
        || fill_inline(key, position, &mut *out),
    );
}

/// [`fill`] without the choice of an instruction set, for callers that already made it.
#[inline(always)]
pub fn fill_inline(key: Key, position: u64, out: &mut [f32]) {
    let mut state = lane_states::<LANES>(key, position);
    let (rounds, rest) = out.as_chunks_mut::<ROUND>();
    for chunk in rounds {
        round(&mut state, chunk);
    }
    if !rest.is_empty() {
        let mut last = [0.0; ROUND];
        round(&mut state, &mut last);
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

#[inline(always)]
fn round(state: &mut [[u32; LANES]; 4], out: &mut [f32; ROUND]) {
    let radii = next(state);
    let angles = next(state);
    let (cosines, sines) = out.split_at_mut(LANES);
    for lane in 0..LANES {
        let r = radius(radii[lane]);
        let (cos, sin) = direction(angles[lane]);
        cosines[lane] = r * cos;
        sines[lane] = r * sin;
    }
}

/// One step of xoshiro128++ in every lane.
#[inline(always)]
fn next(s: &mut [[u32; LANES]; 4]) -> [u32; LANES] {
    let mut result = [0; LANES];
    for lane in 0..LANES {
        let [a, b, c, d] = [s[0][lane], s[1][lane], s[2][lane], s[3][lane]];
        result[lane] = a.wrapping_add(d).rotate_left(7).wrapping_add(a);
        let c = c ^ a;
        let d = d ^ b;
        s[0][lane] = a ^ d;
        s[1][lane] = b ^ c;
        s[2][lane] = c ^ (b << 9);
        s[3][lane] = d.rotate_left(11);
    }
    result
}

/// √(−2 ln u) with u = (k + ½) / 2³².
#[inline(always)]
fn radius(k: u32) -> f32 {
    // u 2³² = 2^e m with m in [√½, √2): the offset moves the split of mantissa and exponent.
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let u = k as f32 + 0.5;
    let offset = u.to_bits().wrapping_sub(SQRT_HALF);
    let exponent = (offset as i32) >> 23;
    let m = f32::from_bits((offset & 0x007f_ffff).wrapping_add(SQRT_HALF));
    let x = m - 1.0;
    // ln(1 + x) / x, by Estrin's scheme: short chains keep the arithmetic units busy.
    let x2 = x * x;
    let low = (0.999_999_94 - 0.500_003_64 * x) + x2 * (0.333_350_6 - 0.249_699_1 * x);
    let high = (0.199_001_66 - 0.172_508_3 * x) + x2 * (0.162_225_8 - 0.101_068_93 * x);
    let p = low + (x2 * x2) * high;
    // −2 ln u = 2 (32 − e) ln 2 − 2 ln m, never below zero but for rounding near u = 1.
    let whole = (32 - exponent) as f32 * (2.0 * std::f32::consts::LN_2);
    let square = whole - 2.0 * x * p;
    (if square > 0.0 { square } else { 0.0 }).sqrt()
}

/// (cos θ, sin θ) with θ uniform on the circle.
#[expect(
    clippy::approx_constant,
    clippy::excessive_precision,
    reason = "fitted coefficients, one near π"
)]
#[inline(always)]
fn direction(k: u32) -> (f32, f32) {
    // Half a turn from the magnitude, the other half by a reflection from the lowest bit,
    // which is lost in the rounding to f32 and therefore free.
    let t = (k as i32) as f32 * (1.0 / 4_294_967_296.0);
    let t2 = t * t;
    let t4 = t2 * t2;
    let c =
        (0.999_999_95 - 4.934_793 * t2) + t4 * ((4.058_412 - 1.331_880_2 * t2) + t4 * 0.219_696_8);
    let s = (3.141_592_6 - 5.167_707 * t2)
        + t4 * ((2.550_031_4 - 0.598_045_17 * t2) + t4 * 0.077_220_13);
    (f32::from_bits(c.to_bits() ^ (k << 31)), s * t)
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro128PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn lanes_are_xoshiro128_plus_plus() {
        let mut state = lane_states::<LANES>(Key::root(7), 11);
        let mut peers: Vec<_> = (0..LANES)
            .map(|lane| {
                let mut seed = [0; 16];
                for (word, bytes) in state.iter().zip(seed.chunks_exact_mut(4)) {
                    bytes.copy_from_slice(&word[lane].to_le_bytes());
                }
                Xoshiro128PlusPlus::from_seed(seed)
            })
            .collect();
        for _ in 0..100 {
            let ours = next(&mut state);
            let theirs: Vec<u32> = peers.iter_mut().map(Rng::next_u32).collect();
            assert_eq!(ours.as_slice(), theirs);
        }
    }

    #[test]
    fn radius_is_the_exact_one_to_single_precision() {
        let step = 65_521;
        let mut k = 0_u32;
        loop {
            let u = (f64::from(k) + 0.5) / 2_f64.powi(32);
            let exact = (-2.0 * u.ln()).sqrt();
            // Near u = 1 the uniform itself is rounded to 24 bits, which moves r by 2⁻²⁵/r.
            let slack = 5e-7 * exact + 2_f64.powi(-24) / exact.max(1e-4);
            let error = (f64::from(radius(k)) - exact).abs();
            assert!(error <= slack, "k = {k}: {error} > {slack}");
            let Some(larger) = k.checked_add(step) else { break };
            k = larger;
        }
        assert!(f64::from(radius(0)) > 6.75);
        assert!(radius(u32::MAX).abs() < 1e-3);
    }

    #[test]
    fn direction_is_on_the_circle_and_covers_it() {
        let mut quadrants = [0_u32; 4];
        for step in 0..65_536_u32 {
            let k = step.wrapping_mul(0x9e37_79b1);
            let (cos, sin) = direction(k);
            let t = f64::from(k as i32) / 2_f64.powi(32) * std::f64::consts::PI;
            let flip = if k & 1 == 1 { -1.0 } else { 1.0 };
            assert!((f64::from(cos) - flip * t.cos()).abs() < 3e-7);
            assert!((f64::from(sin) - t.sin()).abs() < 3e-7);
            quadrants[usize::from(cos > 0.0) * 2 + usize::from(sin > 0.0)] += 1;
        }
        for count in quadrants {
            assert!((f64::from(count) - 16_384.0).abs() < 500.0, "{quadrants:?}");
        }
    }

    #[test]
    fn a_prefix_is_a_prefix_and_every_path_gives_the_same_bits() {
        let mut long = [0.0; 1000];
        fill(Key::root(1), 5, &mut long);
        for length in [1, 31, 32, 33, 500] {
            let mut short = vec![0.0; length];
            fill(Key::root(1), 5, &mut short);
            assert_eq!(short, long[..length]);
            fill_inline(Key::root(1), 5, &mut short);
            assert_eq!(short, long[..length]);
        }
    }

    /// Pins the stream: results on disk stay comparable only while these bits stay.
    #[test]
    fn golden_values() {
        let mut out = [0.0; 18];
        fill(Key::root(0), 0, &mut out);
        let bits = [out[0], out[1], out[16], out[17]].map(f32::to_bits);
        assert_eq!(bits, [1_066_135_896, 1_069_462_585, 3_204_707_631, 3_214_110_234]);
    }

    #[test]
    fn moments_tails_and_distribution_are_normal() {
        let count = 10_000_000_usize;
        let mut values = vec![0.0_f32; count];
        for (position, strip) in values.chunks_mut(1024).enumerate() {
            fill(Key::root(42), position as u64, strip);
        }
        let n = count as f64;
        // E x^k and its standard deviation √(E x^2k − (E x^k)²), double factorials.
        let double_factorial = |k: i32| (1..=k).rev().step_by(2).map(f64::from).product::<f64>();
        for k in 1..=8 {
            let mean = values.iter().map(|&x| f64::from(x).powi(k)).sum::<f64>() / n;
            let exact = if k % 2 == 0 { double_factorial(k - 1) } else { 0.0 };
            let std = (double_factorial(2 * k - 1) - exact * exact).sqrt();
            let z = (mean - exact) / (std / n.sqrt());
            assert!(z.abs() < 4.5, "moment {k}: {mean} against {exact}, z = {z}");
        }
        // Two-sided tail probabilities of the normal law.
        for (sigma, probability) in [(4.0, 6.334_248e-5), (5.0, 5.733_031e-7)] {
            let found = values.iter().filter(|x| x.abs() > sigma).count() as f64;
            let expected = n * probability;
            assert!((found - expected).abs() < 4.5 * expected.sqrt() + 1.0, "{found} {expected}");
        }
        let neighbours: f64 =
            values.windows(2).map(|w| f64::from(w[0]) * f64::from(w[1])).sum::<f64>() / n.sqrt();
        let branches: f64 = values
            .chunks_exact(ROUND)
            .flat_map(|c| (0..LANES).map(|l| f64::from(c[l]) * f64::from(c[l + LANES])))
            .sum::<f64>()
            / (n / 2.0).sqrt();
        assert!(neighbours.abs() < 4.5 && branches.abs() < 4.5, "{neighbours} {branches}");
        assert!(kolmogorov_smirnov(&mut values) < 1.95, "p below 0.001");
    }

    /// √n sup |F_n − Φ|.
    fn kolmogorov_smirnov(values: &mut [f32]) -> f64 {
        values.sort_by(f32::total_cmp);
        let n = values.len() as f64;
        let largest = values
            .iter()
            .enumerate()
            .map(|(i, &x)| ((i as f64 + 0.5) / n - normal_cdf(f64::from(x))).abs())
            .fold(0.0, f64::max);
        largest * n.sqrt()
    }

    fn normal_cdf(x: f64) -> f64 {
        0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
    }
}
