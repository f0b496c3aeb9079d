//! Stored elements, widened a chunk at a time.

use super::MOST_ELEMENTS;
use crate::error::{Error, Result};
use crate::kernels::elements::{self, CHUNK};
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use safetensors::Dtype;

/// Checks that bytes can be a block of elements of a dtype, and counts them.
pub fn count(dtype: Dtype, bytes: &[u8]) -> Result<usize> {
    if dtype == Dtype::C64 {
        return Err(Error::request("C64 has no order: its parts are pairs of F32"));
    }
    let bits = bytes.len() as u128 * 8;
    let width = dtype.bitsize() as u128;
    if !bits.is_multiple_of(width) || bits / width > MOST_ELEMENTS as u128 {
        return Err(Error::request(format!(
            "{} bytes are no block of at most {MOST_ELEMENTS} elements of {dtype}, which have {width} bits each",
            bytes.len()
        )));
    }
    Ok((bits / width) as usize)
}

/// Calls `each` with the elements of a block, chunk after chunk: the number of the first one, and up to 1,024 of them.
pub fn for_each<R: Real>(level: Level, dtype: Dtype, bytes: &[u8], mut each: impl FnMut(usize, &[R])) {
    let mut lanes = [R::ZERO; CHUNK];
    for (number, bytes) in bytes.chunks(CHUNK * dtype.bitsize() / 8).enumerate() {
        let lanes = &mut lanes[..bytes.len() * 8 / dtype.bitsize()];
        read(level, dtype, bytes, lanes);
        each(number * CHUNK, lanes);
    }
}

/// Widens a chunk of elements. Whole numbers that `R` does not hold become the nearest that it does, for figures of their own;
/// the kernels of conversions keep a bit for a second rounding there.
pub fn read<R: Real>(level: Level, dtype: Dtype, bytes: &[u8], lanes: &mut [R]) {
    let (words, _) = bytes.as_chunks::<8>();
    let words = lanes.iter_mut().zip(words);
    match dtype {
        Dtype::I64 => words.for_each(|(lane, word)| *lane = R::from_f64(i64::from_le_bytes(*word) as f64)),
        Dtype::U64 => words.for_each(|(lane, word)| *lane = R::from_f64(u64::from_le_bytes(*word) as f64)),
        _ => elements::read(level, dtype, bytes, lanes),
    }
}

/// The finite elements among some, moved together, and how many of the others are NaN and infinite.
pub struct Finite<R> {
    numbers: [R; CHUNK],
    length: usize,
    /// How many are NaN.
    pub nan: u64,
    /// How many are infinite.
    pub infinite: u64,
}

impl<R: Real> Finite<R> {
    /// Of a chunk.
    pub fn of(x: &[R]) -> Self {
        let mut finite = Finite { numbers: [R::ZERO; CHUNK], length: 0, nan: 0, infinite: 0 };
        for x in x {
            let wide = x.to_f64();
            if wide.is_finite() {
                finite.numbers[finite.length] = *x;
                finite.length += 1;
            } else if wide.is_nan() {
                finite.nan += 1;
            } else {
                finite.infinite += 1;
            }
        }
        finite
    }

    /// The finite ones, in their order.
    pub fn numbers(&self) -> &[R] {
        &self.numbers[..self.length]
    }
}
