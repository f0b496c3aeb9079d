//! The block types of GGUF: elements that are encoded together, 32 or 256 to a block, with scales of their own.
//!
//! A block becomes the floats that the Python package `gguf` makes of it, bit for bit: single precision, every product
//! and sum rounded by itself, in that package's order. So do blocks that are made here have its bytes. The one exception
//! is NaN, which is always the positive quiet one, as everywhere in fundir.

pub mod convert;
mod k_quants;
mod legacy;
mod quantize;

use crate::error::{Error, Result};
use crate::kernels::convert::f16_to_f32;
use crate::kernels::simd::Level;

/// A block type; the numbers are those of GGML, which GGUF files hold.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(non_camel_case_types, missing_docs)] // the names are the format's, and say all
pub enum BlockType {
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
}

use BlockType::*;

impl BlockType {
    /// Every type.
    pub const ALL: [BlockType; 10] = [Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K];

    /// The type with GGML's number.
    ///
    /// # Errors
    /// When it is the number of none of these types.
    pub fn from_number(number: u32) -> Result<BlockType> {
        BlockType::ALL.into_iter().find(|each| each.number() == number).ok_or_else(|| {
            let known: Vec<String> =
                BlockType::ALL.iter().map(|each| format!("{each:?} is {}", each.number())).collect();
            Error::request(format!("no known block type has the GGML number {number}: {}", known.join(", ")))
        })
    }

    /// GGML's number of the type.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// Elements to a block.
    pub fn elements(self) -> usize {
        match self {
            Q4_0 | Q4_1 | Q5_0 | Q5_1 | Q8_0 => 32,
            Q2_K | Q3_K | Q4_K | Q5_K | Q6_K => 256,
        }
    }

    /// Bytes to a block.
    pub fn bytes(self) -> usize {
        match self {
            Q4_0 => 18,
            Q4_1 => 20,
            Q5_0 => 22,
            Q5_1 => 24,
            Q8_0 => 34,
            Q2_K => 84,
            Q3_K => 110,
            Q4_K => 144,
            Q5_K => 176,
            Q6_K => 210,
        }
    }

    /// True for the types that [`quantize`] makes.
    pub fn is_written(self) -> bool {
        matches!(self, Q4_0 | Q8_0)
    }

    fn assert_lengths(self, bytes: usize, elements: usize) {
        let blocks = bytes / self.bytes();
        assert!(
            bytes == blocks * self.bytes() && elements == blocks * self.elements(),
            "{bytes} bytes of {self:?} for {elements} elements"
        );
    }
}

/// Decodes blocks.
///
/// # Panics
/// If `bytes` are not whole blocks, or `out` has not as many elements as they have.
pub fn dequantize(level: Level, block: BlockType, bytes: &[u8], out: &mut [f32]) {
    block.assert_lengths(bytes.len(), out.len());
    match block {
        Q4_0 => legacy::dequantize_q4_0(level, bytes, out),
        Q4_1 => legacy::dequantize_q4_1(level, bytes, out),
        Q5_0 => legacy::dequantize_q5_0(level, bytes, out),
        Q5_1 => legacy::dequantize_q5_1(level, bytes, out),
        Q8_0 => legacy::dequantize_q8_0(level, bytes, out),
        Q2_K => k_quants::dequantize_q2_k(level, bytes, out),
        Q3_K => k_quants::dequantize_q3_k(level, bytes, out),
        Q4_K => k_quants::dequantize_q4_k(level, bytes, out),
        Q5_K => k_quants::dequantize_q5_k(level, bytes, out),
        Q6_K => k_quants::dequantize_q6_k(level, bytes, out),
    }
}

/// Encodes elements as blocks.
///
/// # Panics
/// If the type is none that [`BlockType::is_written`], `bytes` are not whole blocks, or `values` are not as many as they
/// have elements.
pub fn quantize(level: Level, values: &[f32], block: BlockType, bytes: &mut [u8]) {
    block.assert_lengths(bytes.len(), values.len());
    match block {
        Q4_0 => quantize::quantize_q4_0(level, values, bytes),
        Q8_0 => quantize::quantize_q8_0(level, values, bytes),
        _ => panic!("{block:?} is not written"),
    }
}

/// The F16 at a place of a block.
#[inline(always)]
fn half<const N: usize>(block: &[u8; N], at: usize) -> f32 {
    f16_to_f32(u16::from_le_bytes([block[at], block[at + 1]]))
}

/// Gives every NaN the one pattern. Only a block whose scale is not finite has any: products of finite scales are far
/// from the largest float.
#[inline(always)]
fn settle_nan(values: &mut [f32]) {
    for value in values {
        *value = if value.is_nan() { f32::NAN } else { *value };
    }
}
