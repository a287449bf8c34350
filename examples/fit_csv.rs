//! Thresholds and exponents of a table that another program wrote.
//!
//! ```sh
//! cargo run --release --example fit_csv                 # tests/fixtures/own_experiment.csv
//! cargo run --release --example fit_csv -- MY_TABLE.csv
//! ```
//!
//! The columns `learner, d, n, trial, risk` are enough; docs/studies.md, section 9, names those
//! that may be added.

use std::path::Path;

use secateur::analysis::estimate::Censoring;
use secateur::analysis::{Options, analyse};
use secateur::model::Asked;
use secateur::report;
use secateur::results::{self, Trials};

/// Two learners whose n* are known: 3 d^1.5 and d².
const OWN: &str = "tests/fixtures/own_experiment.csv";

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn main() -> secateur::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| OWN.to_owned());
    let loaded = results::read(Path::new(&path))?;
    for note in &loaded.notes {
        println!("note: {note}");
    }

    // Checked once and grouped by cell, whatever the order of the rows.
    let trials = Trials::new(loaded.records)?;
    let asked = Asked { study: "mine".to_owned(), ..Asked::default() };
    let analysis = analyse(&trials, &asked, &Options::default())?;

    println!("\n  learner       d         n*   [95 %]");
    for t in &analysis.thresholds {
        let bound = match t.censored {
            Censoring::None => "",
            Censoring::Above => "more than ",
            Censoring::Below => "at most ",
        };
        let (learner, d) = (&t.series.learner, t.d);
        println!(
            "{learner:>9} {d:>7} {bound}{:>10.0}   [{:.0}, {:.0}]",
            t.n_star, t.ci_low, t.ci_high
        );
    }
    println!("\n{}", report::exponent_table(&analysis, report::Form::Text));
    for note in report::notes(&analysis) {
        println!("{note}");
    }
    Ok(())
}
