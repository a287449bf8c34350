//! The test set is shared among threads as the samples of stages are, and changes no bit either.

use secateur::sample::Crew;
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

#[test]
fn helpers_change_no_bit_of_the_metrics() {
    let text = "claim = \"c\"\n[model]\nlink = \"He2\"\n[learner.pruned]\nwidth = 8\n\
                [[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = 36\n";
    let study = Study::parse("s", "s.toml", text, Profile::Standard, &[]).expect("sound");
    let (setting, cell) = (&study.series[0].setting, &study.series[0].cells[0]);
    // Few samples, so that only the test set is worth sharing.
    let outcome = |threads| {
        let crew = &Crew::new(threads);
        let conditions =
            Conditions { study: "s", manifest: "", setting, cell, test: 1 << 17, crew };
        conditions.run(2048, 0).outcome.expect("it succeeds")
    };
    let alone = outcome(1);
    for threads in [2, 4] {
        assert_eq!(outcome(threads), alone, "{threads} threads");
    }
}
