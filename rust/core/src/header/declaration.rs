//! What a caller declares of a file to be written, and its encoding on the border (`ffi/include/fundir.h`).

use safetensors::Dtype;

use crate::dtype;
use crate::error::{Error, Result};

/// The pair count that says "no metadata map at all".
const NO_METADATA: u32 = u32::MAX;

/// The tensors and metadata of a file to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declaration<'a> {
    /// The `__metadata__` map, in any order; `None` writes no such map, an empty one writes `{}`.
    pub metadata: Option<Vec<(&'a str, &'a str)>>,
    /// The tensors, in any order.
    pub tensors: Vec<DeclaredTensor<'a>>,
}

/// One tensor of a [`Declaration`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredTensor<'a> {
    /// The name, which no other tensor has.
    pub name: &'a str,
    /// The element type.
    pub dtype: Dtype,
    /// The shape, outermost dimension first; empty for a scalar.
    pub shape: Vec<u64>,
}

impl<'a> Declaration<'a> {
    /// Decodes a declaration.
    ///
    /// # Errors
    /// Bytes that are no declaration are [`Status::Request`](crate::error::Status::Request); nothing is allocated for a
    /// count that the bytes cannot hold.
    pub fn decode(bytes: &'a [u8]) -> Result<Self> {
        let mut rest = Fields { bytes, length: bytes.len() };
        let tensor_count = rest.u32("tensor count")?;
        let metadata = match rest.u32("metadata count")? {
            NO_METADATA => None,
            pairs => {
                let pairs =
                    (0..pairs).map(|_| Ok((rest.text("metadata key")?, rest.text("metadata value")?)));
                Some(pairs.collect::<Result<_>>()?)
            }
        };
        let tensors = (0..tensor_count).map(|_| rest.tensor()).collect::<Result<_>>()?;
        match rest.bytes {
            [] => Ok(Declaration { metadata, tensors }),
            more => Err(rest.malformed(&format!("{} bytes follow its last tensor", more.len()))),
        }
    }
}

/// What is left of an encoded declaration.
struct Fields<'a> {
    bytes: &'a [u8],
    length: usize,
}

impl<'a> Fields<'a> {
    fn tensor(&mut self) -> Result<DeclaredTensor<'a>> {
        let [code] = *self.take("dtype code")?;
        let dtype =
            dtype::from_code(code).ok_or_else(|| self.malformed(&format!("no dtype has the code {code}")))?;
        let rank = self.u32("rank")?;
        let shape = (0..rank).map(|_| self.take("dimension").map(|dim| u64::from_le_bytes(*dim)));
        let shape = shape.collect::<Result<_>>()?;
        Ok(DeclaredTensor { dtype, shape, name: self.text("tensor name")? })
    }

    fn text(&mut self, what: &str) -> Result<&'a str> {
        let length = self.u32(what)? as usize;
        let Some((text, rest)) = self.bytes.split_at_checked(length) else {
            return Err(self.malformed(&format!("it ends inside a {what} of {length} bytes")));
        };
        let text =
            std::str::from_utf8(text).map_err(|_| self.malformed(&format!("a {what} is not UTF-8")))?;
        self.bytes = rest;
        Ok(text)
    }

    fn u32(&mut self, what: &str) -> Result<u32> {
        self.take(what).map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn take<const N: usize>(&mut self, what: &str) -> Result<&'a [u8; N]> {
        let Some((field, rest)) = self.bytes.split_first_chunk() else {
            return Err(self.malformed(&format!("it ends inside a {what}")));
        };
        self.bytes = rest;
        Ok(field)
    }

    fn malformed(&self, problem: &str) -> Error {
        let at = self.length - self.bytes.len();
        Error::request(format!(
            "the declaration of a checkpoint is malformed at byte {at} of {}: {problem}",
            self.length
        ))
    }
}
