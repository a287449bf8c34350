//! `[[expect]]`: what is printed and written, after `study` and after `fit`.

use crate::place::{MINI, Place};

const EXPECT: &str = r#"
[[expect]]
claim = "pruning saves samples"
ratio = ["unpruned", "pruned"]
predicted = { at_least = 1.01 }

[[expect]]
claim = "d squared"
exponent = "unpruned"
predicted = 2

[[expect]]
claim = "the subspace is found"
metric = "subspace"
learner = "pruned"
alpha = 0.5
predicted = { at_most = 1 }
"#;

#[test]
fn expectations_are_judged_printed_and_written() {
    let place = Place::new();
    place.write("studies/mini.toml", format!("{MINI}{EXPECT}"));
    let ran = place.run(&["study", "mini", "--set", "samples.n_max=16384", "--quiet"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let table = ran.out.split("\n\n").nth(2).expect("a second table, after the conclusion");
    let starts: Vec<_> = table.lines().skip(2).map(|l| l.split("  ").next()).collect();
    let names = ["n*(unpruned) / n*(pruned)", "β(unpruned)", "subspace(pruned)"];
    assert_eq!(starts, names.map(Some), "{table}");

    let name = "results/mini/expectations.csv";
    let written = std::fs::read_to_string(place.path(name)).expect("it is there");
    let head = "learner,link,k_star,r,alpha,q,noise,input,d,threshold,quantity,value,ci_low,\
                ci_high,points,censored,bound,relation,predicted,margin,p,verdict,basis,posterior,claim,\
                manifest,check";
    assert_eq!(written.lines().next(), Some(head));
    // Four cells and one verdict, one verdict, four cells and one verdict.
    assert_eq!(written.lines().count(), 1 + 5 + 1 + 5);
    let row = written.lines().find(|l| l.contains(",d squared,")).expect("the exponent");
    assert!(row.starts_with("unpruned,He2,2,1,0.5,0.0,0.1,gaussian,,0.5,β(unpruned),"), "{row}");

    let again = place.run(&["fit", "mini", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&again.out).expect("one document");
    let judged = json["expectations"].as_array().expect("a list");
    assert_eq!(judged.len(), 3);
    assert_eq!(judged[1]["predicted"]["value"], 2.0);
    assert_eq!(judged[0]["cells"].as_array().map(Vec::len), Some(4));
    let word = judged[1]["verdict"].as_str().expect("a word");
    assert!(row.contains(&format!(",{word},stated,false,d squared,")), "{row} {word}");
    assert_eq!(std::fs::read_to_string(place.path(name)).expect("it is there"), written);
    let markdown = place.run(&["fit", "mini", "--format", "markdown"]).out;
    assert!(markdown.contains(r"| n\*(unpruned) / n\*(pruned) | all | "), "{markdown}");
}

/// The sides of a ratio may differ in noise or input, and are told apart in every table.
#[test]
fn a_ratio_may_be_between_noises_or_inputs() {
    let place = Place::new();
    let study = MINI.replace(
        "link = \"He2\"",
        "link = \"He2\"\nnoise = [0, 3]\ninput = [\"gaussian\", \"uniform\"]",
    );
    let expect = r#"
[[expect]]
claim = "noise costs samples"
ratio = ["pruned", "pruned"]
noise = [3, 0]
input = "gaussian"
predicted = { at_least = 1.1 }

[[expect]]
claim = "both at once"
ratio = ["unpruned", "pruned"]
noise = [3, 0]
input = ["uniform", "gaussian"]
predicted = { at_least = 1.1 }
"#;
    place.write("studies/mini.toml", format!("{study}{expect}"));
    let ran = place.run(&["study", "mini", "--set", "samples.n_max=65536", "--quiet"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let read = |name: &str| {
        let text = std::fs::read_to_string(place.path(name)).expect("it is there");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader
            .deserialize::<std::collections::HashMap<String, String>>()
            .map(|r| r.expect("a row"))
            .collect::<Vec<_>>()
    };
    let thresholds = read("results/mini/thresholds.csv");
    let n_star = |learner: &str, noise: &str, input: &str, d: &str| -> f64 {
        let row = thresholds.iter().find(|t| {
            [&t["learner"], &t["noise"], &t["input"], &t["d"]] == [learner, noise, input, d]
        });
        row.expect("a cell")["n_star"].parse().expect("a number")
    };
    let judged = read("results/mini/expectations.csv");
    for (claim, over, under) in [
        ("noise costs samples", ("pruned", "3.0", "gaussian"), ("pruned", "0.0", "gaussian")),
        ("both at once", ("unpruned", "3.0", "uniform"), ("pruned", "0.0", "gaussian")),
    ] {
        let cells: Vec<_> =
            judged.iter().filter(|r| r["claim"] == claim && !r["d"].is_empty()).collect();
        assert_eq!(cells.len(), 4, "{claim}");
        for cell in cells {
            let d = &cell["d"];
            let direct = n_star(over.0, over.1, over.2, d) / n_star(under.0, under.1, under.2, d);
            let found: f64 = cell["value"].parse().expect("a number");
            assert!((found / direct - 1.0).abs() < 1e-6, "{claim}, d = {d}: {found} {direct}");
        }
    }
}
