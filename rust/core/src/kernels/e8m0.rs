//! F8_E8M0, the powers of two that scale the blocks of microscaling formats: the code c is 2^(c - 127), and 0xFF is NaN.
//!
//! Narrowing is to the nearest power, halfway to the larger one. A positive number below all of them becomes the smallest,
//! and one between the smallest two the second, as torch and ml_dtypes have it. What no power is near to becomes NaN: zero,
//! negative numbers, infinities, and what would round beyond 2^127.

use super::simd::kernels;

kernels! {
    /// Widens; exact.
    pub fn widen_e8m0<R>(bytes: &[u8], out: &mut [R]) {
        for (x, b) in out.iter_mut().zip(bytes) {
            *x = R::from_f32(decode(*b));
        }
    }

    /// Narrows, with one rounding.
    pub fn narrow_e8m0<R>(values: &[R], bytes: &mut [u8]) {
        for (b, x) in bytes.iter_mut().zip(values) {
            *b = encode(x.to_f32_odd());
        }
    }
}

#[inline(always)]
fn decode(code: u8) -> f32 {
    // The smallest power is a subnormal f32: its one bit is where the lowest of the exponent would be halved.
    let power = (u32::from(code) << 23).max(1 << 22);
    f32::from_bits(if code == 0xFF { 0x7FC0_0000 } else { power })
}

#[inline(always)]
fn encode(value: f32) -> u8 {
    let bits = value.to_bits();
    // Half an exponent more carries into the exponent from the middle between two powers on.
    let nearest = bits.wrapping_add(1 << 22) >> 23;
    // A subnormal f32 has no leading bit: the smallest power is 1 << 22.
    let subnormal = u32::from(bits > 1 << 22);
    let code = if bits < 1 << 23 { subnormal } else { nearest };
    let is_near = bits.wrapping_sub(1) < 0x7F40_0000 - 1;
    (if is_near { code } else { 0xFF }) as u8
}
