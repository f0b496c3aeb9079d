//! The one error type of the core, flat so that it crosses the C ABI unchanged.

use std::fmt;

/// What kind of failure it was. The numbers are part of the ABI; the gaps leave room.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It worked.
    Ok = 0,
    /// A file is not what it claims to be; [`Error::reason`] says which rule is broken.
    Format = 10,
    /// The operating system refused; [`Error::os_error`] has its number.
    Io = 20,
    /// A file ended before the bytes that its header promises, while it was read.
    Truncated = 21,
    /// The request cannot be met by these inputs, or its encoding is wrong.
    Request = 30,
    /// The caller asked to stop.
    Cancelled = 40,
    /// The caller's buffer is too small; `needed` says how large it has to be.
    BufferTooSmall = 50,
    /// More of the file is wanted; `needed` says how many bytes from its start.
    MoreInput = 51,
    /// A null pointer, a misaligned one, or a length that cannot be.
    InvalidArgument = 60,
    /// A defect in fundir: a panic was caught.
    Internal = 70,
}

/// Which rule of a format a file breaks. The numbers are part of the ABI.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Not a format error.
    None = 0,
    /// The file has fewer than eight bytes.
    HeaderTooSmall = 1,
    /// The header's length is beyond the format's 100,000,000 bytes.
    HeaderTooLarge = 2,
    /// The header ends beyond the end of the file.
    HeaderBeyondFile = 3,
    /// The header is not UTF-8.
    HeaderNotUtf8 = 4,
    /// The header is not the JSON that the format asks for.
    HeaderNotValid = 5,
    /// Tensors leave a hole, overlap, start elsewhere than 0, or end before they begin.
    InvalidOffset = 6,
    /// A shape's product, or its size in bits, overflows.
    SizeOverflow = 7,
    /// The elements of a sub-byte dtype do not fill whole bytes.
    PartialByte = 8,
    /// The bytes of a tensor's range are not those of its shape and dtype.
    SizeMismatch = 9,
    /// The file ends before the last tensor does.
    Incomplete = 10,
    /// The file goes on after the last tensor.
    TrailingBytes = 11,
    /// A Git LFS pointer instead of the file itself.
    LfsPointer = 12,
    /// A header that is longer, or has more tensors, than the caller allows.
    OverLimit = 13,
    /// The shard index is not the JSON that it should be.
    IndexNotValid = 20,
    /// The shard index names a file outside its folder.
    IndexUnsafePath = 21,
    /// The text of a model is not what it should be.
    ModelNotValid = 30,
    /// Strict: a tensor's name stands twice in a header.
    DuplicateName = 40,
    /// Strict: a key stands twice in the metadata.
    DuplicateKey = 41,
    /// Strict: a tensor's name has a NUL character.
    NulInName = 42,
    /// Strict: a tensor has a field that the format does not know.
    UnknownField = 43,
    /// Strict: a tensor does not begin at a multiple of its element's size, or the data of all at one of 8.
    Misaligned = 44,
}

/// A failure, with what a message to a person needs: where, what was found, what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The kind of failure.
    pub status: Status,
    /// The broken rule when `status` is [`Status::Format`].
    pub reason: Reason,
    /// A number found (bytes, as a rule), 0 when there is none.
    pub found: u64,
    /// The number expected instead.
    pub expected: u64,
    /// `errno` when `status` is [`Status::Io`].
    pub os_error: i32,
    /// The tensor, or empty.
    pub tensor: String,
    /// The file, or empty where the caller knows it.
    pub path: String,
    /// One sentence that says what was found, what was expected and, where known, what to do.
    pub message: String,
}

/// The result of everything in the core that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of this status with its sentence.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Error {
            status,
            reason: Reason::None,
            found: 0,
            expected: 0,
            os_error: 0,
            tensor: String::new(),
            path: String::new(),
            message: message.into(),
        }
    }

    /// A broken rule of a file format.
    pub fn format(reason: Reason, message: impl Into<String>) -> Self {
        Error { reason, ..Error::new(Status::Format, message) }
    }

    /// A request that these inputs cannot meet.
    pub fn request(message: impl Into<String>) -> Self {
        Error::new(Status::Request, message)
    }

    /// An operating system error at `path`; `doing` says what was tried ("read", "write").
    pub fn io(error: &std::io::Error, doing: &str, path: &std::path::Path) -> Self {
        let mut e = Error::new(Status::Io, format!("cannot {doing}: {error}"));
        e.os_error = error.raw_os_error().unwrap_or(0);
        e.path = path.display().to_string();
        e
    }

    /// The same error, naming a tensor.
    pub fn in_tensor(mut self, tensor: impl Into<String>) -> Self {
        self.tensor = tensor.into();
        self
    }

    /// The same error, naming a file.
    pub fn in_file(mut self, path: &std::path::Path) -> Self {
        self.path = path.display().to_string();
        self
    }

    /// The same error with the number found and the one expected.
    pub fn with_numbers(mut self, found: u64, expected: u64) -> Self {
        self.found = found;
        self.expected = expected;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.path, &self.tensor] {
            if !part.is_empty() {
                write!(f, "{part}: ")?;
            }
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
