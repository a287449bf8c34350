//! What the rate band, its verdicts, n\* by the mean, κ and C do on data of known truth; prints
//! tables for docs/statistics.md.
//!
//! ```text
//! cargo run --release --example rate_coverage [REPETITIONS] [TABLE…]
//! tables: truths family power functional law
//! ```

mod bounded;
mod family;
mod functional;
mod law;
mod staircase;
mod truths;
mod world;

use std::io::Write;

/// A table by name, for a number of repetitions.
type Table = (&'static str, fn(u64) -> String);

const TABLES: [Table; 5] = [
    ("truths", truths::table),
    ("family", family::table),
    ("power", family::power),
    ("functional", functional::table),
    ("law", law::table),
];

fn main() -> std::io::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = arguments.first().and_then(|a| a.parse().ok());
    let repetitions = count.unwrap_or(300);
    if count.is_some() {
        arguments.remove(0);
    }
    let mut out = std::io::stdout().lock();
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|a| a == name);
    for (_, table) in TABLES.iter().filter(|(name, _)| wanted(name)) {
        writeln!(out, "{}", table(repetitions))?;
        out.flush()?;
    }
    Ok(())
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

fn percent(found: &[bool]) -> f64 {
    100.0 * found.iter().filter(|f| **f).count() as f64 / found.len() as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let square: f64 = values.iter().map(|x| (x - centre).powi(2)).sum();
    (square / (values.len() as f64 - 1.0)).sqrt()
}
