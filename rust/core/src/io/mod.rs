//! Positioned reads and writes, and copies that stay in the kernel.

use crate::error::{Error, Result, Status};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

/// Bytes copied at once where the kernel cannot copy by itself.
const COPY_BUFFER: u64 = 1 << 20;

/// An input file with the length it must keep while it is read.
#[derive(Debug)]
pub struct Input {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Input {
    /// Opens a file that has to be `length` bytes long, which it was when it was planned with.
    pub fn open(path: &Path, length: u64) -> Result<Input> {
        let file = File::open(path).map_err(|e| Error::io(&e, "open", path))?;
        let input = Input { file, path: path.to_path_buf(), length };
        match input.length_now()? {
            now if now == length => Ok(input),
            now => Err(input.changed(now)),
        }
    }

    /// Fills `buffer` from `offset`.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        positioned::read_exact(&self.file, buffer, offset).map_err(|e| self.read_error(&e))
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
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

/// An output file that exists already and is written in place.
#[derive(Debug)]
pub struct Output {
    file: File,
    path: PathBuf,
}

impl Output {
    /// Opens an existing file for writing and gives it its final length.
    pub fn open(path: &Path, length: u64) -> Result<Output> {
        let file =
            OpenOptions::new().write(true).open(path).map_err(|e| Error::io(&e, "open for writing", path))?;
        file.set_len(length).map_err(|e| Error::io(&e, "set the size of", path))?;
        Ok(Output { file, path: path.to_path_buf() })
    }

    /// Writes all of `bytes` at `offset`.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        positioned::write_all(&self.file, bytes, offset).map_err(|e| Error::io(&e, "write", &self.path))
    }

    /// Copies `length` bytes of `input`, inside the kernel where it can.
    pub fn copy_from(&self, input: &Input, mut from: u64, mut to: u64, mut length: u64) -> Result<()> {
        while length > 0 {
            let copied = match kernel_copy(&input.file, from, &self.file, to, length) {
                Some(copied) => copied,
                None => self.copy_through_memory(input, from, to, length.min(COPY_BUFFER))?,
            };
            (from, to, length) = (from + copied, to + copied, length - copied);
        }
        Ok(())
    }

    fn copy_through_memory(&self, input: &Input, from: u64, to: u64, length: u64) -> Result<u64> {
        let mut buffer = vec![0; length as usize];
        input.read(from, &mut buffer)?;
        self.write(to, &buffer)?;
        Ok(length)
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
