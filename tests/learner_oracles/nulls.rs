//! The ranking that visits relevant coordinates alone, against the one that visits all.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::options::{DataUse, Keep, Shift, Simulation};
use secateur::learner::stage::{
    Budget, GradientComparison, Scores, Scoring, Screen, Selected, Split,
};
use secateur::learner::{Options, World};
use secateur::model::direction::DirectionLaw;
use secateur::model::target::Target;
use secateur::model::{Activation, Channel, ChannelChoice, Input, Link};
use secateur::sample::{BLOCK, CentredLabels, Key, Stage};

use crate::stats::{kolmogorov, mean_and_error};
use crate::{design, target};

fn screen(
    channel: ChannelChoice,
    activation: Activation,
    k_star: u32,
    (keep, simulation): (Keep, Simulation),
) -> Screen<GradientComparison> {
    let mut options = Options { activation, simulation, ..Options::default() };
    (options.prune.channel, options.prune.shift, options.prune.keep) = (channel, Shift::Auto, keep);
    let comparison = GradientComparison::new(&options.prune, activation, k_star).unwrap();
    Screen::new(comparison, &options)
}

/// What `screen` chooses by T(y) of n samples of trial number `trial`.
fn select(
    screen: &Screen<GradientComparison>,
    target: &Target,
    transform: fn(f64) -> f64,
    n: u64,
    trial: u64,
) -> Selected {
    let split = Split::new(1, None, DataUse::Fresh).unwrap();
    let world = World::new(target, design(trial));
    let budget = Budget::new(world, Key::root(1), &split, n).unwrap();
    let key = Key::root(trial).named("nulls");
    screen.select(&budget.beside(Stage::Prune, n), transform, key).unwrap()
}

const PLAIN: (Keep, Simulation) = (Keep::Ratio(1.0), Simulation::Explicit);

fn identity(y: f64) -> f64 {
    y
}

#[test]
fn one_pass_gives_the_scores_of_an_explicit_comparison() {
    for (link, activation, k_star) in
        [("He3", Activation::Relu, 3), ("He2", Activation::Tanh, 2), ("He2", Activation::Relu, 2)]
    {
        let target = target(link, 40, 7, 0.1, 5);
        let samples = design(6).samples(&target, Stage::Prune, 5 * BLOCK as u64 + 77);
        let screen = screen(ChannelChoice::Auto, activation, k_star, PLAIN);
        let all = screen.scoring().scores(&CentredLabels::new(samples), 40);
        let relevant = target.directions().relevant();
        let terms = screen.scoring().terms(Input::Gaussian).unwrap();
        let (scores, _) = screen.known(&samples, identity, &terms, &relevant);
        for (score, &j) in scores.iter().zip(&relevant) {
            let error = (score - all[j as usize]).abs();
            assert!(error < 1e-3, "{link} {activation:?}: {score} against {}", all[j as usize]);
        }
    }
}

/// Every coordinate that V does not touch, scored explicitly at few labels, against the law given
/// just these labels.
#[test]
fn null_scores_have_the_law_given_the_labels() {
    let fixed = ChannelChoice::Fixed;
    for (link, k_star, channel, activation, input) in [
        ("He2", 2, ChannelChoice::Auto, Activation::Relu, Input::Gaussian),
        ("He2", 2, fixed(Channel::Raw), Activation::Relu, Input::Gaussian),
        ("He3", 3, fixed(Channel::OddNoLinear), Activation::Relu, Input::Gaussian),
        ("He3", 3, fixed(Channel::Odd), Activation::Relu, Input::Laplace),
        ("He4", 2, fixed(Channel::Even), Activation::Gelu, Input::Gaussian),
        ("exp(t)", 1, fixed(Channel::Linear), Activation::Relu, Input::Uniform),
        ("z1*z2", 2, fixed(Channel::Even), Activation::He2, Input::Gaussian),
        ("He3", 3, fixed(Channel::OddNoLinear), Activation::Tanh, Input::Uniform),
    ] {
        let (d, s) = (4000, 4);
        let target = target(link, d, s, 0.1, 3).on(input);
        let samples = design(11).samples(&target, Stage::Prune, 160);
        let screen = screen(channel, activation, k_star, PLAIN);
        let terms = screen.scoring().terms(input).unwrap();
        let law = screen.known(&samples, identity, &terms, &[]).1.unwrap();
        let scores = screen.scoring().scores(&CentredLabels::new(samples), d);
        let relevant = target.directions().relevant();
        let nulls = (0..d as u32).filter(|j| !relevant.contains(j));
        let p: Vec<f64> = nulls.map(|j| law.beyond(scores[j as usize])).collect();
        let distance = kolmogorov(&p, |p| p);
        assert!(distance < 2.4, "{link} {activation:?} {}: {distance}", input.name());
    }
}

/// What is kept and how the scores rank, trial by trial, by the first screen and by the second, which
/// visits every coordinate: differences of mean 0.
fn same_law(
    screens: [&Screen<GradientComparison>; 2],
    (transform, n, name): (fn(f64) -> f64, u64, &str),
    target: impl Fn(u64) -> Target,
) {
    let mut differences: [Vec<f64>; 5] = Default::default();
    for trial in 0..160 {
        let target = target(trial);
        let directions = target.directions();
        let relevant = directions.relevant();
        let [a, b] = [(screens[0], false), (screens[1], true)].map(|(screen, all)| {
            let Selected { kept, scores, .. } = select(screen, &target, transform, n, trial);
            assert!(kept.is_sorted_by(|a, b| a < b));
            assert!(kept.iter().all(|&j| (j as usize) < directions.d()));
            assert_eq!(matches!(scores, Scores::All(_)), all);
            let hits = kept.iter().filter(|j| relevant.contains(j)).count();
            let mass = directions.rows_at(&kept).iter().map(|v| v * v).sum::<f64>();
            let ranking = scores.ranking(directions);
            [
                Some(mass),
                Some((kept.len() - hits) as f64),
                ranking.auc,
                ranking.spearman,
                ranking.pearson,
            ]
        });
        for ((differences, a), b) in differences.iter_mut().zip(a).zip(b) {
            // Pearson's correlation is left out where too few are null.
            differences.extend(a.zip(b).map(|(a, b)| a - b));
        }
    }
    for (k, differences) in differences.iter().enumerate() {
        let (mean, error) = mean_and_error(differences);
        assert!(mean.abs() <= 4.0 * error, "{name} {k}: {mean} ± {error}");
    }
}

/// Differences trial by trial, with the same labels and relevant scores: only the null
/// coordinates are drawn anew, so that small differences of the means would show.
#[test]
fn rankings_have_the_law_of_explicit_ones() {
    let fixed = ChannelChoice::Fixed;
    let sign: fn(f64) -> f64 = f64::signum;
    for (link, d, s, n, channel, k_star, input, transform, keep) in [
        (
            "He2",
            256,
            16,
            1000,
            ChannelChoice::Auto,
            2,
            Input::Gaussian,
            identity as fn(f64) -> f64,
            Keep::Ratio(1.0),
        ),
        ("He2", 400, 5, 300, ChannelChoice::Auto, 2, Input::Gaussian, identity, Keep::Auto),
        ("He3", 216, 6, 3000, ChannelChoice::Auto, 3, Input::Gaussian, identity, Keep::Ratio(1.5)),
        ("He2", 256, 16, 700, ChannelChoice::Auto, 2, Input::Gaussian, identity, Keep::Fdr(0.25)),
        ("He3", 216, 6, 400, fixed(Channel::Linear), 1, Input::Gaussian, sign, Keep::Ratio(1.0)),
        ("He2", 300, 10, 700, fixed(Channel::Even), 2, Input::Uniform, identity, Keep::Ratio(1.0)),
        ("He2", 300, 10, 700, fixed(Channel::Even), 2, Input::Laplace, identity, Keep::Count(20)),
        (
            "z1*z2 + He2(z1)",
            300,
            8,
            500,
            fixed(Channel::Raw),
            2,
            Input::Gaussian,
            identity,
            Keep::Ratio(1.0),
        ),
    ] {
        let [explicit, reduced] = [Simulation::Explicit, Simulation::Reduced]
            .map(|simulation| screen(channel, Activation::Relu, k_star, (keep, simulation)));
        let case = (transform, n, link);
        same_law([&reduced, &explicit], case, |trial| target(link, d, s, 0.1, trial).on(input));
    }
}

/// Relevant scores are explicit, whatever their rows; null coordinates have one law.
#[test]
fn rankings_of_uneven_rows_have_the_law_of_explicit_ones() {
    let (d, s) = (256, 16);
    for (n, keep) in [(600, Keep::Ratio(1.0)), (600, Keep::Fdr(0.25)), (300, Keep::Auto)] {
        let [reduced, explicit] = [Simulation::Reduced, Simulation::Explicit]
            .map(|simulation| screen(ChannelChoice::Auto, Activation::Relu, 2, (keep, simulation)));
        same_law([&reduced, &explicit], (identity, n, "uneven"), |trial| {
            let link = Link::parse("He2", None).unwrap().normalised().unwrap();
            let law = DirectionLaw::Uneven { alpha: (s as f64).ln() / f64::from(d).ln() };
            let mut rng = ChaCha8Rng::seed_from_u64(trial);
            Target::new(link, law.draw(d as usize, 1, &mut rng).unwrap(), 0.1)
        });
    }
}
