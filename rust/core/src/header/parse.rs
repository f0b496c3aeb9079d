//! From the first bytes of a file to its checked header.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::entries::{Entries, Metadata, Tensor, shape};
use super::rules::Rules;
use super::{canonical, json, order, prefix, strict, validate};
use crate::error::{Error, Reason, Result};

/// A header that keeps all rules of the format, borrowing from the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    data_start: u64,
    metadata: Option<Metadata<'a>>,
    tensors: Vec<Tensor<'a>>,
    by_name: Vec<u32>,
    dims: Vec<u64>,
}

/// Reads and checks the header of a file of `file_length` bytes. `start` is the beginning of the file, at least as many
/// bytes of it as [`extent`](super::extent) asks for.
///
/// # Errors
/// Each broken rule of the format is a [`Reason`] of its own, given with the tensor, the number found and the one
/// expected. Where a file breaks several, it is the first one in the order of the reference crate.
/// `start` being shorter than the header is [`Status::MoreInput`](crate::error::Status::MoreInput).
pub fn parse(start: &[u8], file_length: u64) -> Result<Header<'_>> {
    parse_by(start, file_length, &Rules::FORMAT)
}

/// Reads and checks a header as [`parse`] does, under rules that may ask for more.
///
/// # Errors
/// Those of [`parse`], and the strict mode's. What the strict mode refuses in the JSON itself comes before the rules about
/// offsets and sizes, which it often explains.
pub fn parse_by<'a>(start: &'a [u8], file_length: u64, rules: &Rules) -> Result<Header<'a>> {
    let end = prefix::extent(start, file_length, rules)?;
    let text = usize::try_from(end).ok().and_then(|end| start.get(prefix::LENGTH_BYTES as usize..end));
    let text = text.ok_or_else(|| prefix::more_input(start.len() as u64, end))?;
    let text = std::str::from_utf8(text).map_err(not_utf8)?;
    let Entries { mut tensors, dims, metadata, oddity } = match canonical::parse(text, rules) {
        Some(entries) => entries,
        None => json::parse(text, rules)?,
    };
    if rules.strict {
        strict::check_layout(text, end)?;
        oddity.map_or(Ok(()), Err)?;
    }
    let by_name = order::by_name_and_offset(&mut tensors, rules)?;
    validate::validate(&tensors, &dims, end, file_length)?;
    if rules.strict {
        strict::check_tensors(&tensors)?;
    }
    Ok(Header { data_start: end, metadata, tensors, by_name, dims })
}

impl<'a> Header<'a> {
    /// The offset in the file of the first tensor byte: eight bytes and the header's length.
    pub fn data_start(&self) -> u64 {
        self.data_start
    }

    /// The tensors in file order: by first byte, then by end, then as in the header.
    pub fn tensors(&self) -> &[Tensor<'a>] {
        &self.tensors
    }

    /// Positions in [`tensors`](Self::tensors), in the order of the names' UTF-8 bytes.
    pub fn by_name(&self) -> &[u32] {
        &self.by_name
    }

    /// The shape of one of this header's tensors, outermost dimension first; empty for a scalar.
    pub fn shape(&self, tensor: &Tensor<'_>) -> &[u64] {
        shape(&self.dims, tensor)
    }

    /// The `__metadata__` map by key, or `None` when the header has none (or `null`).
    pub fn metadata(&self) -> Option<&BTreeMap<Cow<'a, str>, Cow<'a, str>>> {
        self.metadata.as_ref()
    }
}

fn not_utf8(error: std::str::Utf8Error) -> Error {
    let at = prefix::LENGTH_BYTES + error.valid_up_to() as u64;
    let message = format!(
        "the header is not UTF-8 text: the byte at {at} of the file fits no character; \
         the file is damaged, or not a safetensors file: download or write it again"
    );
    Error::format(Reason::HeaderNotUtf8, message).with_numbers(at, 0)
}
