//! Elements counted in bins.

use super::chunks;
use crate::error::{Error, Result};
use crate::kernels::elements::{CHUNK, is_exact_in_f32};
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use crate::kernels::statistics::find_bins;
use safetensors::Dtype;

/// The most bins of a histogram.
pub const MOST_BINS: usize = 4096;

/// Adds the elements of a block to `counts`: what is below `from`, then bins of one width up to `to`, which belongs to the last
/// one, then what is above. NaN and infinities are not counted.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if the bytes are no block of a real dtype, there is no bin or too many, or
/// the range is none.
pub fn histogram(
    level: Level,
    dtype: Dtype,
    bytes: &[u8],
    from: f64,
    to: f64,
    counts: &mut [u64],
) -> Result<()> {
    chunks::count(dtype, bytes)?;
    let bins = counts.len().saturating_sub(2);
    if bins == 0 || bins > MOST_BINS || from > to || !from.is_finite() || !to.is_finite() {
        return Err(Error::request(format!(
            "{bins} bins from {from} to {to}: expected 1 to {MOST_BINS} of a finite range"
        )));
    }
    if is_exact_in_f32(dtype) {
        add::<f32>(level, dtype, bytes, from, to, counts);
    } else {
        add::<f64>(level, dtype, bytes, from, to, counts);
    }
    Ok(())
}

fn add<R: Real>(level: Level, dtype: Dtype, bytes: &[u8], from: f64, to: f64, counts: &mut [u64]) {
    let mut places = [0u32; CHUNK];
    let bins = counts.len() as u32 - 2;
    chunks::for_each::<R>(level, dtype, bytes, |_, x| {
        let places = &mut places[..x.len()];
        find_bins(level, x, from, to, bins, places);
        for &place in places.iter() {
            if let Some(count) = counts.get_mut(place as usize) {
                *count += 1;
            }
        }
    });
}
