//! The detail record of a failure, as `include/fundir.h` lays it out.

use fundir_core::error::Error;

/// Bytes of a record.
pub const SIZE: usize = 4096;

const TEXT_START: usize = 40;
/// Limits of the three texts. What a tensor's name and a path do not take is left to the message.
const NAME_LIMIT: usize = 1024;
const PATH_LIMIT: usize = 1024;

/// Writes the record of `error` to `out`.
///
/// # Safety
/// `out` is valid for writes of [`SIZE`] bytes.
pub unsafe fn write(error: &Error, out: *mut u8) {
    let record = record(error);
    // SAFETY: the caller vouches for the bytes at `out`; the record is ours, so the two lie apart.
    unsafe { out.copy_from_nonoverlapping(record.as_ptr(), SIZE) };
}

fn record(error: &Error) -> [u8; SIZE] {
    let name = cut(&error.tensor, NAME_LIMIT);
    let path = cut(&error.path, PATH_LIMIT);
    let message = cut(&error.message, SIZE - TEXT_START - name.len() - path.len());
    let mut record = [0; SIZE];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        record[at..][..bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(&(error.status as u32).to_le_bytes());
    put(&(error.reason as u32).to_le_bytes());
    put(&error.found.to_le_bytes());
    put(&error.expected.to_le_bytes());
    put(&error.os_error.to_le_bytes());
    for text in [name, path, message] {
        put(&(text.len() as u32).to_le_bytes());
    }
    for text in [name, path, message] {
        put(text.as_bytes());
    }
    record
}

/// The beginning of `text`, at most `limit` bytes, cut at a character.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
