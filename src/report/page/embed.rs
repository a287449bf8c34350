//! What a page carries inside itself: tables as downloads, numbers for the script.

use std::collections::{BTreeMap, HashMap};

use maud::{Markup, PreEscaped, html};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::analysis::estimate::{Analysis, Censoring, Exponent, Interval, Level, Threshold};
use crate::model::problem::Series;
use crate::report::format;
use crate::report::group::{self, Setting};
use crate::report::text::{says::says, table};
use crate::results::TrialName;

/// A link that saves `text` as the file `name`.
pub(super) fn download(name: &str, kind: &str, text: &str) -> Markup {
    html! {
        a download=(name) href={ "data:" (kind) ";charset=utf-8," (address(text)) } { (name) }
    }
}

/// `text` as the end of a `data:` address: what such an address or a page would read in another
/// way is escaped, and the rest stands as it is, which is shorter than base64.
/// [RFC 2397](https://www.rfc-editor.org/rfc/rfc2397).
fn address(text: &str) -> String {
    let mut address = String::with_capacity(text.len());
    for byte in text.bytes() {
        // A browser drops line breaks, and spaces at the end.
        if byte.is_ascii_graphic() && !b"%#\"'&<>\\".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address += &format!("%{byte:02X}");
        }
    }
    address
}

/// `value` as JSON that no end of a script element can be read in.
pub(super) fn script_data(value: &impl Serialize) -> Markup {
    let text = serde_json::to_string(value).unwrap_or_default();
    html! { script id="data" type="application/json" { (PreEscaped(text.replace('<', "\\u003c"))) } }
}

/// The series of a page, by their numbers.
pub(super) struct Numbers(Vec<Series>);

impl Numbers {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let curves = analysis.curves.iter().map(|c| &c.series);
        let fits = analysis.exponents.iter().map(|e| &e.series);
        let judged = analysis.expectations.iter().filter_map(|j| j.series.as_ref());
        let all = curves.chain(fits).chain(judged).cloned();
        Self(group::distinct(all, |a, b| group::order(a, b).then(a.cmp(b))))
    }

    /// The number of a series; of one that is not there, one more than the last.
    pub(super) fn number(&self, series: &Series) -> usize {
        self.0.iter().position(|s| s == series).unwrap_or(self.0.len())
    }

    /// What the script knows: facets of the series, trials of the cells, and every number that τ
    /// moves at each of `levels`, of which number `own` is that of the page.
    pub(super) fn data(&self, analysis: &Analysis, levels: &[Level], command: &str) -> Json {
        let facets = |s: &Series| {
            json!({
                "learner": format::learner(&s.learner),
                "alpha": s.problem.alpha.map_or("–".to_owned(), |a| format::short(a.get())),
                "target": Setting::of(s).label(),
            })
        };
        let series: Vec<Json> = self.0.iter().map(facets).collect();
        let own = levels.iter().position(|level| level.threshold == analysis.threshold);
        let (mut n, mut b) = (BTreeMap::new(), BTreeMap::new());
        for level in levels {
            for t in &level.thresholds {
                let key = format!("{}:{}", self.number(&t.series), t.d);
                n.entry(key).or_insert_with(Vec::new).push(crossing(t));
            }
            let fits: BTreeMap<usize, &Exponent> =
                level.exponents.iter().map(|e| (self.number(&e.series), e)).collect();
            for number in 0..self.0.len() {
                let beta = fits.get(&number).and_then(|e| e.exponent);
                b.entry(number).or_insert_with(Vec::new).push(beta.map(ends));
            }
        }
        let (words, rows) = rows(levels);
        json!({
            "command": command,
            "tau": levels.iter().map(|l| l.threshold).collect::<Vec<_>>(),
            "own": own.unwrap_or_default(),
            "series": series,
            "cells": self.cells(analysis),
            "n": n,
            "b": b,
            "words": words,
            "rows": rows,
            "says": levels.iter().map(|l| says(&l.exponents, &l.pooled)).collect::<Vec<_>>(),
        })
    }

    /// A trial of each cell, of a sample size next to its n*, by the name that `rerun` takes.
    fn cells(&self, analysis: &Analysis) -> BTreeMap<String, String> {
        let mut cells = BTreeMap::new();
        for (curve, t) in analysis.curves.iter().zip(&analysis.thresholds) {
            let distance = |n: u64| (n as f64 / t.n_star).ln().abs();
            let sizes = curve.points.iter().map(|p| p.n);
            let Some(n) = sizes.min_by(|a, b| distance(*a).total_cmp(&distance(*b))) else {
                continue;
            };
            let trial = TrialName { cell: curve.cell.clone(), n, trial: 0 };
            let key = format!("{}:{}", self.number(&curve.series), curve.d);
            cells.insert(key, trial.to_string());
        }
        cells
    }
}

/// n*, its ends, and how it is bounded if it is only a bound.
fn crossing(t: &Threshold) -> Option<Json> {
    let bound = match t.censored {
        Censoring::None => None,
        Censoring::Above => Some("above"),
        Censoring::Below => Some("below"),
    };
    let known = t.n_star.is_finite() && t.n_star > 0.0;
    let [n, low, high] = [t.n_star, t.ci_low, t.ci_high].map(|n| digits(n, 3));
    known.then(|| bound.map_or_else(|| json!([n, low, high]), |bound| json!([n, low, high, bound])))
}

fn ends(beta: Interval) -> [Json; 3] {
    [beta.value, beta.low, beta.high].map(|beta| digits(beta, 4))
}

/// `x` to `count` significant digits, as tables have it.
fn digits(x: f64, count: usize) -> Json {
    let rounded = format!("{x:.*e}", count - 1).parse::<f64>().ok().filter(|x| x.is_finite());
    rounded.map_or(Json::Null, |x| {
        // `8432` is shorter than `8432.0`, and the same to a script.
        if x.fract() == 0.0 && x.abs() < 1e15 { json!(x as i64) } else { json!(x) }
    })
}

/// What τ moves in the rows of the table of exponents at each level, as numbers of words, each of
/// which is there once.
fn rows(levels: &[Level]) -> (Vec<String>, Vec<Vec<[usize; 5]>>) {
    let (mut words, mut numbers) = (Vec::new(), HashMap::new());
    let mut number = |word: String| {
        *numbers.entry(word).or_insert_with_key(|word: &String| {
            words.push(word.clone());
            words.len() - 1
        })
    };
    let mut of_level = |level: &Level| -> Vec<[usize; 5]> {
        let rows = table::rows(&level.exponents, &level.pooled);
        rows.iter().map(|row| table::moved(row).map(&mut number)).collect()
    };
    let rows = levels.iter().map(&mut of_level).collect();
    (words, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_an_address_that_says_the_same() {
        let text = "n*, \"95 %\"\n<α & 'β'>\\#1,2\r\n ";
        let address = address(text);
        assert_eq!(
            address,
            "n*,%20%2295%20%25%22%0A%3C%CE%B1%20%26%20%27%CE%B2%27%3E%5C%231,2%0D%0A%20"
        );
        let mut bytes = Vec::new();
        let mut parts = address.split('%');
        bytes.extend(parts.next().unwrap_or_default().bytes());
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend(part[2..].bytes());
        }
        assert_eq!(String::from_utf8(bytes).unwrap(), text);
    }

    #[test]
    fn data_do_not_end_their_element() {
        let text = script_data(&"</script><!--").into_string();
        assert_eq!(text.matches('<').count(), 2, "{text}");
    }
}
