//! Oracles: closed forms, orthogonality, the generative exponent of known links, whole messages,
//! and garbage that must never panic.

use std::f64::consts::{FRAC_2_PI, PI};

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use super::{Link, moments};
use crate::model::hermite::{he, he_normalised};
use crate::model::quadrature::gaussian_mean;

fn link(text: &str) -> Link {
    Link::parse(text, None).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got}, not {expected}");
}

#[test]
fn texts_mean_what_they_say() {
    type Case = (&'static str, fn(f64) -> f64);
    let cases: [Case; 16] = [
        ("He2", |t| t * t - 1.0),
        ("He3 + 0.5*He1", |t| t.powi(3) - 2.5 * t),
        ("t^2 + t^4", |t| t * t + t.powi(4)),
        ("(t^2 - 1)*t", |t| t.powi(3) - t),
        ("-t^2", |t| -t * t),
        ("2 - -t", |t| 2.0 + t),
        ("t/4 - 1e-1", |t| t / 4.0 - 0.1),
        ("He2(2*t + 1)", |t| (2.0 * t + 1.0).powi(2) - 1.0),
        ("relu", |t| t.max(0.0)),
        ("abs(t - 0.5)^2", |t| (t - 0.5).powi(2)),
        ("t*tanh(t)", |t| t * t.tanh()),
        ("sin(2*t) + cos", |t| (2.0 * t).sin() + t.cos()),
        ("t^2*exp(-t^2)", |t| t * t * (-t * t).exp()),
        ("sign", |t| if t > 0.0 { 1.0 } else { -1.0 }),
        ("z1^3", |t| t.powi(3)),
        ("He0 + t*relu(2)", |t| 1.0 + 2.0 * t),
    ];
    for (text, f) in cases {
        let link = link(text);
        for i in -60..60 {
            let t = f64::from(i) / 15.0 + 0.01;
            let expected = f(t);
            close(link.eval(&[t]), expected, 1e-12 * (1.0 + expected.abs()), text);
        }
    }
}

#[test]
fn high_orders_stay_accurate() {
    for k in [8, 12, 13, 24, 40, 64] {
        let link = link(&format!("He{k}")).normalised().unwrap();
        for t in [-4.0, -1.3, 0.0, 0.7, 2.9] {
            let expected = he_normalised(k, t);
            close(link.eval(&[t]), expected, 1e-9 * (1.0 + expected.abs()), link.text());
        }
        assert_eq!(link.information_exponent().unwrap(), k);
    }
}

#[test]
fn blocks_agree_with_points_and_with_the_formula() {
    let link = Link::parse("z1*He2(z2) + relu(z3)*z1 - 0.5*z1 + 3", None).unwrap();
    assert_eq!(link.r(), 3);
    let n = 1000;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let z: Vec<f64> = (0..3 * n).map(|_| rng.random_range(-3.0..3.0)).collect();
    let mut out = vec![f64::NAN; n];
    link.eval_block(&z, n, &mut out);
    for i in 0..n {
        let (a, b, c) = (z[i], z[n + i], z[2 * n + i]);
        assert_eq!(out[i].to_bits(), link.eval(&[a, b, c]).to_bits());
        close(out[i], a * he(2, b) + c.max(0.0) * a - 0.5 * a + 3.0, 1e-12, "point");
    }
}

#[test]
fn long_polynomials_give_the_same_bits_in_blocks() {
    for text in ["t^2 + t^4", "He20 - 3*He7 + 1"] {
        let link = link(text).normalised().unwrap();
        let z: Vec<f64> = (0..700).map(|i| f64::from(i) / 100.0 - 3.5).collect();
        let mut out = vec![0.0; z.len()];
        link.eval_block(&z, z.len(), &mut out);
        for (z, out) in z.iter().zip(out) {
            assert_eq!(out.to_bits(), link.eval(&[*z]).to_bits(), "{text} at {z}");
        }
    }
}

#[test]
fn the_example_of_the_paper() {
    let link = link("t^2 + t^4");
    let c = link.coefficients();
    for (got, expected) in c.iter().zip([4.0, 0.0, 7.0 * 2_f64.sqrt(), 0.0, 24_f64.sqrt()]) {
        close(*got, expected, 1e-13, "coefficient");
    }
    assert_eq!(c.len(), 5);
    assert_eq!((link.information_exponent().unwrap(), link.degree()), (2, 4));
    close(link.mean(), 4.0, 1e-13, "mean");
    close(link.variance(), 122.0, 1e-12, "variance");
}

#[test]
fn information_exponents() {
    for (text, r, k_star) in [
        ("He3 + 0.5*He1", 1, 1),
        ("He3", 1, 3),
        ("(t^2 - 1)*t - 2*t", 1, 3),
        ("relu - 0.5*t", 1, 2),
        ("cos", 1, 2),
        ("t^2*exp(-t^2)", 1, 4),
        ("z1*z2", 2, 2),
        ("He2(z1) - He2(z2)", 2, 2),
        ("z1*z2*z3", 3, 3),
        ("z1*He2(z2)", 2, 3),
        ("relu(z1) + abs(z2)", 2, 1),
        ("abs(z1)*z2 - 0.7978845608028654*z2", 2, 3),
        ("sign(z1)*sign(z2)", 2, 2),
        ("He2((z1 + z2)/2^0.0)", 2, 2),
    ] {
        let link = link(text);
        assert_eq!((link.r(), link.information_exponent().unwrap()), (r, k_star), "{text}");
    }
    let sum = Link::parse("sum(He2)", Some(4)).unwrap();
    assert_eq!((sum.r(), sum.information_exponent().unwrap()), (4, 2));
    close(sum.variance(), 8.0, 1e-13, "variance of the sum");
    close(sum.eval(&[1.0, 2.0, 0.0, 0.0]), 1.0, 1e-13, "the sum");
}

#[test]
fn random_sums_of_hermite_products() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..300 {
        let mut orders = std::collections::BTreeMap::from([((0, 1), 0.0), ((1, 0), 0.0)]);
        for _ in 0..rng.random_range(1..6) {
            orders.insert(
                (rng.random_range(0..5), rng.random_range(1..5)),
                rng.random_range(0.1..2.0),
            );
            orders.insert((rng.random_range(1..5), rng.random_range(0..5)), -0.5);
        }
        let terms: Vec<String> = orders
            .iter()
            // The second factor by the product z He_k = He_{k+1} + k He_{k−1}, undone by hand.
            .map(|((a, b), c)| match b {
                0 => format!("({c})*He{a}(z1)"),
                _ => format!(
                    "({c})*He{a}(z1)*(z2*He{}(z2) - {}*He{}(z2))",
                    b - 1,
                    b - 1,
                    if *b > 1 { b - 2 } else { 0 }
                ),
            })
            .collect();
        let text = terms.join(" + ");
        let Ok(link) = Link::parse(&text, Some(2)) else { panic!("{text}") };
        let visible = orders.iter().filter(|(_, c)| **c != 0.0);
        let lowest = visible.map(|((a, b), _)| a + b).min().unwrap();
        assert_eq!(link.information_exponent().unwrap(), lowest, "{text}");
        let other = moments::general(&link.expression).unwrap();
        close(other.variance, link.variance(), 1e-10 * link.variance(), &text);
        for (norm, weight) in link.tensor_norms().iter().zip(other.weights) {
            close(weight, norm * norm, 1e-10 * link.variance(), &text);
        }
    }
}

#[test]
fn moments_agree_with_monte_carlo() {
    let link = link("relu(z1)*z2 + abs(z2 - 1) + sin(2*z1)*He2(z3)");
    let n = 400_000;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let z: Vec<f64> = (0..3 * n).map(|_| rng.sample(rand_distr::StandardNormal)).collect();
    let mut y = vec![0.0; n];
    link.eval_block(&z, n, &mut y);
    let mean = y.iter().sum::<f64>() / n as f64;
    let variance = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n as f64;
    close(mean, link.mean(), 5.0 * (link.variance() / n as f64).sqrt(), "mean");
    close(variance / link.variance(), 1.0, 0.02, "variance");
}

#[test]
fn coefficients_in_closed_form() {
    let half = (-0.5_f64).exp();
    let root = FRAC_2_PI.sqrt();
    for (text, order, expected) in [
        ("relu", 0, 1.0 / (2.0 * PI).sqrt()),
        ("relu", 1, 0.5),
        ("relu", 2, root / 2.0 / 2_f64.sqrt()),
        ("relu", 3, 0.0),
        ("relu", 4, -1.0 / (2.0 * PI).sqrt() / 24_f64.sqrt()),
        ("abs", 0, root),
        ("abs", 2, root / 2_f64.sqrt()),
        ("abs", 4, -root / 24_f64.sqrt()),
        ("sin", 1, half),
        ("sin", 2, 0.0),
        ("sin", 3, -half / 6_f64.sqrt()),
        ("cos", 4, half / 24_f64.sqrt()),
        ("sign", 1, root),
        ("sign", 3, -root / 6_f64.sqrt()),
        ("exp", 5, 0.5_f64.exp() / 120_f64.sqrt()),
        // Stein: E[z tanh z] = E[1 − tanh² z].
        ("tanh", 1, gaussian_mean(|z| 1.0 - z.tanh().powi(2), &[])),
    ] {
        close(link(text).coefficients()[order], expected, 1e-13, &format!("{text}, {order}"));
    }
    assert_eq!(link("relu").coefficients().len(), 13);
    assert!(link("z1*z2").coefficients().is_empty());
}

#[test]
fn moments_in_closed_form() {
    for (text, mean, variance) in [
        ("sin", 0.0, 0.5 * (1.0 - (-2_f64).exp())),
        ("exp", 0.5_f64.exp(), 1_f64.exp() * (1_f64.exp() - 1.0)),
        ("relu(z1) - relu(z2)", 0.0, 1.0 - 1.0 / PI),
        ("abs(z1)*abs(z2)", 2.0 / PI, 1.0 - 4.0 / (PI * PI)),
        ("sign(z1)*z2 + 5", 5.0, 1.0),
        ("sign(t^2 - 1)", 0.0, 0.0),
    ] {
        let link = link(text);
        if text.starts_with("sign(t") {
            // P(|z| > 1) − P(|z| < 1), through the roots of the argument.
            close(link.mean(), 2.0 * 0.317_310_507_862_914_1 - 1.0, 1e-13, text);
            continue;
        }
        close(link.mean(), mean, 1e-12, text);
        close(link.variance(), variance, 1e-12, text);
    }
}

#[test]
fn normalised_links_have_mean_0_and_variance_1() {
    for text in ["t^2 + t^4", "relu", "sin(2*t)", "z1*z2 + z1 + 7", "relu(z1) + abs(z2)*z1", "He16"]
    {
        let link = link(text).normalised().unwrap();
        let again = Link::build(text.into(), link.r, link.expression.clone()).unwrap();
        close(again.mean(), 0.0, 1e-12, text);
        close(again.variance(), 1.0, 1e-10, text);
        assert_eq!(link.information_exponent().unwrap(), again.information_exponent().unwrap());
        close(link.tensor_norms().iter().map(|w| w * w).sum(), 1.0, 0.05, text);
    }
    for text in ["3", "0*t", "sin^2 + cos^2", "He3 - He3 + 1"] {
        let error = link(text).normalised().unwrap_err();
        assert_eq!(error.message(), format!("the link `{text}` is constant"));
        assert!(link(text).information_exponent().is_err());
        assert_eq!(link(text).generative_exponent(), None);
    }
}

#[test]
fn generative_exponents() {
    for (text, s_star) in [
        ("He1", 1),
        ("He2", 2),
        ("He3", 1),
        ("He4", 2),
        ("He5", 1),
        ("t^2 + t^4", 2),
        ("He3 + 0.5*He1", 1),
        ("sign", 1),
        ("abs", 2),
        ("relu", 1),
        ("He4 + He3", 1),
        ("cos(2*t)", 2),
        // With y = z² exp(−z²) the two roots |z| < 1 < |z'| of y have weights ∝ 1/|z² − 1| times
        // 1/√y, so E[He_2 | y] cancels exactly; odd orders vanish by symmetry.
        ("t^2*exp(-t^2)", 4),
    ] {
        let link = link(text);
        assert_eq!(link.generative_exponent(), Some(s_star), "{text}");
        assert!(s_star <= link.information_exponent().unwrap());
        let normalised = link.clone().normalised().unwrap();
        assert_eq!(normalised.generative_exponent(), Some(s_star), "{text}, normalised");
        let fresh = Link::build(text.into(), 1, normalised.expression.clone()).unwrap();
        assert_eq!(fresh.generative_exponent(), Some(s_star), "{text}, normalised afresh");
    }
}

/// Orders by hand: what an even or odd symmetry of y forbids, and what E[· | y] shows otherwise.
#[test]
fn generative_leaps() {
    for (text, leap) in [
        // y is even under z → −z, and E[z1 z2 | y] = y.
        ("z1*z2", 2),
        // The same function, turned by 45°.
        ("He2(z1) - He2(z2)", 2),
        ("z1*z2 + z3*z4", 2),
        ("z1*z2 + z3*z4 + z5*z6 + z7*z8", 2),
        // Both E[z1 | y] and E[z2 | y] are seen.
        ("He3(z1) + 3*z2", 1),
        // E[z1 | y] alone, and then y/z1 tells z2².
        ("z1*He2(z2)", 2),
        // Signs of two variables may be flipped together; E[z1² | y] grows with |y|.
        ("z1*z2*z3", 2),
        // Parities show nothing below their own order.
        ("sign(z1)*sign(z2)", 2),
        ("sign(z1)*sign(z2)*sign(z3)", 3),
        // z1 first; then y and z1 give He4(z2), from which z2² is.
        ("5*z1 + He4(z2)", 2),
        // z1 first; then y and z1 give |z2 z3|.
        ("z1 + abs(z2)*abs(z3)", 2),
    ] {
        assert_eq!(link(text).generative_exponent(), Some(leap), "{text}");
    }
}

/// The two ways to compute it, of one direction.
#[test]
fn the_leap_of_one_direction_is_the_generative_exponent() {
    for text in ["He1", "He2", "He3", "He4", "sign", "abs", "t^2*exp(-t^2)"] {
        let link = link(text);
        let leap = super::leap::leap(|z, n, y| link.eval_block(z, n, y), 1);
        assert_eq!(leap, link.generative_exponent(), "{text}");
    }
}

#[test]
fn coefficients_agree_with_quadrature_of_the_compiled_form() {
    for text in ["t^2 + t^4", "He3 - 2*relu(t - 1)", "t^5*tanh", "abs(t^2 - 2)", "sigmoid*softplus"]
    {
        let link = link(text);
        let kinks = [1.0, 2_f64.sqrt(), -(2_f64.sqrt())];
        for (k, c) in link.coefficients().iter().enumerate() {
            let direct = gaussian_mean(|z| link.eval(&[z]) * he_normalised(k as u32, z), &kinks);
            close(*c, direct, 1e-11, &format!("{text}, order {k}"));
        }
    }
}

/// Text, message, start of the hint.
const REFUSED: [(&str, &str, &str); 35] = [
    ("", "the link is empty", "links are written like"),
    ("  ", "the link is empty", "links are written like"),
    ("He", "link, character 1: unknown name `He`", "did you mean `He1`?"),
    ("Hee2", "link, character 1: unknown name `Hee2`", "did you mean `He2`?"),
    ("t + rellu", "link, character 5: unknown name `rellu`", "did you mean `relu`?"),
    ("x^2", "link, character 1: unknown name `x`", "links are written like"),
    ("banana", "link, character 1: unknown name `banana`", "links are written like"),
    ("2t", "link, character 2: unexpected `t`", "write products with `*`"),
    ("2 He2", "link, character 3: unexpected `He2`", "write products with `*`"),
    ("t^", "link, character 3: the link ends too early", "links are written like"),
    ("t^2.5", "link, character 3: the exponent `2.5` is not allowed", "powers are whole"),
    ("t^-1", "link, character 3: the exponent `-` is not allowed", "powers are whole"),
    ("t^65", "link, character 3: the exponent `65` is not allowed", "powers are whole"),
    ("t**2", "link, character 3: unexpected `*`", "powers are written with `^`"),
    ("t^40*t^40", "link, character 5: the degree exceeds 64", "a link has total degree 64"),
    ("He65", "link, character 1: the order of `He65` is too high", "Hermite polynomials go up"),
    ("(t", "link, character 1: this parenthesis is never closed", "add `)`"),
    ("t)", "link, character 2: unexpected `)`", "there is no open parenthesis"),
    ("t +", "link, character 4: the link ends too early", "links are written like"),
    ("t = 2", "link, character 3: unexpected character `=`", "links are written like"),
    ("é + t$", "link, character 6: unexpected character `$`", "links are written like"),
    ("1e999*t", "link, character 1: `1e999` is too large", "numbers must be finite"),
    ("1e70*t", "link, character 1: a coefficient is not finite or beyond 1e60", "scale the link"),
    ("1.2.3*t", "link, character 1: `1.2.3` is not a number", "write products with `*`"),
    ("t/0", "link, character 2: division by zero", "a link can only be divided by a number"),
    ("1/t", "link, character 2: a link can only be divided by a number", "write `t/2`"),
    (
        "relu(z1 + z2)",
        "link, character 1: a function needs a polynomial in one variable as its argument",
        "write `relu(z1)`",
    ),
    (
        "sin(t^9)",
        "link, character 1: the argument of a function has degree above 8",
        "lower the degree",
    ),
    (
        "z1 + t",
        "link, character 6: `t` and bare functions do not mix with z1, z2, …",
        "write `z1` for `t`",
    ),
    ("z0", "link, character 1: `z0` is not a variable", "variables are z1"),
    ("z65", "link, character 1: `z65` is not a variable", "variables are z1"),
    ("z1 + z3", "r = 3, but the link does not depend on z2", "lower r"),
    ("sum(He2)", "link, character 1: `sum` needs the number of directions r", "give r, or spell"),
    ("exp(t^2)", "the link grows too fast: its variance cannot be computed", "`exp` is safe"),
    ("sin(500*t)", "the link varies too fast: its variance cannot be computed", "use smaller"),
];

#[test]
fn malformed_links_are_explained() {
    for (text, message, hint) in REFUSED {
        let error = Link::parse(text, None).expect_err(text);
        assert_eq!(error.message(), message, "{text}");
        let given = error.hint_text().unwrap_or_default();
        assert!(given.starts_with(hint), "{text}: {given}");
    }
    for (text, r, message) in [
        ("z1*z2", 1, "link, character 4: `z2` needs r = 2, but r = 1"),
        ("z1*z2", 3, "r = 3, but the link does not depend on z3"),
        ("He2", 2, "link, character 1: `t` and bare functions are single-index, but r = 2"),
        ("sum(z1)", 2, "link, character 5: `sum` runs over t, not over a single z"),
        ("sum(sum(t))", 2, "link, character 5: `sum` needs one function of t in parentheses"),
        ("sum + t", 2, "link, character 1: `sum` needs one function of t in parentheses"),
        ("(sum(t))^6", 64, "link, character 9: this expands to more than 512 terms"),
        ("t", 0, "r = 0 is outside 1..=64"),
        ("t", 65, "r = 65 is outside 1..=64"),
    ] {
        let error = Link::parse(text, Some(r)).expect_err(text);
        assert_eq!(error.message(), message, "{text}");
    }
    let deep = format!("{}t{}", "(".repeat(60), ")".repeat(60));
    let error = Link::parse(&deep, None).unwrap_err();
    assert_eq!(error.message(), "link, character 50: nested more than 48 deep");
    assert!(Link::parse(&"-".repeat(900), None).is_err());
    assert!(Link::parse(&"t+".repeat(600), None).is_err());
}

#[test]
fn garbage_never_panics() {
    const WORDS: [&str; 30] = [
        "He2", "He3", "He64", "t", "z1", "z2", "z64", "sum", "relu", "sign", "exp", "(", ")", "(",
        ")", "+", "-", "*", "/", "^", "2", "0", "0.5", "1e9", "1e", ".", " ", "é", "$", "64",
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut read = 0;
    for i in 0..6000 {
        let text: String = if i % 3 == 0 {
            let bytes: Vec<u8> = (0..rng.random_range(0..40)).map(|_| rng.random()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            (0..rng.random_range(1..12)).map(|_| WORDS[rng.random_range(0..30)]).collect()
        };
        let r = [None, Some(1), Some(2), Some(64)][i % 4];
        if let Ok(link) = Link::parse(&text, r) {
            read += 1;
            if let Ok(again) = Link::parse(link.text(), r) {
                assert_eq!(again, link, "{text} is spelled {}", link.text());
            } else {
                assert!(link.text().len() > 1000, "{text} is spelled {}", link.text());
            }
            let z = vec![0.5; link.r()];
            assert!(!link.eval(&z).is_nan(), "{text}");
            let _ = (link.coefficients(), link.information_exponent(), link.tensor_norms());
            let _ = link.normalised();
        }
    }
    assert!(read > 100, "only {read} texts were links");
}

/// Text, canonical spelling.
const SPELLED: [(&str, &str); 24] = [
    ("He2 ", "He2"),
    ("He2(t)", "He2"),
    (" He2 ( ( t ) )", "He2"),
    ("He02(z1)", "He2"),
    ("z1^3 - relu(z1)", "t^3 - relu"),
    ("He3+.50*(He1)", "He3 + 0.5*He1"),
    ("2.0*He1+(He3)", "2*He1 + He3"),
    ("1e-1*t - 1e-9", "0.1*t - 1e-9"),
    ("1e59*t", "1e59*t"),
    ("relu(t+1) - 2*relu + relu(t-1)", "relu(t + 1) - 2*relu(t) + relu(t - 1)"),
    ("t - (t - 2)", "t - (t - 2)"),
    ("(t - t) - 2", "t - t - 2"),
    ("t + (2 + t)", "t + (2 + t)"),
    ("(t*2)*t", "t*2*t"),
    ("t*(2*t)", "t*(2*t)"),
    ("2*(t + 1)/4", "2*(t + 1)/4"),
    ("-(t^2)", "-t^2"),
    ("(-t)^2", "(-t)^2"),
    ("-(t + 1)", "-(t + 1)"),
    ("2 - -t*3", "2 - -t*3"),
    ("(t^2)^3", "(t^2)^3"),
    ("sum( He2(t) )", "sum(He2)"),
    ("sum(t) + He2(z1)", "sum(t) + He2(z1)"),
    ("sum(relu(2*t) + relu)", "sum(relu(2*t) + relu(t))"),
];

#[test]
fn a_link_has_one_spelling() {
    for (text, expected) in SPELLED {
        let r = text.contains("sum").then_some(2);
        let link = Link::parse(text, r).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(link.text(), expected, "{text}");
        assert_eq!(Link::canonical(text).unwrap(), expected, "{text}");
        let again = Link::parse(expected, r).unwrap_or_else(|e| panic!("{expected}: {e}"));
        assert_eq!((again.text(), &again), (expected, &link), "{text}");
    }
}
