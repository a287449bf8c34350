//! `fit` on tables that secateur did not write: what is printed and written. tests/messages has
//! what is refused.

use crate::place::Place;
use crate::voice::events;

const OWN: &str = include_str!("../fixtures/own_experiment.csv");
const NOTE: &str = "note: exp.csv has no `link`, `k_star`, `r`, `alpha`, `q`, `s`: left empty, \
                    and what theory predicts from it is not known\n";

/// A folder with a table `exp.csv`.
fn place(table: impl AsRef<[u8]>) -> Place {
    let place = Place::new();
    place.write("exp.csv", table);
    place
}

/// The table of exponents, less its head.
fn fitted(table: impl AsRef<[u8]>) -> String {
    let ran = place(table).run(&["fit", "exp.csv"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran.out.lines().skip(2).map(|line| line.to_owned() + "\n").collect()
}

#[test]
fn a_table_of_another_program_is_fitted_and_printed() {
    let place = place(OWN);
    let before = place.files();
    let ran = place.run(&["fit", "exp.csv"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), NOTE));
    let words: Vec<&str> = ran.out.lines().skip(2).flat_map(str::split_whitespace).collect();
    // Learner, link, α, d: what the table does not say is a dash, never a number.
    assert_eq!(words[..4], ["fast", "–", "–", "16–256"]);
    // After β and its interval: theory, within, verdict, CSQ bound.
    assert_eq!(words[7..11], ["–"; 4]);
    assert_eq!(words[11..15], ["slow", "–", "–", "16–256"]);
    assert!(place.files() == before, "nothing is written without --out");
}

#[test]
fn details_of_such_a_table_have_dashes_too() {
    let ran = place(OWN).run(&["fit", "exp.csv", "--details"]);
    let details = ran.out.split("\n\n").last().expect("the second table");
    let rows: Vec<&str> = details.lines().skip(2).collect();
    assert_eq!(rows.len(), 2, "{details}");
    for row in rows {
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(words[1..3], ["–", "–"], "{row}");
    }
}

#[test]
fn out_takes_the_tables_and_json_stands_alone() {
    let place = place(OWN);
    let ran = place.run(&["fit", "exp.csv", "--out", "tables", "--format", "json"]);
    assert_eq!(ran.code, Some(0));
    let said = events(&ran.err);
    assert_eq!(said.len(), 1);
    assert_eq!(format!("note: {}\n", said[0]["text"].as_str().expect("text")), NOTE);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("one JSON document");
    assert_eq!(json["study"], "exp");
    let series = &json["exponents"][0]["series"];
    for unknown in ["k_star", "r", "alpha", "q"] {
        assert!(series[unknown].is_null(), "{unknown}: {series}");
    }
    for (file, start) in
        [("thresholds.csv", "fast,,,,,,,,16,,0.5,"), ("exponents.csv", "fast,,,,,,,,16,256,5,0.5,")]
    {
        let table = std::fs::read_to_string(place.path(&format!("tables/exp/{file}")));
        let table = table.expect("the table is there");
        assert!(table.lines().nth(1).expect("a row").starts_with(start), "{table}");
    }
    // The exponents are those of the truth in the fixture.
    for (exponent, truth) in [(0, 1.5), (1, 2.0)] {
        let beta = json["exponents"][exponent]["exponent"]["value"].as_f64().expect("a number");
        assert!((beta - truth).abs() < 0.08, "{beta}");
    }
}

#[test]
fn a_study_is_not_overwritten_by_a_table_of_its_name() {
    let place = Place::new();
    place.write("mini.csv", OWN);
    place.write("results/mini/trials.csv", OWN);
    let before = place.files();
    let ran = place.run(&["fit", "mini.csv", "--out", "results"]);
    assert_eq!(ran.code, Some(2));
    ran.said("× results/mini holds the trials of a study");
    assert!(place.files() == before);
}

#[test]
fn a_trials_csv_stands_for_its_folder() {
    let place = Place::new();
    place.write("mine/trials.csv", OWN);
    let by_file = place.run(&["fit", "mine/trials.csv"]);
    let by_folder = place.run(&["fit", "mine"]);
    assert_eq!((by_file.code, &by_file.out), (Some(0), &by_folder.out));
    assert!(place.path("mine/exponents.csv").is_file());
}

#[test]
fn figures_of_a_table_need_a_place() {
    let place = place(OWN);
    let ran = place.run(&["plot", "exp.csv", "--out", "drawn"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(place.path("drawn/exp/figures/thresholds.svg").is_file());
}

#[test]
fn what_is_known_is_held_against_theory() {
    let table = OWN
        .replace("risk\n", "risk,k_star,alpha\n")
        .replace("fast", "pruned")
        .replace("slow", "unpruned");
    let known: String = table
        .lines()
        .enumerate()
        .map(|(i, line)| match i {
            0 => line.to_owned() + "\n",
            _ => format!("{line},2,0.75\n"),
        })
        .collect();
    let fitted = fitted(&known);
    let verdicts: Vec<&str> = fitted
        .lines()
        .filter(|line| line.starts_with("pruned ") || line.starts_with("unpruned "))
        .map(|line| line.split(']').nth(1).expect("an interval").trim())
        .collect();
    assert_eq!(verdicts.len(), 2);
    assert!(verdicts[0].starts_with("1.5, 1  "), "{fitted}");
    assert!(verdicts[1].starts_with("2, 0  "), "{fitted}");
}

#[test]
fn too_little_to_fit_is_said_in_a_verdict() {
    let only = |keep: &dyn Fn(usize, f64) -> bool| {
        let rows = OWN.lines().skip(1).filter(|row| {
            let field = |i: usize| row.split(',').nth(i).expect("five fields");
            let (d, risk) = (field(1).parse().expect("d"), field(4).parse().expect("risk"));
            row.starts_with("fast") && keep(d, risk)
        });
        let rows: String =
            rows.map(|row| format!("{row},2,0.5\n").replace("fast", "pruned")).collect();
        fitted(format!("learner,d,n,trial,risk,k_star,alpha\n{rows}"))
    };
    let one = only(&|d, _| d == 64);
    assert!(one.contains(" 64  ") && one.contains("too few dimensions"), "{one}");
    let censored = only(&|_, risk| risk > 0.7);
    assert!(
        censored.contains("16–256 (+5 censored)") && censored.contains("  censored  "),
        "{censored}"
    );
    assert!(censored.contains("pruned, α = 0.5, d = 16: n* > "), "{censored}");
}

#[test]
fn failed_trials_are_counted_aloud() {
    let mut table = OWN.replace("risk\n", "risk,status\n").replace("1\n", "1,ok\n");
    table = table
        .lines()
        .map(|row| match row.matches(',').count() {
            4 => format!("{row},ok\n"),
            _ => format!("{row}\n"),
        })
        .collect();
    let table = table.replacen(",1.10391,ok", ",,diverged", 1);
    let ran = place(&table).run(&["fit", "exp.csv"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let note =
        "note: 1 of 560 trials failed (status other than `ok`): each counts as a risk of 1\n";
    assert!(ran.err.ends_with(note), "{}", ran.err);
}

#[test]
fn byte_order_marks_carriage_returns_and_blanks_are_read() {
    let plain = fitted(OWN);
    assert_eq!(fitted(format!("\u{feff}{OWN}")), plain);
    assert_eq!(fitted(OWN.replace('\n', "\r\n")), plain);
    assert_eq!(fitted(OWN.replace(',', " , ")), plain);
    assert_eq!(fitted(OWN.replace('\n', "\n\n")), plain);
    assert_eq!(fitted(OWN.trim_end()), plain);
}

#[test]
fn plot_draws_what_is_chosen_beside_the_rest() {
    let place = Place::new();
    assert_eq!(place.run(&["study", "mini", "--quiet"]).code, Some(0));
    let before = place.files();
    let ran = place.say(
        "plot mini --figure thresholds --figure exponents --series pruned alpha=0.5 --tau 0.6 --width 3.25in",
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let all: Vec<&str> = ran.out.lines().collect();
    let names = ["thresholds.svg", "thresholds.png", "exponents.svg", "exponents.png"];
    assert_eq!(all, names.map(|name| format!("results/mini/figures/chosen/{name}")));
    let svg = std::fs::read_to_string(place.path(all[0])).expect("a figure");
    assert!(svg.contains("width=\"234.0pt\""), "{}", &svg[..200]);
    assert!(svg.contains("0.6") && svg.contains("pruned") && !svg.contains("unpruned"));
    let png = std::fs::read(place.path(all[1])).expect("a figure");
    assert_eq!(png[16..20], 975_u32.to_be_bytes(), "3.25 inches of 300 dots");
    let dots = png.windows(4).position(|four| four == b"pHYs").expect("a resolution");
    assert_eq!(png[dots + 4..dots + 8], 11811_u32.to_be_bytes());
    let after = place.files();
    assert!(before.iter().all(|(path, content)| after.get(path) == Some(content)));

    for (words, said) in [
        ("--figure nothing", "there is no figure `nothing`"),
        ("--figure phase_diagram", "nothing to draw"),
        ("--series oracle", "nothing to draw"),
        ("--width 3", "such as 3.25in"),
        ("--width 1pt", "such as 3.25in"),
    ] {
        let ran = place.say(&format!("plot mini {words}"));
        assert!(matches!(ran.code, Some(1 | 2)), "{words}");
        ran.said(said);
    }
}
