//! Which studies there are, and which file a name stands for.

use std::path::{Path, PathBuf};

use super::limits;
use crate::error::{Error, Result, nearest};
use crate::results::disk::{self, Kind};

/// Folder of the study files, below the working folder.
const FOLDER: &str = "studies";

/// A study's name becomes a folder: refuses anything that could leave it.
fn check_name(name: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fine) {
        return Err(Error::usage(format!("`{}` cannot name a study", name.escape_debug()))
            .hint("use letters, digits, `_`, `-` and `.`; the name becomes a folder of results"));
    }
    Ok(())
}

/// A path as it may be shown on a terminal: control characters are escaped.
pub(super) fn printable(path: &Path) -> String {
    let escape = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.into() };
    path.to_string_lossy().chars().map(escape).collect()
}

/// Name and text of the study file at `path`.
pub(super) fn text(path: &Path) -> Result<(String, String)> {
    let name = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    check_name(name)?;
    let shown = printable(path);
    let refused = |why: String| Err(Error::usage(why).hint("`secateur list` shows the studies"));
    match disk::kind(path)? {
        None => return refused(format!("there is no study file {shown}")),
        Some(Kind::Folder) => return refused(format!("{shown} is a folder, not a study file")),
        // A pipe would be waited for.
        Some(Kind::Other) => return refused(format!("{shown} is not a file")),
        Some(Kind::File) => {}
    }
    let Some(bytes) = disk::read_up_to(path, limits::FILE)? else {
        return refused(format!("{shown} is larger than {} bytes", limits::FILE));
    };
    let text = String::from_utf8(bytes).map_err(|e| {
        let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = good.split(|&b| b == b'\n').count();
        Error::usage(format!("{shown}, line {line}: not text in UTF-8"))
            .hint("is this a study file? Save it as UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err(Error::usage(format!("{shown} is empty")).hint(
            "a study needs a claim, a [model] with a link, and a [[sweep]]; studies/ has examples",
        ));
    }
    Ok((name.to_owned(), text))
}

/// The file of the study that `name` stands for: a name in the folder `studies`, or a file.
///
/// # Errors
/// When there is none, with the nearest names.
pub fn find(name: &str) -> Result<PathBuf> {
    let path = Path::new(name);
    if path.extension().is_some_and(|e| e == "toml") {
        return Ok(path.to_owned());
    }
    check_name(name)?;
    let inside = Path::new(FOLDER).join(format!("{name}.toml"));
    if disk::kind(&inside)?.is_some() {
        return Ok(inside);
    }
    let names = list()?;
    let error = Error::usage(format!("unknown study `{name}`"));
    Err(match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`? `secateur list` shows all")),
        None if names.is_empty() => error.hint(format!(
            "there is no folder `{FOLDER}` here: run from the repository, or give a path to a .toml file"
        )),
        None => error.hint(format!("the studies are {}", names.join(", "))),
    })
}

/// Names of the studies in the folder `studies`, sorted.
///
/// # Errors
/// When the folder is there and cannot be listed.
pub fn list() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for name in disk::list(Path::new(FOLDER))? {
        if let Some(stem) = name.strip_suffix(".toml").filter(|stem| !stem.is_empty())
            && disk::kind(&Path::new(FOLDER).join(&name))? == Some(Kind::File)
        {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
