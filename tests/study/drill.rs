//! Random studies with extreme numbers, run whole, on several threads and in shards: the same
//! trials in all, nothing in a good row that no metric can be, and a folder that is read again.
//!
//! `DRILL_STUDIES=2000 cargo test --release --test study drill` runs as many.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use secateur::model::LearnerKind;
use secateur::model::metric::Metric;
use secateur::results::{Record, Trials};
use secateur::results::{Shard, Store};
use secateur::study::plan::cost::{Prices, Rates};
use secateur::study::{self, Job, Plan, Profile, Study};
use strum::IntoEnumIterator;

/// Studies that are run, unless `DRILL_STUDIES` says otherwise.
const USUAL: usize = 60;

/// Counted seconds of a study that is still run.
const SHORT: f64 = 0.05;

/// What each key may be set to.
const VALUES: [(&str, &str); 37] = [
    ("seed", "0|1|18446744073709551615"),
    ("trials", "1|2|3"),
    (
        "link",
        "'He1'|'He2'|'He3'|'He5'|'He2'|'z1*z2'|'sum(He2)'|'t^12'|'t^2 + t^4'|'relu'|'sign'|'1e59*t'|'1e-59*He2'|'sign(t - 3)'|'relu(t - 3)'|'exp(2*t)'|'abs(z1) - z2'|'1e9 + t'|'He24'",
    ),
    ("r", "1|2|3"),
    ("normalize", "true|true|false"),
    ("direction", "'hard'|'disjoint'|'uneven'|'soft'|'dense'"),
    ("alpha", "0|1|0.5|1e-300|0.999999999999|[0, 0.7]"),
    ("q", "0|1|1.99|1e-9|5e-324"),
    ("noise", "0|1e6|1e-300|5e-324|0.1"),
    ("input", "'gaussian'|'rademacher'|'uniform'|'laplace'|'student_t'|'correlated'"),
    ("d", "1|2|3|[4, 9]|[16, 3, 16]|40"),
    ("search", "'bracket'|'grid'"),
    ("threshold", "1e-6|1e6|0.5|1"),
    ("precision", "0|1e-300|10|0.05"),
    ("n_min", "1|64|91"),
    ("n_max", "64|100|256|400"),
    ("test", "2|3|16|64|1025"),
    ("simulation", "'auto'|'explicit'|'reduced'|'limit'"),
    ("width", "1|2|3|16|64|{ power = 0.01 }|{ power = 1.1 }"),
    ("activation", "'relu'|'tanh'|'gelu'|'softplus'|'sigmoid'"),
    ("split", "'equal'|[1, 1, 2]|[1, 1]|[1e-300, 1, 1]|[1, 1e300, 1]|[3, 1e-3, 2]"),
    ("data", "'fresh'|'reuse'"),
    ("channel", "'auto'|'even'|'odd'|'raw'|'odd_no_linear'|'best'"),
    ("score", "'diagonal'|'row'"),
    ("shift", "'auto'|0|1|-1|10|-10|1e-300"),
    (
        "keep",
        "'auto'|{ ratio = 0 }|{ ratio = 1e-300 }|{ ratio = 1e9 }|{ count = 1 }|{ count = 1073741824 }|{ ratio = 2 }",
    ),
    ("rounds", "1|2|3|64"),
    ("augmentation", "'none'|'noise'"),
    (
        "feature",
        "{ steps = 3 }|{ shift = -10 }|{ shift = 'auto', normalize = 'global' }|{ shift = 1e-300, steps = 31 }",
    ),
    ("readout", "'ridge'|'gd'"),
    ("lambda", "0|5e-324|1e-12|1e300|'validate'|0.1"),
    ("starts", "1|2|5"),
    ("step", "1e-9|1e9|1|0.3"),
    ("neuron", "'hermite'|'activation'"),
    ("smoothing", "'auto'|0|1e6"),
    ("clip", "1e-6|1|1e6"),
    ("agop", "'full'|'diagonal'"),
];

const MODEL: [&str; 7] = ["link", "r", "normalize", "direction", "q", "noise", "input"];
const SAMPLES: [&str; 7] =
    ["search", "threshold", "precision", "n_min", "n_max", "test", "simulation"];

/// `key = value` with a value at random.
fn line(key: &str, rng: &mut ChaCha8Rng) -> Option<String> {
    let (_, values) = VALUES.iter().find(|(name, _)| *name == key)?;
    let values: Vec<&str> = values.split('|').collect();
    Some(format!("{key} = {}\n", values.choose(rng)?))
}

/// Some of `keys`, each with probability `share`.
fn lines(keys: &[&str], share: f64, rng: &mut ChaCha8Rng) -> String {
    let mut text = String::new();
    for key in keys {
        if rng.random_bool(share) {
            text.extend(line(key, rng));
        }
    }
    text
}

fn random(rng: &mut ChaCha8Rng) -> String {
    let kind = *LearnerKind::ALL.choose(rng).expect("a learner");
    let always = |key, rng: &mut ChaCha8Rng| line(key, rng).expect("a key");
    let mut text = "claim = 'c'\n".to_owned() + &lines(&["seed", "trials"], 0.5, rng);
    text += &format!("[model]\n{}{}", always("link", rng), lines(&MODEL[1..], 0.2, rng));
    text += &format!("[samples]\n{}{}", always("n_max", rng), lines(&["test"], 0.7, rng));
    text += &lines(&[&SAMPLES[..4], &SAMPLES[6..]].concat(), 0.3, rng);
    text += &format!("[learner.{}]\n{}", kind.name(), lines(&kind.keys(), 0.35, rng));
    text += &format!("[[sweep]]\nlearner = ['{}', 'unpruned']\n", kind.name());
    text + &always("alpha", rng) + &always("d", rng) + &lines(&["trials"], 0.2, rng)
}

/// Runs `study`, or a shard of it, in `folder`; its trials without their times.
fn run(study: &Study, folder: &Path, shard: Option<Shard>, threads: usize) -> Vec<Record> {
    let store = Store::open(folder, shard).expect("the folder can be opened");
    let (prices, stop) = (Prices::new(Rates::TYPICAL), AtomicBool::new(false));
    let (store, prices, stop) = (&store, &prices, &stop);
    let job = Job { study, shard, store, manifest: "0", threads, prices, stop };
    let outcome = study::run(&job, &|_| ()).expect("the study runs");
    let timeless = |record| Record { seconds: None, ..record };
    outcome.records.into_iter().map(timeless).collect()
}

/// What is wrong with a good row.
fn fault(record: &Record) -> Option<String> {
    let measured = record.measured()?;
    Metric::iter().find_map(|metric| {
        let value = measured.metrics[metric]?;
        let least = match metric {
            Metric::Pearson | Metric::Spearman => -1.0 - 1e-9,
            _ => 0.0,
        };
        let most = if metric == Metric::Risk { f64::MAX } else { 1.0 + 1e-6 };
        (!(least..=most).contains(&value)).then(|| format!("{} = {value}", metric.name()))
    })
}

#[test]
fn random_studies_give_the_same_sound_rows_however_they_are_run() {
    let asked = std::env::var("DRILL_STUDIES").ok().and_then(|text| text.parse().ok());
    let wanted = asked.unwrap_or(USUAL);
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let (mut read, mut refused, mut ran, mut rows, mut failed) = (0, 0, 0, 0, 0);
    while ran < wanted {
        let text = random(&mut rng);
        let Ok(study) = Study::parse("s", "s.toml", &text, Profile::Standard, &[]) else {
            refused += 1;
            assert!(refused < 50 * (read + 20), "{refused} of {} are refused", refused + read);
            continue;
        };
        read += 1;
        let prices = Prices::new(Rates::TYPICAL);
        if Plan::new(&study, None, &Trials::default(), &prices).cpu_seconds() > SHORT {
            continue;
        }
        ran += 1;
        let place = tempfile::tempdir().expect("a temporary folder");
        let whole = place.path().join("whole");
        let records = run(&study, &whole, None, 1);
        for record in &records {
            assert_eq!(fault(record), None, "{record:?}\n{text}");
        }
        assert_eq!(run(&study, &place.path().join("threads"), None, 4), records, "{text}");
        let shards = (1..=3).flat_map(|k| {
            let shard = format!("{k}/3").parse().expect("a shard");
            run(&study, &place.path().join("shards"), Some(shard), 2)
        });
        let mut shards: Vec<Record> = shards.collect();
        let mut sorted = records.clone();
        for all in [&mut shards, &mut sorted] {
            all.sort_by_key(|r| (r.cell.clone(), r.n, r.trial));
        }
        assert!(shards == sorted, "{text}");
        assert_eq!(run(&study, &whole, None, 1), records, "read again: {text}");
        rows += records.len();
        failed += records.iter().filter(|r| !r.is_ok()).count();
    }
    println!("{refused} refused, {read} read, {ran} run: {rows} rows, {failed} of them failed");
    assert!(failed < rows, "nothing succeeds");
}
