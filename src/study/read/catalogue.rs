//! Which studies there are, and where the text of each is: in a folder, or in the program.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::limits;
use crate::error::{Error, Result, nearest};
use crate::results::disk::{self, Kind};

/// Folder of study files below the working folder.
pub const FOLDER: &str = "studies";

/// The studies that the program brings along.
static PROGRAM: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/studies");

/// Where a study is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// In the program, under this name.
    Program(&'static str, &'static str),
}

impl Source {
    /// What messages call it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => printable(path),
            Self::Program(name, _) => format!("{name}.toml of this program"),
        }
    }

    /// Name and text.
    ///
    /// # Errors
    /// When a file cannot be read, or is not a text.
    pub fn text(&self) -> Result<(String, Cow<'static, str>)> {
        match self {
            Self::File(path) => text(path).map(|(name, text)| (name, text.into())),
            Self::Program(name, text) => Ok(((*name).to_owned(), (*text).into())),
        }
    }
}

/// Studies by name: those of a folder that was named come first, then those of `studies` in the
/// working folder, then those of the program.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    named: Option<PathBuf>,
}

impl Catalogue {
    /// The catalogue that looks into the folder `named` first.
    #[must_use]
    pub fn new(named: Option<PathBuf>) -> Self {
        Self { named }
    }

    /// The study that `name` stands for: a name, or a path of a .toml file.
    ///
    /// # Errors
    /// When there is none, with the nearest names; or when a folder cannot be looked into.
    pub fn find(&self, name: &str) -> Result<Source> {
        let path = Path::new(name);
        if path.extension().is_some_and(|e| e == "toml") {
            return Ok(Source::File(path.to_owned()));
        }
        check_name(name)?;
        for folder in self.folders()? {
            let inside = folder.join(format!("{name}.toml"));
            if disk::kind(&inside)?.is_some() {
                return Ok(Source::File(inside));
            }
        }
        let mut studies = self.studies()?;
        studies.remove(name).ok_or_else(|| {
            let error = Error::usage(format!("unknown study `{name}`"));
            match nearest(name, studies.keys().map(String::as_str)) {
                Some(near) => {
                    error.hint(format!("did you mean `{near}`? `secateur list` shows all"))
                }
                None => error.hint(
                    "`secateur list` shows the studies; a file is given by its path, with .toml",
                ),
            }
        })
    }

    /// Every study by its name.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn studies(&self) -> Result<BTreeMap<String, Source>> {
        let mut studies: BTreeMap<String, Source> =
            PROGRAM.files().filter_map(of_program).collect();
        for folder in self.folders()?.into_iter().rev() {
            for name in disk::list(&folder)? {
                let path = folder.join(&name);
                if let Some(stem) = name.strip_suffix(".toml").filter(|stem| !stem.is_empty())
                    && disk::kind(&path)? == Some(Kind::File)
                {
                    studies.insert(stem.to_owned(), Source::File(path));
                }
            }
        }
        Ok(studies)
    }

    /// The folders, the first before the others.
    fn folders(&self) -> Result<Vec<PathBuf>> {
        if let Some(named) = &self.named
            && !disk::is_folder(named)?
        {
            return Err(Error::usage(format!(
                "there is no folder {} of studies",
                printable(named)
            ))
            .hint("--studies names a folder of .toml files, which come before all others"));
        }
        Ok(self.named.iter().cloned().chain([PathBuf::from(FOLDER)]).collect())
    }
}

fn of_program(file: &'static include_dir::File<'static>) -> Option<(String, Source)> {
    let name = file.path().to_str()?.strip_suffix(".toml")?;
    Some((name.to_owned(), Source::Program(name, file.contents_utf8()?)))
}

/// A study's name becomes a folder: refuses anything that could leave it.
///
/// # Errors
/// With what a name may consist of.
pub fn check_name(name: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fine) {
        let error = Error::usage(format!("`{}` cannot name a study", name.escape_debug()));
        if let Some((study, _)) =
            name.split_once('@').filter(|(study, _)| check_name(study).is_ok())
        {
            return Err(error.hint(format!(
                "results of {study} with another setting are called so; the study is `{study}`, its \
                 setting what --profile, --set and --seed say"
            )));
        }
        return Err(error
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
fn text(path: &Path) -> Result<(String, String)> {
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
