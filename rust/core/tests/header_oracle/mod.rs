//! What the crate `safetensors` says of a file, in a form that compares with what we say.

// Each test file uses its own part of this module.
#![allow(dead_code)]

pub mod expect;
pub mod index;

use std::collections::BTreeMap;
use std::panic;

use fundir_core::error::{Error, Reason};
use fundir_core::header::{self, Header, Rules};
use safetensors::{Dtype, SafeTensorError, SafeTensors};

/// What a reader makes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is valid and holds this.
    Accepted(Contents),
    /// It breaks this rule.
    Rejected(Fault),
}

/// A file's tensors and metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    pub tensors: BTreeMap<String, TensorFacts>,
    pub metadata: Option<BTreeMap<String, String>>,
}

/// What a header says of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorFacts {
    pub dtype: Dtype,
    pub shape: Vec<u64>,
    pub offsets: (u64, u64),
}

/// The crate's error variants that reading can give; the crate does not tell a file that is cut short from one that goes
/// on, nor an LFS pointer from another file that is no safetensors file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    HeaderTooSmall,
    HeaderTooLarge,
    InvalidHeaderLength,
    InvalidHeader,
    InvalidHeaderDeserialization,
    InvalidOffset(String),
    ValidationOverflow,
    MisalignedSlice,
    TensorInvalidInfo,
    MetadataIncompleteBuffer,
}

/// The crate's verdict on a whole file.
pub fn crates_verdict(file: &[u8]) -> Verdict {
    // With overflow checks the crate panics while it adds up offsets near 2^64; without them the sum wraps to one that
    // no file length equals.
    let read = panic::catch_unwind(|| SafeTensors::read_metadata(file));
    match read.unwrap_or(Err(SafeTensorError::MetadataIncompleteBuffer)) {
        Ok((_, metadata)) => {
            let facts = |info: &safetensors::tensor::TensorInfo| TensorFacts {
                dtype: info.dtype,
                shape: info.shape.iter().map(|dim| *dim as u64).collect(),
                offsets: (info.data_offsets.0 as u64, info.data_offsets.1 as u64),
            };
            Verdict::Accepted(Contents {
                tensors: metadata.tensors().into_iter().map(|(name, info)| (name, facts(info))).collect(),
                metadata: metadata.metadata().clone().map(|map| map.into_iter().collect()),
            })
        }
        Err(error) => Verdict::Rejected(match error {
            SafeTensorError::HeaderTooSmall => Fault::HeaderTooSmall,
            SafeTensorError::HeaderTooLarge => Fault::HeaderTooLarge,
            SafeTensorError::InvalidHeaderLength => Fault::InvalidHeaderLength,
            SafeTensorError::InvalidHeader(_) => Fault::InvalidHeader,
            SafeTensorError::InvalidHeaderDeserialization(_) => Fault::InvalidHeaderDeserialization,
            SafeTensorError::InvalidOffset(name) => Fault::InvalidOffset(name),
            SafeTensorError::ValidationOverflow => Fault::ValidationOverflow,
            SafeTensorError::MisalignedSlice => Fault::MisalignedSlice,
            SafeTensorError::TensorInvalidInfo => Fault::TensorInvalidInfo,
            SafeTensorError::MetadataIncompleteBuffer => Fault::MetadataIncompleteBuffer,
            other => panic!("the crate gives an error that reading was not known to give: {other}"),
        }),
    }
}

/// Our verdict on a whole file.
pub fn our_verdict(file: &[u8]) -> Verdict {
    match header::parse(file, file.len() as u64) {
        Ok(header) => Verdict::Accepted(contents(&header)),
        Err(error) => Verdict::Rejected(fault(&error)),
    }
}

/// Asserts that the strict mode accepts nothing that the crate refuses, and reads what it accepts as the crate does.
pub fn assert_strict_accepts_less(file: &[u8], verdict: &Verdict) {
    let strict = Rules { strict: true, ..Rules::FORMAT };
    if let Ok(header) = header::parse_by(file, file.len() as u64, &strict) {
        assert_eq!(&Verdict::Accepted(contents(&header)), verdict, "{}", file.escape_ascii());
    }
}

/// What a parsed header holds, after a look at the promises of its accessors.
pub fn contents(header: &Header<'_>) -> Contents {
    let tensors = header.tensors();
    assert!(tensors.is_sorted_by_key(|tensor| (tensor.begin, tensor.end)), "file order");
    let by_name: Vec<_> = header.by_name().iter().map(|i| &tensors[*i as usize]).collect();
    assert_eq!(by_name.len(), tensors.len());
    assert!(by_name.is_sorted_by(|a, b| a.name < b.name), "name order");
    let facts = tensors.iter().map(|tensor| {
        let shape = header.shape(tensor).to_vec();
        let facts = TensorFacts { dtype: tensor.dtype, shape, offsets: (tensor.begin, tensor.end) };
        (tensor.name.to_string(), facts)
    });
    let metadata =
        header.metadata().map(|map| map.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect());
    Contents { tensors: facts.collect(), metadata }
}

/// The crate's name for the rule that an error of ours is about.
pub fn fault(error: &Error) -> Fault {
    match error.reason {
        Reason::HeaderTooSmall => Fault::HeaderTooSmall,
        Reason::HeaderTooLarge | Reason::LfsPointer => Fault::HeaderTooLarge,
        Reason::HeaderBeyondFile => Fault::InvalidHeaderLength,
        Reason::HeaderNotUtf8 => Fault::InvalidHeader,
        Reason::HeaderNotValid => Fault::InvalidHeaderDeserialization,
        Reason::InvalidOffset => Fault::InvalidOffset(error.tensor.clone()),
        Reason::SizeOverflow => Fault::ValidationOverflow,
        Reason::PartialByte => Fault::MisalignedSlice,
        Reason::SizeMismatch => Fault::TensorInvalidInfo,
        Reason::Incomplete | Reason::TrailingBytes => Fault::MetadataIncompleteBuffer,
        Reason::None
        | Reason::OverLimit
        | Reason::IndexNotValid
        | Reason::IndexUnsafePath
        | Reason::ModelNotValid
        | Reason::DuplicateName
        | Reason::DuplicateKey
        | Reason::NulInName
        | Reason::UnknownField
        | Reason::Misaligned => {
            panic!("reading a header gives no such error: {error}")
        }
    }
}

/// How often the crate is asked before its answers count as all there are.
const ASKED: usize = 64;

/// Asserts that we judge a file as the crate does.
///
/// Where tensors have equal offsets the crate checks them in the order of a hash map with a random seed, so its reason,
/// and the tensor it names, can differ from run to run. Then any answer that it gives is a right one.
pub fn assert_same_verdict(file: &[u8]) -> Verdict {
    let ours = our_verdict(file);
    let mut theirs = crates_verdict(file);
    for _ in 1..ASKED {
        if ours == theirs {
            return ours;
        }
        theirs = crates_verdict(file);
    }
    let start = file[..file.len().min(8192)].escape_ascii();
    panic!("we say {ours:?},\nthe crate says {theirs:?},\nof the {} bytes b\"{start}\"", file.len());
}

/// A file with this header as it stands, and `data` zero bytes after it.
pub fn file(header: &str, data: usize) -> Vec<u8> {
    file_of_bytes(header.as_bytes(), data)
}

/// A file with these bytes as its header, and `data` zero bytes after it.
pub fn file_of_bytes(header: &[u8], data: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.resize(file.len() + data, 0);
    file
}
