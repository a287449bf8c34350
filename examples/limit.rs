//! The limit simulation beside the reduced one, and the n* that it predicts.
//!
//! ```text
//! cargo run --release --example limit -- compare pruned He2 0.5 400 1024:40000 4096:200000
//! cargo run --release --example limit -- curve unpruned He2 0.5 400 64 128 256 512
//! ```
//!
//! `compare LEARNER LINK ALPHA TRIALS D:N …`: both at the same n, means and standard deviations of
//! their risks, the two-sample statistic of Kolmogorov and Smirnov (above 1.63 with a probability of
//! 1 %), and what a trial took. `curve LEARNER LINK ALPHA TRIALS D …`: n* by the limit.

use secateur::learner::options::Simulation;
use secateur::sample::Crew;
use secateur::study::cell::{Cell, Setting};
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study, predict};

/// Test samples of a trial.
const TEST: u64 = 4096;

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, learner, link, alpha, trials, points @ ..] = arguments.as_slice() else {
        return Err("compare|curve LEARNER LINK ALPHA TRIALS POINT …".into());
    };
    let trials: u32 = trials.parse()?;
    for point in points {
        let (d, n) = point.split_once(':').unwrap_or((point, "64"));
        let text = format!(
            "claim = \"c\"\n[model]\nlink = \"{link}\"\n[[sweep]]\nlearner = \"{learner}\"\n\
             alpha = {alpha}\nd = {d}\n"
        );
        let study = Study::parse("limit", "limit.toml", &text, Profile::Standard, &[])?;
        let series = &study.series[0];
        let (setting, cell) = (&series.setting, &series.cells[0]);
        if mode == "curve" {
            let Some(found) = predict::n_star(setting, cell, 0.5, TEST, trials)? else { continue };
            let power = found.n_star / (cell.d as f64).powi(setting.k_star as i32);
            let (n, error) = (found.n_star, 100.0 * found.error);
            println!("{d:>10}  n* {n:.4e} ± {error:.2} %   n*/d^k {power:.4}");
            continue;
        }
        let n = n.parse()?;
        let simulated =
            |simulation, first| risks(setting, cell, simulation, n, first..first + trials);
        let (limit, fast) = simulated(Simulation::Limit, 0)?;
        let (reduced, slow) = simulated(Simulation::Reduced, trials)?;
        let ([a, sd_a], [b, sd_b]) = (moments(&limit), moments(&reduced));
        println!(
            "{d:>8} {n:>10}  limit {a:.4} ({sd_a:.4}) {fast:.1} ms, reduced {b:.4} ({sd_b:.4}) \
             {slow:.1} ms, KS {:.2}, z {:+.1}",
            smirnov(&limit, &reduced),
            (a - b) / ((sd_a * sd_a + sd_b * sd_b) / f64::from(trials)).sqrt(),
        );
    }
    Ok(())
}

/// Risks of trials, and milliseconds that one took.
fn risks(
    setting: &Setting,
    cell: &Cell,
    simulation: Simulation,
    n: u64,
    trials: std::ops::Range<u32>,
) -> secateur::Result<(Vec<f64>, f64)> {
    let setting = &setting.simulated(simulation)?;
    let crew = Crew::alone();
    let conditions = Conditions { study: "", manifest: "", setting, cell, test: TEST, crew };
    let records: Vec<_> = trials.map(|trial| conditions.run(n, trial)).collect();
    let seconds: f64 = records.iter().filter_map(|record| record.seconds).sum();
    let risks = records.iter().map(|record| record.risk().unwrap_or(f64::NAN)).collect();
    Ok((risks, 1e3 * seconds / records.len() as f64))
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()]
}

/// √(nm/(n + m)) sup |F − G|.
fn smirnov(a: &[f64], b: &[f64]) -> f64 {
    let share = |x: &[f64], v: f64| x.iter().filter(|&&x| x <= v).count() as f64 / x.len() as f64;
    let gap = a.iter().chain(b).map(|&v| (share(a, v) - share(b, v)).abs()).fold(0.0, f64::max);
    let (n, m) = (a.len() as f64, b.len() as f64);
    (n * m / (n + m)).sqrt() * gap
}
