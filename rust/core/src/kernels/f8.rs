//! The floats of 8, 6 and 4 bits: widening, and narrowing by one rounding to nearest with ties to even.
//!
//! E4M3 has no infinity and one NaN of each sign; the FNUZ kinds have no infinity, no negative zero and one NaN. What is
//! beyond their range, infinities too, becomes their largest number. E5M2 overflows to infinity as IEEE 754 says. The kinds
//! of 6 and 4 bits have neither infinity nor NaN: they saturate too, and a NaN becomes their negative zero. Their codes lie
//! in a byte each here; the module `packed` has the form in which they are stored.

use super::simd::kernels;
use safetensors::Dtype;

/// A kind of float with at most 8 bits.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The position of the sign bit; the magnitude's bits are below it.
    sign: u32,
    /// Bits of the fraction.
    fraction: u32,
    /// What is added to the exponent.
    bias: i32,
    /// The code of the largest finite number.
    largest: u32,
    /// The code of what is larger.
    overflow: u32,
    /// The code that a NaN becomes.
    nan: u32,
    has_negative_zero: bool,
}

impl Format {
    /// The kind of a dtype, if it is one.
    pub fn of(dtype: Dtype) -> Option<&'static Format> {
        match dtype {
            Dtype::F8_E4M3 => Some(&E4M3),
            Dtype::F8_E5M2 => Some(&E5M2),
            Dtype::F8_E4M3FNUZ => Some(&E4M3FNUZ),
            Dtype::F8_E5M2FNUZ => Some(&E5M2FNUZ),
            _ => None,
        }
    }

    /// The kind of a dtype of less than 8 bits, if it is one.
    pub fn of_packed(dtype: Dtype) -> Option<&'static Format> {
        match dtype {
            Dtype::F6_E2M3 => Some(&F6_E2M3),
            Dtype::F6_E3M2 => Some(&F6_E3M2),
            Dtype::F4 => Some(&F4),
            _ => None,
        }
    }

    const fn new(sign: u32, fraction: u32, bias: i32, largest: u32, overflow: u32, nan: u32) -> Format {
        let has_negative_zero = nan != 0x80;
        Format { sign, fraction, bias, largest, overflow, nan, has_negative_zero }
    }

    /// The value of a code; bits above its sign do not count.
    #[inline(always)]
    pub(crate) fn decode(&self, code: u8) -> f32 {
        let word = u32::from(code) << (31 - self.sign);
        let sign = word & 0x8000_0000;
        // Where an f32 has its exponent and fraction.
        let magnitude = (word & 0x7FFF_FFFF) as i32 >> (8 + self.fraction - self.sign);
        let normal = magnitude + ((127 - self.bias) << 23);
        // Behind the leading bit of the smallest normal number the fraction of a subnormal has its worth.
        let lead = (128 - self.bias) << 23;
        let subnormal = f32::from_bits((magnitude + lead) as u32) - f32::from_bits(lead as u32);
        let finite = if magnitude < 1 << 23 { subnormal.to_bits() } else { normal as u32 } | sign;
        let top = (self.largest << (23 - self.fraction)) as i32;
        let infinity =
            if self.overflow > self.largest { top + (1 << (23 - self.fraction)) } else { i32::MAX };
        let special = if magnitude == infinity { 0x7F80_0000 | sign } else { 0x7FC0_0000 };
        let bits = if magnitude > top { special } else { finite };
        // A word ends in zeros: it is never 1.
        let nan = if self.has_negative_zero { 1 } else { 0x8000_0000 };
        f32::from_bits(if word == nan { 0x7FC0_0000 } else { bits })
    }

    /// The smallest positive number.
    #[inline(always)]
    fn smallest(&self) -> f32 {
        f32::from_bits(((128 - self.bias - self.fraction as i32) as u32) << 23)
    }

    #[inline(always)]
    fn encode(&self, value: f32) -> u8 {
        let magnitude = value.to_bits() & 0x7FFF_FFFF;
        let sign = value.to_bits() >> (31 - self.sign) & 1 << self.sign;
        let shift = 23 - self.fraction;
        let rounded = (magnitude.wrapping_add((1 << (shift - 1)) - 1 + (magnitude >> shift & 1))) >> shift;
        let normal = rounded.wrapping_sub(((127 - self.bias) as u32) << self.fraction);
        // In a sum with this number the last bit is worth the smallest number, so that adding rounds to a multiple of it.
        let anchor = self.smallest() * 8_388_608.0;
        let subnormal = (f32::from_bits(magnitude) + anchor).to_bits().wrapping_sub(anchor.to_bits());
        // All compared numbers are below 2^31, and many instruction sets compare signed ones alone.
        let is_subnormal = (magnitude as i32) < (128 - self.bias) << 23;
        let code = if is_subnormal { subnormal } else { normal };
        let is_over = (magnitude as i32 >= 0x7F80_0000) | (code as i32 > self.largest as i32);
        let code = if is_over { self.overflow } else { code };
        let sign = if code == 0 && !self.has_negative_zero { 0 } else { sign };
        let code = if magnitude as i32 > 0x7F80_0000 { self.nan } else { code | sign };
        code as u8
    }
}

static E4M3: Format = Format::new(7, 3, 7, 0x7E, 0x7E, 0x7F);
static E5M2: Format = Format::new(7, 2, 15, 0x7B, 0x7C, 0x7E);
static E4M3FNUZ: Format = Format::new(7, 3, 8, 0x7F, 0x7F, 0x80);
static E5M2FNUZ: Format = Format::new(7, 2, 16, 0x7F, 0x7F, 0x80);
static F6_E2M3: Format = Format::new(5, 3, 1, 0x1F, 0x1F, 0x20);
static F6_E3M2: Format = Format::new(5, 2, 3, 0x1F, 0x1F, 0x20);
static F4: Format = Format::new(3, 1, 1, 0x7, 0x7, 0x8);

kernels! {
    /// Widens; true when some element is special.
    pub fn widen_f8<R>(format: &Format, bytes: &[u8], out: &mut [R]) -> bool {
        let mut special = false;
        for (x, b) in out.iter_mut().zip(bytes) {
            let value = format.decode(*b);
            special |= !value.is_finite();
            *x = R::from_f32(value);
        }
        special
    }

    /// Narrows, with one rounding.
    pub fn narrow_f8<R>(format: &Format, values: &[R], bytes: &mut [u8]) {
        for (b, x) in bytes.iter_mut().zip(values) {
            *b = format.encode(x.to_f32_odd());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;

    const KINDS: [Dtype; 4] = [Dtype::F8_E4M3, Dtype::F8_E5M2, Dtype::F8_E4M3FNUZ, Dtype::F8_E5M2FNUZ];

    /// The value of a code, from the definitions of the formats.
    fn plain(dtype: Dtype, code: u8) -> f64 {
        let (bits, bias) = match dtype {
            Dtype::F8_E4M3 => (3, 7),
            Dtype::F8_E5M2 => (2, 15),
            Dtype::F8_E4M3FNUZ => (3, 8),
            _ => (2, 16),
        };
        let sign = if code >= 128 { -1.0 } else { 1.0 };
        match (dtype, code & 0x7F) {
            (Dtype::F8_E4M3, 0x7F) | (Dtype::F8_E5M2, 0x7D..) => return f64::NAN,
            (Dtype::F8_E5M2, 0x7C) => return sign * f64::INFINITY,
            (Dtype::F8_E4M3FNUZ | Dtype::F8_E5M2FNUZ, 0) if code == 0x80 => return f64::NAN,
            _ => {}
        }
        let (exponent, fraction) = (i32::from(code & 0x7F) >> bits, f64::from(code % (1 << bits)));
        let scaled = fraction / f64::from(1 << bits);
        sign * match exponent {
            0 => scaled * 2f64.powi(1 - bias),
            e => (1.0 + scaled) * 2f64.powi(e - bias),
        }
    }

    /// The nearest code, ties to the even one, by looking at all.
    fn nearest(dtype: Dtype, value: f64) -> u8 {
        let finite =
            |code: &u8| plain(dtype, *code).is_finite() && (plain(dtype, *code) != 0.0 || *code == 0);
        let negative = value.is_sign_negative();
        let largest = (0..128).filter(finite).map(|code| plain(dtype, code)).fold(0.0, f64::max);
        let below = (0..128).filter(finite).map(|code| plain(dtype, code)).filter(|x| *x < largest);
        let last_step = largest - below.fold(0.0, f64::max);
        let code = if dtype == Dtype::F8_E5M2 && value.abs() >= largest + last_step / 2.0 {
            0x7C
        } else {
            let distance = |code: &u8| (plain(dtype, *code) - value.abs().min(largest)).abs();
            (0..128)
                .filter(finite)
                .min_by(|a, b| distance(a).total_cmp(&distance(b)).then((a & 1).cmp(&(b & 1))))
                .unwrap()
        };
        let has_negative_zero = matches!(dtype, Dtype::F8_E4M3 | Dtype::F8_E5M2);
        if negative && (code != 0 || has_negative_zero) { code | 0x80 } else { code }
    }

    #[test]
    fn every_code_is_what_its_format_says() {
        let codes: Vec<u8> = (0..=255).collect();
        for dtype in KINDS {
            let format = Format::of(dtype).unwrap();
            for level in Level::available() {
                let mut values = vec![0f32; 256];
                assert!(widen_f8(level, format, &codes, &mut values));
                let mut back = vec![0; 256];
                narrow_f8(level, format, &values, &mut back);
                for (code, value) in codes.iter().zip(&values) {
                    let expected = plain(dtype, *code);
                    assert!(
                        f64::from(*value) == expected || value.is_nan() && expected.is_nan(),
                        "{dtype} {code:#x}"
                    );
                    let round_trip = back[usize::from(*code)];
                    assert!(round_trip == *code || value.is_nan() && plain(dtype, round_trip).is_nan());
                }
                assert!(!widen_f8(level, format, &codes[..0x7C], &mut vec![0f64; 0x7C]));
            }
        }
    }

    #[test]
    fn narrowing_is_to_the_nearest_code() {
        for dtype in KINDS {
            let format = Format::of(dtype).unwrap();
            let finite: Vec<f64> =
                (0..128).map(|code| plain(dtype, code)).filter(|x| x.is_finite()).collect();
            let largest = finite.iter().copied().fold(0.0, f64::max);
            let mut values =
                vec![largest * 1.01, largest * 1.0625, largest * 1.125, largest * 2.0, 1e30, 1e-30];
            for pair in finite.windows(2) {
                let middle = (pair[0] + pair[1]) / 2.0;
                let neighbour = |x: f64, by: i64| f64::from_bits((x.to_bits() as i64 + by) as u64);
                values.extend([pair[0], middle, neighbour(middle, 1), neighbour(middle, -1)]);
                values.extend([1, -1].map(|by: i32| {
                    f64::from(f32::from_bits(((middle as f32).to_bits() as i32 + by) as u32))
                }));
            }
            values.extend(values.clone().iter().map(|x| -x));
            for level in Level::available() {
                let mut bytes = vec![0; values.len()];
                narrow_f8(level, format, &values, &mut bytes);
                for (x, code) in values.iter().zip(&bytes) {
                    assert_eq!(*code, nearest(dtype, *x), "{dtype}: {x:e}");
                }
                let mut ends = [0; 3];
                narrow_f8(level, format, &[f32::INFINITY, f32::NEG_INFINITY, f32::NAN], &mut ends);
                let infinite = if dtype == Dtype::F8_E5M2 { f64::INFINITY } else { largest };
                assert_eq!([ends[0], ends[1]].map(|code| plain(dtype, code)), [infinite, -infinite]);
                assert!(plain(dtype, ends[2]).is_nan());
            }
        }
    }
}
