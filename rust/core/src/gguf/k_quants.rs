//! The types with 256 elements to a block ("super-block"), in 8 or 16 groups with a small scale each; the scales have a
//! scale in F16.
//!
//! Two-bit and four-bit parts of elements lie in planes: the bytes of a stretch hold, in their lowest bits, the first
//! elements of the stretch, in the next bits those that follow, and so on.

use super::{half, settle_nan};
use crate::kernels::simd::kernels;

/// The scale and the minimum of each of the eight groups of Q4_K and Q5_K, from six bits each in twelve bytes: the first
/// four of each are the low bits of a byte; the others have their low four bits in the last bytes and their high two bits
/// above the first ones.
#[inline(always)]
fn factors(scale: f32, minimum: f32, packed: &[u8]) -> [(f32, f32); 8] {
    let mut factors = [(0.0, 0.0); 8];
    for i in 0..4 {
        let (first, second, both) = (packed[i], packed[4 + i], packed[8 + i]);
        factors[i] = (scale * f32::from(first & 63), minimum * f32::from(second & 63));
        let (high, low) = (first >> 6 << 4 | both & 15, second >> 6 << 4 | both >> 4);
        factors[4 + i] = (scale * f32::from(high), minimum * f32::from(low));
    }
    factors
}

/// The scales of the 16 groups of Q3_K: low four bits in two planes of eight bytes, high two bits in four planes of four.
#[inline(always)]
fn signed_scales(packed: &[u8]) -> [i32; 16] {
    let mut scales = [0; 16];
    for (i, scale) in scales.iter_mut().enumerate() {
        let low = packed[i % 8] >> (i / 8 * 4) & 15;
        let high = packed[8 + i % 4] >> (i / 4 * 2) & 3;
        *scale = i32::from(low | high << 4) - 32;
    }
    scales
}

/// The bits of an element in its plane: `WIDTH` bits from bit `SHIFT` on.
#[inline(always)]
fn bits<const SHIFT: u32, const WIDTH: u32>(byte: u8) -> u8 {
    byte >> SHIFT & ((1 << WIDTH) - 1)
}

/// Two groups of Q2_K, from one plane of two bits.
#[inline(always)]
fn plane_q2_k<const SHIFT: u32>(quants: &[u8], factors: [(f32, f32); 2], out: &mut [f32]) {
    for ((out, quants), (d, m)) in out.chunks_exact_mut(16).zip(quants.chunks_exact(16)).zip(factors) {
        for (x, q) in out.iter_mut().zip(quants) {
            *x = d * f32::from(bits::<SHIFT, 2>(*q)) - m;
        }
    }
}

/// Two groups of Q3_K, from one plane of two bits, and the third bits at `bit` of their bytes.
#[inline(always)]
fn plane_q3_k<const SHIFT: u32>(quants: &[u8], thirds: &[u8], bit: u32, factors: [f32; 2], out: &mut [f32]) {
    let groups = out.chunks_exact_mut(16).zip(quants.chunks_exact(16)).zip(thirds.chunks_exact(16));
    for (((out, quants), thirds), d) in groups.zip(factors) {
        for (x, (q, third)) in out.iter_mut().zip(quants.iter().zip(thirds)) {
            let q = bits::<SHIFT, 2>(*q) | (third >> bit & 1) << 2;
            *x = d * (i32::from(q) - 4) as f32;
        }
    }
}

/// One group of Q4_K.
#[inline(always)]
fn plane_q4_k<const SHIFT: u32>(quants: &[u8], (d, m): (f32, f32), out: &mut [f32]) {
    for (x, q) in out.iter_mut().zip(quants) {
        *x = d * f32::from(bits::<SHIFT, 4>(*q)) - m;
    }
}

/// One group of Q5_K, with fifth bits at `bit` of their bytes.
#[inline(always)]
fn plane_q5_k<const SHIFT: u32>(quants: &[u8], fifths: &[u8], bit: u32, (d, m): (f32, f32), out: &mut [f32]) {
    for (x, (q, fifth)) in out.iter_mut().zip(quants.iter().zip(fifths)) {
        *x = d * f32::from(bits::<SHIFT, 4>(*q) | (fifth >> bit & 1) << 4) - m;
    }
}

/// Two groups of Q6_K, from a plane of four bits and one of two.
#[inline(always)]
fn plane_q6_k<const LOW: u32, const HIGH: u32>(low: &[u8], high: &[u8], factors: [f32; 2], out: &mut [f32]) {
    let groups = out.chunks_exact_mut(16).zip(low.chunks_exact(16)).zip(high.chunks_exact(16));
    for (((out, low), high), d) in groups.zip(factors) {
        for (x, (low, high)) in out.iter_mut().zip(low.iter().zip(high)) {
            let q = bits::<LOW, 4>(*low) | bits::<HIGH, 2>(*high) << 4;
            *x = d * (i32::from(q) - 32) as f32;
        }
    }
}

kernels! {
    /// Q2_K: 16 scales (low nibble) and minimums (high nibble), 64 bytes of two-bit elements, the scale of the scales, that
    /// of the minimums. An element is scale × two bits − minimum.
    pub fn dequantize_q2_k(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<84>().0.iter().zip(out.as_chunks_mut::<256>().0) {
            let (scale, minimum) = (half(block, 80), half(block, 82));
            let mut factors = [(0.0, 0.0); 16];
            for (factor, packed) in factors.iter_mut().zip(&block[..16]) {
                *factor = (scale * f32::from(packed & 15), minimum * f32::from(packed >> 4));
            }
            let factors = factors.as_chunks::<2>().0;
            for (part, out) in out.as_chunks_mut::<128>().0.iter_mut().enumerate() {
                let quants = &block[16 + 32 * part..][..32];
                plane_q2_k::<0>(quants, factors[4 * part], &mut out[..32]);
                plane_q2_k::<2>(quants, factors[4 * part + 1], &mut out[32..64]);
                plane_q2_k::<4>(quants, factors[4 * part + 2], &mut out[64..96]);
                plane_q2_k::<6>(quants, factors[4 * part + 3], &mut out[96..]);
            }
            if !(scale.is_finite() && minimum.is_finite()) {
                settle_nan(out);
            }
        }
    }

    /// Q3_K: 32 bytes of third bits (byte i has those of elements i, 32 + i, …), 64 bytes of two-bit parts, 16 scales, the
    /// scale of the scales. An element is scale × (two bits − 4, or without the 4 where the third bit is set).
    pub fn dequantize_q3_k(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<110>().0.iter().zip(out.as_chunks_mut::<256>().0) {
            let scale = half(block, 108);
            let factors = signed_scales(&block[96..108]).map(|small| scale * small as f32);
            let (factors, thirds) = (factors.as_chunks::<2>().0, &block[..32]);
            for (part, out) in out.as_chunks_mut::<128>().0.iter_mut().enumerate() {
                let (quants, first) = (&block[32 + 32 * part..][..32], 4 * part);
                let bit = first as u32;
                plane_q3_k::<0>(quants, thirds, bit, factors[first], &mut out[..32]);
                plane_q3_k::<2>(quants, thirds, bit + 1, factors[first + 1], &mut out[32..64]);
                plane_q3_k::<4>(quants, thirds, bit + 2, factors[first + 2], &mut out[64..96]);
                plane_q3_k::<6>(quants, thirds, bit + 3, factors[first + 3], &mut out[96..]);
            }
            if !scale.is_finite() {
                settle_nan(out);
            }
        }
    }

    /// Q4_K: the scale of the scales, that of the minimums, twelve bytes of both, 128 bytes of nibbles. An element is
    /// scale × nibble − minimum.
    pub fn dequantize_q4_k(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<144>().0.iter().zip(out.as_chunks_mut::<256>().0) {
            let (scale, minimum) = (half(block, 0), half(block, 2));
            let factors = factors(scale, minimum, &block[4..16]);
            for (pair, out) in out.as_chunks_mut::<64>().0.iter_mut().enumerate() {
                let quants = &block[16 + 32 * pair..][..32];
                plane_q4_k::<0>(quants, factors[2 * pair], &mut out[..32]);
                plane_q4_k::<4>(quants, factors[2 * pair + 1], &mut out[32..]);
            }
            if !(scale.is_finite() && minimum.is_finite()) {
                settle_nan(out);
            }
        }
    }

    /// Q5_K: as Q4_K, with 32 bytes of fifth bits (byte i has those of elements i, 32 + i, …) before the nibbles.
    pub fn dequantize_q5_k(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<176>().0.iter().zip(out.as_chunks_mut::<256>().0) {
            let (scale, minimum) = (half(block, 0), half(block, 2));
            let (factors, fifths) = (factors(scale, minimum, &block[4..16]), &block[16..48]);
            for (pair, out) in out.as_chunks_mut::<64>().0.iter_mut().enumerate() {
                let (quants, first) = (&block[48 + 32 * pair..][..32], 2 * pair);
                plane_q5_k::<0>(quants, fifths, first as u32, factors[first], &mut out[..32]);
                plane_q5_k::<4>(quants, fifths, first as u32 + 1, factors[first + 1], &mut out[32..]);
            }
            if !(scale.is_finite() && minimum.is_finite()) {
                settle_nan(out);
            }
        }
    }

    /// Q6_K: 128 bytes of low four bits, 64 bytes of high two bits, 16 signed bytes of scales, the scale of the scales. An
    /// element is scale × (six bits − 32).
    pub fn dequantize_q6_k(bytes: &[u8], out: &mut [f32]) {
        for (block, out) in bytes.as_chunks::<210>().0.iter().zip(out.as_chunks_mut::<256>().0) {
            let scale = half(block, 208);
            let mut factors = [0.0; 16];
            for (factor, small) in factors.iter_mut().zip(&block[192..208]) {
                *factor = scale * f32::from(*small as i8);
            }
            let factors = factors.as_chunks::<2>().0;
            for (part, out) in out.as_chunks_mut::<128>().0.iter_mut().enumerate() {
                let (low, more) = block[64 * part..][..64].split_at(32);
                let high = &block[128 + 32 * part..][..32];
                plane_q6_k::<0, 0>(low, high, factors[4 * part], &mut out[..32]);
                plane_q6_k::<0, 2>(more, high, factors[4 * part + 1], &mut out[32..64]);
                plane_q6_k::<4, 4>(low, high, factors[4 * part + 2], &mut out[64..96]);
                plane_q6_k::<4, 6>(more, high, factors[4 * part + 3], &mut out[96..]);
            }
            if !scale.is_finite() {
                settle_nan(out);
            }
        }
    }
}
