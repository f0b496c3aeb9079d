//! From a declaration to the header of a file.

use std::collections::BTreeMap;

use safetensors::Dtype;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::declaration::{Declaration, DeclaredTensor};
use super::json::METADATA_KEY;
use super::prefix::{LENGTH_BYTES, MAX_LENGTH};
use super::size::{ShapeText, byte_size};
use crate::error::{Error, Reason, Result, Status};

/// Data longer than this fits no file, because offsets in files are signed 64-bit numbers.
const MAX_DATA_LENGTH: u64 = i64::MAX as u64 - MAX_LENGTH - LENGTH_BYTES;

impl Declaration<'_> {
    /// The first `8 + N` bytes of the declared file: the header's length and the header, padded with spaces to a
    /// multiple of 8. Tensors are laid out by dtype, the last of the enum first, then by name; metadata keys are sorted.
    /// For the same tensors these are the bytes that the reference crate writes.
    ///
    /// # Errors
    /// [`Status::Request`](crate::error::Status::Request) for a name that is declared twice or is `__metadata__`, a
    /// metadata key given twice, a shape that overflows or does not fill whole bytes, and a header over
    /// [`MAX_LENGTH`] bytes.
    pub fn header(&self) -> Result<Vec<u8>> {
        let tensors = self.laid_out()?;
        let mut bytes = vec![0; LENGTH_BYTES as usize];
        let json = HeaderJson { metadata: self.sorted_metadata()?, tensors };
        serde_json::to_writer(&mut bytes, &json)
            .map_err(|error| Error::request(format!("the header cannot be written as JSON: {error}")))?;
        bytes.resize(bytes.len().next_multiple_of(8), b' ');
        let length = bytes.len() as u64 - LENGTH_BYTES;
        if length > MAX_LENGTH {
            let message = format!(
                "the header takes {length} bytes, but the format allows {MAX_LENGTH}; \
                 write fewer tensors per file, or less metadata"
            );
            return Err(Error::request(message).with_numbers(length, MAX_LENGTH));
        }
        bytes[..LENGTH_BYTES as usize].copy_from_slice(&length.to_le_bytes());
        Ok(bytes)
    }

    fn sorted_metadata(&self) -> Result<Option<BTreeMap<&str, &str>>> {
        let Some(pairs) = &self.metadata else { return Ok(None) };
        let mut sorted = BTreeMap::new();
        for (key, value) in pairs {
            if sorted.insert(*key, *value).is_some() {
                return Err(Error::request(format!("the metadata key {key:?} is given twice; give it once")));
            }
        }
        Ok(Some(sorted))
    }

    /// The tensors in the order of the format, with their offsets.
    fn laid_out(&self) -> Result<Vec<(&str, TensorJson<'_>)>> {
        let mut order: Vec<&DeclaredTensor<'_>> = self.tensors.iter().collect();
        refuse_names(&mut order)?;
        order.sort_by(|a, b| b.dtype.cmp(&a.dtype).then(a.name.cmp(b.name)));
        let mut begin = 0;
        order
            .into_iter()
            .map(|tensor| {
                let end = end(begin, tensor).map_err(|error| error.in_tensor(tensor.name))?;
                let json =
                    TensorJson { dtype: tensor.dtype, shape: &tensor.shape, data_offsets: (begin, end) };
                begin = end;
                Ok((tensor.name, json))
            })
            .collect()
    }
}

fn refuse_names(tensors: &mut [&DeclaredTensor<'_>]) -> Result<()> {
    tensors.sort_by_key(|tensor| tensor.name);
    if let Some(twice) = tensors.windows(2).find(|pair| pair[0].name == pair[1].name) {
        let message = "two tensors have this name; each tensor of a checkpoint needs its own";
        return Err(Error::request(message).in_tensor(twice[0].name));
    }
    if tensors.binary_search_by_key(&METADATA_KEY, |tensor| tensor.name).is_ok() {
        let message = "a tensor cannot have the name of the format's metadata; give it another";
        return Err(Error::request(message).in_tensor(METADATA_KEY));
    }
    Ok(())
}

/// Where the data of `tensor` ends when it begins at `begin`.
fn end(begin: u64, tensor: &DeclaredTensor<'_>) -> Result<u64> {
    let DeclaredTensor { dtype, ref shape, .. } = *tensor;
    let size = byte_size(dtype, shape).map_err(|error| Error {
        status: Status::Request,
        reason: Reason::None,
        ..error
    })?;
    let end = begin.checked_add(size).filter(|end| *end <= MAX_DATA_LENGTH);
    end.ok_or_else(|| {
        let shape = ShapeText(shape);
        Error::request(format!("with shape {shape} of {dtype} the file would be longer than any file can be"))
    })
}

struct HeaderJson<'a> {
    metadata: Option<BTreeMap<&'a str, &'a str>>,
    tensors: Vec<(&'a str, TensorJson<'a>)>,
}

#[derive(Serialize)]
struct TensorJson<'a> {
    dtype: Dtype,
    shape: &'a [u64],
    data_offsets: (u64, u64),
}

impl Serialize for HeaderJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(metadata) = &self.metadata {
            map.serialize_entry(METADATA_KEY, metadata)?;
        }
        for (name, tensor) in &self.tensors {
            map.serialize_entry(name, tensor)?;
        }
        map.end()
    }
}
