//! What a page carries inside itself: tables as downloads, numbers for the script.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{Markup, PreEscaped, html};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::analysis::estimate::{Analysis, Censoring, Exponent, Interval, Level, Threshold};
use crate::model::problem::Series;
use crate::report::format;
use crate::report::group::{self, Setting};
use crate::report::text::{says::says, table};
use crate::results::TrialName;

/// A link that saves `bytes` as the file `name`.
pub(super) fn download(name: &str, kind: &str, bytes: &[u8]) -> Markup {
    html! {
        a download=(name) href={ "data:" (kind) ";base64," (base64(bytes)) } { (name) }
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
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
        json!({
            "command": command,
            "tau": levels.iter().map(|l| l.threshold).collect::<Vec<_>>(),
            "own": own.unwrap_or_default(),
            "series": series,
            "cells": self.cells(analysis),
            "n": n,
            "b": b,
            "rows": levels.iter().map(rows).collect::<Vec<_>>(),
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
    let [n, low, high] = [t.n_star, t.ci_low, t.ci_high].map(digits);
    known.then(|| bound.map_or_else(|| json!([n, low, high]), |bound| json!([n, low, high, bound])))
}

fn ends(beta: Interval) -> [Json; 3] {
    [beta.value, beta.low, beta.high].map(digits)
}

/// Four significant digits.
fn digits(x: f64) -> Json {
    format!("{x:.3e}").parse::<f64>().map_or(Json::Null, |x| json!(x))
}

/// What τ moves in the rows of the table of exponents.
fn rows(level: &Level) -> Vec<[String; 5]> {
    table::rows(&level.exponents, &level.pooled).iter().map(table::moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_base64() {
        // RFC 4648, section 10.
        for (text, code) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), code);
        }
        assert_eq!(base64(&[255, 254, 253]), "//79");
    }

    #[test]
    fn data_do_not_end_their_element() {
        let text = script_data(&"</script><!--").into_string();
        assert_eq!(text.matches('<').count(), 2, "{text}");
    }
}
