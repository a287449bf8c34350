//! n\* by the mean of min(risk, 1) beside n\* by the median, where risks are staircases.

use secateur::analysis::isotonic::non_increasing;
use secateur::analysis::place::Place;
use secateur::analysis::resample::{bootstrap_shortfall, interval_stretch};
use secateur::analysis::slope::{Dimension, slope};
use secateur::analysis::stats::quantile;

use crate::bounded::BoundedRisks;
use crate::staircase::Staircase;
use crate::truths::sparse;
use crate::world::{Curve, Tail, Trials, World, generator, weights};
use crate::{deviation, mean, percent, repeat};

const SIZES: [usize; 7] = [256, 625, 1296, 4096, 10_000, 20_736, 65_536];

/// Bootstrap replicates of the interval.
const REPLICATES: usize = 400;

/// Trials of a study that stands for the truth.
const MANY: usize = 20_000;

/// One estimate by the mean and one by the median, and whether the interval holds the truth.
struct Found {
    mean: f64,
    median: f64,
    held: bool,
}

/// Bias over the phases of the lattice, scatter over studies, coverage.
pub(crate) fn table(repetitions: u64) -> String {
    let sizes = sparse(0.25, &SIZES);
    let world = |count: usize| World {
        name: "staircase",
        b: 0.5,
        log_power: 1.0,
        ln_n_star: |_, _| 0.0,
        trials: Trials::Staircase(Staircase::he2(&sizes)),
        sizes: sizes.clone(),
        count,
        count_at: None,
        scatter: 0.0,
    };
    let mut text =
        "| d | s | T | mean: bias | sd | interval holds | median: bias | sd | sd ratio |\n"
            .to_owned();
    text += "|---|---|---|---|---|---|---|---|---|\n";
    for &(d, s) in &sizes {
        let truth = truth(&world(MANY), d, s);
        for count in [8, 24, 96] {
            let world = world(count);
            let found = repeat(repetitions, |seed| one(&world, d, s, seed, truth.0));
            let by = |of: fn(&Found) -> f64| found.iter().map(of).collect::<Vec<f64>>();
            let (means, medians) = (by(|f| f.mean), by(|f| f.median));
            let held = percent(&found.iter().map(|f| f.held).collect::<Vec<bool>>());
            let (a, b) = (deviation(&means), deviation(&medians));
            text += &format!(
                "| {d} | {s} | {count} | {:+.3} | {a:.3} | {held:.1} | {:+.3} | {b:.3} | {:.2} |\n",
                mean(&means) - truth.0,
                mean(&medians) - truth.1,
                a / b
            );
        }
    }
    text + &smooth_coverage(repetitions) + &half_widths(repetitions, &world(24))
}

/// Half-width of β at 24 trials by either functional.
fn half_widths(repetitions: u64, world: &World) -> String {
    let found = repeat(repetitions, |seed| {
        let mut rng = generator(&[seed, 3]);
        let phase = 0.5 * std::f64::consts::LN_2 * rand::RngExt::random::<f64>(&mut rng);
        let mut points = (Vec::new(), Vec::new());
        for &(d, s) in &world.sizes {
            let curve: Curve = world.curves(d, s, world.count, phase, &mut rng);
            let risks = BoundedRisks::new(curve.clone());
            let both: Vec<(Place, f64)> = (0..=REPLICATES)
                .map(|b| {
                    let w = if b == 0 {
                        vec![1.0; risks.slots()]
                    } else {
                        weights(risks.slots(), &mut rng)
                    };
                    let mean = risks.crossing_of(&w, 0.5).expect("there are trials");
                    (mean, median_crossing(&curve, &w))
                })
                .collect();
            let spread = |of: fn(&(Place, f64)) -> f64| {
                deviation(&both[1..].iter().map(of).collect::<Vec<f64>>()).powi(2)
            };
            let point = |ln_n: Place, variance: f64| Dimension {
                ln_d: (d as f64).ln(),
                ln_n,
                variance,
                trials: world.count,
            };
            let shortfall = bootstrap_shortfall(world.count);
            points.0.push(point(both[0].0, shortfall * spread(|b| b.0.ln_n())));
            points.1.push(point(Place::Inside(both[0].1), 0.9 * spread(|b| b.1)));
        }
        let half =
            |points: &[Dimension]| slope(points, 0.0).map_or(f64::NAN, |fit| fit.half_width(0.025));
        (half(&points.0), half(&points.1))
    });
    let (by_mean, by_median): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
    format!(
        "\nHalf-width of β at 24 trials, α = ¼: {:.4} by the mean, {:.4} by the median, ratio {:.2}.\n",
        mean(&by_mean),
        mean(&by_median),
        mean(&by_mean) / mean(&by_median)
    )
}

/// The crossing of weighted medians, each read off between neighbouring values.
fn median_crossing(curve: &Curve, weights: &[f64]) -> f64 {
    let median = |trials: &[(usize, Option<f64>)]| {
        let mut ranked: Vec<(f64, f64)> =
            trials.iter().filter_map(|&(slot, risk)| Some((risk?, weights[slot]))).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = ranked.iter().map(|r| r.1).sum::<f64>() / 2.0;
        let (mut passed, mut last) = (0.0, ranked[0]);
        for &(risk, weight) in &ranked {
            let place = passed + weight / 2.0;
            if place >= half {
                let share = if place > last.1 { (half - last.1) / (place - last.1) } else { 1.0 };
                return if passed > 0.0 { last.0 + share * (risk - last.0) } else { risk };
            }
            (passed, last) = (passed + weight, (risk, place));
        }
        last.0
    };
    let x: Vec<f64> = curve.iter().map(|(n, _)| (*n as f64).ln()).collect();
    let y: Vec<f64> = curve.iter().map(|(_, trials)| median(trials).ln()).collect();
    crossing(&x, &y, 0.5_f64.ln())
}

/// Crossings of mean and median on a fine grid.
fn truth(world: &World, d: usize, s: usize) -> (f64, f64) {
    let Trials::Staircase(ranking) = &world.trials else { return (0.0, 0.0) };
    let grid: Vec<u64> = (-25..=25)
        .map(|i| (ranking.ln_n_star(d, s) + 0.02 * f64::from(i)).exp().round() as u64)
        .collect();
    let shares = repeat(64, |part| {
        let mut rng = generator(&[part, d as u64, 77]);
        (0..MANY / 64).map(|_| ranking.risks(d, s, &grid, &mut rng)).collect::<Vec<_>>()
    });
    let trials: Vec<Vec<f64>> = shares.into_iter().flatten().collect();
    let column = |i: usize| trials.iter().map(|t| t[i]).collect::<Vec<f64>>();
    let curve: Vec<(f64, f64)> = (0..grid.len())
        .map(|i| {
            (
                mean(&column(i).iter().map(|r| r.min(1.0)).collect::<Vec<f64>>()),
                quantile(&column(i), 0.5),
            )
        })
        .collect();
    let x: Vec<f64> = grid.iter().map(|&n| (n as f64).ln()).collect();
    let means: Vec<f64> = curve.iter().map(|c| c.0).collect();
    let medians: Vec<f64> = curve.iter().map(|c| c.1.ln()).collect();
    (crossing(&x, &means, 0.5), crossing(&x, &medians, 0.5_f64.ln()))
}

fn one(world: &World, d: usize, s: usize, seed: u64, truth: f64) -> Found {
    let mut rng = generator(&[seed, d as u64, world.count as u64]);
    let phase = 0.5 * std::f64::consts::LN_2 * rand::RngExt::random::<f64>(&mut rng);
    let curve: Curve = world.curves(d, s, world.count, phase, &mut rng);
    let x: Vec<f64> = curve.iter().map(|(n, _)| (*n as f64).ln()).collect();
    let ln_medians: Vec<f64> = curve
        .iter()
        .map(|(_, trials)| {
            let risks: Vec<f64> = trials.iter().filter_map(|t| t.1).collect();
            quantile(&risks, 0.5).ln()
        })
        .collect();
    let risks = BoundedRisks::new(curve);
    let at = |weights: &[f64]| risks.crossing_of(weights, 0.5).map_or(f64::NAN, Place::ln_n);
    let value = at(&vec![1.0; risks.slots()]);
    let replicates: Vec<f64> =
        (0..REPLICATES).map(|_| at(&weights(risks.slots(), &mut rng))).collect();
    let stretch = interval_stretch(world.count);
    let end = |p: f64| value + stretch * (quantile(&replicates, p) - value);
    Found {
        mean: value,
        median: crossing(&x, &ln_medians, 0.5_f64.ln()),
        held: end(0.025) <= truth && truth <= end(0.975),
    }
}

fn crossing(x: &[f64], y: &[f64], level: f64) -> f64 {
    let fit = non_increasing(y, &vec![1.0; y.len()]);
    match fit.iter().position(|&f| f <= level) {
        None => x[x.len() - 1],
        Some(0) => x[0],
        Some(i) => {
            let share = (fit[i - 1] - level) / (fit[i - 1] - fit[i]);
            x[i - 1] + share * (x[i] - x[i - 1])
        }
    }
}

/// The interval of one n* for trials with smooth curves.
fn smooth_coverage(repetitions: u64) -> String {
    let mut text = "\n| smooth trials | T | interval of n* holds |\n|---|---|---|\n".to_owned();
    for (name, tail) in [("normal", Tail::Normal), ("t₃", Tail::T3), ("bimodal", Tail::Bimodal)] {
        for count in [8, 24] {
            let world = World {
                name: "smooth",
                b: 0.5,
                log_power: 1.0,
                sizes: vec![(1000, 6)],
                ln_n_star: |d, _| (12.0 * d).ln(),
                trials: Trials::Smooth(0.3, tail),
                count,
                count_at: None,
                scatter: 0.0,
            };
            let held =
                repeat(repetitions, |seed| one(&world, 1000, 6, seed, (12.0 * 1000_f64).ln()).held);
            text += &format!("| {name} | {count} | {:.1} |\n", percent(&held));
        }
    }
    text
}
