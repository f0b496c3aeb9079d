//! Elements far from the mean.

use super::chunks;
use crate::error::Result;
use crate::kernels::elements::is_exact_in_f32;
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use crate::kernels::statistics::count_outside;
use safetensors::Dtype;

/// An element far from the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlier {
    /// Its number in the block.
    pub index: u64,
    /// The element.
    pub value: f64,
}

/// The outliers of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Outliers {
    /// How many there are.
    pub count: u64,
    /// The farthest of them, the farthest first, and of equally far ones the first first.
    pub worst: Vec<Outlier>,
}

/// Finds the elements of a block that are more than `limit` from `mean`, and the farthest `most` of them. NaN and infinities
/// are none.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if the bytes are no block of a real dtype.
pub fn outliers(
    level: Level,
    dtype: Dtype,
    bytes: &[u8],
    mean: f64,
    limit: f64,
    most: usize,
) -> Result<Outliers> {
    chunks::count(dtype, bytes)?;
    Ok(if is_exact_in_f32(dtype) {
        find::<f32>(level, dtype, bytes, mean, limit, most)
    } else {
        find::<f64>(level, dtype, bytes, mean, limit, most)
    })
}

fn find<R: Real>(level: Level, dtype: Dtype, bytes: &[u8], mean: f64, limit: f64, most: usize) -> Outliers {
    let mut found = Outliers { count: 0, worst: Vec::with_capacity(most + 1) };
    chunks::for_each::<R>(level, dtype, bytes, |first, x| {
        let (count, farthest) = count_outside(level, x, mean, limit);
        found.count += count;
        let bar = if found.worst.len() < most {
            limit
        } else {
            found.worst.last().map_or(f64::INFINITY, |least| (least.value - mean).abs())
        };
        if count > 0 && farthest > bar {
            add_worst(&mut found.worst, first, x, mean, limit, most);
        }
    });
    found
}

fn add_worst<R: Real>(worst: &mut Vec<Outlier>, first: usize, x: &[R], mean: f64, limit: f64, most: usize) {
    for (i, x) in x.iter().enumerate() {
        let value = x.to_f64();
        let distance = (value - mean).abs();
        if !(distance > limit && distance < f64::INFINITY) {
            continue;
        }
        let place = worst.partition_point(|other| (other.value - mean).abs() >= distance);
        if place < most {
            worst.insert(place, Outlier { index: (first + i) as u64, value });
            worst.truncate(most);
        }
    }
}
