//! The conversions that whole models go through, each in one pass from stored bytes to stored bytes.
//!
//! They give what widening and narrowing give, without a stop in between: a bulk read then runs at the speed of memory.

use super::convert::{f32_bits, f32_to_bf16, f32_to_f16, f64_bits};
use super::f8::Format;
use super::f16;
use super::simd::{Level, kernels};
use safetensors::Dtype;

/// Converts if there is a direct way from `from` to `to`; answers whether there is. The lengths must fit each other.
pub fn convert(level: Level, from: Dtype, bytes: &[u8], to: Dtype, out: &mut [u8]) -> bool {
    match (from, to) {
        (Dtype::F16, Dtype::F32) => f16::widen(level, bytes, out),
        (Dtype::BF16, Dtype::F32) => widen_bf16(level, bytes, out),
        (Dtype::F32, Dtype::F16) => narrow_to_f16(level, bytes, out),
        (Dtype::F32, Dtype::BF16) => narrow_to_bf16(level, bytes, out),
        (Dtype::F32, Dtype::F64) => widen_f32(level, bytes, out),
        (Dtype::F64, Dtype::F32) => narrow_to_f32(level, bytes, out),
        (from, Dtype::F32) => match Format::of(from) {
            Some(format) => widen_f8(level, format, bytes, out),
            None => return false,
        },
        _ => return false,
    }
    true
}

kernels! {
    /// BF16 to F32; a NaN keeps its sign and payload.
    pub fn widen_bf16(bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<4>().0.iter_mut().zip(bytes.as_chunks::<2>().0) {
            *o = (u32::from(u16::from_le_bytes(*b)) << 16).to_le_bytes();
        }
    }

    /// An 8-bit float to F32.
    pub fn widen_f8(format: &Format, bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<4>().0.iter_mut().zip(bytes) {
            *o = format.decode(*b).to_bits().to_le_bytes();
        }
    }

    /// F32 to F16.
    pub fn narrow_to_f16(bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<2>().0.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *o = f32_to_f16(f32::from_le_bytes(*b)).to_le_bytes();
        }
    }

    /// F32 to BF16.
    pub fn narrow_to_bf16(bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<2>().0.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *o = f32_to_bf16(f32::from_le_bytes(*b)).to_le_bytes();
        }
    }

    /// F32 to F64.
    pub fn widen_f32(bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<8>().0.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *o = f64_bits(f64::from(f32::from_le_bytes(*b))).to_le_bytes();
        }
    }

    /// F64 to F32.
    pub fn narrow_to_f32(bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<4>().0.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *o = f32_bits(f64::from_le_bytes(*b) as f32).to_le_bytes();
        }
    }
}
