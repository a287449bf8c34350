//! Links that hardly vary under the law of the inputs: refused when a study is read, and a trial
//! that meets one all the same fails with its reason.

use secateur::sample::Crew;
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

fn study(link: &str, input: &str, more: &str) -> secateur::Result<Study> {
    let text = format!(
        "claim = \"c\"\n[model]\nlink = \"{link}\"\ninput = \"{input}\"\n{more}\n\
         [[sweep]]\nlearner = \"pruned\"\nalpha = 0\nd = [4, 16]\n"
    );
    Study::parse("s", "s.toml", &text, Profile::Standard, &[])
}

#[test]
fn links_that_hardly_vary_are_refused() {
    let refused = [
        ("relu(t - 5)", "gaussian", ""),
        ("sign(t - 4.5)", "gaussian", ""),
        ("t^64", "gaussian", ""),
        ("sign(t - 4.5)", "correlated", ""),
        ("sign(t - 4)", "uniform", ""),
        ("sign(t - 4)", "uniform", "normalize = false"),
        ("1e40*sign(t - 4)", "uniform", "normalize = false"),
        // Nothing of it is left in double precision.
        ("1e-20*t + 3", "gaussian", "normalize = false"),
        ("He2", "rademacher", ""),
        ("relu(z1 - 5) + relu(z2 - 5)", "gaussian", ""),
        ("sign(z1 - 4)*sign(z2 - 4)", "uniform", ""),
    ];
    for (link, input, more) in refused {
        let Err(error) = study(link, input, more) else { panic!("{link} on {input} is read") };
        let message = error.message();
        assert!(message.contains(link) && message.contains("hardly varies"), "{message}");
    }
}

#[test]
fn links_that_vary_are_read() {
    let read = [
        ("He2", "gaussian", ""),
        ("He64", "gaussian", ""),
        ("t^12", "gaussian", ""),
        ("1e-6*t + 3", "gaussian", "normalize = false"),
        ("1e6 + t", "laplace", "normalize = false"),
        ("sign", "rademacher", ""),
        ("He3", "rademacher", ""),
        ("sign(t - 1.7)", "uniform", ""),
        ("exp(2*t)", "laplace", ""),
        ("z1*z2", "student_t", ""),
    ];
    for (link, input, more) in read {
        if let Err(error) = study(link, input, more) {
            panic!("{link} on {input}: {}", error.message());
        }
    }
}

/// At 64 test samples a step at 3.7 is almost never seen: its risk would be that of a constant.
#[test]
fn a_trial_without_variance_in_its_test_samples_fails() {
    for input in ["gaussian", "laplace"] {
        let study = study("sign(t - 3.7)", input, "").unwrap();
        let series = &study.series[0];
        let (setting, cell) = (&series.setting, &series.cells[0]);
        let conditions =
            Conditions { study: "s", manifest: "", setting, cell, test: 8, crew: Crew::alone() };
        let records: Vec<_> = (0..20).map(|trial| conditions.run(64, trial)).collect();
        let failed: Vec<_> = records.iter().filter_map(|r| r.outcome.as_ref().err()).collect();
        assert!(failed.len() >= 18, "{input}: {} failed", failed.len());
        for reason in failed {
            assert!(reason.contains("test samples"), "{reason}");
        }
    }
}
