//! The types with 32 elements to a block and one scale, or a scale and a minimum, in F16.
//!
//! Four low bits of element i are in byte i mod 16, the first half of the elements in the lower halves of the bytes; a
//! fifth bit of element i is bit i of a 32-bit word.

use super::{half, settle_nan};
use crate::kernels::simd::kernels;

/// Element i and element 16 + i, without their fifth bits.
#[inline(always)]
fn nibbles(byte: u8) -> (u8, u8) {
    (byte & 15, byte >> 4)
}

/// Bit `i` of a word, as the fifth bit of an element.
#[inline(always)]
fn fifth(word: u32, i: usize) -> u8 {
    ((word >> i & 1) << 4) as u8
}

#[inline(always)]
fn word<const N: usize>(block: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
}

kernels! {
    /// Q4_0: the scale, then 16 bytes of nibbles; an element is scale × (nibble − 8).
    pub fn dequantize_q4_0(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<18>().0.iter().zip(out.as_chunks_mut::<32>().0) {
            let scale = half(block, 0);
            for i in 0..16 {
                let (low, high) = nibbles(block[2 + i]);
                out[i] = scale * (i32::from(low) - 8) as f32;
                out[16 + i] = scale * (i32::from(high) - 8) as f32;
            }
            if !scale.is_finite() {
                settle_nan(out);
            }
        }
    }

    /// Q4_1: scale, minimum, 16 bytes of nibbles; an element is scale × nibble + minimum.
    pub fn dequantize_q4_1(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<20>().0.iter().zip(out.as_chunks_mut::<32>().0) {
            let (scale, minimum) = (half(block, 0), half(block, 2));
            for i in 0..16 {
                let (low, high) = nibbles(block[4 + i]);
                out[i] = scale * f32::from(low) + minimum;
                out[16 + i] = scale * f32::from(high) + minimum;
            }
            if !(scale.is_finite() && minimum.is_finite()) {
                settle_nan(out);
            }
        }
    }

    /// Q5_0: the scale, four bytes of fifth bits, 16 bytes of nibbles; an element is scale × (five bits − 16).
    pub fn dequantize_q5_0(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<22>().0.iter().zip(out.as_chunks_mut::<32>().0) {
            let (scale, fifths) = (half(block, 0), word(block, 2));
            for i in 0..16 {
                let (low, high) = nibbles(block[6 + i]);
                out[i] = scale * (i32::from(low | fifth(fifths, i)) - 16) as f32;
                out[16 + i] = scale * (i32::from(high | fifth(fifths, 16 + i)) - 16) as f32;
            }
            if !scale.is_finite() {
                settle_nan(out);
            }
        }
    }

    /// Q5_1: scale, minimum, four bytes of fifth bits, 16 bytes of nibbles; an element is scale × five bits + minimum.
    pub fn dequantize_q5_1(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<24>().0.iter().zip(out.as_chunks_mut::<32>().0) {
            let (scale, minimum, fifths) = (half(block, 0), half(block, 2), word(block, 4));
            for i in 0..16 {
                let (low, high) = nibbles(block[8 + i]);
                out[i] = scale * f32::from(low | fifth(fifths, i)) + minimum;
                out[16 + i] = scale * f32::from(high | fifth(fifths, 16 + i)) + minimum;
            }
            if !(scale.is_finite() && minimum.is_finite()) {
                settle_nan(out);
            }
        }
    }

    /// Q8_0: the scale, then 32 signed bytes; an element is byte × scale.
    pub fn dequantize_q8_0(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<34>().0.iter().zip(out.as_chunks_mut::<32>().0) {
            let scale = half(block, 0);
            for i in 0..32 {
                out[i] = f32::from(block[2 + i] as i8) * scale;
            }
            if !scale.is_finite() {
                settle_nan(out);
            }
        }
    }
}
