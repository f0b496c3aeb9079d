//! Widening of stored elements and narrowing of results.
//!
//! Stored elements are little-endian and lie at any byte offset. Widening is exact. Narrowing rounds once, to nearest with
//! ties to even; overflow gives an infinity; every NaN becomes the dtype's positive quiet NaN, so that results do not depend
//! on which operand's payload an instruction happens to keep.

use super::f8::{Format, narrow_f8, widen_f8};
use super::real::Real;
use super::simd::{Level, kernels};
use safetensors::Dtype;

/// True for the dtypes that [`widen`] and [`narrow`] take.
pub fn converts(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64) || Format::of(dtype).is_some()
}

/// Widens `bytes` of `dtype` to `out`, one element each. F64 to `f32` rounds; all else is exact. Answers whether some
/// element is NaN or infinite.
///
/// # Panics
/// If `dtype` is none that [`converts`], or the lengths differ.
pub fn widen<R: Real>(level: Level, dtype: Dtype, bytes: &[u8], out: &mut [R]) -> bool {
    assert_eq!(bytes.len(), out.len() * dtype.bitsize() / 8, "bytes of {dtype} for {} elements", out.len());
    match dtype {
        Dtype::F16 => widen_f16(level, bytes, out),
        Dtype::BF16 => widen_bf16(level, bytes, out),
        Dtype::F32 => widen_f32(level, bytes, out),
        Dtype::F64 => widen_f64(level, bytes, out),
        _ => match Format::of(dtype) {
            Some(format) => widen_f8(level, format, bytes, out),
            None => panic!("{dtype} is not widened"),
        },
    }
}

/// Narrows `values` to `bytes` of `dtype`, one element each.
///
/// # Panics
/// If `dtype` is none that [`converts`], or the lengths differ.
pub fn narrow<R: Real>(level: Level, values: &[R], dtype: Dtype, bytes: &mut [u8]) {
    assert_eq!(
        bytes.len(),
        values.len() * dtype.bitsize() / 8,
        "bytes of {dtype} for {} elements",
        values.len()
    );
    match dtype {
        Dtype::F16 => narrow_f16(level, values, bytes),
        Dtype::BF16 => narrow_bf16(level, values, bytes),
        Dtype::F32 => narrow_f32(level, values, bytes),
        Dtype::F64 => narrow_f64(level, values, bytes),
        _ => match Format::of(dtype) {
            Some(format) => narrow_f8(level, format, values, bytes),
            None => panic!("{dtype} is not narrowed to"),
        },
    }
}

/// The same value; a NaN keeps its sign and payload.
#[inline(always)]
pub(crate) fn f16_to_f32(half: u16) -> f32 {
    // In 32 bits from the start, and compared as signed numbers, so that compilers need no detours.
    let word = u32::from(half) << 16;
    let (sign, magnitude) = (word & 0x8000_0000, (word & 0x7FFF_0000) as i32 >> 3);
    let normal = magnitude + (112 << 23);
    let special = magnitude + (224 << 23);
    // Behind the leading bit of 2^-14 the mantissa of a subnormal has its worth; no subnormal f32 slows the machine down.
    let lead = f32::from_bits(113 << 23);
    let subnormal = f32::from_bits(magnitude as u32 + (113 << 23)) - lead;
    let bits = if magnitude < 1 << 23 {
        subnormal.to_bits()
    } else if magnitude >= 31 << 23 {
        special as u32
    } else {
        normal as u32
    };
    f32::from_bits(bits | sign)
}

/// The bits of the nearest F16, ties to even.
#[inline(always)]
pub(crate) fn f32_to_f16(value: f32) -> u16 {
    let sign = value.to_bits() >> 16 & 0x8000;
    let magnitude = value.to_bits() & 0x7FFF_FFFF;
    let normal = magnitude.wrapping_sub(112 << 23).wrapping_add(0x0FFF + (magnitude >> 13 & 1)) >> 13;
    // Adding one half leaves a subnormal's mantissa, rightly rounded, in the low bits of the sum.
    let subnormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(0x3F00_0000);
    // Compared as signed numbers, since many instruction sets compare no others.
    let signed = magnitude as i32;
    let bits = if signed > 0x7F80_0000 {
        quiet_nan(0x7E00)
    } else if signed >= 0x477F_F000 {
        0x7C00 | sign
    } else if signed < 0x3880_0000 {
        subnormal | sign
    } else {
        normal | sign
    };
    bits as u16
}

/// The bits of the nearest BF16, ties to even.
#[inline(always)]
pub(crate) fn f32_to_bf16(value: f32) -> u16 {
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7FFF + (bits >> 16 & 1)) >> 16;
    let rounded = if bits & 0x7FFF_FFFF > 0x7F80_0000 { quiet_nan(0x7FC0) } else { rounded };
    rounded as u16
}

/// The bits of a value, those of the one quiet NaN for every NaN.
#[inline(always)]
pub(crate) fn f32_bits(value: f32) -> u32 {
    if value.is_nan() { quiet_nan(0x7FC0_0000) } else { value.to_bits() }
}

/// As [`f32_bits`].
#[inline(always)]
pub(crate) fn f64_bits(value: f64) -> u64 {
    if value.is_nan() { 0x7FF8_0000_0000_0000 } else { value.to_bits() }
}

/// The quiet NaN of a dtype; a name for the constant where it stands among bit patterns.
#[inline(always)]
const fn quiet_nan(bits: u32) -> u32 {
    bits
}

kernels! {
    /// Widens F16; true when some element is special.
    pub fn widen_f16<R>(bytes: &[u8], out: &mut [R]) -> bool {
        let mut top = 0;
        for (x, b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
            let half = u16::from_le_bytes(*b);
            top = top.max(half & 0x7FFF);
            *x = R::from_f32(f16_to_f32(half));
        }
        top >= 0x7C00
    }

    /// Widens BF16; true when some element is special.
    pub fn widen_bf16<R>(bytes: &[u8], out: &mut [R]) -> bool {
        let mut top = 0;
        for (x, b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
            let half = u16::from_le_bytes(*b);
            top = top.max(half & 0x7FFF);
            *x = R::from_f32(f32::from_bits(u32::from(half) << 16));
        }
        top >= 0x7F80
    }

    /// Widens F32; true when some element is special.
    pub fn widen_f32<R>(bytes: &[u8], out: &mut [R]) -> bool {
        let mut top = 0;
        for (x, b) in out.iter_mut().zip(bytes.as_chunks::<4>().0) {
            let bits = u32::from_le_bytes(*b);
            top = top.max(bits & 0x7FFF_FFFF);
            *x = R::from_f32(f32::from_bits(bits));
        }
        top >= 0x7F80_0000
    }

    /// Reads F64; true when some element is special.
    pub fn widen_f64<R>(bytes: &[u8], out: &mut [R]) -> bool {
        let mut top = 0;
        for (x, b) in out.iter_mut().zip(bytes.as_chunks::<8>().0) {
            let bits = u64::from_le_bytes(*b);
            top = top.max(bits & 0x7FFF_FFFF_FFFF_FFFF);
            *x = R::from_f64(f64::from_bits(bits));
        }
        top >= 0x7FF0_0000_0000_0000
    }

    /// Narrows to F16.
    pub fn narrow_f16<R>(values: &[R], bytes: &mut [u8]) {
        for (x, b) in values.iter().zip(bytes.as_chunks_mut::<2>().0) {
            *b = f32_to_f16(x.to_f32_odd()).to_le_bytes();
        }
    }

    /// Narrows to BF16.
    pub fn narrow_bf16<R>(values: &[R], bytes: &mut [u8]) {
        for (x, b) in values.iter().zip(bytes.as_chunks_mut::<2>().0) {
            *b = f32_to_bf16(x.to_f32_odd()).to_le_bytes();
        }
    }

    /// Narrows to F32.
    pub fn narrow_f32<R>(values: &[R], bytes: &mut [u8]) {
        for (x, b) in values.iter().zip(bytes.as_chunks_mut::<4>().0) {
            *b = f32_bits(x.to_f32()).to_le_bytes();
        }
    }

    /// Writes F64.
    pub fn narrow_f64<R>(values: &[R], bytes: &mut [u8]) {
        for (x, b) in values.iter().zip(bytes.as_chunks_mut::<8>().0) {
            *b = f64_bits(x.to_f64()).to_le_bytes();
        }
    }
}

/// Counts the NaN and the infinite elements.
pub fn count_special<R: Real>(values: &[R]) -> (u64, u64) {
    let nan = values.iter().filter(|x| x.to_f64().is_nan()).count() as u64;
    let infinite = values.iter().filter(|x| x.to_f64().is_infinite()).count() as u64;
    (nan, infinite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The value of a binary float of `exponent` and `mantissa` bits, by its definition.
    fn value(bits: u16, exponent: i32, mantissa: i32) -> f64 {
        let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
        let e = i32::from(bits >> mantissa) & ((1 << exponent) - 1);
        let m = f64::from(bits & ((1 << mantissa) - 1)) * 2f64.powi(-mantissa);
        let bias = (1 << (exponent - 1)) - 1;
        match e {
            0 => sign * m * 2f64.powi(1 - bias),
            e if e == (1 << exponent) - 1 && m == 0.0 => sign * f64::INFINITY,
            e if e == (1 << exponent) - 1 => f64::NAN,
            e => sign * (1.0 + m) * 2f64.powi(e - bias),
        }
    }

    /// The nearest 16-bit float, found by search among all of them: ties go to the even pattern.
    fn nearest(x: f64, exponent: i32, mantissa: i32) -> u16 {
        let infinity = ((1u16 << exponent) - 1) << mantissa;
        if x.is_nan() {
            return infinity | 1 << (mantissa - 1);
        }
        let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
        let x = x.abs();
        let (mut low, mut high) = (0, infinity);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if value(middle, exponent, mantissa) <= x { low = middle } else { high = middle }
        }
        let below = value(low, exponent, mantissa);
        // Beyond the largest number the format goes on as if its exponent did.
        let step = if high == infinity {
            below - value(low - 1, exponent, mantissa)
        } else {
            value(high, exponent, mantissa) - below
        };
        let up = match (x - below).partial_cmp(&(step / 2.0)) {
            Some(std::cmp::Ordering::Less) => false,
            Some(std::cmp::Ordering::Equal) => low & 1 == 1,
            _ => true,
        };
        sign | if up { high } else { low }
    }

    const F16: (Dtype, i32, i32) = (Dtype::F16, 5, 10);
    const BF16: (Dtype, i32, i32) = (Dtype::BF16, 8, 7);

    #[test]
    fn widens_every_16_bit_float_at_every_level() {
        let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
        for (dtype, exponent, mantissa) in [F16, BF16] {
            for level in Level::available() {
                let (mut narrow, mut wide) = (vec![0f32; 1 << 16], vec![0f64; 1 << 16]);
                assert!(widen(level, dtype, &bytes, &mut narrow), "infinities are noticed");
                widen(level, dtype, &bytes, &mut wide);
                for bits in 0..=u16::MAX {
                    let (expected, i) = (value(bits, exponent, mantissa), usize::from(bits));
                    assert!(
                        narrow[i].is_nan() && expected.is_nan() || f64::from(narrow[i]) == expected,
                        "{dtype} {bits:#x}"
                    );
                    assert!(
                        wide[i].is_nan() && expected.is_nan() || wide[i].to_bits() == expected.to_bits(),
                        "{dtype} {bits:#x}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_16_bit_float_survives_the_round_trip() {
        let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
        for (dtype, exponent, mantissa) in [F16, BF16] {
            for level in Level::available() {
                let (mut wide, mut back) = (vec![0f32; 1 << 16], vec![0; 1 << 17]);
                widen(level, dtype, &bytes, &mut wide);
                narrow(level, &wide, dtype, &mut back);
                for bits in 0..=u16::MAX {
                    let got = u16::from_le_bytes(back.as_chunks::<2>().0[usize::from(bits)]);
                    let expected = if value(bits, exponent, mantissa).is_nan() {
                        nearest(f64::NAN, exponent, mantissa)
                    } else {
                        bits
                    };
                    assert_eq!(got, expected, "{dtype} {bits:#x}");
                }
            }
        }
    }

    /// Numbers near the borders between 16-bit floats, where rounding is decided.
    fn sharp() -> impl Strategy<Value = f64> {
        let near = (any::<u16>(), any::<bool>(), prop::sample::select(vec![0.0, 0.5, 0.25]), -2i64..=2)
            .prop_map(|(bits, half, share, nudge)| {
                let (exponent, mantissa) = if half { (5, 10) } else { (8, 7) };
                let (a, b) = (
                    value(bits & 0x7FFF, exponent, mantissa),
                    value((bits & 0x7FFF).saturating_add(1), exponent, mantissa),
                );
                let x = if b.is_finite() { a + (b - a) * share } else { a };
                f64::from_bits(x.to_bits().saturating_add_signed(nudge))
                    * if bits >> 15 == 1 { -1.0 } else { 1.0 }
            });
        prop_oneof![near, any::<f64>(), any::<f32>().prop_map(f64::from)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn narrows_with_one_rounding_at_every_level(values in prop::collection::vec(sharp(), 0..150), shift in 0usize..8) {
            let singles: Vec<f32> = values.iter().map(|x| *x as f32).collect();
            for (dtype, exponent, mantissa) in [F16, BF16] {
                for level in Level::available() {
                    let mut bytes = vec![0; shift + 2 * values.len()];
                    narrow(level, &values, dtype, &mut bytes[shift..]);
                    for (x, b) in values.iter().zip(bytes[shift..].as_chunks::<2>().0) {
                        prop_assert_eq!(u16::from_le_bytes(*b), nearest(*x, exponent, mantissa), "{} {:e} {}", dtype, x, level.name());
                    }
                    narrow(level, &singles, dtype, &mut bytes[shift..]);
                    for (x, b) in singles.iter().zip(bytes[shift..].as_chunks::<2>().0) {
                        prop_assert_eq!(u16::from_le_bytes(*b), nearest(f64::from(*x), exponent, mantissa), "{} {:e} {}", dtype, x, level.name());
                    }
                }
            }
        }

        #[test]
        fn f32_and_f64_keep_their_bits_at_any_alignment(values in prop::collection::vec(any::<u64>(), 0..100), shift in 0usize..8) {
            let mut bytes = vec![0; shift];
            bytes.extend(values.iter().flat_map(|x| x.to_le_bytes()));
            for level in Level::available() {
                let (mut single, mut double) = (vec![0f32; 2 * values.len()], vec![0f64; values.len()]);
                let special = widen(level, Dtype::F32, &bytes[shift..], &mut single);
                prop_assert_eq!(special, single.iter().any(|x| !x.is_finite()));
                let special = widen(level, Dtype::F64, &bytes[shift..], &mut double);
                prop_assert_eq!(special, double.iter().any(|x| !x.is_finite()));
                let mut back = bytes.clone();
                narrow(level, &double, Dtype::F64, &mut back[shift..]);
                for (x, b) in values.iter().zip(back[shift..].as_chunks::<8>().0) {
                    let quiet = if f64::from_bits(*x).is_nan() { 0x7FF8 << 48 } else { *x };
                    prop_assert_eq!(u64::from_le_bytes(*b), quiet);
                }
            }
        }
    }

    #[test]
    fn counts_nan_and_infinities() {
        assert_eq!(count_special(&[1.0f32, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX]), (1, 2));
    }
}
