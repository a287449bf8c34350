//! Text that steers a terminal, runs in a browser or a spreadsheet, or has no end.

use crate::place::{MINI, Place};

/// Clears the screen, in both spellings; turns the writing; rings.
const HOSTILE: &str = "\u{1b}[2J\u{9b}2J\u{202e}\u{2066}\u{200f}\u{7}";

/// Whether what was shown steers nothing.
fn is_harmless(shown: &str) -> bool {
    let steers =
        |c: char| c.is_control() && c != '\n' || HOSTILE.contains(c) && !c.is_ascii_graphic();
    !shown.contains(steers)
}

/// A table of trials of one learner called `name` on a link called `link`, at four dimensions.
fn table(name: &str, link: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let (name, link) = (quoted(name), quoted(link));
    let mut text = "learner,link,alpha,d,n,trial,risk\n".to_owned();
    for d in [16, 32, 64, 128] {
        for (step, risk) in [0.95, 0.8, 0.2, 0.05].iter().enumerate() {
            for trial in 0..3 {
                let n = ((d * d) / 4) << step;
                let risk = risk + 0.01 * f64::from(trial);
                text += &format!("{name},{link},0.5,{d},{n},{trial},{risk}\n");
            }
        }
    }
    text
}

#[test]
fn a_hostile_study_is_shown_without_its_escapes() {
    let place = Place::new();
    let studies = [
        MINI.replace("a tiny study", HOSTILE),
        MINI.replace("trials = 3", &format!("\"{HOSTILE}\" = 3")),
        MINI.replace("\"He2\"", &format!("\"He2{HOSTILE}\"")),
        MINI.replace("\"pruned\"", &format!("\"pruned{HOSTILE}\"")),
        MINI.replace("trials = 3", &format!("trials = # {HOSTILE}")),
        MINI.replace("alpha = 0.5", &format!("alpha = '{HOSTILE}'")),
    ];
    for text in studies {
        place.write("studies/hostile.toml", &text);
        for arguments in [
            &["study", "hostile"][..],
            &["plan", "hostile"],
            &["plan", "hostile", "--format", "json"],
            &["study", "hostile", "--format", "json"],
            &["list"],
            &["list", "--format", "json"],
        ] {
            let ran = place.run(arguments);
            assert!(is_harmless(&ran.out), "{arguments:?}: {:?}", ran.out);
            assert!(is_harmless(&ran.err), "{arguments:?}: {:?}", ran.err);
        }
    }
    for argument in [format!("--{HOSTILE}"), format!("x{HOSTILE}.toml"), HOSTILE.to_owned()] {
        for command in ["study", "fit", "plot", "merge", "link", HOSTILE] {
            let ran = place.run(&[command, &argument]);
            assert!(is_harmless(&ran.err) && is_harmless(&ran.out), "{command}: {:?}", ran.err);
        }
    }
}

#[test]
fn names_of_another_program_run_nowhere() {
    let place = Place::new();
    let name = format!("mine {HOSTILE}|<script>alert(1)</script>`x`*y*[z](javascript:1)");
    place.write("t.csv", table(&name, "a|b*c*"));
    for format in ["text", "json", "markdown", "latex", "csv"] {
        let ran = place.run(&["fit", "t.csv", "--format", format]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert!(is_harmless(&ran.out) && is_harmless(&ran.err), "{format}: {:?}", ran.out);
        if format == "json" {
            let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
            let read = json["exponents"][0]["series"]["learner"].as_str().expect("a name");
            assert_eq!(read, name, "programs get the name as it is");
        }
        if format == "markdown" {
            let row = ran.out.lines().nth(2).expect("a row");
            let cell = r"\|&lt;script&gt;alert(1)&lt;/script&gt;\`x\`\*y\*[z]\(javascript:1)";
            assert!(row.contains(cell), "{row}");
            assert!(row.contains(r"| a\|b\*c\* |"), "{row}");
        }
    }
    let latex = place.run(&["fit", "t.csv", "--format", "latex", "--details"]).out;
    let rows: Vec<_> = latex.lines().filter(|line| line.starts_with("mine ")).collect();
    assert_eq!((rows.len(), latex.matches("\\end{tabular}").count()), (2, 2), "{latex}");
    assert!(rows.iter().all(|row| row.contains("$|$$<$script$>$alert(1)$<$/script$>$`x`")));
    let csv = place.run(&["fit", "t.csv", "--format", "csv"]).out;
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(table.headers().expect("a header").get(6), Some("within"));
    let row = table.records().next().expect("a row").expect("nine fields");
    assert!((&row[1], row[0].contains("|<script>")) == ("a|b*c*", true), "{row:?}");
    assert_eq!(place.run(&["plot", "t.csv", "--out", "drawn"]).code, Some(0));
}

/// Every file that a person opens.
#[test]
fn a_hostile_study_gives_a_harmless_page_and_figures() {
    let place = Place::new();
    let html = "</title></script><script>alert(1)</script><img src=x onerror=\\\"alert(1)\\\">";
    let steering = r"\u001b[2J\u202e\u2066\u200f\u0007";
    let study = MINI
        .replace(
            "claim = \"a tiny study\"",
            &format!("claim = \"{html}{steering}\"\nexpected = \"{html}{steering}\""),
        )
        .replace(
            "[\"pruned\", \"unpruned\"]",
            "[\"pruned\", \"unpruned\", \"pruned/<script>alert(2)</script>\"]",
        );
    let more = format!(
        "\n[figure]\ntitle = \"{html}{steering}\"\nx = \"d\"\ny = \"n_star\"\n\n[[expect]]\nclaim = \"{html}{steering}\"\n\
         exponent = \"unpruned\"\npredicted = 2\n"
    );
    place.write("studies/hostile.toml", study + &more);
    let set = "samples.n_max=4096";
    let ran = place.run(&["study", "hostile", "--set", set, "--set", "model.noise=0.2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(is_harmless(&ran.out) && is_harmless(&ran.err), "{:?} {:?}", ran.out, ran.err);
    assert_eq!(place.run(&["study", "hostile", "--quiet"]).code, Some(0));
    for arguments in [
        &["report", "hostile", "hostile@model.noise=0.2"][..],
        &["runs"],
        &["runs", "--format", "json"],
        &["list"],
        &["explain", "hostile"],
        &["fit", "hostile", "--format", "markdown"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
        assert!(is_harmless(&ran.out) && is_harmless(&ran.err), "{arguments:?}");
    }
    let (mut pages, mut figures) = (0, 0);
    for (path, content) in place.files() {
        let kind = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if kind != "html" && kind != "svg" {
            continue;
        }
        let text = String::from_utf8(content).expect("a text");
        assert!(is_harmless(&text), "{}", path.display());
        for bad in ["<script>alert", "<img", "</title></script"] {
            assert!(!text.contains(bad), "{bad} in {}", path.display());
        }
        (pages, figures) =
            (pages + usize::from(kind == "html"), figures + usize::from(kind == "svg"));
    }
    assert!(pages == 3 && figures > 6, "{pages} {figures}");
    // A link is a formula, and nothing else.
    let link = MINI.replace("\"He2\"", "\"He2 + <script>alert(1)</script>\"");
    place.write("studies/link.toml", link);
    let ran = place.run(&["study", "link"]);
    assert!(ran.code == Some(2) && is_harmless(&ran.err), "{}", ran.err);
}

#[test]
fn what_a_spreadsheet_would_run_is_no_name() {
    let place = Place::new();
    for name in ["=HYPERLINK(\"x\")", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3"] {
        place.write("t.csv", table(name, "He2"));
        let ran = place.run(&["fit", "t.csv"]);
        let wanted = format!("t.csv, line 2: column `learner` is `{name}`, not a name");
        assert!((ran.code, ran.err.contains(&wanted)) == (Some(1), true), "{}", ran.err);
    }
    for (link, code) in [("=1+2", 1), ("-cmd|' /C calc'!A0", 1), ("-He2 + t", 0), ("+t^2", 1)] {
        place.write("t.csv", table("mine", link));
        let ran = place.run(&["fit", "t.csv"]);
        assert_eq!(ran.code, Some(code), "{link}: {}", ran.err);
    }
    let study =
        format!("{MINI}\n[[expect]]\nclaim = \"=1+2\"\nexponent = \"pruned\"\npredicted = 1\n");
    place.write("studies/formula.toml", study);
    let ran = place.run(&["plan", "formula"]);
    assert!((ran.code, ran.err.contains("a spreadsheet")) == (Some(2), true), "{}", ran.err);
}

#[test]
fn a_name_without_end_is_refused_or_cut() {
    let place = Place::new();
    let long = "x".repeat(70_000);
    place.write("t.csv", table(&long, "He2"));
    let ran = place.run(&["fit", "t.csv"]);
    assert_eq!((ran.code, ran.err.len() < 1000), (Some(1), true), "{}", ran.err.len());
    assert!(ran.err.contains("column `learner` is `xxx"), "{}", ran.err);
    place.write("t.csv", table("mine", &long));
    assert_eq!(place.run(&["fit", "t.csv"]).code, Some(1));
    let claim = MINI.replace("a tiny study", &long);
    place.write("studies/long.toml", claim);
    assert_eq!(place.run(&["plan", "long"]).code, Some(0));
}
