//! What the strict mode refuses, though the reference crate accepts it.
//!
//! What only the JSON shows is noted while it is read, at no cost for headers without it; the rest is looked for here.

use safetensors::Dtype;

use super::entries::Tensor;
use crate::error::{Error, Reason, Result};

/// Bytes that a header is padded to a multiple of, its length word included.
const PADDING: u64 = 8;

/// Refuses white space that the format does not allow, and a header after which data are not aligned.
pub(super) fn check_layout(text: &str, data_start: u64) -> Result<()> {
    let not_valid = |what: &str| {
        let message = format!("the header {what}; write the file again");
        Err(Error::format(Reason::HeaderNotValid, message))
    };
    if !text.starts_with('{') {
        return not_valid("begins with white space instead of its brace");
    }
    if !text.trim_end_matches(' ').ends_with('}') {
        return not_valid("is padded with white space that is not spaces");
    }
    if !data_start.is_multiple_of(PADDING) {
        let message = format!(
            "the header ends at byte {data_start} of the file, not at a multiple of {PADDING}, so that tensors are not \
             aligned; write the file again, the header padded with spaces"
        );
        let expected = data_start.next_multiple_of(PADDING);
        return Err(Error::format(Reason::Misaligned, message).with_numbers(data_start, expected));
    }
    Ok(())
}

/// Refuses names with a NUL and tensors that are not aligned.
pub(super) fn check_tensors(tensors: &[Tensor<'_>]) -> Result<()> {
    for tensor in tensors {
        check_name(&tensor.name)
            .and_then(|()| check_alignment(tensor))
            .map_err(|error| error.in_tensor(&*tensor.name))?;
    }
    Ok(())
}

fn check_name(name: &str) -> Result<()> {
    match name.find('\0') {
        None => Ok(()),
        Some(at) => {
            let message = format!(
                "its name has a NUL character at byte {at}, where many programs would end it; give it another name"
            );
            Err(Error::format(Reason::NulInName, message).with_numbers(at as u64, 0))
        }
    }
}

fn check_alignment(tensor: &Tensor<'_>) -> Result<()> {
    let Tensor { dtype, begin, end, .. } = *tensor;
    let width = element_bytes(dtype);
    if begin == end || begin.is_multiple_of(width) {
        return Ok(());
    }
    let message = format!(
        "its data begins at {begin}, not at a multiple of the {width} bytes of a {dtype} element; write the file again, \
         the widest dtypes first"
    );
    Err(Error::format(Reason::Misaligned, message).with_numbers(begin, begin.next_multiple_of(width)))
}

/// The bytes of an element; 1 for those of less.
fn element_bytes(dtype: Dtype) -> u64 {
    (dtype.bitsize() as u64 / 8).max(1)
}

/// Two tensors of one name, in the order of the header.
pub(super) fn duplicate_name(first: &Tensor<'_>, second: &Tensor<'_>) -> Error {
    let message = format!(
        "two tensors of the header have this name, {} with data at [{}, {}] and {} with data at [{}, {}]; each needs its own",
        first.dtype, first.begin, first.end, second.dtype, second.begin, second.end
    );
    Error::format(Reason::DuplicateName, message).in_tensor(&*first.name).with_numbers(2, 1)
}

/// A metadata key with two values.
pub(super) fn duplicate_key(key: &str, first: &str, second: &str) -> Error {
    let message =
        format!("the metadata has the key {key:?} twice, as {first:?} and {second:?}; give it one value");
    Error::format(Reason::DuplicateKey, message).with_numbers(2, 1)
}

/// A field of a tensor that is none of the format's three.
pub(super) fn unknown_field(field: &str) -> Error {
    let message = format!(
        "it has a field {field:?}, but the format has dtype, shape and data_offsets only; write the file again without it"
    );
    Error::format(Reason::UnknownField, message)
}

/// A tensor that is a list of its three values.
pub(super) fn tensor_as_list() -> Error {
    let message = "it is described by a list, but the format asks for an object; write the file again";
    Error::format(Reason::HeaderNotValid, message)
}

/// `null` for the metadata.
pub(super) fn null_metadata() -> Error {
    let message =
        "the metadata is null, but the format asks for an object of texts; leave it out or write one";
    Error::format(Reason::HeaderNotValid, message)
}
