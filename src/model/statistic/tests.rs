//! Oracles: the table of the design, closed forms, parity, finite differences, Monte Carlo.

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use strum::IntoEnumIterator;

use super::{
    Channel, ChannelChoice, Gate, Statistic, best_feature_shift, best_shift, blind_channels,
    feature_gain,
};
use crate::model::activation::Activation;
use crate::model::hermite::he_normalised;
use crate::model::quadrature::gaussian_mean_2d;

fn rho(channel: Channel, c: f64, k: u32) -> f64 {
    Statistic::new(Activation::Relu, channel, c, false).unwrap().correlation(k).abs()
}

#[test]
fn the_table_of_correlations() {
    for (k, c, removed, left_in) in [
        (2, 0.0, 0.936, 0.936),
        (3, 1.0, 0.495, 0.156),
        (3, 2.05, 0.803, 0.190),
        (4, 2.9, 0.659, 0.659),
    ] {
        let odd = k % 2 == 1;
        let without = if odd { Channel::OddNoLinear } else { Channel::Even };
        let with = if odd { Channel::Odd } else { Channel::Even };
        let (a, b) = (rho(without, c, k), rho(with, c, k));
        assert!((a - removed).abs() < 6e-4, "k {k} c {c}: {a}, not {removed}");
        assert!((b - left_in).abs() < 6e-4, "k {k} c {c}: {b}, not {left_in}");
    }
    let saved = (rho(Channel::OddNoLinear, 2.05, 3) / rho(Channel::Odd, 2.05, 3)).powi(2);
    assert!((saved - 17.9).abs() < 0.15, "{saved}");
}

/// Of ReLU: half a sign, half of 1{|x| < c} and a half, an indicator.
#[test]
fn gates_have_their_moments_in_closed_form() {
    for c in [0.0, 0.4, 2.05] {
        let beyond = libm::erfc(c / 2_f64.sqrt());
        let even = 0.5 * if c == 0.0 { 1.0 } else { beyond.sqrt() };
        let odd = 0.5 * (beyond * (1.0 - beyond)).sqrt();
        let open = 1.0 - 0.5 * beyond;
        for (channel, mean, std) in [
            (Channel::Even, 0.0, even),
            (Channel::Odd, 1.0 - 0.5 * beyond, odd),
            (Channel::OddNoLinear, 1.0 - 0.5 * beyond, odd),
            (Channel::Raw, open, (open * (1.0 - open)).sqrt()),
        ] {
            let statistic = Statistic::new(Activation::Relu, channel, c, false).unwrap();
            let Some(gate) = Gate::of(&statistic) else {
                assert!(std < 1e-9, "{channel:?} at {c}");
                continue;
            };
            assert!((gate.mean - mean).abs() < 1e-12, "{channel:?} at {c}: {}", gate.mean);
            assert!((gate.std - std).abs() < 1e-12, "{channel:?} at {c}: {}", gate.std);
            // The statistic is the gate times x, centred.
            let x = 1.3;
            let product = x * (gate.value(x) + gate.mean);
            let linear = if channel == Channel::OddNoLinear { statistic.linear * x } else { 0.0 };
            assert!((statistic.value(x) - (product - statistic.mean - linear)).abs() < 1e-12);
        }
    }
    let linear = Statistic::new(Activation::Relu, Channel::Linear, 0.0, false).unwrap();
    assert_eq!(Gate::of(&linear), None);
}

#[test]
fn second_order_of_the_modulus_in_closed_form() {
    let two_over_pi = std::f64::consts::FRAC_2_PI;
    let expected = (two_over_pi.sqrt() / 2_f64.sqrt()) / (1.0 - two_over_pi).sqrt();
    assert!((rho(Channel::Even, 0.0, 2) - expected).abs() < 1e-12);
}

#[test]
fn parity_blinds_even_and_odd_channels_at_any_shift() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for activation in Activation::iter() {
        for _ in 0..4 {
            let c = rng.random_range(0.1..0.95);
            for augmented in [false, true] {
                let stat = |channel| Statistic::new(activation, channel, c, augmented).unwrap();
                let (even, odd) = (stat(Channel::Even), stat(Channel::Odd));
                for k in 1..=7 {
                    let blind = if k % 2 == 0 { odd } else { even };
                    assert!(blind.correlation(k).abs() < 1e-10, "{activation:?} {c} {k}");
                }
                let no_linear = stat(Channel::OddNoLinear);
                assert!(no_linear.correlation(1).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn parity_holds_pointwise() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for activation in Activation::iter() {
        for _ in 0..50 {
            let (c, x): (f64, f64) = (rng.random_range(-3.0..3.0), rng.random_range(-4.0..4.0));
            let value = |channel, x| {
                let h = Statistic::new(activation, channel, c, false).unwrap();
                h.value(x) + h.mean
            };
            let (even, odd) = (value(Channel::Even, x), value(Channel::Odd, x));
            assert!((even - value(Channel::Even, -x)).abs() < 1e-12);
            assert!((odd + value(Channel::Odd, -x)).abs() < 1e-12);
            assert!((even + odd - value(Channel::Raw, x)).abs() < 1e-12);
        }
    }
}

/// Coordinate j of d/dw of y φ(⟨w, x⟩ + c) at w = sign·e_j, by central difference.
fn gradient(activation: Activation, y: f64, x: &[f64], j: usize, sign: f64, c: f64) -> f64 {
    let step = 1e-5;
    let output = |shifted: f64| {
        let pre: f64 =
            x.iter().enumerate().map(|(i, xi)| if i == j { shifted * xi } else { 0.0 }).sum();
        y * activation.value(pre + c)
    };
    (output(sign + step) - output(sign - step)) / (2.0 * step)
}

#[test]
fn the_statistic_is_the_gradient_of_the_network() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for activation in Activation::iter() {
        for _ in 0..40 {
            let x: Vec<f64> = (0..5).map(|_| rng.random_range(-2.0..2.0)).collect();
            let (y, c) = (rng.random_range(-2.0..2.0), rng.random_range(0.0..2.0));
            if activation == Activation::Relu && (x[3].abs() - c).abs() < 1e-3 {
                continue;
            }
            let plus = gradient(activation, y, &x, 3, 1.0, c);
            let minus = gradient(activation, y, &x, 3, -1.0, c);
            for (channel, expected) in [
                (Channel::Raw, plus),
                (Channel::Even, 0.5 * (plus - minus)),
                (Channel::Odd, 0.5 * (plus + minus)),
            ] {
                let h = Statistic::new(activation, channel, c, false).unwrap();
                let got = y * (h.value(x[3]) + h.mean);
                assert!((got - expected).abs() < 1e-7, "{activation:?} {channel:?}");
            }
        }
    }
}

#[test]
fn augmented_moments_match_two_dimensional_quadrature() {
    for activation in [Activation::Tanh, Activation::Softplus, Activation::Gelu] {
        for channel in Channel::iter() {
            let h = Statistic::new(activation, channel, 0.6, true).unwrap();
            let moment = |k: u32| {
                let f = |x: f64, zeta: f64| h.value_augmented(x, zeta) * he_normalised(k, x);
                gaussian_mean_2d(f, &[], |_| vec![])
            };
            assert!(moment(0).abs() < 1e-9);
            for k in 1..=4 {
                let got = h.std * h.correlation(k);
                assert!((got - moment(k)).abs() < 1e-9, "{activation:?} {channel:?} {k}");
            }
        }
    }
}

#[test]
fn augmented_relu_in_closed_form() {
    // D± = 1 where ±a x + c ζ > 0, so D⁺ D⁻ = 1 on the wedge |a x| < c ζ: with the angle
    // θ = atan2(c, a), E[x² 1{wedge}] = (θ − sin θ cos θ)/π, and h_odd = x (D⁺ + D⁻)/2.
    for c in [0.05, 0.3, 0.7, 0.95, 0.999] {
        let a = (1.0_f64 - c * c).sqrt();
        let theta = f64::atan2(c, a);
        let wedge = (theta - theta.sin() * theta.cos()) / std::f64::consts::PI;
        let odd = Statistic::new(Activation::Relu, Channel::Odd, c, true).unwrap();
        let expected = 0.5 * (0.5 + wedge);
        assert!((odd.std * odd.std - expected).abs() < 1e-9, "{c}: {} {expected}", odd.std);
        assert!((odd.linear - 0.5).abs() < 1e-12);
        let bare = Statistic::new(Activation::Relu, Channel::OddNoLinear, c, true).unwrap();
        assert!((bare.std * bare.std - (expected - 0.25)).abs() < 1e-9);
    }
}

#[test]
fn monte_carlo_agrees_with_the_moments() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let normal = rand_distr::StandardNormal;
    let h = Statistic::new(Activation::Relu, Channel::OddNoLinear, 0.5, true).unwrap();
    let (mut sum, mut squares) = (0.0, 0.0);
    let n = 400_000;
    for _ in 0..n {
        let (x, zeta): (f64, f64) = (rng.sample(normal), rng.sample(normal));
        let value = h.value_augmented(x, zeta);
        sum += value;
        squares += value * value;
    }
    let (mean, variance) = (sum / f64::from(n), squares / f64::from(n));
    assert!(mean.abs() < 5.0 * h.std / f64::from(n).sqrt());
    assert!((variance / (h.std * h.std) - 1.0).abs() < 0.02);
}

#[test]
fn relu_without_shift_is_blind_to_order_three() {
    let bare = Statistic::new(Activation::Relu, Channel::OddNoLinear, 0.0, false).unwrap();
    assert!(bare.is_null());
    assert!((bare.correlation(3)).abs() < 1e-300);
    let blind = blind_channels(Activation::Relu, 3, 0.0, false).unwrap();
    let channels: Vec<Channel> = blind.iter().map(|b| b.channel).collect();
    assert_eq!(channels, Channel::iter().collect::<Vec<_>>());
    let reasons: Vec<&str> = blind.iter().map(|b| b.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "order 3 of relu vanishes at shift 0",
            "the even channel sees even orders only",
            "order 3 of relu vanishes at shift 0",
            "the odd channel of relu is linear at shift 0",
            "the linear channel sees order 1 only",
        ]
    );
}

#[test]
fn augmented_relu_is_blind_to_odd_orders_beyond_the_first() {
    for c in [0.0, 0.4, 0.9, 1.0] {
        for k in [3, 5] {
            let blind = blind_channels(Activation::Relu, k, c, true).unwrap();
            assert_eq!(blind.len(), Channel::iter().len(), "shift {c}, order {k}");
        }
    }
    let blind = blind_channels(Activation::Relu, 3, 0.4, true).unwrap();
    assert_eq!(blind[2].reason, "the noise averages the odd channel of relu to its linear part");
    let sighted = blind_channels(Activation::Tanh, 3, 0.4, true).unwrap();
    assert!(!sighted.iter().any(|b| b.channel == Channel::OddNoLinear));
}

#[test]
fn best_shifts_of_relu() {
    assert!(best_shift(Activation::Relu, 1, false).abs() < 1e-12);
    assert!(best_shift(Activation::Relu, 2, false).abs() < 1e-12);
    assert!((best_shift(Activation::Relu, 3, false) - 2.05).abs() < 0.02);
    assert!((best_shift(Activation::Relu, 4, false) - 2.92).abs() < 0.01);
    assert!(best_shift(Activation::Relu, 3, true).abs() < 1e-12, "blind: the tie goes to 0");
    for activation in Activation::iter() {
        for augmented in [false, true] {
            let c = best_shift(activation, 2, augmented);
            assert!(c >= 0.0 && c <= if augmented { 1.0 } else { 5.0 });
        }
    }
}

#[test]
fn best_feature_shifts_of_relu() {
    for (k, c, gain) in [(2, -0.62, 0.636), (3, -1.64, 0.536)] {
        let best = best_feature_shift(Activation::Relu, k);
        assert!((best - c).abs() < 0.01, "k* {k}: {best}");
        let got = feature_gain(Activation::Relu, k, best);
        assert!((got - gain).abs() < 6e-4, "k* {k}: {got}");
    }
    assert!((best_feature_shift(Activation::Relu, 4) + 2.38).abs() < 0.01);
    assert!((feature_gain(Activation::Relu, 2, 0.0) - 0.564).abs() < 6e-4);
    assert!((feature_gain(Activation::Relu, 3, 1.0) - 0.187).abs() < 6e-4);
    assert!(feature_gain(Activation::Relu, 3, 0.0) < 1e-12);
}

#[test]
fn shifts_out_of_range_and_unknown_names_are_refused() {
    for (c, augmented) in [(1.01, true), (-1.5, true), (11.0, false), (f64::NAN, false)] {
        assert!(Statistic::new(Activation::Relu, Channel::Even, c, augmented).is_err());
    }
    let error = ChannelChoice::parse("autp").unwrap_err();
    assert_eq!(error.message(), "unknown channel `autp`");
    assert_eq!(error.hint_text(), Some("did you mean `auto`?"));
    for channel in Channel::iter() {
        assert_eq!(ChannelChoice::parse(channel.name()).ok(), Some(ChannelChoice::Fixed(channel)));
    }
}
