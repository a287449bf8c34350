//! The one place that touches the disk for results.
//!
//! Of all that can go wrong only "not found" means that nothing is there: a folder that cannot
//! be listed, a name that is too long or a file system that fails is an error, never an empty
//! folder. Only regular files are read and written, so that nothing waits for the other end of
//! a pipe. What is written never goes through a symbolic link: a folder that somebody else made
//! must not decide what is overwritten here.

#![expect(clippy::disallowed_methods, reason = "the room for it")]

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// How the names of files begin and end that are being written.
const PART: (&str, &str) = (".secateur-", ".part");

/// What a path stands for, symbolic links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a socket or a device.
    Other,
}

impl From<FileType> for Kind {
    fn from(found: FileType) -> Self {
        match found {
            _ if found.is_file() => Self::File,
            _ if found.is_dir() => Self::Folder,
            _ => Self::Other,
        }
    }
}

/// What is at `path`, if anything is.
///
/// # Errors
/// When that cannot be told.
pub fn kind(path: &Path) -> Result<Option<Kind>> {
    match there(fs::metadata(path)) {
        Ok(found) => Ok(found.map(|found| found.file_type().into())),
        Err(error) => Err(failed("look at", path, &error)),
    }
}

/// Whether `path` is a folder.
///
/// # Errors
/// When that cannot be told.
pub fn is_folder(path: &Path) -> Result<bool> {
    Ok(kind(path)? == Some(Kind::Folder))
}

/// The names in `folder` that are text, sorted; none if there is no such folder.
///
/// # Errors
/// When they cannot be listed, all of them.
pub fn list(folder: &Path) -> Result<Vec<String>> {
    let failed = |error| failed("list", folder, &error);
    let Some(entries) = there(fs::read_dir(folder)).map_err(failed)? else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Opens the regular file at `path` for reading.
///
/// # Errors
/// When it is not there, is something else, or cannot be opened.
pub fn open(path: &Path) -> Result<File> {
    let opened =
        fs::metadata(path).and_then(|found| regular(&found)).and_then(|()| File::open(path));
    opened.map_err(|error| failed("read", path, &error))
}

/// The content of the regular file at `path`.
///
/// # Errors
/// As [`open`], and when it cannot be read to its end.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    read_all(&mut open(path)?, path)
}

/// The content of the regular file at `path`, unless it has more than `most` bytes.
///
/// # Errors
/// As [`read`].
pub fn read_up_to(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    let read = open(path)?.take(most + 1).read_to_end(&mut content);
    read.map_err(|error| failed("read", path, &error))?;
    Ok((content.len() as u64 <= most).then_some(content))
}

/// The content of the regular file at `path`, if there is one.
///
/// # Errors
/// As [`read`], but for a path where nothing is.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    kind(path)?.map(|_| read(path)).transpose()
}

/// The rest of `file`, which messages call `path`.
pub(crate) fn read_all(file: &mut File, path: &Path) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let read = file.read_to_end(&mut content);
    read.map(|_| content).map_err(|error| failed("read", path, &error))
}

/// Opens the regular file at `path` for reading and for writing at its end; none if nothing
/// is there.
///
/// # Errors
/// When it is a symbolic link or something else, or cannot be opened.
pub(crate) fn open_own(path: &Path) -> Result<Option<File>> {
    let opened = || {
        let Some(found) = there(fs::symlink_metadata(path))? else { return Ok(None) };
        regular(&found)?;
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        // What was looked at may have been replaced since, by a link.
        if is_at(&file, path)? { Ok(Some(file)) } else { Err(io::Error::other("it has changed")) }
    };
    opened().map_err(|error| unwritable(path, &error))
}

/// Makes the file `path`, for reading and for writing at its end; none if something is there.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn create_new(path: &Path) -> Result<Option<File>> {
    match OpenOptions::new().read(true).append(true).create_new(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(unwritable(path, &error)),
    }
}

/// Whether `path` itself, not what it links to, is the open file `file`.
#[cfg(unix)]
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (ours, there) = (file.metadata()?, fs::symlink_metadata(path)?);
    Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino()))
}

/// Whether something is at `path`: more cannot be told here.
#[cfg(not(unix))]
pub(crate) fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Makes the folder `path` and those above it.
///
/// # Errors
/// When it cannot be made.
pub fn make_folders(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| unwritable(path, &error))
}

/// Makes the folder `path` in a folder of results.
///
/// # Errors
/// When it cannot be made, or is a symbolic link.
pub fn make_folder(path: &Path) -> Result<()> {
    let made = match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::symlink_metadata(path)
            .and_then(|found| if found.is_dir() { Ok(()) } else { Err(refused(&found)) }),
        made => made,
    };
    made.map_err(|error| unwritable(path, &error))
}

/// Makes `content` what the file `path` holds, in one step: a reader, and whoever looks after a
/// crash, sees the old file or the new one. A symbolic link is replaced, not followed.
///
/// # Errors
/// When the folder cannot be written; the old file is still there then.
pub fn replace(path: &Path, content: &[u8]) -> Result<()> {
    replaced(path, content).map_err(|error| unwritable(path, &error))
}

/// The same with what `write` writes.
///
/// # Errors
/// As [`replace`], and when `write` fails.
pub fn replace_by(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    replaced_once(path, write).map_err(|error| unwritable(path, &error))
}

fn replaced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut tries = 3;
    loop {
        tries -= 1;
        match replaced_once(path, |file| file.write_all(content)) {
            // Before it is locked another process may take the new file for litter.
            Err(error) if error.kind() == ErrorKind::NotFound && tries > 0 => {}
            done => return done,
        }
    }
}

fn replaced_once(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(PART.0).suffix(PART.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Less what the user's mask takes away, as for any other file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(plain)?;
    // Says that this file is no litter, see `sweep`; not all file systems can.
    let _ = file.as_file().try_lock();
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync(folder)
}

/// The error without the name of the temporary file.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.source()?.downcast_ref::<io::Error>());
    inner.and_then(io::Error::raw_os_error).map_or(error, io::Error::from_raw_os_error)
}

/// Whether files can be made in `folder`: not where it is not permitted.
///
/// # Errors
/// When something else is in the way.
pub fn may_write(folder: &Path) -> Result<bool> {
    match tempfile::Builder::new().prefix(PART.0).suffix(PART.1).tempfile_in(folder).map_err(plain)
    {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Ok(false),
            _ => Err(unwritable(folder, &error)),
        },
    }
}

/// Makes the disk keep that `path` is in its folder, or no longer.
///
/// # Errors
/// When it cannot.
pub(crate) fn sync_name(path: &Path) -> Result<()> {
    sync(folder_of(path)).map_err(|error| unwritable(path, &error))
}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Where a folder cannot be opened or synced at all there is nothing more to do.
        Err(error) => match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::Unsupported => {
                Ok(())
            }
            _ => Err(error),
        },
        done => done,
    }
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Renames `from` to the first of `names` where nothing is, not even a link to nothing; returns
/// that name.
///
/// # Errors
/// When it cannot be renamed.
pub(crate) fn rename_free(from: &Path, names: impl Iterator<Item = PathBuf>) -> Result<PathBuf> {
    for to in names {
        let renamed = match there(fs::symlink_metadata(&to)) {
            Ok(Some(_)) => continue,
            Ok(None) => fs::rename(from, &to),
            Err(error) => Err(error),
        };
        return renamed.map_err(|error| unwritable(&to, &error)).map(|()| to);
    }
    Err(unwritable(from, &"every name is taken"))
}

/// `path` with `separator` and 1, 2, … at its end.
pub(crate) fn numbered(path: &Path, separator: &str) -> impl Iterator<Item = PathBuf> {
    (1_u64..).map(move |i| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("{separator}{i}"));
        name.into()
    })
}

/// Removes the file `path`, if there is one.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(path: &Path) -> Result<()> {
    there(fs::remove_file(path)).map(drop).map_err(|error| unwritable(path, &error))
}

/// Removes from `folder` what killed processes were writing, as far as it can: litter that
/// stays is no harm. A file that is being written is locked, so that of a live process stays.
pub fn sweep(folder: &Path) {
    for name in list(folder).unwrap_or_default().into_iter().filter(|name| is_part(name)) {
        let path = folder.join(name);
        if let Ok(Some(file)) = open_own(&path)
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a file of this name is being written: `.secateur-….part`, once `NAME.PID.part`.
fn is_part(name: &str) -> bool {
    let process = |middle: &str| {
        let (name, id) = middle.rsplit_once('.')?;
        let ours = Path::new(name).extension().is_some_and(|e| e == "csv" || e == "json");
        (ours && id.bytes().all(|b| b.is_ascii_digit())).then_some(())
    };
    let middle = name.strip_suffix(PART.1);
    middle.is_some_and(|m| m.starts_with(PART.0) || process(m).is_some())
}

/// The folder that `path` is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// None for what is not found: every other error stays one.
fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn regular(found: &Metadata) -> io::Result<()> {
    if found.is_file() { Ok(()) } else { Err(refused(found)) }
}

fn refused(found: &Metadata) -> io::Error {
    let what = match found.file_type() {
        found if found.is_symlink() => "it is a symbolic link",
        found if found.is_dir() => "it is a folder",
        found if found.is_file() => "it is a file",
        _ => "it is a pipe, a socket or a device",
    };
    io::Error::other(what)
}

/// A path as a message can hold it.
fn shown(path: &Path) -> String {
    const MOST: usize = 400;
    let whole = path.display().to_string();
    let mut begin: String = whole.chars().take(MOST).collect();
    if begin.len() < whole.len() {
        begin.push('…');
    }
    begin
}

/// What cannot be done to `path`.
pub(crate) fn failed(what: &str, path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::runtime(format!("cannot {what} {}: {error}", shown(path)))
        .hint("nothing was changed: see to it that this may be read, then run the command again")
}

/// That `path` cannot be written.
pub(crate) fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::runtime(format!("cannot write {}: {error}", shown(path))).hint(
        "check that the folder exists and may be written and that the disk is not full, or \
         choose another with --out",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    /// Paths that cannot be looked at, whoever asks: below a file, and too long a name.
    fn impossible(folder: &Path) -> [PathBuf; 2] {
        fs::write(folder.join("file"), "content").expect("it can be written");
        [folder.join("file/below"), folder.join("x".repeat(300))]
    }

    #[test]
    fn only_what_is_not_found_is_not_there() {
        let folder = folder();
        let nothing = folder.path().join("nothing");
        assert_eq!(kind(&nothing).expect("it can be told"), None);
        assert_eq!(list(&nothing).expect("it can be told"), Vec::<String>::new());
        assert_eq!(read_if_there(&nothing).expect("it can be told"), None);
        assert!(open_own(&nothing).expect("it can be told").is_none());
        remove(&nothing).expect("nothing to remove");
        for path in impossible(folder.path()) {
            let ours = path.display().to_string();
            let refused = |error: Option<Error>| {
                let error = error.unwrap_or_else(|| panic!("{ours} counts as nothing"));
                assert!(error.message().contains(&ours), "{error}");
            };
            refused(kind(&path).err());
            refused(list(&path).err());
            refused(read(&path).err());
            refused(read_if_there(&path).err());
            refused(open_own(&path).err());
            refused(create_new(&path).err());
            refused(make_folder(&path).err());
            refused(remove(&path).err());
            refused(replace(&path, b"").err());
            refused(rename_free(&folder.path().join("file"), [path.clone()].into_iter()).err());
        }
        refused_kinds(folder.path());
    }

    fn refused_kinds(folder: &Path) {
        for (result, what) in [
            (read(folder).map(drop), "it is a folder"),
            (open_own(folder).map(drop), "it is a folder"),
            (list(&folder.join("file")).map(drop), "Not a directory"),
            (make_folder(&folder.join("file")), "it is a file"),
        ] {
            let error = result.expect_err(what);
            assert!(error.message().contains(what), "{error}");
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = folder();
        let path = folder.path().join("table.csv");
        for content in ["old", "new and longer", ""] {
            replace(&path, content.as_bytes()).expect("it can be written");
            assert_eq!(fs::read_to_string(&path).expect("there"), content);
        }
        assert_eq!(list(folder.path()).expect("a list"), ["table.csv"]);
        assert!(replace(&folder.path().join("none/table.csv"), b"").is_err());
        fs::create_dir(folder.path().join("sub")).expect("a folder");
        assert!(replace(&folder.path().join("sub"), b"").is_err());
        assert_eq!(list(folder.path()).expect("a list"), ["sub", "table.csv"], "no litter");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_never_goes_through_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("victim"), "precious").expect("a file");
        fs::create_dir(at("elsewhere")).expect("a folder");
        for (to, link) in [("victim", "link"), ("none", "dangling"), ("elsewhere", "folder")] {
            symlink(at(to), at(link)).expect("a link");
        }
        let linked = |result: Result<()>| {
            let error = result.expect_err("a link");
            assert!(error.message().ends_with("it is a symbolic link"), "{error}");
        };
        for link in ["link", "dangling"] {
            linked(open_own(&at(link)).map(drop));
            assert!(create_new(&at(link)).expect("it is there").is_none());
            replace(&at(link), b"ours").expect("the link is replaced");
            let mode = fs::symlink_metadata(at(link)).expect("there").permissions().mode();
            assert_eq!(mode & 0o170_600, 0o100_600, "a file of ours now");
        }
        linked(make_folder(&at("folder")));
        assert_eq!(fs::read_to_string(at("victim")).expect("there"), "precious");
        assert_eq!(list(folder.path()).expect("a list").len(), 5, "nothing new, no litter");
    }

    #[test]
    fn litter_of_dead_processes_is_swept_and_nothing_else() {
        let folder = folder();
        let kept = [".secateur-live.part", "a.csv", "b.part", "c.csv.x.part", "notes.1.part"];
        for name in kept.iter().chain(&[".secateur-dead.part", "a.csv.17.part", "m.json.4.part"]) {
            fs::write(folder.path().join(name), "").expect("a file");
        }
        let live = File::open(folder.path().join(kept[0])).expect("it is there");
        live.lock().expect("it can be locked");
        sweep(folder.path());
        assert_eq!(list(folder.path()).expect("a list"), kept);
    }
}
