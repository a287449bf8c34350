//! Two results side by side, in words.

use super::grid::{Form, Grid};
use crate::analysis::compare::{CellPair, Change, Comparison, FitPair, Rest};
use crate::analysis::estimate::Censoring;
use crate::analysis::stored::{Cell, Fit};
use crate::model::problem::Series;
use crate::report::format;
use crate::report::group::Setting;

/// What the marks mean.
pub const MARKS: &str = "+ significantly larger in B, - significantly smaller in B, \
                         ~ no significant change, ? undecided";

/// A comparison: exponents, thresholds, what one side lacks, and the sum of all; of comma-separated
/// values the two tables alone. The rows are those of `part`: `comparison` itself, or a part of it.
#[must_use]
pub fn comparison_table(comparison: &Comparison, part: &Comparison, form: Form) -> String {
    let (fits, cells) = (exponents(part).shown(form), thresholds(part).shown(form));
    if form == Form::Csv {
        return format!("{fits}\n{cells}");
    }
    let shown = |text: &str| form.words(text);
    let mut text = format!("A: {}\n\nB: {}\n\n", shown(&comparison.a), shown(&comparison.b));
    for table in [&fits, &cells] {
        text.extend([table, "\n"]);
    }
    for (side, rest) in [("A", &comparison.only_a), ("B", &comparison.only_b)] {
        let lines = alone(side, rest);
        for line in &lines {
            text.extend([&shown(line), "\n"]);
        }
        if !lines.is_empty() {
            text.push('\n');
        }
    }
    text + &format!("{}\n\n{}\n", summary(comparison), MARKS)
}

/// `2 significant changes in 12 exponents and 71 thresholds, 3 undecided`.
fn summary(comparison: &Comparison) -> String {
    let changes = comparison.exponents.iter().map(|f| f.change);
    let changes = changes.chain(comparison.thresholds.iter().map(|c| c.change));
    let undecided = match changes.filter(|change| *change == Change::Undecided).count() {
        0 => String::new(),
        count => format!(", {count} undecided"),
    };
    let changed = match comparison.changes {
        0 => "no significant change".to_owned(),
        1 => "1 significant change".to_owned(),
        count => format!("{count} significant changes"),
    };
    format!(
        "{changed} in {} and {}{undecided} (level {} for all together)",
        number(comparison.exponents.len(), "exponent"),
        number(comparison.thresholds.len(), "threshold"),
        comparison.level
    )
}

fn number(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn exponents(comparison: &Comparison) -> Grid<'static, 10> {
    let row = |pair: &FitPair| {
        let [learner, link, alpha] = series(&pair.a.series);
        [
            mark(pair.change).to_owned(),
            learner,
            link,
            alpha,
            format::or_dash(pair.a.exponent, format::interval),
            format::or_dash(pair.b.exponent, format::interval),
            format::or_dash(pair.difference, format::interval),
            format::or_dash(pair.p, p_value),
            format::or_dash(pair.a.verdict.clone(), |word| word),
            format::or_dash(pair.b.verdict.clone(), |word| word),
        ]
    };
    Grid {
        headings: [
            "",
            "learner",
            "link",
            "α",
            "β in A",
            "β in B",
            "B − A",
            "p",
            "verdict in A",
            "verdict in B",
        ],
        right: [false, false, false, true, true, true, true, true, false, false],
        rows: comparison.exponents.iter().map(row).collect(),
    }
}

fn thresholds(comparison: &Comparison) -> Grid<'static, 9> {
    let row = |pair: &CellPair| {
        let [learner, link, alpha] = series(&pair.a.series);
        [
            mark(pair.change).to_owned(),
            learner,
            link,
            alpha,
            pair.a.d.to_string(),
            n_star(&pair.a),
            n_star(&pair.b),
            format::or_dash(pair.ratio, format::exponent),
            format::or_dash(pair.p, p_value),
        ]
    };
    Grid {
        headings: ["", "learner", "link", "α", "d", "n* in A", "n* in B", "B / A", "p"],
        right: [false, false, false, true, true, true, true, true, true],
        rows: comparison.thresholds.iter().map(row).collect(),
    }
}

fn mark(change: Change) -> &'static str {
    match change {
        Change::Larger => "+",
        Change::Smaller => "-",
        Change::None => "~",
        Change::Undecided => "?",
    }
}

fn series(series: &Series) -> [String; 3] {
    let alpha = format::or_dash(series.problem.alpha(), format::short);
    [series.learner.clone(), Setting::of(series).words(), alpha]
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

fn n_star(cell: &Cell) -> String {
    let [n, low, high] = [cell.n_star, cell.ci_low, cell.ci_high].map(format::samples);
    match cell.censored {
        Censoring::None => format!("{n} [{low}, {high}]"),
        Censoring::Below => format!("< {n}"),
        Censoring::Above => format!("> {n}"),
    }
}

/// `only in A: 3 thresholds: pruned, He2, α = 0.5, d = 64, 81, 100`, a line a series.
fn alone(side: &str, rest: &Rest) -> Vec<String> {
    let place = |series: &Series, threshold: f64| {
        let [learner, link, _] = self::series(series);
        let tau = format::short(threshold);
        format!("{learner}, {link}, {}, τ = {tau}", format::alpha(series.problem.alpha))
    };
    let fits = rest.exponents.iter().map(|Fit { series, threshold, .. }| {
        format!("only in {side}: exponent of {}", place(series, *threshold))
    });
    let alike = |a: &Cell, b: &Cell| (&a.series, a.threshold) == (&b.series, b.threshold);
    let cells = rest.thresholds.chunk_by(alike).map(|cells| {
        let d: Vec<String> = cells.iter().map(|cell| cell.d.to_string()).collect();
        let place = place(&cells[0].series, cells[0].threshold);
        format!("only in {side}: threshold of {place}, d = {}", d.join(", "))
    });
    fits.chain(cells).collect()
}
