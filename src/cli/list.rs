//! `list`: the studies and their claims.

use std::path::PathBuf;

use secateur::study::read::catalogue;
use secateur::study::{Profile, Study};
use secateur::{Error, Result};
use serde_json::json;

use super::arguments::{Format, FormatArguments};
use super::ending::Ending;
use super::print;

/// `secateur list`: every study with its claim; a broken one is listed with its error.
pub(crate) fn list(arguments: &FormatArguments) -> Result<Ending> {
    let names = catalogue::list()?;
    if names.is_empty() {
        return Err(Error::usage("there are no studies here")
            .hint("run from the repository: studies are read from the folder `studies`"));
    }
    let claim = |name: &String| -> String {
        let path = PathBuf::from("studies").join(format!("{name}.toml"));
        Study::read(&path, Profile::Standard, &[])
            .map_or_else(|e| format!("(cannot be read: {e})"), |s| s.claim)
    };
    let entries: Vec<(String, String)> = names.iter().map(|n| (n.clone(), claim(n))).collect();
    match arguments.format {
        Format::Json => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(name, claim)| json!({"study": name, "claim": claim}))
                .collect();
            print::json(&entries)?;
        }
        Format::Text => {
            let width = names.iter().map(String::len).max().unwrap_or(0);
            let lines = entries.iter().map(|(name, claim)| format!("{name:width$}  {claim}\n"));
            print::text(&lines.collect::<String>())?;
        }
    }
    Ok(Ending::Done)
}
