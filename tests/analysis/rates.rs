//! Mean crossing, rate band, law of the ranking, κ and C against NumPy and SciPy
//! (`scripts/estimates/rates.py`), to 10⁻⁹.

use std::collections::BTreeMap;
use std::error::Error;

use secateur::analysis::against_law::{LawCell, against_law};
use secateur::analysis::band::{Band, LEVEL};
use secateur::analysis::interval::Censoring;
use secateur::analysis::interval::Interval;
use secateur::analysis::judge::{Case, judge};
use secateur::analysis::place::Place;
use secateur::analysis::slope::Dimension;
use secateur::model::law::{Keep, Ranking, Signal, equal_rows, kept_share};
use secateur::model::rate::{Rate, RateKind};

/// (slot, risk) of the trials at each n.
type Row = BTreeMap<String, String>;
type Outcome = Result<(), Box<dyn Error>>;

/// (study, learner, α, d, column) → value.
type Expected = BTreeMap<[String; 5], f64>;

fn rows(path: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    Ok(csv::Reader::from_path(path)?.deserialize().collect::<Result<_, _>>()?)
}

fn thresholds(study: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    rows(&format!("results/reference/{study}/thresholds.csv"))
}

fn expected() -> Result<Expected, Box<dyn Error>> {
    let key =
        |row: &Row| ["study", "learner", "alpha", "d", "column"].map(|name| row[name].clone());
    let all = rows("tests/fixtures/rates/expected.csv")?;
    all.iter().map(|row| Ok((key(row), row["value"].parse()?))).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or(f64::NAN)
}

/// Holds values against those of one place of the fixture.
struct Check<'a>(&'a Expected, [&'a str; 4]);

impl Check<'_> {
    fn value(&self, column: &str, found: f64) {
        let [study, learner, alpha, d] = self.1;
        let key = [study, learner, alpha, d, column].map(String::from);
        let expected = self.0[&key];
        let error = (found - expected).abs() / expected.abs().max(1.0);
        assert!(error < 1e-9, "{key:?}: {found}, not {expected}");
    }
}

#[test]
fn thresholds_by_the_mean() -> Outcome {
    let expected = expected()?;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/estimates");
    let records = secateur::results::read(&folder.join("trials.csv"))?.records;
    let found = crate::analysed(&records, 40, &[]);
    assert_eq!(found.thresholds.len(), 10);
    for cell in &found.thresholds {
        let alpha = format!("{:?}", cell.series.problem.alpha().ok_or("no alpha")?);
        let d = cell.d.to_string();
        let check = Check(&expected, ["estimates", &cell.series.learner, &alpha, &d]);
        check.value("n_star", cell.n_star);
        check.value(
            "censored",
            match cell.censored {
                Censoring::None => 0.0,
                Censoring::Above => 1.0,
                Censoring::Below => -1.0,
            },
        );
    }
    Ok(())
}

fn dimension(row: &Row) -> Option<Dimension> {
    let ln_n = number(row, "n_star").ln();
    let place = match row["censored"].as_str() {
        "none" => Place::Inside(ln_n),
        "above" => Place::Above(ln_n),
        _ => Place::Below(ln_n),
    };
    Some(Dimension {
        ln_d: number(row, "d").ln(),
        ln_n: place,
        variance: if row["censored"] == "none" { number(row, "se_ln").powi(2) } else { 0.0 },
        trials: row["trials"].parse().ok().filter(|_| ln_n.is_finite())?,
    })
}

/// b and γmax of the learners that the fixture judges.
fn rate(learner: &str, k_star: f64, alpha: f64) -> Rate {
    let (exponent, log_power) = match learner {
        "pruned" => (alpha * k_star, f64::from(alpha < 1.0)),
        _ => (k_star, 0.0),
    };
    Rate { exponent, log_power, kind: RateKind::Rate }
}

#[test]
fn bands_and_p_values() -> Outcome {
    let expected = expected()?;
    let mut checked = 0;
    for study in ["alpha_sweep", "alpha_sweep_k3", "phase_diagram"] {
        let mut series: BTreeMap<[String; 2], Vec<Row>> = BTreeMap::new();
        for row in thresholds(study)? {
            if row["learner"] == "pruned" || row["learner"] == "unpruned" {
                let key = ["learner", "alpha"].map(|name| row[name].clone());
                series.entry(key).or_default().push(row);
            }
        }
        let owned: Vec<(Vec<Dimension>, Rate)> = series
            .iter()
            .map(|([learner, _], rows)| {
                let of = |column| number(&rows[0], column);
                let predicted = rate(learner, of("k_star"), of("alpha"));
                (rows.iter().filter_map(dimension).collect(), predicted)
            })
            .collect();
        let cases: Vec<Case> = owned
            .iter()
            .map(|(points, rate)| Case {
                points,
                predicted: Some(*rate),
                csq: None,
                correlational: true,
            })
            .collect();
        for (([learner, alpha], judged), (points, rate)) in
            series.keys().zip(judge(&cases)).zip(&owned)
        {
            let Some(p) = judged.p else { continue };
            let band = judged.band.ok_or("a band")?;
            let check = Check(&expected, [study, learner, alpha, ""]);
            check.value("beta", band.plain.value);
            check.value("beta_half", band.plain.half_width(LEVEL));
            check.value("beta_log", band.corrected.value);
            check.value("beta_log_half", band.corrected.half_width(LEVEL));
            check.value("rate_low", band.low());
            check.value("rate_high", band.high());
            check.value("within", judged.within.ok_or("within")?);
            check.value("p", p);
            check.value("p_adjusted", judged.p_adjusted.ok_or("adjusted")?);
            let smallest = points.iter().filter(|p| p.is_value()).map(|p| p.ln_d);
            let smallest = smallest.fold(f64::INFINITY, f64::min);
            let rest: Vec<Dimension> =
                points.iter().filter(|p| !p.is_value() || p.ln_d > smallest).copied().collect();
            let rest = Band::of(&rest, rate.log_power).ok_or("a band of the rest")?;
            check.value("rest_low", rest.low());
            check.value("rest_high", rest.high());
            checked += 1;
        }
    }
    assert_eq!(checked, 35);
    Ok(())
}

/// He_k under the channel of ReLU that sees it, at the shift of the fixture.
fn signal(k_star: u32, noise: f64) -> (Signal, usize) {
    if k_star == 2 {
        let link = |z: f64| z * z - 1.0;
        return (Signal::new(link, &[], f64::abs, |x| x * x, &[0.0], noise), 2);
    }
    let shift = 2.045;
    let raw = move |x: f64| x * if x.abs() < shift { 1.0 } else { 0.5 };
    let linear = secateur::model::quadrature::gaussian_mean(|x| raw(x) * x, &[shift, -shift]);
    let h = move |x: f64| raw(x) - linear * x;
    let link = |z: f64| z * z * z - 3.0 * z;
    (Signal::new(link, &[], h, move |x| h(x) * h(x), &[shift, -shift], noise), 3)
}

#[test]
fn law_kappa_and_constant() -> Outcome {
    let expected = expected()?;
    for (study, k_star, count) in [("alpha_sweep", 2, 35), ("alpha_sweep_k3", 3, 44)] {
        let (signal, channels) = signal(k_star, 0.01);
        let mut cells = Vec::new();
        for row in thresholds(study)? {
            if row["learner"] != "pruned" || row["censored"] != "none" || row["alpha"] == "1.0" {
                continue;
            }
            let (d, s): (usize, usize) = (row["d"].parse()?, row["s"].parse()?);
            let ranking = Ranking::new(&signal, &equal_rows(s), d, channels, Keep::Count(s as f64));
            let samples = ranking.samples(kept_share(&signal.weights(), 0.5));
            Check(&expected, [study, "pruned", &row["alpha"], &row["d"]]).value("n_rank", samples);
            cells.push(LawCell {
                alpha: number(&row, "alpha"),
                ln_power: f64::from(k_star) * (s as f64).ln(),
                ln_n: number(&row, "n_star").ln(),
                variance: number(&row, "se_ln").powi(2),
                ln_law: (3.0 * samples).ln(),
                ln_clearance: 2.0 * signal.clearance(samples, k_star, s).ln(),
            });
        }
        assert_eq!(cells.len(), count);
        let found = against_law(&cells);
        let check = Check(&expected, [study, "pruned", "", ""]);
        let interval = |name: &str, estimate: Option<Interval>| -> Outcome {
            let Interval { value, low, high } = estimate.ok_or("an estimate")?;
            check.value(name, value);
            check.value(&format!("{name}_low"), low);
            check.value(&format!("{name}_high"), high);
            Ok(())
        };
        interval("kappa", found.kappa)?;
        interval("C", found.constant)?;
    }
    Ok(())
}

#[test]
fn law_at_other_settings() -> Outcome {
    let expected = expected()?;
    let samples = |noise: f64, kept: f64, tau: f64| {
        let (signal, channels) = signal(2, noise);
        let ranking = Ranking::new(&signal, &equal_rows(16), 256, channels, Keep::Count(kept));
        ranking.samples(kept_share(&signal.weights(), tau))
    };
    for kept in [12, 20, 32] {
        let count = kept.to_string();
        let check = Check(&expected, ["keep", "pruned", "0.5", &count]);
        check.value("n_rank", samples(0.01, f64::from(kept), 0.5));
    }
    let place = |what: &'static str| [what, "pruned", "0.5", "256"];
    Check(&expected, place("tau")).value("n_rank", samples(0.01, 16.0, 0.3));
    Check(&expected, place("noise")).value("n_rank", samples(1.0, 16.0, 0.5));
    Ok(())
}
