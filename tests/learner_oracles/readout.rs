//! The second layer against normal equations and least squares by QR, in double precision.

use faer::Mat;
use faer::linalg::solvers::SolveLstsq;
use secateur::learner::Network;
use secateur::learner::options::{Lambda, ReadoutMethod, ReadoutOptions};
use secateur::learner::stage::network::Layer;
use secateur::learner::stage::readout;
use secateur::model::Activation;
use secateur::sample::{Key, Samples, Stage};

use crate::stats::kolmogorov;
use crate::{columns, design, labels, target};

/// Moments are summed in double precision: entries of (1/n) FᵀF, of order 10, and what follows
/// from them are off by a few roundings of 10⁻¹⁶ times that. Sums in single precision would be
/// off by 10⁻⁶.
const ROUNDING: f64 = 1e-13;

/// Features are computed in single precision, from sums of a dozen products.
const FEATURE_ROUNDING: f64 = 3e-6;

fn layer(m: u32, width: usize) -> Layer {
    Layer::on_sphere((0..m).collect(), width, Activation::Relu, Key::root(6).named("w"))
}

fn options(method: ReadoutMethod, lambda: Lambda) -> ReadoutOptions {
    ReadoutOptions { method, lambda }
}

fn fit(layer: &Layer, samples: &Samples<'_>, lambda: Lambda) -> Network {
    let options = options(ReadoutMethod::Ridge, lambda);
    readout::fit(layer.clone(), &options, samples, Key::root(2)).unwrap()
}

/// Features and labels of a range of samples.
struct Problem {
    /// One column a neuron.
    features: Vec<Vec<f64>>,
    y: Vec<f64>,
}

impl Problem {
    /// The features that the readout was given, to the bit, which are φ(⟨`w_j`, x_i⟩ + `b_j`).
    fn new(network: &Network, samples: &Samples<'_>) -> Self {
        let Network { layer, biases, .. } = network;
        let mut features = vec![Vec::new(); layer.width()];
        for block in 0..samples.blocks() {
            let rows = samples.block_len(block);
            let mut x = vec![0.0; rows * layer.coordinates.len()];
            let mut given = vec![0.0; rows * layer.width()];
            samples.columns(block, &layer.coordinates, &mut x);
            Network::features(layer, biases, &x, rows, &mut given);
            for (feature, part) in features.iter_mut().zip(given.chunks_exact(rows)) {
                feature.extend(part.iter().map(|&f| f64::from(f)));
            }
        }
        let x = columns(samples, &layer.coordinates);
        for (j, feature) in features.iter().enumerate() {
            let w = layer.weights.col_as_slice(j);
            for (i, found) in feature.iter().enumerate() {
                let u: f64 = w.iter().zip(&x).map(|(&w, x)| f64::from(w) * x[i]).sum();
                let exact = layer.activation.value(u + f64::from(biases[j]));
                assert!((found - exact).abs() < FEATURE_ROUNDING, "{found} {exact}");
            }
        }
        Self { features, y: labels(samples) }
    }

    fn part(&self, range: std::ops::Range<usize>) -> Self {
        let features = self.features.iter().map(|f| f[range.clone()].to_vec()).collect();
        Self { features, y: self.y[range].to_vec() }
    }

    fn n(&self) -> f64 {
        self.y.len() as f64
    }

    fn residuals(&self, a: &[f64], intercept: f64) -> Vec<f64> {
        let fitted = |i: usize| self.features.iter().zip(a).map(|(f, a)| a * f[i]).sum::<f64>();
        (0..self.y.len()).map(|i| self.y[i] - intercept - fitted(i)).collect()
    }

    /// (1/n) Σ (y − a₀ − Fa)² + λ ‖a‖².
    fn objective(&self, a: &[f64], intercept: f64, lambda: f64) -> f64 {
        let error: f64 = self.residuals(a, intercept).iter().map(|r| r * r).sum();
        error / self.n() + lambda * a.iter().map(|a| a * a).sum::<f64>()
    }

    /// Least squares of \[F; √(nλ) I\] a = \[y; 0\], columns of F and y centred, by QR.
    fn least_squares(&self, lambda: f64) -> (Vec<f64>, f64) {
        let (n, m) = (self.y.len(), self.features.len());
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let means: Vec<f64> = self.features.iter().map(|f| mean(f)).collect();
        let mean_y = mean(&self.y);
        let penalty = (n as f64 * lambda).sqrt();
        let matrix = Mat::from_fn(n + m, m, |i, j| {
            if i < n {
                self.features[j][i] - means[j]
            } else if i - n == j {
                penalty
            } else {
                0.0
            }
        });
        let right = Mat::from_fn(n + m, 1, |i, _| if i < n { self.y[i] - mean_y } else { 0.0 });
        let solution = matrix.qr().solve_lstsq(&right);
        let a: Vec<f64> = solution.col(0).iter().take(m).copied().collect();
        let intercept = mean_y - a.iter().zip(&means).map(|(a, f)| a * f).sum::<f64>();
        (a, intercept)
    }
}

#[test]
fn ridge_solves_its_normal_equations_and_centres_the_residuals() {
    let target = target("He2", 12, 3, 0.5, 3);
    let samples = design(4).samples(&target, Stage::Readout, 2500);
    for lambda in [1e-3, 1e-1, 10.0] {
        let network = fit(&layer(12, 24), &samples, Lambda::Fixed(lambda));
        let problem = Problem::new(&network, &samples);
        let residuals = problem.residuals(&network.readout, network.intercept);
        // The intercept is not penalised: residuals have mean zero.
        let mean = residuals.iter().sum::<f64>() / problem.n();
        assert!(mean.abs() < ROUNDING, "λ = {lambda}: {mean}");
        // (1/n) Fᵀ(y − a₀ − Fa) = λ a.
        let size = network.readout.iter().map(|a| a.abs()).sum::<f64>();
        for (feature, a) in problem.features.iter().zip(&network.readout) {
            let inner: f64 = feature.iter().zip(&residuals).map(|(f, r)| f * r).sum();
            let excess = inner / problem.n() - lambda * a;
            assert!(excess.abs() < ROUNDING * (1.0 + size), "λ = {lambda}: {excess}, {size}");
        }
    }
}

#[test]
fn ridge_is_the_least_squares_solution_by_qr() {
    let target = target("He2", 12, 3, 0.5, 3);
    let samples = design(4).samples(&target, Stage::Readout, 2500);
    for lambda in [1e-3, 1e-1, 10.0] {
        let network = fit(&layer(12, 24), &samples, Lambda::Fixed(lambda));
        let problem = Problem::new(&network, &samples);
        let (exact, intercept) = problem.least_squares(lambda);
        let distance =
            exact.iter().zip(&network.readout).map(|(e, a)| (e - a).powi(2)).sum::<f64>();
        let size = exact.iter().map(|a| a * a).sum::<f64>();
        // The normal equations amplify their rounding by at most 1/λ.
        let bound = ROUNDING * (1.0 + size.sqrt()) / lambda;
        assert!(distance.sqrt() < bound, "{lambda}: {distance} {size}");
        let least = problem.objective(&exact, intercept, lambda);
        let reached = problem.objective(&network.readout, network.intercept, lambda);
        // Second order in that distance.
        assert!((reached / least - 1.0).abs() < 1e-13, "{reached} {least}");
        // And the objective is really at its minimum: any single change makes it larger.
        let mut moved = exact.clone();
        moved[3] += 1e-3;
        assert!(problem.objective(&moved, intercept, lambda) > least);
    }
}

#[test]
fn gradient_descent_reaches_the_objective_of_ridge() {
    let target = target("He2", 12, 3, 0.5, 3);
    let samples = design(4).samples(&target, Stage::Readout, 2500);
    for lambda in [1e-2, 1.0] {
        let options = options(ReadoutMethod::GradientDescent, Lambda::Fixed(lambda));
        let network = readout::fit(layer(12, 24), &options, &samples, Key::root(2)).unwrap();
        let problem = Problem::new(&network, &samples);
        let (exact, intercept) = problem.least_squares(lambda);
        let least = problem.objective(&exact, intercept, lambda);
        let reached = problem.objective(&network.readout, network.intercept, lambda);
        assert!((reached / least - 1.0).abs() < 1e-12, "λ = {lambda}: {reached} {least}");
    }
}

fn grid() -> Vec<f64> {
    (0..=20).map(|i| 10_f64.powf(-8.0 + 0.5 * f64::from(i))).collect()
}

/// Error on the last fifth of the samples after least squares on the others.
fn held_out_error(problem: &Problem, lambda: f64) -> f64 {
    let n = problem.y.len();
    let cut = n - n / 5;
    let (a, intercept) = problem.part(0..cut).least_squares(lambda);
    problem.part(cut..n).objective(&a, intercept, 0.0)
}

/// The penalty of the grid at which least squares on all samples gives the network's readout.
fn chosen(problem: &Problem, network: &Network) -> f64 {
    let distance = |&lambda: &f64| {
        let (a, _) = problem.least_squares(lambda);
        a.iter().zip(&network.readout).map(|(e, a)| (e - a).powi(2)).sum::<f64>()
    };
    grid().into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap()
}

#[test]
fn validation_picks_the_penalty_with_the_least_error_on_the_held_out_fifth() {
    let mut picked = Vec::new();
    // n that cuts inside a block, noise that asks for different penalties, and a single kept
    // coordinate, whose features are nearly dependent.
    for (m, width, n, noise) in
        [(6, 24, 300, 2.0), (6, 24, 3000, 0.1), (12, 40, 500, 0.5), (1, 64, 2000, 0.1)]
    {
        let target = target("He2", 12, 3, noise, 3);
        let samples = design(4).samples(&target, Stage::Readout, n);
        let network = fit(&layer(m, width), &samples, Lambda::Validate);
        let problem = Problem::new(&network, &samples);
        let lambda = chosen(&problem, &network);
        let errors: Vec<f64> = grid().iter().map(|&l| held_out_error(&problem, l)).collect();
        let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
        let worst = errors.iter().copied().fold(0.0, f64::max);
        let reached = held_out_error(&problem, lambda);
        // Errors, not penalties, are compared: near the best, penalties differ by little.
        assert!(reached <= least * (1.0 + 1e-9), "{m} {n}: λ = {lambda}, {reached} {least}");
        assert!(worst > least * 1.01, "{m} {n}: every penalty is as good");
        picked.push(lambda);
    }
    assert!(picked.iter().any(|l| *l > 2.0 * picked[1]), "{picked:?}");
}

#[test]
fn validation_is_not_fooled_by_nearly_dependent_features() {
    // 48 functions of one, two or three relevant coordinates: the best penalty is so small
    // that rounding decides whether there is a solution.
    for seed in 0..6 {
        for (s, n, noise) in [(1, 1000, 0.0), (1, 4000, 0.1), (2, 2000, 0.01), (3, 4000, 0.0)] {
            let target = target("He2", 12, s, noise, seed);
            let samples = design(seed).samples(&target, Stage::Readout, n);
            let kept = target.directions().support().to_vec();
            let layer = Layer::on_sphere(kept, 48, Activation::Relu, Key::root(seed));
            let network = fit(&layer, &samples, Lambda::Validate);
            let problem = Problem::new(&network, &samples);
            let errors: Vec<f64> = grid().iter().map(|&l| held_out_error(&problem, l)).collect();
            let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
            let reached = problem.objective(&network.readout, network.intercept, 0.0);
            // Another fifth may ask for another penalty: a factor. The labels' variance is 1.
            assert!(reached < 1.5 * least, "{seed} {s} {n}: {reached} {least}");
        }
    }
}

#[test]
fn dependent_features_without_a_penalty_are_an_error_or_finite() {
    let target = target("He2", 12, 3, 0.5, 3);
    for n in [2, 10, 63] {
        let samples = design(4).samples(&target, Stage::Readout, n);
        for method in [ReadoutMethod::Ridge, ReadoutMethod::GradientDescent] {
            let options = options(method, Lambda::Fixed(0.0));
            match readout::fit(layer(12, 64), &options, &samples, Key::root(2)) {
                Err(error) => assert!(error.to_string().contains("no finite solution")),
                Ok(network) => {
                    assert!(network.intercept.is_finite());
                    assert!(network.readout.iter().all(|a| a.is_finite()));
                }
            }
        }
        let validated = options(ReadoutMethod::Ridge, Lambda::Validate);
        let network = readout::fit(layer(12, 64), &validated, &samples, Key::root(2));
        assert!(network.is_ok_and(|net| net.readout.iter().all(|a| a.is_finite())), "n = {n}");
    }
}

#[test]
fn biases_are_uniform_between_minus_three_and_three() {
    let target = target("He2", 12, 3, 0.5, 3);
    let samples = design(4).samples(&target, Stage::Readout, 20);
    let options = options(ReadoutMethod::Ridge, Lambda::Fixed(1.0));
    let biases: Vec<f64> = (0..80)
        .flat_map(|key| {
            readout::fit(layer(2, 64), &options, &samples, Key::root(key)).unwrap().biases
        })
        .map(f64::from)
        .collect();
    let distance = kolmogorov(&biases, |b| (b + 3.0) / 6.0);
    assert!(distance < 2.4, "{distance}");
    assert!(biases.iter().all(|b| b.abs() <= 3.0));
}
