//! The folder of one trial: arrays on their way to a worker and back.

#![expect(clippy::disallowed_methods, reason = "folders of its own in temporary places")]

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use npyz::{DType, NpyFile, Order, TypeChar};
use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::results::npy::{self, Push};

/// How the names of the folders begin; the number of the process follows.
const PREFIX: &str = "secateur-";

/// The memory of the machine as a file system.
const MEMORY: &str = "/dev/shm";

/// Folders in use.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

static SWEPT: Once = Once::new();

/// A folder that is removed when it is dropped.
#[derive(Debug)]
pub struct Exchange {
    folder: TempDir,
}

impl Exchange {
    /// A new folder with room for `bytes`: in memory where there is twice that, else where
    /// temporary files go.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(bytes: u64) -> Result<Self> {
        let places = places();
        SWEPT.call_once(|| sweep(gone));
        let roomy = rustix::fs::statvfs(MEMORY)
            .is_ok_and(|found| found.f_bavail.saturating_mul(found.f_frsize) / 2 > bytes);
        let place = &places[usize::from(!roomy)];
        let prefix = format!("{PREFIX}{}-", std::process::id());
        let mut folders = folders();
        let folder =
            tempfile::Builder::new().prefix(&prefix).tempdir_in(place).map_err(|error| {
                Error::runtime(format!("cannot make a folder in {}: {error}", place.display()))
                    .hint("set TMPDIR to a folder with room for the samples of a trial")
            })?;
        folders.push(folder.path().to_owned());
        Ok(Self { folder })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes an array of this shape, in C order, as `name`.npy; `fill` pushes its values.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(
        &self,
        name: &str,
        shape: &[u64],
        fill: impl FnOnce(Push<'_, f32>) -> io::Result<()>,
    ) -> Result<()> {
        let path = self.path().join(name).with_extension("npy");
        let write = || {
            let mut file = BufWriter::with_capacity(1 << 18, File::create(&path)?);
            npy::write(&mut file, shape, fill)?;
            file.flush()
        };
        write().map_err(|error| {
            Error::runtime(format!("cannot write {}: {error}", path.display()))
                .hint("is the disk full? TMPDIR says where the samples go")
        })
    }

    /// The array `name`.npy that the worker has written, as doubles in C order with its shape;
    /// none if it has not.
    ///
    /// # Errors
    /// When it is no array of numbers, or has more than `most` of them.
    pub fn read(&self, name: &str, most: u64) -> Result<Option<(Vec<f64>, Vec<u64>)>> {
        let path = self.path().join(name).with_extension("npy");
        // A pipe would be waited for, and a link may lead anywhere.
        let regular = fs::symlink_metadata(&path).map(|found| found.is_file());
        match regular {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(true) => {}
            _ => return Err(wrong(name, "is no file")),
        }
        let read = || -> io::Result<Option<(Vec<f64>, Vec<u64>)>> {
            let file = NpyFile::new(BufReader::new(File::open(&path)?))?;
            let (shape, order) = (file.shape().to_vec(), file.order());
            let length = shape.iter().try_fold(1_u64, |all, &one| all.checked_mul(one));
            if length.is_none_or(|length| length > most) {
                return Ok(None);
            }
            let values = numbers(file)?;
            Ok(Some((in_c_order(values, &shape, order), shape)))
        };
        match read() {
            Ok(Some(found)) => Ok(Some(found)),
            Ok(None) => Err(wrong(name, &format!("holds more than {most} numbers"))),
            Err(error) => Err(wrong(name, &error.to_string())),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        folders().retain(|path| path != self.folder.path());
    }
}

fn wrong(name: &str, what: &str) -> Error {
    Error::runtime(format!("{name}.npy of the worker is not as it should be: {what}"))
        .hint("docs/workers.md lists the arrays of an answer, with shapes and types")
}

fn folders() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The numbers of an array, whatever their type.
fn numbers(file: NpyFile<BufReader<File>>) -> io::Result<Vec<f64>> {
    fn all<T: npyz::Deserialize + Into<f64>>(
        file: NpyFile<BufReader<File>>,
    ) -> io::Result<Vec<f64>> {
        file.data::<T>().map_err(io::Error::other)?.map(|value| value.map(Into::into)).collect()
    }
    let refused = || io::Error::other("it does not hold real numbers");
    let DType::Plain(kind) = file.dtype() else { return Err(refused()) };
    let size = kind.num_bytes();
    match (kind.type_char(), size) {
        (TypeChar::Float, Some(4)) => all::<f32>(file),
        (TypeChar::Float, Some(8)) => all::<f64>(file),
        (TypeChar::Int, Some(4)) => all::<i32>(file),
        (TypeChar::Uint, Some(4)) => all::<u32>(file),
        (TypeChar::Int, Some(8)) => {
            let values = file.data::<i64>().map_err(io::Error::other)?;
            values.map(|value| value.map(|v| v as f64)).collect()
        }
        (TypeChar::Uint, Some(8)) => {
            let values = file.data::<u64>().map_err(io::Error::other)?;
            values.map(|value| value.map(|v| v as f64)).collect()
        }
        _ => Err(refused()),
    }
}

/// A matrix in Fortran order, turned; anything else as it is.
fn in_c_order(values: Vec<f64>, shape: &[u64], order: Order) -> Vec<f64> {
    match (order, shape) {
        (Order::Fortran, &[rows, columns]) => {
            let (rows, columns) = (rows as usize, columns as usize);
            (0..values.len()).map(|at| values[at % columns * rows + at / columns]).collect()
        }
        _ => values,
    }
}

/// Where folders can be.
fn places() -> [PathBuf; 2] {
    [PathBuf::from(MEMORY), std::env::temp_dir()]
}

/// Removes what a process that has ended has left.
pub(super) fn remove_of(process: u32) {
    sweep(|owner| owner.as_raw_nonzero().get().cast_unsigned() == process);
}

fn gone(process: Pid) -> bool {
    test_kill_process(process) == Err(rustix::io::Errno::SRCH)
}

/// Removes the folders of processes that `ended`.
fn sweep(ended: impl Fn(Pid) -> bool) {
    for entry in places().iter().flat_map(fs::read_dir).flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let process = process.and_then(|rest| rest.split('-').next()?.parse().ok());
        let ended = process.and_then(Pid::from_raw).is_some_and(&ended);
        if ended && entry.file_type().is_ok_and(|found| found.is_dir()) {
            // Of somebody else: not ours to remove, and it says so.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Removes every folder of this process, once `ended` has ended those who write into them. Whoever
/// makes or returns one from now on waits for the end of the process.
pub(super) fn close(ended: impl FnOnce()) {
    let mut folders = folders();
    ended();
    for folder in folders.drain(..) {
        let _ = fs::remove_dir_all(folder);
    }
    std::mem::forget(folders);
}
