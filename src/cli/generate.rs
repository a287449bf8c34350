//! `completions` and `man`: what a shell and a manual need to know of the command line.

use std::path::Path;

use clap::CommandFactory;
use secateur::{Error, Result};

use super::arguments::{Arguments, CompletionsArguments, ManArguments};
use super::ending::Ending;
use super::print;

const NAME: &str = "secateur";

/// `secateur completions`.
pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<Ending> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), NAME, &mut script);
    print::raw(&script)?;
    Ok(Ending::Done)
}

/// `secateur man`: the page of the program, or all pages into a folder.
pub(crate) fn man(arguments: &ManArguments) -> Result<Ending> {
    let command = Arguments::command();
    if let Some(folder) = &arguments.out {
        write_all(command, folder)?;
        return Ok(Ending::Done);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|e| Error::runtime(format!("cannot write the page: {e}")))?;
    print::raw(&page)?;
    Ok(Ending::Done)
}

fn write_all(command: clap::Command, folder: &Path) -> Result<()> {
    let made = std::fs::create_dir_all(folder);
    made.and_then(|()| clap_mangen::generate_to(command, folder)).map_err(|e| {
        Error::runtime(format!("cannot write the pages to {}: {e}", folder.display()))
            .hint("choose another folder with --out")
    })
}
