//! Outputs that several threads write to in place.

use super::positioned;
use super::{Input, kernel_copy};
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes copied at once where the kernel cannot copy by itself.
const COPY_BUFFER: u64 = 1 << 20;

/// Bytes of memory that one thread writes at a time.
const PIECE: usize = 1 << 16;

/// Writes that wait for the thread that writes; more make their threads wait.
const MOST_WAITING: usize = 4;

/// Buffers whose bytes are written, for all files of a merge.
pub type Spares = Arc<Mutex<Vec<Vec<u8>>>>;

/// An output that is written in place: a file that exists already, or memory.
#[derive(Debug)]
pub enum Output<'m> {
    /// A file.
    File(OutputFile),
    /// Bytes of the caller's, in pieces, so that several threads write at once.
    Memory(Vec<Mutex<&'m mut [u8]>>),
}

impl<'m> Output<'m> {
    /// Opens an existing file for writing and gives it its final length.
    pub fn open(path: &Path, length: u64, spares: &Spares) -> Result<Output<'m>> {
        let file =
            OpenOptions::new().write(true).open(path).map_err(|e| Error::io(&e, "open for writing", path))?;
        file.set_len(length).map_err(|e| Error::io(&e, "set the size of", path))?;
        Ok(Output::File(OutputFile::new(file, path, spares)))
    }

    /// Writes to memory.
    pub fn memory(bytes: &'m mut [u8]) -> Output<'m> {
        Output::Memory(bytes.chunks_mut(PIECE).map(Mutex::new).collect())
    }

    /// Writes all of `bytes` at `offset`, now or later, and leaves some other buffer in their place. When all threads have
    /// left this function, all is written that was given to it. An error may be one of another thread's bytes.
    ///
    /// # Panics
    /// If the memory does not reach that far.
    pub fn write(&self, offset: u64, bytes: &mut Vec<u8>) -> Result<()> {
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
        let mut buffer = Vec::new();
        while length > 0 {
            let in_kernel = match (input, self) {
                (Input::File(input), Output::File(output)) => {
                    // The kernel would let the others spin until their turn comes.
                    let _turn = output.copying.lock().unwrap_or_else(PoisonError::into_inner);
                    kernel_copy(&input.file, from, &output.file, to, length)
                }
                _ => None,
            };
            let copied = match in_kernel {
                Some(copied) => copied,
                None => {
                    let part = length.min(COPY_BUFFER);
                    buffer.resize(part as usize, 0);
                    input.read(from, &mut buffer)?;
                    self.write(to, &mut buffer)?;
                    part
                }
            };
            (from, to, length) = (from + copied, to + copied, length - copied);
        }
        Ok(())
    }
}

/// An open output file. The kernel lets one thread at a time write to it, and the others spin: so they leave their bytes to the
/// one that writes and go on.
#[derive(Debug)]
pub struct OutputFile {
    pub(super) file: File,
    path: PathBuf,
    queue: Mutex<Queue>,
    spares: Spares,
    /// A write was taken from the queue, or the writing thread left.
    moved: Condvar,
    /// Held by the thread whose bytes the kernel copies.
    copying: Mutex<()>,
}

impl OutputFile {
    fn new(file: File, path: &Path, spares: &Spares) -> OutputFile {
        OutputFile {
            file,
            path: path.to_path_buf(),
            queue: Mutex::default(),
            spares: spares.clone(),
            moved: Condvar::new(),
            copying: Mutex::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<(u64, Vec<u8>)>,
    /// Whether a thread writes what is waiting.
    is_written: bool,
}

impl OutputFile {
    fn write(&self, offset: u64, bytes: &mut Vec<u8>) -> Result<()> {
        let mut queue = self.lock();
        while queue.is_written && queue.waiting.len() >= MOST_WAITING {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let spare = self.spares().pop().unwrap_or_default();
        queue.waiting.push_back((offset, std::mem::replace(bytes, spare)));
        if queue.is_written {
            return Ok(());
        }
        queue.is_written = true;
        let mut written = Ok(());
        while let Some((offset, bytes)) = queue.waiting.pop_front() {
            drop(queue);
            self.moved.notify_all();
            if written.is_ok() {
                written = positioned::write_all(&self.file, &bytes, offset);
            }
            self.spares().push(bytes);
            queue = self.lock();
        }
        queue.is_written = false;
        drop(queue);
        self.moved.notify_all();
        written.map_err(|e| Error::io(&e, "write", &self.path))
    }

    fn spares(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.spares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_to_pieces(pieces: &[Mutex<&mut [u8]>], offset: usize, mut bytes: &[u8]) {
    let mut start = offset % PIECE;
    for piece in pieces.iter().skip(offset / PIECE) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_threads_write_is_all_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        std::fs::write(&path, b"").unwrap();
        let expected: Vec<u8> = (0..300_007u32).map(|i| (i * 7) as u8).collect();
        let mut memory = vec![0; expected.len()];
        for output in [
            Output::open(&path, expected.len() as u64, &Spares::default()).unwrap(),
            Output::memory(&mut memory),
        ] {
            std::thread::scope(|scope| {
                for thread in 0..5 {
                    let (expected, output) = (&expected, &output);
                    scope.spawn(move || {
                        let mut buffer = Vec::new();
                        for start in (thread * 1000..expected.len()).step_by(5000) {
                            buffer.clear();
                            buffer.extend_from_slice(&expected[start..(start + 1000).min(expected.len())]);
                            output.write(start as u64, &mut buffer).unwrap();
                        }
                    });
                }
            });
        }
        assert_eq!(std::fs::read(&path).unwrap(), expected);
        assert_eq!(memory, expected);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_of_some_thread_that_wrote() {
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Output::File(OutputFile::new(file, Path::new("/dev/full"), &Spares::default()));
        let write =
            || (0..50).map(|i| output.write(i * 10, &mut vec![1; 10])).filter_map(Result::err).collect();
        let errors: Vec<Vec<Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(write)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let error = errors.iter().flatten().next().expect("nothing was written");
        assert_eq!((error.status, &*error.path), (crate::error::Status::Io, "/dev/full"));
        let Output::File(output) = &output else { unreachable!() };
        assert!(output.lock().waiting.is_empty() && !output.lock().is_written);
    }
}
