//! Sums and extremes of 16-bit floats, straight from their bits.
//!
//! Bits of a float are a sign and a magnitude that orders as an integer does. So extremes need no conversion, 16 of them fit in
//! the registers that hold four `f64`, and they show whether anything is NaN or infinite.

use super::convert::f16_to_f32;
use super::reduce::{LANES, Lanes};
use super::simd::kernels;

/// A 16-bit float: sign, exponent, mantissa.
pub trait Half {
    /// The bits of positive infinity: those of NaN are above, those of numbers below.
    const INFINITY: u16;

    /// The same value; exact.
    fn to_f32(bits: u16) -> f32;
}

/// BF16.
#[derive(Debug, Clone, Copy)]
pub struct Bf16;

/// F16.
#[derive(Debug, Clone, Copy)]
pub struct F16;

impl Half for Bf16 {
    const INFINITY: u16 = 0x7F80;

    #[inline(always)]
    fn to_f32(bits: u16) -> f32 {
        f32::from_bits(u32::from(bits) << 16)
    }
}

impl Half for F16 {
    const INFINITY: u16 = 0x7C00;

    #[inline(always)]
    fn to_f32(bits: u16) -> f32 {
        f16_to_f32(bits)
    }
}

const SIGN: u16 = 0x8000;

/// The extremes of bits: as signed numbers, and as unsigned ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitRange {
    least_signed: i16,
    most_signed: i16,
    least: u16,
    most: u16,
}

impl BitRange {
    /// Of nothing.
    pub const NONE: BitRange =
        BitRange { least_signed: i16::MAX, most_signed: i16::MIN, least: u16::MAX, most: 0 };

    /// Of these and others.
    pub fn and(self, other: BitRange) -> BitRange {
        BitRange {
            least_signed: self.least_signed.min(other.least_signed),
            most_signed: self.most_signed.max(other.most_signed),
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }

    /// True when nothing is NaN or infinite.
    pub fn is_finite<T: Half>(self) -> bool {
        self.most_signed < T::INFINITY as i16 && self.most < T::INFINITY | SIGN
    }

    /// True when something is zero.
    pub fn has_zero(self) -> bool {
        self.least == 0 || self.least_signed == SIGN as i16
    }

    /// The least and the largest number; zeros have no sign. Infinite, the wrong way round, of nothing.
    pub fn range<T: Half>(self) -> (f64, f64) {
        if self == BitRange::NONE {
            return (f64::INFINITY, f64::NEG_INFINITY);
        }
        // Unsigned, negative numbers are above the others, and among themselves in the order of their magnitudes.
        let min = if self.most >= SIGN { self.most } else { self.least };
        let max = if self.most_signed >= 0 { self.most_signed as u16 } else { self.least };
        (f64::from(T::to_f32(min)) + 0.0, f64::from(T::to_f32(max)) + 0.0)
    }
}

kernels! {
    /// Adds `Σ x` and `Σ x²` to two sums, and answers the range of the bits. The sums mean nothing when something is NaN or
    /// infinite.
    ///
    /// Element `i` goes to lane `i / 2 mod 8`, eight further when `i` is odd: two neighbours are taken apart in a 32-bit word.
    pub fn add_half_powers<T: Half>(bytes: &[u8], sums: &mut [Lanes; 2]) -> BitRange {
        let [first, second] = sums;
        let (first, second) = (first.sums(), second.sums());
        let (mut a, mut b) = (*first, *second);
        let (mut least_signed, mut most_signed) = ([i16::MAX; LANES], [i16::MIN; LANES]);
        let (mut least, mut most) = ([u16::MAX; LANES], [0u16; LANES]);
        let (blocks, rest) = bytes.as_chunks::<{ 2 * LANES }>();
        for block in blocks {
            for (i, word) in block.as_chunks::<4>().0.iter().enumerate() {
                let word = u32::from_le_bytes(*word);
                let even = f64::from(T::to_f32(word as u16));
                let odd = f64::from(T::to_f32((word >> 16) as u16));
                a[i] += even;
                b[i] += even * even;
                a[i + LANES / 2] += odd;
                b[i + LANES / 2] += odd * odd;
            }
            for (i, bits) in block.as_chunks::<2>().0.iter().enumerate() {
                let bits = u16::from_le_bytes(*bits);
                least_signed[i] = least_signed[i].min(bits as i16);
                most_signed[i] = most_signed[i].max(bits as i16);
                least[i] = least[i].min(bits);
                most[i] = most[i].max(bits);
            }
        }
        for (i, bits) in rest.as_chunks::<2>().0.iter().enumerate() {
            let bits = u16::from_le_bytes(*bits);
            let x = f64::from(T::to_f32(bits));
            let lane = i / 2 + i % 2 * (LANES / 2);
            a[lane] += x;
            b[lane] += x * x;
            least_signed[i] = least_signed[i].min(bits as i16);
            most_signed[i] = most_signed[i].max(bits as i16);
            least[i] = least[i].min(bits);
            most[i] = most[i].max(bits);
        }
        (*first, *second) = (a, b);
        BitRange {
            least_signed: least_signed.iter().fold(i16::MAX, |least, &x| least.min(x)),
            most_signed: most_signed.iter().fold(i16::MIN, |most, &x| most.max(x)),
            least: least.iter().fold(u16::MAX, |least, &x| least.min(x)),
            most: most.iter().fold(0, |most, &x| most.max(x)),
        }
    }
}

kernels! {
    /// How many of at most 65,536 elements are zero, of either sign.
    pub fn count_half_zeros(bytes: &[u8]) -> u64 {
        let mut zeros = [0u16; LANES];
        let (blocks, rest) = bytes.as_chunks::<{ 2 * LANES }>();
        for block in blocks {
            for (zeros, bits) in zeros.iter_mut().zip(block.as_chunks::<2>().0) {
                *zeros += u16::from(u16::from_le_bytes(*bits) << 1 == 0);
            }
        }
        for (zeros, bits) in zeros.iter_mut().zip(rest.as_chunks::<2>().0) {
            *zeros += u16::from(u16::from_le_bytes(*bits) << 1 == 0);
        }
        zeros.iter().map(|&count| u64::from(count)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
    use proptest::prelude::*;

    /// Bits with zeros, subnormals, infinities and NaN among them.
    fn bits() -> impl Strategy<Value = u16> {
        let special =
            vec![0, SIGN, 1, SIGN | 1, 0x7F80, 0xFF80, 0x7C00, 0xFC00, 0x7FFF, 0xFFFF, 0x7BFF, 0xFF7F];
        prop_oneof![8 => any::<u16>(), 8 => 0x3C00u16..0x4000, 1 => prop::sample::select(special)]
    }

    fn check<T: Half>(bits: &[u16]) -> Result<(), TestCaseError> {
        let values: Vec<f64> = bits.iter().map(|&bits| f64::from(T::to_f32(bits))).collect();
        let mut expected = [[0.0; LANES]; 2];
        for (i, x) in values.iter().enumerate() {
            let lane = i / 2 % (LANES / 2) + i % 2 * (LANES / 2);
            expected[0][lane] += x;
            expected[1][lane] += x * x;
        }
        let is_finite = values.iter().all(|x| x.is_finite());
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // An odd address, as in files.
        let bytes: Vec<u8> =
            std::iter::once(7).chain(bits.iter().flat_map(|bits| bits.to_le_bytes())).collect();
        for level in Level::available() {
            let mut sums = <[Lanes; 2]>::default();
            let range = add_half_powers::<T>(level, &bytes[1..], &mut sums);
            prop_assert_eq!(range.is_finite::<T>(), is_finite);
            prop_assert_eq!(range.has_zero(), values.contains(&0.0));
            let zeros = values.iter().filter(|x| **x == 0.0).count() as u64;
            prop_assert_eq!(count_half_zeros(level, &bytes[1..]), zeros);
            if is_finite {
                prop_assert_eq!(range.range::<T>(), (min, max));
                prop_assert!(bits.is_empty() || range.range::<T>().0.is_sign_positive() || min < 0.0);
                prop_assert_eq!(sums, expected.map(Lanes::from));
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn figures_are_those_of_a_plain_loop(bits in prop::collection::vec(bits(), 0..200)) {
            check::<Bf16>(&bits)?;
            check::<F16>(&bits)?;
            let finite = |infinity| bits.iter().copied().filter(|x| x & !SIGN < infinity).collect::<Vec<_>>();
            check::<Bf16>(&finite(Bf16::INFINITY))?;
            check::<F16>(&finite(F16::INFINITY))?;
            let one_sign = |sign| finite(Bf16::INFINITY).iter().map(|x| x & !SIGN | sign).collect::<Vec<_>>();
            check::<Bf16>(&one_sign(0))?;
            check::<Bf16>(&one_sign(SIGN))?;
        }
    }

    #[test]
    fn ranges_are_put_together() {
        let range = |bits: [u16; 2]| {
            let bytes: Vec<u8> = bits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
            add_half_powers::<Bf16>(Level::SCALAR, &bytes, &mut Default::default())
        };
        let both = range([0x3F80, 0x4000]).and(range([0xBF80, 0xC000]));
        assert_eq!(both.range::<Bf16>(), (-2.0, 2.0));
        assert_eq!(both.and(BitRange::NONE), both);
        assert_eq!(BitRange::NONE.range::<Bf16>(), (f64::INFINITY, f64::NEG_INFINITY));
        assert!(BitRange::NONE.is_finite::<Bf16>() && !BitRange::NONE.has_zero());
    }
}
