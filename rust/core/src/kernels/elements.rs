//! Elements of any dtype, converted to any other: stored bytes in, stored bytes out.
//!
//! - What the other dtype holds stays exactly as it is. Floats are rounded once, to nearest with ties to even. Beyond its
//!   range F16, BF16, F32, F64 and F8_E5M2 become infinite; the other 8-bit floats and those of 6 and 4 bits saturate.
//! - Every NaN becomes the positive quiet NaN of the new dtype, with two exceptions. From F16 and BF16 to F32 it keeps its
//!   sign and payload, and what signals in F16 becomes quiet. The floats of 6 and 4 bits have none: it becomes negative zero.
//! - To whole numbers floats are cut toward zero, NaN becomes 0, and what is out of range the nearest number in it.
//! - F8_E8M0 has powers of two alone: see [`e8m0`](super::e8m0). BOOL is read as 0 or 1, and written as 1 for all but 0.
//! - C64 is copied, and converted to nothing else. The same dtype is copied, bit by bit.
//! - Elements of 6 and 4 bits are packed as [`packed`] says.
//!
//! The common pairs go [directly](super::direct). All others go in chunks that stay in the first-level cache, by way of
//! `f32`, `f64` or `i64`, whichever holds all that matters of the element; so dtypes are added in sums, not in products.

use super::convert::{narrow, widen};
use super::e8m0::{narrow_e8m0, widen_e8m0};
use super::f8::{Format, narrow_f8, widen_f8};
use super::integer::{Bool, integers_to_f64, read_integers, read_reals, write_integers};
use super::real::Real;
use super::simd::Level;
use super::{direct, packed};
use crate::error::{Error, Result};
use safetensors::Dtype;

/// Elements that are converted at once; their bits fill whole bytes in every dtype.
pub(crate) const CHUNK: usize = 1024;

/// Calls a kernel for the whole number that a dtype is.
macro_rules! for_integer {
    ($dtype:ident, $kernel:ident::<_ $(, $type:ty)?>($($argument:expr),*)) => {
        match $dtype {
            Dtype::BOOL => $kernel::<Bool $(, $type)?>($($argument),*),
            Dtype::I8 => $kernel::<i8 $(, $type)?>($($argument),*),
            Dtype::U8 => $kernel::<u8 $(, $type)?>($($argument),*),
            Dtype::I16 => $kernel::<i16 $(, $type)?>($($argument),*),
            Dtype::U16 => $kernel::<u16 $(, $type)?>($($argument),*),
            Dtype::I32 => $kernel::<i32 $(, $type)?>($($argument),*),
            Dtype::U32 => $kernel::<u32 $(, $type)?>($($argument),*),
            Dtype::I64 => $kernel::<i64 $(, $type)?>($($argument),*),
            Dtype::U64 => $kernel::<u64 $(, $type)?>($($argument),*),
            other => unreachable!("{other} is no whole number"),
        }
    };
}

/// Converts the elements in `bytes` from one dtype to another, and writes them to `out`. Both are little-endian and may lie
/// at any address.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if `bytes` holds no whole number of elements, if `out` is not exactly
/// what they take, or if only one of the dtypes is C64. Nothing is written then.
pub fn convert(level: Level, from: Dtype, bytes: &[u8], to: Dtype, out: &mut [u8]) -> Result<()> {
    check(from, bytes.len(), to, out.len())?;
    if from == to {
        out.copy_from_slice(bytes);
    } else if is_integer(from) && to == Dtype::F64 {
        for_integer!(from, integers_to_f64::<_>(level, bytes, out));
    } else if !direct::convert(level, from, bytes, to, out) {
        match (is_integer(from), is_integer(to)) {
            (true, true) => in_chunks::<i64>(level, from, bytes, to, out),
            (false, true) => in_chunks::<f64>(level, from, bytes, to, out),
            _ if is_exact_in_f32(from) => in_chunks::<f32>(level, from, bytes, to, out),
            _ => in_chunks::<f64>(level, from, bytes, to, out),
        }
    }
    Ok(())
}

fn check(from: Dtype, length: usize, to: Dtype, out_length: usize) -> Result<()> {
    if from != to && (from == Dtype::C64 || to == Dtype::C64) {
        return Err(Error::request(format!(
            "{from} is not converted to {to}: C64 stays C64; its parts are pairs of F32, real part first"
        )));
    }
    let bits = length as u128 * 8;
    if !bits.is_multiple_of(from.bitsize() as u128) {
        return Err(Error::request(format!(
            "{length} bytes are no whole number of elements of {from}, which have {} bits each",
            from.bitsize()
        )));
    }
    let elements = bits / from.bitsize() as u128;
    let out_bits = elements * to.bitsize() as u128;
    if out_bits != out_length as u128 * 8 {
        return Err(Error::request(format!(
            "{elements} elements of {from} become {out_bits} bits of {to}, but the output has {out_length} bytes, {} bits",
            out_length as u128 * 8
        ))
        .with_numbers(out_length as u64, (out_bits / 8) as u64));
    }
    Ok(())
}

fn is_integer(dtype: Dtype) -> bool {
    use Dtype::*;
    matches!(dtype, BOOL | I8 | U8 | I16 | U16 | I32 | U32 | I64 | U64)
}

/// True for real floating-point numbers of any width.
pub(crate) fn is_float(dtype: Dtype) -> bool {
    !is_integer(dtype) && dtype != Dtype::C64
}

pub(crate) fn is_exact_in_f32(dtype: Dtype) -> bool {
    !matches!(dtype, Dtype::I32 | Dtype::U32 | Dtype::I64 | Dtype::U64 | Dtype::F64)
}

/// What elements are on their way from one dtype to another.
trait Lane: Copy + Default {
    /// Widens stored elements.
    fn read(level: Level, dtype: Dtype, bytes: &[u8], lanes: &mut [Self]);
    /// Narrows to stored elements.
    fn write(level: Level, lanes: &[Self], dtype: Dtype, bytes: &mut [u8]);
}

fn in_chunks<L: Lane>(level: Level, from: Dtype, bytes: &[u8], to: Dtype, out: &mut [u8]) {
    let mut lanes = [L::default(); CHUNK];
    let size = |dtype: Dtype| CHUNK * dtype.bitsize() / 8;
    for (bytes, out) in bytes.chunks(size(from)).zip(out.chunks_mut(size(to))) {
        let lanes = &mut lanes[..bytes.len() * 8 / from.bitsize()];
        L::read(level, from, bytes, lanes);
        L::write(level, lanes, to, out);
    }
}

impl Lane for i64 {
    fn read(level: Level, dtype: Dtype, bytes: &[u8], lanes: &mut [i64]) {
        for_integer!(dtype, read_integers::<_>(level, bytes, lanes));
    }

    fn write(level: Level, lanes: &[i64], dtype: Dtype, bytes: &mut [u8]) {
        for_integer!(dtype, write_integers::<_, i64>(level, lanes, bytes));
    }
}

impl Lane for f32 {
    fn read(level: Level, dtype: Dtype, bytes: &[u8], lanes: &mut [f32]) {
        read(level, dtype, bytes, lanes);
    }

    fn write(level: Level, lanes: &[f32], dtype: Dtype, bytes: &mut [u8]) {
        write(level, lanes, dtype, bytes);
    }
}

impl Lane for f64 {
    fn read(level: Level, dtype: Dtype, bytes: &[u8], lanes: &mut [f64]) {
        read(level, dtype, bytes, lanes);
    }

    fn write(level: Level, lanes: &[f64], dtype: Dtype, bytes: &mut [u8]) {
        if is_integer(dtype) {
            for_integer!(dtype, write_integers::<_, f64>(level, lanes, bytes));
        } else {
            write(level, lanes, dtype, bytes);
        }
    }
}

/// Widens at most [`CHUNK`] stored elements, one to a lane.
pub(crate) fn read<R: Real>(level: Level, dtype: Dtype, bytes: &[u8], lanes: &mut [R]) {
    if is_integer(dtype) {
        for_integer!(dtype, read_reals::<_, R>(level, bytes, lanes));
    } else if dtype == Dtype::F8_E8M0 {
        widen_e8m0(level, bytes, lanes);
    } else if let Some(format) = Format::of_packed(dtype) {
        let codes = &mut [0; CHUNK][..lanes.len()];
        let unpack = if dtype == Dtype::F4 { packed::unpack_4 } else { packed::unpack_6 };
        unpack(level, bytes, codes);
        widen_f8(level, format, codes, lanes);
    } else {
        widen(level, dtype, bytes, lanes);
    }
}

/// Narrows at most [`CHUNK`] lanes to stored elements of a float dtype.
pub(crate) fn write<R: Real>(level: Level, lanes: &[R], dtype: Dtype, bytes: &mut [u8]) {
    if dtype == Dtype::F8_E8M0 {
        narrow_e8m0(level, lanes, bytes);
    } else if let Some(format) = Format::of_packed(dtype) {
        let codes = &mut [0; CHUNK][..lanes.len()];
        narrow_f8(level, format, lanes, codes);
        let pack = if dtype == Dtype::F4 { packed::pack_4 } else { packed::pack_6 };
        pack(level, codes, bytes);
    } else {
        narrow(level, lanes, dtype, bytes);
    }
}
