//! What a caller asks of a header beyond what the reference crate does.

use super::prefix::MAX_LENGTH;
use crate::error::{Error, Reason};

/// How much a header may be, and whether what the format forbids but the reference crate accepts is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether to refuse: a tensor name or metadata key that stands twice, a NUL in a tensor's name, unknown fields,
    /// tensors that are lists, `null` for metadata, white space before the header or other than spaces behind it,
    /// tensors with bytes that do not begin at a multiple of their element's size, and data that do not begin at a
    /// multiple of 8 in the file.
    pub strict: bool,
    /// The longest header, in bytes; at most [`MAX_LENGTH`].
    pub max_header: u64,
    /// The most tensors.
    pub max_tensors: u64,
}

impl Rules {
    /// Those of the reference crate.
    pub const FORMAT: Rules = Rules { strict: false, max_header: MAX_LENGTH, max_tensors: u64::MAX };

    pub(super) fn header_over_limit(&self, length: u64) -> Error {
        let message = format!(
            "the header has {length} bytes, but at most {} are allowed here; allow more if you trust the file",
            self.max_header
        );
        Error::format(Reason::OverLimit, message).with_numbers(length, self.max_header)
    }

    pub(super) fn tensors_over_limit(&self) -> Error {
        let message = format!(
            "the header has more than {} tensors, the most that are allowed here; allow more if you trust the file",
            self.max_tensors
        );
        Error::format(Reason::OverLimit, message).with_numbers(self.max_tensors + 1, self.max_tensors)
    }
}

impl Default for Rules {
    fn default() -> Self {
        Rules::FORMAT
    }
}
