//! Positioned reads and writes, copies that stay in the kernel, and locks.

pub mod lock;
mod output;

use crate::error::{Error, Result, Status};
pub use output::{Output, Spares};
use std::fs::File;
use std::path::{Path, PathBuf};

/// An input: a file with the length it must keep while it is read, or memory.
#[derive(Debug)]
pub enum Input<'m> {
    /// A file.
    File(InputFile),
    /// Bytes of the caller's.
    Memory(&'m [u8]),
}

/// An open input file.
#[derive(Debug)]
pub struct InputFile {
    file: File,
    path: PathBuf,
    length: u64,
}

impl<'m> Input<'m> {
    /// Opens a file that has to be `length` bytes long, which it was when it was planned with.
    pub fn open(path: &Path, length: u64) -> Result<Input<'m>> {
        let file = File::open(path).map_err(|e| Error::io(&e, "open", path))?;
        let input = InputFile { file, path: path.to_path_buf(), length };
        match input.length_now()? {
            now if now == length => Ok(Input::File(input)),
            now => Err(input.changed(now)),
        }
    }

    /// Fills `buffer` from `offset`.
    ///
    /// # Panics
    /// If the memory does not reach that far.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match self {
            Input::File(input) => input.read(offset, buffer),
            Input::Memory(bytes) => {
                buffer.copy_from_slice(&bytes[offset as usize..][..buffer.len()]);
                Ok(())
            }
        }
    }
}

impl InputFile {
    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        positioned::read_exact(&self.file, buffer, offset).map_err(|e| self.read_error(&e))
    }

    fn read_error(&self, error: &std::io::Error) -> Error {
        if error.kind() != std::io::ErrorKind::UnexpectedEof {
            return Error::io(error, "read", &self.path);
        }
        self.length_now().map_or_else(|e| e, |now| self.changed(now))
    }

    fn length_now(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|e| Error::io(&e, "read the size of", &self.path))?.len())
    }

    fn changed(&self, now: u64) -> Error {
        let message = format!(
            "the file has {now} bytes, but had {} when the merge was planned; it was changed meanwhile",
            self.length
        );
        Error::new(Status::Truncated, message).in_file(&self.path).with_numbers(now, self.length)
    }
}

/// Copies some bytes inside the kernel, or answers `None` where reading and writing them either works or tells why not.
#[cfg(target_os = "linux")]
fn kernel_copy(input: &File, mut from: u64, output: &File, mut to: u64, length: u64) -> Option<u64> {
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(1 << 30);
    match rustix::fs::copy_file_range(input, Some(&mut from), output, Some(&mut to), length) {
        Ok(copied) if copied > 0 => Some(copied as u64),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn kernel_copy(_: &File, _: u64, _: &File, _: u64, _: u64) -> Option<u64> {
    None
}

/// The path that the file system knows by these bytes; `None` where paths are text, and they are no UTF-8.
#[cfg(unix)]
pub fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

/// The path that the file system knows by these bytes; `None` where paths are text, and they are no UTF-8.
#[cfg(not(unix))]
pub fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(unix)]
mod positioned {
    use std::os::unix::fs::FileExt;

    pub fn read_exact(file: &super::File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
        file.read_exact_at(buffer, offset)
    }

    pub fn write_all(file: &super::File, bytes: &[u8], offset: u64) -> std::io::Result<()> {
        file.write_all_at(bytes, offset)
    }
}

#[cfg(windows)]
mod positioned {
    use std::io::{Error, ErrorKind};
    use std::os::windows::fs::FileExt;

    pub fn read_exact(file: &super::File, mut buffer: &mut [u8], mut offset: u64) -> std::io::Result<()> {
        while !buffer.is_empty() {
            match file.seek_read(buffer, offset)? {
                0 => return Err(Error::from(ErrorKind::UnexpectedEof)),
                n => (buffer, offset) = (&mut buffer[n..], offset + n as u64),
            }
        }
        Ok(())
    }

    pub fn write_all(file: &super::File, mut bytes: &[u8], mut offset: u64) -> std::io::Result<()> {
        while !bytes.is_empty() {
            match file.seek_write(bytes, offset)? {
                0 => return Err(Error::from(ErrorKind::WriteZero)),
                n => (bytes, offset) = (&bytes[n..], offset + n as u64),
            }
        }
        Ok(())
    }
}
