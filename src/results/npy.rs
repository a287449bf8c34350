//! Arrays for NumPy: `.npy` files, and archives of them, `.npz`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use npyz::{AutoSerialize, WriteOptions, WriterBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::disk;
use crate::error::Result;

/// What fills an array: it is handed the function that takes its values.
pub type Push<'a, T> = &'a mut dyn FnMut(&[T]) -> io::Result<()>;

/// Writes an array of this shape to `file`; `fill` pushes its values, in C order.
///
/// # Errors
/// When it cannot be written, or `fill` pushes another number of values.
pub fn write<T: AutoSerialize + Copy>(
    file: impl Write,
    shape: &[u64],
    fill: impl FnOnce(Push<'_, T>) -> io::Result<()>,
) -> io::Result<()> {
    let options = WriteOptions::new().default_dtype().shape(shape);
    let mut array = options.writer(file).begin_nd()?;
    fill(&mut |values| array.extend(values.iter().copied()))?;
    array.finish()
}

/// An archive of arrays that is being written; uncompressed, as `numpy.savez` writes them.
pub struct Npz<'a>(ZipWriter<&'a mut File>);

impl Npz<'_> {
    /// Adds the array `name`, as [`write()`] does.
    ///
    /// # Errors
    /// As [`write()`].
    pub fn array<T: AutoSerialize + Copy>(
        &mut self,
        name: &str,
        shape: &[u64],
        fill: impl FnOnce(Push<'_, T>) -> io::Result<()>,
    ) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true);
        self.0.start_file(format!("{name}.npy"), options)?;
        let mut buffered = BufWriter::with_capacity(1 << 18, &mut self.0);
        write(&mut buffered, shape, fill)?;
        buffered.flush()
    }

    /// Adds the array `name` of these values.
    ///
    /// # Errors
    /// As [`write()`].
    pub fn values<T: AutoSerialize + Copy>(
        &mut self,
        name: &str,
        shape: &[u64],
        values: &[T],
    ) -> io::Result<()> {
        self.array(name, shape, |push| push(values))
    }
}

/// Makes `path` an archive that holds what `fill` adds, in one step.
///
/// # Errors
/// When it cannot be written; an old file is still there then.
pub fn archive(path: &Path, fill: impl FnOnce(&mut Npz<'_>) -> io::Result<()>) -> Result<()> {
    disk::replace_by(path, |file| {
        let mut npz = Npz(ZipWriter::new(file));
        fill(&mut npz)?;
        npz.0.finish()?;
        Ok(())
    })
}
