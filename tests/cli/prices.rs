//! Studies that take hours are asked about, whatever it is that takes them.

use crate::place::Place;

/// One cell, a grid of one sample size, a million trials of what `learner` sets.
fn study(learner: &str) -> String {
    format!(
        "claim = \"c\"\ntrials = 1000000\nmodel.link = \"He2\"\nsamples.search = \"grid\"\n\
         samples.n_min = 2048\nsamples.n_max = 2048\nsamples.test = 64\n[learner.pruned]\n\
         {learner}\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = 64\n"
    )
}

#[test]
fn hours_are_asked_about_whatever_takes_them() {
    for learner in [
        "data = \"reuse\"\nfeature.steps = 1000",
        "readout = \"gd\"",
        "lambda = \"validate\"\nwidth = 512",
        "width = 1024",
    ] {
        let place = Place::new();
        place.write("studies/long.toml", study(learner));
        let ran = place.run(&["study", "long", "--threads", "2"]);
        assert_eq!(ran.code, Some(2), "{learner}: {}", ran.err);
        assert!(ran.err.contains("long is expected to take"), "{learner}: {}", ran.err);
        assert!(!place.path("results/long").exists(), "{learner}");
    }
}

#[test]
fn a_plan_says_which_prices_come_from_pilot_trials() {
    let place = Place::new();
    place.write("studies/long.toml", study("readout = \"gd\""));
    let plan = |name| place.run(&["plan", name, "--format", "json"]).out;
    let pilot = |name| {
        let plan: serde_json::Value = serde_json::from_str(&plan(name)).expect("JSON");
        plan["series"][0]["pilot"].as_f64()
    };
    assert!(pilot("long").is_some_and(|scale| scale > 0.05 && scale < 20.0));
    assert_eq!(pilot("mini"), None, "what is known well has no pilot");
    let text = place.run(&["plan", "long"]).out;
    assert!(text.contains("priced by a pilot trial a series: pruned ×"), "{text}");
}
