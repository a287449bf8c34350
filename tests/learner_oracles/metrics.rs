//! Metrics on hand-built networks with known answers.

use faer::Mat;
use secateur::learner::metrics::measure;
use secateur::learner::stage::network::Layer;
use secateur::learner::{Network, Trained};
use secateur::model::Activation;
use secateur::model::metric::{Metric, Metrics};
use secateur::model::target::Target;

use crate::{Measures, design, target};

/// A network on `coordinates` with weight `w(i, j)` from coordinate i to neuron j.
fn network(coordinates: &[u32], width: usize, w: impl Fn(usize, usize) -> f64) -> Network {
    let weights = Mat::from_fn(coordinates.len(), width, |i, j| w(i, j) as f32);
    let layer = Layer { coordinates: coordinates.to_vec(), weights, activation: Activation::Relu };
    Network { layer, biases: vec![0.0; width], readout: vec![0.0; width], intercept: 0.0 }
}

fn metrics(network: &Network, target: &Target) -> Metrics {
    let trained = Trained { network: network.clone(), reduced: false, scores: None, limit: None };
    measure(&trained, target, design(31), 4096).unwrap()
}

/// Weights are rounded to single precision.
fn near(found: f64, exact: f64) -> bool {
    (found - exact).abs() < 1e-6
}

/// Two directions on 5 of 12 coordinates; `v[i][k]` for every coordinate.
fn two_directions() -> (Target, Vec<Vec<f64>>) {
    let target = target("z1*z2", 12, 5, 0.1, 21);
    let v = target.directions().rows_at(&all(12)).chunks_exact(2).map(<[f64]>::to_vec).collect();
    (target, v)
}

fn all(d: u32) -> Vec<u32> {
    (0..d).collect()
}

#[test]
fn neurons_that_are_the_directions_score_one() {
    let (target, v) = two_directions();
    let same = metrics(&network(&all(12), 2, |i, j| v[i][j]), &target);
    assert!(
        near(same.of(Metric::Alignment), 1.0) && near(same.of(Metric::Subspace), 1.0),
        "{same:?}"
    );
    // So do other bases of their span, of any length, and more neurons than dimensions.
    let mixed = |i: usize, j: usize| v[i][0] * (j as f64 + 1.0) - 2.0 * v[i][1] * (j as f64).cos();
    for width in [2, 5, 30] {
        let found = metrics(&network(&all(12), width, mixed), &target);
        assert!(
            near(found.of(Metric::Alignment), 1.0) && near(found.of(Metric::Subspace), 1.0),
            "{width}: {found:?}"
        );
    }
}

#[test]
fn neurons_off_the_directions_score_zero() {
    let (target, _) = two_directions();
    let support = target.directions().support();
    let off: Vec<usize> = (0..12).filter(|&i| !support.contains(&(i as u32))).collect();
    for width in [1, 3, 20] {
        let w = |i: usize, j: usize| {
            off.iter()
                .position(|&o| o == i)
                .map_or(0.0, |k| ((k + 1) as f64 * (j + 2) as f64).sin())
        };
        let found = metrics(&network(&all(12), width, w), &target);
        assert!(
            near(found.of(Metric::Alignment), 0.0) && near(found.of(Metric::Subspace), 0.0),
            "{found:?}"
        );
    }
}

#[test]
fn one_direction_found_out_of_two_is_one_half() {
    let (target, v) = two_directions();
    // Fewer neurons than directions; and two neurons that span one direction only.
    for width in [1, 2, 20] {
        let found = metrics(&network(&all(12), width, |i, j| v[i][0] * (j + 1) as f64), &target);
        assert!(
            near(found.of(Metric::Alignment), 1.0) && near(found.of(Metric::Subspace), 0.5),
            "{width}: {found:?}"
        );
    }
    // Half way between v₁ and a coordinate that does not matter: ‖Vᵀw‖/‖w‖ = 1/√2.
    let support = target.directions().support();
    let off = (0..12).find(|i| !support.contains(i)).unwrap() as usize;
    let w = |i: usize, _: usize| 3.0 * (v[i][0] + f64::from(i == off));
    let found = metrics(&network(&all(12), 3, w), &target);
    assert!(
        near(found.of(Metric::Alignment), 0.5_f64.sqrt()) && near(found.of(Metric::Subspace), 0.25),
        "{found:?}"
    );
    // A strong neuron along the other coordinate and a weak one along v₁: V̂ has both.
    let w = |i: usize, j: usize| if j == 0 { 5.0 * f64::from(i == off) } else { 0.1 * v[i][0] };
    let found = metrics(&network(&all(12), 2, w), &target);
    assert!(
        near(found.of(Metric::Alignment), 0.5) && near(found.of(Metric::Subspace), 0.5),
        "{found:?}"
    );
    // A dead neuron counts as not aligned.
    let w = |i: usize, j: usize| if j == 0 { 0.0 } else { v[i][j - 1] };
    let found = metrics(&network(&all(12), 3, w), &target);
    assert!(
        near(found.of(Metric::Alignment), 2.0 / 3.0) && near(found.of(Metric::Subspace), 1.0),
        "{found:?}"
    );
}

#[test]
fn overlaps_are_those_of_the_full_singular_value_decomposition() {
    let (target, v) = two_directions();
    let v = Mat::from_fn(12, 2, |i, k| v[i][k]);
    // Fewer neurons than coordinates, and more; singular values well apart.
    for width in [3, 11, 12, 13, 40] {
        let w = |i: usize, j: usize| {
            let direction = v[(i, j % 2)] * (2.0 + (j as f64).sin());
            direction + 0.4 * ((i * 7 + j * j * 3 + 1) as f64).sin()
        };
        let found = metrics(&network(&all(12), width, w), &target);
        let w = Mat::from_fn(12, width, |i, j| f64::from(w(i, j) as f32));
        let svd = w.svd().unwrap();
        let top = svd.U().subcols(0, 2);
        let subspace = (top.transpose() * &v).squared_norm_l2() / 2.0;
        let inside = v.transpose() * &w;
        let alignment =
            (0..width).map(|j| inside.col(j).norm_l2() / w.col(j).norm_l2()).sum::<f64>()
                / width as f64;
        // Gram matrices square the condition number, 10³ at most.
        assert!(
            (found.of(Metric::Subspace) - subspace).abs() < 1e-9,
            "{width}: {found:?} {subspace}"
        );
        assert!(
            (found.of(Metric::Alignment) - alignment).abs() < 1e-12,
            "{width}: {found:?} {alignment}"
        );
        assert!(subspace > 0.1 && subspace < 0.999, "{subspace}");
    }
}

#[test]
fn kept_coordinates_are_counted_and_weighed() {
    let (target, v) = two_directions();
    let support = target.directions().support().to_vec();
    let off: Vec<u32> = (0..12).filter(|i| !support.contains(i)).collect();
    for hits in 0..=5 {
        for misses in 0..=7 {
            let mut kept: Vec<u32> =
                support[..hits].iter().chain(&off[..misses]).copied().collect();
            kept.sort_unstable();
            if kept.is_empty() {
                continue;
            }
            let found = metrics(&network(&kept, 2, |i, j| ((i + 2 * j) as f64).cos()), &target);
            let mass: f64 =
                support[..hits].iter().flat_map(|&i| &v[i as usize]).map(|v| v * v).sum();
            assert!(near(found.of(Metric::Recall), hits as f64 / 5.0));
            assert!(near(found.of(Metric::Precision), hits as f64 / (hits + misses) as f64));
            assert!(near(found.of(Metric::Mass), mass / 2.0));
        }
    }
}

#[test]
fn risk_of_the_zero_network_is_one() {
    // Var(f*²) = E He₂⁴/4 − 1 = 14 for He₂/√2, and E (z₁z₂)⁴ − 1 = 8.
    for (link, variance) in [("He2", 14.0_f64), ("z1*z2", 8.0)] {
        let target = target(link, 12, 5, 0.5, 21);
        let found = metrics(&network(&all(12), 3, |i, j| (i + j) as f64), &target);
        let error = (variance / 4096.0).sqrt();
        assert!(
            (found.of(Metric::Risk) - 1.0).abs() < 4.0 * error,
            "{link}: {}",
            found.of(Metric::Risk)
        );
        assert!(found.of(Metric::Risk).to_bits() != 1.0_f64.to_bits());
    }
}

#[test]
fn risk_of_a_network_that_is_the_target_vanishes() {
    // t = relu(t) − relu(−t), |t| = relu(t) + relu(−t), relu(t) − E relu(t): all with noisy
    // labels, which the risk must not see.
    let mean = std::f64::consts::FRAC_2_PI.sqrt();
    let deviation = (1.0 - std::f64::consts::FRAC_2_PI).sqrt();
    let cases =
        [("He1", [1.0, -1.0], 0.0), ("abs", [1.0 / deviation, 1.0 / deviation], -mean / deviation)];
    for (link, readout, intercept) in cases {
        let target = target(link, 12, 5, 0.5, 21);
        let v = target.directions().rows_at(&all(12));
        let mut exact = network(&all(12), 2, |i, j| if j == 0 { v[i] } else { -v[i] });
        exact.readout = readout.to_vec();
        exact.intercept = intercept;
        let found = metrics(&exact, &target);
        // Single precision: errors of 10⁻⁷ in f, squared.
        assert!(found.of(Metric::Risk) < 1e-12, "{link}: {}", found.of(Metric::Risk));
        // A constant error of δ costs δ².
        exact.intercept += 0.5;
        let shifted = metrics(&exact, &target);
        assert!(
            (shifted.of(Metric::Risk) - 0.25).abs() < 1e-5,
            "{link}: {}",
            shifted.of(Metric::Risk)
        );
        // Biases count: relu(z + 1) − relu(−z + 1) is not t.
        exact.biases = vec![1.0; 2];
        assert!(metrics(&exact, &target).of(Metric::Risk) > 0.3);
    }
}

#[test]
fn risk_is_relative_to_the_variance_of_the_target() {
    let link = secateur::model::Link::parse("3*He1", None).unwrap();
    let v = target("He1", 12, 5, 0.0, 21).directions().clone();
    let target = Target::new(link, v, 0.0);
    // E (3z)² / 9 = 1, with deviation √(2/4096).
    let found = metrics(&network(&all(12), 1, |i, _| i as f64), &target);
    assert!(
        (found.of(Metric::Risk) - 1.0).abs() < 4.0 * (2.0 / 4096.0_f64).sqrt(),
        "{}",
        found.of(Metric::Risk)
    );
}
