//! The page of a result, as a file.

use std::path::Path;

use crate::place::{MINI, Place};

#[test]
fn study_fit_plot_and_report_write_the_same_page() {
    let place = Place::new();
    let ran = place.run(&["study", "mini"]);
    assert!(ran.err.ends_with("the page: results/mini/report.html\n"), "{}", ran.err);
    let page = || std::fs::read_to_string(place.path("results/mini/report.html")).expect("a page");
    let first = page();
    assert!(first.starts_with("<!DOCTYPE html>") && first.contains("a tiny study"));
    for command in [&["fit", "mini"][..], &["plot", "mini"], &["report", "mini"]] {
        std::fs::remove_file(place.path("results/mini/report.html")).expect("it was there");
        assert_eq!(place.run(command).code, Some(0));
        assert_eq!(page(), first, "{command:?}");
    }
}

#[test]
fn several_results_have_an_index() {
    let place = Place::new();
    place.write("studies/other.toml", MINI.replace("a tiny study", "<b>another</b>"));
    place.run(&["study", "mini", "--quiet"]);
    place.run(&["study", "other", "--quiet"]);
    let ran = place.run(&["report", "mini", "other"]);
    let files = "results/mini/report.html\nresults/other/report.html\nresults/report.html\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), files, ""));
    let index = std::fs::read_to_string(place.path("results/report.html")).expect("an index");
    for part in ["href=\"./other/report.html\"", "a tiny study", "&lt;b&gt;another&lt;/b&gt;"] {
        assert!(index.contains(part), "{part}");
    }
    assert_eq!(place.run(&["report"]).code, Some(2));
    assert_eq!(place.run(&["report", "nothing"]).code, Some(2));
}

/// What a theorist takes along is what was run.
#[test]
fn the_study_inside_the_page_is_the_one_that_ran() {
    let place = Place::new();
    place.run(&["study", "mini", "--quiet", "--set", "model.noise=0.25", "--seed", "7"]);
    let own = "results/mini@model.noise=0.25,seed=7";
    let page = std::fs::read_to_string(place.path(&format!("{own}/report.html"))).expect("a page");
    assert!(page.contains("secateur study mini.toml --seed 7"));
    assert!(page.contains("With model.noise=0.25, seed=7"));
    let (_, data) = page
        .split_once("download=\"mini.toml\" href=\"data:text/plain;charset=utf-8,")
        .expect("one");
    let code = data.split('"').next().unwrap_or_default();
    let mut parts = code.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("a byte"));
        bytes.extend(part[2..].bytes());
    }
    place.write("again/mini.toml", String::from_utf8(bytes).expect("a text"));
    let cells = |arguments: &[&str]| {
        let ran = place.run(&[arguments, &["--quiet", "--out", "other"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        std::fs::read_to_string(place.path("other/mini@seed=7/thresholds.csv")).expect("a table")
    };
    let again = cells(&["study", "again/mini.toml", "--seed", "7"]);
    let first =
        std::fs::read_to_string(place.path(&format!("{own}/thresholds.csv"))).expect("a table");
    let numbers = |table: &str| -> Vec<String> {
        table.lines().map(|l| l.split(',').take(12).collect::<Vec<_>>().join(",")).collect()
    };
    assert_eq!(numbers(&again), numbers(&first));
}

/// Of two numbers that a reader is told, the size, and what a point is without a script.
#[test]
fn the_page_of_the_main_study_is_small_and_every_point_says_what_it_is() {
    let place = Place::new();
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/reference/alpha_sweep");
    for entry in std::fs::read_dir(&reference).expect("there") {
        let from = entry.expect("an entry").path();
        if from.is_file() {
            let name = from.file_name().expect("a name").to_string_lossy().into_owned();
            place.write(&format!("results/main/{name}"), std::fs::read(&from).expect("a file"));
        }
    }
    let manifests = std::fs::read_dir(reference.join("manifests")).expect("there");
    for entry in manifests {
        let from = entry.expect("an entry").path();
        let name = from.file_name().expect("a name").to_string_lossy().into_owned();
        place.write(
            &format!("results/main/manifests/{name}"),
            std::fs::read(&from).expect("a file"),
        );
    }
    assert_eq!(place.say("report main").code, Some(0));
    let page = std::fs::read_to_string(place.path("results/main/report.html")).expect("a page");
    assert!(page.len() <= 400_000, "{} bytes", page.len());
    let points: Vec<&str> = page.split("<g class=\"p\"").skip(1).collect();
    assert!(points.len() > 300);
    for point in points {
        let title = point.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
        assert!(title.is_some_and(|title| title.len() > 20), "{point}");
    }
}
