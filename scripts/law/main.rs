//! n\* over the finite-size law of the ranking in every reference study of pruned networks.
//!
//! ```text
//! cargo run --release --example law [FOLDER]        default: results/reference
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use secateur::model::law::{Keep, Ranking, Signal, equal_rows, frame_rows, kept_share};
use secateur::model::{Activation, Channel, ChannelChoice, Link, Statistic, best_shift};

/// The ranking reads a third of n.
const SHARE: f64 = 1.0 / 3.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "results/reference".into());
    let mut studies: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
    studies.sort_by_key(std::fs::DirEntry::file_name);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| study | link | r | α | q | cells | n*/law, geometric mean | scatter | d: n*/law |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for study in studies {
        for (series, cells) in read(&study.path().join("thresholds.csv"))? {
            let cells: Vec<(u64, f64)> = cells
                .iter()
                .filter_map(|cell| Some((cell.d, cell.n_star / law(&series, cell)?)))
                .collect();
            if !cells.is_empty() {
                let name = study.file_name();
                writeln!(
                    out,
                    "| {} | {} |{}",
                    name.to_string_lossy(),
                    series.label(),
                    summary(&cells)
                )?;
            }
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    link: String,
    r: usize,
    alpha: String,
    q: String,
    noise: String,
}

impl Series {
    fn label(&self) -> String {
        format!("{} | {} | {} | {}", self.link, self.r, self.alpha, self.q)
    }
}

struct Cell {
    d: u64,
    s: usize,
    n_star: f64,
}

/// Uncensored cells of plain `pruned` below α = 1 on Gaussian inputs, by series.
fn read(path: &Path) -> Result<BTreeMap<Series, Vec<Cell>>, Box<dyn Error>> {
    let mut found: BTreeMap<Series, Vec<Cell>> = BTreeMap::new();
    for row in csv::Reader::from_path(path)?.deserialize::<BTreeMap<String, String>>() {
        let row = row?;
        let wanted = row["learner"] == "pruned"
            && row["censored"] == "none"
            && row["input"] == "gaussian"
            && row["threshold"] == "0.5"
            && row["alpha"] != "1.0";
        if wanted {
            let of = |name: &str| row[name].clone();
            let series = Series {
                link: of("link"),
                r: row["r"].parse()?,
                alpha: of("alpha"),
                q: of("q"),
                noise: of("noise"),
            };
            let (d, s, n_star) = (row["d"].parse()?, row["s"].parse()?, row["n_star"].parse()?);
            found.entry(series).or_default().push(Cell { d, s, n_star });
        }
    }
    Ok(found)
}

/// n* by the law; none for soft sparsity and for links that are no sums.
fn law(series: &Series, cell: &Cell) -> Option<f64> {
    let link = Link::parse(&series.link, Some(series.r)).ok()?.normalised().ok()?;
    let k_star = link.information_exponent().ok()?;
    let shift = best_shift(Activation::Relu, k_star, false);
    let statistic = |channel| Statistic::new(Activation::Relu, channel, shift, false).ok();
    let scored = ChannelChoice::Auto.channels().iter().filter_map(|c| statistic(*c));
    let channels = scored.filter(|h| !h.is_null()).count();
    let noise: f64 = series.noise.parse().ok()?;
    let signal = Signal::of(
        &Signal::summand(&link)?,
        &statistic(Channel::matching(k_star))?,
        noise * noise,
    )?;
    let rows = if series.r == 1 { equal_rows(cell.s) } else { frame_rows(cell.s, series.r) };
    if series.q != "0.0" {
        return None;
    }
    let keep = Keep::Count(cell.s as f64);
    let ranking = Ranking::new(&signal, &rows, cell.d as usize, channels, keep);
    Some(ranking.samples(kept_share(&signal.weights(), 0.5)) / SHARE)
}

fn summary(cells: &[(u64, f64)]) -> String {
    let logs: Vec<f64> = cells.iter().map(|(_, ratio)| ratio.ln()).collect();
    let count = logs.len() as f64;
    let mean = logs.iter().sum::<f64>() / count;
    let square: f64 = logs.iter().map(|x| (x - mean).powi(2)).sum();
    let scatter = (square / (count - 1.0).max(1.0)).sqrt();
    let each: Vec<String> = cells.iter().map(|(d, ratio)| format!("{d}: {ratio:.2}")).collect();
    format!(" {count} | {:.3} | {scatter:.3} | {} |", mean.exp(), each.join(", "))
}
