//! `check-learner`: a learner in another program against its contract.

use secateur::study::contract::{Bench, Verdict};
use secateur::study::{Profile, Series, Study};
use secateur::{Error, Result};

use super::arguments::CheckLearnerArguments;
use super::ending::Ending;
use super::print;

/// `secateur check-learner`.
pub(crate) fn check_learner(arguments: &CheckLearnerArguments) -> Result<Ending> {
    let study = study(arguments)?;
    let name = &arguments.learner;
    let series = of(&study, name).ok_or_else(|| {
        Error::usage(format!("no sweep of {} has the learner `{name}`", study.name))
            .hint("`secateur plan` shows the learners of a study")
    })?;
    let bench = Bench::new(&study, series)?;
    let mut broken = Vec::new();
    for (check, found) in bench.checks() {
        let hint = "docs/workers.md says what a worker reads and writes";
        let verdict = found.unwrap_or_else(|e| Verdict::Broken(e.to_string(), hint));
        print::text(&match verdict {
            Verdict::Kept(seen) => format!("ok      {check:12}{seen}"),
            Verdict::Silent(why) => format!("silent  {check:12}{why}"),
            Verdict::Broken(why, hint) => {
                broken.push(check);
                format!("broken  {check:12}{why}\n{:20}{hint}", "")
            }
        })?;
    }
    if broken.is_empty() {
        return Ok(Ending::Done);
    }
    Err(Error::runtime(format!("`{name}` does not keep the contract: {}", broken.join(", ")))
        .hint("`secateur check-learner --help` says what each check asks"))
}

/// The study that is named, or the only one that has the learner as a program.
fn study(arguments: &CheckLearnerArguments) -> Result<Study> {
    let CheckLearnerArguments { learner, study, studies, set } = arguments;
    let catalogue = studies.catalogue();
    if let Some(study) = study {
        return Study::read(&catalogue.find(study)?, Profile::Standard, set);
    }
    let all = catalogue.studies()?;
    // A study that cannot be read has no learner that could be asked.
    let read = all.values().filter_map(|source| Study::read(source, Profile::Standard, set).ok());
    let mut found: Vec<Study> =
        read.filter(|s| of(s, learner).is_some_and(|s| s.setting.kind.is_none())).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Error::usage(format!("no study has a learner `{learner}` with a command"))
            .hint("name the study: secateur check-learner NAME STUDY")),
        _ => {
            let names: Vec<&str> = found.iter().map(|s| s.name.as_str()).collect();
            Err(Error::usage(format!(
                "several studies have a learner `{learner}`: {}",
                names.join(", ")
            ))
            .hint("name one: secateur check-learner NAME STUDY"))
        }
    }
}

/// The first series of the learner `name`.
fn of<'a>(study: &'a Study, name: &str) -> Option<&'a Series> {
    study.series.iter().find(|series| series.setting.learner == name)
}
