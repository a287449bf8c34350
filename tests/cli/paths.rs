//! A trial has the same bits on every instruction set that the program chooses itself. Which one
//! the linear algebra takes, no variable says: a test beside `sample::product` pins its order.

use secateur::model::LearnerKind;
use secateur::results::{self, Record, same_result};

use crate::place::Place;

const STUDY: &str = include_str!("../../scripts/drill/paths.toml");

/// The trials of the study on the instruction set `name`, if this processor has it.
fn trials(name: &str) -> Option<Vec<Record>> {
    let place = Place::new();
    place.write("studies/paths.toml", STUDY);
    let mut command = place.command(&["study", "paths", "--quiet", "--progress", "none"]);
    let output = command.env("SECATEUR_SIMD", name).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(2) {
        assert!(said.contains("is no instruction set of this processor"), "{said}");
        return None;
    }
    assert_eq!(output.status.code(), Some(0), "{said}");
    let mut records =
        results::read(&place.path("results/paths/trials.csv")).expect("sound").records;
    records.sort_by_key(|r| (r.cell.clone(), r.n, r.trial));
    Some(records)
}

#[test]
fn every_learner_has_the_same_bits_on_every_path() {
    let native = trials("native").expect("there is always a best one");
    for kind in LearnerKind::ALL {
        assert!(native.iter().any(|r| r.series.kind() == Some(kind)), "{}", kind.name());
    }
    assert!(native.iter().all(|r| r.outcome.is_ok()));
    for name in ["portable", "avx2"] {
        let Some(found) = trials(name) else { continue };
        assert_eq!(found.len(), native.len());
        for (a, b) in found.iter().zip(&native) {
            // The products are in one order on every path; the rest of faer is not chosen here.
            assert!(same_result(a, b), "{name} differs from native: {a:?} {b:?}");
        }
    }
    assert!(trials("AVX1024").is_none());
}
