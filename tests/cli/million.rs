//! A million trials: `fit` in ten seconds and a gigabyte. Half a minute and 0.3 GB of disk, so it
//! is run by name: `cargo test --release --test cli million -- --ignored --nocapture`.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use secateur::model::{Problem, Real, Series};
use secateur::results::{self, Measured, Record};

use crate::place::Place;

const CELLS: usize = 50;
const SIZES: u64 = 20;
const TRIALS: u32 = 1000;

/// A logistic staircase about n* = d, with a wobble that is no pattern.
fn record(series: &Arc<Series>, cell: &Arc<str>, d: usize, n: u64, trial: u32) -> Record {
    let wobble = f64::from((trial.wrapping_mul(2_654_435_761) >> 8) % 1000) / 2000.0;
    let risk = (0.75 + wobble) / (1.0 + n as f64 / d as f64);
    Record {
        study: "million".into(),
        cell: cell.clone(),
        series: series.clone(),
        d,
        s: Some(8),
        width: Some(64),
        n,
        trial,
        seed: Some(u64::from(trial)),
        manifest: None,
        seconds: Some(0.01),
        outcome: Ok(Measured::of_risk(risk)),
    }
}

#[test]
#[ignore = "half a minute"]
fn a_million_trials_are_fitted_in_ten_seconds_and_a_gigabyte() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("results/million")).expect("a folder");
    let file = std::fs::File::create(place.path("results/million/trials.csv")).expect("a file");
    let mut file = std::io::BufWriter::new(file);
    file.write_all(results::header().as_bytes()).expect("written");
    for index in 0..CELLS {
        let (alpha, d) = (Real::new((index / 10 + 1) as f64 / 8.0), 64 << (index % 10));
        let link = Some("He2".to_owned());
        let problem = Problem { link, k_star: Some(2), r: Some(1), alpha, ..Problem::default() };
        let series = Arc::new(Series { problem, learner: "pruned".to_owned() });
        let cell: Arc<str> = format!("{index:016x}").into();
        for size in 0..SIZES {
            let n = (d as f64 * 2_f64.powf(0.25 * (size as f64 - 10.0))) as u64;
            for trial in 0..TRIALS {
                let line = results::line(&record(&series, &cell, d, n, trial));
                file.write_all(&line).expect("written");
            }
        }
    }
    file.flush().expect("written");
    drop(file);
    let started = Instant::now();
    let mut child = place.start(&["fit", "million", "--threshold", "0.5"]);
    let process = format!("/proc/{}", child.id());
    let (mut most, mut ticks) = (0, 0.0);
    while child.try_wait().expect("a child").is_none() {
        // utime and stime, in hundredths of a second: what others take of the cores is not counted.
        let stat = std::fs::read_to_string(format!("{process}/stat")).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let now: f64 = fields.skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum();
        ticks = f64::max(ticks, now);
        let text = std::fs::read_to_string(format!("{process}/status")).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let now = line.and_then(|l| l.trim().split(' ').next()?.parse().ok());
        most = most.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    let (seconds, bytes): (f64, u64) = (ticks / 100.0, most * 1024);
    let wall = started.elapsed().as_secs_f64();
    println!("{seconds:.1} s of one core, {wall:.1} s in all, {:.2} GB", bytes as f64 / 1e9);
    assert!(child.wait().expect("a child").success());
    assert!(seconds < 10.0 && bytes < 1_000_000_000, "{seconds} s, {bytes} bytes");
}
