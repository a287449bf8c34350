//! Files that are there as a whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes beside `path`, then renames: a reader sees the old content or the new one.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    // Several shards may write the same file at once.
    temporary.push(format!(".{}.part", std::process::id()));
    let mut file = fs::File::create(&temporary)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}
