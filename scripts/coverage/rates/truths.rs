//! One series at a time: every truth that the rule should survive.

use secateur::analysis::judge::{Case, Judgement, Verdict, judge};
use secateur::analysis::slope::Dimension;
use secateur::model::rate::{Rate, RateKind};

use crate::staircase::Staircase;
use crate::world::{Tail, Trials, World};
use crate::{mean, percent, repeat};

const QUARTER: [usize; 7] = [256, 625, 1296, 4096, 10_000, 20_736, 65_536];
const HALF: [usize; 6] = [256, 576, 1024, 2304, 4096, 16_384];
const THREE_QUARTERS: [usize; 5] = [81, 150, 256, 400, 512];
const UNPRUNED: [usize; 6] = [64, 96, 128, 192, 256, 512];

/// (d, round(d^α)).
pub(crate) fn sparse(alpha: f64, dimensions: &[usize]) -> Vec<(usize, usize)> {
    let s = |d: usize| ((d as f64).powf(alpha).round() as usize).max(1);
    dimensions.iter().map(|&d| (d, s(d))).collect()
}

/// As many dimensions over the same range, in equal ratios: d^α is then no integer.
fn unrounded(dimensions: &[usize]) -> Vec<usize> {
    let (first, last) = (dimensions[0] as f64, dimensions[dimensions.len() - 1] as f64);
    let share = |i: usize| i as f64 / (dimensions.len() - 1) as f64;
    (0..dimensions.len())
        .map(|i| (first * (last / first).powf(share(i))).round() as usize)
        .collect()
}

fn pruned(name: &'static str, alpha: f64, dimensions: &[usize], law: fn(f64, f64) -> f64) -> World {
    // Trials of fewer relevant coordinates differ more.
    let noise = if alpha < 0.3 { 0.25 } else { 0.15 };
    World {
        name,
        b: 2.0 * alpha,
        log_power: 1.0,
        sizes: sparse(alpha, dimensions),
        ln_n_star: law,
        trials: Trials::Smooth(noise, Tail::Normal),
        count: 24,
        count_at: None,
        scatter: 0.0,
    }
}

fn unpruned(name: &'static str, law: fn(f64, f64) -> f64) -> World {
    World {
        b: 2.0,
        log_power: 0.0,
        trials: Trials::Smooth(0.2, Tail::Normal),
        ..pruned(name, 1.0, &UNPRUNED, law)
    }
}

fn stairs(name: &'static str, alpha: f64, dimensions: &[usize], order: u32) -> World {
    let sizes = sparse(alpha, dimensions);
    let ranking = if order == 2 { Staircase::he2(&sizes) } else { Staircase::he3(&sizes) };
    World {
        b: f64::from(order) * alpha,
        trials: Trials::Staircase(ranking),
        ..pruned(name, alpha, dimensions, |_, _| 0.0)
    }
}

fn root(d: f64, _: f64) -> f64 {
    (12.0 * d.sqrt()).ln()
}
fn root_log(d: f64, _: f64) -> f64 {
    (12.0 * d.sqrt() * d.ln()).ln()
}
fn root_log07(d: f64, _: f64) -> f64 {
    (12.0 * d.sqrt() * d.ln().powf(0.7)).ln()
}
fn linear_log07(d: f64, _: f64) -> f64 {
    (12.0 * d * d.ln().powf(0.7)).ln()
}
fn three_halves_log(d: f64, _: f64) -> f64 {
    (12.0 * d.powf(1.5) * d.ln()).ln()
}
fn square_drift(d: f64, _: f64) -> f64 {
    (0.84 * d * d * (1.0 - 6.0 / d)).ln()
}

/// All truths, as issue and design list them.
pub(crate) fn worlds() -> Vec<World> {
    let q = |name, law| pruned(name, 0.25, &QUARTER, law);
    let smooth = |noise, tail| Trials::Smooth(noise, tail);
    let odd: Vec<usize> = unrounded(&QUARTER);
    vec![
        q("d^½", root),
        q("d^½ ln d", root_log),
        q("d^½ ln^0.7 d", root_log07),
        World { count: 8, ..q("d^½ ln^0.7 d, 8 trials", root_log07) },
        q("d^½ ln d + fixed cost 384", |d, _| (7.0 * d.sqrt() * d.ln() + 384.0).ln()),
        q("d^½ ln d + 60 d^¼", |d, _| (7.0 * d.sqrt() * d.ln() + 60.0 * d.powf(0.25)).ln()),
        q("sum of stages", |d, _| (7.0 * d.sqrt() * d.ln() + 2.0 * d.sqrt() + 384.0).ln()),
        q("maximum of stages", |d, s| {
            (3.0 * (2.0 * s * s * d.ln() / 0.876).max(150.0 * s.sqrt() + 128.0)).ln()
        }),
        World {
            sizes: sparse(0.25, &odd),
            ..q("s² ln d, s rounded", |d, s| (12.0 * s * s * d.ln()).ln())
        },
        World { trials: smooth(0.3, Tail::T3), ..q("t₃ noise", root_log07) },
        World { trials: smooth(0.3, Tail::Bimodal), ..q("bimodal noise", root_log07) },
        World { scatter: 0.06, ..q("scatter 6 %", root_log07) },
        World { scatter: 0.1, ..q("scatter 10 %", root_log07) },
        stairs("staircase, s = 4 to 12", 0.25, &QUARTER[..6], 2),
        stairs("staircase, s = 4 to 16", 0.25, &QUARTER, 2),
        World { count: 8, ..stairs("staircase, 8 trials", 0.25, &QUARTER, 2) },
        stairs("staircase, s rounded", 0.25, &odd, 2),
        stairs("staircase, α = ½", 0.5, &HALF, 2),
        stairs("staircase, α = ¾", 0.75, &THREE_QUARTERS, 2),
        stairs("staircase, He₃, α = ¼", 0.25, &[256, 625, 1296, 2401, 4096], 3),
        stairs("staircase, He₃, α = ½", 0.5, &[64, 100, 144, 256, 400], 3),
        pruned("d ln^0.7 d", 0.5, &HALF, linear_log07),
        World { scatter: 0.06, ..pruned("d ln^0.7 d, scatter 6 %", 0.5, &HALF, linear_log07) },
        World { scatter: 0.1, ..pruned("d ln^0.7 d, scatter 10 %", 0.5, &HALF, linear_log07) },
        pruned("d^1.5 ln d, d = 81 to 512", 0.75, &THREE_QUARTERS, three_halves_log),
        pruned("d^1.25 ln^0.7 d, 4 dimensions", 0.625, &[256, 490, 776, 1176], |d, _| {
            (12.0 * d.powf(1.25) * d.ln().powf(0.7)).ln()
        }),
        unpruned("d²", |d, _| (0.84 * d * d).ln()),
        unpruned("d² (1 − 6/d)", square_drift),
        World {
            trials: smooth(0.3, Tail::T3), ..unpruned("d² (1 − 6/d), t₃ noise", square_drift)
        },
        World {
            trials: smooth(0.3, Tail::Bimodal),
            ..unpruned("d² (1 − 6/d), bimodal", square_drift)
        },
        World { scatter: 0.06, ..unpruned("d² (1 − 6/d), scatter 6 %", square_drift) },
        World { scatter: 0.1, ..unpruned("d² (1 − 6/d), scatter 10 %", square_drift) },
        World { scatter: 0.06, ..unpruned("d², scatter 6 %", |d, _| (0.84 * d * d).ln()) },
        World { scatter: 0.1, ..unpruned("d², scatter 10 %", |d, _| (0.84 * d * d).ln()) },
        World {
            b: 3.0,
            sizes: sparse(1.0, &[16, 24, 32, 48, 64]),
            ..unpruned("d³ (1 − 4/d), d = 16 to 64", |d, _| (d.powi(3) * (1.0 - 4.0 / d)).ln())
        },
    ]
}

/// What the rule says of a series alone, held against b.
pub(crate) fn verdict(points: &[Dimension], b: f64, log_power: f64) -> Judgement {
    let predicted = Some(Rate { exponent: b, log_power, kind: RateKind::Rate });
    let case = Case { points, predicted, csq: None, correlational: true };
    judge(&[case]).remove(0)
}

pub(crate) fn accepted(judgement: &Judgement) -> bool {
    matches!(judgement.verdict, Some(Verdict::Matches | Verdict::MatchesUpToLog))
}

pub(crate) fn rejected(judgement: &Judgement) -> bool {
    matches!(judgement.verdict, Some(Verdict::Above | Verdict::Below))
}

/// Each truth judged against its own rate and against rates a quarter off.
pub(crate) fn table(repetitions: u64) -> String {
    let mut text = "| truth | b | γmax | mean β₀ | mean width of the band | matches | open | \
                    rejected | accepted: b + ¼ | b − ¼ |\n"
        .to_owned();
    text += "|---|---|---|---|---|---|---|---|---|---|\n";
    for world in worlds() {
        let found = repeat(repetitions, |seed| {
            let points = world.series(seed);
            [0.0, 0.25, -0.25].map(|off| verdict(&points, world.b + off, world.log_power))
        });
        let share = |which: usize, of: fn(&Judgement) -> bool| {
            percent(&found.iter().map(|judged| of(&judged[which])).collect::<Vec<bool>>())
        };
        let bands = || found.iter().filter_map(|judged| judged[0].band.as_ref());
        let slope = mean(&bands().map(|band| band.plain.value).collect::<Vec<f64>>());
        let width = mean(&bands().map(|band| band.high() - band.low()).collect::<Vec<f64>>());
        let (matched, wrong) = (share(0, accepted), share(0, rejected));
        text += &format!(
            "| {} | {} | {} | {slope:.3} | {width:.3} | {matched:.1} | {:.1} | {wrong:.1} | {:.1} | {:.1} |\n",
            world.name,
            world.b,
            world.log_power,
            100.0 - matched - wrong,
            share(1, accepted),
            share(2, accepted),
        );
    }
    text
}
