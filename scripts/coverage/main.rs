//! Coverage of the intervals on data of known truth; prints the tables of docs/statistics.md.
//!
//! ```text
//! cargo run --release --example coverage [REPETITIONS]
//! ```

mod truth;

use std::io::Write;

use secateur::analysis::estimate::{Analysis, Censoring, Interval};
use secateur::analysis::{Options, analyse};
use secateur::model::Asked;
use secateur::results::Trials;
use truth::Truth;

/// Fewer replicates than usual, which costs little accuracy and saves half of the time.
const OPTIONS: Options =
    Options { threshold: 0.5, bootstrap: 400, seed: 0, log_power: None, threads: 1 };

fn main() -> std::io::Result<()> {
    let repetitions = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(1000);
    let tables = [laws, settings];
    let mut out = std::io::stdout().lock();
    for table in tables {
        writeln!(out, "{}", table(repetitions))?;
        out.flush()?;
    }
    Ok(())
}

/// `count` dimensions from `first`, the next always 2.1 times as large: thresholds then lie
/// anywhere between two points of the lattice.
fn ladder(first: u32, count: i32) -> Vec<usize> {
    (0..count).map(|i| (f64::from(first) * 2.1_f64.powi(i)).round() as usize).collect()
}

/// All repetitions, on all cores.
fn repeat<T: Send>(repetitions: u64, once: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let share = |k: u64| (k * repetitions / threads)..((k + 1) * repetitions / threads);
    std::thread::scope(|scope| {
        let once = &once;
        let run = |k| scope.spawn(move || share(k).map(once).collect::<Vec<T>>());
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn analysis(truth: &Truth, repetition: u64) -> Analysis {
    // Other random numbers for every law.
    let seed = repetition ^ truth.ln_n_star(64).to_bits();
    let trials = Trials::new(truth.records("unpruned", seed, seed)).expect("good records");
    analyse(&trials, &Asked::default(), &OPTIONS).expect("the records are good")
}

fn covers(interval: Option<Interval>, value: f64) -> bool {
    interval.is_some_and(|i| i.low <= value && value <= i.high)
}

/// Share of repetitions in which the interval of the law's own fit holds β, in percent.
fn coverage(truth: &Truth, repetitions: u64) -> f64 {
    let held = repeat(repetitions, |seed| {
        let exponent = &analysis(truth, seed).exponents[0];
        covers(if truth.log { exponent.log_corrected } else { exponent.exponent }, truth.beta)
    });
    percent(held.iter().filter(|h| **h).count(), held.len())
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

/// β × law × trials × censoring.
fn laws(repetitions: u64) -> String {
    let mut text = "| law | β | p | T = 8 | 16 | 32 | T = 8, two bounds | 16 | 32 |\n".to_owned();
    text += "|---|---|---|---|---|---|---|---|---|\n";
    for log in [false, true] {
        for (beta, count) in [(0.5, 7), (1.0, 6), (1.5, 6), (2.0, 7), (3.0, 6)] {
            let law = if log { "C d^β ln d" } else { "C d^β" };
            text += &format!("| {law} | {beta} | {count} |");
            for censored in [false, true] {
                for trials in [8, 16, 32] {
                    let dimensions = ladder(16, count);
                    let truth = Truth { beta, log, dimensions, trials, censored, ..Truth::usual() };
                    text += &format!(" {:.1} |", coverage(&truth, repetitions));
                }
            }
            text.push('\n');
        }
    }
    text
}

/// Other noise, other numbers of dimensions, scatter about the law; and n* and A themselves.
fn settings(repetitions: u64) -> String {
    let base = Truth::usual();
    let cases = [
        ("noise 0.15, T = 8", Truth { noise: 0.15, trials: 8, ..base.clone() }),
        ("noise 0.15, T = 32", Truth { noise: 0.15, trials: 32, ..base.clone() }),
        ("noise 0.4, T = 8", Truth { noise: 0.4, trials: 8, ..base.clone() }),
        ("noise 0.4, T = 15", Truth { noise: 0.4, trials: 15, ..base.clone() }),
        ("4 dimensions, T = 8", Truth { dimensions: ladder(32, 4), trials: 8, ..base.clone() }),
        ("4 dimensions, T = 32", Truth { dimensions: ladder(32, 4), trials: 32, ..base.clone() }),
        ("8 dimensions, T = 16", Truth { dimensions: ladder(16, 8), ..base.clone() }),
        ("scatter 0.05", Truth { scatter: 0.05, ..base.clone() }),
        ("scatter 0.15", Truth { scatter: 0.15, ..base.clone() }),
        (
            "scatter 0.15, 4 dimensions",
            Truth { scatter: 0.15, dimensions: ladder(32, 4), ..base.clone() },
        ),
        ("scatter 0.15, 7 dimensions", Truth { scatter: 0.15, dimensions: ladder(16, 7), ..base }),
    ];
    let mut text = "| setting | β | n* | mean half-width of β |\n".to_owned();
    text += "|---|---|---|---|\n";
    for (name, truth) in cases {
        let all = repeat(repetitions, |seed| Held::of(&analysis(&truth, seed), &truth));
        let cells: usize = all.iter().map(|h| h.cells).sum();
        let places: usize = all.iter().map(|h| h.places).sum();
        let count = |of: fn(&Held) -> usize| all.iter().map(of).sum::<usize>();
        let half = all.iter().map(|h| h.half_width).sum::<f64>() / all.len() as f64;
        let scattered = truth.scatter > 0.0;
        let places =
            if scattered { "–".into() } else { format!("{:.1}", percent(places, cells)) };
        let beta = percent(count(|h| h.beta), all.len());
        text += &format!("| {name} | {beta:.1} | {places} | {half:.3} |\n");
    }
    text + &advantage(repetitions)
}

/// What one repetition held.
struct Held {
    beta: usize,
    cells: usize,
    places: usize,
    half_width: f64,
}

impl Held {
    fn of(analysis: &Analysis, truth: &Truth) -> Self {
        let beta = analysis.exponents[0].exponent;
        let values = || analysis.thresholds.iter().filter(|t| t.censored == Censoring::None);
        let n = |d| truth.ln_n_star(d).exp();
        Self {
            beta: usize::from(covers(beta, truth.beta)),
            cells: values().count(),
            places: values().filter(|t| t.ci_low <= n(t.d) && n(t.d) <= t.ci_high).count(),
            half_width: beta.map_or(f64::NAN, |b| (b.high - b.low) / 2.0),
        }
    }
}

/// A pruned learner with n* = 20 d on the same trials as an unpruned one with 60 d^1.5.
fn advantage(repetitions: u64) -> String {
    let unpruned = Truth::usual();
    let pruned = Truth { beta: 1.0, constant: 20.0, ..unpruned.clone() };
    let mut text = String::new();
    for (name, data) in [("same data", 0), ("other data", 1 << 40)] {
        let all = repeat(repetitions, |seed| {
            let mut records = unpruned.records("unpruned", seed, seed);
            records.extend(pruned.records("pruned", seed + data, seed + (1 << 50)));
            let trials = Trials::new(records).expect("good records");
            let found = analyse(&trials, &Asked::default(), &OPTIONS).expect("good records");
            let gain = found.advantages[0].exponent;
            (covers(gain, 0.5), gain.map_or(f64::NAN, |g| (g.high - g.low) / 2.0))
        });
        let half = all.iter().map(|(_, h)| h).sum::<f64>() / all.len() as f64;
        let held = percent(all.iter().filter(|(held, _)| *held).count(), all.len());
        text += &format!("| γ of the advantage, {name} | {held:.1} | – | {half:.3} |\n");
    }
    text
}
