//! The entries of a header, as the parsers give them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::Dtype;

use crate::error::Error;

/// The `__metadata__` map of a header, by key.
pub(super) type Metadata<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

/// What a header declares of one tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor<'a> {
    /// The name, borrowed from the header where it has no escapes.
    pub name: Cow<'a, str>,
    /// The element type.
    pub dtype: Dtype,
    /// The first byte, counted from the start of the data.
    pub begin: u64,
    /// One past the last byte, counted from the start of the data.
    pub end: u64,
    pub(super) first_dim: u32,
    pub(super) rank: u32,
}

/// The entries of a header as they stand in it, not yet checked against each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entries<'a> {
    pub tensors: Vec<Tensor<'a>>,
    /// The dimensions of all tensors, one after the other. There are fewer than 2^32: a header has 10^8 bytes at most.
    pub dims: Vec<u64>,
    pub metadata: Option<Metadata<'a>>,
    /// The first thing in the JSON that the strict mode refuses.
    pub oddity: Option<Error>,
}

/// The dimensions of `tensor` among those of all tensors.
pub(super) fn shape<'d>(dims: &'d [u64], tensor: &Tensor<'_>) -> &'d [u64] {
    &dims[tensor.first_dim as usize..][..tensor.rank as usize]
}
