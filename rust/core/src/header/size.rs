//! The bytes that a shape and a dtype take.

use std::fmt;

use safetensors::Dtype;

use crate::error::{Error, Reason, Result};

/// The bytes of a tensor of `dtype` with this shape.
///
/// # Errors
/// `SizeOverflow` and `PartialByte`, without the tensor's name.
pub(super) fn byte_size(dtype: Dtype, shape: &[u64]) -> Result<u64> {
    let width = dtype.bitsize() as u64;
    // Dimension by dimension, as the reference crate: [2^63, 2, 0] overflows though its product is 0.
    let elements = shape.iter().try_fold(1u64, |product, dim| product.checked_mul(*dim));
    let Some(bits) = elements.and_then(|elements| elements.checked_mul(width)) else {
        let message = format!("shape {} of {dtype} has more bits than 64 bits can count", ShapeText(shape));
        return Err(Error::format(Reason::SizeOverflow, message));
    };
    if !bits.is_multiple_of(8) {
        let message = format!(
            "shape {} of {dtype}, {width} bits per element, has {bits} bits, but a tensor must fill whole bytes; \
             pad its last dimension",
            ShapeText(shape)
        );
        return Err(Error::format(Reason::PartialByte, message).with_numbers(bits, bits.next_multiple_of(8)));
    }
    Ok(bits / 8)
}

/// A shape in a message, cut where it would fill pages.
pub(super) struct ShapeText<'d>(pub &'d [u64]);

impl fmt::Display for ShapeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 16;
        f.write_str("[")?;
        for (i, dim) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{dim}", if i == 0 { "" } else { ", " })?;
        }
        match self.0.len().checked_sub(SHOWN) {
            Some(more @ 1..) => write!(f, ", and {more} more]"),
            _ => f.write_str("]"),
        }
    }
}
