//! What a table does not show: bounds instead of values, and the price of not pruning.

use super::format;
use super::group::{self, Setting, rank};
use crate::analysis::estimate::{Analysis, Censoring, SeriesKey, Threshold};

/// Plain sentences, one for each censored cell, then one for each pair of a pruned and an
/// unpruned series at equal α.
#[must_use]
pub fn notes(analysis: &Analysis) -> Vec<String> {
    let several = group::settings(analysis.thresholds.iter().map(|t| &t.series)).len() > 1;
    let mut cells: Vec<&Threshold> = analysis.thresholds.iter().collect();
    cells.sort_by(|a, b| order(&a.series, &b.series).then(a.d.cmp(&b.d)));
    let censored = cells.iter().filter_map(|cell| bound(cell, several));
    let ratios = cells
        .chunk_by(|a, b| a.series == b.series)
        .filter(|series| series[0].series.learner == "unpruned")
        .filter_map(|series| ratio(series, &cells, several));
    censored.chain(ratios).collect()
}

fn order(s: &SeriesKey, t: &SeriesKey) -> std::cmp::Ordering {
    let setting = Setting::of(s).order(&Setting::of(t));
    setting.then(rank(&s.learner).cmp(&rank(&t.learner))).then(s.alpha.total_cmp(&t.alpha))
}

fn place(series: &SeriesKey, several: bool) -> String {
    let alpha = format::alpha(series.alpha);
    if several { format!("{}, {alpha}", Setting::of(series).words()) } else { alpha }
}

/// `pruned, α = 0.75, d = 2048: n* > 1.20e6 (censored)`.
fn bound(cell: &Threshold, several: bool) -> Option<String> {
    let sign = match cell.censored {
        Censoring::None => return None,
        Censoring::Below => '<',
        Censoring::Above => '>',
    };
    let (learner, place) = (&cell.series.learner, place(&cell.series, several));
    let n = format::samples(cell.n_star);
    Some(format!("{learner}, {place}, d = {}: n* {sign} {n} (censored)", cell.d))
}

/// How many times more samples the unpruned series needs than its pruned twin.
fn ratio(unpruned: &[&Threshold], all: &[&Threshold], several: bool) -> Option<String> {
    let twin = SeriesKey { learner: "pruned".to_owned(), ..unpruned[0].series.clone() };
    let measured = |t: &&&Threshold| t.censored == Censoring::None && t.n_star > 0.0;
    let factor = |u: &&Threshold| {
        let p = all.iter().filter(measured).find(|p| p.series == twin && p.d == u.d)?;
        Some((u.d, u.n_star / p.n_star))
    };
    let factors: Vec<_> = unpruned.iter().filter(measured).filter_map(factor).collect();
    let (first, last) = (factors.first()?, factors.last()?);
    let [start, end] = [first, last].map(|(_, factor)| format::samples(*factor));
    let place = place(&twin, several);
    let start =
        format!("{place}: unpruned needs {start} times the samples of pruned at d = {}", first.0);
    let end = format!(", {end} times at d = {}", last.0);
    Some(if first.0 == last.0 { start } else { start + &end })
}
