//! The header index: the flat encoding of a checked header that crosses to the JVM. Its layout is written down in
//! `ffi/include/fundir.h`.

use super::hash::NameHasher;
use super::parse::Header;
use crate::dtype;
use crate::error::{Error, Reason, Result};

const MAGIC: u32 = 0x5849_4E46;
const HEAD_BYTES: usize = 32;
const TENSOR_BYTES: usize = 40;
const METADATA_BYTES: usize = 16;

/// A header and the size of its index.
#[derive(Debug)]
pub struct Index<'h> {
    header: &'h Header<'h>,
    dims: usize,
    text: usize,
}

impl<'h> Index<'h> {
    /// The index of `header`, not written yet.
    ///
    /// # Errors
    /// A tensor of more than 65,535 dimensions, which the index cannot say, is `HeaderNotValid`.
    pub fn new(header: &'h Header<'h>) -> Result<Self> {
        let mut dims = 0;
        let mut text = 0;
        for tensor in header.tensors() {
            let rank = header.shape(tensor).len();
            if rank > usize::from(u16::MAX) {
                let message = format!("the tensor has {rank} dimensions; fundir reads up to {}", u16::MAX);
                let error = Error::format(Reason::HeaderNotValid, message);
                return Err(error.in_tensor(&*tensor.name).with_numbers(rank as u64, u64::from(u16::MAX)));
            }
            dims += rank;
            text += tensor.name.len();
        }
        text += header
            .metadata()
            .into_iter()
            .flatten()
            .map(|(key, value)| key.len() + value.len())
            .sum::<usize>();
        Ok(Index { header, dims, text })
    }

    /// The bytes that the index takes: a small multiple of the header's.
    pub fn byte_size(&self) -> usize {
        let tensors = self.header.tensors().len();
        let metadata = self.header.metadata().map_or(0, |map| map.len());
        let name_order = (4 * tensors).next_multiple_of(8);
        HEAD_BYTES
            + TENSOR_BYTES * tensors
            + name_order
            + 8 * self.dims
            + METADATA_BYTES * metadata
            + self.text
    }

    /// Writes the index into `out`, which has to be [`byte_size`](Self::byte_size) bytes long; names are hashed under
    /// `seed`.
    ///
    /// # Panics
    /// When `out` is of another length.
    pub fn write(&self, seed: u64, out: &mut [u8]) {
        assert_eq!(out.len(), self.byte_size(), "the buffer for a header index has another length");
        let tensors = self.header.tensors();
        let metadata = self.header.metadata();
        let (head, rest) = out.split_at_mut(HEAD_BYTES);
        let (records, rest) = rest.split_at_mut(TENSOR_BYTES * tensors.len());
        let (name_order, rest) = rest.split_at_mut((4 * tensors.len()).next_multiple_of(8));
        let (dims, rest) = rest.split_at_mut(8 * self.dims);
        let (pairs, text) = rest.split_at_mut(METADATA_BYTES * metadata.map_or(0, |map| map.len()));

        let mut head = Fields(head);
        head.u32(MAGIC);
        head.u32(tensors.len() as u32);
        head.u64(self.header.data_start());
        head.u32(metadata.map_or(0, |map| map.len()) as u32);
        head.u32(u32::from(metadata.is_some()));
        head.u32(self.dims as u32);
        head.u32(self.text as u32);

        let hasher = NameHasher::new(seed);
        let mut text = TextPart { bytes: text, written: 0 };
        let mut dims = Fields(dims);
        let mut dim = 0;
        for (record, tensor) in records.chunks_exact_mut(TENSOR_BYTES).zip(tensors) {
            let shape = self.header.shape(tensor);
            let mut record = Fields(record);
            record.u64(tensor.begin);
            record.u64(tensor.end);
            record.u64(hasher.hash(tensor.name.as_bytes()));
            record.range(text.push(&tensor.name));
            record.u32(dim);
            record.u16(shape.len() as u16);
            record.u16(u16::from(dtype::code(tensor.dtype)));
            shape.iter().for_each(|d| dims.u64(*d));
            dim += shape.len() as u32;
        }
        let mut order = Fields(name_order);
        self.header.by_name().iter().for_each(|i| order.u32(*i));
        order.0.fill(0);
        let mut pairs = Fields(pairs);
        for (key, value) in metadata.into_iter().flatten() {
            pairs.range(text.push(key));
            pairs.range(text.push(value));
        }
    }
}

/// What is left to write of a part of the index.
struct Fields<'o>(&'o mut [u8]);

impl Fields<'_> {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        let (field, rest) = std::mem::take(&mut self.0).split_at_mut(N);
        field.copy_from_slice(&bytes);
        self.0 = rest;
    }

    fn u16(&mut self, value: u16) {
        self.put(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.put(value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.put(value.to_le_bytes());
    }

    fn range(&mut self, (offset, length): (u32, u32)) {
        self.u32(offset);
        self.u32(length);
    }
}

/// The text at the end of the index. Its length fits a u32: escapes only get shorter, and a header has 10^8 bytes.
struct TextPart<'o> {
    bytes: &'o mut [u8],
    written: usize,
}

impl TextPart<'_> {
    /// Appends `text`; its offset and length.
    fn push(&mut self, text: &str) -> (u32, u32) {
        let offset = self.written;
        self.bytes[offset..][..text.len()].copy_from_slice(text.as_bytes());
        self.written += text.len();
        (offset as u32, text.len() as u32)
    }
}
