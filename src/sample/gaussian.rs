//! The Gaussian stream: lane-parallel xoshiro128+ and a vectorised Box–Muller transform.
//!
//! Sixteen generators run side by side; one round of each gives a radius, the next an
//! angle, and so 32 standard normals in f32. Only IEEE additions, products, fused
//! multiply-adds and square roots are used, in a fixed order, so every instruction set gives
//! the same bits. (A processor without fused multiply-add, before 2013, gets them from the C
//! library, slowly.) Radii come from 32-bit uniforms: |x| reaches 6.66.
//!
//! Each part is a pass of its own over the strip, which stays in the first-level cache: one
//! long chain of operations would leave the arithmetic units idle.
//!
//! Sources: Blackman & Vigna 2021, *Scrambled linear pseudorandom number generators*;
//! Box & Muller 1958. The polynomials are minimax fits on the reduced ranges; errors of
//! radius, sine and cosine stay below 3·10⁻⁶, measured in the tests against f64. That moves a
//! moment or a tail probability by parts in a million: 10¹⁰ draws would not show it.

use super::key::{Key, lane_states};
use super::simd;

/// Generators that run side by side.
pub const LANES: usize = 16;

/// Normals made in one round: a cosine and a sine branch for each lane.
pub const ROUND: usize = 2 * LANES;

/// Bits of 2³¹ as f32.
const BITS_OF_2_31: u32 = 0x4f00_0000;

/// Bits of the sign, of the mantissa, and of 1 as f32.
const SIGN: u32 = 0x8000_0000;
const MANTISSA: u32 = 0x007f_ffff;
const ONE: u32 = 0x3f80_0000;

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
    make(&mut state, rounds);
    if !rest.is_empty() {
        let mut last = [[0.0; ROUND]];
        make(&mut state, &mut last);
        rest.copy_from_slice(&last[0][..rest.len()]);
    }
}

#[inline(always)]
fn make(state: &mut [[u32; LANES]; 4], rounds: &mut [[f32; ROUND]]) {
    for round in rounds.iter_mut() {
        let (radii, angles) = round.split_at_mut(LANES);
        draw(state, radii);
        draw(state, angles);
    }
    for round in rounds.iter_mut() {
        for radius in &mut round[..LANES] {
            *radius = signed_square(radius.to_bits());
        }
    }
    for round in rounds.iter_mut() {
        let (radii, angles) = round.split_at_mut(LANES);
        for (first, second) in radii.iter_mut().zip(angles) {
            let radius = signed_root(*first);
            let (cos, sin) = direction(second.to_bits());
            *first = radius * cos;
            *second = radius * sin;
        }
    }
}

/// Raw bits of the next round of every lane, stored as floats.
#[inline(always)]
fn draw(state: &mut [[u32; LANES]; 4], out: &mut [f32]) {
    let bits = next(state);
    for (out, bits) in out.iter_mut().zip(bits) {
        *out = f32::from_bits(bits);
    }
}

/// One step of xoshiro128+ in every lane.
#[inline(always)]
fn next(s: &mut [[u32; LANES]; 4]) -> [u32; LANES] {
    let mut result = [0; LANES];
    for lane in 0..LANES {
        let [a, b, c, d] = [s[0][lane], s[1][lane], s[2][lane], s[3][lane]];
        result[lane] = a.wrapping_add(d);
        let c = c ^ a;
        let d = d ^ b;
        s[0][lane] = a ^ d;
        s[1][lane] = b ^ c;
        s[2][lane] = c ^ (b << 9);
        s[3][lane] = d.rotate_left(11);
    }
    result
}

/// ± −2²³ log₂ u with u = (|k| + ½) / 2³¹, k read as a signed integer and its sign kept.
///
/// The bits of a float are its logarithm, piecewise linear in the mantissa 1 + x: what is
/// lacking is 2²³ (log₂(1 + x) − x) = 2²³ x (1 − x) G(x), with G a polynomial. It vanishes at
/// both ends, so the result is continuous, and zero at u = 1 alone.
#[inline(always)]
fn signed_square(k: u32) -> f32 {
    let u = (k as i32 as f32).abs() + 0.5;
    let linear = BITS_OF_2_31.wrapping_sub(u.to_bits()) as i32 as f32;
    let x = f32::from_bits((u.to_bits() & MANTISSA) | ONE) - 1.0;
    let x2 = x * x;
    // Pairs of coefficients, not Horner's scheme: short chains keep the units busy.
    let a = x.mul_add(-2_334_346.0, 3_713_556.0);
    let b = x.mul_add(-1_116_090.3, 1_654_578.8);
    let c = x.mul_add(-132_915.27, 552_684.0);
    let g = x2.mul_add(x2.mul_add(c, b), a);
    let square = (x2 - x).mul_add(g, linear);
    f32::from_bits(square.to_bits() | (k & SIGN))
}

/// The root of |v| with the sign of v.
#[inline(always)]
fn signed_root(v: f32) -> f32 {
    f32::from_bits(v.abs().sqrt().to_bits() | (v.to_bits() & SIGN))
}

/// κ (cos θ, sin θ) with θ uniform on a half turn, κ = √(2 ln 2 / 2²³): κ times the root of
/// [`signed_square`] is √(−2 ln u), and its sign gives the other half of the circle.
#[inline(always)]
fn direction(k: u32) -> (f32, f32) {
    let t = f32::from_bits((k >> 9) | ONE) - 1.5;
    let t2 = t * t;
    let t4 = t2 * t2;
    let low = t2.mul_add(-2.006_096e-3, 4.065_208e-4);
    let middle = t2.mul_add(-5.414_37e-4, 1.649_828_9e-3);
    let cos = t4.mul_add(t4.mul_add(8.931_132e-5, middle), low);
    let low = t2.mul_add(-2.100_575e-3, 1.277_119_4e-3);
    let high = t2.mul_add(-2.258_366_4e-4, 1.033_506_2e-3);
    (cos, t4.mul_add(high, low) * t)
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro128Plus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn lanes_are_xoshiro128_plus() {
        let mut state = lane_states::<LANES>(Key::root(7), 11);
        let mut peers: Vec<_> = (0..LANES)
            .map(|lane| {
                let mut seed = [0; 16];
                for (word, bytes) in state.iter().zip(seed.chunks_exact_mut(4)) {
                    bytes.copy_from_slice(&word[lane].to_le_bytes());
                }
                Xoshiro128Plus::from_seed(seed)
            })
            .collect();
        for _ in 0..100 {
            let ours = next(&mut state);
            let theirs: Vec<u32> = peers.iter_mut().map(Rng::next_u32).collect();
            assert_eq!(ours.as_slice(), theirs);
        }
    }

    #[test]
    fn radius_is_the_exact_one() {
        let scale = (2.0 * std::f64::consts::LN_2 / 2_f64.powi(23)).sqrt();
        let step = 65_521;
        let mut k = 0_u32;
        loop {
            let signed = signed_root(signed_square(k));
            assert_eq!(signed.is_sign_negative(), (k as i32) < 0);
            let radius = f64::from(signed.abs()) * scale;
            let u = (f64::from(k as i32).abs() + 0.5) / 2_f64.powi(31);
            let exact = (-2.0 * u.ln()).max(0.0).sqrt();
            // Near u = 1 the uniform itself is rounded to 24 bits, which moves r by 2⁻²⁵/r.
            let slack = 3e-6 * exact + 2_f64.powi(-24) / exact.max(1e-4);
            assert!((radius - exact).abs() <= slack, "k = {k}: {radius} for {exact}");
            let Some(larger) = k.checked_add(step) else { break };
            k = larger;
        }
        assert!(f64::from(signed_root(signed_square(0))) * scale > 6.65);
        assert!(f64::from(signed_root(signed_square(i32::MIN as u32))) == 0.0);
        assert!(f64::from(signed_root(signed_square(i32::MAX as u32))) * scale < 1e-3);
    }

    #[test]
    fn direction_is_on_the_half_circle_and_covers_it() {
        let scale = (2.0 * std::f64::consts::LN_2 / 2_f64.powi(23)).sqrt();
        let mut eighths = [0_u32; 4];
        for step in 0..65_536_u32 {
            let k = step.wrapping_mul(0x9e37_79b1);
            let (cos, sin) = direction(k);
            let t = (f64::from(k >> 9) / 2_f64.powi(23) - 0.5) * std::f64::consts::PI;
            assert!((f64::from(cos) / scale - t.cos()).abs() < 3e-6);
            assert!((f64::from(sin) / scale - t.sin()).abs() < 3e-6);
            eighths[usize::from(sin > 0.0) * 2 + usize::from(sin.abs() > cos)] += 1;
        }
        for count in eighths {
            assert!((f64::from(count) - 16_384.0).abs() < 500.0, "{eighths:?}");
        }
    }

    #[test]
    fn a_prefix_is_a_prefix() {
        let mut long = [0.0; 1000];
        fill(Key::root(1), 5, &mut long);
        for length in [1, 31, 32, 33, 500] {
            let mut short = vec![0.0; length];
            fill(Key::root(1), 5, &mut short);
            assert_eq!(short, long[..length]);
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let paths = simd::on_every_path(
            #[inline(always)]
            || {
                let mut strips = vec![0.0_f32; 64 * 1024];
                for (position, strip) in strips.chunks_mut(1024).enumerate() {
                    fill_inline(Key::root(9), position as u64, strip);
                }
                strips.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
            },
        );
        for (path, bits) in &paths[1..] {
            assert!(*bits == paths[0].1, "{path} differs from {}", paths[0].0);
        }
    }

    /// Pins the stream: results on disk stay comparable only while these bits stay.
    #[test]
    fn golden_values() {
        let mut out = [0.0; 18];
        fill(Key::root(0), 0, &mut out);
        let bits = [out[0], out[1], out[16], out[17]].map(f32::to_bits);
        assert_eq!(bits, [3_214_899_869, 1_070_086_196, 3_224_398_369, 1_043_985_416]);
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
