//! The rules that the tensors of a header keep together: no hole, no overlap, sizes that fit, and a file as long as its
//! last tensor says.

use super::entries::{Tensor, shape};
use super::size::{ShapeText, byte_size};
use crate::error::{Error, Reason, Result};

/// Checks the tensors, in file order, in the order of the reference crate.
pub(super) fn validate(
    tensors: &[Tensor<'_>],
    dims: &[u64],
    data_start: u64,
    file_length: u64,
) -> Result<()> {
    let mut previous_end = 0;
    for (i, tensor) in tensors.iter().enumerate() {
        if tensor.begin != previous_end || tensor.end < tensor.begin {
            let before = i.checked_sub(1).map(|before| &tensors[before]);
            return Err(invalid_offset(tensor, before).in_tensor(&*tensor.name));
        }
        previous_end = tensor.end;
        check_size(tensor, shape(dims, tensor)).map_err(|error| error.in_tensor(&*tensor.name))?;
    }
    check_length(data_start, previous_end, file_length)
}

fn invalid_offset(tensor: &Tensor<'_>, before: Option<&Tensor<'_>>) -> Error {
    let Tensor { begin, end, .. } = *tensor;
    let previous_end = before.map_or(0, |before| before.end);
    if begin == previous_end {
        let message = format!("its data ends at {end}, before it begins at {begin}; write the file again");
        return Error::format(Reason::InvalidOffset, message).with_numbers(end, begin);
    }
    let cause = match before {
        None => format!("its data is the first and begins at {begin} instead of 0"),
        Some(before) => {
            let begins =
                format!("its data begins at {begin}, but {:?} before it ends at {previous_end}", before.name);
            match begin.checked_sub(previous_end) {
                Some(hole) => format!("{begins}: {hole} bytes belong to no tensor"),
                None => format!("{begins}: the two overlap"),
            }
        }
    };
    let message = format!("{cause}; the file was written by a faulty tool or altered: write it again");
    Error::format(Reason::InvalidOffset, message).with_numbers(begin, previous_end)
}

fn check_size(tensor: &Tensor<'_>, shape: &[u64]) -> Result<()> {
    let (found, expected) = (tensor.end - tensor.begin, byte_size(tensor.dtype, shape)?);
    if found != expected {
        let (shape, dtype) = (ShapeText(shape), tensor.dtype);
        let message = format!(
            "its data has {found} bytes, but shape {shape} of {dtype} takes {expected}; \
             the file was written by a faulty tool or altered: write it again"
        );
        return Err(Error::format(Reason::SizeMismatch, message).with_numbers(found, expected));
    }
    Ok(())
}

fn check_length(data_start: u64, data_length: u64, file_length: u64) -> Result<()> {
    // Saturated, the sum is beyond any file: the crate's own would overflow here.
    let expected = data_start.saturating_add(data_length);
    if file_length < expected {
        let missing = expected - file_length;
        let message = format!(
            "the file has {file_length} bytes, but its tensors end at {expected}: {missing} bytes are missing; \
             the download was probably cut short: download it again"
        );
        return Err(Error::format(Reason::Incomplete, message).with_numbers(file_length, expected));
    }
    if file_length > expected {
        let extra = file_length - expected;
        let message = format!(
            "the file has {file_length} bytes, but its tensors end at {expected}: {extra} bytes follow that belong to \
             no tensor; the file was altered or two were joined: download or write it again"
        );
        return Err(Error::format(Reason::TrailingBytes, message).with_numbers(file_length, expected));
    }
    Ok(())
}
