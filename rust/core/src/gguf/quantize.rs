//! Quantization: a block's scale comes from the element of the largest magnitude.
//!
//! The inverse of the scale is rounded once and every element multiplied by it, which is not the nearest code in every
//! case; it is what the package `gguf` does. A block with a NaN has a NaN for its scale. Where the scale is too small to
//! have an inverse, or infinite, codes are what is left of infinite products there: zeros.

use crate::kernels::convert::f32_to_f16;
use crate::kernels::simd::kernels;

/// The bits of the largest magnitude of a block; a NaN is the largest of all.
#[inline(always)]
fn largest(values: &[f32; 32]) -> u32 {
    values.iter().fold(0, |most, x| most.max(x.to_bits() & 0x7FFF_FFFF))
}

/// The place of the first element with this magnitude.
#[inline(always)]
fn first(values: &[f32; 32], magnitude: u32) -> usize {
    let places = values.iter().zip(0u32..);
    let first = places.fold(31, |first, (x, place)| {
        first.min(if x.to_bits() & 0x7FFF_FFFF == magnitude { place } else { 31 })
    });
    first as usize
}

#[inline(always)]
fn inverse(scale: f32) -> f32 {
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

/// Added to a number from 0 to 256, it leaves the nearest integer (ties to even) in the low bits of the sum.
const ANCHOR: f32 = 8_388_608.0;

/// The nearest integer, halves away from zero; 0 for what is beyond a signed byte, where only infinite scales lead.
#[inline(always)]
fn rounded(x: f32) -> i8 {
    let magnitude = x.abs();
    let inside = if magnitude < 256.0 { magnitude } else { 0.0 };
    let sum = inside + ANCHOR;
    let half_was_lost = inside - (sum - ANCHOR) == 0.5;
    let nearest = sum.to_bits().wrapping_add(u32::from(half_was_lost)) as i8;
    if x < 0.0 { nearest.wrapping_neg() } else { nearest }
}

/// A number of at most 16.5 without its fraction, at most 15; 0 for one that is no number or infinite.
#[inline(always)]
fn truncated(x: f32) -> u8 {
    let inside = if x.abs() < 256.0 { x } else { 0.0 };
    let sum = inside + ANCHOR;
    let was_raised = sum - ANCHOR > inside;
    (sum.to_bits().wrapping_sub(u32::from(was_raised)) as u8).min(15)
}

kernels! {
    /// Q8_0: the largest magnitude becomes 127.
    pub fn quantize_q8_0(values: &[f32], bytes: &mut [u8]) {
        for (values, block) in values.as_chunks::<32>().0.iter().zip(bytes.as_chunks_mut::<34>().0) {
            let scale = f32::from_bits(largest(values)) / 127.0;
            let inverse = inverse(scale);
            [block[0], block[1]] = f32_to_f16(scale).to_le_bytes();
            for (q, x) in block[2..].iter_mut().zip(values) {
                *q = rounded(x * inverse) as u8;
            }
        }
    }

    /// Q4_0: the first element of the largest magnitude becomes 0, which stands for −8 times the scale.
    pub fn quantize_q4_0(values: &[f32], bytes: &mut [u8]) {
        for (values, block) in values.as_chunks::<32>().0.iter().zip(bytes.as_chunks_mut::<18>().0) {
            let most = largest(values);
            let scale = values[first(values, most)] / -8.0;
            let inverse = inverse(scale);
            [block[0], block[1]] = f32_to_f16(scale).to_le_bytes();
            let (low, high) = values.split_at(16);
            for (q, (low, high)) in block[2..].iter_mut().zip(low.iter().zip(high)) {
                *q = truncated(low * inverse + 8.5) | truncated(high * inverse + 8.5) << 4;
            }
        }
    }
}
