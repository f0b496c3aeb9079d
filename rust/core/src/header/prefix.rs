//! The beginning of a file: the eight bytes that give the header's length, and files that are something else.

use super::other_format;
use super::rules::Rules;
use crate::error::{Error, Reason, Result, Status};

/// The longest header that the format allows, in bytes.
pub const MAX_LENGTH: u64 = 100_000_000;

/// Bytes of the header's length at the start of a file.
pub(super) const LENGTH_BYTES: u64 = 8;

/// A Git LFS pointer is shorter than this, says its specification.
const LFS_POINTER_LIMIT: u64 = 1024;
const LFS_POINTER: &[u8] = b"version https://git-lfs";

/// How many bytes from the start of a file hold its header: `8 + N` once the eight bytes of N are there, or how many
/// are wanted before that can be said. `start` is the beginning of a file of `file_length` bytes. The answer is never
/// more than `file_length`, so a length that lies asks for nothing.
///
/// # Errors
/// `HeaderTooSmall`, `HeaderTooLarge`, `HeaderBeyondFile`, `LfsPointer`, and `OverLimit` where `rules` allow less.
pub fn extent(start: &[u8], file_length: u64, rules: &Rules) -> Result<u64> {
    if file_length < LENGTH_BYTES {
        return Err(Error::format(
            Reason::HeaderTooSmall,
            format!(
                "the file has {file_length} bytes, fewer than the 8 that give the length of a safetensors header; \
                 it is empty or was cut short: download or write it again"
            ),
        )
        .with_numbers(file_length, LENGTH_BYTES));
    }
    let Some(first) = start.first_chunk::<8>() else { return Ok(LENGTH_BYTES) };
    if LFS_POINTER.starts_with(first) {
        let whole = file_length.min(LFS_POINTER_LIMIT);
        if (start.len() as u64) < whole {
            return Ok(whole);
        }
        if start.starts_with(LFS_POINTER) {
            return Err(lfs_pointer(start, file_length));
        }
    }
    let length = u64::from_le_bytes(*first);
    if length > MAX_LENGTH {
        return Err(too_large(start, length));
    }
    if length > rules.max_header {
        return Err(rules.header_over_limit(length));
    }
    let end = LENGTH_BYTES + length;
    if end > file_length {
        return Err(beyond_file(start, file_length, end));
    }
    Ok(end)
}

/// The error that asks for more of a file: `wanted` bytes from its start instead of the `given`.
pub(super) fn more_input(given: u64, wanted: u64) -> Error {
    let message = format!("{given} bytes of the file were given, but its header takes {wanted}");
    Error::new(Status::MoreInput, message).with_numbers(given, wanted)
}

fn too_large(start: &[u8], length: u64) -> Error {
    let message = not_safetensors(start).unwrap_or_else(|| {
        format!(
            "the first eight bytes give a header of {length} bytes, but the format allows {MAX_LENGTH}; \
             it is not a safetensors file, or it is damaged"
        )
    });
    Error::format(Reason::HeaderTooLarge, message).with_numbers(length, MAX_LENGTH)
}

fn beyond_file(start: &[u8], file_length: u64, end: u64) -> Error {
    // A header that begins as it should is one: its length may look like any other file's beginning.
    let begins_as_header = start.get(LENGTH_BYTES as usize).is_none_or(|&byte| byte == b'{');
    let other = if begins_as_header { None } else { not_safetensors(start) };
    let message = other.unwrap_or_else(|| {
        format!(
            "the header ends at byte {end}, but the file has only {file_length} bytes; \
             the download was probably cut short: download it again"
        )
    });
    Error::format(Reason::HeaderBeyondFile, message).with_numbers(file_length, end)
}

/// What the file is and what to do, where its first bytes are those of another format.
fn not_safetensors(start: &[u8]) -> Option<String> {
    let other = other_format::recognise(start)?;
    Some(format!("the file is {}, not safetensors: {}", other.name, other.advice))
}

fn lfs_pointer(start: &[u8], file_length: u64) -> Error {
    let text = String::from_utf8_lossy(&start[..start.len().min(LFS_POINTER_LIMIT as usize)]);
    let field = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let size = field("size ").and_then(|size| size.parse::<u64>().ok());
    let stands_for = match (field("oid "), size) {
        (Some(oid), Some(size)) => format!(" for {size} bytes with oid {oid}"),
        (Some(oid), None) => format!(" for oid {oid}"),
        (None, Some(size)) => format!(" for {size} bytes"),
        (None, None) => String::new(),
    };
    let message = format!(
        "the file is a Git LFS pointer{stands_for}, not the model itself; \
         run `git lfs pull` in its repository, or download the real file"
    );
    Error::format(Reason::LfsPointer, message).with_numbers(file_length, size.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(start: &[u8]) -> String {
        extent(start, start.len() as u64, &Rules::default()).expect_err("no header").to_string()
    }

    #[test]
    fn a_short_archive_whose_beginning_is_a_length_is_told() {
        let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x4b\x4c";
        assert!(message(gzip).contains("a gzip archive"), "{}", message(gzip));
    }

    #[test]
    fn a_cut_header_whose_length_is_a_letter_is_no_page() {
        let cut = b"<\x01\0\0\0\0\0\0{\"w\":";
        assert!(message(cut).contains("cut short"), "{}", message(cut));
    }
}
