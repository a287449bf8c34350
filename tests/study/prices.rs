//! What a trial is expected to cost beside what it costs, for every option that takes work.

use std::fs;

use secateur::sample::Crew;
use secateur::study::plan::cost::{self, Rates};
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

/// Learner, its table, d, n.
const TRIALS: [(&str, &str, usize, u64); 24] = [
    ("pruned", "", 256, 65_536),
    ("pruned", "", 65_536, 65_536),
    ("pruned", "shift = 2.05", 65_536, 65_536),
    ("unpruned", "", 256, 65_536),
    ("unpruned", "", 16_384, 1024),
    ("unpruned", "data = \"reuse\"\nfeature.steps = 100", 64, 1024),
    ("unpruned", "data = \"reuse\"\nfeature.steps = 1000", 32, 256),
    ("unpruned", "feature.steps = 100", 64, 8192),
    ("unpruned", "feature.steps = 20", 2048, 4096),
    ("pruned", "data = \"reuse\"\nfeature.steps = 50", 256, 4096),
    ("pruned", "readout = \"gd\"", 64, 1024),
    ("pruned", "readout = \"gd\"\nlambda = 1e-6\nwidth = 256", 64, 1024),
    ("pruned", "readout = \"gd\"\nlambda = \"validate\"\nwidth = 16", 64, 1024),
    ("pruned", "lambda = \"validate\"\nwidth = 512", 64, 1024),
    ("pruned", "width = 768", 64, 1024),
    ("unpruned", "width = 512", 512, 1024),
    ("magnitude_pruning", "", 256, 8192),
    ("oracle", "", 256, 65_536),
    ("random_features", "width = 256", 32, 4096),
    ("one_step_reuse", "width = 128", 64, 4096),
    ("online_sgd", "", 128, 8192),
    ("spectral", "", 128, 8192),
    ("label_transform", "", 64, 16_384),
    ("diagonal_thresholding", "", 256, 16_384),
];

/// Seconds that this thread has worked, without what others took of its core.
pub(crate) fn worked() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split_whitespace().next()?.parse::<f64>().ok()? * 1e-9)
}

#[test]
fn no_price_is_far_off() {
    let mut ratios = Vec::new();
    for (learner, table, d, n) in TRIALS {
        let text = format!(
            "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\nn_min = {n}\ntest = 256\n[learner.{learner}]\n\
             {table}\n[[sweep]]\nlearner = \"{learner}\"\nalpha = 0.5\nd = {d}\n"
        );
        let study = Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap();
        let series = &study.series[0];
        let (setting, cell) = (&series.setting, &series.cells[0]);
        let conditions =
            Conditions { study: "s", manifest: "", setting, cell, test: 256, crew: Crew::alone() };
        // The clock of a thread stands still for milliseconds.
        let (start, mut wall, mut trials) = (worked(), 0.0, 0);
        while wall < 0.05 {
            let record = conditions.run(n, trials);
            assert!(record.is_ok(), "{learner} {table}: {:?}", record.outcome);
            wall += record.seconds.unwrap();
            trials += 1;
        }
        let all = start.zip(worked()).map_or(wall, |(start, end)| end - start);
        let seconds = all / f64::from(trials);
        let expected = cost::trial_seconds(&Rates::TYPICAL, setting, cell, n, 256);
        let ratio = seconds / expected;
        println!(
            "{learner:22} d {d:5} n {n:6}: {seconds:8.4} s, {ratio:6.2} of expected {table:?}"
        );
        ratios.push((ratio, learner, table));
    }
    // This machine may be as fast as it likes.
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let middle = ratios[ratios.len() / 2].0;
    ratios.retain(|(ratio, ..)| !(0.2..5.0).contains(&(ratio / middle)));
    assert!(ratios.is_empty(), "{middle}: {ratios:?}");
}
