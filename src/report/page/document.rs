//! What stands on the page, in order.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::embed::{Numbers, script_data};
use super::facts::Origin;
use crate::analysis::estimate::{Analysis, Censoring, Exponent, Level, Threshold};
use crate::report::draw::scene::Scene;
use crate::report::figure::figures;
use crate::report::format;
use crate::report::group;
use crate::report::text::{expectations, says::says, table};
use crate::words::harmless;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Figures of the page: those before the verdicts, and those after.
const FIRST: [&str; 3] = ["question", "law", "exponents"];
const LATER: [&str; 6] =
    ["forest", "thresholds", "learning_curves", "slopes", "ranking", "phase_diagram"];

/// Figures whose points follow τ.
const MOVING: [&str; 2] = ["thresholds", "exponents"];

/// What a figure shows, and how to read it.
fn caption(name: &str) -> (&'static str, &'static str) {
    match name {
        "expectations" => (
            "What the study expected",
            "Measured less predicted, in margins of each expectation (of a ratio, as logarithms): inside the grey band is as expected, of a bound one side of 0. At the right what was found / expected and the verdict.",
        ),
        "question" => (
            "The question of this study",
            "What the study measured against what it varied. A grey box is what an expectation of the study admits, a dashed line theory, the law of the ranking or the limit simulation; intervals are at 95 %.",
        ),
        "law" => (
            "Against the law",
            "Left: n* over the finite-size law of the ranking, without any fitted constant; flat at 1 if the law is right. Right: n* over the bare power dᵇ of theory; what it drifts by is what a power law alone misses.",
        ),
        "exponents" => (
            "Exponents",
            "β of n* = C dᵝ with its 95 % interval, against the lines of theory. The shaded region lies below the CSQ bound. A hollow point rests on fewer than four dimensions.",
        ),
        "forest" => (
            "All exponents",
            "β of every series with its 95 % interval, the prediction, the CSQ bound and the verdict.",
        ),
        "thresholds" => (
            "Samples needed",
            "n* against d with 95 % intervals; solid the fitted power law, dashed the slope of theory through the middle of the data.",
        ),
        "learning_curves" => (
            "Learning curves",
            "Median risk with its quartiles against samples, a curve a dimension, the larger the darker. n* is where the mean of min(risk, 1) crosses τ.",
        ),
        "slopes" => (
            "Residuals and local slopes",
            "Left: n* over the power law fitted to it. Right: the slope of ln n* on ln d from each dimension to the next, dashed the exponent of theory; a power of ln d bends it towards theory as d grows.",
        ),
        "ranking" => (
            "Collapse of the ranking",
            "How well scores find the relevant coordinates, against n over sᵏ* ln d. Curves that fall on each other show that this is what counts.",
        ),
        "phase_diagram" => (
            "Phase diagram",
            "Share of trials that reach τ over α and ln n / ln d, with the measured n* and the exponents of theory as lines: they have no constant, which for a finite d moves a boundary by ln C / ln d.",
        ),
        _ => ("Figure", ""),
    }
}

/// The page of `analysis`, with what τ moves at each of `levels`.
pub(super) fn document(analysis: &Analysis, levels: &[Level], origin: &Origin<'_>) -> String {
    let numbers = Numbers::of(analysis);
    let scenes: Vec<_> = figures(analysis).collect();
    let figure = |name: &str| -> Markup {
        let pages = scenes.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, s)| s);
        let own = analysis.question.as_ref().map(|q| q.title.as_str()).filter(|t| !t.is_empty());
        let title = own.filter(|_| name == "question").unwrap_or(caption(name).0);
        html! { @if !pages.is_empty() { (of_scene(name, title, pages, &numbers)) } }
    };
    let body = html! {
        header {
            h1 { (analysis.study) }
            @if let Some(setting) = origin.setting() { p { "With " (setting) } }
            @if let Some(claim) = origin.claim() { p { (claim) } }
            @if let Some(expected) = origin.text("expected").filter(|e| !e.is_empty()) {
                p.soft { "Theory: " (expected) }
            }
        }
        (bar(levels))
        main {
            section id="conclusion" {
                h2 { "What it found" }
                @if let Some(text) = table::met(analysis) { p data-fixed { (text) } }
                ul.says id="says" { @for sentence in says(&analysis.exponents, &analysis.pooled) { li { (sentence) } } }
                p.soft {
                    "At τ = " span data-tau { (format::short(analysis.threshold)) } ". "
                    span data-fixed { (table::conclusion(analysis)) }
                }
            }
            @for name in FIRST { (figure(name)) }
            (verdicts(analysis, &numbers))
            (expected(analysis, &figure("expectations")))
            @for name in LATER { (figure(name)) }
            (cells(&analysis.thresholds, &numbers))
            (origin.section(analysis))
        }
        div #tip role="status" hidden {}
        (script_data(&numbers.data(analysis, levels, origin.command)))
        script { (PreEscaped(SCRIPT)) }
    };
    whole(&format!("{}: secateur", analysis.study), &body)
}

/// A document of its own: nothing is fetched, and nothing could be.
pub(super) fn whole(title: &str, body: &Markup) -> String {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    harmless(&page.into_string()).into_owned()
}

/// A figure with its caption; `name` is its anchor.
fn of_scene(name: &str, title: &str, pages: &[Scene], numbers: &Numbers) -> Markup {
    let (_, words) = caption(name);
    let moving = MOVING.contains(&name);
    html! {
        section id=(name) {
            h2 { (title) }
            figure {
                div.wide tabindex="0" role="region" aria-label={ "Figure: " (title) }
                    data-moves[moving] data-fixed[!moving] {
                    @for scene in pages { (scene.inline(title, &|series| numbers.number(series))) }
                }
                figcaption { (words) }
            }
        }
    }
}

/// What only a script can do.
fn bar(levels: &[Level]) -> Markup {
    html! {
        div #bar role="region" aria-label="Controls" hidden {
            @if !levels.is_empty() {
                label for="tau" { "τ = " output #tau-value for="tau" {} }
                input #tau type="range" min="0" max={ (levels.len() - 1) } step="1";
                button #own type="button" { "τ of the study" }
            }
        }
    }
}

/// The table of exponents.
fn verdicts(analysis: &Analysis, numbers: &Numbers) -> Markup {
    let series: Vec<&Exponent> = group::sorted(&analysis.exponents);
    let rows = table::rows(&analysis.exponents, &analysis.pooled);
    html! {
        section id="verdicts" {
            h2 { "Verdicts" }
            div.wide tabindex="0" role="region" aria-label="Table of verdicts" {
                table {
                    thead { tr { @for (i, name) in table::HEADINGS.iter().enumerate() {
                        th scope="col" class=[table::RIGHT[i].then_some("r")] { (name) }
                    } } }
                    tbody { @for (line, row) in rows.iter().enumerate() {
                        tr data-s=[series.get(line).map(|e| numbers.number(&e.series))] {
                            @for (i, text) in row.iter().enumerate() { (cell(i, text)) }
                        }
                    } }
                }
            }
            p.soft {
                "within: the smallest margin at which the exponent is the predicted one; 0.15 or \
                 less matches. β rests on the bare power law; the verdict on the band that a power \
                 of ln d, where theory leaves one open, allows."
            }
        }
    }
}

fn cell(column: usize, text: &str) -> Markup {
    let tone = match text {
        _ if column != table::VERDICT => None,
        "matches" | "matches up to ln d" => Some("good"),
        "above" | "below" => Some("bad"),
        _ => None,
    };
    let class = tone.or_else(|| table::RIGHT[column].then_some("r"));
    html! { td class=[class] data-v[table::MOVED.contains(&column)] { (text) } }
}

/// What the study expects, held against the estimates.
fn expected(analysis: &Analysis, figure: &Markup) -> Markup {
    let Some(grid) = expectations::grid(analysis) else { return html! {} };
    html! {
        section data-fixed {
            (figure)
            div.wide tabindex="0" role="region" aria-label="Table of expectations" { (grid.html()) }
        }
    }
}

/// Every n*.
fn cells(thresholds: &[Threshold], numbers: &Numbers) -> Markup {
    let mut cells: Vec<&Threshold> = thresholds.iter().collect();
    cells.sort_by(|a, b| group::order(&a.series, &b.series).then(a.d.cmp(&b.d)));
    html! {
        section id="cells" {
            h2 { "Every n*" }
            div.wide tabindex="0" role="region" aria-label="Table of n*" {
                table {
                    thead { tr {
                        th scope="col" { "series" }
                        @for name in ["d", "s", "n* [95 %]", "law", "trials"] { th.r scope="col" { (name) } }
                    } }
                    tbody { @for t in cells { @let s = numbers.number(&t.series);
                        tr data-s=(s) {
                            td { (group::name(&t.series)) }
                            td.r { (t.d) }
                            td.r { (format::or_dash(t.s, |s| s.to_string())) }
                            td.r data-n={ (s) ":" (t.d) } { (n_star(t)) }
                            td.r data-fixed { (format::or_dash(t.law, format::samples)) }
                            td.r { (t.trials) }
                        }
                    } }
                }
            }
        }
    }
}

fn n_star(t: &Threshold) -> String {
    let [n, low, high] = [t.n_star, t.ci_low, t.ci_high].map(format::samples);
    match t.censored {
        Censoring::None => format!("{n} [{low}, {high}]"),
        Censoring::Above => format!("above {n}"),
        Censoring::Below => format!("below {n}"),
    }
}

/// The first figure that there is, for a card of an index.
pub(super) fn picture(analysis: &Analysis) -> Markup {
    let numbers = Numbers::of(analysis);
    let first = figures(analysis).find_map(|(name, pages)| Some((name, pages.into_iter().next()?)));
    html! {
        @if let Some((name, scene)) = first {
            figure { (scene.inline(caption(name).0, &|s| numbers.number(s))) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::realistic;
    use crate::report::page::write::TAUS;

    fn levels(analysis: &Analysis) -> Vec<Level> {
        TAUS.map(|threshold| Level {
            threshold,
            thresholds: analysis.thresholds.clone(),
            exponents: analysis.exponents.clone(),
            pooled: Vec::new(),
        })
        .into()
    }

    #[test]
    fn the_page_has_every_figure_and_number_and_fetches_nothing() {
        let analysis = realistic();
        let page = document(&analysis, &levels(&analysis), &Origin::default());
        for (name, pages) in figures(&analysis) {
            assert_eq!(page.contains(&format!("id=\"{name}\"")), !pages.is_empty(), "{name}");
        }
        for word in ["src=", "http:", "https:", "url(", "@import"] {
            assert!(
                !page.contains(word) || word == "http:" && page.matches(word).count() == 1,
                "{word}"
            );
        }
        for t in &analysis.thresholds {
            assert!(page.contains(&group::n_star(t)), "{}", group::n_star(t));
        }
        for sentence in says(&analysis.exponents, &analysis.pooled) {
            assert!(page.contains(&sentence));
        }
    }

    #[test]
    fn what_users_write_is_shown_and_does_nothing() {
        let mut analysis = realistic();
        let hostile = "\u{202e}x\u{7}</title></script><script>alert(1)</script><img src=x onerror='alert(1)'>\"";
        analysis.study = hostile.to_owned();
        let rename = |series: &mut crate::model::problem::Series| {
            series.learner = format!("pruned/{hostile}");
            series.problem.link = Some(hostile.to_owned());
        };
        analysis.curves.iter_mut().for_each(|c| rename(&mut c.series));
        analysis.thresholds.iter_mut().for_each(|t| rename(&mut t.series));
        analysis.exponents.iter_mut().for_each(|e| rename(&mut e.series));
        let origin = Origin { command: hostile, ..Origin::default() };
        let page = document(&analysis, &levels(&analysis), &origin);
        assert!(!page.contains(crate::words::steers));
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script").count(), 2);
        assert_eq!(page.matches("<img").count() + page.matches("</title></").count(), 0);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    }
}
