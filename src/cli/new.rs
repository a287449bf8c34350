//! `new`: a study file to begin with.

use std::path::Path;

use secateur::results::disk;
use secateur::study::read::catalogue::{Catalogue, FOLDER, check_name};
use secateur::study::{Profile, Study};
use secateur::{Error, Result};

use super::arguments::NewArguments;
use super::ending::Ending;
use super::print;

/// What a study file looks like, with a word on every key.
const TEMPLATE: &str = include_str!("new.toml");

/// `secateur new`: writes `studies/NAME.toml`, and says what to do with it.
pub(crate) fn new(arguments: &NewArguments) -> Result<Ending> {
    let NewArguments { name, from, studies } = arguments;
    check_name(name)?;
    let folder = studies.studies.clone().unwrap_or_else(|| Path::new(FOLDER).to_owned());
    let path = folder.join(format!("{name}.toml"));
    if disk::kind(&path)?.is_some() {
        return Err(Error::usage(format!("{} is there already", path.display()))
            .hint("choose another name, or remove it first: nothing is overwritten"));
    }
    let text = match from {
        None => TEMPLATE.to_owned(),
        Some(from) => {
            // The folder need not be there yet.
            let there = studies.studies.clone().filter(|f| disk::is_folder(f).unwrap_or(true));
            let (origin, text) = Catalogue::new(there).find(from)?.text()?;
            format!("# From {origin}. Every key is explained in docs/studies.md.\n{text}")
        }
    };
    // What is copied may be broken; what is written is not.
    Study::parse(name, &path.display().to_string(), &text, Profile::Standard, &[])?;
    disk::make_folders(&folder)?;
    disk::replace(&path, text.as_bytes())?;
    let flag =
        studies.studies.as_ref().map_or(String::new(), |f| format!(" --studies {}", f.display()));
    print::text(&format!(
        "{}\n\nsecateur plan {name}{flag}     what it would run, and for how long\n\
         secateur study {name}{flag}    run it: results/{name}/report.html says what it found",
        path.display()
    ))?;
    Ok(Ending::Done)
}
