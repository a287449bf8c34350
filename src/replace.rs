//! Files that are there as a whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

/// Writes beside `path`, then renames: a reader sees the old content or the new one.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".part");
    fs::write(&temporary, content)?;
    fs::rename(&temporary, path)
}
