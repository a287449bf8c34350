//! The ranking that visits relevant coordinates alone, against the one that visits all.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::options::{Keep, PruneOptions, Shift};
use secateur::learner::ranking::Ranking;
use secateur::learner::stage::nulls::{NullComparison, Survivors};
use secateur::learner::stage::{GradientComparison, survivors};
use secateur::model::{Activation, Channel, ChannelChoice, Input};
use secateur::sample::{BLOCK, CentredLabels, Design, Key, Stage};

use crate::stats::{kolmogorov, mean_and_error};
use crate::target;

fn comparison(channel: ChannelChoice, activation: Activation, k_star: u32) -> GradientComparison {
    let options =
        PruneOptions { channel, shift: Shift::Auto, keep: Keep::Ratio(1.0), augmented: false };
    GradientComparison::new(&options, activation, k_star).unwrap()
}

fn identity(y: f64) -> f64 {
    y
}

#[test]
fn one_pass_gives_the_scores_of_an_explicit_comparison() {
    for (link, activation, k_star) in
        [("He3", Activation::Relu, 3), ("He2", Activation::Tanh, 2), ("He2", Activation::Relu, 2)]
    {
        let target = target(link, 40, 7, 0.1, 5);
        let design = Design::new(Key::root(6));
        let samples = design.samples(&target, Stage::Prune, 5 * BLOCK as u64 + 77);
        let comparison = comparison(ChannelChoice::Auto, activation, k_star);
        let all = comparison.scores(&CentredLabels::new(samples), 40);
        let relevant = target.directions().relevant();
        let nulls = NullComparison::new(&comparison, Input::Gaussian).unwrap();
        let (scores, _) = nulls.scores(&samples, identity, &relevant);
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
        let design = Design::new(Key::root(11));
        let samples = design.samples(&target, Stage::Prune, 160);
        let comparison = comparison(channel, activation, k_star);
        let law =
            NullComparison::new(&comparison, input).unwrap().scores(&samples, identity, &[]).1;
        let scores = comparison.scores(&CentredLabels::new(samples), d);
        let relevant = target.directions().relevant();
        let nulls = (0..d as u32).filter(|j| !relevant.contains(j));
        let p: Vec<f64> = nulls.map(|j| law.beyond(scores[j as usize])).collect();
        let distance = kolmogorov(&p, |p| p);
        assert!(distance < 2.4, "{link} {activation:?} {}: {distance}", input.name());
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
        let comparison = comparison(channel, Activation::Relu, k_star);
        let nulls = NullComparison::new(&comparison, input).unwrap();
        let mut differences: [Vec<f64>; 5] = Default::default();
        for trial in 0..160 {
            let target = target(link, d, s, 0.1, trial).on(input);
            let directions = target.directions();
            let design = Design::new(Key::root(trial));
            let samples = design.samples(&target, Stage::Prune, n);
            let labels = CentredLabels::transformed(samples, transform);
            let scores = comparison.scores(&labels, d);
            let ranking = Ranking::of(&scores, directions);
            let relevant = directions.relevant();
            let rows = directions.rows_at(&relevant);
            let norms: Vec<f64> = rows
                .chunks_exact(directions.r())
                .map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt())
                .collect();
            let rule = match keep {
                Keep::Auto => Survivors::Beyond(1.0 / d as f64),
                Keep::Ratio(ratio) => Survivors::Largest((ratio * s as f64).round() as u64),
                Keep::Count(count) => Survivors::Largest(count as u64),
            };
            // Today's threshold is that of a normal law: hold the exact one against itself.
            let kept = if keep == Keep::Auto {
                let cut = nulls.scores(&samples, transform, &relevant).1.threshold(1.0 / d as f64);
                (0..d as u32).filter(|&j| scores[j as usize] > cut).collect()
            } else {
                survivors(&scores, keep, s, comparison.channels().len())
            };
            let hits = kept.iter().filter(|j| relevant.contains(j)).count();
            let mut rng = ChaCha8Rng::seed_from_u64(trial);
            let reduced = nulls.rank(
                &samples,
                transform,
                (&relevant, &norms),
                (d - s) as u64,
                rule,
                &mut rng,
            );
            let empty = kept.is_empty();
            let pairs = [
                (reduced.relevant.len() as f64, hits as f64),
                (reduced.nulls as f64, (kept.len() - hits) as f64),
                (reduced.auc.unwrap(), ranking.auc.unwrap()),
                (reduced.spearman.unwrap(), ranking.spearman.unwrap()),
                (reduced.pearson.unwrap_or(f64::NAN), ranking.pearson.unwrap()),
            ];
            for (k, (reduced, explicit)) in pairs.into_iter().enumerate() {
                // Somebody always survives; the filter above knows nothing of that.
                if (k > 1 || !empty) && !reduced.is_nan() {
                    differences[k].push(reduced - explicit);
                }
            }
        }
        for (k, differences) in differences.iter().enumerate() {
            let (mean, error) = mean_and_error(differences);
            assert!(mean.abs() <= 4.0 * error, "{link} {k}: {mean} ± {error}");
        }
    }
}
