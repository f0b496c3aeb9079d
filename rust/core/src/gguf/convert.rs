//! Blocks and elements of dtypes, converted to each other: stored bytes in, stored bytes out.
//!
//! In chunks that stay in the first-level cache, by way of `f32`. Decoded elements are narrowed as those of F32 are;
//! elements to be encoded are widened, and those of F64 rounded, to `f32` before.

use super::{BlockType, dequantize, quantize};
use crate::error::{Error, Result};
use crate::kernels::elements;
use crate::kernels::simd::Level;
use safetensors::Dtype;

/// Elements that are converted at once: whole blocks, whole bytes in every dtype.
const CHUNK: usize = elements::CHUNK;

/// Decodes the blocks in `bytes` to elements of a float dtype, and writes them to `out`.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if `bytes` are not whole blocks, if `out` is not exactly what their
/// elements take, or if the dtype is no float. Nothing is written then.
pub fn decode(level: Level, block: BlockType, bytes: &[u8], to: Dtype, out: &mut [u8]) -> Result<()> {
    check(block, bytes.len(), to, out.len())?;
    let mut floats = [0.0; CHUNK];
    let in_size = CHUNK / block.elements() * block.bytes();
    for (bytes, out) in bytes.chunks(in_size).zip(out.chunks_mut(CHUNK * to.bitsize() / 8)) {
        let floats = &mut floats[..bytes.len() / block.bytes() * block.elements()];
        dequantize(level, block, bytes, floats);
        elements::write(level, floats, to, out);
    }
    Ok(())
}

/// Encodes the elements of a float dtype in `bytes` as blocks, and writes them to `out`.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if the elements do not fill whole blocks, if `out` is not exactly what
/// these take, if the dtype is no float, or the block type none that is written. Nothing is written then.
pub fn encode(level: Level, from: Dtype, bytes: &[u8], block: BlockType, out: &mut [u8]) -> Result<()> {
    if !block.is_written() {
        return Err(Error::request(format!("{block:?} is decoded only; Q8_0 and Q4_0 are encoded")));
    }
    check(block, out.len(), from, bytes.len())?;
    let mut floats = [0.0; CHUNK];
    let out_size = CHUNK / block.elements() * block.bytes();
    for (bytes, out) in bytes.chunks(CHUNK * from.bitsize() / 8).zip(out.chunks_mut(out_size)) {
        let floats = &mut floats[..bytes.len() * 8 / from.bitsize()];
        elements::read(level, from, bytes, floats);
        quantize(level, floats, block, out);
    }
    Ok(())
}

/// Checks that `blocks` bytes of a block type have as many elements as `plain` bytes of a float dtype.
fn check(block: BlockType, blocks: usize, dtype: Dtype, plain: usize) -> Result<()> {
    if !elements::is_float(dtype) {
        return Err(Error::request(format!(
            "{block:?} is converted to and from floats only, not {dtype}: convert to F32 first"
        )));
    }
    if !blocks.is_multiple_of(block.bytes()) {
        return Err(Error::request(format!(
            "{blocks} bytes are no whole number of blocks of {block:?}, which have {} bytes each",
            block.bytes()
        )));
    }
    let elements = blocks / block.bytes() * block.elements();
    let expected = elements as u128 * dtype.bitsize() as u128;
    if expected != plain as u128 * 8 {
        return Err(Error::request(format!(
            "{blocks} bytes of {block:?} are {elements} elements, {} bytes of {dtype}, not {plain}",
            expected / 8
        ))
        .with_numbers(plain as u64, (expected / 8) as u64));
    }
    Ok(())
}
