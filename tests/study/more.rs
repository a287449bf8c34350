//! A study with more of some series is the same study beside it.

use secateur::study::{More, Profile, Study};

const STUDY: &str = r#"claim = "c"
seed = 18446744073709551615
model.link = "He2"
model.noise = 0.3
learner.pruned.width = 32
sweep = { learner = ["pruned", "unpruned"], alpha = 0.5, d = [64, 144], trials = 5 }
"#;

#[test]
fn cells_keep_their_names_and_get_their_trials() {
    let study = Study::parse("s", "s", STUDY, Profile::Quick, &[]).unwrap();
    let series = study.series[0].setting.series.as_ref().clone();
    let more = More { series, dimensions: vec![64, 256], trials: 40, precision: 0.01 };
    let with = study.with(&[more]).unwrap();
    assert_eq!((with.profile, with.seed), (Profile::Quick, u64::MAX));
    let cells = |study: &Study, index: usize| -> Vec<(usize, u32, Option<f64>, String)> {
        let cell = |c: &secateur::study::Cell| (c.d, c.trials, c.precision, c.name());
        study.series[index].cells.iter().map(cell).collect()
    };
    let (old, new) = (cells(&study, 0), cells(&with, 0));
    let plan: Vec<_> =
        new.iter().map(|(d, trials, precision, _)| (*d, *trials, *precision)).collect();
    assert_eq!(plan, [(64, 40, Some(0.01)), (144, 5, None), (256, 40, Some(0.01))]);
    assert_eq!((&new[0].3, &new[1].3), (&old[0].3, &old[1].3));
    assert_eq!(cells(&with, 1), cells(&study, 1));
    // The manifest of such a run gives it again.
    let again = Study::of_resolved("s", "s", with.resolved.clone(), with.seed).unwrap();
    assert_eq!(cells(&again, 0), new);
    let cell = &with.series[0].cells;
    assert_eq!(with.samples.aim(&cell[0]).precision, 0.01);
    assert_eq!(with.samples.aim(&cell[1]).precision, study.samples.precision);
}

/// Two verdicts may ask for the same cell: it gets the most of either, and no other cell changes.
#[test]
fn a_cell_that_is_asked_for_twice_gets_the_most() {
    let study = Study::parse("s", "s", STUDY, Profile::Quick, &[]).unwrap();
    let [a, b] = [0, 1].map(|i: usize| study.series[i].setting.series.as_ref().clone());
    let more = |series: &_, dimensions: &[usize], trials, precision| More {
        series: Clone::clone(series),
        dimensions: dimensions.to_vec(),
        trials,
        precision,
    };
    let asked = [
        more(&a, &[64, 144], 40, 0.02),
        more(&b, &[64], 10, 0.03),
        more(&a, &[144], 20, 0.01),
        more(&a, &[256], 40, 0.02),
    ];
    let merged = More::merged(&asked);
    let expected =
        [more(&a, &[64, 256], 40, 0.02), more(&a, &[144], 40, 0.01), more(&b, &[64], 10, 0.03)];
    assert_eq!(merged, expected);
    assert_eq!(More::merged(&[]), []);
}
