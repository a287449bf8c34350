//! What every learner owes, whatever it does: one table over `LearnerKind::ALL`.

use secateur::learner::Options;
use secateur::model::LearnerKind;
use secateur::model::metric::Metric;
use secateur::results::{Record, Simulated};
use secateur::sample::Crew;
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};

use crate::stats::{smirnov, welch};
use crate::{Measures, metric_bits, simulated};

/// A study of He2 in dimension `d` at α = ½, for every learner; `table` is what their tables say.
fn study(d: usize, simulation: &str, table: impl Fn(&str) -> String) -> Study {
    let names = names();
    let tables: Vec<String> =
        names.iter().map(|name| format!("[learner.{name}]\n{}\n", table(name))).collect();
    let tables = tables.concat();
    let text = format!(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\nn_min = 1024\nn_max = 32768\nsimulation = \"{simulation}\"\n{tables}\
         [[sweep]]\nlearner = {names:?}\nalpha = 0.5\nd = {d}\n"
    );
    Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap()
}

/// A kernel of n₁ samples takes n₁³ operations.
fn few_in_a_kernel(name: &str) -> &'static str {
    if name == "recursive_features" { "split = [1, 63]" } else { "" }
}

/// Trials 0..`trials` of each learner, in the order of the study.
fn run(study: &Study, n: u64, trials: u32, threads: usize) -> Vec<Vec<Record>> {
    let one = |series: &secateur::study::Series| {
        let setting = &series.setting;
        let (cell, crew) = (&series.cells[0], &Crew::new(threads));
        let conditions = Conditions { study: "s", setting, cell, test: 4096, crew, manifest: "" };
        (0..trials).map(|trial| conditions.run(n, trial)).collect()
    };
    study.series.iter().map(one).collect()
}

fn names() -> Vec<&'static str> {
    LearnerKind::ALL.into_iter().map(LearnerKind::name).collect()
}

#[test]
fn threads_change_no_bit() {
    for simulation in ["explicit", "auto"] {
        let study = study(36, simulation, |name| format!("width = 8\n{}", few_in_a_kernel(name)));
        let alone = run(&study, 1 << 17, 1, 1);
        for threads in [2, 4] {
            for (several, alone) in run(&study, 1 << 17, 1, threads).iter().zip(&alone) {
                let (several, alone) = (&several[0], &alone[0]);
                assert!(several.is_ok(), "{}", several.series);
                assert_eq!(metric_bits(several), metric_bits(alone), "{}", several.series);
            }
        }
    }
}

/// Level 2·10⁻⁵ and less a test. Width 2 so that even six kept coordinates are reduced.
#[test]
fn explicit_and_reduced_simulation_have_the_same_law() {
    let trials = 150;
    let of = |simulation| {
        // The choice among transformations reads every score.
        let study = study(36, simulation, |name| match name {
            "label_transform" => "width = 2\ntransform = \"square\"".to_owned(),
            _ => format!("width = 2\n{}", few_in_a_kernel(name)),
        });
        run(&study, 1500, trials, 1)
    };
    for (explicit, reduced) in of("explicit").iter().zip(&of("reduced")) {
        let name = &explicit[0].series.learner;
        let all = |records: &[Record], how| records.iter().all(|r| simulated(r) == Some(how));
        assert!(all(explicit, Simulated::Explicit), "{name}");
        // Reused data are always simulated explicitly.
        let explicit_only = name == "one_step_reuse";
        let how = if explicit_only { Simulated::Explicit } else { Simulated::Reduced };
        assert!(all(reduced, how), "{name}");
        for metric in [Metric::Risk, Metric::Alignment, Metric::Mass] {
            let [a, b] =
                [explicit, reduced].map(|t| t.iter().map(|r| r.of(metric)).collect::<Vec<f64>>());
            let distance = smirnov(&a, &b);
            assert!(distance < 2.4, "{name}: {distance}");
            // Without spread, as the mass of random features, the means are equal.
            let z = welch(&a, &b);
            assert!(z.is_nan() || z.abs() < 4.5, "{name}: {z}");
        }
    }
}

#[test]
fn too_few_samples_are_an_error() {
    let study = study(36, "auto", |_| String::new());
    for series in &study.series {
        let stages = series.setting.built.learner.stages() as u64;
        assert!(series.setting.built.check_n(2 * stages).is_ok());
        let error = series.setting.built.check_n(2 * stages - 1).unwrap_err().to_string();
        assert!(error.contains("too few"), "{error}");
    }
    for records in run(&study, 1, 1, 1) {
        let error = records[0].outcome.as_ref().unwrap_err();
        assert!(error.contains("too few"), "{error}");
    }
}

/// d = 16, so that 1024 random features are many more than d².
#[test]
fn all_learn_an_easy_case_but_those_that_cannot() {
    let table = |name: &str| match name {
        // The overlap that a constant step leaves is 1 − m² ≈ 2.5 δ.
        "online_sgd" | "smoothed_sgd" => "step = 0.01".to_owned(),
        // Every neuron sees most of v.
        "sparse_init" => "keep = { count = 12 }".to_owned(),
        _ => few_in_a_kernel(name).to_owned(),
    };
    let study = study(16, "auto", table);
    for records in run(&study, 1 << 15, 3, 1) {
        let mut risks: Vec<f64> = records.iter().map(|r| r.of(Metric::Risk)).collect();
        risks.sort_by(f64::total_cmp);
        let (name, median) = (&records[0].series.learner, risks[1]);
        assert!(records.iter().all(Record::is_ok), "{name}");
        // A sign holds √(s/d) = ½ of v at most.
        if ["random_mask", "sign_step", "adam_step"].contains(&name.as_str()) {
            assert!(median > 0.5, "{name}: {risks:?}");
        } else {
            assert!(median < 0.1, "{name}: {risks:?}");
        }
    }
}

#[test]
fn options_of_others_are_refused() {
    let values = [
        ("data", "\"reuse\""),
        ("channel", "\"even\""),
        ("score", "\"row\""),
        ("shift", "0.5"),
        ("keep", "{ count = 7 }"),
        ("rounds", "2"),
        ("augmentation", "\"noise\""),
        ("feature", "{ steps = 2 }"),
        ("starts", "4"),
        ("step", "0.01"),
        ("neuron", "\"activation\""),
        ("smoothing", "3.0"),
        ("transform", "\"abs\""),
        ("clip", "2.0"),
        ("agop", "\"diagonal\""),
    ];
    for kind in LearnerKind::ALL {
        let name = kind.name();
        for (key, value) in values {
            let text = format!(
                "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\nn_max = 16384\n[learner.{name}]\n{key} = {value}\n\
                 [[sweep]]\nlearner = \"{name}\"\nalpha = 0.5\nd = 36\n"
            );
            match Study::parse("s", "s.toml", &text, Profile::Standard, &[]) {
                Ok(study) => {
                    // What is accepted is read: it changes the options, hence the cell.
                    let options: &Options = &study.series[0].setting.options;
                    assert_ne!(*options, kind.defaults(), "{name}: {key}");
                    assert_ne!(serde_json::json!(options), serde_json::json!(kind.defaults()));
                }
                Err(error) => {
                    let expected = format!("`{name}` does not read `{key}`");
                    assert_eq!(error.message(), expected);
                    let (_, read) = error.hint_text().unwrap().split_once(" are ").unwrap();
                    assert!(read.split(", ").all(|other| other != key), "{read}");
                }
            }
        }
    }
}
