//! Gradient comparison: scores, their null law, what each channel is blind to, what survives.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use secateur::learner::options::{DataUse, Keep, PruneOptions, Score, Shift, Simulation};
use secateur::learner::stage::keep::{discoveries, normal_quantile, normal_tail};
use secateur::learner::stage::{Budget, GradientComparison, Scoring, Screen, Split, survivors};
use secateur::learner::{Options, World};
use secateur::model::hermite::he;
use secateur::model::quadrature::gaussian_mean;
use secateur::model::target::Target;
use secateur::model::{Activation, Channel, ChannelChoice, Statistic};
use secateur::sample::{BLOCK, CentredLabels, Key, Samples, Stage};
use strum::IntoEnumIterator;

use crate::stats::{half_normal_cdf, kolmogorov, mean_and_error, smirnov};
use crate::{centred, columns, design, target};

const NOISE: f64 = 0.1;

fn options(channel: ChannelChoice, shift: f64, augmented: bool) -> PruneOptions {
    let (shift, keep) = (Shift::Fixed(shift), Keep::Ratio(1.0));
    PruneOptions { channel, score: Score::Diagonal, shift, keep, rounds: 1, augmented }
}

fn relu(channel: Channel, shift: f64) -> GradientComparison {
    let options = options(ChannelChoice::Fixed(channel), shift, false);
    GradientComparison::new(&options, Activation::Relu, 2).unwrap()
}

fn auxiliary(samples: &Samples<'_>) -> Vec<f64> {
    let mut all = Vec::new();
    for block in 0..samples.blocks() {
        let mut zeta = vec![0.0_f32; samples.block_len(block)];
        samples.auxiliary(block, &mut zeta);
        all.extend(zeta.iter().map(|&z| f64::from(z)));
    }
    all
}

/// √n |(1/n) Σ ỹ_i h(x_ij, ζ_i)| / (std h · sd y) for every j, straight from the definition.
fn direct(samples: &Samples<'_>, h: &Statistic, d: u32) -> Vec<f64> {
    let (y, zeta) = (centred(samples), auxiliary(samples));
    let n = y.len() as f64;
    let deviation = (y.iter().map(|y| y * y).sum::<f64>() / n).sqrt();
    let columns = columns(samples, &(0..d).collect::<Vec<_>>());
    let gradient = |x: &Vec<f64>| {
        let terms = x.iter().zip(&zeta).zip(&y);
        terms.map(|((&x, &zeta), y)| y * h.value_augmented(x, zeta)).sum::<f64>() / n
    };
    columns.iter().map(|x| n.sqrt() * gradient(x).abs() / (h.std * deviation)).collect()
}

#[test]
fn scores_are_the_direct_sums_of_the_statistic() {
    let d = 30;
    let target = target("He2 + He3 + He1", d, 5, NOISE, 4);
    let samples = design(8).samples(&target, Stage::Prune, 2 * BLOCK as u64 + 203);
    let labels = CentredLabels::new(samples);
    // Lanes of 64 terms in single precision: relative to the mean of |terms|, which is below
    // sd y · std h / 0.2 in every channel here, at most 64 · 2⁻²⁴ ≈ 4e-6, times √n.
    let tolerance = 5.0 * 4e-6 * (samples.n() as f64).sqrt();
    let cases = [
        (Activation::Relu, 0.0, false),
        (Activation::Relu, 1.0, false),
        (Activation::Relu, 2.05, false),
        (Activation::Tanh, 0.7, false),
        (Activation::Softplus, -0.5, false),
        (Activation::Gelu, 1.2, false),
        (Activation::Relu, 0.6, true),
        (Activation::Tanh, -0.8, true),
    ];
    for (activation, shift, augmented) in cases {
        let mut auto = vec![0.0_f64; d];
        for channel in Channel::iter() {
            let h = Statistic::new(activation, channel, shift, augmented).unwrap();
            if h.is_null() {
                continue;
            }
            let expected = direct(&samples, &h, d as u32);
            let options = options(ChannelChoice::Fixed(channel), shift, augmented);
            let comparison = GradientComparison::new(&options, activation, 2).unwrap();
            for (j, (score, exact)) in
                comparison.scores(&labels, d).iter().zip(&expected).enumerate()
            {
                let error = (score - exact).abs();
                assert!(error < tolerance, "{activation:?} {channel:?} {shift} {j}: {error}");
            }
            if !matches!(channel, Channel::Raw | Channel::Odd) {
                auto.iter_mut().zip(&expected).for_each(|(a, &e)| *a = a.max(e));
            }
        }
        let options = options(ChannelChoice::Auto, shift, augmented);
        let comparison = GradientComparison::new(&options, activation, 2).unwrap();
        for (score, exact) in comparison.scores(&labels, d).iter().zip(&auto) {
            assert!((score - exact).abs() < tolerance, "{activation:?} auto {shift}");
        }
    }
}

#[test]
fn null_scores_are_half_normal() {
    let d = 6000;
    let target = target("He2", d, 4, NOISE, 5);
    let samples = design(9).samples(&target, Stage::Prune, 4096);
    let labels = CentredLabels::new(samples);
    // Given the labels, null coordinates are independent. Mean √(2/π), variance 1 − 2/π.
    let exact = std::f64::consts::FRAC_2_PI.sqrt();
    for (channel, shift) in [
        (Channel::Raw, 0.4),
        (Channel::Even, 0.0),
        (Channel::Odd, 1.0),
        (Channel::OddNoLinear, 1.0),
        (Channel::Linear, 0.0),
    ] {
        let null = null_coordinates(&target, &relu(channel, shift).scores(&labels, d));
        let (mean, _) = mean_and_error(&null);
        let error = ((1.0 - exact * exact) / null.len() as f64).sqrt();
        assert!((mean - exact).abs() < 4.5 * error, "{channel:?}: {mean} against {exact}");
        let distance = kolmogorov(&null, half_normal_cdf);
        assert!(distance < 2.4, "{channel:?}: {distance}");
    }
}

fn null_coordinates(target: &Target, scores: &[f64]) -> Vec<f64> {
    let support = target.directions().support();
    let null = |&(j, _): &(usize, &f64)| support.binary_search(&(j as u32)).is_err();
    scores.iter().enumerate().filter(null).map(|(_, &score)| score).collect()
}

/// Over trials: the score of one relevant coordinate each, and those of the null ones.
struct Trials {
    relevant: Vec<f64>,
    null: Vec<f64>,
    /// Trials in which the s largest scores are the relevant coordinates.
    exact: u64,
}

fn trials(link: &str, comparison: &GradientComparison, n: u64, d: usize, count: u64) -> Trials {
    let mut all = Trials { relevant: vec![], null: vec![], exact: 0 };
    for trial in 0..count {
        let target = target(link, d, 4, NOISE, 1000 + trial);
        let labels = CentredLabels::new(design(trial).samples(&target, Stage::Prune, n));
        let scores = comparison.scores(&labels, d);
        let support = target.directions().support();
        all.relevant.push(scores[support[0] as usize]);
        all.null.extend(null_coordinates(&target, &scores));
        all.exact += u64::from(survivors(&scores, Keep::Ratio(1.0), 4, 0.0) == support);
    }
    all
}

/// Standard deviation of the score of a relevant coordinate whose channel is blind to the link:
/// √(E\[y² h²\]/(E y² E h²)), not 1, because y² and h² are dependent even where y and h are not
/// correlated. z = x/2 + √¾ u with s = 4.
fn blind_deviation(sigma: impl Fn(f64) -> f64, h: &Statistic) -> f64 {
    let kinks = [h.shift, -h.shift];
    let inner = |x: f64| gaussian_mean(|u| sigma(0.5 * x + 0.75_f64.sqrt() * u).powi(2), &[]);
    let both = gaussian_mean(|x| h.value(x).powi(2) * (inner(x) + NOISE * NOISE), &kinks);
    (both / (1.0 + NOISE * NOISE)).sqrt() / h.std
}

/// Two samples: scores of relevant coordinates, scaled, against scores of null ones.
fn assert_blind(link: &str, order: u32, channel: Channel, shift: f64) {
    let norm = (1..=order).map(f64::from).product::<f64>().sqrt();
    let all = trials(link, &relu(channel, shift), 4096, 24, 250);
    let h = Statistic::new(Activation::Relu, channel, shift, false).unwrap();
    let scale = blind_deviation(|z| he(order, z) / norm, &h);
    let relevant: Vec<f64> = all.relevant.iter().map(|score| score / scale).collect();
    let distance = smirnov(&relevant, &all.null);
    assert!(distance < 2.4, "{link} {channel:?} at {shift}: {distance}");
}

#[test]
fn even_scores_do_not_see_he3() {
    assert_blind("He3", 3, Channel::Even, 2.05);
    assert_blind("He3", 3, Channel::Even, 0.0);
}

#[test]
fn odd_scores_do_not_see_he2() {
    assert_blind("He2", 2, Channel::Odd, 1.0);
    assert_blind("He2", 2, Channel::OddNoLinear, 1.0);
    assert_blind("He2", 2, Channel::Linear, 0.0);
}

#[test]
fn odd_scores_of_relu_without_shift_do_not_see_he3() {
    assert_blind("He3", 3, Channel::Odd, 0.0);
    let only = ChannelChoice::Fixed(Channel::OddNoLinear);
    let error =
        GradientComparison::new(&options(only, 0.0, false), Activation::Relu, 3).unwrap_err();
    assert!(error.to_string().contains("zero"), "{error}");
    // Every statistic that vanishes is refused when it is asked for alone, and left out of auto.
    let even = options(ChannelChoice::Fixed(Channel::Even), 0.0, false);
    assert!(GradientComparison::new(&even, Activation::Tanh, 2).is_err());
    let auto = options(ChannelChoice::Auto, 0.0, false);
    let comparison = GradientComparison::new(&auto, Activation::Relu, 3).unwrap();
    let channels: Vec<Channel> = comparison.channels().iter().map(|h| h.channel).collect();
    assert_eq!(channels, [Channel::Even, Channel::Linear]);
}

/// Moments of ReLU's odd statistic h = x − (x/2) 1(|x| > c), by partial integration.
struct Odd {
    /// E h².
    square: f64,
    /// a₁ = E\[h x\].
    linear: f64,
    /// E\[h He₃\].
    third: f64,
}

impl Odd {
    fn new(c: f64) -> Self {
        let density = (-0.5 * c * c).exp() / std::f64::consts::TAU.sqrt();
        let tail = c * density + 0.5 * libm::erfc(c / std::f64::consts::SQRT_2);
        Self { square: 1.0 - 1.5 * tail, linear: 1.0 - tail, third: -c.powi(3) * density }
    }
}

/// Mean score of a relevant coordinate, s = 4: √n |c₁ v E\[h x\] + c₃ v³ E\[h He₃\]/√6| over
/// std h · sd y (Mehler), c₁ and c₃ the normalised coefficients of the link.
fn predicted(channel: Channel, c: f64, [c1, c3]: [f64; 2], n: u64) -> f64 {
    let odd = Odd::new(c);
    let (first, variance) = match channel {
        Channel::OddNoLinear => (0.0, odd.square - odd.linear.powi(2)),
        _ => (odd.linear, odd.square),
    };
    let v: f64 = 0.5;
    // Signs ±v give the same magnitude: both orders are odd.
    let signal = c1 * v * first + c3 * v.powi(3) * odd.third / 6_f64.sqrt();
    (n as f64).sqrt() * signal.abs() / (variance * (1.0 + NOISE * NOISE)).sqrt()
}

fn assert_signal(link: &str, coefficients: [f64; 2], channel: Channel) -> f64 {
    // The mean is above 5 null deviations, so |g| is g.
    let (n, c) = (1 << 15, 2.05);
    let expected = predicted(channel, c, coefficients, n);
    let found = trials(link, &relu(channel, c), n, 6, 150);
    let (mean, error) = mean_and_error(&found.relevant);
    assert!(expected > 4.0 && error < 0.1 * expected, "{expected} ± {error}");
    assert!((mean - expected).abs() < 4.5 * error, "{link} {channel:?}: {mean} {expected}");
    mean
}

#[test]
fn odd_scores_find_he3_as_strongly_as_predicted() {
    let without = assert_signal("He3", [0.0, 1.0], Channel::OddNoLinear);
    let with = assert_signal("He3", [0.0, 1.0], Channel::Odd);
    // Correlations 0.803 and 0.190 at c = 2.05: the square of their ratio is 17.9.
    let closed = Odd::new(2.05);
    let ratio = (closed.square / (closed.square - closed.linear.powi(2))).sqrt();
    assert!((ratio.powi(2) - 17.9).abs() < 0.1, "{ratio}");
    assert!((without / with / ratio - 1.0).abs() < 0.1, "{without} {with}");
}

#[test]
fn a_linear_part_of_the_link_reaches_only_the_channel_that_kept_it() {
    // Variance 6 + 4 before normalisation.
    let coefficients = [0.4_f64.sqrt(), 0.6_f64.sqrt()];
    let link = "He3 + 2*He1";
    assert_signal(link, coefficients, Channel::OddNoLinear);
    assert_signal(link, coefficients, Channel::Odd);
}

#[test]
fn comparison_finds_the_coordinates_of_he3_and_he2() {
    // √n ρ v^k: 9 null deviations for He3, 15 for He2.
    let found = trials("He3", &relu(Channel::OddNoLinear, 2.05), 8192, 24, 60);
    assert_eq!(found.exact, 60);
    let found = trials("He2", &relu(Channel::Even, 0.0), 4096, 24, 60);
    assert_eq!(found.exact, 60);
}

#[test]
fn survivors_follow_their_rule() {
    let scores = [0.5, 3.0, 0.1, 3.0, 2.0, 3.0];
    let kept = |keep, s| survivors(&scores, keep, s, normal_quantile(1.0 / 6.0, 1));
    assert_eq!(kept(Keep::Ratio(1.0), 1), [1]);
    assert_eq!(kept(Keep::Ratio(2.0), 1), [1, 3]);
    assert_eq!(kept(Keep::Ratio(1.5), 3), [0, 1, 3, 4, 5]);
    assert_eq!(kept(Keep::Ratio(0.1), 2), [1]);
    assert_eq!(kept(Keep::Ratio(9.0), 2), [0, 1, 2, 3, 4, 5]);
    assert_eq!(kept(Keep::Count(4), 1), [1, 3, 4, 5]);
    assert_eq!(kept(Keep::Count(0), 1), [1]);
    assert_eq!(kept(Keep::Count(99), 1), [0, 1, 2, 3, 4, 5]);
    // P(|z| > t) = 1/6 at t = 1.383.
    assert_eq!(kept(Keep::Auto, 1), [1, 3, 4, 5]);
    assert!((normal_quantile(1.0 / 6.0, 1) - 1.383).abs() < 1e-3);
    assert_eq!(survivors(&[1.0; 3], Keep::Auto, 1, 2.0), [0]);
    assert_eq!(survivors(&[1.0; 3], Keep::Count(2), 1, 0.0), [0, 1]);
}

/// Against the definition, the largest k with p_(k) ≤ qk/d; and half of what noise with a few
/// signals shows at the rate ½ is noise at most.
#[test]
fn discoveries_are_those_of_benjamini_and_hochberg() {
    let (d, signals) = (200, 12);
    let (mut false_share, trials) = (0.0, 400);
    for trial in 0..trials {
        let z = gaussians(trial, d);
        let mut p: Vec<f64> = (0..d).map(|i| normal_tail(z[i].abs(), 1)).collect();
        p[..signals].iter_mut().for_each(|p| *p *= 1e-3);
        let mut sorted = p.clone();
        sorted.sort_by(f64::total_cmp);
        for q in [0.1, 0.5] {
            let largest = (1..=d).rev().find(|&k| sorted[k - 1] <= q * k as f64 / d as f64);
            let mut last = 1.0;
            let found = discoveries(q, d as u64, |u| {
                assert!(u < last);
                last = u;
                p.iter().filter(|p| **p <= u).count() as u64
            });
            let count = p.iter().filter(|p| **p <= found.cut).count();
            assert_eq!(count, largest.unwrap_or(0));
            assert!(found.evidence > 1.0);
            let nulls = p[signals..].iter().filter(|p| **p <= found.cut).count();
            if q > 0.4 {
                false_share += nulls as f64 / count.max(1) as f64 / f64::from(trials as u32);
            }
        }
    }
    // q (d − signals)/d = 0.47; a trial's share scatters by about 0.15.
    assert!((false_share - 0.47).abs() < 4.0 * 0.15 / 20.0, "{false_share}");
}

fn gaussians(trial: u64, count: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(trial);
    (0..count).map(|_| StandardNormal.sample(&mut rng)).collect()
}

#[test]
fn keep_auto_keeps_one_coordinate_of_noise_on_average() {
    let (d, count) = (256, 250);
    // Labels of noise; and few, with tails: a normal threshold would keep 4 and more of them.
    for (link, k_star, n, noise, shift) in
        [("He2", 2, 4096, 1e4, 0.0), ("He2", 2, 4096, 1e4, 2.05), ("He3", 3, 1000, 0.1, 2.05)]
    {
        let mut all = Options { simulation: Simulation::Explicit, ..Options::default() };
        all.prune = PruneOptions { keep: Keep::Auto, ..options(ChannelChoice::Auto, shift, false) };
        let comparison = GradientComparison::new(&all.prune, Activation::Relu, k_star).unwrap();
        assert_eq!(comparison.channels().len(), if shift == 0.0 { 2 } else { 3 });
        let screen = Screen::new(comparison, &all);
        let split = Split::new(1, None, DataUse::Fresh).unwrap();
        let kept: Vec<f64> = (0..count)
            .map(|trial| {
                let target = target(link, d, 2, noise, trial);
                let world = World::new(&target, design(5000 + trial));
                let budget = Budget::new(world, Key::root(1), &split, n).unwrap();
                let portion = budget.beside(Stage::Prune, n);
                let kept = screen.select(&portion, |y| y, Key::root(trial)).unwrap().kept;
                let relevant = target.directions().relevant();
                kept.iter().filter(|j| noise > 1.0 || !relevant.contains(j)).count() as f64
            })
            .collect();
        // The number above the cut is binomial(d, 1/d); an empty choice becomes one coordinate,
        // which He3 may find to be relevant.
        let empty = (1.0 - 1.0 / d as f64).powi(d as i32);
        let (mean, error) = mean_and_error(&kept);
        let low = if noise > 1.0 { 1.0 + empty } else { 1.0 - 2.0 / d as f64 };
        let inside = mean > low - 4.5 * error && mean < 1.0 + empty + 4.5 * error;
        assert!(inside, "{link} {shift}: {mean} ± {error}");
    }
}
