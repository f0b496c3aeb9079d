//! Decodes a header index by the description of its layout in `ffi/include/fundir.h`, trusting none of it.

use std::collections::BTreeMap;

use fundir_core::dtype;
use fundir_core::header::name_hash;

use super::{Contents, TensorFacts};

struct Index<'i>(&'i [u8]);

impl<'i> Index<'i> {
    fn bytes<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0[at..at + N].try_into().unwrap()
    }

    fn u32(&self, at: usize) -> usize {
        u32::from_le_bytes(self.bytes(at)) as usize
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.bytes(at))
    }

    /// The text whose offset and length are at `at`.
    fn text(&self, text_start: usize, at: usize) -> &'i str {
        let offset = text_start + self.u32(at);
        std::str::from_utf8(&self.0[offset..offset + self.u32(at + 4)]).unwrap()
    }
}

/// What an index says, and its data start.
///
/// # Panics
/// When any part of it lies outside the index, or is not what the others say.
pub fn decode(bytes: &[u8], seed: u64) -> (Contents, u64) {
    let index = Index(bytes);
    assert_eq!(index.u32(0), 0x5849_4E46, "magic");
    let (tensors, pairs, dims) = (index.u32(4), index.u32(16), index.u32(24));
    let order_start = 32 + 40 * tensors;
    let dims_start = (order_start + 4 * tensors).next_multiple_of(8);
    let pairs_start = dims_start + 8 * dims;
    let text_start = pairs_start + 16 * pairs;
    assert_eq!(bytes.len(), text_start + index.u32(28), "size");
    assert!(bytes[order_start + 4 * tensors..dims_start].iter().all(|byte| *byte == 0), "padding");

    let mut names = Vec::new();
    let mut facts = BTreeMap::new();
    let mut next_dim = 0;
    for record in (0..tensors).map(|i| 32 + 40 * i) {
        let name = index.text(text_start, record + 24);
        assert_eq!(index.u64(record + 16), name_hash(name.as_bytes(), seed), "hash");
        let (first_dim, rank) =
            (index.u32(record + 32), usize::from(u16::from_le_bytes(index.bytes(record + 36))));
        assert_eq!(first_dim, next_dim, "dimensions are in file order");
        next_dim += rank;
        let [code, zero] = index.bytes(record + 38);
        assert_eq!(zero, 0);
        let tensor = TensorFacts {
            dtype: dtype::from_code(code).unwrap(),
            shape: (first_dim..next_dim).map(|dim| index.u64(dims_start + 8 * dim)).collect(),
            offsets: (index.u64(record), index.u64(record + 8)),
        };
        names.push(name);
        assert!(facts.insert(name.to_owned(), tensor).is_none(), "{name:?} comes twice");
    }
    assert_eq!(next_dim, dims);
    let by_name: Vec<_> = (0..tensors).map(|i| names[index.u32(order_start + 4 * i)]).collect();
    assert!(by_name.is_sorted_by(|a, b| a < b), "name order");

    let pair = |at: usize| (index.text(text_start, at).to_owned(), index.text(text_start, at + 8).to_owned());
    let metadata: Vec<_> = (0..pairs).map(|i| pair(pairs_start + 16 * i)).collect();
    assert!(metadata.is_sorted_by(|a, b| a.0 < b.0), "key order");
    let metadata = match index.u32(20) {
        0 => None,
        _ => Some(metadata.into_iter().collect()),
    };
    (Contents { tensors: facts, metadata }, index.u64(8))
}
