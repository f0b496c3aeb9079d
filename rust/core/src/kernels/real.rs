//! The two widths in which merges are computed.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// `f32` or `f64`: the width of a tensor's arithmetic.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// An unsigned integer that orders magnitudes, see [`Real::key`].
    type Key: Copy + Debug + Default + Ord + Send + Sync + Into<u64> + 'static;

    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// A NaN.
    const NAN: Self;
    /// One more than the largest key there is.
    const KEY_END: u64;

    /// The same value; exact.
    fn from_f32(value: f32) -> Self;
    /// The nearest value.
    fn from_f64(value: f64) -> Self;
    /// The same value; exact.
    fn to_f64(self) -> f64;
    /// The nearest `f32`, with one rounding.
    fn to_f32(self) -> f32;
    /// An `f32` that rounds to any narrower format as the value itself does: the value truncated, its last bit set where
    /// something was cut off ("round to odd"; Boldo and Melquiond, 2005).
    fn to_f32_odd(self) -> f32;
    /// The magnitude.
    fn abs(self) -> Self;
    /// Orders magnitudes: 0 for NaN, else one more than the bits of the magnitude.
    fn key(self) -> Self::Key;
    /// The key of this number, which must be below [`Real::KEY_END`] or be it.
    fn key_from(key: u64) -> Self::Key;
    /// The magnitude with this key; NaN for 0.
    fn from_key(key: u64) -> Self;
}

/// True for magnitudes of at least `low` that are not at least `high`; a `high` that is NaN is above all. Never for a NaN.
#[inline(always)]
#[allow(clippy::neg_cmp_op_on_partial_ord)] // the negation is what takes a NaN for no limit
pub fn is_between<R: Real>(magnitude: R, low: R, high: R) -> bool {
    (magnitude >= low) & !(magnitude >= high)
}

impl Real for f32 {
    type Key = u32;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const NAN: Self = f32::NAN;
    const KEY_END: u64 = 0x7F80_0002;

    #[inline(always)]
    fn from_f32(value: f32) -> Self {
        value
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn to_f32(self) -> f32 {
        self
    }
    #[inline(always)]
    fn to_f32_odd(self) -> f32 {
        self
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn key(self) -> u32 {
        let bits = self.to_bits() & 0x7FFF_FFFF;
        if bits > 0x7F80_0000 { 0 } else { bits + 1 }
    }
    #[inline(always)]
    fn key_from(key: u64) -> u32 {
        key as u32
    }
    #[inline(always)]
    fn from_key(key: u64) -> f32 {
        if key == 0 { f32::NAN } else { f32::from_bits(key as u32 - 1) }
    }
}

impl Real for f64 {
    type Key = u64;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const NAN: Self = f64::NAN;
    const KEY_END: u64 = 0x7FF0_0000_0000_0002;

    #[inline(always)]
    fn from_f32(value: f32) -> Self {
        f64::from(value)
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn to_f32(self) -> f32 {
        self as f32
    }
    #[inline(always)]
    fn to_f32_odd(self) -> f32 {
        let nearest = self as f32;
        let back = f64::from(nearest);
        let away = u32::from(back.abs() > self.abs());
        let inexact = u32::from(back != self && !self.is_nan());
        f32::from_bits((nearest.to_bits() - away) | inexact)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn key(self) -> u64 {
        let bits = self.to_bits() & 0x7FFF_FFFF_FFFF_FFFF;
        if bits > 0x7FF0_0000_0000_0000 { 0 } else { bits + 1 }
    }
    #[inline(always)]
    fn key_from(key: u64) -> u64 {
        key
    }
    #[inline(always)]
    fn from_key(key: u64) -> f64 {
        if key == 0 { f64::NAN } else { f64::from_bits(key - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_magnitudes_with_nan_below_zero() {
        let rising = [f32::NAN, 0.0, 1e-45, -1e-40, 1.0, -1.5, f32::MAX, f32::NEG_INFINITY];
        assert!(rising.windows(2).all(|pair| pair[0].key() < pair[1].key()));
        assert_eq!(u64::from(f32::INFINITY.key()) + 1, f32::KEY_END);
        assert!(rising[1..].iter().all(|x| f32::from_key(x.key().into()) == x.abs()));
        let rising = [f64::NAN, -0.0, 5e-324, -1e-310, 1.0, -1.5, f64::MAX, f64::INFINITY];
        assert!(rising.windows(2).all(|pair| pair[0].key() < pair[1].key()));
        assert_eq!(f64::INFINITY.key() + 1, f64::KEY_END);
    }

    #[test]
    fn round_to_odd_keeps_what_was_cut_off_visible() {
        let just_above_half = 1.0 + 2f64.powi(-8) + 2f64.powi(-40);
        assert_eq!(just_above_half.to_f32().to_bits() & 1, 0, "nearest loses it");
        assert_eq!(just_above_half.to_f32_odd().to_bits(), (1.0f32 + 2f32.powi(-8)).to_bits() + 1);
        assert_eq!(1.5f64.to_f32_odd(), 1.5);
        assert_eq!(1e300f64.to_f32_odd(), f32::MAX);
        assert_eq!(f64::INFINITY.to_f32_odd(), f32::INFINITY);
        assert!(f64::NAN.to_f32_odd().is_nan());
        assert_eq!((-5e-324f64).to_f32_odd().to_bits(), 0x8000_0001);
    }
}
