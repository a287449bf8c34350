//! What a trial is expected to cost beside what it costs, for every option that takes work.

use std::fs;

use secateur::sample::Crew;
use secateur::study::plan::cost::{self, Rates};
use secateur::study::search::walk::Expected;
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

/// Learner, its table, d, n.
const TRIALS: [(&str, &str, usize, u64); 28] = [
    ("pruned", "", 256, 65_536),
    ("pruned", "", 65_536, 65_536),
    ("pruned", "shift = 2.05", 65_536, 65_536),
    ("pruned", "score = \"row\"", 64, 65_536),
    ("pruned", "score = \"row\"", 1024, 8192),
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
    ("recursive_features", "", 64, 1448),
    ("pruned_groups", "", 256, 4096),
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
            "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\nn_min = {n}\nn_max = {n}\ntest = 256\n[learner.{learner}]\n\
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

/// A search starts where the law says: higher at a worse shift, and at a stricter threshold.
#[test]
fn searches_of_pruned_start_at_the_law() {
    let study = |extra: &str| {
        let text = format!(
            "claim = \"c\"\nmodel.link = \"He3\"\n{extra}\nsweep = {{ learner = \"pruned\", \
             alpha = 0.5, d = [256, 1024] }}\n"
        );
        Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap()
    };
    let start = |study: &Study, tau: f64| {
        let series = &study.series[0];
        Expected::of(&series.setting, &series.cells[0], tau).n_star
    };
    let best = study("");
    // 3 (t + σz)²/m² with p = (1 − τ)^{1/3}, by `secateur::model::law` through another door.
    let law = best.asked(0.5).laws.into_iter().find(|((_, d), _)| *d == 256).unwrap().1;
    assert!((start(&best, 0.5) / law.n_star - 1.0).abs() < 1e-12);
    assert!(start(&best, 0.3) > start(&best, 0.5) && start(&best, 0.5) > start(&best, 0.7));
    // ρ₃(2.05)/ρ₃(1) = 0.803/0.495.
    let worse = start(&study("learner.pruned.shift = 1"), 0.5) / start(&best, 0.5);
    assert!((2.0..3.2).contains(&worse), "{worse}");
    // Where the ranking is nothing, the readout still needs its samples: three stages of 2m.
    let easy = study("learner.pruned.width = 65536");
    assert_eq!(start(&easy, 0.5), 3.0 * 2.0 * 65536.0);
}
