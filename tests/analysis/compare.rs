//! Comparisons of made-up runs with known truth.

use std::fs;
use std::sync::Arc;

use crate::truth::record;
use crate::{risk, set};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use secateur::analysis::compare::{Change, Comparison, compare};
use secateur::analysis::stored::Tables;
use secateur::analysis::write;
use secateur::model::{Metric, Problem, Real, Series};
use secateur::results::Record;

const DIMENSIONS: [usize; 5] = [32, 64, 128, 256, 512];
const STEPS: [i32; 8] = [-3, -2, -1, 0, 1, 2, 3, 4];

/// A run of four series with n* = `factor` · 3 d^1.5 and `trials` trials at each n.
fn run(seed: u64, trials: u32, factor: f64) -> Vec<Record> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut records = Vec::new();
    for learner in ["a", "b", "c", "d"] {
        for d in DIMENSIONS {
            let expected = 3.0 * (d as f64).powf(1.5);
            for step in STEPS {
                let n = (expected * 2_f64.powf(f64::from(step) / 2.0)).round();
                for trial in 0..trials {
                    let noise: f64 = StandardNormal.sample(&mut rng);
                    let risk = 0.5 * (n / (factor * expected)).powf(-0.8) * (0.15 * noise).exp();
                    records.push(bare(learner, d, n as u64, trial, risk));
                }
            }
        }
    }
    records
}

/// A trial of which nothing is known but its learner and d.
fn bare(learner: &str, d: usize, n: u64, trial: u32, risk: f64) -> Record {
    let series = Series { learner: learner.to_owned(), ..Series::default() };
    let (cell, series) = (format!("{learner}, d = {d}").into(), Arc::new(series));
    Record { cell, series, s: None, seed: None, ..record(learner, d, n, trial, 0, risk) }
}

fn tables(records: &[Record]) -> Tables {
    Tables::of("made up", &crate::analysed(records, 400, &[]))
}

fn hold(a: &[Record], b: &[Record]) -> Comparison {
    compare(&tables(a), &tables(b))
}

#[test]
fn honest_reruns_rarely_cry_wolf() {
    let alarmed =
        |trials, i: u64| hold(&run(2 * i, trials, 1.0), &run(2 * i + 1, trials, 1.0)).changes > 0;
    let alarms = [8, 16, 32].map(|trials| (0..60).filter(|i| alarmed(trials, *i)).count());
    // At a level of 1 %, more than 5 of 180 have a probability of 1 %.
    assert!(alarms.iter().sum::<usize>() <= 5, "{alarms:?} of 60 each");
}

#[test]
fn a_factor_of_two_is_found_in_every_cell_and_in_no_exponent() {
    let comparison = hold(&run(1, 16, 1.0), &run(2, 16, 2.0));
    assert_eq!(comparison.thresholds.len(), 20);
    for pair in &comparison.thresholds {
        assert_eq!(pair.change, Change::Larger, "{pair:?}");
    }
    assert!(comparison.exponents.iter().all(|pair| pair.change == Change::None));
    assert_eq!(comparison.changes, 20);
    let back = hold(&run(2, 16, 2.0), &run(1, 16, 1.0));
    assert!(back.thresholds.iter().all(|pair| pair.change == Change::Smaller));
}

#[test]
fn tables_written_and_read_again_are_those_of_the_analysis() {
    let mut records = run(3, 4, 1.0);
    // A cell above its range, one below, and a setting with everything known.
    for record in &mut records {
        match &*record.cell {
            "a, d = 32" => set(record, Metric::Risk, risk(record) + 1.0),
            "a, d = 64" => set(record, Metric::Risk, risk(record) * 0.01),
            _ => {}
        }
        if record.series.learner == "b" {
            let problem = Problem {
                link: Some("z1*z2, say".to_owned()),
                k_star: Some(2),
                r: Some(2),
                q: Real::new(0.5),
                alpha: Real::new(0.1 + 0.2),
                ..Problem::default()
            };
            record.series = Arc::new(Series { problem, learner: "b".to_owned() });
            record.s = Some(5);
        }
    }
    let analysis = crate::analysed(&records, 1000, &[]);
    let folder = tempfile::tempdir().expect("a folder");
    write::write(folder.path(), &analysis).expect("it can be written");
    let name = folder.path().display().to_string();
    let again = Tables::read(folder.path()).expect("it can be read");
    assert_eq!(again, Tables::of(&name, &analysis));
    assert_eq!(compare(&again, &again).changes, 0);
}

#[test]
fn a_damaged_table_is_refused_or_reads_as_it_was() {
    let mut records = run(3, 4, 1.0);
    records.retain(|r| ["a", "b"].contains(&&*r.series.learner) && r.d < 200);
    let link = Some("z1*z2, say".to_owned());
    let series = Series { problem: Problem { link, ..Problem::default() }, learner: "b".into() };
    let series = Arc::new(series);
    for record in records.iter_mut().filter(|r| r.series.learner == "b") {
        record.series = series.clone();
    }
    let analysis = crate::analysed(&records, 1000, &[]);
    let folder = tempfile::tempdir().expect("a folder");
    write::write(folder.path(), &analysis).expect("it can be written");
    let whole = Tables::read(folder.path()).expect("it can be read");
    for name in ["thresholds.csv", "exponents.csv"] {
        let path = folder.path().join(name);
        let bytes = fs::read(&path).expect("there");
        let read = |damaged: &[u8], what: &str| {
            fs::write(&path, damaged).expect("it can be written");
            if let Ok(read) = Tables::read(folder.path()) {
                assert_eq!(read, whole, "{name}: {what}");
            }
        };
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            read(&damaged, &format!("a bit of byte {at}"));
        }
        let ends = (0..bytes.len()).filter(|&end| end % 7 == 0 || bytes[end - 1] == b'\n');
        ends.for_each(|end| read(&bytes[..end], &format!("cut at {end}")));
        fs::write(&path, bytes).expect("it can be written");
    }
}
