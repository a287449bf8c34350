//! Texts that nobody wrote: the parsers of links, studies and tables refuse or accept them,
//! and never panic. `PROPTEST_CASES=100000 cargo test --release --test parser_fuzz` looks longer.

use proptest::prelude::*;
use proptest::sample::select;
use secateur::model::Link;
use secateur::record;
use secateur::study::{Profile, Study};

/// Pieces of links.
const LINK: [&str; 34] = [
    "He", "He2", "He3", "He64", "He65", "t", "z1", "z2", "z64", "z65", "^", "^2", "^64", "+", "-",
    "*", "/", "(", ")", "sum(", "relu", "abs", "tanh", "sin(", "exp", "sign", "1", "0", "0.5",
    "1e308", "1e-308", "2", " ", ".",
];

/// Pieces of studies.
const STUDY: [&str; 48] = [
    "claim",
    "expected",
    "seed",
    "trials",
    "[model]",
    "link",
    "r",
    "noise",
    "normalize",
    "direction",
    "q",
    "[samples]",
    "search",
    "threshold",
    "precision",
    "n_min",
    "n_max",
    "test",
    "simulation",
    "[[sweep]]",
    "learner",
    "alpha",
    "d",
    "[learner.pruned]",
    "[learner.\"pruned/x\"]",
    "width",
    "keep",
    "shift",
    "feature",
    "steps",
    "lambda",
    "[profiles.quick]",
    "sweep",
    "= ",
    "\n",
    "\"He2\"",
    "\"pruned\"",
    "\"grid\"",
    "[16, 64]",
    "[]",
    "{ ratio = 2 }",
    "{",
    "0.5",
    "-1",
    "1e400",
    "18446744073709551616",
    "true",
    "nan",
];

/// A study that is sound.
const SOUND: &str = "claim = \"x\"\ntrials = 4\n[model]\nlink = \"He2\"\n[samples]\nn_max = 1024\n\
    [learner.pruned]\nkeep = { ratio = 1.5 }\n[[sweep]]\nlearner = [\"pruned\", \"unpruned\"]\n\
    alpha = 0.5\nd = [16, 64]\n[profiles.quick]\ntrials = 2\n";

/// A table that is sound.
const TABLE: &str = "learner,d,n,trial,risk,alpha\na,16,64,0,0.5,0.25\na,16,64,1,\"0.25\",0.25\n";

fn pieces(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(select(of), 0..24).prop_map(|pieces| pieces.concat())
}

/// `sound` with a stretch of it replaced.
fn patched(
    sound: &'static str,
    patch: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    (0..=sound.len(), 0..12_usize, patch).prop_map(move |(at, length, patch)| {
        let end = (at + length).min(sound.len());
        format!("{}{patch}{}", &sound[..at], &sound[end..])
    })
}

fn check_link(text: &str, r: Option<usize>) -> Result<(), TestCaseError> {
    match Link::parse(text, r) {
        Err(error) => prop_assert!(!error.message().is_empty()),
        Ok(link) => {
            // What is shown of a link is the link.
            let again = Link::parse(link.text(), Some(link.r()));
            let again = again.map_err(|e| TestCaseError::fail(format!("{}: {e}", link.text())))?;
            prop_assert_eq!(again.variance().to_bits(), link.variance().to_bits());
            prop_assert_eq!(again.coefficients(), link.coefficients());
        }
    }
    Ok(())
}

fn check_study(text: &str) -> Result<(), TestCaseError> {
    for profile in [Profile::Quick, Profile::Standard] {
        match Study::parse("fuzz", "fuzz.toml", text, profile, &[]) {
            Err(error) => prop_assert!(!error.message().is_empty()),
            Ok(study) => prop_assert!(study.cells().count() > 0),
        }
    }
    Ok(())
}

fn check_table(bytes: &[u8]) -> Result<(), TestCaseError> {
    match record::parse("fuzz.csv", bytes) {
        Err(error) => prop_assert!(error.message().starts_with("fuzz.csv")),
        Ok(loaded) => prop_assert!(loaded.records.len() <= bytes.len()),
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_as_a_link(text in any::<String>(), r in prop::option::of(0..70_usize)) {
        check_link(&text, r)?;
    }

    #[test]
    fn pieces_of_links(text in pieces(&LINK), r in prop::option::of(1..5_usize)) {
        check_link(&text, r)?;
    }

    #[test]
    fn any_text_as_a_study(text in any::<String>()) {
        check_study(&text)?;
    }

    #[test]
    fn pieces_of_studies(text in pieces(&STUDY)) {
        check_study(&text)?;
    }

    #[test]
    fn studies_with_a_patch(text in patched(SOUND, pieces(&STUDY))) {
        check_study(&text)?;
    }

    #[test]
    fn any_bytes_as_a_table(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_table(&bytes)?;
    }

    #[test]
    fn tables_with_a_patch(text in patched(TABLE, any::<String>())) {
        check_table(text.as_bytes())?;
    }
}
