//! The whole numbers among the dtypes: from their stored bytes to what is computed with, and back.
//!
//! What is out of range becomes the nearest number in it. A float is cut toward zero, and NaN is 0. A BOOL is a whole number
//! of its own kind: all but 0 is true, NaN too, and a byte that is not 0 is read as 1.

use super::real::Real;
use super::simd::kernels;

/// A kind of whole number, with the form in which it is stored: little-endian bytes.
pub trait Integer: Copy {
    /// The bytes of one number.
    type Bytes: Copy;

    /// The bytes of each number.
    fn split(bytes: &[u8]) -> &[Self::Bytes];
    /// The bytes of each number, to be written.
    fn split_mut(bytes: &mut [u8]) -> &mut [Self::Bytes];
    /// The number in these bytes.
    fn read(bytes: Self::Bytes) -> Self;
    /// The bytes of this number.
    fn write(self) -> Self::Bytes;

    /// This number, or the largest `i64` if that is less.
    fn to_i64(self) -> i64;
    /// The nearest `f64`; exact up to 32 bits.
    fn to_f64(self) -> f64;
    /// This number, or one that rounds to F32 and to all narrower formats as this number does. An `R` of `f32` is for
    /// numbers of at most 16 bits, of which it holds all.
    fn to_real<R: Real>(self) -> R;

    /// The nearest number of this kind.
    fn from_i64(value: i64) -> Self;
    /// The value cut toward zero, or the nearest number of this kind; 0 for NaN.
    fn from_f64(value: f64) -> Self;
}

/// What a whole number can be made of: `i64` or `f64`.
pub trait ToInteger: Copy {
    /// As [`Integer::from_i64`] and [`Integer::from_f64`] say.
    fn to<T: Integer>(self) -> T;
}

impl ToInteger for i64 {
    #[inline(always)]
    fn to<T: Integer>(self) -> T {
        T::from_i64(self)
    }
}

impl ToInteger for f64 {
    #[inline(always)]
    fn to<T: Integer>(self) -> T {
        T::from_f64(self)
    }
}

kernels! {
    /// Reads whole numbers; those beyond `i64` become its largest.
    pub fn read_integers<T: Integer>(bytes: &[u8], out: &mut [i64]) {
        for (x, b) in out.iter_mut().zip(T::split(bytes)) {
            *x = T::read(*b).to_i64();
        }
    }

    /// Reads whole numbers as [`Integer::to_real`] gives them, to be narrowed.
    pub fn read_reals<T: Integer, R: Real>(bytes: &[u8], out: &mut [R]) {
        for (x, b) in out.iter_mut().zip(T::split(bytes)) {
            *x = T::read(*b).to_real();
        }
    }

    /// Turns whole numbers into the nearest F64.
    pub fn integers_to_f64<T: Integer>(bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<8>().0.iter_mut().zip(T::split(bytes)) {
            *o = T::read(*b).to_f64().to_le_bytes();
        }
    }

    /// Writes values as whole numbers.
    pub fn write_integers<T: Integer, V: ToInteger>(values: &[V], bytes: &mut [u8]) {
        for (b, x) in T::split_mut(bytes).iter_mut().zip(values) {
            *b = x.to::<T>().write();
        }
    }
}

/// Defines an integer of Rust as one of ours.
macro_rules! integer {
    ($type:ident, to_real: $to_real:expr, to_i64: $to_i64:expr, from_i64: $from_i64:expr) => {
        impl Integer for $type {
            type Bytes = [u8; size_of::<$type>()];

            #[inline(always)]
            fn split(bytes: &[u8]) -> &[Self::Bytes] {
                bytes.as_chunks().0
            }
            #[inline(always)]
            fn split_mut(bytes: &mut [u8]) -> &mut [Self::Bytes] {
                bytes.as_chunks_mut().0
            }
            #[inline(always)]
            fn read(bytes: Self::Bytes) -> Self {
                $type::from_le_bytes(bytes)
            }
            #[inline(always)]
            fn write(self) -> Self::Bytes {
                self.to_le_bytes()
            }
            #[inline(always)]
            fn to_i64(self) -> i64 {
                ($to_i64)(self)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn to_real<R: Real>(self) -> R {
                ($to_real)(self)
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                ($from_i64)(value)
            }
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
        }
    };
    // Within i64.
    ($type:ident, to_real: $to_real:expr) => {
        integer!($type, to_real: $to_real, to_i64: i64::from, from_i64: |value: i64| {
            value.clamp(i64::from($type::MIN), i64::from($type::MAX)) as $type
        });
    };
}

integer!(i8, to_real: |x| R::from_f32(f32::from(x)));
integer!(u8, to_real: |x| R::from_f32(f32::from(x)));
integer!(i16, to_real: |x| R::from_f32(f32::from(x)));
integer!(u16, to_real: |x| R::from_f32(f32::from(x)));
integer!(i32, to_real: |x| R::from_f64(f64::from(x)));
integer!(u32, to_real: |x| R::from_f64(f64::from(x)));
integer!(i64, to_real: |x: i64| R::from_f64(odd(x.unsigned_abs()).copysign(x as f64)));
integer!(
    u64,
    to_real: |x| R::from_f64(odd(x)),
    to_i64: |x: u64| x.min(i64::MAX as u64) as i64,
    from_i64: |x: i64| x.max(0) as u64
);

/// An integer as an `f64` that may be rounded again: beyond 53 bits, 11 are cut off, and the last that stays is set if they
/// held something ("round to odd", as in [`Real::to_f32_odd`]). The 43 or more that stay are enough for F32 and all below.
#[inline(always)]
fn odd(magnitude: u64) -> f64 {
    let cut = magnitude & !0x7FF | u64::from(magnitude & 0x7FF != 0) << 11;
    (if magnitude >> 53 == 0 { magnitude } else { cut }) as f64
}

/// A BOOL: 0 or 1.
#[derive(Debug, Clone, Copy)]
pub struct Bool(u8);

impl Integer for Bool {
    type Bytes = [u8; 1];

    #[inline(always)]
    fn split(bytes: &[u8]) -> &[Self::Bytes] {
        bytes.as_chunks().0
    }
    #[inline(always)]
    fn split_mut(bytes: &mut [u8]) -> &mut [Self::Bytes] {
        bytes.as_chunks_mut().0
    }
    #[inline(always)]
    fn read([byte]: Self::Bytes) -> Self {
        Bool(u8::from(byte != 0))
    }
    #[inline(always)]
    fn write(self) -> Self::Bytes {
        [self.0]
    }
    #[inline(always)]
    fn to_i64(self) -> i64 {
        i64::from(self.0)
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self.0)
    }
    #[inline(always)]
    fn to_real<R: Real>(self) -> R {
        R::from_f32(f32::from(self.0))
    }
    #[inline(always)]
    fn from_i64(value: i64) -> Self {
        Bool(u8::from(value != 0))
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        Bool(u8::from(value != 0.0))
    }
}
