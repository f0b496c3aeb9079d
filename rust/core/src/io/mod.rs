//! Positioned reads and writes, and copies that stay in the kernel.

use crate::error::{Error, Result, Status};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes copied at once where the kernel cannot copy by itself.
const COPY_BUFFER: u64 = 1 << 20;

/// Bytes of memory that one thread writes at a time.
const PIECE: usize = 1 << 16;

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

/// An output that is written in place: a file that exists already, or memory.
#[derive(Debug)]
pub enum Output<'m> {
    /// A file.
    File(OutputFile),
    /// Bytes of the caller's, in pieces of [`PIECE`] bytes, so that several threads write at once.
    Memory(Vec<Mutex<&'m mut [u8]>>),
}

/// An open output file.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    path: PathBuf,
}

impl<'m> Output<'m> {
    /// Opens an existing file for writing and gives it its final length.
    pub fn open(path: &Path, length: u64) -> Result<Output<'m>> {
        let file =
            OpenOptions::new().write(true).open(path).map_err(|e| Error::io(&e, "open for writing", path))?;
        file.set_len(length).map_err(|e| Error::io(&e, "set the size of", path))?;
        Ok(Output::File(OutputFile { file, path: path.to_path_buf() }))
    }

    /// Writes to memory.
    pub fn memory(bytes: &'m mut [u8]) -> Output<'m> {
        Output::Memory(bytes.chunks_mut(PIECE).map(Mutex::new).collect())
    }

    /// Writes all of `bytes` at `offset`.
    ///
    /// # Panics
    /// If the memory does not reach that far.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        match self {
            Output::File(output) => output.write(offset, bytes),
            Output::Memory(pieces) => {
                write_to_pieces(pieces, offset as usize, bytes);
                Ok(())
            }
        }
    }

    /// Copies `length` bytes of `input`, inside the kernel where it can.
    pub fn copy_from(&self, input: &Input<'_>, mut from: u64, mut to: u64, mut length: u64) -> Result<()> {
        while length > 0 {
            let in_kernel = match (input, self) {
                (Input::File(input), Output::File(output)) => {
                    kernel_copy(&input.file, from, &output.file, to, length)
                }
                _ => None,
            };
            let copied = match in_kernel {
                Some(copied) => copied,
                None => self.copy_through_memory(input, from, to, length.min(COPY_BUFFER))?,
            };
            (from, to, length) = (from + copied, to + copied, length - copied);
        }
        Ok(())
    }

    fn copy_through_memory(&self, input: &Input<'_>, from: u64, to: u64, length: u64) -> Result<u64> {
        let mut buffer = vec![0; length as usize];
        input.read(from, &mut buffer)?;
        self.write(to, &buffer)?;
        Ok(length)
    }
}

impl OutputFile {
    fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        positioned::write_all(&self.file, bytes, offset).map_err(|e| Error::io(&e, "write", &self.path))
    }
}

fn write_to_pieces(pieces: &[Mutex<&mut [u8]>], offset: usize, mut bytes: &[u8]) {
    let mut start = offset % PIECE;
    for piece in &pieces[offset / PIECE..] {
        let mut piece = piece.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, later) = bytes.split_at(bytes.len().min(piece.len() - start));
        piece[start..start + now.len()].copy_from_slice(now);
        (bytes, start) = (later, 0);
        if bytes.is_empty() {
            return;
        }
    }
    assert!(bytes.is_empty(), "{} bytes reach beyond the memory", bytes.len());
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
