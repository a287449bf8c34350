//! The twelve verdicts of the main study, all predictions true; and its power.

use secateur::analysis::judge::{Case, Judgement, judge};
use secateur::analysis::place::Place;
use secateur::analysis::slope::Dimension;
use secateur::model::rate::{Rate, RateKind};

use crate::staircase::Staircase;
use crate::truths::{accepted, rejected, sparse, verdict};
use crate::world::{Tail, Trials, World};
use crate::{mean, percent, repeat};

/// α and dimensions of the main study's pruned networks, and from where on it has 8 trials.
const PRUNED: [(f64, &[usize], Count); 6] = [
    (
        0.25,
        &[
            256,
            1296,
            10_000,
            104_976,
            1_048_576,
            9_834_496,
            100_000_000,
            1_049_760_000,
            10_485_760_000,
        ],
        |d| if d > 500_000_000 { 8 } else { 24 },
    ),
    (0.375, &[256, 934, 3800, 14_130, 52_756, 198_636, 754_490, 2_810_628, 10_533_739], |d| {
        if d > 500_000 { 8 } else { 24 }
    }),
    (0.5, &[256, 576, 1600, 4096, 10_000, 25_600, 62_500, 250_000], |d| {
        if d > 20_000 { 8 } else { 24 }
    }),
    (0.625, &[256, 490, 776, 1176], |_| 24),
    (0.75, &[81, 150, 256, 400, 512], |_| 24),
    (1.0, &[64, 96, 128, 192, 256], |_| 24),
];

/// Trials at a dimension.
type Count = fn(usize) -> usize;

/// A ranking of Gaussian scores, which has its own logarithm; at α = 1 there is nothing to rank.
fn pruned(alpha: f64, dimensions: &[usize], count: Count) -> World {
    let sizes = sparse(alpha, dimensions);
    let ranks = alpha < 1.0;
    let smooth = || Trials::Smooth(0.3, Tail::Normal);
    World {
        name: "pruned",
        b: 2.0 * alpha,
        log_power: if ranks { 1.0 } else { 0.0 },
        trials: if ranks { Trials::Staircase(Staircase::he2(&sizes)) } else { smooth() },
        sizes,
        ln_n_star: |d, _| (1.2 * d * d).ln(),
        count: 24,
        count_at: Some(count),
        scatter: 0.0,
    }
}

fn unpruned() -> World {
    World {
        name: "unpruned",
        b: 2.0,
        log_power: 0.0,
        sizes: sparse(1.0, &[64, 96, 128, 192, 256, 512]),
        trials: Trials::Smooth(0.25, Tail::Normal),
        ln_n_star: |d, _| (0.84 * d * d * (1.0 - 6.0 / d)).ln(),
        count_at: Some(|d| if d < 200 { 96 } else { 24 }),
        ..pruned(1.0, &[64], |_| 24)
    }
}

/// The points of a study of `world` whose exponent is larger by `off`.
///
/// Noise of ln n\* does not depend on where the law stands on the lattice, up to the phase, which is
/// drawn at random anyway: so the points are tilted.
fn moved(world: &World, off: f64, seed: u64) -> Vec<Dimension> {
    let mut points = world.series(seed);
    for point in &mut points {
        if let Place::Inside(y) = &mut point.ln_n {
            *y += off * point.ln_d;
        }
    }
    points
}

fn study() -> Vec<World> {
    let six = PRUNED.iter().map(|(alpha, dimensions, count)| pruned(*alpha, dimensions, *count));
    six.chain((0..6).map(|_| unpruned())).collect()
}

/// Wrong verdicts in a study whose twelve predictions are all true.
pub(crate) fn table(repetitions: u64) -> String {
    let study = study();
    let found = repeat(repetitions, |seed| {
        let points: Vec<Vec<Dimension>> = study
            .iter()
            .enumerate()
            .map(|(i, world)| moved(world, 0.0, seed * 64 + i as u64))
            .collect();
        let cases: Vec<Case> = study
            .iter()
            .zip(&points)
            .map(|(world, points)| {
                let (exponent, log_power) = (world.b, world.log_power);
                let predicted = Some(Rate { exponent, log_power, kind: RateKind::Rate });
                Case { points, predicted, csq: None, correlational: true }
            })
            .collect();
        let judged = judge(&cases);
        let count = |of: fn(&Judgement) -> bool| judged.iter().filter(|j| of(j)).count() as f64;
        (count(accepted), count(rejected))
    });
    let matched = mean(&found.iter().map(|f| f.0).collect::<Vec<f64>>());
    let wrong = percent(&found.iter().map(|f| f.1 > 0.0).collect::<Vec<bool>>());
    format!(
        "Twelve true predictions: {matched:.1} match on average, {:.1} are open, any is rejected in \
         {wrong:.1} % of {repetitions} studies.\n",
        12.0 - matched - mean(&found.iter().map(|f| f.1).collect::<Vec<f64>>())
    )
}

/// How often a prediction is rejected that is off by so much.
pub(crate) fn power(repetitions: u64) -> String {
    const OFF: [f64; 8] = [-0.25, -0.2, -0.15, -0.1, 0.1, 0.15, 0.2, 0.25];
    let mut text = "| series | dimensions |".to_owned();
    for off in OFF {
        text += &format!(" true b {off:+} |");
    }
    text += "\n|---|---|---|---|---|---|---|---|---|---|\n";
    for world in study().iter().take(7) {
        text += &format!("| {}, b = {} | {} |", world.name, world.b, world.sizes.len());
        for off in OFF {
            let found = repeat(repetitions, |seed| {
                let judged = verdict(&moved(world, off, seed), world.b, world.log_power);
                (rejected(&judged), accepted(&judged))
            });
            let no = percent(&found.iter().map(|f| f.0).collect::<Vec<bool>>());
            let yes = percent(&found.iter().map(|f| f.1).collect::<Vec<bool>>());
            text += &format!(" {no:.0} ({yes:.0}) |");
        }
        text.push('\n');
    }
    text + "\nPercent of studies in which the prediction b is rejected (in brackets: matches).\n"
}
