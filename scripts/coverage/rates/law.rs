//! κ and C of a study whose n\* obeys the law.

use rand_distr::{ChiSquared, Distribution};
use secateur::analysis::against_law::{LawCell, against_law};
use secateur::analysis::interval::Interval;

use crate::staircase::Staircase;
use crate::truths::sparse;
use crate::world::{Trials, World, generator, normal};
use crate::{deviation, mean, percent, repeat};

/// α and dimensions of the main study below α = 1.
const STUDY: [(f64, &[usize]); 5] = [
    (0.25, &[256, 625, 1296, 4096, 10_000, 20_736, 65_536]),
    (0.375, &[256, 755, 2225, 6561, 16_384]),
    (0.5, &[256, 576, 1024, 2304, 4096, 16_384]),
    (0.625, &[256, 490, 776, 1176]),
    (0.75, &[81, 150, 256, 400, 512]),
];

/// α, (d, s) and their rankings.
type Study = Vec<(f64, Vec<(usize, usize)>, Staircase)>;

fn study() -> Study {
    let one = |(alpha, dimensions): (f64, &[usize])| {
        let sizes = sparse(alpha, dimensions);
        let ranking = Staircase::he2(&sizes);
        (alpha, sizes, ranking)
    };
    STUDY.map(one).into()
}

/// Errors of ln n* beyond the trials', and how often κ = 1 and C = 1 are held.
pub(crate) fn table(repetitions: u64) -> String {
    let mut text =
        "| n* | κ: mean | sd | holds 1 | C: mean | holds 1 |\n|---|---|---|---|---|---|\n"
            .to_owned();
    let study = study();
    for (name, trials, scatter) in [
        ("the law, trials 4.5 %", 0.045, 0.0),
        ("trials 3 %, scatter 3 %", 0.03, 0.03),
        ("trials 2 %, scatter 6 %", 0.02, 0.06),
    ] {
        let found = repeat(repetitions, |seed| exact(&study, seed, trials, scatter));
        text += &row(name, &found);
    }
    let found = repeat(repetitions, |seed| measured(&study, seed));
    text + &row("staircase, 24 trials", &found)
}

fn row(name: &str, found: &[(Interval, Interval)]) -> String {
    let by = |of: fn(&(Interval, Interval)) -> f64| found.iter().map(of).collect::<Vec<f64>>();
    let held = |of: fn(&(Interval, Interval)) -> Interval| {
        let hold = |f: &(Interval, Interval)| of(f).low <= 1.0 && 1.0 <= of(f).high;
        percent(&found.iter().map(hold).collect::<Vec<bool>>())
    };
    format!(
        "| {name} | {:.4} | {:.4} | {:.1} | {:.3} | {:.1} |\n",
        mean(&by(|f| f.0.value)),
        deviation(&by(|f| f.0.value)),
        held(|f| f.0),
        mean(&by(|f| f.1.value)),
        held(|f| f.1)
    )
}

fn both(cells: &[LawCell]) -> (Interval, Interval) {
    let found = against_law(cells);
    (found.kappa.expect("enough cells"), found.constant.expect("enough cells"))
}

fn cell(alpha: f64, s: usize, ln_law: f64, ln_n: f64, variance: f64) -> LawCell {
    let ln_power = 2.0 * (s as f64).ln();
    LawCell { alpha, ln_power, ln_n, variance, ln_law, ln_clearance: ln_law - ln_power }
}

fn exact(study: &Study, seed: u64, trials: f64, scatter: f64) -> (Interval, Interval) {
    let mut rng = generator(&[seed, trials.to_bits(), scatter.to_bits()]);
    let spread = ChiSquared::new(7.0).expect("seven is positive");
    let mut cells = Vec::new();
    for (alpha, sizes, ranking) in study {
        for &(d, s) in sizes {
            let ln_law = ranking.ln_n_star(d, s);
            let ln_n = ln_law + trials * normal(&mut rng) + scatter * normal(&mut rng);
            let variance = trials * trials * spread.sample(&mut rng) / 7.0;
            cells.push(cell(*alpha, s, ln_law, ln_n, variance));
        }
    }
    both(&cells)
}

fn measured(study: &Study, seed: u64) -> (Interval, Interval) {
    let mut cells = Vec::new();
    for (alpha, sizes, ranking) in study {
        let world = World {
            name: "staircase",
            b: 2.0 * alpha,
            log_power: 1.0,
            sizes: sizes.clone(),
            ln_n_star: |_, _| 0.0,
            trials: Trials::Staircase(ranking.clone()),
            count: 24,
            count_at: None,
            scatter: 0.0,
        };
        for (point, &(d, s)) in world.series(seed).iter().zip(sizes) {
            let ln_law = ranking.ln_n_star(d, s);
            cells.push(cell(*alpha, s, ln_law, point.ln_n.ln_n(), point.variance));
        }
    }
    both(&cells)
}
