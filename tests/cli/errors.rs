//! What a user can get wrong, end to end: one clear message with its place and a hint, the right
//! exit code, nothing on standard output, and no file touched. tests/messages has all the
//! messages about studies, links and tables.

use crate::place::{MINI, Place};

/// The whole message, of a command that must change nothing.
fn refused(place: &Place, arguments: &[&str], code: i32, message: &str) {
    let before = place.files();
    let ran = place.run(arguments);
    assert_eq!(ran.err.trim(), message.trim(), "{arguments:?}");
    assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{arguments:?}");
    assert!(place.files() == before, "{arguments:?} touched files");
}

#[test]
fn an_unknown_study_is_met_with_the_nearest_name() {
    let place = Place::new();
    let unknown = [
        ("minj", "did you mean `mini`? `secateur list` shows all"),
        ("zzzzzz", "the studies are mini"),
        ("studies", "the studies are mini"),
    ];
    for (name, help) in unknown {
        let message = format!("× unknown study `{name}`\n  help: {help}");
        refused(&place, &["study", name], 2, &message);
    }
    for (name, shown) in [("a/b", "a/b"), ("..", ".."), ("", ""), ("<b>", "<b>")]
        .into_iter()
        .chain([("a\u{1b}[31m", "a\\u{1b}[31m")])
    {
        let message = format!(
            "× `{shown}` cannot name a study\n  help: use letters, digits, `_`, `-` and `.`; the \
             name becomes a folder of results"
        );
        refused(&place, &["study", name], 2, &message);
    }
    let message = "× there is no study file x.toml\n  help: `secateur list` shows the studies";
    refused(&place, &["study", "x.toml"], 2, message);
}

#[test]
fn a_bad_study_is_shown_at_its_place() {
    let place = Place::new();
    let refused = |text: &[u8], message| {
        place.write("studies/bad.toml", text);
        refused(&place, &["plan", "bad"], 2, message);
    };
    refused(
        b"",
        "× studies/bad.toml is empty
  help: a study needs a claim, a [model] with a link, and a [[sweep]]; studies/ has examples",
    );
    refused(
        b"claim = \"\xff\"\n",
        "× studies/bad.toml, line 1: not text in UTF-8
  help: is this a study file? Save it as UTF-8",
    );
    refused(
        MINI.replace("trials", "trails").as_bytes(),
        r#"× unknown key `trails` in the study
   ╭─[studies/bad.toml:2:1]
 1 │ claim = "a tiny study"
 2 │ trails = 3
   · ───┬──
   ·    ╰── no such key
 3 │ 
   ╰────
  help: did you mean `trials`?"#,
    );
}

#[test]
fn a_bad_argument_is_shown_at_its_place() {
    let place = Place::new();
    refused(
        &place,
        &["plan", "mini", "--set", "model.noise=-1"],
        2,
        "× noise = -1 is out of range
   ╭─[--set:1:13]
 1 │ model.noise=-1
   ·             ─┬
   ·              ╰── out of range
   ╰────
  help: noise must be between 0 and 1000000",
    );
    refused(
        &place,
        &["link", "t^99"],
        2,
        "× link, character 3: the exponent `99` is not allowed
   ╭─[link:1:3]
 1 │ t^99
   ·   ─┬
   ·    ╰── here
   ╰────
  help: powers are whole numbers from 0 to 64, as in `t^2`",
    );
    refused(
        &place,
        &["predict", "--k-star", "99"],
        2,
        "× information exponent 99 is outside 1..=20
  help: it is the order of the link's lowest Hermite coefficient: `secateur link` finds it",
    );
}

#[test]
fn numbers_and_words_of_options_are_checked() {
    let place = Place::new();
    let predict = ["predict", "--k-star", "2", "--alpha", "0.5", "--d"];
    let large = "99999999999999999999";
    for (command, value, option, why) in [
        (&["plan", "mini", "--trials"][..], "0", "COUNT", ": 0 is not in 1..=1000000"),
        (&["plan", "mini", "--trials"], "-1", "COUNT", ": -1 is not in 1..=1000000"),
        (&["plan", "mini", "--threads"], "0", "COUNT", ": 0 is not in 1..=4096"),
        (
            &["plan", "mini", "--profile"],
            "fast",
            "PROFILE",
            "\n  [possible values: quick, standard, full]",
        ),
        (&["predict", "--k-star"], "-1", "ORDER", ": -1 is not in 0..=4294967295"),
        (&predict, "0", "DIMENSION", ": 0 is not in 1..=1073741824"),
        (&predict, large, "DIMENSION", ": number too large to fit in target type"),
    ] {
        let flag = command[command.len() - 1];
        let message = format!(
            "error: invalid value '{value}' for '{flag} <{option}>'{why}\n\n\
             For more information, try '--help'."
        );
        refused(&place, &[command, &[value]].concat(), 2, &message);
    }
}

#[test]
fn results_that_cannot_be_read_are_refused() {
    let place = Place::new();
    for (command, name) in [("fit", "mini"), ("plot", "zz")] {
        let message = format!(
            "× there are no results of `{name}`\n  help: run `secateur study {name}` first, or \
             give a folder with a trials.csv"
        );
        refused(&place, &[command, name], 2, &message);
    }
    let header = "learner,link,k_star,r,d,alpha,q,s,n,trial,risk,noise,input\n";
    place.write("results/mini/trials.csv", header);
    for command in ["fit", "plot"] {
        refused(
            &place,
            &[command, "mini"],
            1,
            "× study `mini` has no trials to analyse
  help: run the study first; `trials.csv` has a header and no rows",
        );
    }
}

#[test]
fn a_folder_that_cannot_hold_results_is_refused() {
    let place = Place::new();
    refused(
        &place,
        &["study", "mini", "--quiet", "--out", "studies/mini.toml/x"],
        1,
        "× cannot look at studies/mini.toml/x/mini: Not a directory (os error 20)
  help: nothing was changed: see to it that this may be read, then run the command again",
    );
    place.write("results/mini/trials.csv", "foo,bar\n1,2\n");
    refused(
        &place,
        &["study", "mini", "--quiet"],
        1,
        "× results/mini/trials.csv was not written by this version: its header differs
  help: found `foo,bar`; use --fresh to move the old results aside, or another --out",
    );
}
