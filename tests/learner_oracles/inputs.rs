//! Laws of the inputs other than the Gaussian: against their distribution functions and moments.

use secateur::learner::metrics::measure;
use secateur::learner::stage::network::Layer;
use secateur::learner::{Network, Trained};
use secateur::model::metric::Metric;
use secateur::model::target::Target;
use secateur::model::{Activation, Input, Link};
use secateur::sample::Stage;
use secateur::words::names;

use crate::stats::{kolmogorov, mean_and_error, normal_cdf};
use crate::{Measures, columns, design, directions, labels, target};

const N: u64 = 40_000;

fn draws(input: Input, coordinates: &[u32]) -> Vec<Vec<f64>> {
    let target = target("He2", 64, 8, 0.1, 5).on(input);
    columns(&design(11).samples(&target, Stage::Prune, N), coordinates)
}

/// Distribution function of the law of a coordinate; those of Laplace and Student's t with 5
/// degrees of freedom are closed forms.
fn cdf(input: Input, x: f64) -> f64 {
    match input {
        Input::Gaussian | Input::Correlated | Input::Structured(_) => normal_cdf(x),
        Input::Rademacher => unreachable!("not continuous"),
        Input::Uniform => (0.5 + x / 12_f64.sqrt()).clamp(0.0, 1.0),
        Input::Laplace => {
            let tail = 0.5 * (-2_f64.sqrt() * x.abs()).exp();
            if x < 0.0 { tail } else { 1.0 - tail }
        }
        Input::StudentT => {
            // x = √(3/5) t, u = t/√5.
            let u = x / 3_f64.sqrt();
            let w = 1.0 + u * u;
            0.5 + (u / w * (1.0 + 2.0 / (3.0 * w)) + u.atan()) / std::f64::consts::PI
        }
    }
}

#[test]
fn coordinates_have_their_law() {
    for (name, input) in names::<Input>() {
        for (j, x) in draws(input, &[0, 17, 63]).iter().enumerate() {
            if input == Input::Rademacher {
                assert!(x.iter().all(|x| x.abs().total_cmp(&1.0).is_eq()));
            } else {
                let distance = kolmogorov(x, |x| cdf(input, x));
                assert!(distance < 2.4, "{name}, coordinate {j}: {distance}");
            }
            for (power, exact) in [(1, 0.0), (2, 1.0)] {
                let powers: Vec<f64> = x.iter().map(|x| x.powi(power)).collect();
                let (mean, error) = mean_and_error(&powers);
                assert!((mean - exact).abs() <= 4.5 * error, "{name}, E x^{power}: {mean}");
            }
        }
    }
}

#[test]
fn coordinates_are_independent_but_for_correlated_neighbours() {
    for (name, input) in names::<Input>() {
        let x = draws(input, &[20, 21, 22]);
        for (a, b) in [(0, 1), (1, 2), (0, 2)] {
            let neighbours = input == Input::Correlated && b == a + 1;
            let products: Vec<f64> = x[a].iter().zip(&x[b]).map(|(a, b)| a * b).collect();
            let (mean, error) = mean_and_error(&products);
            let exact = if neighbours { 0.5 } else { 0.0 };
            assert!((mean - exact).abs() < 4.5 * error, "{name}, E x{a} x{b}: {mean}");
            if input != Input::Rademacher && !neighbours {
                // |x| has four moments under every law here.
                let centred = |x: &[f64]| -> Vec<f64> {
                    let mean = mean_and_error(&x.iter().map(|x| x.abs()).collect::<Vec<_>>()).0;
                    x.iter().map(|x| x.abs() - mean).collect()
                };
                let (u, v) = (centred(&x[a]), centred(&x[b]));
                let products: Vec<f64> = u.iter().zip(&v).map(|(u, v)| u * v).collect();
                let (mean, error) = mean_and_error(&products);
                assert!(mean.abs() < 4.5 * error, "{name}, |x{a}| and |x{b}|: {mean}");
            }
        }
    }
}

#[test]
fn labels_are_made_of_the_coordinates_that_are_read() {
    for (name, input) in names::<Input>() {
        let v = directions(64, 8, 1, 5);
        let link = Link::parse("He3 + He1", None).unwrap();
        let target = Target::new(link, v, 0.0).on(input);
        let samples = design(12).samples(&target, Stage::Readout, 3000);
        let all: Vec<u32> = (0..64).collect();
        let (x, rows) = (columns(&samples, &all), target.directions().rows_at(&all));
        for (i, y) in labels(&samples).iter().enumerate() {
            let z: f64 = x.iter().zip(&rows).map(|(x, v)| v * x[i]).sum();
            let exact = z * z * z - 2.0 * z;
            assert!((y - exact).abs() < 1e-9 * (1.0 + exact.abs()), "{name}, {i}: {y} {exact}");
        }
    }
}

/// The zero network has E f*²; with 4 signs z² is 0 or 4, or 1 with probability ½ … the variance
/// of (z² − 1)/√2 is (2 − 2/s)/2, not the 1 of a Gaussian z.
#[test]
fn risk_is_a_share_of_the_variance_under_the_law() {
    let target = target("He2", 16, 4, 0.1, 6).on(Input::Rademacher);
    let weights = faer::Mat::from_fn(1, 1, |_, _| 1.0_f32);
    let network = Network {
        layer: Layer { coordinates: vec![0], weights, activation: Activation::Relu },
        biases: vec![0.0],
        readout: vec![0.0],
        intercept: 0.0,
    };
    let trained = Trained { network, reduced: false, scores: None, limit: None };
    let risk = measure(&trained, &target, design(13), 1 << 16).unwrap().of(Metric::Risk);
    assert!((risk - 1.0).abs() < 0.01, "{risk}");
}

const STRUCTURED: [&str; 3] = ["spiked(0.75)", "spiked_aligned(0.5)", "blocks(5)"];

/// The covariance by its definition, and with it the variance of what the link reads.
#[test]
fn structured_inputs_have_their_covariance_and_labels_read_a_unit_variance() {
    let (d, n) = (12, 40_000);
    let v = directions(d, 4, 1, 5);
    let all: Vec<u32> = (0..d as u32).collect();
    let dense = v.rows_at(&all);
    let power = |rho: f64| (d as f64).powf(rho);
    for text in STRUCTURED {
        let input = Input::parse(text).unwrap();
        let target = Target::new(Link::parse("He3 + He1", None).unwrap(), v.clone(), 0.0).on(input);
        let samples = design(12).samples(&target, Stage::Readout, n);
        let x = columns(&samples, &all);
        let sigma = |i: usize, j: usize| {
            let same = f64::from(i == j);
            match text {
                "spiked(0.75)" => same + power(0.75) / d as f64,
                "spiked_aligned(0.5)" => same + power(0.5) * dense[i] * dense[j],
                _ => 0.5 * (same + f64::from(i / 5 == j / 5)),
            }
        };
        for i in 0..d {
            for j in 0..=i {
                let products: Vec<f64> = x[i].iter().zip(&x[j]).map(|(a, b)| a * b).collect();
                let (mean, error) = mean_and_error(&products);
                assert!((mean - sigma(i, j)).abs() < 4.5 * error, "{text}, {i}, {j}: {mean}");
            }
        }
        let form = |i: usize| (0..d).map(|j| dense[i] * sigma(i, j) * dense[j]).sum::<f64>();
        let scale = (0..d).map(form).sum::<f64>().sqrt();
        for (i, y) in labels(&samples).iter().enumerate() {
            let z = x.iter().zip(&dense).map(|(x, v)| v * x[i]).sum::<f64>() / scale;
            let exact = z * z * z - 2.0 * z;
            assert!((y - exact).abs() < 1e-6 * (1.0 + exact.abs()), "{text}, {i}: {y} {exact}");
        }
    }
}

/// Σ^{1/2} of white inputs has the labels of the inputs themselves, in law: mean and variance of
/// y x over every coordinate, x = Σ^{1/2}z.
#[test]
fn whitened_targets_label_as_the_inputs_do() {
    let (d, n) = (12, 40_000);
    let all: Vec<u32> = (0..d as u32).collect();
    for text in STRUCTURED {
        let input = Input::parse(text).unwrap();
        let made = || Target::new(Link::parse("He1", None).unwrap(), directions(d, 4, 1, 5), 0.0);
        let whole = made().on(input);
        let white = made().on(input).whitened().unwrap();
        assert!(white.input().is_gaussian());
        // E y x = Σ v/scale on one side, E y z = Σ^{1/2}v/scale on the other: of one norm in Σ^{−1}.
        let moment = |target: &Target, key| -> Vec<f64> {
            let samples = design(key).samples(target, Stage::Readout, n);
            let (x, y) = (columns(&samples, &all), labels(&samples));
            x.iter().map(|x| x.iter().zip(&y).map(|(x, y)| x * y).sum::<f64>() / n as f64).collect()
        };
        let (outside, inside) = (moment(&whole, 3), moment(&white, 4));
        let exact = white.directions().rows_at(&all);
        let v = whole.directions().rows_at(&all);
        for j in 0..d {
            let error = 4.5 * 3.0 / (n as f64).sqrt();
            assert!((inside[j] - exact[j]).abs() < error, "{text}, {j}");
            let power = |rho: f64| (d as f64).powf(rho);
            let row = |i: usize| match text {
                "spiked(0.75)" => f64::from(i == j) + power(0.75) / d as f64,
                "spiked_aligned(0.5)" => f64::from(i == j) + power(0.5) * v[i] * v[j],
                _ => 0.5 * (f64::from(i == j) + f64::from(i / 5 == j / 5)),
            };
            let sigma_v: f64 = (0..d).map(|i| row(i) * v[i]).sum();
            assert!((outside[j] - whole.scale() * sigma_v).abs() < error, "{text}, {j}");
        }
    }
}
