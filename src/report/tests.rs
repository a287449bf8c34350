//! The figures as a whole: what they say, that nothing overlaps, and that no input breaks them.

use std::fs;

use super::figure::pages::TALLEST;
use super::figure::{exponents, figures, forest, learning_curves, phase_diagram, thresholds};
use super::fixture::{ALPHAS, add_series, key, realistic};
use super::{Form, Scene as Page, draw_all, exponent_table, notes};
use crate::analysis::estimate::{Analysis, Censoring};
use crate::model::rate::Rate;
use crate::report::draw::scene::{Label, Scene};

fn empty() -> Analysis {
    let curves = Vec::new();
    let (study, thresholds, exponents) = ("empty".to_owned(), Vec::new(), Vec::new());
    let advantages = Vec::new();
    Analysis {
        study,
        manifest: None,
        threshold: 0.5,
        predictions: 0,
        curves,
        thresholds,
        exponents,
        pooled: Vec::new(),
        laws: Vec::new(),
        advantages,
        expectations: Vec::new(),
        question: None,
        clouds: Vec::new(),
    }
}

fn one_alpha(alpha: f64) -> Analysis {
    let mut analysis = realistic();
    analysis.curves.retain(|c| c.series.problem.alpha() == Some(alpha));
    analysis.thresholds.retain(|t| t.series.problem.alpha() == Some(alpha));
    analysis.exponents.retain(|e| e.series.problem.alpha() == Some(alpha));
    analysis
}

fn several_links() -> Analysis {
    let mut analysis = realistic();
    for (link, k_star) in [("He3 + 0.5*He1", 1), ("He3", 3)] {
        for alpha in [0.25, 0.375, 0.5, 0.75, 1.0] {
            for learner in ["pruned", "unpruned", "online_sgd"] {
                add_series(
                    &mut analysis,
                    &key(learner, link, k_star, alpha),
                    &[256, 1296, 4096, 20736],
                );
            }
        }
    }
    analysis
}

fn forty_series() -> Analysis {
    let mut analysis = empty();
    for i in 0..40 {
        let learner = format!("learner_{i}");
        add_series(&mut analysis, &key(&learner, "He2", 2, 0.5), &[64, 80, 100, 130, 170, 256]);
    }
    analysis
}

/// Values that no study should yield, yet some will.
fn broken() -> Analysis {
    let mut analysis = realistic();
    for (i, t) in analysis.thresholds.iter_mut().enumerate() {
        let bad = [f64::NAN, f64::INFINITY, 0.0, -1.0, 1e300, 1e-300];
        t.n_star = bad[i % bad.len()];
        t.ci_low = bad[(i / 2) % bad.len()];
        t.ci_high = bad[(i / 3) % bad.len()];
        t.censored = [Censoring::None, Censoring::Above, Censoring::Below][i % 3];
    }
    for (i, e) in analysis.exponents.iter_mut().enumerate() {
        if let Some(beta) = &mut e.exponent {
            beta.high = [f64::INFINITY, f64::NAN, 1e12][i % 3];
            beta.value = if i % 4 == 0 { f64::NAN } else { beta.value };
        }
        e.log_constant = [None, Some(f64::NAN), Some(1e5)][i % 3];
        e.predicted = [None, Some(f64::NAN), Some(-4.0)][i % 3].map(Rate::of);
    }
    for (i, p) in analysis.curves.iter_mut().flat_map(|c| &mut c.points).enumerate() {
        p.median = [f64::NAN, 0.0, 0.3, 1e200, -2.0][i % 5];
        p.lower_quartile = f64::NAN;
        p.n = [0, 1, u64::MAX][i % 3];
    }
    analysis
}

fn scenes(analysis: &Analysis) -> Vec<Page> {
    let all = [
        learning_curves::draw(analysis),
        thresholds::draw(analysis),
        exponents::draw(analysis),
        forest::draw(analysis),
        phase_diagram::draw(analysis),
    ];
    all.into_iter().flatten().collect()
}

fn overlaps(a: &Label, b: &Label) -> bool {
    let (a, b) = (a.bounds(), b.bounds());
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// No text leaves the page or touches another.
fn assert_legible(scene: &Scene) {
    let labels: Vec<&Label> = scene.labels().collect();
    for (i, label) in labels.iter().enumerate() {
        let (left, top, right, bottom) = label.bounds();
        let inside = left >= 0.0 && top >= 0.0 && right <= scene.width && bottom <= scene.height;
        assert!(inside, "{label:?} leaves the page");
        for other in &labels[..i] {
            assert!(!overlaps(label, other), "{label:?} touches {other:?}");
        }
    }
}

/// Draws into a temporary folder, or into `SECATEUR_GALLERY` to be looked at.
fn gallery(name: &str, analysis: &Analysis) -> Vec<String> {
    let temporary = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("SECATEUR_GALLERY");
    let folder = kept.map_or_else(|| temporary.path().to_owned(), Into::into).join(name);
    let written = draw_all(analysis, &folder).unwrap();
    for path in &written {
        let bytes = fs::read(path).unwrap();
        if path.extension().is_some_and(|e| e == "svg") {
            assert_well_formed(&String::from_utf8(bytes).unwrap());
        } else {
            assert_eq!(&bytes[1..4], b"PNG");
        }
    }
    written.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("every tag ends");
        let name = tag.split([' ', '/']).find(|n| !n.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn all_figures_are_written_twice() {
    let names = ["learning_curves", "thresholds", "exponents", "forest", "phase_diagram"];
    let expected: Vec<_> =
        names.iter().flat_map(|n| [format!("{n}.svg"), format!("{n}.png")]).collect();
    assert_eq!(gallery("realistic", &realistic()), expected);
    // Some figures would be too tall: they come in pages.
    let first = |files: Vec<String>| -> Vec<String> {
        files.into_iter().filter(|file| !file.contains(|c: char| c.is_ascii_digit())).collect()
    };
    let pages = gallery("several_links", &several_links());
    assert!(pages.contains(&"learning_curves_2.png".to_owned()));
    assert_eq!(first(pages), expected);
    for (name, pages) in figures(&several_links()) {
        assert!(pages.iter().all(|scene| scene.height <= TALLEST * scene.width), "{name}");
    }
    // Two series at one α fill neither of the last two, forty at one α the first of them.
    assert_eq!(gallery("one_alpha", &one_alpha(0.5)), expected[..6]);
    assert_eq!(first(gallery("forty_series", &forty_series())), expected[..8]);
    gallery("broken", &broken());
}

#[test]
fn figures_name_their_axes_and_fits() {
    let svg: String = scenes(&realistic()).iter().map(|s| s.svg().unwrap()).collect();
    for words in [
        "dimension d",
        "samples to reach risk τ = 0.5,  n*",
        "sparsity exponent α",
        "total samples n",
        "risk  E(f − f*)² / Var f*",
        "min(α, ½) k*  (CSQ)",
        "t² + t⁴, k* = 2",
        "bound (censored)",
        "ln n / ln d",
        "share of trials with risk ≤ 0.5",
        "not run",
        "CSQ bound",
        "10⁴",
        "font-family=\"DejaVu Sans, ",
    ] {
        assert!(svg.contains(words), "{words}");
    }
}

#[test]
fn no_label_is_clipped_or_covered() {
    let cases = [realistic(), one_alpha(0.25), several_links(), forty_series(), broken()];
    cases.iter().flat_map(scenes).for_each(|scene| assert_legible(&scene));
    for alpha in ALPHAS {
        scenes(&one_alpha(alpha)).iter().for_each(assert_legible);
    }
}

#[test]
fn a_png_has_three_hundred_dots_an_inch() {
    let bytes = exponents::draw(&realistic()).unwrap().png().unwrap();
    let scene = exponents::draw(&realistic()).unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), scene.png_size());
    assert_eq!(number(16), 1021);
}

#[test]
fn thin_and_broken_data_are_drawn_as_far_as_they_go() {
    let mut single = one_alpha(0.5);
    single.exponents.iter_mut().for_each(|e| e.exponent = None);
    single.thresholds.truncate(1);
    single.curves.truncate(1);
    single.curves[0].points.truncate(1);
    assert_eq!(scenes(&single).len(), 2);
    scenes(&single).iter().for_each(assert_legible);
    assert_eq!(scenes(&broken()).len(), 5);
    assert!(!exponent_table(&broken(), Form::Text).is_empty());
    assert!(!notes(&broken()).is_empty());
}

#[test]
fn nothing_to_draw_is_an_error_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let error = draw_all(&empty(), &folder.path().join("figures")).unwrap_err();
    assert!(error.message().contains("nothing to draw"));
    assert!(error.hint_text().is_some());
    assert!(!folder.path().join("figures").exists());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a file in the way of a folder")]
fn an_unwritable_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = draw_all(&realistic(), &file.join("figures")).unwrap_err();
    assert!(error.message().contains("figures"));
    assert!(error.hint_text().is_some());
}

#[test]
fn a_figure_without_data_leaves_no_old_file() {
    let folder = tempfile::tempdir().unwrap();
    draw_all(&realistic(), folder.path()).unwrap();
    let unfitted = Analysis { exponents: Vec::new(), ..realistic() };
    assert_eq!(draw_all(&unfitted, folder.path()).unwrap().len(), 6);
    assert!(!folder.path().join("exponents.png").exists());
    assert!(!folder.path().join("forest.svg").exists());
}

#[test]
fn words_of_a_realistic_study() {
    let analysis = realistic();
    insta::assert_snapshot!("exponent_table", exponent_table(&analysis, Form::Text));
    insta::assert_snapshot!("markdown_table", exponent_table(&analysis, Form::Markdown));
    insta::assert_snapshot!("notes", notes(&analysis).join("\n"));
}
