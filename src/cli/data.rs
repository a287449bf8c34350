//! `trial` and `data`: arrays for NumPy.

use std::collections::BTreeMap;

use secateur::Result;
use secateur::results::npy;
use secateur::sample::{Crew, Design, Stage};
use secateur::study::dump::{self, Chosen};
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};
use serde::Serialize;

use super::arguments::{DataArguments, TrialArguments};
use super::ending::Ending;
use super::print;
use super::rerun::{Recorded, cell, conditions, recorded};

/// `secateur trial`.
pub(crate) fn trial(arguments: &TrialArguments) -> Result<Ending> {
    let TrialArguments { results, trial, dump, arrays, out } = arguments;
    let Recorded { record, manifest, study } = recorded(results, out, trial)?;
    let (series, cell) = cell(&study, &record, &manifest)?;
    let crew = Crew::new(1);
    let conditions = conditions(&study, series, cell, &record, &crew);
    conditions.look(record.n, cell.trial(record.trial), |seen| {
        dump::check(&seen)?;
        let chosen = Chosen::new(arrays);
        npy::archive(dump, |npz| dump::trial(npz, &seen, study.samples.test, &chosen))
    })?;
    print::text(&format!("{trial} is in {}\n", dump.display()))?;
    Ok(Ending::Done)
}

/// A study of one cell, as its file would say it.
#[derive(Serialize)]
struct OneCell<'a> {
    claim: &'a str,
    seed: u64,
    model: BTreeMap<&'a str, toml::Value>,
    samples: BTreeMap<&'a str, toml::Value>,
    sweep: [BTreeMap<&'a str, toml::Value>; 1],
}

/// `secateur data`: the samples that a learner without stages gets in a trial.
pub(crate) fn data(arguments: &DataArguments) -> Result<Ending> {
    let DataArguments { link, d, alpha, n, r, q, noise, input, test, seed, index, out } = arguments;
    let number = |value: u64| toml::Value::from(value as i64);
    let mut model: BTreeMap<&str, toml::Value> = BTreeMap::from([
        ("link", link.as_str().into()),
        ("noise", (*noise).into()),
        ("input", input.as_str().into()),
    ]);
    model.extend((*q > 0.0).then(|| ("q", (*q).into())));
    model.extend(r.map(|r| ("r", number(r))));
    let text = toml::to_string(&OneCell {
        claim: "one data set",
        seed: *seed,
        model,
        samples: [("test", number(*test))].into(),
        sweep: [BTreeMap::from([
            ("learner", "unpruned".into()),
            ("alpha", (*alpha).into()),
            ("d", number(*d)),
        ])],
    });
    let text = text.map_err(|error| secateur::Error::usage(error.to_string()))?;
    let study = Study::parse("data", "arguments", &text, Profile::Standard, &[])?;
    let series = &study.series[0];
    let (cell, crew) = (&series.cells[0], Crew::new(1));
    let conditions = Conditions {
        study: "data",
        manifest: "",
        setting: &series.setting,
        cell,
        test: *test,
        crew: &crew,
    };
    let key = cell.trial(*index);
    let (target, design) = (conditions.target(key)?, Design::new(key));
    let all = Chosen::new(&[]);
    npy::archive(out, |npz| {
        dump::directions(npz, &target, &all)?;
        dump::samples(npz, (&target, design), (Stage::Shared, *n), "", &all)?;
        dump::samples(npz, (&target, design), (Stage::Test, *test), "test", &all)
    })?;
    print::text(&format!("{n} samples in dimension {d} are in {}\n", out.display()))?;
    Ok(Ending::Done)
}
